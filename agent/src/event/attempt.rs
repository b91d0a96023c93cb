use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use windlass_core::{ErrorKind, Finish, ModelError, ModelId, Text, Usage};

use crate::TargetIndex;

/// One attempt at an answer, and what came of it.
///
/// ```
/// use windlass_agent::Agent;
/// use windlass_core::{ErrorKind, ModelError, Script, Scripted};
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let busy = Script::refuse(ModelError::new(ErrorKind::Overloaded, "no room"));
/// let model = Scripted::new([busy, Script::text("In Rome.")]);
/// let report = Agent::builder(model).build()?.run("Where is it warmer?").await?;
/// let [first, second] = &report.attempts[..] else { panic!("there are two") };
/// assert!(first.error.as_ref().is_some_and(|error| error.kind == ErrorKind::Overloaded));
/// assert!(second.is_success());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AttemptRecord {
    /// The turn that it was made in.
    pub turn: u32,
    /// Its number in the turn, counted from one.
    pub number: u32,
    /// Which of the models was asked.
    pub target: TargetIndex,
    /// The model.
    pub model: ModelId,
    /// The tokens that were reported.
    pub usage: Usage,
    /// How long it took.
    pub duration: Duration,
    /// How long it waited in a queue before it was sent.
    #[serde(default)]
    pub waited: Duration,
    /// How its answer ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finish: Option<Finish>,
    /// How it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<Box<Failed>>,
    /// Why its answer was not taken, although it came to its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rejected: Option<Text>,
    /// The id by which the provider's support finds it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<Text>,
    /// Whether any of the answer was shown.
    #[serde(default)]
    pub has_output: bool,
    /// Whether the journal had it and nobody was asked.
    #[serde(default, skip_serializing_if = "is_false")]
    pub replayed: bool,
}

fn is_false(flag: &bool) -> bool {
    !*flag
}

impl AttemptRecord {
    pub(crate) fn new(turn: u32, number: u32, target: TargetIndex, model: ModelId) -> Self {
        AttemptRecord {
            turn,
            number,
            target,
            model,
            usage: Usage::UNKNOWN,
            duration: Duration::ZERO,
            waited: Duration::ZERO,
            finish: None,
            error: None,
            rejected: None,
            request_id: None,
            has_output: false,
            replayed: false,
        }
    }

    /// Whether its answer was taken.
    pub fn is_success(&self) -> bool {
        self.error.is_none() && self.rejected.is_none()
    }
}

/// A [`ModelError`] as data: what can be written down of it.
///
/// ```
/// use windlass_agent::Failed;
/// use windlass_core::{ErrorKind, ModelError};
///
/// let error = ModelError::new(ErrorKind::Overloaded, "no room").with_status(529);
/// let failed = Failed::from(&error);
/// assert_eq!(failed.to_string(), error.to_string());
/// assert_eq!(failed.status, Some(529));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Failed {
    /// What kind of thing went wrong.
    pub kind: ErrorKind,
    /// All of it, in one line.
    pub message: Text,
    /// What to do about it, in one line.
    pub hint: Text,
    /// The model that was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<ModelId>,
    /// The HTTP status.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The provider's own code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<Text>,
    /// The id by which the provider's support finds the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<Text>,
    /// How long the provider wants to be left alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<Duration>,
}

impl From<&ModelError> for Failed {
    fn from(error: &ModelError) -> Self {
        Failed {
            kind: error.kind(),
            message: error.to_string().into(),
            hint: error.hint().into(),
            model: error.model().cloned(),
            status: error.status(),
            code: error.code().map(Text::from),
            request_id: error.request_id().map(Text::from),
            retry_after: error.retry_after(),
        }
    }
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}
