use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use windlass_core::{ConversationError, Text};

use super::CompactReport;
use crate::BudgetError;

/// Why a conversation was not made smaller.
///
/// ```
/// use windlass_agent::{CompactError, CompactErrorKind};
///
/// let error = CompactError::new(CompactErrorKind::Own, "the archive is full");
/// assert_eq!(error.to_string(), "the archive is full");
/// assert_eq!(error.kind(), CompactErrorKind::Own);
/// ```
#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CompactError(Box<Details>);

#[derive(Clone, Serialize, Deserialize)]
struct Details {
    kind: CompactErrorKind,
    message: Text,
    /// What is written down has no cause.
    #[serde(skip)]
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

/// What kind of thing kept a conversation from becoming smaller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CompactErrorKind {
    /// It does not fit, and nothing more may be left out.
    TooLarge,
    /// The model that was to summarise gave no summary.
    Summary,
    /// Compaction after compaction won next to nothing.
    Fruitless,
    /// The compactor left out what must stay, or made nothing smaller.
    Broken,
    /// A compactor of the program's own failed.
    Own,
    /// The answer is to have the whole window.
    NoRoom,
}

impl CompactErrorKind {
    pub(crate) fn hint(self) -> &'static str {
        match self {
            CompactErrorKind::TooLarge => {
                "shorten what the user said last, the instructions or the tools, or use a model with a larger window"
            }
            CompactErrorKind::Summary => {
                "look at the cause; put `KeepRecent` after `Summarize`, so that a failing model does not end the run"
            }
            CompactErrorKind::Fruitless => {
                "use a model with a larger window, smaller outputs of tools, or fewer instructions and tools"
            }
            CompactErrorKind::Broken => "mend the compactor; it was not to touch what must stay",
            CompactErrorKind::Own => "look at the cause",
            CompactErrorKind::NoRoom => {
                "lower `max_output_tokens` or the budget's reserve, or use a model with a larger window"
            }
        }
    }
}

impl CompactError {
    /// An error of this kind.
    pub fn new(kind: CompactErrorKind, message: impl Into<Text>) -> Self {
        CompactError(Box::new(Details {
            kind,
            message: message.into(),
            source: None,
        }))
    }

    /// Attaches the cause.
    #[must_use]
    pub fn with_source(mut self, source: impl StdError + Send + Sync + 'static) -> Self {
        self.0.source = Some(Arc::new(source));
        self
    }

    /// What kind of thing went wrong.
    pub fn kind(&self) -> CompactErrorKind {
        self.0.kind
    }

    /// What to do about it, in one line.
    pub fn hint(&self) -> &'static str {
        self.kind().hint()
    }

    pub(crate) fn nothing() -> Self {
        let message = "nothing could be made smaller";
        CompactError::new(CompactErrorKind::TooLarge, message)
    }

    pub(crate) fn no_room(error: BudgetError) -> Self {
        CompactError::new(CompactErrorKind::NoRoom, error.to_string()).with_source(error)
    }

    pub(super) fn too_large(tokens: u64, target: u64) -> Self {
        let message = format!(
            "the conversation takes {tokens} tokens of {target} and nothing more may be left out"
        );
        CompactError::new(CompactErrorKind::TooLarge, message)
    }

    pub(super) fn fruitless(times: u32, report: &CompactReport) -> Self {
        let message = format!(
            "{times} compactions in a row won next to nothing, the last {} tokens of {}",
            report.saved(),
            report.tokens_before
        );
        CompactError::new(CompactErrorKind::Fruitless, message)
    }

    pub(super) fn lost(place: usize) -> Self {
        let message = format!("the compactor left out or changed message {place}, which must stay");
        CompactError::new(CompactErrorKind::Broken, message)
    }

    pub(super) fn first_message() -> Self {
        let message = "the compactor left a conversation that does not begin with the user";
        CompactError::new(CompactErrorKind::Broken, message)
    }

    pub(super) fn not_smaller(report: &CompactReport) -> Self {
        let message = format!(
            "the compactor made {} tokens of {}",
            report.tokens_after, report.tokens_before
        );
        CompactError::new(CompactErrorKind::Broken, message)
    }
}

impl fmt::Display for CompactError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl fmt::Debug for CompactError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CompactError")
            .field("kind", &self.0.kind)
            .field("message", &self.0.message)
            .field("source", &self.0.source)
            .finish()
    }
}

impl StdError for CompactError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        let source = self.0.source.as_deref()?;
        Some(source)
    }
}

impl From<ConversationError> for CompactError {
    fn from(error: ConversationError) -> Self {
        let message = "the compactor parted a call from its outcome";
        CompactError::new(CompactErrorKind::Broken, message).with_source(error)
    }
}
