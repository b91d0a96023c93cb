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
use super::{Engine, RunScope};
use crate::ToolEntry;

/// A call that may run.
pub(super) struct Job {
    pub(super) entry: ToolEntry,
    /// As it runs: repaired or edited, where that was done.
    pub(super) call: Call,
    pub(super) safety: Safety,
}

/// How a call ended, after all attempts.
pub(super) struct Report {
    pub(super) ending: Ending,
    pub(super) attempts: u32,
    pub(super) duration: Duration,
}

/// What the tasks of an execution share.
pub(super) struct Worker {
    pub(super) engine: Engine,
    pub(super) scope: RunScope,
    /// Of this execution; a child of the run's.
    pub(super) cancel: CancellationToken,
    pub(super) board: Board,
    pub(super) threads: Arc<Threads>,
}

impl Worker {
    /// Waits for a place and makes attempts at a call until one of them counts.
    pub(super) async fn serve(self: Arc<Self>, at: usize, job: Arc<Job>) -> Report {
        let places = self.scope.permits.acquire(&job.entry.spec().name);
        let places = self.cancel.run_until_cancelled(places).await;
        let began = Instant::now();
        let (mut ending, mut attempts) = (Ending::NotStarted, 0);
        if places.is_some() && !self.cancel.is_cancelled() {
            let span = self.scope.span.tool(&job.call);
            (ending, attempts) = span.around(self.attempts(at, &job)).await;
            span.ended(ending.status(), attempts, || ending.text());
        }
        Report {
            ending,
            attempts,
            duration: began.elapsed(),
        }
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
        ToolContext::new(job.call.id.clone())
            .with_attempt(
                number,
                number.saturating_add(self.attempts_left(job, number)),
            )
            .with_cancel(self.cancel.child_token())
            .with_state(self.scope.state.clone())
            .with_blocking(Arc::clone(&self.threads) as Arc<dyn Blocking>)
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

/// A failure that may pass, in the words that policies know.
fn as_model_error(error: &ToolError) -> ModelError {
    let same = ModelError::new(ErrorKind::Server, error.message().clone());
    match error.retry_after() {
        Some(wait) => same.with_retry_after(wait),
        None => same,
    }
}
