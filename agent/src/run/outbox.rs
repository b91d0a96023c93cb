//! What a turn hands to the run that polls it: rare events one by one, and the answer of a model as a whole.

use std::future::poll_fn;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::Poll;

use tokio::time::Instant;

use super::Relay;
use crate::observe::Observers;
use crate::{AgentEvent, Observer};

/// The one slot between a turn and its run. Both are the same task, so the lock is never waited for.
pub(crate) struct Outbox {
    /// Of all runs of the agent, and of this one.
    observers: [Observers; 2],
    /// Whether somebody iterates over the run's events.
    consumer: AtomicBool,
    slot: Mutex<Slot>,
}

#[derive(Default)]
struct Slot {
    posted: Option<Posted>,
    returned: Option<Box<Relay>>,
    halt: Option<Halt>,
}

/// What the run takes out.
pub(crate) enum Posted {
    Event(AgentEvent),
    Relay(Box<Relay>),
    /// When the time of the run is over.
    Deadline(Instant),
}

/// Why a run is broken off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Halt {
    Cancelled,
    Time,
}

impl Outbox {
    pub(crate) fn new(of_agent: Observers) -> Self {
        Outbox {
            observers: [of_agent, Observers::default()],
            consumer: AtomicBool::new(false),
            slot: Mutex::default(),
        }
    }

    /// Whether anybody hears of an event: if not, none is made.
    pub(crate) fn is_heard(&self) -> bool {
        self.has_consumer() || self.observers.iter().any(|observers| !observers.is_empty())
    }

    pub(crate) fn has_consumer(&self) -> bool {
        self.consumer.load(Ordering::Relaxed)
    }

    pub(crate) fn listen(&self, consumer: bool) {
        self.consumer.store(consumer, Ordering::Relaxed);
    }

    pub(crate) fn observe(&self) -> Observer {
        self.observers[1].observe()
    }

    /// Ends the observers of this run.
    pub(crate) fn close(&self) {
        self.observers[1].close();
    }

    /// Tells the observers, and not the consumer.
    pub(crate) fn show(&self, event: &AgentEvent) {
        self.observers
            .iter()
            .for_each(|observers| observers.tell(event));
    }

    /// Tells of an event, and goes on when the consumer has it.
    pub(crate) async fn emit(&self, event: AgentEvent) {
        self.show(&event);
        if self.has_consumer() {
            self.slot().posted = Some(Posted::Event(event));
            self.until(|slot| slot.posted.is_none().then_some(())).await;
        }
    }

    /// Hands an answer to the run, and gets it back when it has come to its end.
    pub(crate) async fn relay(&self, relay: Box<Relay>) -> Box<Relay> {
        self.slot().posted = Some(Posted::Relay(relay));
        self.until(|slot| slot.returned.take()).await
    }

    /// Says when the time of the run is over, which the journal knows better.
    pub(crate) async fn move_deadline(&self, deadline: Instant) {
        self.slot().posted = Some(Posted::Deadline(deadline));
        self.until(|slot| slot.posted.is_none().then_some(())).await;
    }

    /// Waits for what the run does between two polls; it needs no waker, because the run always polls again.
    async fn until<T>(&self, mut done: impl FnMut(&mut Slot) -> Option<T>) -> T {
        poll_fn(|_| done(&mut self.slot()).map_or(Poll::Pending, Poll::Ready)).await
    }

    pub(crate) fn take(&self) -> Option<Posted> {
        self.slot().posted.take()
    }

    pub(crate) fn give_back(&self, relay: Box<Relay>) {
        self.slot().returned = Some(relay);
    }

    /// The answer that was broken off.
    pub(crate) fn take_returned(&self) -> Option<Box<Relay>> {
        self.slot().returned.take()
    }

    pub(crate) fn halt(&self, why: Halt) {
        self.slot().halt.get_or_insert(why);
    }

    pub(crate) fn halted(&self) -> Option<Halt> {
        self.slot().halt
    }

    /// Runs the turns until they come to their end or the run is broken off; then nothing of them is left.
    pub(crate) async fn unless_halted<T>(&self, turns: impl Future<Output = T>) -> Result<T, Halt> {
        let mut turns = std::pin::pin!(turns);
        poll_fn(|cx| match self.halted() {
            Some(halt) => Poll::Ready(Err(halt)),
            None => turns.as_mut().poll(cx).map(Ok),
        })
        .await
    }

    fn slot(&self) -> MutexGuard<'_, Slot> {
        self.slot.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
