//! A long run in a small window: before it no longer fits, old outputs are shortened and old messages left out.
//!
//! Offline: the model plays a script.
#![allow(clippy::print_stdout, reason = "a program shows its result")]

use windlass_agent::{
    Agent, CompactReport, ContextBudget, KeepRecent, ShortenToolOutput, Tiers, What,
};
use windlass_core::{ModelId, Profile, Script, Scripted, tool};

/// Reads a page of the log.
#[tool(read_only)]
fn page(
    /// Its number.
    number: u32,
) -> String {
    format!("page {number}: all is well on the winch, and the rope holds\n").repeat(20)
}

/// A model with a small window that reads page after page.
fn model() -> Scripted {
    let pages = (1..=12).map(|number| {
        let arguments = format!(r#"{{"number": {number}}}"#);
        Script::call(&format!("call_{number}"), "page", &arguments)
    });
    let answers = pages.chain([Script::text("All is well, on all twelve pages.")]);
    let profile = Profile::new(ModelId::new("scripted", "reader"))
        .with_context_window(2_000)
        .with_max_output(200);
    Scripted::new(answers).with_profile(profile)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let shorten = ShortenToolOutput::new().with_words("page", |call, _| {
        let read = format!("read, and all was well: {}", call.arguments);
        Some(read.into())
    });
    let agent = Agent::builder(model())
        .instructions("Read the whole log before you answer.")
        .tool(page)
        .context(ContextBudget::new().with_warning_percent(75))
        .compactor(Tiers::new().with(shorten).with(KeepRecent::new()))
        .build()?;
    let mut run = agent.run("Is anything wrong?");
    while let Some(event) = run.next().await {
        let turn = event.turn;
        match event.what {
            What::ContextNear(used) => {
                let percent = used.utilisation() * 100.0;
                println!("turn {turn}: {percent:.0} % of the window");
            }
            What::Compacted(report) => println!(
                "turn {turn}: {} tokens to {}, {} turns shortened, {} as they were",
                report.tokens_before,
                report.tokens_after,
                report.turns_compacted,
                report.turns_kept
            ),
            _ => {}
        }
    }
    let report = run.await?;
    println!("{report}");
    let saved: u64 = report.compactions.iter().map(CompactReport::saved).sum();
    let used = report.context.ok_or("there is a compactor")?;
    let room = used.window - used.reserve;
    println!(
        "saved {saved} tokens; the last request took {} of {room}",
        used.input
    );
    Ok(())
}
