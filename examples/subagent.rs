//! An agent asks another one as it would call a tool; what both spend counts for the one that was asked.
//!
//! Offline: the models play scripts.
#![allow(clippy::print_stdout, reason = "a program shows its result")]

use windlass_agent::{Agent, Limits, Observed, What};
use windlass_core::{Script, Scripted, Usage, tool};

/// The weather in a city right now.
#[tool(read_only)]
fn weather(
    /// City name, in English.
    city: &str,
) -> String {
    format!("4 °C in {city}")
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let usage = Usage::UNKNOWN.with_input(100).with_output(10);
    let knows = Scripted::new([
        Script::call("call_1", "weather", r#"{"city": "Oslo"}"#).with_usage(usage),
        Script::text("4 °C, and it rains.").with_usage(usage),
    ]);
    let forecaster = Agent::builder(knows)
        .name("forecaster")
        .instructions("You know the weather.")
        .tool(weather)
        .limits(Limits::default().with_turns(5))
        .build()?;

    let asks = Scripted::new([
        Script::call("call_1", "forecast", r#"{"task": "How is it in Oslo?"}"#).with_usage(usage),
        Script::text("Take a coat.").with_usage(usage),
    ]);
    let agent = Agent::builder(asks)
        .tool(forecaster.as_tool("forecast", "Answers questions about the weather."))
        .limits(Limits::default().with_turns(20))
        .build()?;

    let run = agent.run("What do I wear in Oslo?");
    let mut observer = run.observe();
    let report = run.await?;
    println!("{report}");

    println!("{} for four answers", report.usage);

    while let Some(told) = observer.next().await {
        let Observed::Event(event) = told else {
            continue;
        };
        let whose = match event.run == report.run {
            true => "the run",
            false => "the one that it asked",
        };
        match event.what {
            What::ToolEnded(ended) => println!("{whose} was told: {}", ended.outcome.text()),
            What::RunEnded(ended) => println!("{whose} took {} turns", ended.turns),
            _ => {}
        }
    }
    Ok(())
}
