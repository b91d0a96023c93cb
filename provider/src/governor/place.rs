use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::events::GovernorEvent;
use super::permit::Permit;
use super::rates::Priority;
use super::refusal::Refusal;
use super::shared::Shared;

/// What those who wait are told.
type Answer = Result<Permit, Refusal>;

/// A place in the line. Dropping it leaves the line; a permit that was on its way goes back.
pub(super) struct Place {
    shared: Arc<Shared>,
    ticket: u64,
    priority: Priority,
    answer: oneshot::Receiver<Answer>,
    in_line: bool,
}

impl Place {
    pub(super) fn new(
        shared: &Arc<Shared>,
        ticket: u64,
        priority: Priority,
        answer: oneshot::Receiver<Answer>,
    ) -> Self {
        Place {
            shared: Arc::clone(shared),
            ticket,
            priority,
            answer,
            in_line: true,
        }
    }

    pub(super) fn ticket(&self) -> u64 {
        self.ticket
    }

    /// Waits for the turn, at most for so long; then the place is as it was.
    pub(super) async fn wait(&mut self, limit: Option<Duration>) -> Option<Answer> {
        match limit {
            None => Some(self.turn().await),
            Some(limit) => timeout(limit, self.turn()).await.ok(),
        }
    }

    /// Leaves the line, as `event` says. The answer, if it was on its way.
    pub(super) async fn leave(mut self, event: GovernorEvent) -> Option<Answer> {
        if self.shared.leave(self.ticket, self.priority, event) {
            self.in_line = false;
            return None;
        }
        Some(self.turn().await)
    }

    async fn turn(&mut self) -> Answer {
        let shared = Arc::clone(&self.shared);
        let mut orphaned = pin!(shared.orphaned.notified());
        watch_time(&shared);
        let answer = poll_fn(|context| {
            if let Poll::Ready(answer) = Pin::new(&mut self.answer).poll(context) {
                return Poll::Ready(answer);
            }
            while orphaned.as_mut().poll(context).is_ready() {
                orphaned.set(shared.orphaned.notified());
                watch_time(&shared);
            }
            Poll::Pending
        });
        let answer = answer.await;
        self.in_line = false;
        answer.expect("whoever leaves the line by the gate is told")
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if self.in_line {
            let ticket = self.ticket;
            self.shared
                .leave(ticket, self.priority, GovernorEvent::Cancelled { ticket });
        }
    }
}

/// Sees to it that a timer runs, which without a runtime nobody could.
///
/// # Panics
///
/// Outside of a tokio runtime.
fn watch_time(shared: &Arc<Shared>) {
    let _runtime = Handle::current();
    shared.watch_time();
}
