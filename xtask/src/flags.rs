//! The command line: words in, a [`Command`] out.

mod nearest;
mod pages;
#[cfg(test)]
mod tests;

use std::path::PathBuf;

use crate::failure::Failure;
use crate::release::Wanted;
use crate::rules::RuleId;
use pages::{Flag, PAGES, Page};

/// What was asked for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Command {
    /// Print this text.
    Help(String),
    Check(Check),
    Test(Test),
    Fuzz(Fuzz),
    Corpus(Corpus),
    Bench(Bench),
    Tidy(Tidy),
    Rules(Rules),
    Release(Release),
}

#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Check {
    /// Also run the tools that a fresh machine does not have.
    pub(crate) full: bool,
    pub(crate) base: Option<String>,
}

#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Test {
    /// Run the tests against servers that somebody else wrote, and no others.
    pub(crate) servers: Option<Servers>,
    /// Arguments for the test programs.
    pub(crate) forwarded: Vec<String>,
}

/// Which servers are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Servers {
    /// Those that are installed within minutes.
    Quick,
    /// Also those that are built from source.
    All,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Fuzz {
    /// How long each target runs.
    pub(crate) seconds: u32,
    /// The only target to run.
    pub(crate) target: Option<String>,
}

#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Corpus {
    /// The folder of the cases; the project's own if there is none.
    pub(crate) folder: Option<PathBuf>,
    /// Only cases with this in their name.
    pub(crate) only: Option<String>,
    pub(crate) verbose: bool,
}

#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Bench {
    /// Whether a missed limit is a failure.
    pub(crate) gate: bool,
    /// Also measure other libraries.
    pub(crate) peers: bool,
    /// Also measure a clean build.
    pub(crate) build: bool,
}

#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Tidy {
    /// Rewrite the committed lists instead of comparing with them.
    pub(crate) bless: bool,
    /// The revision that this work is compared with.
    pub(crate) base: Option<String>,
}

#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Rules {
    /// Rules that must have a test, beside those in the committed list.
    pub(crate) deny: Vec<RuleId>,
}

#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Release {
    pub(crate) wanted: Wanted,
    pub(crate) execute: bool,
    pub(crate) publish: bool,
}

/// Reads the words after `cargo xtask`.
///
/// # Errors
/// Fails on an unknown command or flag, naming the nearest known one, and on a value that is missing or not understood.
pub(crate) fn parse(arguments: &[String]) -> Result<Command, Failure> {
    let Some((first, rest)) = arguments.split_first() else {
        return Ok(Command::Help(pages::overview()));
    };
    match first.as_str() {
        "help" | "--help" | "-h" => match rest.first() {
            Some(name) => Ok(Command::Help(page(name)?.to_string())),
            None => Ok(Command::Help(pages::overview())),
        },
        name => {
            let page = page(name)?;
            Given::read(page, rest)?.map_or_else(|| Ok(Command::Help(page.to_string())), command)
        }
    }
}

fn page(name: &str) -> Result<&'static Page, Failure> {
    let found = PAGES.iter().find(|page| page.name == name);
    found.ok_or_else(|| {
        let known = PAGES.iter().map(|page| page.name);
        unknown("command", name, known, "`cargo xtask --help` lists all")
    })
}

fn command(mut given: Given) -> Result<Command, Failure> {
    Ok(match given.page.name {
        "check" => Command::Check(Check {
            full: given.has("--full"),
            base: given.value("--base"),
        }),
        "test" => Command::Test(Test {
            servers: servers(&given)?,
            forwarded: given.forwarded,
        }),
        "fuzz" => Command::Fuzz(Fuzz {
            seconds: seconds(given.value("--seconds").as_deref())?,
            target: given.value("--target"),
        }),
        "corpus" => Command::Corpus(Corpus {
            only: given.value("--only"),
            verbose: given.has("--verbose"),
            folder: given.word.map(PathBuf::from),
        }),
        "bench" => Command::Bench(Bench {
            gate: given.has("--gate"),
            peers: given.has("--peers"),
            build: given.has("--build"),
        }),
        "tidy" => Command::Tidy(Tidy {
            bless: given.has("--bless"),
            base: given.value("--base"),
        }),
        "rules" => Command::Rules(Rules {
            deny: rule_ids(given.value("--deny").as_deref())?,
        }),
        "release" => Command::Release(Release {
            execute: given.has("--execute"),
            publish: given.has("--publish"),
            wanted: match given.word {
                Some(word) => word.parse().map_err(Failure::usage)?,
                None => Wanted::default(),
            },
        }),
        name => unreachable!("a page without a command: {name}"),
    })
}

