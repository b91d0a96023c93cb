use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep_until};
use windlass_core::{Clock, ErrorKind, ModelError};

use crate::transport::Clocks;

/// The clocks of one request.
///
/// The clock between events runs only while somebody waits for one: a consumer that pauses is no idle provider. One timer
/// serves all clocks and is set again only when it rings too early, so an event costs a look at the time and no more.
#[derive(Debug)]
pub(crate) struct Timer {
    clocks: Clocks,
    started: Instant,
    /// How long the request was in queues before that; the clock for the whole request counts it.
    queued: Duration,
    /// Since when the consumer has been waiting.
    waiting: Option<Instant>,
    has_output: bool,
    alarm: Option<Pin<Box<Sleep>>>,
    /// Who the alarm wakes.
    waker: Option<Waker>,
}

impl Timer {
    pub(crate) fn start(clocks: Clocks) -> Self {
        Timer {
            clocks,
            started: Instant::now(),
            queued: Duration::ZERO,
            waiting: None,
            has_output: false,
            alarm: None,
            waker: None,
        }
    }

    /// Counts the time that the request was in queues.
    pub(super) fn after(mut self, queued: Duration) -> Self {
        self.queued = queued;
        self
    }

    /// Somebody waits for an event from now on, if not already.
    pub(super) fn wait(&mut self) {
        if self.waiting.is_none() {
            self.waiting = Some(Instant::now());
        }
    }

    /// An event came.
    pub(super) fn progress(&mut self) {
        self.has_output = true;
        self.waiting = None;
    }

    /// Waits no longer than this for what comes next.
    pub(super) fn shorten(&mut self, limit: Duration) {
        self.clocks.idle = Some(self.clocks.idle.map_or(limit, |idle| idle.min(limit)));
        self.has_output = true;
    }

    /// Awaits what belongs to the time before the first event.
    pub(crate) async fn watch<T>(
        &mut self,
        work: impl Future<Output = T>,
    ) -> Result<T, ModelError> {
        let mut work = pin!(work);
        poll_fn(|context| match work.as_mut().poll(context) {
            Poll::Ready(done) => Poll::Ready(Ok(done)),
            Poll::Pending => self.poll(context).map(Err),
        })
        .await
    }

    /// Ready with an error when a clock has run out.
    pub(super) fn poll(&mut self, context: &mut Context<'_>) -> Poll<ModelError> {
        let Some((deadline, clock)) = self.next_deadline() else {
            return Poll::Pending;
        };
        if self.is_set(deadline, context) {
            return Poll::Pending;
        }
        self.waker = Some(context.waker().clone());
        loop {
            let alarm = self
                .alarm
                .get_or_insert_with(|| Box::pin(sleep_until(deadline)));
            if alarm.deadline() > deadline {
                alarm.as_mut().reset(deadline);
            }
            match alarm.as_mut().poll(context) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(()) if alarm.deadline() < deadline => alarm.as_mut().reset(deadline),
                Poll::Ready(()) => return Poll::Ready(self.ran_out(clock)),
            }
        }
    }

    /// Whether the alarm is on its way to ring in time for the one who asks, so that it need not be asked.
    fn is_set(&self, deadline: Instant, context: &Context<'_>) -> bool {
        let in_time = |alarm: &Pin<Box<Sleep>>| !alarm.is_elapsed() && alarm.deadline() <= deadline;
        let wakes = |waker: &Waker| waker.will_wake(context.waker());
        self.alarm.as_ref().is_some_and(in_time) && self.waker.as_ref().is_some_and(wakes)
    }

    /// The clock that runs out first, and when.
    fn next_deadline(&self) -> Option<(Instant, Clock)> {
        let total = self
            .clocks
            .total
            .map(|limit| limit.saturating_sub(self.queued))
            .and_then(|limit| self.started.checked_add(limit))
            .map(|at| (at, Clock::Total));
        let (since, limit, clock) = match (self.has_output, self.waiting) {
            (false, _) => (
                Some(self.started),
                self.clocks.first_output,
                Clock::FirstOutput,
            ),
            (true, since) => (since, self.clocks.idle, Clock::Idle),
        };
        let near = since
            .zip(limit)
            .and_then(|(since, limit)| since.checked_add(limit))
            .map(|at| (at, clock));
        [near, total]
            .into_iter()
            .flatten()
            .min_by_key(|(at, _)| *at)
    }

    fn ran_out(&self, clock: Clock) -> ModelError {
        let limit = match clock {
            Clock::FirstOutput => self.clocks.first_output,
            Clock::Idle => self.clocks.idle,
            _ => self.clocks.total,
        };
        let what = format!("nothing came within {:?}", limit.unwrap_or_default());
        let what = if clock == Clock::Total {
            what.replace("nothing came", "the answer did not end")
        } else {
            what
        };
        ModelError::new(ErrorKind::Timeout(clock), what)
    }
}
