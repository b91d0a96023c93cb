//! Processes: the server, and the clients that are measured one at a time.

use std::fmt::Display;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use windlass_bench::child::{Report, Task};
use windlass_bench::offline::Exercise;
use windlass_bench::{Failure, Plan, RunPlan, Wire};

/// A client that is measured.
#[derive(Debug)]
pub(crate) struct Contender {
    pub(crate) name: String,
    program: PathBuf,
    /// Whether it speaks Chat Completions alone.
    pub(crate) is_peer: bool,
}

impl Contender {
    /// A client of this program.
    pub(crate) fn own(name: &str) -> Result<Self, Failure> {
        Ok(Contender {
            name: name.to_owned(),
            program: std::env::current_exe()?,
            is_peer: false,
        })
    }

    /// The clients of another program, which names them line by line.
    pub(crate) fn peers(program: &Path) -> Result<Vec<Self>, Failure> {
        let said = output(Command::new(program).arg("names"))?;
        let names = String::from_utf8(said.stdout)?;
        let peer = |name: &str| Contender {
            name: name.to_owned(),
            program: program.to_owned(),
            is_peer: true,
        };
        Ok(names.lines().map(peer).collect())
    }
}

/// Where measuring happens: a server that runs as long as this lives.
#[derive(Debug)]
pub(crate) struct Lab {
    server: Child,
    port: u16,
    has_valgrind: bool,
}

/// What one contender does.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Job {
    /// Asks for answers.
    Answers { wire: Wire, plan: Plan, task: Task },
    /// Runs an agent so often.
    Runs { plan: RunPlan, count: usize },
    /// Does something without a connection.
    Offline(Exercise),
}

/// The least of so many times on the processor counts, because others use it too.
const REPEATS: usize = 3;

/// A repeated instruction would count once for each byte that it copies, which it does not cost.
const COPIES: &str = "glibc.cpu.x86_rep_movsb_threshold=0x40000000";

impl Lab {
    /// Starts the server.
    pub(crate) fn open() -> Result<Self, Failure> {
        let mut server = Command::new(std::env::current_exe()?)
            .arg("serve")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut line = String::new();
        let stdout = server.stdout.take().ok_or("the server has no output")?;
        BufReader::new(stdout).read_line(&mut line)?;
        let has_valgrind = Command::new("valgrind").arg("--version").output().is_ok();
        if !has_valgrind {
            println!("valgrind is not installed: instructions are not counted\n");
        }
        Ok(Lab {
            server,
            port: line.trim().parse()?,
            has_valgrind,
        })
    }

    /// What a job costs but for its instructions.
    pub(crate) fn report(&self, who: &Contender, job: Job) -> Result<Report, Failure> {
        let mut least = self.report_once(who, job)?;
        for _ in 1..REPEATS {
            let again = self.report_once(who, job)?;
            least.cost.cpu = least.cost.cpu.min(again.cost.cpu);
            least.exact &= again.exact;
        }
        Ok(least)
    }

    fn report_once(&self, who: &Contender, job: Job) -> Result<Report, Failure> {
        let mut command = Command::new(&who.program);
        let said = output(command.args(self.arguments(who, job)))?;
        String::from_utf8(said.stdout)?.parse()
    }

    /// The instructions of a whole process that does the job; `None` without valgrind.
    pub(crate) fn instructions(&self, who: &Contender, job: Job) -> Result<Option<u64>, Failure> {
        if !self.has_valgrind {
            return Ok(None);
        }
        let mut command = Command::new("valgrind");
        command
            .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
            .arg(&who.program)
            .args(self.arguments(who, job))
            .env("WINDLASS_BENCH_COUNTS", "1")
            .env("GLIBC_TUNABLES", COPIES);
        let said = output(&mut command)?;
        let report: Report = String::from_utf8(said.stdout)?.parse()?;
        if !report.exact {
            return Err(format!("{} lost text under valgrind", who.name).into());
        }
        let said = String::from_utf8_lossy(&said.stderr);
        let collected = said
            .lines()
            .find_map(|line| line.split_once("Collected : "));
        let (_, count) = collected.ok_or_else(|| format!("callgrind gave no sum: {said}"))?;
        Ok(Some(count.trim().parse()?))
    }

    fn arguments(&self, who: &Contender, job: Job) -> Vec<String> {
        let url = |plan: &dyn Display| format!("http://127.0.0.1:{}{plan}", self.port);
        let (first, rest) = match job {
            Job::Answers { wire, plan, task } => {
                let (task, count) = match task {
                    Task::Calls(count) => ("calls", count),
                    Task::Crowd(count) => ("crowd", count),
                };
                let wire = wire.name().to_owned();
                (task, vec![wire, url(&plan), count.to_string()])
            }
            Job::Runs { plan, count } => ("runs", vec![url(&plan), count.to_string()]),
            Job::Offline(exercise) => ("offline", exercise.words().to_vec()),
        };
        let mut arguments = vec![first.to_owned(), who.name.clone()];
        arguments.extend(rest);
        arguments
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        // A server that has ended already is as good.
        _ = self.server.kill();
        _ = self.server.wait();
    }
}

/// Runs a program that must succeed.
pub(crate) fn output(command: &mut Command) -> Result<Output, Failure> {
    let output = command.output()?;
    if output.status.success() {
        return Ok(output);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(format!("`{command:?}` failed: {}\n{said}", output.status).into())
}
