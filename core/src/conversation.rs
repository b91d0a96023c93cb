//! A history that cannot be wrong: every call keeps its outcome.

mod repair;
mod replace;
mod used;

use std::fmt;
use std::sync::Arc;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::calls::synthesised_number;
use crate::encodings::Encodings;
use crate::{Assistant, Call, CallId, EncodingKey, Message, Outcome, Outcomes, System, User};

use used::UsedIds;

pub use repair::Repairs;

#[cfg(test)]
mod tests;

/// The messages of a conversation, in an order that every provider takes.
///
/// A clone shares the messages and costs one reference count. A push copies nothing while the conversation is not
/// shared, and never copies a message.
///
/// After an answer with calls only their outcomes can follow, one for each, in call order; so a call and its outcome
/// never part. History that comes from outside goes through [`Conversation::repair`].
///
/// ```
/// use windlass_core::{Assistant, Call, Conversation, Outcome};
///
/// let mut conversation = Conversation::new();
/// conversation.push_user("Is it warmer in Oslo or in Rome?")?;
/// let call = Call::new("call_1", "weather", r#"{"city":"Oslo"}"#);
/// conversation.push_assistant(Assistant::default().with(call.clone()))?;
///
/// let refused = conversation.push_user("Hello?").expect_err("a call waits for its outcome");
/// assert_eq!(refused.to_string(), "call `call_1` of `weather` has no outcome yet");
///
/// conversation.push_outcomes([Outcome::success(&call, "4 °C")])?;
/// assert_eq!(conversation.len(), 3);
/// # Ok::<(), windlass_core::ConversationError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Conversation(Arc<History>);

#[derive(Clone, Debug, Default)]
struct History {
    entries: Vec<Arc<Entry>>,
    /// Above the number of every synthesised id, so that none is given twice.
    next_call_number: u64,
    used_ids: UsedIds,
}

/// A message of a conversation, with what it looks like on the wires it was sent over.
pub struct Entry {
    message: Message,
    encodings: Encodings,
}

impl Conversation {
    /// A conversation without messages.
    pub fn new() -> Self {
        Conversation::default()
    }

    /// The number of messages.
    pub fn len(&self) -> usize {
        self.0.entries.len()
    }

    /// Whether nothing was said yet.
    pub fn is_empty(&self) -> bool {
        self.0.entries.is_empty()
    }

    /// The messages, oldest first.
    pub fn messages(&self) -> impl DoubleEndedIterator<Item = &Message> + ExactSizeIterator {
        self.0.entries.iter().map(|entry| &entry.message)
    }

    /// The entries, oldest first: the messages with their encodings.
    pub fn entries(&self) -> &[Arc<Entry>] {
        &self.0.entries
    }

    /// The calls of the last message, if that is an answer with calls.
    pub fn open_calls(&self) -> impl Iterator<Item = &Call> {
        let last = match self.messages().next_back() {
            Some(Message::Assistant(answer)) => Some(answer),
            _ => None,
        };
        last.into_iter().flat_map(Assistant::calls)
    }

    /// Every call with what came of it; only the calls of the last message can be without.
    pub fn calls(&self) -> impl Iterator<Item = (&Call, Option<&Outcome>)> {
        let entries = &self.0.entries;
        entries.iter().enumerate().flat_map(|(at, entry)| {
            let calls = entry.message.calls();
            let outcomes = entries
                .get(at + 1)
                .map_or(&[][..], |next| next.message.outcomes());
            calls
                .enumerate()
                .map(move |(place, call)| (call, outcomes.get(place)))
        })
    }

    /// The number from which ids of calls without one are synthesised, unique in this conversation.
    pub fn next_call_number(&self) -> u64 {
        self.0.next_call_number
    }

