use std::time::Duration;

use tokio::time::{Instant, timeout_at};
use windlass_core::{CallId, Conversation, Outcome, OutcomeStatus, Text};

use crate::hook::{At, HookPanicked, Hooks};
use crate::{Execution, Settled, ToolEnded, ToolEvent, What};

/// The calls of an answer while they run.
pub(crate) struct OpenCalls {
    execution: Execution,
    /// Taken from the execution, and not told yet: a hook may still be looking at it.
    in_hand: Option<ToolEvent>,
    /// The outcomes as hooks left them, and whether the call's id was another's before.
    seen: Vec<(Outcome, bool)>,
    /// How long hooks are waited for, once the run is broken off.
    patience: Option<Instant>,
    ran: u32,
}

impl OpenCalls {
    pub(crate) fn new(execution: Execution) -> Self {
        OpenCalls {
            execution,
            in_hand: None,
            seen: Vec::new(),
            patience: None,
            ran: 0,
        }
    }

    /// How many of them were begun.
    pub(crate) fn ran(&self) -> u32 {
        self.ran
    }

    /// Tells the tools that it is over; hooks have as long again to look at what came of them.
    pub(crate) fn cancel(&mut self, grace: Duration) {
        self.execution.cancel();
        self.patience = Instant::now().checked_add(grace.saturating_mul(2));
    }

    /// What happens next, and whether the hooks survived it; nothing when every call has ended or waits for a decision. The
    /// calls are the open ones of `said`.
    ///
    /// When it is dropped, nothing is lost: a hook that was at work is asked again.
    pub(crate) async fn next(
        &mut self,
        said: &Conversation,
        hooks: &Hooks,
        at: &At,
    ) -> Option<(ToolEvent, Result<(), HookPanicked>)> {
        if self.in_hand.is_none() {
            self.in_hand = self.execution.next().await;
        }
        let mut told = Ok(());
        if let ToolEvent::Finished { call, outcome, .. } = self.in_hand.as_mut()?
            && !hooks.is_empty()
            && let Some(call) = said.open_calls().find(|known| known.id == *call)
        {
            let is_repeated = outcome.status == OutcomeStatus::DuplicateId;
            let asked = hooks.after_call(call, outcome, at);
            told = match self.patience {
                Some(patience) => timeout_at(patience, asked).await.unwrap_or(Ok(())),
                None => asked.await,
            };
            self.seen.push((outcome.clone(), is_repeated));
        }
        let event = self.in_hand.take()?;
        self.ran += u32::from(matches!(event, ToolEvent::Started { .. }));
        Some((event, told))
    }

    /// What came of the calls, as the hooks left it.
    pub(crate) fn finish(self) -> Settled {
        let mut settled = self.execution.finish();
        for outcome in &mut settled.outcomes {
            let is_repeated = outcome.status == OutcomeStatus::DuplicateId;
            let same =
                |(seen, was): &&(Outcome, bool)| seen.call == outcome.call && *was == is_repeated;
            if let Some((seen, _)) = self.seen.iter().find(same) {
                *outcome = seen.clone();
            }
        }
        settled
    }
}

impl ToolEvent {
    /// As the run tells it, of an open call of `said`.
    pub(super) fn told(self, said: &Conversation) -> What {
        match self {
            ToolEvent::Started { call } => What::ToolStarted {
                name: name(said, &call),
                call,
            },
            ToolEvent::Progress { call, progress } => What::ToolProgress { call, progress },
            ToolEvent::Finished {
                outcome,
                duration,
                attempts,
                ..
            } => What::ToolEnded(Box::new(ToolEnded::new(outcome, duration, attempts))),
        }
    }
}

fn name(said: &Conversation, call: &CallId) -> Text {
    let named = said.open_calls().find(|known| known.id == *call);
    named.map(|call| call.name.clone()).unwrap_or_default()
}
