use std::time::Duration;

use super::{Attempt, Decision, RetryPolicy};

#[cfg(test)]
mod tests;

/// Waits twice as long after each failure, up to a cap, with chance mixed in so that clients do not come back together.
///
/// Only errors that may pass are repeated. A provider that says when to come back is obeyed to the letter: never
/// earlier, and not at all when it asks for more than [`with_longest_wait`](Backoff::with_longest_wait). Output that was
/// shown is not discarded unless [`discarding_output`](Backoff::discarding_output) says so.
///
/// ```
/// use std::time::Duration;
/// use windlass_core::{Attempt, Backoff, Chance, Decision, ErrorKind, Jitter, ModelError, RetryPolicy};
///
/// let policy = Backoff::new().with_first(Duration::from_secs(1)).with_jitter(Jitter::Equal);
/// let error = ModelError::new(ErrorKind::Overloaded, "no room");
/// let wait = |number, draw| policy.decide(&Attempt::new(number, &error).with_chance(Chance::new(draw)));
/// assert_eq!(wait(1, 0), Decision::Retry(Duration::from_millis(500)));
/// assert_eq!(wait(1, u64::MAX), Decision::Retry(Duration::from_secs(1)));
/// assert_eq!(wait(3, 0), Decision::Retry(Duration::from_secs(2)));
/// assert_eq!(wait(4, 0), Decision::GiveUp);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backoff {
    first: Duration,
    cap: Duration,
    attempts: u32,
    jitter: Jitter,
    longest_wait: Duration,
    time_limit: Option<Duration>,
    discard: bool,
}

/// How chance is mixed into a wait.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Jitter {
    /// Anything from nothing to the whole wait.
    #[default]
    Full,
    /// At least half of the wait.
    Equal,
}

impl Default for Backoff {
    fn default() -> Self {
        Backoff::new()
    }
}

impl Backoff {
    /// Four attempts, waits of up to half a second, one and two seconds, full jitter, and patience for a provider that
    /// asks for up to a minute.
    pub fn new() -> Self {
        Backoff {
            first: Duration::from_millis(500),
            cap: Duration::from_secs(30),
            attempts: 4,
            jitter: Jitter::Full,
            longest_wait: Duration::from_secs(60),
            time_limit: None,
            discard: false,
        }
    }

    /// Sets the wait after the first failure, before chance.
    #[must_use]
    pub fn with_first(mut self, wait: Duration) -> Self {
        self.first = wait;
        self
    }

    /// Sets the longest wait of our own.
    #[must_use]
    pub fn with_cap(mut self, cap: Duration) -> Self {
        self.cap = cap;
        self
    }

    /// Sets how many attempts are made in all, the first included.
    #[must_use]
    pub fn with_attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts;
        self
    }

    /// Sets how chance is mixed in.
    #[must_use]
    pub fn with_jitter(mut self, jitter: Jitter) -> Self {
        self.jitter = jitter;
        self
    }

    /// Sets the longest wait that a provider may ask for; asked for more, the policy gives up on it.
    #[must_use]
    pub fn with_longest_wait(mut self, wait: Duration) -> Self {
        self.longest_wait = wait;
        self
    }

    /// Gives up when the next attempt would begin later than this after the first.
    #[must_use]
    pub fn with_time_limit(mut self, limit: Duration) -> Self {
        self.time_limit = Some(limit);
        self
    }

    /// Repeats an attempt even when its output was shown; the output is discarded first.
    #[must_use]
    pub fn discarding_output(mut self) -> Self {
        self.discard = true;
        self
    }

    /// The wait after the attempt of this number, before chance.
    fn ceiling(&self, number: u32) -> Duration {
        let doublings = number.saturating_sub(1).min(63);
        let nanos = self
            .first
            .as_nanos()
            .saturating_mul(1 << doublings)
            .min(self.cap.as_nanos());
        Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    }

    fn wait(&self, attempt: &Attempt<'_>) -> Option<Duration> {
        let ceiling = self.ceiling(attempt.number);
        let own = match self.jitter {
            Jitter::Full => attempt.chance.part_of(ceiling),
            Jitter::Equal => ceiling / 2 + attempt.chance.part_of(ceiling - ceiling / 2),
        };
        match attempt.error.retry_after() {
            Some(asked) if asked > self.longest_wait => None,
            // Those who were told the same moment would come back together, so the own wait comes on top.
            Some(asked) => Some(asked.saturating_add(own)),
            None => Some(own),
        }
    }
}

impl RetryPolicy for Backoff {
    fn decide(&self, attempt: &Attempt<'_>) -> Decision {
        let may = attempt.error.is_transient()
            && attempt.number < self.attempts
            && (self.discard || !attempt.delivered);
        match self.wait(attempt).filter(|_| may) {
            Some(wait)
                if self
                    .time_limit
                    .is_none_or(|limit| attempt.elapsed.saturating_add(wait) <= limit) =>
            {
                Decision::Retry(wait)
            }
            _ => Decision::GiveUp,
        }
    }
}
