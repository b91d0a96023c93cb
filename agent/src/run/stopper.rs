use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::time::{Instant, Sleep, sleep_until};
use windlass_core::CancellationToken;

use super::Halt;
use crate::execute::Cancelled;

/// Whether a run is to be broken off: looked at whenever it is polled, and waited for where it waits.
pub(super) struct Stopper {
    token: CancellationToken,
    deadline: Option<Instant>,
    waiting: Option<Waiting>,
}

struct Waiting {
    cancelled: Cancelled,
    time: Option<Pin<Box<Sleep>>>,
}

impl Stopper {
    pub(super) fn new(token: &CancellationToken, deadline: Option<Instant>) -> Self {
        Stopper {
            token: token.clone(),
            deadline,
            waiting: None,
        }
    }

    /// Moves the deadline.
    pub(super) fn until(&mut self, deadline: Instant) {
        self.deadline = Some(deadline);
        self.waiting = None;
    }

    pub(super) fn look(&self) -> Option<Halt> {
        if self.token.is_cancelled() {
            return Some(Halt::Cancelled);
        }
        let deadline = self.deadline?;
        (Instant::now() >= deadline).then_some(Halt::Time)
    }

    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Halt> {
        let waiting = self.waiting.get_or_insert_with(|| Waiting {
            cancelled: Cancelled::new(self.token.clone()),
            time: self
                .deadline
                .map(|deadline| Box::pin(sleep_until(deadline))),
        });
        if waiting.cancelled.poll(cx).is_ready() {
            return Poll::Ready(Halt::Cancelled);
        }
        match &mut waiting.time {
            Some(time) => time.as_mut().poll(cx).map(|()| Halt::Time),
            None => Poll::Pending,
        }
    }
}
