//! The events of a run while it runs: words, calls, outcomes, and what it came to.
//!
//! Offline: a server on this machine plays the provider.
#![allow(clippy::print_stdout, reason = "a program shows its result")]

use std::io::{self, Write};

use windlass_agent::{Agent, What};
use windlass_core::{ToolError, Usage, tool};
use windlass_provider::hosts;
use windlass_provider::simulate::{Reply, Simulator};

/// The weather in a city right now.
#[tool(read_only)]
async fn weather(
    /// City name, in English.
    city: &str,
) -> Result<String, ToolError> {
    match city {
        "Oslo" => Ok("4 °C".to_owned()),
        "Rome" => Ok("21 °C".to_owned()),
        _ => Err(ToolError::retry("no such city; try its English name")),
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let provider = Simulator::start().await?;
    provider.script([
        Reply::text("Let me look.")
            .then_call("call_1", "weather", r#"{"city": "Oslo"}"#)
            .then_call("call_2", "weather", r#"{"city": "Roma"}"#)
            .with_usage(Usage::UNKNOWN.with_input(61).with_output(40)),
        Reply::call("call_3", "weather", r#"{"city": "Rome"}"#)
            .with_usage(Usage::UNKNOWN.with_input(130).with_output(20)),
        Reply::text("It is warmer in Rome.")
            .with_usage(Usage::UNKNOWN.with_input(170).with_output(8)),
    ]);
    let model = provider.client(hosts::OPENAI, "gpt-5").build()?;
    let agent = Agent::builder(model)
        .instructions("Answer in one sentence.")
        .tool(weather)
        .build()?;

    let mut run = agent.run("Is it warmer in Oslo or in Rome?");
    while let Some(event) = run.next().await {
        match event.what {
            What::TurnStarted => println!("turn {}", event.turn),
            What::Text { text, .. } => print!("{text}"),
            What::CallReady(call) => print!("\n  {} {}", call.name, call.arguments.as_str()),
            What::ToolEnded(ended) => print!("\n  {}", ended.outcome.text()),
            What::TurnEnded { .. } => println!(),
            _ => {}
        }
        io::stdout().flush()?;
    }
    let report = run.await?;
    println!(
        "{} in {} turns, {}",
        report.stop, report.turns, report.usage
    );
    Ok(())
}