fn servers(given: &Given) -> Result<Option<Servers>, Failure> {
    match (given.has("--servers"), given.has("--slow")) {
        (false, false) => Ok(None),
        (true, false) => Ok(Some(Servers::Quick)),
        (true, true) => Ok(Some(Servers::All)),
        (false, true) => Err(Failure::usage("`--slow` goes with `--servers`")),
    }
}

fn seconds(given: Option<&str>) -> Result<u32, Failure> {
    let text = given.unwrap_or("60");
    match text.parse() {
        Ok(seconds) if seconds > 0 => Ok(seconds),
        _ => Err(Failure::usage(format!("`{text}` is no number of seconds"))),
    }
}

fn rule_ids(list: Option<&str>) -> Result<Vec<RuleId>, Failure> {
    let ids = list.into_iter().flat_map(|list| list.split(','));
    ids.map(|id| id.trim().parse().map_err(Failure::usage))
        .collect()
}

/// The words after a command, sorted into what its page allows.
struct Given {
    page: &'static Page,
    flags: Vec<(&'static str, Option<String>)>,
    word: Option<String>,
    forwarded: Vec<String>,
}

impl Given {
    /// `None` when help was asked for.
    fn read(page: &'static Page, words: &[String]) -> Result<Option<Self>, Failure> {
        let mut given = Self {
            page,
            flags: Vec::new(),
            word: None,
            forwarded: Vec::new(),
        };
        let mut words = words.iter();
        while let Some(word) = words.next() {
            match word.as_str() {
                "--help" | "-h" => return Ok(None),
                "--" if page.forwards => given.forwarded = words.by_ref().cloned().collect(),
                flag if flag.starts_with('-') => given.take_flag(flag, &mut words)?,
                _ => given.take_word(word)?,
            }
        }
        Ok(Some(given))
    }

    fn take_flag<'w>(
        &mut self,
        text: &str,
        words: &mut impl Iterator<Item = &'w String>,
    ) -> Result<(), Failure> {
        let (name, inline) = match text.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (text, None),
        };
        let flag = self.flag(name)?;
        let value = match (flag.value, inline) {
            (None, None) => None,
            (Some(_), Some(value)) => Some(value),
            (Some(what), None) => match words.next() {
                Some(value) => Some(value.clone()),
                None => return Err(Failure::usage(format!("`{name}` needs a value: {what}"))),
            },
            (None, Some(_)) => return Err(Failure::usage(format!("`{name}` takes no value"))),
        };
        self.flags.push((flag.name, value));
        Ok(())
    }

    fn flag(&self, name: &str) -> Result<&'static Flag, Failure> {
        let found = self.page.flags.iter().find(|flag| flag.name == name);
        found.ok_or_else(|| {
            let known = self.page.flags.iter().map(|flag| flag.name);
            let help = format!("`cargo xtask {} --help` lists all", self.page.name);
            unknown("flag", name, known.chain(["--help"]), &help)
        })
    }

    fn take_word(&mut self, word: &str) -> Result<(), Failure> {
        if self.page.word.is_some() && self.word.is_none() {
            self.word = Some(word.to_owned());
            return Ok(());
        }
        let name = self.page.name;
        let hint = if self.page.forwards {
            "; put arguments for the test programs after `--`"
        } else {
            ""
        };
        let text = format!("`cargo xtask {name}` does not take `{word}`{hint}");
        Err(Failure::usage(text))
    }

    fn has(&self, name: &str) -> bool {
        self.flags.iter().any(|(given, _)| *given == name)
    }

    /// The last value given.
    fn value(&mut self, name: &str) -> Option<String> {
        let at = self.flags.iter().rposition(|(given, _)| *given == name)?;
        self.flags.swap_remove(at).1
    }
}

fn unknown<'k>(
    what: &str,
    given: &str,
    known: impl Iterator<Item = &'k str>,
    help: &str,
) -> Failure {
    Failure::usage(match nearest::nearest(given, known) {
        Some(name) => format!("unknown {what} `{given}`; did you mean `{name}`?"),
        None => format!("unknown {what} `{given}`; {help}"),
    })
}
