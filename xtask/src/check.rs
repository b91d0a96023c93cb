//! `cargo xtask check`: everything that can be said without running a test.

use std::path::Path;
use std::time::{Duration, Instant};

use crate::exec::Exec;
use crate::failure::Failure;
use crate::workspace::{FEATURES, Workspace};
use crate::{flags, git, rules, tidy};

/// Runs the checks.
///
/// # Errors
/// Fails with the first check that fails; of the optional tools, all are tried first.
pub(crate) fn run(root: &Path, options: &flags::Check) -> Result<(), Failure> {
    let tidy = flags::Tidy {
        base: options.base.clone(),
        ..flags::Tidy::default()
    };
    step("tidy", || tidy::run(root, &tidy))?;
    step("rules", || rules::check(root))?;
    for (name, exec) in steps(root) {
        step(name, || exec.run())?;
    }
    wasm(root)?;
    if options.full { full(root) } else { Ok(()) }
}

/// Core has no runtime and no HTTP, so it builds for the web; checked where the toolchain has that target.
fn wasm(root: &Path) -> Result<(), Failure> {
    let sysroot = Exec::new("rustc", root, ["--print", "sysroot"]).read()?;
    if !Path::new(sysroot.trim())
        .join("lib/rustlib")
        .join(WASM)
        .is_dir()
    {
        println!("wasm: the target {WASM} is not installed, so core was not checked for it");
        return Ok(());
    }
    let check = ["check", "--package", "windlass-core", "--target", WASM];
    step("wasm", || Exec::cargo(root, check).run())
}

const WASM: &str = "wasm32-unknown-unknown";

fn steps(root: &Path) -> [(&'static str, Exec); 3] {
    let clippy = [
        "clippy",
        "--workspace",
        "--all-targets",
        "--features",
        FEATURES,
    ];
    let docs = ["doc", "--workspace", "--no-deps", "--features", FEATURES];
    [
        ("format", Exec::cargo(root, ["fmt", "--all", "--check"])),
        (
            "clippy",
            Exec::cargo(root, clippy).arguments(["--", "-D", "warnings"]),
        ),
        (
            "docs",
            Exec::cargo(root, docs).variable("RUSTDOCFLAGS", "-D warnings"),
        ),
    ]
}

/// Runs one step, with its name before and its time after what it prints.
fn step(name: &str, run: impl FnOnce() -> Result<(), Failure>) -> Result<(), Failure> {
    println!("{name} …");
    let start = Instant::now();
    let result = run();
    let verdict = if result.is_ok() { "ok" } else { "failed" };
    println!("{name}: {verdict}, {}", seconds(start.elapsed()));
    result
}

fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}

/// A cargo subcommand that a fresh machine does not have, with what it is run for.
struct Optional {
    tool: &'static str,
    execs: Vec<Exec>,
}

/// Tries all optional tools, then tells which failed.
fn full(root: &Path) -> Result<(), Failure> {
    let mut failed = Vec::new();
    for Optional { tool, execs } in optional(root)? {
        let result = step(tool, || {
            find(root, tool)?;
            execs.iter().try_for_each(Exec::run)
        });
        if let Err(failure) = result {
            println!("{failure}");
            failed.push(tool);
        }
    }
    if failed.is_empty() {
        return Ok(());
    }
    Err(Failure::new(format!("failed: {}", failed.join(", "))))
}

fn optional(root: &Path) -> Result<Vec<Optional>, Failure> {
    let powerset = ["hack", "check", "--workspace", "--feature-powerset"];
    let powerset = Exec::cargo(root, powerset).arguments(["--depth", "2", "--no-dev-deps"]);
    let deny = Exec::cargo(root, ["deny", "check", "advisories", "bans", "sources"]);
    let workspace = Workspace::read(root)?;
    let api = |name: &str| Exec::cargo(root, ["public-api", "-sss", "--package", name]);
    let apis = workspace.published().map(|package| api(&package.name));
    let one = |tool, exec| Optional {
        tool,
        execs: vec![exec],
    };
    Ok(vec![
        one("cargo-deny", deny),
        one("cargo-hack", powerset),
        Optional {
            tool: "cargo-semver-checks",
            execs: semver(root, git::last_tag(root)?.as_deref()),
        },
        Optional {
            tool: "cargo-public-api",
            execs: apis.collect(),
        },
    ])
}

/// Compares the public interface with the last release; before the first one there is nothing to keep.
fn semver(root: &Path, last: Option<&str>) -> Vec<Exec> {
    let arguments = ["semver-checks", "--workspace", "--baseline-rev"];
    last.map(|tag| Exec::cargo(root, arguments).arguments([tag]))
        .into_iter()
        .collect()
}

/// Whether the tool is installed.
pub(crate) fn find(root: &Path, tool: &str) -> Result<(), Failure> {
    let name = tool.strip_prefix("cargo-").unwrap_or(tool);
    match Exec::cargo(root, [name, "--version"]).ask()? {
        Some(_) => Ok(()),
        None => Err(Failure::new(missing(tool))),
    }
}

fn missing(tool: &str) -> String {
    format!("`{tool}` is not installed: `cargo install {tool} --locked`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_steps() {
        let lines = steps(Path::new(".")).map(|(_, exec)| exec.to_string());
        let expected = [
            "cargo fmt --all --check".to_owned(),
            format!("cargo clippy --workspace --all-targets --features {FEATURES} -- -D warnings"),
            format!(
                "RUSTDOCFLAGS='-D warnings' cargo doc --workspace --no-deps --features {FEATURES}"
            ),
        ];
        assert_eq!(lines, expected);
    }

    #[test]
    fn a_missing_tool_is_named_with_its_cure() {
        let text = find(Path::new("."), "cargo-no-such-tool").unwrap_err();
        let expected =
            "`cargo-no-such-tool` is not installed: `cargo install cargo-no-such-tool --locked`";
        assert_eq!(text.to_string(), expected);
    }

    #[test]
    fn interfaces_are_compared_with_the_last_release_if_there_is_one() {
        let lines = |last| -> Vec<String> {
            let execs = semver(Path::new("."), last);
            execs.iter().map(ToString::to_string).collect()
        };
        let expected = "cargo semver-checks --workspace --baseline-rev v0.1.0";
        assert_eq!(lines(Some("v0.1.0")), [expected]);
        assert_eq!(lines(None), [""; 0]);
    }

    #[test]
    fn times_have_a_tenth_of_a_second() {
        assert_eq!(seconds(Duration::from_millis(1249)), "1.2 s");
        assert_eq!(seconds(Duration::ZERO), "0.0 s");
    }
}
