use windlass_core::{Outcome, ToolError};

use crate::PendingCall;

/// What came of the calls of an answer.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Settled {
    /// One outcome for each call that is neither pending nor held, in call order.
    pub outcomes: Vec<Outcome>,
    /// The calls that nobody has decided on yet, in call order.
    pub pending: Vec<PendingCall>,
    /// The calls that are allowed, and wait for a pending call that they conflict with.
    pub held: Vec<PendingCall>,
    /// The error by which a tool ended the run.
    pub fatal: Option<ToolError>,
}

impl Settled {
    /// Whether every call has its outcome.
    pub fn is_complete(&self) -> bool {
        self.pending.is_empty() && self.held.is_empty()
    }
}
