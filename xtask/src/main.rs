//! The project's own commands: `cargo xtask --help` lists them.
//!
//! A new command is an entry in `flags/pages.rs` (its help and its flags), a variant of [`flags::Command`] and a file
//! beside this one with a `run` function.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "this program talks to a person at a terminal"
)]

mod bench;
mod check;
mod corpus;
mod exec;
mod failure;
mod finding;
mod flags;
mod fuzz;
mod git;
mod lexer;
mod release;
mod rules;
#[cfg(test)]
mod scratch;
mod servers;
mod syntax;
mod test;
mod tidy;
mod tree;
mod workspace;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use failure::Failure;
use flags::Command;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match flags::parse(&arguments).and_then(run) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("error: {failure}");
            failure.exit_code()
        }
    }
}

fn run(command: Command) -> Result<(), Failure> {
    let root = root();
    match command {
        Command::Help(text) => {
            print!("{text}");
            Ok(())
        }
        Command::Check(options) => check::run(&root, &options),
        Command::Test(options) => test::run(&root, &options),
        Command::Fuzz(options) => fuzz::run(&root, &options),
        Command::Corpus(options) => corpus::run(&root, &options),
        Command::Bench(options) => bench::run(&root, &options),
        Command::Tidy(options) => tidy::run(&root, &options),
        Command::Rules(options) => rules::run(&root, &options),
        Command::Release(options) => release::run(&root, &options),
    }
}

/// The workspace's folder: that of the running `cargo xtask`, else the one this program was built in.
#[allow(
    clippy::disallowed_methods,
    reason = "cargo names the package it runs in the environment; two checkouts may share one target folder"
)]
fn root() -> PathBuf {
    let package = std::env::var("CARGO_MANIFEST_DIR")
        .unwrap_or_else(|_| env!("CARGO_MANIFEST_DIR").to_owned());
    Path::new(&package)
        .parent()
        .map_or_else(|| PathBuf::from("."), Path::to_path_buf)
}
