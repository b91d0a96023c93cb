//! A run that may spend only so much: it is told when that is nearly gone, and answers with what it knows at the end.
//!
//! Offline: the model plays a script.
#![allow(clippy::print_stdout, reason = "a program shows its result")]

use windlass_agent::{Agent, AtLimit, Limits, What};
use windlass_core::{ModelId, Prices, Profile, Script, Scripted, Usage, tool};

/// Looks for a word in the archive.
#[tool(read_only)]
fn search(
    /// What to look for.
    word: &str,
) -> String {
    format!("nothing on {word}")
}

/// A model that searches on and on, for three cents an answer, until it is not let.
fn model() -> Scripted {
    let answers = [
        Script::call("call_1", "search", r#"{"word": "windlass"}"#),
        Script::call("call_2", "search", r#"{"word": "winch"}"#),
        Script::call("call_3", "search", r#"{"word": "capstan"}"#),
        Script::text("The archive does not say."),
    ];
    let usage = Usage::UNKNOWN.with_input(5_000).with_output(1_000);
    let prices = Prices::new(3_000_000, 15_000_000);
    let profile = Profile::new(ModelId::new("scripted", "searcher")).with_prices(prices);
    Scripted::new(answers.map(|answer| answer.with_usage(usage))).with_profile(profile)
}

async fn show(limits: Limits) -> Result<(), Box<dyn std::error::Error>> {
    println!("may spend {limits}");
    let agent = Agent::builder(model())
        .tool(search)
        .limits(limits)
        .build()?;
    let mut run = agent.run("Since when are there windlasses?");
    while let Some(event) = run.next().await {
        if let What::LimitNear(near) = event.what {
            println!("  {near}");
        }
    }
    let report = run.await?;
    println!(
        "  {}, after {} calls: {:?}",
        report.stop,
        report.calls,
        report.text()
    );
    for left in &report.left {
        println!("  {left}");
    }
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    show(Limits::default().with_cost(80_000)).await?;
    let turns = Limits::default().with_turns(3);
    show(turns.at_limit(AtLimit::LastTurn)).await
}
