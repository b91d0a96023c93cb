//! What a session holds, and how runs change it. Nothing here waits.

use std::sync::Arc;
use std::time::SystemTime;

use windlass_core::{Conversation, Entry, Outcome, OutcomeStatus, User};

use super::context::Context;
use super::past::{self, PastRun};
use super::{Busy, Interrupt, SessionError, SessionErrorKind};
use crate::run::Tie;
use crate::{Agent, Cancel, Decisions, Paused, Report, RunHandle, Stop};

pub(super) struct Inner {
    pub(super) tie: Tie,
    pub(super) created_at: SystemTime,
    pub(super) agent: Agent,
    pub(super) busy: Busy,
    pub(super) conversation: Conversation,
    pub(super) past: Arc<Vec<PastRun>>,
    pub(super) context: Context,
    pub(super) live: Option<Live>,
    pub(super) waiting: Option<Arc<Waiting>>,
}

/// The run that is live.
pub(super) struct Live {
    pub(super) handle: RunHandle,
    pub(super) interrupt: Option<Interrupt>,
    from: From,
    /// What the user said to begin it.
    opener: Option<Arc<Entry>>,
}

/// Where a run began.
#[derive(Clone)]
pub(super) struct From {
    pub(super) conversation: Conversation,
    pub(super) runs: usize,
}

/// A run that ended because calls wait for decisions.
pub(super) struct Waiting {
    pub(super) paused: Paused,
    pub(super) from: From,
}

/// What a run of a session is to do.
pub(super) enum Task {
    Say(User),
    GoOn,
    Resume(Decisions),
}

impl Inner {
    /// Takes note of a run that begins now, and gives what it begins with.
    pub(super) fn begin(
        &mut self,
        task: Task,
        handle: RunHandle,
    ) -> Result<(Conversation, Option<(Paused, Decisions)>), SessionError> {
        let refused = |kind| Err(SessionError::new(kind));
        let here = From {
            conversation: self.conversation.clone(),
            runs: self.past.len(),
        };
        let mut given = self.conversation.clone();
        let (from, opener, resumed) = match (task, &self.waiting) {
            (Task::Resume(decisions), Some(waiting)) => {
                let resumed = (waiting.paused.clone(), decisions);
                (waiting.from.clone(), None, Some(resumed))
            }
            (Task::Resume(_), None) => return refused(SessionErrorKind::NotWaiting),
            (_, Some(_)) => return refused(SessionErrorKind::Waiting),
            (Task::GoOn, None) => (here, None, None),
            (Task::Say(message), None) => {
                given
                    .push_user(message)
                    .expect("no call is open when none waits for a decision");
                (here, given.entries().last().cloned(), None)
            }
        };
        self.live = Some(Live {
            handle,
            interrupt: None,
            from,
            opener,
        });
        Ok((given, resumed))
    }

    /// Takes over what the live run has come to, unless it is to be forgotten.
    pub(super) fn end(&mut self, report: &Report) {
        let Some(live) = self.live.take() else {
            return;
        };
        self.waiting = None;
        if live.interrupt == Some(Interrupt::Forget) {
            return self.go_back(&live.from);
        }
        let begins = live.from.conversation.len();
        let run = PastRun::new(report.run.clone(), begins, report.stop.clone());
        let past = Arc::make_mut(&mut self.past);
        past.truncate(live.from.runs);
        past.push(run);
        if !report.compactions.is_empty() {
            let before = live.from.conversation.entries().iter();
            let old: Vec<_> = before.chain(&live.opener).cloned().collect();
            past::moved(past, &old, &report.conversation);
        }
        self.adopt(report.conversation.clone());
        self.context.learn(&self.agent, report);
        self.waiting = report.paused.clone().map(|paused| {
            let from = live.from;
            Arc::new(Waiting { paused, from })
        });
        if live.interrupt == Some(Interrupt::Keep) {
            self.call_off();
        }
    }

    /// Forgets the live run, which nobody polls any more.
    pub(super) fn abandon(&mut self) {
        if let Some(live) = self.live.take() {
            self.waiting = None;
            self.go_back(&live.from);
        }
    }

    /// Breaks off the run whose calls wait.
    pub(super) fn settle_waiting(&mut self, how: Interrupt) {
        match (how, self.waiting.take()) {
            (_, None) => {}
            (Interrupt::Forget, Some(waiting)) => self.go_back(&waiting.from),
            (Interrupt::Keep, waiting) => {
                self.waiting = waiting;
                self.call_off();
            }
        }
    }

    /// Says of the calls that wait that they did not run.
    fn call_off(&mut self) {
        let Some(waiting) = self.waiting.take() else {
            return;
        };
        let mut done = waiting.paused.outcomes.clone();
        let mut conversation = self.conversation.clone();
        let outcomes: Vec<_> = conversation
            .open_calls()
            .map(|call| {
                let at = done.iter().position(|outcome| outcome.call == call.id);
                at.map_or_else(
                    || {
                        Outcome::new(
                            call,
                            OutcomeStatus::Cancelled,
                            "not run: nobody decided on it",
                        )
                    },
                    |at| done.remove(at),
                )
            })
            .collect();
        conversation
            .push_outcomes(outcomes)
            .expect("one outcome for each open call, in order");
        self.adopt(conversation);
        if let Some(run) = Arc::make_mut(&mut self.past).last_mut() {
            run.stop = Stop::Cancelled(Cancel::Now);
        }
    }

    pub(super) fn go_back(&mut self, from: &From) {
        if from.runs < self.past.len() {
            Arc::make_mut(&mut self.past).truncate(from.runs);
        }
        self.adopt(from.conversation.clone());
    }

    /// Takes another history, and counts what is new in it.
    pub(super) fn adopt(&mut self, conversation: Conversation) {
        self.context
            .moved(&self.agent, &self.conversation, &conversation);
        self.conversation = conversation;
    }

    /// Takes another agent, and counts what it says beside the conversation.
    pub(super) fn employ(&mut self, agent: Agent) {
        self.context = Context::of(&agent, &self.conversation);
        self.agent = agent;
    }
}
