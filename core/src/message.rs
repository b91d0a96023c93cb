//! What is said: messages, their parts, calls and outcomes.
//!
//! Each role has its own type with its own parts, so a user message cannot hold a call and an answer cannot hold an
//! outcome; such a mistake does not compile:
//!
//! ```compile_fail
//! use windlass_core::{Call, User, UserPart};
//!
//! let call = Call::new("call_1", "weather", "{}");
//! let _ = User::from_parts([UserPart::Call(call)]);
//! ```
//!
//! What a provider hands out to get back unchanged (signatures, encrypted reasoning, item ids) sits in a [`Seal`] on the
//! part it belongs to, letter for letter; [`Assistant::origin`] says whose it is.

mod assistant;
mod call;
mod media;
mod outcome;
mod seal;
mod user;

pub use assistant::{Assistant, AssistantPart, Completion, MediaPart, TextPart, Thinking};
pub use call::{Call, CallId};
pub use media::{Document, Media, Source};
pub use outcome::{Outcome, OutcomePart, OutcomeStatus, Outcomes};
pub use seal::{Citation, Item, Seal};
pub use user::{System, User, UserPart};

use serde::{Deserialize, Serialize};

/// One entry of a conversation: four roles, and there will be no fifth.
///
/// ```
/// use windlass_core::{Message, User};
///
/// let message = Message::from(User::new("Is it warmer in Oslo or in Rome?"));
/// assert!(matches!(message, Message::User(_)));
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(
    clippy::exhaustive_enums,
    reason = "the set of roles is complete; a codec must handle each"
)]
pub enum Message {
    /// What the program tells the model in the middle of a conversation.
    System(System),
    /// What the user says.
    User(User),
    /// What the model answered.
    Assistant(Assistant),
    /// What came of the calls of the answer before it, in call order.
    Outcomes(Outcomes),
}

impl From<System> for Message {
    fn from(message: System) -> Self {
        Message::System(message)
    }
}

impl From<User> for Message {
    fn from(message: User) -> Self {
        Message::User(message)
    }
}

impl From<Assistant> for Message {
    fn from(message: Assistant) -> Self {
        Message::Assistant(message)
    }
}

impl From<Outcomes> for Message {
    fn from(message: Outcomes) -> Self {
        Message::Outcomes(message)
    }
}
