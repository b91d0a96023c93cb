use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio::time::sleep;

use super::events::GovernorEvent;
use super::permit::Permit;
use super::rates::Priority;
use super::refusal::Refusal;
use super::shared::Shared;

/// What those who wait are told.
pub(super) type Answer = Result<Permit, Refusal>;

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
        // Many wait at once, so a timer takes its room only where there is a limit.
        let mut alarm = limit.map(|limit| Box::pin(sleep(limit)));
        let mut orphaned = pin!(self.shared.orphaned.notified());
        watch_time(&self.shared);
        let answer = poll_fn(|context| {
            if let Poll::Ready(answer) = Pin::new(&mut self.answer).poll(context) {
                let answer = answer.expect("whoever leaves the line by the gate is told");
                return Poll::Ready(Some(answer));
            }
            if let Some(alarm) = &mut alarm
                && alarm.as_mut().poll(context).is_ready()
            {
                return Poll::Ready(None);
            }
            while orphaned.as_mut().poll(context).is_ready() {
                orphaned.set(self.shared.orphaned.notified());
                watch_time(&self.shared);
            }
            Poll::Pending
        });
        let answer = answer.await;
        self.in_line = answer.is_none();
        answer
    }

    /// Leaves the line, as `event` says; false where the answer was on its way already.
    pub(super) fn leave(&mut self, event: GovernorEvent) -> bool {
        self.in_line = !self.shared.leave(self.ticket, self.priority, event);
        !self.in_line
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
