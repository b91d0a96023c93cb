use std::error::Error as _;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use windlass_core::{Clock, ErrorKind, ModelError};

use crate::cost::BudgetError;
use crate::governor::Refusal;

/// How long a target cools that will not mend itself: somebody has to bring a key, pay a bill or change a name.
const LONG: Duration = Duration::from_secs(600);

/// When a target of a group is left alone, and for how long: data.
///
/// ```
/// use std::time::Duration;
/// use windlass_core::ErrorKind;
/// use windlass_provider::group::{Blame, HealthPolicy};
///
/// let policy = HealthPolicy::new()
///     .with_failures_in_a_row(5)
///     .with_cool_down(Duration::from_secs(1), Duration::from_secs(60))
///     .with_blame(ErrorKind::Protocol, Blame::Nothing);
/// assert_eq!(policy.blame(ErrorKind::Protocol), Blame::Nothing);
/// assert_eq!(policy.blame(ErrorKind::Server), Blame::Counts);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct HealthPolicy {
    /// So many failures in a row are too many.
    pub in_a_row: Option<u32>,
    /// Such a share of failures is too much.
    pub share: Option<FailureShare>,
    /// How long a target cools the first time; each time after that without a whole answer between, twice as long.
    pub cool_down: Duration,
    /// The longest time that doubling leads to. A provider that asks for more gets it.
    pub longest_cool_down: Duration,
    /// Where kinds of error weigh differently than they do by default; the last entry of a kind holds.
    pub blames: Vec<(ErrorKind, Blame)>,
}

/// A share of failures in the time that lies behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FailureShare {
    /// The share, in per cent.
    pub percent: u8,
    /// How far back answers count. It is kept in ten slots, so it may be up to a tenth shorter.
    pub window: Duration,
    /// With fewer answers than this, a share says nothing.
    pub at_least: u32,
}

impl FailureShare {
    /// `percent` of at least `at_least` answers within `window`.
    pub const fn new(percent: u8, window: Duration, at_least: u32) -> Self {
        FailureShare {
            percent,
            window,
            at_least,
        }
    }
}

/// What an error says about the health of the target that it came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Blame {
    /// Nothing: the request is at fault, or the caller.
    Nothing,
    /// It counts towards the thresholds, and a wait that the provider asks for is kept at once.
    Counts,
    /// The target cools at once, at least this long.
    Cools(Duration),
}

impl Default for HealthPolicy {
    fn default() -> Self {
        HealthPolicy::new()
    }
}

impl HealthPolicy {
    /// Three failures in a row, or half of at least ten answers within a minute; five seconds, up to five minutes.
    pub fn new() -> Self {
        HealthPolicy {
            in_a_row: Some(3),
            share: Some(FailureShare::new(50, Duration::from_secs(60), 10)),
            cool_down: Duration::from_secs(5),
            longest_cool_down: Duration::from_secs(300),
            blames: Vec::new(),
        }
    }

    /// Sets how many failures in a row are too many.
    #[must_use]
    pub fn with_failures_in_a_row(mut self, failures: u32) -> Self {
        self.in_a_row = Some(failures);
        self
    }

    /// Sets what share of failures is too much.
    #[must_use]
    pub fn with_share(mut self, share: FailureShare) -> Self {
        self.share = Some(share);
        self
    }

    /// Sets how long a target cools the first time, and at most.
    #[must_use]
    pub fn with_cool_down(mut self, first: Duration, longest: Duration) -> Self {
        self.cool_down = first;
        self.longest_cool_down = longest;
        self
    }

    /// Sets what errors of a kind say about the health of a target.
    #[must_use]
    pub fn with_blame(mut self, kind: ErrorKind, blame: Blame) -> Self {
        self.blames.push((kind, blame));
        self
    }

    /// What errors of this kind say about the health of a target.
    pub fn blame(&self, kind: ErrorKind) -> Blame {
        let own = self.blames.iter().rev().find(|(known, _)| *known == kind);
        own.map_or_else(|| usual_blame(kind), |(_, blame)| *blame)
    }

    /// What this error says about the health of the target that it came from.
    pub(super) fn blame_of(&self, error: &ModelError) -> Blame {
        if is_our_own(error) {
            return Blame::Nothing;
        }
        self.blame(error.kind())
    }

    /// The time to cool after `before` times in succession.
    pub(super) fn cool_down(&self, before: u32) -> Duration {
        let factor = 1 << before.min(31);
        self.cool_down
            .saturating_mul(factor)
            .min(self.longest_cool_down)
    }
}

/// Whether it was refused on this side of the wire, so that it says nothing about the target.
pub(super) fn is_our_own(error: &ModelError) -> bool {
    error
        .source()
        .is_some_and(|source| source.is::<Refusal>() || source.is::<BudgetError>())
}

fn usual_blame(kind: ErrorKind) -> Blame {
    match kind {
        ErrorKind::Authentication
        | ErrorKind::Permission
        | ErrorKind::NotFound
        | ErrorKind::QuotaExhausted => Blame::Cools(LONG),
        ErrorKind::Timeout(Clock::Queue) => Blame::Nothing,
        ErrorKind::Protocol => Blame::Counts,
        kind if kind.is_transient() => Blame::Counts,
        _ => Blame::Nothing,
    }
}
