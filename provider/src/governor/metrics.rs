use std::time::Duration;

use serde::{Deserialize, Serialize};

/// What a governor has seen and where it stands, as plain data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Metrics {
    /// How many wait.
    pub waiting: Waiting,
    /// How many were let through and have not ended.
    pub running: usize,
    /// Requests in the window.
    pub requests: Spent,
    /// Tokens of the input in the window.
    pub input_tokens: Spent,
    /// Tokens of the output in the window, with what is kept for those who run.
    pub output_tokens: Spent,
    /// Tokens of input and output together in the window.
    pub tokens: Spent,
    /// What is held back, and for how long still.
    pub held: Held,
    /// What was counted since the governor began.
    pub totals: Totals,
}

/// How many requests wait, by class.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Waiting {
    /// Of [`Priority::High`](super::Priority::High).
    pub high: usize,
    /// Of [`Priority::Normal`](super::Priority::Normal).
    pub normal: usize,
    /// Of [`Priority::Low`](super::Priority::Low).
    pub low: usize,
}

impl Waiting {
    /// How many wait in all.
    pub fn all(&self) -> usize {
        self.high + self.normal + self.low
    }
}

/// How much of a limit is used in the window that ends now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Spent {
    /// How much is used, what is kept for those who run included.
    pub used: u64,
    /// How much there is: the lower of what was asked for and what the provider told; `None` without a limit.
    pub limit: Option<u64>,
}

/// How long still nobody goes; `None` where nothing holds them back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Held {
    /// Because the provider refused a request and said when to come back.
    pub all: Option<Duration>,
    /// Because its requests are used up.
    pub requests: Option<Duration>,
    /// Because its tokens of input are used up.
    pub input_tokens: Option<Duration>,
    /// Because its tokens of output are used up.
    pub output_tokens: Option<Duration>,
    /// Because its tokens are used up.
    pub tokens: Option<Duration>,
}

/// What was counted since the governor began. Every request that came ends in exactly one of `granted`, `refused`,
/// `cancelled`, `timed_out` and `degraded`, or still waits.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Totals {
    /// Let through.
    pub granted: u64,
    /// Refused, at once or by the end of the governor.
    pub refused: u64,
    /// Given up by the caller while they waited.
    pub cancelled: u64,
    /// Failed because they waited too long.
    pub timed_out: u64,
    /// Sent to another model instead.
    pub degraded: u64,
    /// The longest that one has waited, however its wait ended.
    pub longest_wait: Duration,
    /// What all have waited together.
    pub total_wait: Duration,
}

impl Totals {
    pub(super) fn waited(&mut self, wait: Duration) {
        self.longest_wait = self.longest_wait.max(wait);
        self.total_wait = self.total_wait.saturating_add(wait);
    }
}
