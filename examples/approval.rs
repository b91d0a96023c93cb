//! A run pauses before it changes something, is written down, and goes on in what could be another process.
//!
//! Offline: the model plays a script.
#![allow(clippy::print_stdout, reason = "a program shows its result")]

use windlass_agent::{Agent, Decision, Decisions, Paused, Rule, Rules};
use windlass_core::{Outcome, Script, Scripted, tool};

/// How much is on an account.
#[tool(read_only)]
fn balance(
    /// Whose account.
    name: &str,
) -> String {
    format!("{name} has 300 €")
}

/// Pays an amount.
#[tool(approval = "always")]
fn pay(
    /// To whom.
    to: &str,
    /// How many euros.
    amount: u32,
) -> String {
    format!("paid {amount} € to {to}")
}

/// What only reads is allowed; for the rest there is nobody to ask while it runs, so it waits.
fn agent(model: Scripted) -> Result<Agent, Box<dyn std::error::Error>> {
    Ok(Agent::builder(model)
        .tool(balance)
        .tool(pay)
        .approver(Rules::new().with(Rule::allow().read_only()))
        .build()?)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let first = Scripted::new([Script::call("call_1", "balance", r#"{"name": "Ida"}"#)
        .then_call("call_2", "pay", r#"{"to": "Bo", "amount": 250}"#)
        .then_call("call_3", "pay", r#"{"to": "Mallory", "amount": 50}"#)]);
    let report = agent(first)?.run("Pay what Ida owes.").await?;
    println!("{}", report.stop);
    let saved = serde_json::to_string(&report.paused)?;

    // Somebody looks at it: one payment is made smaller, the other is not made.
    let paused: Paused = serde_json::from_str(&saved)?;
    for waiting in paused.waiting.calls() {
        println!(
            "  {} {}",
            waiting.call.name,
            waiting.call.arguments.as_str()
        );
    }
    let decisions = Decisions::new()
        .with("call_2", Decision::edit(r#"{"to": "Bo", "amount": 200}"#))
        .with("call_3", Decision::deny("Ida does not know Mallory"));

    let second = Scripted::new([Script::text("Bo has 200 €; Mallory got nothing.")]);
    let report = agent(second)?.resume(paused, decisions).await?;
    for (call, outcome) in report.conversation.calls() {
        let told = outcome.map(Outcome::text).unwrap_or_default();
        println!("{}: {told}", call.name);
    }
    println!("{report}");
    Ok(())
}
