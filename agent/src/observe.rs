//! Who listens beside the one consumer of a run.

use std::sync::{Arc, OnceLock};

use tokio::sync::broadcast::{self, error::RecvError};

use crate::AgentEvent;

#[cfg(test)]
mod tests;

/// Listens to a run without slowing it.
///
/// An observer has a buffer of its own size at most. One that is slow loses its oldest events and is told how many;
/// the run, its consumer and the other observers lose nothing. It can be dropped at any time.
#[derive(Debug)]
pub struct Observer {
    events: broadcast::Receiver<AgentEvent>,
}

impl Observer {
    /// What happened next, or how much was lost of it; nothing once it is over and all was read.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost when the future is dropped.
    pub async fn next(&mut self) -> Option<Observed> {
        match self.events.recv().await {
            Ok(event) => Some(Observed::Event(event)),
            Err(RecvError::Lagged(lost)) => Some(Observed::Lost(lost)),
            Err(RecvError::Closed) => None,
        }
    }
}

/// What an [`Observer`] is told.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Observed {
    /// Something happened.
    Event(AgentEvent),
    /// So many events came while the buffer was full; what follows comes after them.
    Lost(u64),
}

/// The observers of a run or a session. Clones are of the same; the observers end when the last is dropped.
///
/// Nothing is allocated for events, and none is copied, before somebody observes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Observers(Arc<OnceLock<broadcast::Sender<AgentEvent>>>);

/// How many events are kept for an observer that is slow.
const BUFFER: usize = 1024;

impl Observers {
    /// An observer of all that happens from now on.
    pub(crate) fn observe(&self) -> Observer {
        let sender = self.0.get_or_init(|| broadcast::Sender::new(BUFFER));
        Observer {
            events: sender.subscribe(),
        }
    }

    /// Whether nobody listens.
    pub(crate) fn is_empty(&self) -> bool {
        let sender = self.0.get();
        sender.is_none_or(|sender| sender.receiver_count() == 0)
    }

    /// Tells all observers, and waits for none.
    pub(crate) fn tell(&self, event: &AgentEvent) {
        if let Some(sender) = self.0.get()
            && !self.is_empty()
        {
            // It fails when the last observer has gone meanwhile, and then nobody is left to miss the event.
            let _ = sender.send(event.clone());
        }
    }
}
