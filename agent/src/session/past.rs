use std::collections::HashMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use windlass_core::{Conversation, Entry};

use crate::{RunId, Stop};

/// A run that a session has had, and whose messages it still has.
///
/// ```
/// use windlass_agent::{Agent, Session, Stop};
/// use windlass_core::{Script, Scripted};
///
/// # let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
/// # runtime.block_on(async {
/// let session = Session::new(Agent::builder(Scripted::new([Script::text("Rome."), Script::text("Cairo.")])).build()?);
/// session.run("Where is it warmer?").await?;
/// session.run("And in Africa?").await?;
/// let runs = session.runs();
/// assert_eq!((runs[1].begins, &runs[1].stop), (2, &Stop::Answered));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # }).expect("the script has two answers");
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PastRun {
    /// The run.
    pub run: RunId,
    /// The place of its first message.
    pub begins: usize,
    /// Why it ended; a run that was interrupted and kept is marked by it.
    pub stop: Stop,
}

impl PastRun {
    pub(super) fn new(run: RunId, begins: usize, stop: Stop) -> Self {
        PastRun { run, begins, stop }
    }
}

/// Where the runs begin once the conversation was made smaller; a run whose first message is gone is no more.
pub(super) fn moved(past: &mut Vec<PastRun>, old: &[Arc<Entry>], new: &Conversation) {
    let places: HashMap<_, _> = new.entries().iter().map(Arc::as_ptr).zip(0..).collect();
    past.retain_mut(|run| {
        let first = old.get(run.begins).map(Arc::as_ptr);
        let place = first.and_then(|first| places.get(&first));
        if let Some(place) = place {
            run.begins = *place;
        }
        place.is_some()
    });
}