    /// How often the id of each call of the answer at this place was given to calls before it; the same for the outcomes
    /// of the answer, at theirs. It ends with the last id that came before, so where none did it is empty.
    ///
    /// Providers that number calls anew in each answer use an id again, which a wire may not take.
    ///
    /// ```
    /// use windlass_core::{Assistant, Call, Conversation, Outcome};
    ///
    /// let mut conversation = Conversation::from("Is it warmer in Oslo or in Rome?");
    /// for ids in [["call_0", "call_1"], ["call_2", "call_0"]] {
    ///     let calls = ids.map(|id| Call::new(id, "weather", "{}"));
    ///     let outcomes = calls.each_ref().map(|call| Outcome::success(call, "4 °C"));
    ///     conversation.push_assistant(calls.into_iter().fold(Assistant::default(), Assistant::with))?;
    ///     conversation.push_outcomes(outcomes)?;
    /// }
    /// assert!(conversation.ids_used_before(1).is_empty());
    /// assert_eq!(conversation.ids_used_before(3), [0, 1]);
    /// assert_eq!(conversation.ids_used_before(4), [0, 1]);
    /// # Ok::<(), windlass_core::ConversationError>(())
    /// ```
    #[inline]
    pub fn ids_used_before(&self, place: usize) -> &[u32] {
        self.0.used_ids.before(place)
    }

    /// Adds what the user says.
    ///
    /// # Errors
    ///
    /// While a call waits for its outcome.
    pub fn push_user(&mut self, message: impl Into<User>) -> Result<(), ConversationError> {
        self.push(Message::User(message.into()))
    }

    /// Adds an instruction of the program.
    ///
    /// # Errors
    ///
    /// While a call waits for its outcome.
    pub fn push_system(&mut self, message: System) -> Result<(), ConversationError> {
        self.push(Message::System(message))
    }

    /// Adds what the model answered.
    ///
    /// # Errors
    ///
    /// While a call waits for its outcome.
    pub fn push_assistant(&mut self, message: Assistant) -> Result<(), ConversationError> {
        self.push(Message::Assistant(message))
    }

    /// Adds what came of the calls of the last answer: one outcome for each call, in call order.
    ///
    /// # Errors
    ///
    /// When an outcome is missing, out of order, or answers no call of the last message.
    pub fn push_outcomes(
        &mut self,
        outcomes: impl IntoIterator<Item = Outcome>,
    ) -> Result<(), ConversationError> {
        self.push(Message::Outcomes(outcomes.into_iter().collect()))
    }

    /// Adds a message.
    ///
    /// # Errors
    ///
    /// When it cannot follow the messages that are there; the conversation is as it was.
    pub fn push(&mut self, message: Message) -> Result<(), ConversationError> {
        self.push_entry(Arc::new(Entry::new(message)))
    }

    fn push_entry(&mut self, entry: Arc<Entry>) -> Result<(), ConversationError> {
        self.check(&entry.message)?;
        let numbers = entry
            .message
            .calls()
            .filter_map(|call| synthesised_number(&call.id));
        let next = numbers
            .map(|number| number.saturating_add(1))
            .max()
            .unwrap_or(0);
        let history = Arc::make_mut(&mut self.0);
        history.next_call_number = history.next_call_number.max(next);
        history
            .used_ids
            .count(history.entries.len(), &entry.message);
        history.entries.push(entry);
        Ok(())
    }

    /// Gives every call that waits for its outcome one that says it was broken off, so that the user can go on.
    pub fn interrupt(&mut self) {
        let outcomes: Vec<_> = self.open_calls().map(Outcome::interrupted).collect();
        if !outcomes.is_empty() {
            self.push_outcomes(outcomes)
                .expect("one outcome for each open call, in order");
        }
    }

    /// Makes a legal conversation of messages that may not be one, because they were cut or come from elsewhere.
    ///
    /// A call without an outcome is given one that says it was interrupted, an outcome without a call is left out, and
    /// an outcome that came too late is moved to its call. Everything else stays as it is, arguments that do not parse
    /// included. What was changed is in the [`Repairs`]. The result is the same every time, and repairing it again
    /// changes nothing.
    ///
    /// ```
    /// use windlass_core::{Assistant, Call, Conversation, Message};
    ///
    /// let call = Call::new("call_1", "weather", r#"{"city":"Os"#);
    /// let cut = [Message::Assistant(Assistant::default().with(call))];
    /// let (conversation, repairs) = Conversation::repair(cut);
    /// assert_eq!(conversation.len(), 2);
    /// assert_eq!(repairs.interrupted.len(), 1);
    /// ```
    pub fn repair(messages: impl IntoIterator<Item = Message>) -> (Conversation, Repairs) {
        repair::repair(messages.into_iter().collect())
    }

