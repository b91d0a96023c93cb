use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep};
use windlass_core::{
    Attempt, Blocking, Call, CancellationToken, Decision, ErrorKind, ModelError, Safety,
    ToolContext, ToolError, ToolErrorKind,
};

use super::board::Board;
use super::invoke::{Ending, invoke};
use super::threads::Threads;
use super::{Engine, RunScope, outcome};
use crate::journal::{self, Came, Fatal, Outcome as Journaled};
use crate::{JournalError, Repeat, Step, ToolEntry};

/// A call that may run.
pub(super) struct Job {
    pub(super) entry: ToolEntry,
    /// As it runs: repaired or edited, where that was done.
    pub(super) call: Call,
    pub(super) safety: Safety,
}

/// How a call ended, after all attempts; or that it could not be written down.
pub(super) type Report = Result<Came, JournalError>;

/// What the tasks of an execution share.
pub(super) struct Worker {
    pub(super) engine: Engine,
    pub(super) scope: RunScope,
    /// Of this execution; a child of the run's.
    pub(super) cancel: CancellationToken,
    pub(super) board: Board,
    pub(super) threads: Threads,
}

impl Worker {
    /// Waits for a place and makes attempts at a call until one of them counts.
    ///
    /// `call` is as the model wrote it.
    pub(super) async fn serve(self: Arc<Self>, at: usize, job: Job, call: Call) -> Report {
        let places = match self.scope.permits.are_unlimited() {
            true => Some([None, None]),
            false => {
                let places = self.scope.permits.acquire(&job.entry.spec().name);
                self.cancel.run_until_cancelled(places).await
            }
        };
        if places.is_none() || self.cancel.is_cancelled() {
            return Ok(self.came(&call, &job.entry, Ending::NotStarted));
        }
        let repeat = match job.entry.spec().idempotent {
            true => Repeat::Allowed,
            false => Repeat::Forbidden,
        };
        let step = self
            .scope
            .journaled(|turn| Step::call(turn, &job.call, repeat));
        let run = pin!(self.run(at, &job, &call));
        match journal::step(step, run).await? {
            Journaled::Ran(came) => Ok(came),
            Journaled::Replayed(came) => Ok(self.replayed(at, &job, came)),
            Journaled::Unknown => Ok(Came::unknown(&call)),
        }
    }

    async fn run(self: &Arc<Self>, at: usize, job: &Job, call: &Call) -> Came {
        let began = Instant::now();
        let span = self.scope.span.tool(&job.call);
        let (ending, attempts) = span.around(self.attempts(at, job)).await;
        span.ended(ending.status(), attempts, || ending.text());
        Came {
            attempts,
            duration: began.elapsed(),
            ..self.came(call, &job.entry, ending)
        }
    }

    /// What the model and the run are told of how a call ended.
    pub(super) fn came(&self, call: &Call, tool: &ToolEntry, ending: Ending) -> Came {
        let (mut fatal, mut spent_try) = (None, false);
        if let Ending::Failed(error) = &ending {
            spent_try = error.kind() == ToolErrorKind::Retry;
            let is_fatal = error.kind() == ToolErrorKind::Fatal;
            fatal = is_fatal.then(|| Fatal(error.clone()));
        }
        Came {
            outcome: outcome::of(call, tool.spec(), ending, self),
            attempts: 0,
            duration: Duration::ZERO,
            fatal,
            spent_try,
        }
    }

    /// Tells what was recorded as it was told when it happened.
    fn replayed(&self, at: usize, job: &Job, came: Came) -> Came {
        if came.attempts > 0 {
            self.board.attempt(at);
        }
        if came.spent_try {
            let spec = job.entry.spec();
            self.scope
                .retries
                .spend(&spec.name, self.engine.retries(spec));
        }
        came
    }

    /// How the last attempt at a call ended, and which it was.
    async fn attempts(self: &Arc<Self>, at: usize, job: &Job) -> (Ending, u32) {
        let began = Instant::now();
        let mut number = 1;
        let mut ending = self.attempt(at, job, number).await;
        while let Some(wait) = self.wait_for_next(job, number, &ending, began.elapsed()) {
            self.cancel.run_until_cancelled(sleep(wait)).await;
            if self.cancel.is_cancelled() {
                break;
            }
            number += 1;
            ending = self.attempt(at, job, number).await;
        }
        (ending, number)
    }

    async fn attempt(self: &Arc<Self>, at: usize, job: &Job, number: u32) -> Ending {
        self.board.attempt(at);
        let context = self.context(at, job, number);
        let deadline = self.engine.timeout(job.entry.spec());
        invoke(&**job.entry.tool(), &job.call, &context, deadline).await
    }

    fn context(self: &Arc<Self>, at: usize, job: &Job, number: u32) -> ToolContext {
        let worker = Arc::clone(self);
        let (cancel, state) = (self.cancel.child_token(), self.scope.state.clone());
        ToolContext::within(job.call.id.clone(), cancel, state)
            .with_attempt(
                number,
                number.saturating_add(self.attempts_left(job, number)),
            )
            .with_blocking(Arc::clone(self) as Arc<dyn Blocking>)
            .with_progress(move |progress| worker.board.progress(at, progress))
    }

    /// How many attempts may follow: one of our own where the policy has one, and those of the model.
    fn attempts_left(&self, job: &Job, number: u32) -> u32 {
        let spec = job.entry.spec();
        let budget = self.engine.retries(spec);
        let of_model = budget.saturating_sub(self.scope.retries.used(&spec.name));
        let passing = Ending::Failed(ToolError::failed("").transient());
        let own = self.wait_for_next(job, number, &passing, Duration::ZERO);
        of_model.saturating_add(u32::from(own.is_some()))
    }

    /// How long to wait before another attempt, if there is to be one.
    fn wait_for_next(
        &self,
        job: &Job,
        number: u32,
        ending: &Ending,
        elapsed: Duration,
    ) -> Option<Duration> {
        let Ending::Failed(error) = ending else {
            return None;
        };
        let may_pass = error.is_transient() && error.kind() == ToolErrorKind::Failed;
        if !may_pass || !job.entry.spec().idempotent {
            return None;
        }
        let error = as_model_error(error);
        let attempt = Attempt::new(number, &error)
            .with_elapsed(elapsed)
            .with_chance(self.engine.chance());
        match self.engine.decide(&attempt) {
            Decision::Retry(wait) => Some(wait),
            _ => None,
        }
    }
}

impl Blocking for Worker {
    fn run(&self, work: Box<dyn FnOnce() + Send>) {
        self.threads.run(work);
    }
}

/// A failure that may pass, in the words that policies know.
fn as_model_error(error: &ToolError) -> ModelError {
    let same = ModelError::new(ErrorKind::Server, error.message().clone());
    match error.retry_after() {
        Some(wait) => same.with_retry_after(wait),
        None => same,
    }
}
