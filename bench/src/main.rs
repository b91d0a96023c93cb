//! Measures Windlass against the floor, and prints the table: `cargo xtask bench`.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "this program talks to a person at a terminal"
)]

mod build;
mod gates;
mod lab;
mod options;
mod queue;
mod scenarios;
mod session;
mod table;
mod tools;

use std::process::ExitCode;

use lab::{Contender, Lab};
use options::{Child, Options, Role, Work};
use windlass_bench::floor::{Floor, FloorRunner};
use windlass_bench::ours::{OurRunner, Ours};
use windlass_bench::{Failure, child, cost, offline, server};

#[global_allocator]
static ALLOCATOR: cost::Counting = cost::Counting;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match run(&words) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::FAILURE
        }
    }
}

/// Whether every gate holds that was to be kept.
fn run(words: &[String]) -> Result<bool, Failure> {
    match Role::parse(words)? {
        Role::Server => server::run().map(|()| true),
        Role::Child(child) => measured(&child).map(|()| true),
        Role::Session => session::run().map(|()| true),
        Role::Queue(count) => queue::run(count).map(|()| true),
        Role::Bench(options) => bench(&options),
    }
}

fn measured(child: &Child) -> Result<(), Failure> {
    let is_floor = match child.name.as_str() {
        "floor" => true,
        "windlass" => false,
        name => return Err(format!("nobody is called `{name}`").into()),
    };
    match &child.work {
        Work::Answers { wire, url, task } if is_floor => {
            child::run(&Floor::new(*wire, url)?, url, *task)
        }
        Work::Answers { wire, url, task } => child::run(&Ours::new(*wire, url)?, url, *task),
        Work::Runs { url, count } if is_floor => child::runs::run(FloorRunner::new, url, *count),
        Work::Runs { url, count } => child::runs::run(OurRunner::new, url, *count),
        Work::Offline(exercise) => offline::run(is_floor, *exercise),
    }
}

fn bench(options: &Options) -> Result<bool, Failure> {
    let lab = Lab::open()?;
    let mut contenders = vec![Contender::own("floor")?, Contender::own("windlass")?];
    if let Some(program) = &options.peers {
        contenders.extend(Contender::peers(program)?);
    }
    let mut rows = scenarios::measure(&lab, &contenders)?;
    rows.extend(scenarios::runs::measure(&lab, &contenders)?);
    rows.extend(scenarios::offline::measure(&lab, &contenders)?);
    rows.extend(queue::measure(contenders.len())?);
    rows.extend(session::measure(contenders.len())?);
    rows.extend(build::crates(&options.hello, &contenders)?);
    if options.build {
        rows.extend(build::release(&options.hello, &contenders)?);
        rows.extend(tools::debug(&options.hello, &contenders)?);
    }
    print!("{}", table::render(&contenders, &rows));
    let missed: Vec<_> = rows.iter().filter_map(table::Row::missed).collect();
    for miss in &missed {
        println!("missed: {miss}");
    }
    Ok(missed.is_empty() || !options.gate)
}
