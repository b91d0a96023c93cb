//! Other histories of the same conversation, which share what stayed the same.

use std::sync::Arc;

use super::{Conversation, ConversationError, Entry, History, UsedIds};
use crate::Message;

#[cfg(test)]
mod tests;

impl Conversation {
    /// A conversation of these entries, which stay shared with whoever else has them, their encodings included.
    ///
    /// Who leaves out or adds messages of a conversation that goes on uses [`with_entries`](Conversation::with_entries),
    /// so that no id of a call is given twice.
    ///
    /// ```
    /// use windlass_core::Conversation;
    ///
    /// let said = Conversation::from("Is it warmer in Oslo or in Rome?");
    /// let again = Conversation::from_entries(said.entries().iter().cloned())?;
    /// assert!(std::sync::Arc::ptr_eq(&again.entries()[0], &said.entries()[0]));
    /// # Ok::<(), windlass_core::ConversationError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// When an entry cannot follow those before it.
    pub fn from_entries(
        entries: impl IntoIterator<Item = Arc<Entry>>,
    ) -> Result<Conversation, ConversationError> {
        Conversation::new().with_entries(entries)
    }

    /// This conversation with another history: ids of calls without one go on from where they were.
    ///
    /// ```
    /// use windlass_core::{Conversation, Entry, User};
    ///
    /// let mut said = Conversation::from("Good morning.");
    /// said.push_user("Is it warmer in Oslo or in Rome?")?;
    /// let note = Entry::new(User::new("[One earlier message was left out.]"));
    /// let shorter = said.with_entries([note.into(), said.entries()[1].clone()])?;
    /// assert_eq!(shorter.len(), 2);
    /// # Ok::<(), windlass_core::ConversationError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// When an entry cannot follow those before it.
    pub fn with_entries(
        &self,
        entries: impl IntoIterator<Item = Arc<Entry>>,
    ) -> Result<Conversation, ConversationError> {
        let entries = entries.into_iter();
        let mut history = Conversation(Arc::new(History {
            entries: Vec::with_capacity(entries.size_hint().0),
            next_call_number: self.0.next_call_number,
            used_ids: UsedIds::default(),
        }));
        for entry in entries {
            history.push_entry(entry)?;
        }
        Ok(history)
    }

    /// This conversation with other messages in some places: `replace` gives what stands in the place of a message, or
    /// nothing where it stays. What stays is shared, not copied.
    ///
    /// ```
    /// use windlass_core::{Conversation, Message, User};
    ///
    /// let said = Conversation::from("my key is 1234");
    /// let redacted = said.replacing(|_, message| match message {
    ///     Message::User(_) => Some(User::new("my key is ***").into()),
    ///     _ => None,
    /// })?;
    /// assert_eq!(redacted, Conversation::from("my key is ***"));
    /// # Ok::<(), windlass_core::ConversationError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// When a message that was put in cannot stand there: outcomes of other calls, for instance.
    pub fn replacing(
        &self,
        mut replace: impl FnMut(usize, &Message) -> Option<Message>,
    ) -> Result<Conversation, ConversationError> {
        let places = self.entries().iter().enumerate();
        self.with_entries(places.map(|(at, entry)| {
            replace(at, entry.message()).map_or_else(
                || Arc::clone(entry),
                |message| Arc::new(Entry::new(message)),
            )
        }))
    }
}
