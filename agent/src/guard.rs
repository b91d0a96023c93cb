//! Ends a run that goes round in circles.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::num::NonZeroU32;

use windlass_core::{Call, Outcome, OutcomePart, OutcomeStatus, Text};

use crate::Toolbox;
use crate::approve::write_canonical;

#[cfg(test)]
mod tests;

/// Notices that the model makes the same call with the same outcome over and over: it tells the model once, and then
/// says that the run is stuck.
///
/// The same call within one answer counts once. Another outcome begins the count anew, and tools that are for
/// [polling](windlass_core::ToolSpec::polling) are not counted.
///
/// ```
/// use windlass_agent::{Guard, Toolbox, Turning};
/// use windlass_core::{Call, Outcome};
///
/// let mut guard = Guard::default();
/// let call = Call::new("call_1", "weather", r#"{"city":"Oslo"}"#);
/// let mut turn = || {
///     let mut outcomes = [Outcome::success(&call, "4 °C")];
///     let turning = guard.review(&Toolbox::new(), [&call], &mut outcomes);
///     (turning, outcomes[0].parts.len())
/// };
/// assert_eq!(turn(), (Turning::On, 1));
/// assert_eq!(turn(), (Turning::On, 1));
/// assert_eq!(turn(), (Turning::Nudged, 2));
/// assert!(matches!(turn(), (Turning::Stuck { times: 4, .. }, 1)));
/// ```
#[derive(Clone, Debug)]
pub struct Guard {
    limit: NonZeroU32,
    /// Every call so far, by tool and what its arguments mean.
    seen: HashMap<Print, Seen>,
    turn: u32,
    /// What prints are made with: nobody can bring about that two of them are the same.
    secret: RandomState,
    /// The bytes of which a print is made.
    bytes: Vec<u8>,
}

/// What something comes to in 128 bits.
type Print = u128;

#[derive(Clone, Debug)]
struct Seen {
    outcome: Print,
    times: u32,
    turn: u32,
}

/// Whether a run gets anywhere.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Turning {
    /// Nothing was repeated too often.
    On,
    /// A call was, and its outcome tells the model so.
    Nudged,
    /// A call was repeated although the model was told.
    Stuck {
        /// The tool.
        tool: Text,
        /// How often it gave the same.
        times: u32,
    },
}

impl Default for Guard {
    /// The third repetition is told, the fourth is too many.
    fn default() -> Self {
        Guard::new(NonZeroU32::new(3).expect("three is not zero"))
    }
}

impl Guard {
    /// Tells the model when it made the same call `times` times with the same outcome.
    pub fn new(times: NonZeroU32) -> Self {
        Guard {
            limit: times,
            seen: HashMap::new(),
            turn: 0,
            secret: RandomState::new(),
            bytes: Vec::new(),
        }
    }

    /// Looks at the calls of an answer and what came of them, in the same order, before the model is shown it.
    pub fn review<'c>(
        &mut self,
        toolbox: &Toolbox,
        calls: impl IntoIterator<Item = &'c Call>,
        outcomes: &mut [Outcome],
    ) -> Turning {
        self.turn = self.turn.saturating_add(1);
        let mut turning = Turning::On;
        for (call, outcome) in calls.into_iter().zip(outcomes) {
            let is_polling = toolbox
                .get(&call.name)
                .is_some_and(|entry| entry.spec().polling);
            if is_polling || outcome.status == OutcomeStatus::DuplicateId {
                continue;
            }
            let times = self.count(call, outcome);
            if times == self.limit.get() {
                outcome.parts.push(nudge(call, times));
            }
            turning = turning.or(call, times, self.limit.get());
        }
        turning
    }

    /// How often this call had this outcome, this time included.
    fn count(&mut self, call: &Call, outcome: &Outcome) -> u32 {
        let print = self.print(|bytes| write_shown(outcome, bytes));
        let key = self.print(|bytes| write_canonical(&call.name, &call.arguments, bytes));
        let seen = self.seen.entry(key).or_insert(Seen {
            outcome: print,
            times: 0,
            turn: 0,
        });
        match seen.outcome == print {
            true if seen.turn == self.turn => {}
            true => seen.times = seen.times.saturating_add(1),
            false => (seen.outcome, seen.times) = (print, 1),
        }
        seen.turn = self.turn;
        seen.times
    }

    fn print(&mut self, write: impl FnOnce(&mut Vec<u8>)) -> Print {
        self.bytes.clear();
        write(&mut self.bytes);
        let half = |half: u8| u128::from(self.secret.hash_one((half, &self.bytes)));
        half(0) << 64 | half(1)
    }
}

impl Turning {
    fn or(self, call: &Call, times: u32, limit: u32) -> Self {
        match self {
            Turning::Stuck { .. } => self,
            _ if times > limit => Turning::Stuck {
                tool: call.name.clone(),
                times,
            },
            _ if times == limit => Turning::Nudged,
            other => other,
        }
    }
}

fn nudge(call: &Call, times: u32) -> OutcomePart {
    let text = format!(
        "[`{}` was called with these arguments {times} times and gave the same each time. Do something else, or answer \
         with what is known.]",
        call.name
    );
    OutcomePart::Text(text.into())
}

/// Writes what the model is shown of an outcome.
fn write_shown(outcome: &Outcome, bytes: &mut Vec<u8>) {
    serde_json::to_writer(bytes, &(outcome.status, &outcome.parts))
        .expect("the parts of an outcome have a JSON form");
}
