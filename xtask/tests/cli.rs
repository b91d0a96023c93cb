//! The program as a person runs it, on a made-up workspace with one mistake of each kind.

#![allow(
    clippy::unwrap_used,
    reason = "clippy knows test functions, not what they call"
)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A repository below cargo's folder for the tests' files, gone when the test ends.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let scratch = Self(folder.join(std::process::id().to_string()));
        scratch.write(".gitignore", "/target\n");
        let initialised = Command::new("git")
            .args(["init", "--quiet"])
            .env_remove("GIT_DIR")
            .current_dir(&scratch.0)
            .status();
        assert!(initialised.unwrap().success());
        scratch
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.0.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    /// Runs the program on this workspace.
    fn xtask(&self, arguments: &[&str]) -> Told {
        self.command(arguments).output().unwrap().into()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
        command
            .args(arguments)
            .env("CARGO_MANIFEST_DIR", self.0.join("xtask"))
            .env_remove("XTASK_BASE");
        command
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // Names are unique, so that what is left behind harms nobody.
        std::fs::remove_dir_all(&self.0).ok();
    }
}

/// What a run told.
#[derive(Debug, PartialEq, Eq)]
struct Told {
    code: Option<i32>,
    out: String,
    err: String,
}

impl From<Output> for Told {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

fn check(told: &Told, code: i32, out: &str, err: &str) {
    let found = (told.code, told.out.as_str(), told.err.as_str());
    assert_eq!(found, (Some(code), out, err));
}

const MEMBER: &str = "[package]
name = \"windlass-core\"
version.workspace = true
edition.workspace = true
rust-version.workspace = true
license.workspace = true

[lints]
workspace = true
";

/// A workspace with nothing to mend.
fn tidy_workspace(name: &str) -> Scratch {
    let scratch = Scratch::new(name);
    let root = "[workspace]\nresolver = \"3\"\nmembers = [\"core\"]\n\n[workspace.package]\nversion = \"0.1.0\"\n\
                edition = \"2024\"\nrust-version = \"1.88\"\nlicense = \"MIT\"\n\n[workspace.lints.rust]\n";
    scratch.write("Cargo.toml", root);
    scratch.write("core/Cargo.toml", MEMBER);
    scratch.write("core/src/lib.rs", "//! Nothing.\n");
    scratch.write("README.md", "See `core/`.\n");
    scratch.write("ARCHITECTURE.md", "```text\ncore/src/lib.rs  all\n```\n");
    scratch.write("docs/crates-core.txt", "windlass-core 0.1\n");
    scratch.write(
        "docs/rules.md",
        "## Wire\n- R-1 Any split.\n- R-2 No loss.\n",
    );
    scratch
}

const NO_BASE: &str =
    "note: no `--base`, no origin/main and no tag, so the changelog is not compared\n";

#[test]
fn a_tidy_workspace_is_silent() {
    let scratch = tidy_workspace("tidy");
    check(&scratch.xtask(&["tidy"]), 0, NO_BASE, "");
}

#[test]
fn each_mistake_is_told_with_its_place_and_its_cure() {
    let scratch = tidy_workspace("mistakes");
    scratch.write("core/src/a/mod.rs", "fn a() { tokio::spawn(x); }\n");
    scratch.write("core/src/lib.rs", "//! ```ignore\n//! ```\n");
    scratch.write("README.md", "See `core/src/gone.rs`.\n");
    scratch.write(
        "core/Cargo.toml",
        &MEMBER.replace("license.workspace = true\n", ""),
    );
    scratch.write("docs/crates-core.txt", "windlass-core 0.1\nold 1\n");
    let findings = "\
README.md:1: names `core/src/gone.rs`, which does not exist (name what exists)
core/Cargo.toml:1: does not take the workspace's license (write `[package] license.workspace = true`)
core/src/a/mod.rs:1: `tokio::spawn` without an owner (put the task into a `JoinSet` owned by what it serves)
core/src/a/mod.rs:1: a module named by its folder (name it `core/src/a.rs`)
core/src/lib.rs:1: an example that never runs (make it compile on the scripted model, or `no_run` where a key is needed)
docs/crates-core.txt:2: `old 1` is no longer built for core (run `cargo xtask tidy --bless`)
";
    let told = scratch.xtask(&["tidy"]);
    check(
        &told,
        1,
        &format!("{NO_BASE}{findings}"),
        "error: tidy: 6 findings\n",
    );
}

#[test]
fn the_base_may_come_from_the_environment() {
    let scratch = tidy_workspace("base");
    let mut command = scratch.command(&["tidy"]);
    let told = Told::from(command.env("XTASK_BASE", "from-env").output().unwrap());
    assert_eq!(told.code, Some(1));
    assert!(told.err.contains("from-env"), "{told:?}");
    let mut command = scratch.command(&["tidy", "--base", "from-flag"]);
    let told = Told::from(command.env("XTASK_BASE", "from-env").output().unwrap());
    assert!(told.err.contains("from-flag"), "{told:?}");
}

#[test]
fn bless_writes_the_list_of_crates() {
    let scratch = tidy_workspace("bless");
    scratch.write("docs/crates-core.txt", "old 1\n");
    check(&scratch.xtask(&["tidy", "--bless"]), 0, NO_BASE, "");
    let list = std::fs::read_to_string(scratch.0.join("docs/crates-core.txt"));
    assert_eq!(list.unwrap(), "windlass-core 0.1\n");
}

#[test]
fn rules_are_listed_and_held() {
    let scratch = tidy_workspace("rules");
    scratch.write("core/tests/wire.rs", "// R-1\n#[test]\nfn a() {}\n");
    let list = "Wire\n  R-2 No loss.\n\n1 of 2 rules have no test\n";
    check(&scratch.xtask(&["rules"]), 0, list, "");
    check(&scratch.xtask(&["rules", "--deny", "R-1"]), 0, list, "");
    scratch.write("docs/rules-held.txt", "R-2\n");
    let lost =
        "docs/rules.md:3: R-2 must have a test and has none (write one, with `// R-2` in it)\n";
    let error = "error: rules: 1 finding\n";
    check(
        &scratch.xtask(&["rules"]),
        1,
        &format!("{list}{lost}"),
        error,
    );
}

#[test]
fn check_stops_at_the_first_step_that_fails() {
    let scratch = tidy_workspace("check");
    scratch.write("docs/rules-held.txt", "R-2\n");
    let told = scratch.xtask(&["check"]);
    assert_eq!(
        (told.code, told.err.as_str()),
        (Some(1), "error: rules: 1 finding\n")
    );
    let steps: Vec<&str> = told
        .out
        .lines()
        .filter(|line| line.ends_with('…'))
        .collect();
    assert_eq!(steps, ["tidy …", "rules …"]);
    let last = told.out.lines().last().unwrap_or_default();
    assert!(last.starts_with("rules: failed, "), "{last}");
}

#[test]
fn check_names_the_command_that_failed() {
    let scratch = tidy_workspace("format");
    scratch.write("core/src/lib.rs", "//! Nothing.\nfn  a( ){}\n");
    let told = scratch.xtask(&["check"]);
    assert_eq!(told.code, Some(1));
    let error = "error: `cargo fmt --all --check` failed: ";
    assert!(told.err.starts_with(error), "{told:?}");
}

#[test]
fn a_command_line_that_is_not_understood_has_its_own_exit_code() {
    let scratch = tidy_workspace("usage");
    let error = "error: unknown command `chekc`; did you mean `check`?\n";
    check(&scratch.xtask(&["chekc"]), 2, "", error);
    assert_eq!(scratch.xtask(&["check", "--help"]).code, Some(0));
}
