//! What is put in the place of messages that were left out, and how it is known again.

use windlass_core::{Message, User, UserPart};

const LEFT_OUT: &str = "[Earlier messages left out to save room: ";
const SUMMARY: &str = "[Summary of earlier messages, which were left out to save room]\n";

/// Says that `count` messages were here.
pub(super) fn left_out(count: usize) -> Message {
    User::new(format!("{LEFT_OUT}{count}]")).into()
}

/// How many messages a note says were left out.
pub(super) fn count(note: &Message) -> Option<usize> {
    let rest = only_text(note)?.strip_prefix(LEFT_OUT)?;
    rest.strip_suffix(']')?.parse().ok()
}

/// Stands for the messages that `text` summarises.
pub(super) fn summary(text: &str) -> Message {
    User::new(format!("{SUMMARY}{text}")).into()
}

/// What a summary says.
pub(super) fn summarised(message: &Message) -> Option<&str> {
    only_text(message)?.strip_prefix(SUMMARY)
}

/// Whether this stands for messages that were left out, and not for anything that the user said.
pub(super) fn is_one(message: &User) -> bool {
    let text = text_of(message);
    text.is_some_and(|text| text.starts_with(LEFT_OUT) || text.starts_with(SUMMARY))
}

fn only_text(message: &Message) -> Option<&str> {
    match message {
        Message::User(user) => text_of(user),
        _ => None,
    }
}

fn text_of(user: &User) -> Option<&str> {
    match user.parts.as_slice() {
        [UserPart::Text(text)] => Some(text),
        _ => None,
    }
}
