//! What a program costs before it runs: the crates it is built of, and the time to build them.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use windlass_bench::Failure;

use crate::lab::{Contender, output};
use crate::table::{Measure, Row};

const WHAT: &str = "hello-world with one provider and TLS";

/// One target, so that the count is the same on every machine.
const TARGET: &str = "x86_64-unknown-linux-gnu";

/// How many crates the smallest programs are built of.
pub(crate) fn crates(hello: &Path, contenders: &[Contender]) -> Result<Option<Row>, Failure> {
    let mut row = Row::new(WHAT, Measure::Crates, contenders.len());
    for (at, name) in ["floor", "windlass"].into_iter().enumerate() {
        let said = output(
            cargo(hello, "tree")
                .args(["--package", &format!("hello-{name}")])
                .args(["--edges", "normal", "--prefix", "none", "--format", "{p}"])
                .args(["--target", TARGET]),
        )?;
        let said = String::from_utf8(said.stdout)?;
        let crates: BTreeSet<&str> = said
            .lines()
            .map(|line| line.split(" (").next().unwrap_or(line))
            .filter(|line| !line.is_empty())
            .collect();
        row.set(at, crates.len() as f64);
    }
    Ok(Some(row))
}

/// What a clean release build of them takes of the processors; `None` where the system does not say.
pub(crate) fn release(hello: &Path, contenders: &[Contender]) -> Result<Option<Row>, Failure> {
    let mut row = Row::new(WHAT, Measure::Cpu, contenders.len());
    let folder = std::env::temp_dir().join(format!("windlass-bench-{}", std::process::id()));
    for (at, name) in ["floor", "windlass"].into_iter().enumerate() {
        eprintln!("clean release build of hello-{name} …");
        let Some(before) = children() else {
            return Ok(None);
        };
        let built = output(
            cargo(hello, "build")
                .args(["--release", "--package", &format!("hello-{name}")])
                .arg("--target-dir")
                .arg(&folder),
        );
        std::fs::remove_dir_all(&folder)?;
        built?;
        row.set(at, children().unwrap_or(before) - before);
    }
    Ok(Some(row))
}

fn cargo(hello: &Path, command: &str) -> Command {
    let mut cargo = Command::new("cargo");
    cargo
        .arg(command)
        .arg("--manifest-path")
        .arg(hello.join("Cargo.toml"));
    cargo
}

/// The seconds on a processor of the processes that this one has waited for, and of theirs.
pub(crate) fn children() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/self/stat").ok()?;
    let (_, fields) = text.rsplit_once(") ")?;
    let mut ticks = fields.split(' ').skip(13).map(str::parse::<u64>);
    let sum = ticks.next()?.ok()? + ticks.next()?.ok()?;
    Some(sum as f64 / rustix::param::clock_ticks_per_second() as f64)
}
