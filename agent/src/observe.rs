//! Who listens beside the one consumer of a run.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use tokio::sync::broadcast::{self, error::RecvError};

use crate::AgentEvent;

#[cfg(test)]
mod tests;

/// Listens to a run without slowing it.
///
/// An observer that is slow loses its oldest events and is told how many;
/// the run, its consumer and the other observers lose nothing. It can be dropped at any time. The buffer holds 1,024
/// events.
///
/// # Example: count the words beside the consumer
///
/// ```
/// use windlass_agent::{Agent, Observed, What};
/// use windlass_core::{Script, Scripted};
///
/// # let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
/// # runtime.block_on(async {
/// let agent = Agent::builder(Scripted::new([Script::text("It is warmer in Rome.")])).build()?;
/// let run = agent.run("Is it warmer in Oslo or in Rome?");
/// let mut observer = run.observe();
/// let report = run.await?;
///
/// let (mut text, mut lost) = (String::new(), 0);
/// while let Some(told) = observer.next().await {
///     match told {
///         Observed::Event(event) => {
///             if let What::Text { text: words, .. } = event.what {
///                 text.push_str(&words);
///             }
///         }
///         Observed::Lost(events) => lost += events,
///         _ => {}
///     }
/// }
/// assert_eq!((text.split(' ').count(), lost), (5, 0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # }).expect("the script has an answer");
/// ```
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

/// The observers of an agent or a run. Clones are of the same.
///
/// Nothing is allocated for events, and none is copied, before somebody observes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Observers(Arc<OnceLock<Mutex<Option<Sender>>>>);

type Sender = broadcast::Sender<AgentEvent>;

/// How many events are kept for an observer that is slow.
const BUFFER: usize = 1024;

impl Observers {
    /// An observer of all that happens from now on.
    pub(crate) fn observe(&self) -> Observer {
        let sender = self.0.get_or_init(|| Some(Sender::new(BUFFER)).into());
        let events = match &*lock(sender) {
            Some(sender) => sender.subscribe(),
            // Nobody sends: it ends at once.
            None => broadcast::channel(1).1,
        };
        Observer { events }
    }

    /// Whether nobody listens.
    pub(crate) fn is_empty(&self) -> bool {
        let is_heard = |sender: &Sender| sender.receiver_count() > 0;
        let sender = self.0.get();
        !sender.is_some_and(|sender| lock(sender).as_ref().is_some_and(is_heard))
    }

    /// Tells all observers, and waits for none.
    pub(crate) fn tell(&self, event: &AgentEvent) {
        if let Some(sender) = self.0.get()
            && let Some(sender) = &*lock(sender)
            && sender.receiver_count() > 0
        {
            // It fails when the last observer has gone meanwhile, and then nobody is left to miss the event.
            let _ = sender.send(event.clone());
        }
    }

    /// Says that nothing happens any more. Observers end once they have read what there is.
    pub(crate) fn close(&self) {
        lock(self.0.get_or_init(Mutex::default)).take();
    }
}

fn lock(sender: &Mutex<Option<Sender>>) -> MutexGuard<'_, Option<Sender>> {
    sender.lock().unwrap_or_else(PoisonError::into_inner)
}
