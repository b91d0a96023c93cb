//! A process is killed while a tool runs; another one goes on from the journal, and does nothing twice.
//!
//! Offline: the model plays a script, and the journal is kept as the text that a file would hold.
#![allow(clippy::print_stdout, reason = "a program shows its result")]

use std::error::Error;

use windlass_agent::{Agent, Recording, What};
use windlass_core::{Script, Scripted, tool};

/// Looks at the price of a flight.
#[tool(idempotent)]
async fn price() -> &'static str {
    println!("  the price is looked up");
    "120 euros"
}

/// Books a flight.
#[tool]
async fn book() -> &'static str {
    println!("  a seat is booked");
    // The process ends here: what follows never happens in it.
    std::future::pending::<()>().await;
    "booked"
}

fn agent(model: &Scripted) -> Result<Agent, Box<dyn Error>> {
    let agent = Agent::builder(model.clone()).tool(price).tool(book);
    Ok(agent.build()?)
}

/// The first process: it is gone as soon as the seat is being booked.
async fn first() -> Result<String, Box<dyn Error>> {
    println!("first process");
    let model = Scripted::new([
        Script::call("c1", "price", "{}"),
        Script::call("c2", "book", "{}"),
    ]);
    let journal = Recording::new();
    let mut run = agent(&model)?
        .run("Book the flight if it is below 200 euros.")
        .with_journal(journal.clone());
    while let Some(event) = run.next().await {
        if matches!(event.what, What::ToolStarted { name, .. } if name == "book") {
            break;
        }
    }
    Ok(journal.to_lines())
}

/// The second process: it has the journal and nothing else.
async fn second(file: &str) -> Result<(), Box<dyn Error>> {
    println!("second process");
    let model = Scripted::new([Script::text(
        "I cannot tell whether the seat was booked; please look before you book again.",
    )]);
    let report = agent(&model)?.recover(Recording::from_lines(file)?).await?;
    for message in report.conversation.messages() {
        for outcome in message.outcomes() {
            println!("  {}: {}", outcome.name, outcome.text());
        }
    }
    println!("  {report}");
    println!("  the model was asked {} time", model.requests().len());
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let file = first().await?;
    second(&file).await
}
