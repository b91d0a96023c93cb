//! What is left of what a provider grants.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// What a provider says with an answer about its limits: how much there is, how much is left, and when it is whole again.
///
/// It stands on an [`EventStream`](crate::EventStream::quota) and on a [`ModelError`](crate::ModelError::quota). What the
/// provider did not say is `None`.
///
/// ```
/// use std::time::Duration;
/// use windlass_core::{Allowance, Quota};
///
/// let quota = Quota::default()
///     .with_requests(Allowance::default().with_limit(60).with_remaining(12))
///     .with_tokens(Allowance::default().with_remaining(0).with_reset_after(Duration::from_secs(7)));
/// assert_eq!(quota.wait(), Some(Duration::from_secs(7)));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Quota {
    /// Requests.
    pub requests: Allowance,
    /// Tokens, where input and output are counted together.
    pub tokens: Allowance,
    /// Tokens of the input.
    pub input_tokens: Allowance,
    /// Tokens of the output.
    pub output_tokens: Allowance,
}

impl Quota {
    /// Sets what is known of requests.
    #[must_use]
    pub fn with_requests(mut self, allowance: Allowance) -> Self {
        self.requests = allowance;
        self
    }

    /// Sets what is known of tokens, where input and output are counted together.
    #[must_use]
    pub fn with_tokens(mut self, allowance: Allowance) -> Self {
        self.tokens = allowance;
        self
    }

    /// Sets what is known of the tokens of the input.
    #[must_use]
    pub fn with_input_tokens(mut self, allowance: Allowance) -> Self {
        self.input_tokens = allowance;
        self
    }

    /// Sets what is known of the tokens of the output.
    #[must_use]
    pub fn with_output_tokens(mut self, allowance: Allowance) -> Self {
        self.output_tokens = allowance;
        self
    }

    /// Whether nothing at all is known.
    pub fn is_empty(&self) -> bool {
        *self == Quota::default()
    }

    /// How long it takes until nothing is used up any more; `None` when nothing is, or no end of it is known.
    pub fn wait(&self) -> Option<Duration> {
        [
            self.requests,
            self.tokens,
            self.input_tokens,
            self.output_tokens,
        ]
        .into_iter()
        .filter_map(Allowance::wait)
        .max()
    }
}

/// What is known of one limit.
///
/// ```
/// use windlass_core::Allowance;
///
/// let allowance = Allowance::default().with_limit(60).with_remaining(12);
/// assert_eq!(allowance.used(), Some(48));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Allowance {
    /// How much there is for each window.
    pub limit: Option<u64>,
    /// How much is left.
    pub remaining: Option<u64>,
    /// When it is whole again.
    pub reset_after: Option<Duration>,
    /// How long a window of the limit is.
    pub window: Option<Duration>,
}

impl Allowance {
    /// Sets how much there is for each window.
    #[must_use]
    pub fn with_limit(mut self, limit: u64) -> Self {
        self.limit = Some(limit);
        self
    }

    /// Sets how much is left.
    #[must_use]
    pub fn with_remaining(mut self, remaining: u64) -> Self {
        self.remaining = Some(remaining);
        self
    }

    /// Sets when it is whole again.
    #[must_use]
    pub fn with_reset_after(mut self, wait: Duration) -> Self {
        self.reset_after = Some(wait);
        self
    }

    /// Sets how long a window of the limit is.
    #[must_use]
    pub fn with_window(mut self, window: Duration) -> Self {
        self.window = Some(window);
        self
    }

    /// How much was used, as the provider counts.
    pub fn used(self) -> Option<u64> {
        Some(self.limit?.saturating_sub(self.remaining?))
    }

    /// When there is something again, if nothing is left.
    pub fn wait(self) -> Option<Duration> {
        self.reset_after.filter(|_| self.remaining == Some(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_used_up_is_waited_for() {
        let second = Duration::from_secs(1);
        let left = |remaining, seconds| {
            Allowance::default()
                .with_remaining(remaining)
                .with_reset_after(second * seconds)
        };
        let empty = Quota::default();
        for (quota, expected) in [
            (empty, None),
            (empty.with_requests(left(1, 9)), None),
            (empty.with_requests(left(0, 9)), Some(9)),
            (
                empty.with_input_tokens(left(0, 3)).with_tokens(left(0, 4)),
                Some(4),
            ),
            (
                empty
                    .with_output_tokens(left(0, 3))
                    .with_requests(left(5, 4)),
                Some(3),
            ),
            (
                empty.with_tokens(Allowance::default().with_remaining(0)),
                None,
            ),
        ] {
            assert_eq!(quota.wait(), expected.map(|seconds| second * seconds));
        }
        assert!(empty.is_empty() && !empty.with_tokens(left(0, 1)).is_empty());
    }
}
