use std::error::Error as StdError;
use std::fmt;

use crate::{CompactError, Report, RunError};

/// Why a session did not do what it was asked to.
///
/// ```
/// use windlass_agent::{Agent, Session, SessionErrorKind};
/// use windlass_core::{Script, Scripted};
///
/// # let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
/// # runtime.block_on(async {
/// let agent = Agent::builder(Scripted::new([Script::text("Rome."), Script::text("Cairo.")])).build()?;
/// let session = Session::new(agent);
/// let mut first = session.run("Where is it warmer?");
/// first.next().await;
/// let error = session.run("And in Africa?").await.expect_err("a run is live");
/// assert_eq!(error.kind(), SessionErrorKind::Busy);
/// assert_eq!(error.to_string(), "another run of the session is live");
/// # Ok::<(), windlass_agent::ToolboxError>(())
/// # }).expect("no tools, no trouble");
/// ```
#[derive(Debug)]
pub struct SessionError(Cause);

#[derive(Debug)]
enum Cause {
    Plain(SessionErrorKind),
    Run(RunError),
    Compact(CompactError),
}

/// What kind of thing went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SessionErrorKind {
    /// Another run of the session is live, or the conversation is being made smaller.
    Busy,
    /// Calls wait for decisions; nothing else can be said before they have their outcomes.
    Waiting,
    /// No calls wait for decisions.
    NotWaiting,
    /// The run was cancelled before it was its turn.
    Cancelled,
    /// A conversation cannot end at this place: it is beyond the end, or between a call and its outcome.
    NoSuchPlace,
    /// The agent has no compactor.
    NoCompactor,
    /// The conversation could not be made smaller.
    Compact,
    /// The run did not do what it was asked to.
    Run,
}

impl SessionError {
    pub(super) fn new(kind: SessionErrorKind) -> Self {
        SessionError(Cause::Plain(kind))
    }

    /// What kind of thing went wrong.
    pub fn kind(&self) -> SessionErrorKind {
        match &self.0 {
            Cause::Plain(kind) => *kind,
            Cause::Run(_) => SessionErrorKind::Run,
            Cause::Compact(_) => SessionErrorKind::Compact,
        }
    }

    /// What the run came to, if there was one.
    pub fn report(&self) -> Option<&Report> {
        match &self.0 {
            Cause::Run(error) => Some(error.report()),
            _ => None,
        }
    }

    /// What the run came to, to keep.
    pub fn into_report(self) -> Option<Report> {
        match self.0 {
            Cause::Run(error) => Some(error.into_report()),
            _ => None,
        }
    }

    /// What to do about it, in one line.
    pub fn hint(&self) -> &str {
        match &self.0 {
            Cause::Run(error) => error.hint(),
            Cause::Compact(error) => error.hint(),
            Cause::Plain(kind) => kind.hint(),
        }
    }
}

impl SessionErrorKind {
    fn hint(self) -> &'static str {
        match self {
            SessionErrorKind::Busy => {
                "wait for the run, interrupt it, or let runs queue with `Busy::Queue`"
            }
            SessionErrorKind::Waiting => "resume the session with decisions, or interrupt it",
            SessionErrorKind::NotWaiting => "run the session with something to say",
            SessionErrorKind::Cancelled => "nothing; the caller asked for it",
            SessionErrorKind::NoSuchPlace => {
                "take a place where one of the session's past runs begins"
            }
            SessionErrorKind::NoCompactor => {
                "give the agent a compactor: `Summarize`, for instance"
            }
            SessionErrorKind::Compact | SessionErrorKind::Run => "see the cause",
        }
    }
}

impl fmt::Display for SessionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match &self.0 {
            Cause::Run(error) => return error.fmt(f),
            Cause::Compact(_) => SessionErrorKind::Compact,
            Cause::Plain(kind) => *kind,
        };
        f.write_str(match kind {
            SessionErrorKind::Busy => "another run of the session is live",
            SessionErrorKind::Waiting => "calls wait for decisions",
            SessionErrorKind::NotWaiting => "no calls wait for decisions",
            SessionErrorKind::Cancelled => "the run was cancelled before it was its turn",
            SessionErrorKind::NoSuchPlace => "the conversation cannot end at this place",
            SessionErrorKind::NoCompactor => "the agent has no compactor",
            SessionErrorKind::Compact => "the conversation could not be made smaller",
            SessionErrorKind::Run => "the run failed",
        })
    }
}

impl StdError for SessionError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match &self.0 {
            Cause::Plain(_) => None,
            Cause::Run(error) => error.source(),
            Cause::Compact(error) => Some(error),
        }
    }
}

impl From<RunError> for SessionError {
    fn from(error: RunError) -> Self {
        SessionError(Cause::Run(error))
    }
}

impl From<CompactError> for SessionError {
    fn from(error: CompactError) -> Self {
        SessionError(Cause::Compact(error))
    }
}
