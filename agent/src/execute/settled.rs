use std::collections::HashSet;

use windlass_core::{Call, Outcome, OutcomeStatus, ToolError};

use crate::{JournalError, PendingCall};

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
    /// Why the journal could not keep what came of a call.
    pub lost: Option<JournalError>,
}

impl Settled {
    /// Whether every call has its outcome.
    pub fn is_complete(&self) -> bool {
        self.pending.is_empty() && self.held.is_empty()
    }

    /// The calls that are pending or held, in the order of the answer's calls: what is [resumed](crate::Engine::resume).
    pub fn waiting(&self, calls: &[Call]) -> Vec<PendingCall> {
        let waits = |call: &Call| {
            let mut waiting = self.pending.iter().chain(&self.held);
            waiting.find(|waiting| waiting.call.id == call.id).cloned()
        };
        let mut ids = HashSet::with_capacity(calls.len());
        let first = calls.iter().filter(|call| ids.insert(&call.id));
        first.filter_map(waits).collect()
    }

    /// Joins what came of the answer's calls with what `later` came of those that were pending or held.
    #[must_use]
    pub fn resumed(self, calls: &[Call], later: Settled) -> Self {
        let mut outcomes: Vec<Outcome> = self.outcomes;
        outcomes.extend(later.outcomes);
        let mut ids = HashSet::with_capacity(calls.len());
        let in_call_order = calls.iter().filter_map(|call| {
            let is_repeated = !ids.insert(&call.id);
            let answers = |outcome: &Outcome| {
                let says_so = outcome.status == OutcomeStatus::DuplicateId;
                outcome.call == call.id && says_so == is_repeated
            };
            let at = outcomes.iter().position(answers)?;
            Some(outcomes.remove(at))
        });
        Settled {
            outcomes: in_call_order.collect(),
            pending: later.pending,
            held: later.held,
            fatal: self.fatal.or(later.fatal),
            lost: self.lost.or(later.lost),
        }
    }
}
