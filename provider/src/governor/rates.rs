use std::time::Duration;

use serde::{Deserialize, Serialize};

/// What a key may do: how much in each window of time, how much at once, and who may wait.
///
/// What is not set is not limited, until the provider's headers tell of a limit. The limits are those of one key at one
/// provider; where several processes share a key, give each its part.
///
/// ```
/// use std::time::Duration;
/// use windlass_provider::governor::{Queue, Rates};
///
/// let rates = Rates::new()
///     .with_requests(60)
///     .with_input_tokens(40_000)
///     .with_output_tokens(8_000)
///     .with_concurrent(8)
///     .with_queue(Queue::AtMost(500))
///     .with_deadline(Duration::from_secs(120));
/// assert_eq!(rates.window, Duration::from_secs(60));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Rates {
    /// Requests in a window.
    pub requests: Option<u64>,
    /// Tokens of the input in a window.
    pub input_tokens: Option<u64>,
    /// Tokens of the output in a window.
    pub output_tokens: Option<u64>,
    /// Tokens of input and output together in a window.
    pub tokens: Option<u64>,
    /// Requests that run at the same time.
    pub concurrent: Option<usize>,
    /// Who may wait.
    pub queue: Queue,
    /// How long a request may wait.
    pub deadline: Option<Duration>,
    /// How long a window is.
    pub window: Duration,
    /// By how much longer a window lasts here than at the provider.
    pub margin: Duration,
    /// Whether input that was read from a cache counts.
    pub cached_input: CachedInput,
}

/// How many requests may wait.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Queue {
    /// As many as come.
    #[default]
    Unbounded,
    /// So many; the next is refused.
    AtMost(usize),
    /// None: what cannot be sent at once is refused.
    None,
}

/// Whether input that the provider had kept from an earlier request counts towards its limits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CachedInput {
    /// It counts like any other, as with OpenAI.
    #[default]
    Counts,
    /// It does not count, as with most models of Anthropic.
    Free,
}

/// Who goes first when several wait.
///
/// Each class is a line of its own, first come, first served. While all have somebody waiting, sixteen of `High` go for
/// four of `Normal` and one of `Low`, so nobody starves, and a crowd in one class does not slow another. Who is next is
/// waited for, however much it needs, so nobody who needs less overtakes it for ever.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Priority {
    /// Somebody sits and waits for it.
    High,
    /// What is not said to be another.
    #[default]
    Normal,
    /// Work of the background.
    Low,
}

impl Default for Rates {
    fn default() -> Self {
        Rates::new()
    }
}

impl Rates {
    /// No limits, windows of a minute, a queue for whoever comes.
    pub fn new() -> Self {
        let rates = Rates {
            requests: None,
            input_tokens: None,
            output_tokens: None,
            tokens: None,
            concurrent: None,
            queue: Queue::Unbounded,
            deadline: None,
            window: Duration::ZERO,
            margin: Duration::ZERO,
            cached_input: CachedInput::Counts,
        };
        rates.with_window(Duration::from_secs(60))
    }

    /// Sets how many requests go in a window; zero refuses every one.
    #[must_use]
    pub fn with_requests(mut self, count: u64) -> Self {
        self.requests = Some(count);
        self
    }

    /// Sets how many tokens of input go in a window; zero refuses every request.
    #[must_use]
    pub fn with_input_tokens(mut self, count: u64) -> Self {
        self.input_tokens = Some(count);
        self
    }

    /// Sets how many tokens of output come in a window; zero refuses every request.
    #[must_use]
    pub fn with_output_tokens(mut self, count: u64) -> Self {
        self.output_tokens = Some(count);
        self
    }

    /// Sets how many tokens of input and output together go in a window; zero refuses every request.
    #[must_use]
    pub fn with_tokens(mut self, count: u64) -> Self {
        self.tokens = Some(count);
        self
    }

    /// Sets how many requests run at the same time; zero refuses every one.
    #[must_use]
    pub fn with_concurrent(mut self, count: usize) -> Self {
        self.concurrent = Some(count);
        self
    }

    /// Sets who may wait.
    #[must_use]
    pub fn with_queue(mut self, queue: Queue) -> Self {
        self.queue = queue;
        self
    }

    /// Sets how long a request may wait; then it fails with
    /// [`Timeout`](windlass_core::ErrorKind::Timeout)`(`[`Clock::Queue`](windlass_core::Clock::Queue)`)`.
    #[must_use]
    pub fn with_deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// Sets how long a window is, and the margin to a hundredth of it.
    #[must_use]
    pub fn with_window(mut self, window: Duration) -> Self {
        self.window = window;
        self.margin = window / 100;
        self
    }

    /// Sets by how much longer a window lasts here than at the provider, because one request is faster on its way than
    /// another.
    #[must_use]
    pub fn with_margin(mut self, margin: Duration) -> Self {
        self.margin = margin;
        self
    }

    /// Sets whether input that was read from a cache counts.
    #[must_use]
    pub fn with_cached_input(mut self, cached: CachedInput) -> Self {
        self.cached_input = cached;
        self
    }

    /// Whether some limit is zero, so that nothing ever passes.
    pub(super) fn is_closed(&self) -> bool {
        let tokens = [self.input_tokens, self.output_tokens, self.tokens];
        let mut windows = tokens.into_iter().chain([self.requests]);
        self.concurrent == Some(0) || windows.any(|limit| limit == Some(0))
    }
}

impl Priority {
    /// All of them, who goes first at the beginning.
    pub(super) const ALL: [Priority; 3] = [Priority::High, Priority::Normal, Priority::Low];

    /// The place of the class in tables.
    pub(super) const fn index(self) -> usize {
        match self {
            Priority::High => 0,
            Priority::Normal => 1,
            Priority::Low => 2,
        }
    }
}
