//! A model breaks down in the middle of its answer, and another one takes over: what was shown is taken back first.
//!
//! Offline: a server on this machine plays both providers.
#![allow(clippy::print_stdout, reason = "a program shows its result")]

use std::io::{self, Write};

use windlass_agent::{Agent, Chain, What};
use windlass_core::Never;
use windlass_provider::hosts;
use windlass_provider::simulate::{Fault, Reply, Simulator};

/// Goes to the beginning of the line and empties it.
const ERASE: &str = "\r\u{1b}[2K";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let provider = Simulator::start().await?;
    provider.script([
        Reply::text("I think that it is warmer in Oslo.").with_fault(Fault::ErrorAt { event: 8 }),
        Reply::text("It is warmer in Rome."),
    ]);
    let claude = provider
        .client(hosts::ANTHROPIC, "claude-sonnet-4-5")
        .build()?;
    let gpt = provider.client(hosts::OPENAI_RESPONSES, "gpt-5").build()?;

    // Without `discarding_output`, an answer that was begun is not begun again: the run would end with the error.
    let agent = Agent::builder(claude)
        .retry(Never)
        .fallback(Chain::new().then(gpt).discarding_output())
        .build()?;
    let mut run = agent.run("Is it warmer in Oslo or in Rome?");
    while let Some(event) = run.next().await {
        match event.what {
            What::Text { text, .. } => print!("{text}"),
            What::Discarded => print!("{ERASE}"),
            What::RunEnded(_) => println!(),
            _ => {}
        }
        io::stdout().flush()?;
    }

    let report = run.await?;
    for attempt in &report.attempts {
        match &attempt.error {
            Some(error) => println!("{error}"),
            None => println!("{}: answered", attempt.model),
        }
    }
    Ok(())
}
