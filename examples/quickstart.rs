//! An agent with one tool answers a question.
//!
//! Offline: a server on this machine plays the provider, and speaks its protocol over HTTP. With a key in
//! `ANTHROPIC_API_KEY`, `windlass_provider::connect("anthropic/claude-sonnet-4-5")?` takes the place of the first
//! statements of `main`.
#![allow(clippy::print_stdout, reason = "a program shows its result")]

use serde::Serialize;
use windlass_agent::Agent;
use windlass_core::tool;
use windlass_provider::hosts;
use windlass_provider::simulate::{Reply, Simulator};

#[derive(Serialize)]
struct Weather {
    celsius: f64,
}

/// The weather in a city right now.
#[tool]
async fn weather(
    /// City name, in English.
    city: &str,
) -> Result<Weather, String> {
    match city {
        "Oslo" => Ok(Weather { celsius: 4.0 }),
        "Rome" => Ok(Weather { celsius: 21.0 }),
        _ => Err(format!("no station in {city}")),
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let provider = Simulator::start().await?;
    provider.script([
        Reply::text("Let me look. ")
            .then_call("call_1", "weather", r#"{"city": "Oslo"}"#)
            .then_call("call_2", "weather", r#"{"city": "Rome"}"#),
        Reply::text("It is warmer in Rome: 21 °C, against 4 °C in Oslo."),
    ]);
    let model = provider
        .client(hosts::ANTHROPIC, "claude-sonnet-4-5")
        .build()?;

    let agent = Agent::builder(model)
        .instructions("Answer in one sentence.")
        .tool(weather)
        .build()?;
    println!("{}", agent.run("Is it warmer in Oslo or in Rome?").await?);
    Ok(())
}
