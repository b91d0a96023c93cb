//! Calls in, outcomes out: one for each, in call order, whatever happens.
//!
//! Two steps. [`Engine::prepare`] finds the tools, checks all arguments, repairs and asks for approval; nothing runs
//! before all of that is done. [`Engine::start`] gives an [`Execution`], which owns every task it starts: it is
//! iterated for its events, settled when the run is cancelled, and stops all by being dropped.

mod board;
mod cancelled;
mod caught;
mod engine;
mod event;
mod invoke;
mod outcome;
mod prepare;
mod scope;
mod settled;
mod threads;
mod validate;
mod worker;

use std::collections::VecDeque;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::task::{Id, JoinError, JoinSet};
use tokio::time::{Instant, Sleep, sleep};
use windlass_core::{Call, Outcome, OutcomeStatus, ToolError};

use crate::journal::{Came, Fatal};
use crate::{JournalError, PendingCall, Plan, ToolEntry};
use board::Board;
use invoke::Ending;
use prepare::Stage;
use threads::Threads;
use worker::{Job, Report, Worker};

pub(crate) use cancelled::Cancelled;
pub(crate) use caught::caught;
pub use engine::Engine;
pub use event::ToolEvent;
pub(crate) use outcome::denied;
pub use prepare::Prepared;
pub use scope::{Retries, RunScope};
pub use settled::Settled;

#[cfg(test)]
mod tests;

/// The calls of an answer while they run.
///
/// A call starts when the earlier calls that it conflicts with have ended; see [`Plan`]. When the run is cancelled,
/// what has not started does not start, what runs is told and has the grace time of the [`RunScope`] to end, and what is
/// left is dropped at its next await. Dropping the execution does the same without the grace time.
///
/// Work that a tool handed to [`ToolContext::blocking`](windlass_core::ToolContext::blocking) cannot be stopped from
/// outside once it has begun; its context tells it that it is cancelled.
pub struct Execution {
    slots: Vec<Slot>,
    tasks: JoinSet<Report>,
    worker: Arc<Worker>,
    phase: Phase,
    events: VecDeque<ToolEvent>,
    fatal: Option<ToolError>,
    lost: Option<JournalError>,
}

struct Slot {
    /// As the model wrote it.
    call: Call,
    /// Until it is begun.
    job: Option<Job>,
    state: State,
    /// The calls that wait for this one, each at most once.
    followers: Vec<usize>,
}

enum State {
    Waiting {
        left: usize,
    },
    Running {
        tool: ToolEntry,
        since: Instant,
        task: Id,
    },
    Done(Outcome),
    Pending(Box<PendingCall>),
    Held(Box<PendingCall>),
}

enum Phase {
    Running(Cancelled),
    /// Cancelled; what runs may still end by itself.
    Grace(Pin<Box<Sleep>>),
    Aborted,
}

/// Why what has not started does not start.
const CANCELLED: &str = "not run: the run was cancelled";

impl Execution {
    fn new(engine: &Engine, prepared: Prepared, scope: &RunScope) -> Self {
        let cancel = scope.cancel.child_token();
        let worker = Worker {
            engine: engine.clone(),
            scope: scope.clone(),
            cancel: cancel.clone(),
            board: Board::new(prepared.len()),
            threads: Threads::new(cancel.clone()),
        };
        let mut execution = Execution {
            slots: Vec::with_capacity(prepared.len()),
            tasks: JoinSet::new(),
            worker: Arc::new(worker),
            phase: Phase::Running(Cancelled::new(cancel)),
            events: VecDeque::with_capacity(2 * prepared.len()),
            fatal: None,
            lost: None,
        };
        execution.place(prepared);
        execution
    }

    /// Puts every call into its place, announces those that are over already, and starts those that need not wait.
    fn place(&mut self, prepared: Prepared) {
        let plan = Plan::of_those(prepared.safeties());
        for (at, (call, stage)) in prepared.into_stages().enumerate() {
            let mut job = None;
            let state = match stage {
                Stage::Done(outcome) => {
                    self.announce(outcome.clone(), Duration::ZERO, 0);
                    State::Done(outcome)
                }
                Stage::Pending(pending, _) => State::Pending(pending),
                Stage::Held(pending) => State::Held(pending),
                Stage::Ready(ready) => {
                    job = Some(ready);
                    let left = self.follow(plan.waits(at), at);
                    State::Waiting { left }
                }
            };
            let followers = Vec::new();
            self.slots.push(Slot {
                call,
                job,
                state,
                followers,
            });
        }
        (0..self.slots.len()).for_each(|at| self.start_if_free(at));
    }

    /// Makes the call at `at` a follower of those it waits for, and says how many those are.
    fn follow(&mut self, waits: &[usize], at: usize) -> usize {
        for earlier in waits {
            self.slots[*earlier].followers.push(at);
        }
        waits.len()
    }

    /// What happens next; nothing when every call has ended or is pending.
    ///
    /// # Cancel safety
    ///
    /// No event is lost when the future is dropped, and the tools go on.
    pub async fn next(&mut self) -> Option<ToolEvent> {
        poll_fn(|cx| self.poll_next(cx)).await
    }

    /// [`next`](Execution::next) for those who poll.
    pub fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<ToolEvent>> {
        self.poll_phase(cx);
        while let Poll::Ready(Some(joined)) = self.tasks.poll_join_next_with_id(cx) {
            self.joined(joined);
            self.poll_phase(cx);
        }
        self.worker.board.drain(cx.waker(), |at, notes| {
            let call = &self.slots[at].call.id;
            self.events.extend(notes.events(call));
        });
        match self.events.pop_front() {
            Some(event) => Poll::Ready(Some(event)),
            None if self.tasks.is_empty() => Poll::Ready(None),
            None => Poll::Pending,
        }
    }

