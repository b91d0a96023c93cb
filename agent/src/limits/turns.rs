use std::collections::HashSet;
use std::fmt;

use windlass_core::{Call, Outcome, OutcomeStatus};

use crate::Digest;

/// How many turns a run may take.
///
/// ```
/// use windlass_agent::{Limits, Turns};
///
/// let short = Limits::default().with_turns(5);
/// let patient = Limits::default().with_turns(Turns::Adaptive { first: 5, most: 100 });
/// assert_ne!(short, patient);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Turns {
    /// So many.
    Fixed(u32),
    /// As many as get on: each turn in which a call that was not made before succeeds adds one.
    Adaptive {
        /// How many at least.
        first: u32,
        /// How many at most.
        most: u32,
    },
    /// Any number.
    Unlimited,
}

impl Turns {
    /// How many are allowed once `earned` were added; `None` is any number.
    pub(super) fn allowed(self, earned: u32) -> Option<u32> {
        match self {
            Turns::Fixed(turns) => Some(turns),
            Turns::Adaptive { first, most } => {
                Some(first.saturating_add(earned).min(most.max(first)))
            }
            Turns::Unlimited => None,
        }
    }
}

impl From<u32> for Turns {
    fn from(turns: u32) -> Self {
        Turns::Fixed(turns)
    }
}

impl fmt::Display for Turns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Turns::Fixed(1) => f.write_str("1 turn"),
            Turns::Fixed(turns) => write!(f, "{turns} turns"),
            Turns::Adaptive { first, most } => write!(f, "{first} to {most} turns"),
            Turns::Unlimited => f.write_str("any number of turns"),
        }
    }
}

/// The calls of a run so far, to tell new ones.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fresh(HashSet<Digest>);

impl Fresh {
    /// How many calls of a turn succeeded that were not made before in this run, whatever came of them then.
    pub(crate) fn successes<'c>(
        &mut self,
        calls: impl IntoIterator<Item = &'c Call>,
        outcomes: &[Outcome],
    ) -> u32 {
        let mut successes = 0;
        for (call, outcome) in calls.into_iter().zip(outcomes) {
            let is_new = self.0.insert(Digest::of(&call.name, &call.arguments));
            successes += u32::from(is_new && outcome.status == OutcomeStatus::Success);
        }
        successes
    }
}
