//! Why a run ended.

use std::fmt;

use serde::{Deserialize, Serialize};
use windlass_core::{FinishReason, Text};

use crate::{
    AtLimit, CompactError, CompactErrorKind, Failed, JournalError, JournalErrorKind, Reached,
};

/// Why a run ended.
///
/// ```
/// use windlass_agent::{Cancel, Stop};
///
/// assert!(Stop::Answered.is_success());
/// let stop = Stop::Cancelled(Cancel::Now);
/// assert!(!stop.is_success());
/// assert_eq!(stop.to_string(), "the run was cancelled");
/// assert_eq!(serde_json::to_string(&stop)?, r#"{"cancelled":"now"}"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Stop {
    /// The model came to an end of its own.
    Answered,
    /// Calls wait for somebody's decision; [`Report::paused`](crate::Report::paused) has them.
    Paused,
    /// The model declined.
    Refused,
    /// The answer is not whole: its calls did not run.
    Cut(FinishReason),
    /// A limit of the run was reached.
    Limit(Reached),
    /// The model made the same call over and over.
    Stuck {
        /// The tool.
        tool: Text,
        /// How often it gave the same.
        times: u32,
    },
    /// The answer is not of the form that was asked for; how it is not.
    Unfit(Text),
    /// Somebody cancelled the run.
    Cancelled(Cancel),
    /// No model gave an answer; how the last attempt failed.
    Failed(Box<Failed>),
    /// The answer of every model was turned down; why the last was.
    Rejected(Text),
    /// A tool ended the run.
    Fatal {
        /// The tool's words.
        message: Text,
    },
    /// A hook ended the run; its words.
    Hook(Text),
    /// The conversation cannot be sent as it is.
    Illegal(Text),
    /// The conversation does not fit, and is not made to.
    Compact {
        /// What kind of thing keeps it from becoming smaller.
        kind: CompactErrorKind,
        /// What, in one line.
        message: Text,
    },
    /// The journal could not keep or give a record.
    Journal {
        /// What kind of thing went wrong.
        kind: JournalErrorKind,
        /// What, in one line.
        message: Text,
    },
}

impl From<JournalError> for Stop {
    fn from(error: JournalError) -> Self {
        Stop::Journal {
            kind: error.kind(),
            message: error.to_string().into(),
        }
    }
}

impl From<&CompactError> for Stop {
    fn from(error: &CompactError) -> Self {
        Stop::Compact {
            kind: error.kind(),
            message: error.to_string().into(),
        }
    }
}

/// How a run was cancelled.
///
/// ```
/// use windlass_agent::{Agent, Cancel, Stop};
/// use windlass_core::{Script, Scripted};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let agent = Agent::builder(Scripted::new([Script::text("In Rome.")])).build()?;
/// let run = agent.run("Where is it warmer?");
/// run.handle().cancel();
/// let error = run.await.expect_err("it was cancelled");
/// assert_eq!(error.stop(), &Stop::Cancelled(Cancel::Now));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(clippy::exhaustive_enums, reason = "at once or not at once")]
pub enum Cancel {
    /// At once.
    Now,
    /// When the turn was over.
    AfterTurn,
}

impl Stop {
    /// Whether the run did what it was asked to, or stopped where it was told to.
    pub fn is_success(&self) -> bool {
        match self {
            Stop::Answered | Stop::Paused => true,
            Stop::Limit(reached) => reached.then != AtLimit::Fail,
            _ => false,
        }
    }

    /// What to do about it, in one line.
    pub fn hint(&self) -> &str {
        match self {
            Stop::Answered => "nothing; the answer is there",
            Stop::Paused => "decide on the pending calls and resume the run",
            Stop::Refused => "reword the request, or ask another model",
            Stop::Cut(FinishReason::Length) => {
                "raise the limit on output tokens, or ask for less; the beginning is in the conversation"
            }
            Stop::Cut(FinishReason::Filtered) => {
                "reword the request, or fall back to another provider"
            }
            Stop::Cut(_) => "run it again; the beginning of the answer is in the conversation",
            Stop::Limit(reached) => reached.limit.hint(),
            Stop::Stuck { .. } => {
                "say in the instructions what to do instead, or mark the tool as one for polling"
            }
            Stop::Unfit(_) => "simplify the type, or allow more tries",
            Stop::Cancelled(_) => "nothing; the caller asked for it",
            Stop::Failed(failed) => &failed.hint,
            Stop::Rejected(_) => "loosen the check, or add a model that passes it",
            Stop::Fatal { .. } => "mend what the tool needs; the conversation can be continued",
            Stop::Hook(_) => "do what the hook says; the conversation can be continued",
            Stop::Illegal(_) => "repair the conversation before it is run",
            Stop::Compact { kind, .. } => kind.hint(),
            Stop::Journal { kind, .. } => kind.hint(),
        }
    }
}

/// Says why in one line.
impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Stop::Answered => f.write_str("the model answered"),
            Stop::Paused => f.write_str("calls wait for approval"),
            Stop::Refused => f.write_str("the model declined"),
            Stop::Cut(FinishReason::Length) => f.write_str("the answer was cut by its length"),
            Stop::Cut(FinishReason::Filtered) => {
                f.write_str("the provider's filter cut the answer")
            }
            Stop::Cut(FinishReason::MalformedCall) => {
                f.write_str("the model wrote a call that the provider could not read")
            }
            Stop::Cut(_) => f.write_str("the answer ended in an unusual way"),
            Stop::Limit(reached) => reached.fmt(f),
            Stop::Stuck { tool, times } => {
                write!(f, "`{tool}` was called {times} times with the same outcome")
            }
            Stop::Unfit(why) => {
                write!(f, "the answer is not of the form that was asked for: {why}")
            }
            Stop::Cancelled(Cancel::Now) => f.write_str("the run was cancelled"),
            Stop::Cancelled(Cancel::AfterTurn) => {
                f.write_str("the run was cancelled after its turn")
            }
            Stop::Failed(failed) => failed.fmt(f),
            Stop::Rejected(why) => write!(f, "the answer was turned down: {why}"),
            Stop::Fatal { message } => write!(f, "a tool ended the run: {message}"),
            Stop::Hook(why) => write!(f, "a hook ended the run: {why}"),
            Stop::Illegal(why) => write!(f, "the conversation cannot be sent: {why}"),
            Stop::Compact { message, .. } | Stop::Journal { message, .. } => f.write_str(message),
        }
    }
}
