//! Whoever looks over the shoulder of a run: a hook, which may change and refuse, and an observer, which only listens.
//!
//! Offline: the model plays a script.
#![allow(clippy::print_stdout, reason = "a program shows its result")]

use windlass_agent::{Agent, At, Before, Hook, Observed, What};
use windlass_core::{Call, Outcome, OutcomePart, Script, Scripted, async_trait, tool};

/// Reads a file.
#[tool(read_only)]
fn read(
    /// Where it is.
    path: &str,
) -> String {
    format!("{path}: the key is sk-123")
}

/// Nothing of the system is read, and no key is told to a model.
struct Careful;

#[async_trait]
impl Hook for Careful {
    async fn before_call(&self, call: &mut Call, _at: &At) -> Before<Outcome> {
        match call.arguments.as_str().contains("/etc") {
            true => Before::refuse("nothing below `/etc` is read"),
            false => Before::Go,
        }
    }

    async fn after_call(&self, _call: &Call, outcome: &mut Outcome, _at: &At) {
        for part in &mut outcome.parts {
            if let OutcomePart::Text(text) = part {
                *text = text.replace("sk-123", "***").into();
            }
        }
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let model = Scripted::new([
        Script::call("call_1", "read", r#"{"path": "notes"}"#).then_call(
            "call_2",
            "read",
            r#"{"path": "/etc/shadow"}"#,
        ),
        Script::text("There is a key in the notes."),
    ]);
    let agent = Agent::builder(model).tool(read).hook(Careful).build()?;

    // A log of all runs of the agent; a slow one loses events of its own and holds nobody back.
    let mut observer = agent.observe();
    let report = agent.run("What is in the notes?").await?;
    println!("{report}");
    drop(agent);
    while let Some(told) = observer.next().await {
        match told {
            Observed::Event(event) => match event.what {
                What::ToolEnded(ended) => println!("turn {}: {}", event.turn, ended.outcome.text()),
                What::AttemptEnded(attempt) => println!("turn {}: {}", event.turn, attempt.model),
                _ => {}
            },
            Observed::Lost(events) => println!("{events} events are lost"),
            _ => {}
        }
    }
    Ok(())
}
