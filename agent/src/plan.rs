//! Which calls of an answer wait for which: pure, from what each call says of its safety.

use std::collections::HashMap;

use windlass_core::{Access, Safety};

#[cfg(test)]
mod tests;

/// For each call of an answer, the earlier calls that it waits for.
///
/// A call waits for the earlier calls it conflicts with and for no others. Where one of those waits for another, only
/// the later is listed; so the work and the lists grow with the number of calls, not with its square.
///
/// ```
/// use windlass_agent::Plan;
/// use windlass_core::Safety;
///
/// let plan = Plan::of(&[
///     Safety::writes("a.txt"),
///     Safety::Shared,
///     Safety::reads("a.txt"),
///     Safety::Exclusive,
/// ]);
/// assert!(plan.waits(0).is_empty() && plan.waits(1).is_empty());
/// assert_eq!(plan.waits(2), [0]);
/// assert_eq!(plan.waits(3), [1, 2]);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    waits: Vec<Vec<usize>>,
}

impl Plan {
    /// Plans calls of these kinds, in call order.
    pub fn of(safeties: &[Safety]) -> Self {
        Plan::of_those(safeties.iter().map(Some))
    }

    /// Plans the calls of which a kind is given; for the others nobody waits.
    pub(crate) fn of_those<'a>(safeties: impl Iterator<Item = Option<&'a Safety>>) -> Self {
        let mut planner = Planner::default();
        let waits = safeties.map(|safety| planner.place(safety));
        Plan {
            waits: waits.collect(),
        }
    }

    /// The earlier calls that a call waits for; none of a call that is not in the plan.
    pub fn waits(&self, call: usize) -> &[usize] {
        self.waits.get(call).map_or(&[], Vec::as_slice)
    }

    /// The number of calls.
    pub fn len(&self) -> usize {
        self.waits.len()
    }

    /// Whether there are no calls.
    pub fn is_empty(&self) -> bool {
        self.waits.is_empty()
    }
}

/// What the next call has to know of the calls before it.
#[derive(Default)]
struct Planner<'a> {
    /// The last exclusive call: all before it are done when it is.
    barrier: Option<usize>,
    /// Which of the calls came after the barrier, and no later call waits for them yet.
    is_open: Vec<bool>,
    keys: HashMap<&'a str, Users>,
}

/// The calls since the barrier that touch one thing.
#[derive(Default)]
struct Users {
    writer: Option<usize>,
    /// Since the writer.
    readers: Vec<usize>,
}

impl<'a> Planner<'a> {
    fn place(&mut self, safety: Option<&'a Safety>) -> Vec<usize> {
        let call = self.is_open.len();
        self.is_open.push(safety.is_some());
        let Some(safety) = safety else {
            return Vec::new();
        };
        let waits = match safety {
            Safety::Shared => Vec::new(),
            Safety::Keyed { key, access } => self.keys.entry(key).or_default().place(call, *access),
            // A kind of a later version is not known to be safe beside anything.
            _ => return self.place_exclusive(call),
        };
        for earlier in &waits {
            self.is_open[*earlier] = false;
        }
        match waits.is_empty() {
            true => self.barrier.into_iter().collect(),
            false => waits,
        }
    }

    fn place_exclusive(&mut self, call: usize) -> Vec<usize> {
        self.keys.clear();
        self.is_open[call] = false;
        let barrier = self.barrier.replace(call);
        let since = barrier.map_or(0, |barrier| barrier + 1);
        let open = (since..call).filter(|earlier| self.is_open[*earlier]);
        let open: Vec<usize> = open.collect();
        match open.is_empty() {
            true => barrier.into_iter().collect(),
            false => open,
        }
    }
}

impl Users {
    fn place(&mut self, call: usize, access: Access) -> Vec<usize> {
        match access {
            Access::Read => {
                self.readers.push(call);
                self.writer.into_iter().collect()
            }
            Access::Write => {
                let writer = self.writer.replace(call);
                let readers = std::mem::take(&mut self.readers);
                match readers.is_empty() {
                    true => writer.into_iter().collect(),
                    false => readers,
                }
            }
        }
    }
}
