use std::sync::Arc;

use windlass_core::{Conversation, Entry, Message};

/// What a model is working on: where it begins, and its last exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Frontier {
    /// The first message of it; the length of the conversation where the user said nothing.
    pub(super) live: usize,
    /// The last answer with what came of its calls; the length of the conversation where there is no answer yet.
    pub(super) newest: usize,
}

impl Frontier {
    /// The frontier that begins with the last thing the user said: one message, or several in a row.
    pub(super) fn of(conversation: &Conversation) -> Self {
        let entries = conversation.entries();
        let is_user = |entry: &Arc<Entry>| matches!(entry.message(), Message::User(_));
        let Some(last) = entries.iter().rposition(is_user) else {
            return Frontier::from(conversation, entries.len());
        };
        let before = entries[..last].iter().rev();
        let row = before
            .take_while(|entry| matches!(entry.message(), Message::User(_) | Message::System(_)));
        let first = last - row.count();
        let first = (first..=last).find(|at| is_user(&entries[*at]));
        Frontier::from(conversation, first.unwrap_or(last))
    }

    /// The frontier that begins at `live`.
    pub(super) fn from(conversation: &Conversation, live: usize) -> Self {
        let entries = conversation.entries();
        let is_outcome = |at: usize| {
            let entry = entries.get(at);
            entry.is_some_and(|entry| matches!(entry.message(), Message::Outcomes(_)))
        };
        let live = live.min(entries.len());
        let live = if is_outcome(live) {
            live.saturating_sub(1)
        } else {
            live
        };
        let newest = entries[live..]
            .iter()
            .rposition(|entry| matches!(entry.message(), Message::Assistant(_)))
            .map_or(entries.len(), |at| live + at);
        Frontier { live, newest }
    }
}
