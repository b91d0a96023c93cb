//! A conversation over many runs: its status, another model in the middle, made smaller, written down and loaded.
//!
//! Offline: the models play scripts.
#![allow(clippy::print_stdout, reason = "a program shows its result")]

use windlass_agent::{Agent, KeepRecent, Session, SessionState};
use windlass_core::{ModelId, Prices, Profile, Script, Scripted, Usage};

/// A model that has these answers, reports what they took, and has a price.
fn model<const N: usize>(name: &'static str, answers: [&str; N]) -> Scripted {
    let usage = Usage::UNKNOWN
        .with_input(1_000)
        .with_cache_read(0)
        .with_output(20);
    let profile = Profile::new(ModelId::new("scripted", name))
        .with_context_window(10_000)
        .with_max_output(2_000)
        .with_prices(Prices::new(1_000_000, 5_000_000));
    Scripted::new(answers.map(|words| Script::text(words).with_usage(usage))).with_profile(profile)
}

fn show(session: &Session) {
    let status = session.status();
    let context = status
        .context
        .expect("the answer does not have the whole window");
    println!(
        "{} messages in {} runs; {} of {} tokens; {} asked {} times for ${:.4}",
        status.messages,
        status.runs,
        context.input,
        context.window - context.reserve,
        status.models.len(),
        status.attempts,
        status.cost as f64 / 1e6,
    );
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let small = model("small", ["In Rome.", "Yes, in Cairo."]);
    let agent = Agent::builder(small).compactor(KeepRecent::new()).build()?;
    let session = Session::new(agent);
    println!("{}", session.run("Is it warmer in Oslo or in Rome?").await?);
    println!("{}", session.run("Is it warmer still elsewhere?").await?);
    show(&session);

    // What follows is harder.
    session.set_model(model(
        "large",
        ["Because the sun stands higher.", "You are welcome."],
    ));
    session.set_instructions(["Explain like a teacher."]);
    let report = session.run("Why?").await?;
    println!("{report}");
    for change in &report.prefix_changes {
        println!("  the provider's cache is of no use in {change}");
    }
    show(&session);

    let report = session.compact_now().await?;
    println!(
        "made smaller: {} messages to {}",
        report.messages_before, report.messages_after
    );
    let written = serde_json::to_string(&session.state())?;

    // Perhaps in another process, and with an agent that was built there.
    let state: SessionState = serde_json::from_str(&written)?;
    let session = Session::load(session.agent(), state);
    println!("{}", session.run("Thank you.").await?);
    show(&session);
    Ok(())
}
