use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use windlass_core::Text;

use super::Step;

/// Why a journal could not keep or give a record.
///
/// ```
/// use windlass_agent::{JournalError, JournalErrorKind};
///
/// let full = std::io::Error::from(std::io::ErrorKind::StorageFull);
/// let error = JournalError::new(JournalErrorKind::Storage, "the file cannot be written").with_source(full);
/// assert_eq!(error.to_string(), "journal: the file cannot be written");
/// assert_eq!(error.hint(), "look at the cause, and resume the run from the journal");
/// ```
#[derive(Clone)]
pub struct JournalError {
    kind: JournalErrorKind,
    message: Text,
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

/// What kind of thing went wrong with a journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum JournalErrorKind {
    /// What the journal is kept in failed.
    Storage,
    /// Somebody else writes to it now.
    Conflict,
    /// The run does something else than the one that was recorded.
    Diverged,
    /// A record is not what it should be: of another kind, or of a newer version.
    Unreadable,
    /// There is no run in it to go on with.
    Empty,
}

impl JournalErrorKind {
    pub(crate) fn hint(self) -> &'static str {
        match self {
            JournalErrorKind::Storage => "look at the cause, and resume the run from the journal",
            JournalErrorKind::Conflict => {
                "leave the run to who writes to the journal now, or take the lease and resume it"
            }
            JournalErrorKind::Diverged => {
                "resume with the agent that the run was begun with: the same tools, instructions, options and hooks"
            }
            JournalErrorKind::Unreadable => {
                "resume with the version of Windlass that wrote the journal, or a newer one"
            }
            JournalErrorKind::Empty => {
                "begin the run with `Agent::run` and `Run::with_journal`, or look for the journal elsewhere"
            }
        }
    }
}

impl JournalError {
    /// An error of this kind.
    pub fn new(kind: JournalErrorKind, message: impl Into<Text>) -> Self {
        JournalError {
            kind,
            message: message.into(),
            source: None,
        }
    }

    /// Attaches the cause.
    #[must_use]
    pub fn with_source(mut self, source: impl StdError + Send + Sync + 'static) -> Self {
        self.source = Some(Arc::new(source));
        self
    }

    /// What kind of thing went wrong.
    pub fn kind(&self) -> JournalErrorKind {
        self.kind
    }

    /// What to do about it, in one line.
    pub fn hint(&self) -> &'static str {
        self.kind.hint()
    }

    pub(super) fn diverged(step: &Step) -> Self {
        let message = format!("step `{step}` is not the one that was recorded");
        JournalError::new(JournalErrorKind::Diverged, message)
    }

    pub(crate) fn empty() -> Self {
        JournalError::new(JournalErrorKind::Empty, "no run was begun in it")
    }

    pub(super) fn unknown() -> Self {
        let message = "a step that may be repeated was said to be unknown";
        JournalError::new(JournalErrorKind::Unreadable, message)
    }

    pub(super) fn unreadable(step: &Step) -> Self {
        let message = format!("the record of step `{step}` is of another kind");
        JournalError::new(JournalErrorKind::Unreadable, message)
    }
}

impl fmt::Display for JournalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "journal: {}", self.message)
    }
}

impl fmt::Debug for JournalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JournalError")
            .field("kind", &self.kind)
            .field("message", &self.message)
            .field("source", &self.source)
            .finish()
    }
}

impl StdError for JournalError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        let source = self.source.as_deref()?;
        Some(source)
    }
}