    /// Tells what runs that it is cancelled; what has not started does not start.
    pub fn cancel(&self) {
        self.worker.cancel.cancel();
    }

    /// Cancels what still runs and waits until nothing does: at most the grace time, and until dropped tools are gone.
    ///
    /// # Cancel safety
    ///
    /// Can be called again when the future is dropped.
    pub async fn settle(&mut self) {
        self.cancel();
        while self.next().await.is_some() {}
    }

    /// What came of the calls. A call that has not ended counts as broken off, so it is better to iterate or to
    /// [`settle`](Execution::settle) first.
    pub fn finish(mut self) -> Settled {
        let mut settled = Settled {
            outcomes: Vec::with_capacity(self.slots.len()),
            fatal: self.fatal.take(),
            lost: self.lost.take(),
            ..Settled::default()
        };
        for slot in std::mem::take(&mut self.slots) {
            match slot.state {
                State::Done(outcome) => settled.outcomes.push(outcome),
                State::Pending(pending) => settled.pending.push(*pending),
                State::Held(pending) => settled.held.push(*pending),
                _ => settled.outcomes.push(Outcome::interrupted(&slot.call)),
            }
        }
        settled
    }

    /// The error by which a tool ended the run, if one did.
    pub fn fatal(&self) -> Option<&ToolError> {
        self.fatal.as_ref()
    }

    fn poll_phase(&mut self, cx: &mut Context<'_>) {
        if let Phase::Running(cancelled) = &mut self.phase
            && cancelled.poll(cx).is_ready()
        {
            self.phase = Phase::Grace(Box::pin(sleep(self.worker.scope.grace)));
            self.give_up_waiting(CANCELLED);
        }
        if let Phase::Grace(grace) = &mut self.phase
            && grace.as_mut().poll(cx).is_ready()
        {
            self.phase = Phase::Aborted;
            self.tasks.abort_all();
            self.worker.threads.stop();
        }
    }

    fn joined(&mut self, joined: Result<(Id, Report), JoinError>) {
        let (id, report) = match joined {
            Ok((id, report)) => (id, Ok(report)),
            Err(error) => (error.id(), Err(error)),
        };
        let ran = self.slots.iter().enumerate();
        let mut ran = ran.filter_map(|(at, slot)| match &slot.state {
            State::Running { tool, since, task } if *task == id => Some((at, tool, *since)),
            _ => None,
        });
        let Some((at, tool, since)) = ran.next() else {
            return;
        };
        let came = match report {
            Ok(Ok(came)) => came,
            Ok(Err(lost)) => {
                self.lost.get_or_insert(lost);
                Came::unknown(&self.slots[at].call)
            }
            Err(error) => {
                let came = self
                    .worker
                    .came(&self.slots[at].call, tool, Ending::of(error));
                Came {
                    attempts: self.worker.board.attempts(at),
                    duration: since.elapsed(),
                    ..came
                }
            }
        };
        self.ended(at, came);
    }

    /// Notes what came of a call, and lets those start that waited for it.
    fn ended(&mut self, at: usize, came: Came) {
        let call = &self.slots[at].call;
        if let Some(notes) = self.worker.board.close(at) {
            self.events.extend(notes.events(&call.id));
        }
        if let Some(Fatal(error)) = came.fatal {
            self.fatal.get_or_insert(error);
        }
        self.slots[at].state = State::Done(came.outcome.clone());
        self.announce(came.outcome, came.duration, came.attempts);
        if self.fatal.is_some() || self.lost.is_some() {
            self.give_up_waiting("not run: another call ended the run");
        }
        for follower in std::mem::take(&mut self.slots[at].followers) {
            if let State::Waiting { left, .. } = &mut self.slots[follower].state {
                *left -= 1;
            }
            self.start_if_free(follower);
        }
    }

    fn start_if_free(&mut self, at: usize) {
        let slot = &mut self.slots[at];
        let State::Waiting { left: 0 } = slot.state else {
            return;
        };
        let job = slot.job.take().expect("what waits has not begun");
        let tool = job.entry.clone();
        let serve = Arc::clone(&self.worker).serve(at, job, slot.call.clone());
        let handle = self.tasks.spawn_on(serve, self.worker.threads.runtime());
        slot.state = State::Running {
            tool,
            since: Instant::now(),
            task: handle.id(),
        };
    }

    fn give_up_waiting(&mut self, why: &'static str) {
        for at in 0..self.slots.len() {
            if let State::Waiting { .. } = self.slots[at].state {
                let outcome = Outcome::new(&self.slots[at].call, OutcomeStatus::Cancelled, why);
                self.slots[at].state = State::Done(outcome.clone());
                self.announce(outcome, Duration::ZERO, 0);
            }
        }
    }

    fn announce(&mut self, outcome: Outcome, duration: Duration, attempts: u32) {
        self.events.push_back(ToolEvent::Finished {
            call: outcome.call.clone(),
            outcome,
            duration,
            attempts,
        });
    }
}

/// The tasks are aborted by their set; what they left behind elsewhere is told.
impl Drop for Execution {
    fn drop(&mut self) {
        self.worker.cancel.cancel();
        self.worker.threads.stop();
    }
}

impl std::fmt::Debug for Execution {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Execution")
            .field("calls", &self.slots.len())
            .field("running", &self.tasks.len())
            .finish_non_exhaustive()
    }
}
