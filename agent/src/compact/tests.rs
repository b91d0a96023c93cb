use std::sync::Arc;

use windlass_core::{
    Assistant, Call, Conversation, Entry, Message, Outcome, OutcomeStatus, Outcomes, System, User,
};

use super::*;
use crate::{Approximate, Estimator};

mod driven;
mod fruitless;
mod laws;
mod recent;
mod shortened;

fn block_on<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    runtime.block_on(work)
}

fn user(text: &str) -> Message {
    User::new(text).into()
}

fn says(text: &str) -> Message {
    Assistant::new(text).into()
}

fn call(id: &str) -> Call {
    Call::new(id, "read", format!(r#"{{"path":"{id}"}}"#))
}

fn asks(ids: &[&str]) -> Message {
    let answer = Assistant::new("Let me look.");
    ids.iter()
        .fold(answer, |answer, id| answer.with(call(id)))
        .into()
}

fn gets(id: &str, text: impl AsRef<str>) -> Message {
    Outcomes::from_iter([Outcome::success(&call(id), text.as_ref())]).into()
}

fn of(messages: impl IntoIterator<Item = Message>) -> Conversation {
    let entries = messages
        .into_iter()
        .map(|message| Arc::new(Entry::new(message)));
    Conversation::from_entries(entries).unwrap()
}

fn lines(count: usize) -> String {
    "10:51 all is well\n".repeat(count)
}

/// What is left, in short: the text of each message, cut to 40 bytes.
fn shown(conversation: &Conversation) -> Vec<String> {
    let text = |message: &Message| match message {
        Message::System(system) => system.text.to_string(),
        Message::User(user) => match &user.parts[..] {
            [windlass_core::UserPart::Text(text), ..] => text.to_string(),
            _ => String::new(),
        },
        Message::Assistant(answer) => answer.text(),
        Message::Outcomes(outcomes) => outcomes.0.iter().map(Outcome::text).collect(),
    };
    let texts = conversation.messages().map(text);
    texts.map(|text| text.chars().take(40).collect()).collect()
}

fn run(
    conversation: &Conversation,
    target: u64,
    compactor: &dyn Compactor,
) -> Result<Option<Compacted>, CompactError> {
    let estimator = Approximate::default();
    block_on(Compaction::new(conversation, &estimator, target).run(compactor))
}