    fn check(&self, message: &Message) -> Result<(), ConversationError> {
        let Message::Outcomes(outcomes) = message else {
            return self
                .open_calls()
                .next()
                .map_or(Ok(()), |call| Err(ConversationError::open(call)));
        };
        let mut answers = outcomes.0.iter();
        for call in self.open_calls() {
            match answers.next() {
                Some(outcome) if outcome.call == call.id => {}
                Some(outcome) => return Err(ConversationError::mismatch(call, &outcome.call)),
                None => return Err(ConversationError::open(call)),
            }
        }
        match answers.next() {
            Some(outcome) => Err(ConversationError::orphan(&outcome.call)),
            None if outcomes.0.is_empty() => {
                Err(ConversationError::new("a message of no outcomes".into()))
            }
            None => Ok(()),
        }
    }
}

impl Message {
    /// The calls of an answer; none for the other roles.
    pub fn calls(&self) -> impl Iterator<Item = &Call> {
        let answer = match self {
            Message::Assistant(answer) => Some(answer),
            _ => None,
        };
        answer.into_iter().flat_map(Assistant::calls)
    }

    /// The outcomes of a message of outcomes; none for the other roles.
    pub fn outcomes(&self) -> &[Outcome] {
        match self {
            Message::Outcomes(Outcomes(outcomes)) => outcomes,
            _ => &[],
        }
    }
}

impl Entry {
    /// A message that was not sent over any wire yet.
    pub fn new(message: impl Into<Message>) -> Self {
        Entry {
            message: message.into(),
            encodings: Encodings::default(),
        }
    }

    /// The message.
    pub fn message(&self) -> &Message {
        &self.message
    }

    /// What the message looks like on a wire: made by `encode` the first time, kept for later requests.
    ///
    /// ```
    /// use windlass_core::{Conversation, EncodingKey};
    ///
    /// let mut conversation = Conversation::new();
    /// conversation.push_user("Hello")?;
    /// let key = EncodingKey::new("my-wire/1");
    /// let entry = &conversation.entries()[0];
    /// let write = |bytes: &mut Vec<u8>| Ok::<(), ()>(bytes.extend_from_slice(b"\"Hello\""));
    /// assert_eq!(entry.encoding(&key, write), Ok(&b"\"Hello\""[..]));
    /// assert_eq!(entry.encoding(&key, |_| unreachable!("kept")), Ok::<_, ()>(&b"\"Hello\""[..]));
    /// # Ok::<(), windlass_core::ConversationError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of `encode`; nothing is kept then.
    #[inline]
    pub fn encoding<E>(
        &self,
        key: &EncodingKey,
        encode: impl FnOnce(&mut Vec<u8>) -> Result<(), E>,
    ) -> Result<&[u8], E> {
        self.encodings.get_or_encode(key, encode)
    }
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.message.fmt(f)
    }
}

impl PartialEq for Conversation {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.messages().eq(other.messages())
    }
}

impl<T: Into<User>> From<T> for Conversation {
    fn from(message: T) -> Self {
        let mut conversation = Conversation::new();
        conversation
            .push_user(message)
            .expect("an empty conversation has no open call");
        conversation
    }
}

/// Writes the messages as a list.
impl Serialize for Conversation {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.messages())
    }
}

/// Reads a list of messages, and refuses one that is not legal; [`Conversation::repair`] mends those.
impl<'de> Deserialize<'de> for Conversation {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut conversation = Conversation::new();
        for message in Vec::<Message>::deserialize(deserializer)? {
            conversation.push(message).map_err(D::Error::custom)?;
        }
        Ok(conversation)
    }
}

/// A message that cannot follow those that are there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what}")]
pub struct ConversationError {
    what: String,
}

impl ConversationError {
    fn new(what: String) -> Self {
        ConversationError { what }
    }

    fn open(call: &Call) -> Self {
        Self::new(format!(
            "call `{}` of `{}` has no outcome yet",
            call.id, call.name
        ))
    }

    fn mismatch(call: &Call, found: &CallId) -> Self {
        Self::new(format!(
            "expected the outcome of call `{}`, found that of `{found}`",
            call.id
        ))
    }

    fn orphan(found: &CallId) -> Self {
        Self::new(format!("the outcome of `{found}` answers no open call"))
    }

    /// What to do about it, in one line.
    pub fn hint(&self) -> &'static str {
        "push one outcome for each call, in call order, right after the answer; repair history that comes from outside"
    }
}
