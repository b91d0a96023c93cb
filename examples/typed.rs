//! A run ends with a value of a type: what does not fit is told to the model, and the value shows while it is written.
//!
//! Offline: the model plays a script.
#![allow(clippy::print_stdout, reason = "a program shows its result")]

use schemars::JsonSchema;
use serde::Deserialize;
use windlass_agent::{Agent, AnswerEvent};
use windlass_core::{Message, Script, Scripted, UserPart};

#[derive(Deserialize, JsonSchema)]
struct Trip {
    /// Where to.
    city: String,
    /// For how long.
    days: u8,
    /// What not to miss, the best first.
    sights: Vec<String>,
}

/// The same while it is written.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Draft {
    sights: Vec<String>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let model = Scripted::new([
        Script::text(r#"{"city": "Rome", "days": "three", "sights": ["the Forum"]}"#),
        Script::text(r#"{"city": "Rome", "days": 3, "sights": ["the Forum", "the Pantheon"]}"#),
    ]);
    let agent = Agent::builder(model.clone()).build()?;

    let mut answering = agent
        .run("Where do I go for a few days?")
        .answer::<Trip>()
        .with_validator(|trip: &Trip| match trip.sights.is_empty() {
            true => Err("there is nothing to see"),
            false => Ok(()),
        });
    let mut shown = Vec::new();
    while let Some(event) = answering.next().await {
        // A draft that does not fit is passed over: the model is told, and may answer again.
        if let AnswerEvent::Partial(partial) = event
            && let Ok(draft) = partial.parse::<Draft>()
            && draft.sights != shown
        {
            println!("so far: {:?}", draft.sights);
            shown = draft.sights;
        }
    }
    let Trip { city, days, sights } = answering.await?.value;
    println!("{days} days in {city}: {}", sights.join(", "));

    let second = &model.requests()[1];
    if let Some(Message::User(told)) = second.conversation.messages().last()
        && let [UserPart::Text(why)] = &told.parts[..]
    {
        println!("the model was told: {why}");
    }
    Ok(())
}
