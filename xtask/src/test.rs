//! `cargo xtask test`: every test that a machine with nothing but Rust can run, and the corpus.

use std::path::Path;

use crate::corpus;
use crate::exec::Exec;
use crate::failure::Failure;
use crate::flags;
use crate::servers;
use crate::workspace::FEATURES;

/// Runs all tests, then the corpus; or the tests against servers, where these are asked for.
///
/// # Errors
/// Fails with the command whose tests failed; later ones are not run.
pub(crate) fn run(root: &Path, options: &flags::Test) -> Result<(), Failure> {
    if let Some(wanted) = options.servers {
        return servers::run(root, wanted, &options.forwarded);
    }
    suites(root, &options.forwarded)
        .iter()
        .try_for_each(Exec::run)?;
    // Words for the test programs ask for some of the tests, and the corpus is none of them.
    if options.forwarded.is_empty() {
        corpus::run_all(root)?;
    }
    Ok(())
}

/// `--all-targets` leaves out the documentation's tests, so they are a command of their own.
fn suites(root: &Path, forwarded: &[String]) -> [Exec; 2] {
    ["--all-targets", "--doc"].map(|targets| {
        let exec = Exec::cargo(
            root,
            ["test", "--workspace", "--features", FEATURES, targets],
        );
        if forwarded.is_empty() {
            return exec;
        }
        exec.arguments(["--"])
            .arguments(forwarded.iter().map(String::as_str))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_suites_are_plain_cargo_and_get_the_forwarded_words() {
        let words = ["frame".to_owned(), "--nocapture".to_owned()];
        let lines = suites(Path::new("."), &words).map(|exec| exec.to_string());
        let expected = ["--all-targets", "--doc"].map(|targets| {
            format!("cargo test --workspace --features {FEATURES} {targets} -- frame --nocapture")
        });
        assert_eq!(lines, expected);
        let [first, _] = suites(Path::new("."), &[]);
        let expected = format!("cargo test --workspace --features {FEATURES} --all-targets");
        assert_eq!(first.to_string(), expected);
    }
}
