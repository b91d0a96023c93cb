//! When a failed attempt is repeated: pure decisions. Sleeping, the clock and chance belong to the loop that asks.

mod backoff;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

pub use backoff::{Backoff, Jitter};

use crate::{ErrorKind, ModelError};

/// Decides whether a failed attempt is repeated, and when.
///
/// A policy is a pure function of the [`Attempt`]: asked twice, it says the same.
///
/// ```
/// use std::time::Duration;
/// use windlass_core::{Attempt, Decision, ErrorKind, ModelError, RetryPolicy};
///
/// /// Once more, after a second, whatever happened.
/// struct OnceMore;
///
/// impl RetryPolicy for OnceMore {
///     fn decide(&self, attempt: &Attempt<'_>) -> Decision {
///         match attempt.number {
///             1 => Decision::Retry(Duration::from_secs(1)),
///             _ => Decision::GiveUp,
///         }
///     }
/// }
///
/// let error = ModelError::new(ErrorKind::Server, "boom");
/// assert_eq!(OnceMore.decide(&Attempt::new(1, &error)), Decision::Retry(Duration::from_secs(1)));
/// assert_eq!(OnceMore.decide(&Attempt::new(2, &error)), Decision::GiveUp);
/// ```
pub trait RetryPolicy: Send + Sync {
    /// What to do after `attempt` failed.
    fn decide(&self, attempt: &Attempt<'_>) -> Decision;
}

/// An attempt that failed: all that a decision may rest on.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Attempt<'a> {
    /// Which attempt it was, counted from one.
    pub number: u32,
    /// How it failed.
    pub error: &'a ModelError,
    /// Whether output of it was shown.
    pub delivered: bool,
    /// The time since the first attempt began.
    pub elapsed: Duration,
    /// Chance, drawn anew for each decision by the loop that asks.
    pub chance: Chance,
}

impl<'a> Attempt<'a> {
    /// An attempt that failed at once, before any output, with no chance in play.
    pub fn new(number: u32, error: &'a ModelError) -> Self {
        let delivered = error.is_after_output();
        Attempt {
            number,
            error,
            delivered,
            elapsed: Duration::ZERO,
            chance: Chance::NONE,
        }
    }

    /// Says that output was shown.
    #[must_use]
    pub fn after_output(mut self) -> Self {
        self.delivered = true;
        self
    }

    /// Sets the time since the first attempt began.
    #[must_use]
    pub fn with_elapsed(mut self, elapsed: Duration) -> Self {
        self.elapsed = elapsed;
        self
    }

    /// Sets the chance that the decision draws on.
    #[must_use]
    pub fn with_chance(mut self, chance: Chance) -> Self {
        self.chance = chance;
        self
    }
}

/// A number drawn evenly from all of `u64`: where a decision that needs chance gets it from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chance(u64);

impl Chance {
    /// The lowest draw.
    pub const NONE: Chance = Chance(0);

    /// A draw.
    pub const fn new(draw: u64) -> Self {
        Chance(draw)
    }

    /// A duration between zero and `whole`, both included.
    pub fn part_of(self, whole: Duration) -> Duration {
        let nanos = whole.as_nanos().min(u128::from(u64::MAX)) + 1;
        let part = (u128::from(self.0) * nanos) >> 64;
        Duration::from_nanos(u64::try_from(part).unwrap_or(u64::MAX))
    }
}

/// What to do after an attempt failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Decision {
    /// Repeat it after this wait. Where output was shown, it is discarded first; a policy that does not want that gives
    /// up instead.
    Retry(Duration),
    /// Do not repeat it.
    GiveUp,
}

/// Never repeats an attempt.
///
/// ```
/// use windlass_core::{Attempt, Decision, ErrorKind, ModelError, Never, RetryPolicy};
///
/// let error = ModelError::new(ErrorKind::Overloaded, "");
/// assert_eq!(Never.decide(&Attempt::new(1, &error)), Decision::GiveUp);
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[allow(clippy::exhaustive_structs, reason = "there is nothing to set")]
pub struct Never;

impl RetryPolicy for Never {
    fn decide(&self, _: &Attempt<'_>) -> Decision {
        Decision::GiveUp
    }
}

/// A policy of its own for some kinds of error, and one for all others.
///
/// ```
/// use windlass_core::{Attempt, Backoff, Decision, ErrorKind, ModelError, Never, PerKind, RetryPolicy};
///
/// let policy = PerKind::new(Backoff::default()).with(ErrorKind::Overloaded, Never);
/// let overloaded = ModelError::new(ErrorKind::Overloaded, "");
/// assert_eq!(policy.decide(&Attempt::new(1, &overloaded)), Decision::GiveUp);
/// let server = ModelError::new(ErrorKind::Server, "");
/// assert_ne!(policy.decide(&Attempt::new(1, &server)), Decision::GiveUp);
/// ```
#[derive(Clone)]
pub struct PerKind {
    others: Arc<dyn RetryPolicy>,
    table: Vec<(ErrorKind, Arc<dyn RetryPolicy>)>,
}

impl PerKind {
    /// `others` decides for every kind that has no policy of its own.
    pub fn new(others: impl RetryPolicy + 'static) -> Self {
        PerKind {
            others: Arc::new(others),
            table: Vec::new(),
        }
    }

    /// Sets the policy of one kind; the last one set for a kind holds.
    #[must_use]
    pub fn with(mut self, kind: ErrorKind, policy: impl RetryPolicy + 'static) -> Self {
        self.table.retain(|(known, _)| *known != kind);
        self.table.push((kind, Arc::new(policy)));
        self
    }
}

impl RetryPolicy for PerKind {
    fn decide(&self, attempt: &Attempt<'_>) -> Decision {
        let own = self
            .table
            .iter()
            .find(|(kind, _)| *kind == attempt.error.kind());
        own.map_or(&self.others, |(_, policy)| policy)
            .decide(attempt)
    }
}

impl fmt::Debug for PerKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.table.iter().map(|(kind, _)| kind))
            .finish()
    }
}

impl<P: RetryPolicy + ?Sized> RetryPolicy for &P {
    fn decide(&self, attempt: &Attempt<'_>) -> Decision {
        (**self).decide(attempt)
    }
}

impl<P: RetryPolicy + ?Sized> RetryPolicy for Arc<P> {
    fn decide(&self, attempt: &Attempt<'_>) -> Decision {
        (**self).decide(attempt)
    }
}

impl<P: RetryPolicy + ?Sized> RetryPolicy for Box<P> {
    fn decide(&self, attempt: &Attempt<'_>) -> Decision {
        (**self).decide(attempt)
    }
}
