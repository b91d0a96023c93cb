//! Which calls have an id that another call had before them.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use crate::{CallId, Message};

/// How often each id was given to a call. It is kept at each push, so that no request has to go through all calls.
#[derive(Clone, Default)]
pub(super) struct UsedIds {
    counts: HashMap<CallId, u32>,
    /// By the place of an answer with ids that came before: how often each of its ids did, up to the last that came at
    /// all.
    before: BTreeMap<usize, Vec<u32>>,
}

impl UsedIds {
    /// Counts the calls of the message that comes to this place.
    pub(super) fn count(&mut self, place: usize, message: &Message) {
        let mut before = Vec::new();
        for (at, call) in message.calls().enumerate() {
            let count = self.counts.entry(call.id.clone()).or_default();
            if *count > 0 {
                before.resize(at, 0);
                before.push(*count);
            }
            *count += 1;
        }
        if !before.is_empty() {
            self.before.insert(place, before);
        }
    }

    /// What was counted before the answer at this place, or before the answer whose outcomes have their place here.
    #[inline]
    pub(super) fn before(&self, place: usize) -> &[u32] {
        let answer = || self.before.get(&place.checked_sub(1)?);
        self.before
            .get(&place)
            .or_else(answer)
            .map_or(&[], |before| before)
    }
}

/// Leaves out the counts, whose order is another in every process.
impl fmt::Debug for UsedIds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.before.fmt(f)
    }
}
