use serde::{Deserialize, Serialize};

use super::{Call, CallId, Document, Media};
use crate::{JsonText, Text};

/// What came of the calls of one answer, one outcome for each, in call order.
///
/// [`Conversation`](crate::Conversation) takes it only when it matches the calls it answers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Outcomes(pub Vec<Outcome>);

impl FromIterator<Outcome> for Outcomes {
    fn from_iter<I: IntoIterator<Item = Outcome>>(outcomes: I) -> Self {
        Outcomes(outcomes.into_iter().collect())
    }
}

/// What came of one call.
///
/// ```
/// use windlass_core::{Call, Outcome, OutcomeStatus};
///
/// let call = Call::new("call_1", "weather", r#"{"city":"Oslo"}"#);
/// assert_eq!(Outcome::success(&call, "4 °C").status, OutcomeStatus::Success);
/// let outcome = Outcome::new(&call, OutcomeStatus::TimedOut, "`weather` took longer than 30 s");
/// assert!(outcome.status.is_failure());
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Outcome {
    /// The call it answers.
    pub call: CallId,
    /// The tool that was called, as the model wrote it.
    pub name: Text,
    /// How it ended.
    pub status: OutcomeStatus,
    /// What the model is shown.
    pub parts: Vec<OutcomePart>,
}

impl Outcome {
    /// An outcome of `call` that shows the model one text.
    pub fn new(call: &Call, status: OutcomeStatus, text: impl Into<Text>) -> Self {
        Outcome::from_parts(call, status, [OutcomePart::Text(text.into())])
    }

    /// The outcome of a call that did what it was asked.
    pub fn success(call: &Call, text: impl Into<Text>) -> Self {
        Outcome::new(call, OutcomeStatus::Success, text)
    }

    /// An outcome of these parts.
    pub fn from_parts(
        call: &Call,
        status: OutcomeStatus,
        parts: impl IntoIterator<Item = OutcomePart>,
    ) -> Self {
        Outcome {
            call: call.id.clone(),
            name: call.name.clone(),
            status,
            parts: parts.into_iter().collect(),
        }
    }

    /// The outcome of a call that was broken off before it had one.
    pub fn interrupted(call: &Call) -> Self {
        let text = Text::from_static(
            "interrupted: the call was broken off, and it is not known what it did",
        );
        Outcome::new(call, OutcomeStatus::Interrupted, text)
    }

    /// The texts and JSON values of the outcome, one after the other.
    pub fn text(&self) -> String {
        let texts = self.parts.iter().filter_map(OutcomePart::as_text);
        texts.collect::<Vec<_>>().join("\n")
    }
}

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum OutcomeStatus {
    /// The tool did what it was asked.
    Success,
    /// The tool reported a failure.
    Failed,
    /// The tool panicked.
    Panicked,
    /// The tool's deadline passed.
    TimedOut,
    /// The run was cancelled while the tool ran.
    Cancelled,
    /// There is no tool of that name.
    UnknownTool,
    /// The arguments are not JSON, or not what the tool takes; it did not run.
    BadArguments,
    /// It was not allowed to run.
    Denied,
    /// Another call of the same answer has the same id; this one did not run.
    DuplicateId,
    /// It was broken off before it had an outcome, and it is not known what it did.
    Interrupted,
}

impl OutcomeStatus {
    /// Whether the model is told that the call failed.
    pub fn is_failure(self) -> bool {
        self != OutcomeStatus::Success
    }
}

/// A part of what the model is shown of an outcome.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum OutcomePart {
    /// Words.
    Text(Text),
    /// A JSON value, as text.
    Json(JsonText),
    /// A picture.
    Image(Media),
    /// A recording.
    Audio(Media),
    /// A file.
    Document(Document),
}

impl OutcomePart {
    /// The text of a text or JSON part.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            OutcomePart::Text(text) => Some(text),
            OutcomePart::Json(json) => Some(json.as_str()),
            _ => None,
        }
    }
}
