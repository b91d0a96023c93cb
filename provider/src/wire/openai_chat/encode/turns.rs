//! Messages put together for hosts that want the user and the assistant in turn.

use std::sync::Arc;

use windlass_core::{Entry, Message, User, UserPart};

use crate::wire::openai_chat::Turns;

/// The message that stands for the first of these entries and those that have to be said with them; `None` where the
/// first goes as it is. What is silent is left out.
pub(super) fn merged(
    turns: Turns,
    entries: &[Arc<Entry>],
    is_silent: impl Fn(&Entry) -> bool,
) -> Option<(Message, usize)> {
    if turns == Turns::Any {
        return None;
    }
    let said = |entry: &Arc<Entry>| match is_silent(entry) {
        true => Some(Vec::new()),
        false => said(entry),
    };
    let parts: Vec<_> = entries.iter().map_while(said).collect();
    let count = parts.len();
    let is_user = entries
        .first()
        .is_some_and(|first| matches!(first.message(), Message::User(_)));
    if count == 0 || (count == 1 && is_user) {
        return None;
    }
    let user = User::from_parts(parts.into_iter().flatten());
    Some((Message::User(user), count))
}

/// What of an entry the user can say.
fn said(entry: &Entry) -> Option<Vec<UserPart>> {
    match entry.message() {
        Message::User(user) => Some(user.parts.clone()),
        Message::System(system) => Some(vec![UserPart::Text(system.text.clone())]),
        _ => None,
    }
}
