//! `cargo xtask corpus`: recorded exchanges with providers, through every codec.
//!
//! The runner is a test program of `windlass-provider`; here it is built and started.

use std::path::Path;

use crate::exec::Exec;
use crate::failure::Failure;
use crate::flags;

/// The cases that were made for this project.
const OWN: &str = "provider/tests/corpus/cases";

/// Where recordings lie on machines that have them.
const RECORDED: &str = "../shared/fixtures";

/// Runs the cases of one folder.
///
/// # Errors
/// Fails when there is no such folder, or when a case fails.
pub(crate) fn run(root: &Path, options: &flags::Corpus) -> Result<(), Failure> {
    let folder = match &options.folder {
        Some(folder) => folder.canonicalize().map_err(|error| {
            let folder = folder.display();
            Failure::usage(format!("`{folder}` cannot be read: {error}"))
        })?,
        None => root.join(OWN),
    };
    runner(root, &folder, options).run()
}

/// Runs the project's own cases, and the recorded ones where there are any.
///
/// # Errors
/// Fails when a case fails.
pub(crate) fn run_all(root: &Path) -> Result<(), Failure> {
    let options = flags::Corpus::default();
    run(root, &options)?;
    let recorded = root.join(RECORDED);
    if !recorded.is_dir() {
        println!("corpus: no recordings at {RECORDED}, so only the project's own cases were run");
        return Ok(());
    }
    runner(root, &recorded, &options).run()
}

/// Without HTTP and with the codecs alone, so that it builds in seconds.
fn runner(root: &Path, folder: &Path, options: &flags::Corpus) -> Exec {
    let cargo = "test --quiet --profile corpus --package windlass-provider --test corpus";
    let features = "--no-default-features --features bedrock --";
    let words = cargo.split(' ').chain(features.split(' '));
    let mut exec = Exec::cargo(root, words).arguments([&*folder.to_string_lossy()]);
    if let Some(only) = &options.only {
        exec = exec.arguments(["--only", only]);
    }
    if options.verbose {
        exec = exec.arguments(["--verbose"]);
    }
    exec
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    #[test]
    fn the_runner_is_a_test_program_with_the_codecs_alone() {
        let options = flags::Corpus {
            folder: None,
            only: Some("tool call".to_owned()),
            verbose: true,
        };
        let line = runner(Path::new("."), Path::new("/cases"), &options).to_string();
        let expected = "cargo test --quiet --profile corpus --package windlass-provider --test corpus \
                        --no-default-features --features bedrock -- /cases --only 'tool call' --verbose";
        assert_eq!(line, expected);
    }

    #[test]
    fn a_folder_that_is_not_there_is_named() {
        let options = flags::Corpus {
            folder: Some(PathBuf::from("no-such-folder")),
            ..flags::Corpus::default()
        };
        let failure = run(Path::new("."), &options).unwrap_err().to_string();
        assert!(
            failure.starts_with("`no-such-folder` cannot be read: "),
            "{failure}"
        );
    }
}
