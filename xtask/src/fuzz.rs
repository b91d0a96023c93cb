//! `cargo xtask fuzz`: every fuzz target for a bounded time, from seeds that the project makes.

use std::path::Path;

use crate::check;
use crate::exec::Exec;
use crate::failure::Failure;
use crate::flags;

/// Runs the targets.
///
/// # Errors
/// Fails when cargo-fuzz is missing, when something does not build, or when a target finds something. Then the others are
/// run all the same.
pub(crate) fn run(root: &Path, options: &flags::Fuzz) -> Result<(), Failure> {
    check::find(root, "cargo-fuzz")?;
    seeds(root).run()?;
    let known = Exec::cargo(root, ["fuzz", "list", "--fuzz-dir", "fuzz"]).read()?;
    let targets = chosen(known.lines(), options.target.as_deref())?;
    let mut failed = Vec::new();
    for target in targets {
        println!("== {target}");
        if let Err(failure) = fuzz(root, target, options.seconds).run() {
            println!("{failure}");
            failed.push(target);
        }
    }
    if failed.is_empty() {
        return Ok(());
    }
    Err(Failure::new(format!("failed: {}", failed.join(", "))))
}

fn chosen<'k>(
    known: impl Iterator<Item = &'k str>,
    wanted: Option<&str>,
) -> Result<Vec<&'k str>, Failure> {
    let known: Vec<&str> = known.collect();
    let Some(wanted) = wanted else {
        return Ok(known);
    };
    match known.iter().find(|name| **name == wanted) {
        Some(name) => Ok(vec![name]),
        None => {
            let known = known.join(", ");
            Err(Failure::usage(format!(
                "no target `{wanted}`; there are {known}"
            )))
        }
    }
}

fn seeds(root: &Path) -> Exec {
    let words = "run --quiet --manifest-path fuzz/Cargo.toml --features seeds --example seeds -- fuzz/corpus";
    Exec::cargo(root, words.split(' '))
}

/// Nothing in the targets is unsafe, so that no sanitizer is needed, and with it no nightly compiler.
fn fuzz(root: &Path, target: &str, seconds: u32) -> Exec {
    let words = "fuzz run --fuzz-dir fuzz --sanitizer none";
    let limit = format!("-max_total_time={seconds}");
    Exec::cargo(root, words.split(' ')).arguments([target, "--", &limit, "-timeout=10"])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_runs_for_a_bounded_time() {
        let line = fuzz(Path::new("."), "schema", 5).to_string();
        let expected = "cargo fuzz run --fuzz-dir fuzz --sanitizer none schema -- -max_total_time=5 -timeout=10";
        assert_eq!(line, expected);
    }

    #[test]
    fn one_target_or_all_are_run() {
        let known = ["a", "b"];
        let chosen = |wanted| chosen(known.into_iter(), wanted).map_err(|e| e.to_string());
        assert_eq!(chosen(None), Ok(vec!["a", "b"]));
        assert_eq!(chosen(Some("b")), Ok(vec!["b"]));
        let expected = "no target `c`; there are a, b";
        assert_eq!(chosen(Some("c")), Err(expected.to_owned()));
    }
}
