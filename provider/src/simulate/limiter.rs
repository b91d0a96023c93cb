use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

use super::Reply;

/// Takes so many requests in any window of time, tells of it as OpenAI does, and refuses the rest.
#[derive(Debug)]
pub(super) struct Limiter {
    requests: usize,
    window: Duration,
    taken: VecDeque<Instant>,
    pub(super) refused: usize,
}

impl Limiter {
    pub(super) fn new(requests: usize, window: Duration) -> Self {
        Limiter {
            requests,
            window,
            taken: VecDeque::new(),
            refused: 0,
        }
    }

    /// The reply as it is within the limit, or a refusal that says when to come back.
    pub(super) fn judge(&mut self, reply: impl FnOnce() -> Option<Reply>) -> Option<Reply> {
        let now = Instant::now();
        while self
            .taken
            .front()
            .is_some_and(|at| *at + self.window <= now)
        {
            self.taken.pop_front();
        }
        let oldest = self.taken.front().copied().unwrap_or(now);
        let back = (oldest + self.window).saturating_duration_since(now);
        if self.taken.len() >= self.requests {
            self.refused += 1;
            return Some(self.tell(Reply::rate_limited(back), 0, back));
        }
        self.taken.push_back(now);
        let left = self.requests - self.taken.len();
        reply().map(|reply| self.tell(reply, left, back))
    }

    fn tell(&self, reply: Reply, left: usize, back: Duration) -> Reply {
        reply
            .with_header("x-ratelimit-limit-requests", self.requests.to_string())
            .with_header("x-ratelimit-remaining-requests", left.to_string())
            .with_header(
                "x-ratelimit-reset-requests",
                format!("{}ms", back.as_millis()),
            )
    }
}
