//! `cargo xtask bench`: builds and runs what is in `bench/`.

use std::path::{Path, PathBuf};

use crate::exec::Exec;
use crate::failure::Failure;
use crate::flags;

/// Measures, and prints the table.
///
/// # Errors
/// Fails when something does not build or run, and with `gate` when a limit is missed.
pub(crate) fn run(root: &Path, options: &flags::Bench) -> Result<(), Failure> {
    steps(root, &target(root), options)
        .iter()
        .try_for_each(Exec::run)
}

/// The peers are a program of their own, so that nobody else waits for them to be built.
fn steps(root: &Path, target: &Path, options: &flags::Bench) -> Vec<Exec> {
    let folder = target.join("bench").display().to_string();
    let peers = target.join("bench-peers").display().to_string();
    let hello = root.join("bench/hello").display().to_string();
    let mut steps = Vec::new();
    let run = ["run", "--release", "--manifest-path", "bench/Cargo.toml"];
    let mut bench =
        Exec::cargo(root, run).arguments(["--target-dir", &folder, "--", "--hello", &hello]);
    if options.gate {
        bench = bench.arguments(["--gate"]);
    }
    if options.build {
        bench = bench.arguments(["--build"]);
    }
    if options.peers {
        let build = [
            "build",
            "--release",
            "--manifest-path",
            "bench/peers/Cargo.toml",
        ];
        steps.push(Exec::cargo(root, build).arguments(["--target-dir", &peers]));
        let program = format!("{peers}/release/windlass-bench-peers");
        bench = bench.arguments(["--peers", &program]);
    }
    steps.push(bench);
    steps
}

/// Where this workspace is built; the others are built below it, so that one folder can be kept between runs.
#[allow(
    clippy::disallowed_methods,
    reason = "cargo's own variable, which it does not pass on as an argument"
)]
fn target(root: &Path) -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| root.join("target"), |folder| root.join(folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(options: &flags::Bench, expected: &[&str]) {
        let steps = steps(Path::new("/r"), Path::new("/t"), options);
        let lines: Vec<String> = steps.iter().map(ToString::to_string).collect();
        assert_eq!(lines, expected);
    }

    const RUN: &str = "cargo run --release --manifest-path bench/Cargo.toml --target-dir /t/bench -- --hello \
                       /r/bench/hello";

    #[test]
    fn the_bench_is_built_and_run() {
        check(&flags::Bench::default(), &[RUN]);
        let options = flags::Bench {
            gate: true,
            build: true,
            peers: false,
        };
        check(&options, &[&format!("{RUN} --gate --build")]);
    }

    #[test]
    fn peers_are_built_only_when_asked_for() {
        let options = flags::Bench {
            peers: true,
            ..flags::Bench::default()
        };
        let build = "cargo build --release --manifest-path bench/peers/Cargo.toml --target-dir /t/bench-peers";
        let program = "/t/bench-peers/release/windlass-bench-peers";
        check(&options, &[build, &format!("{RUN} --peers {program}")]);
    }
}
