//! The measured process of runs: one agent, one plan, so many runs one after the other.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use super::{Report, authority, runtime};
use crate::cost::{Cost, kept, resident};
use crate::{Failure, RunPlan, Runner};

/// Makes an agent, runs it so often and prints the report; the history of the last run counts as kept.
///
/// # Errors
///
/// When a run fails.
#[allow(clippy::print_stdout, reason = "the parent reads it")]
pub fn run<R: Runner>(
    make: impl Fn(&str) -> Result<R, Failure>,
    url: &str,
    count: usize,
) -> Result<(), Failure> {
    let plan: RunPlan = url.parse()?;
    let server = authority(url);
    let short = RunPlan { turns: 2, ..plan };
    let first = make(&format!("http://{server}{short}"))?;
    let report = runtime()?.block_on(async {
        // So that what a program needs once is there, and what grows is the run.
        first.run().await?;
        measure(&make(url)?, plan, server, count).await
    })?;
    print!("{report}");
    Ok(())
}

async fn measure(
    runner: &impl Runner,
    plan: RunPlan,
    server: &str,
    count: usize,
) -> Result<Report, Failure> {
    let sent = received(server)?;
    let (memory, heap, before) = (resident(), kept(), Cost::so_far());
    let mut last = None;
    for _ in 0..count {
        // The history of a run must not be counted with that of the next.
        drop(last.take());
        last = Some(runner.run().await?);
    }
    let cost = Cost::so_far() - before;
    let grown = resident().zip(memory);
    let kept = kept().saturating_sub(heap);
    let (text, _history) = last.ok_or("no run was asked for")?;
    Ok(Report {
        grown: grown.map(|(now, then)| now.saturating_sub(then)),
        kept: Some(kept),
        sent: Some(received(server)? - sent),
        ..Report::of(cost, text == plan.last().whole())
    })
}

/// The bytes of all bodies that the server has received.
fn received(server: &str) -> Result<u64, Failure> {
    let mut connection = TcpStream::connect(server)?;
    connection.write_all(b"GET /received HTTP/1.1\r\n\r\n")?;
    connection.shutdown(std::net::Shutdown::Write)?;
    let mut said = String::new();
    connection.read_to_string(&mut said)?;
    let number = said.rsplit("\r\n").next().unwrap_or_default();
    Ok(number.parse()?)
}
