//! A model answers with words and a call; the answer is shown as it streams, and the call's outcome goes back.
//!
//! Offline: the model plays a script.
#![allow(clippy::print_stdout, reason = "a program shows its result")]

use std::io::{self, Write};

use windlass_core::{
    Accumulator, Conversation, Event, Model, Outcome, Request, Response, Schema, Script, Scripted,
    ToolSpec, Usage,
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let model = Scripted::new([
        Script::thinking("I need the weather of both cities.")
            .then_text("Let me look. ")
            .then_call("call_1", "weather", r#"{"city": "Oslo"}"#)
            .with_usage(Usage::UNKNOWN.with_input(61).with_output(24)),
        Script::text("It is warmer in Rome than in Oslo, where it is 4 °C.")
            .with_usage(Usage::UNKNOWN.with_input(97).with_output(16)),
    ]);
    let mut conversation = Conversation::from("Is it warmer in Oslo or in Rome?");

    let first = stream(&model, &conversation).await?;
    let outcomes: Vec<_> = first
        .runnable_calls()
        .map(|call| Outcome::success(call, "4 °C"))
        .collect();
    conversation.push_assistant(first.message)?;
    conversation.push_outcomes(outcomes)?;

    let second = stream(&model, &conversation).await?;
    conversation.push_assistant(second.message)?;
    println!(
        "{} messages, {} in all",
        conversation.len(),
        first.usage + second.usage
    );
    Ok(())
}

/// Asks for an answer, shows it as it comes, and gives it back whole.
async fn stream(
    model: &impl Model,
    conversation: &Conversation,
) -> Result<Response, Box<dyn std::error::Error>> {
    let weather = ToolSpec::new(
        "weather",
        "The weather in a city right now.",
        Schema::empty_object(),
    );
    let request = Request::new(conversation.clone())
        .with_instructions("Answer in one sentence.")
        .with_tools([weather]);

    let mut events = model.stream(request).await?;
    let mut answer = Accumulator::of(events.model().clone());
    while let Some(event) = events.next().await {
        let event = event?;
        answer.push(&event)?;
        match event {
            Event::Text { text, .. } => print!("{text}"),
            Event::Call { call, .. } => print!("[calls {}] ", call.name),
            Event::Arguments { text, .. } => print!("{text}"),
            Event::Finish(_) => println!(),
            _ => {}
        }
        io::stdout().flush()?;
    }
    answer.finish().map_err(|_| "the answer was cut".into())
}
