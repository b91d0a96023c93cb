use std::time::Duration;

use windlass_core::{CallId, Outcome, Progress};

/// What happens while the calls of an answer run.
///
/// Of each call that runs there is one start, then perhaps progress, then one end. A call that does not run has an end
/// only.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ToolEvent {
    /// A tool begins.
    Started {
        /// The call.
        call: CallId,
    },
    /// A tool tells how far it has come; of several reports that nobody read only the latest is told.
    Progress {
        /// The call.
        call: CallId,
        /// How far.
        progress: Progress,
    },
    /// A call has its outcome.
    Finished {
        /// The call.
        call: CallId,
        /// What came of it.
        outcome: Outcome,
        /// How long it ran, all attempts together.
        duration: Duration,
        /// How many attempts there were; none if it did not run.
        attempts: u32,
    },
}

impl ToolEvent {
    /// The call that it is about.
    pub fn call(&self) -> &CallId {
        match self {
            ToolEvent::Started { call }
            | ToolEvent::Progress { call, .. }
            | ToolEvent::Finished { call, .. } => call,
        }
    }
}
