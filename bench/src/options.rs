//! The command line: what this process is.

use std::path::PathBuf;

use windlass_bench::child::Task;
use windlass_bench::offline::Exercise;
use windlass_bench::{Failure, Wire};

/// One program plays all parts.
pub(crate) enum Role {
    /// The provider on loopback.
    Server,
    /// A client that is measured.
    Child(Child),
    /// A governor at which so many wait.
    Queue(usize),
    /// A long session that is looked at, forked and loaded.
    Session,
    /// The one that measures.
    Bench(Options),
}

/// Which contender is measured, and doing what.
pub(crate) struct Child {
    pub(crate) name: String,
    pub(crate) work: Work,
}

/// What is measured of a contender.
pub(crate) enum Work {
    /// Asking for answers.
    Answers { wire: Wire, url: String, task: Task },
    /// Running an agent so often.
    Runs { url: String, count: usize },
    /// Something without a connection.
    Offline(Exercise),
}

/// What is measured.
#[derive(Default)]
pub(crate) struct Options {
    /// Whether a missed gate is a failure.
    pub(crate) gate: bool,
    /// Whether a clean build is measured too.
    pub(crate) build: bool,
    /// The program with the peers in it.
    pub(crate) peers: Option<PathBuf>,
    /// The folder of the smallest programs.
    pub(crate) hello: PathBuf,
}

impl Role {
    pub(crate) fn parse(words: &[String]) -> Result<Self, Failure> {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        Ok(match &*words {
            ["serve"] => Role::Server,
            ["calls" | "crowd", name, wire, url, count] => {
                let count = count.parse()?;
                let work = Work::Answers {
                    wire: wire.parse()?,
                    url: (*url).to_owned(),
                    task: match words[0] {
                        "crowd" => Task::Crowd(count),
                        _ => Task::Calls(count),
                    },
                };
                Role::child(name, work)
            }
            ["runs", name, url, count] => {
                let (url, count) = ((*url).to_owned(), count.parse()?);
                Role::child(name, Work::Runs { url, count })
            }
            ["offline", name, rest @ ..] => {
                Role::child(name, Work::Offline(Exercise::parse(rest)?))
            }
            ["session"] => Role::Session,
            ["queue", count] => Role::Queue(count.parse()?),
            words => Role::Bench(options(words)?),
        })
    }

    fn child(name: &str, work: Work) -> Self {
        let name = name.to_owned();
        Role::Child(Child { name, work })
    }
}

fn options(words: &[&str]) -> Result<Options, Failure> {
    let mut options = Options::default();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let mut value = || {
            words
                .next()
                .ok_or_else(|| format!("`{word}` needs a value"))
        };
        match *word {
            "--gate" => options.gate = true,
            "--build" => options.build = true,
            "--peers" => options.peers = Some(value()?.into()),
            "--hello" => options.hello = value()?.into(),
            _ => return Err(format!("`{word}` is not understood; run `cargo xtask bench`").into()),
        }
    }
    Ok(options)
}
