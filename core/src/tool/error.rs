use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::Text;

/// How a tool fails: it asks the model to try again, tells it that it failed, or ends the run.
///
/// Any error becomes a failure that the model is told of, so `?` works in a tool. For that reason this type is no
/// [`std::error::Error`] itself.
///
/// ```
/// use windlass_core::{ToolError, ToolErrorKind};
///
/// fn read(port: &str) -> Result<u16, ToolError> {
///     Ok(port.parse::<u16>()?)
/// }
///
/// let error = read("eighty").expect_err("not a number");
/// assert_eq!(error.kind(), ToolErrorKind::Failed);
/// assert_eq!(error.message(), "invalid digit found in string");
/// assert_eq!(ToolError::retry("the city is unknown; use its English name").kind(), ToolErrorKind::Retry);
/// ```
#[derive(Clone)]
pub struct ToolError {
    kind: ToolErrorKind,
    message: Text,
    transient: bool,
    retry_after: Option<Duration>,
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

/// What a failure of a tool means for the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(
    clippy::exhaustive_enums,
    reason = "these are the three ways to fail, and the loop must know each"
)]
pub enum ToolErrorKind {
    /// The model is told what was wrong with the call and is to try again; this uses the tool's retry budget.
    Retry,
    /// The model is told that the call failed.
    Failed,
    /// The run ends; the history stays legal.
    Fatal,
}

impl ToolError {
    /// The model is to call again, differently: say how.
    pub fn retry(message: impl Into<Text>) -> Self {
        ToolError::new(ToolErrorKind::Retry, message)
    }

    /// The call failed: say why, in words the model can use.
    pub fn failed(message: impl Into<Text>) -> Self {
        ToolError::new(ToolErrorKind::Failed, message)
    }

    /// The run must end: say why, in words for the user.
    pub fn fatal(message: impl Into<Text>) -> Self {
        ToolError::new(ToolErrorKind::Fatal, message)
    }

    fn new(kind: ToolErrorKind, message: impl Into<Text>) -> Self {
        ToolError {
            kind,
            message: message.into(),
            transient: false,
            retry_after: None,
            source: None,
        }
    }

    /// Says that the failure may pass: an idempotent tool may be run again without the model.
    #[must_use]
    pub fn transient(mut self) -> Self {
        self.transient = true;
        self
    }

    /// Sets when it is worth trying again.
    #[must_use]
    pub fn with_retry_after(mut self, wait: Duration) -> Self {
        self.transient = true;
        self.retry_after = Some(wait);
        self
    }

    /// What the failure means for the run.
    pub fn kind(&self) -> ToolErrorKind {
        self.kind
    }

    /// What happened.
    pub fn message(&self) -> &Text {
        &self.message
    }

    /// Whether the failure may pass.
    pub fn is_transient(&self) -> bool {
        self.transient
    }

    /// When it is worth trying again.
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }

    /// The error that it was made of.
    pub fn cause(&self) -> Option<&(dyn StdError + Send + Sync + 'static)> {
        self.source.as_deref()
    }
}

impl<E: StdError + Send + Sync + 'static> From<E> for ToolError {
    fn from(error: E) -> Self {
        let mut failed = ToolError::failed(error.to_string());
        failed.source = Some(Arc::new(error));
        failed
    }
}

impl fmt::Display for ToolError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl fmt::Debug for ToolError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ToolError")
            .field("kind", &self.kind)
            .field("message", &self.message)
            .finish_non_exhaustive()
    }
}
