//! A run is spoken to and cancelled from outside while it works; what it won is kept.
//!
//! Offline: the model plays a script.
#![allow(clippy::print_stdout, reason = "a program shows its result")]

use std::future::pending;

use windlass_agent::{Agent, RunError, What};
use windlass_core::{Outcome, Script, Scripted, tool};

/// The weather in a city right now.
#[tool(read_only)]
async fn weather(
    /// City name, in English.
    city: &str,
) -> String {
    if city == "Atlantis" {
        // It would never come back.
        pending::<()>().await;
    }
    format!("4 °C in {city}")
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let model = Scripted::new([
        Script::call("call_1", "weather", r#"{"city": "Oslo"}"#),
        Script::text("Then Atlantis, too. ").then_call(
            "call_2",
            "weather",
            r#"{"city": "Atlantis"}"#,
        ),
    ]);
    let agent = Agent::builder(model).tool(weather).build()?;
    let mut run = agent.run("How warm is it in Oslo?");
    let handle = run.handle();
    while let Some(event) = run.next().await {
        match event.what {
            What::ToolStarted { call, .. } if call.as_str() == "call_1" => {
                // It is delivered when the outcomes are there; whoever wants to know when can await the steering.
                drop(handle.steer("And in Atlantis?"));
            }
            What::ToolStarted { .. } => handle.cancel(),
            What::Steered { messages } => println!("turn {}: {messages} message", event.turn),
            _ => {}
        }
    }

    let report = run.await.unwrap_or_else(RunError::into_report);
    println!("{}", report.stop);
    println!("{} messages are kept", report.conversation.len());
    for (call, outcome) in report.conversation.calls() {
        let told = outcome.map(Outcome::text).unwrap_or_default();
        println!("{} {}: {told}", call.name, call.arguments.as_str());
    }
    Ok(())
}
