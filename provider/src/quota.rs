//! What the headers of an answer say of the provider's limits.
//!
//! Which headers those are is data: a table for each way of writing them, and a host names its table
//! ([`Host::with_quota`](crate::host::Host::with_quota)). What is read stands on the stream and on the error, and feeds the
//! [`governor`](crate::governor).
//!
//! ```
//! use std::time::{Duration, SystemTime};
//! use windlass_provider::quota::{self, OPENAI};
//!
//! let headers = [
//!     ("x-ratelimit-limit-requests".into(), "60".into()),
//!     ("x-ratelimit-remaining-requests".into(), "0".into()),
//!     ("x-ratelimit-reset-requests".into(), "6m0s".into()),
//! ];
//! let quota = quota::read(OPENAI, &headers, SystemTime::now()).expect("there are limits");
//! assert_eq!(quota.wait(), Some(Duration::from_secs(360)));
//! ```

mod tables;

use std::time::{Duration, SystemTime};

use windlass_core::{Allowance, Quota, Text};

use crate::classify::{date, wait};
pub use tables::{
    ANTHROPIC, CEREBRAS, COHERE, FIREWORKS, GROQ, MISTRAL, OPENAI, OPENROUTER, TOGETHER,
};

#[cfg(test)]
mod tests;

/// The headers of one limit. An empty name is one that the provider does not send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct QuotaHeaders {
    /// What is limited.
    pub what: Limited,
    /// Says how much there is for each window.
    pub limit: &'static str,
    /// Says how much is left.
    pub remaining: &'static str,
    /// Says when it is whole again.
    pub reset: &'static str,
    /// How that is written.
    pub form: Reset,
    /// How long a window is, where that is known.
    pub window: Option<Duration>,
}

/// What a provider limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Limited {
    /// Requests.
    Requests,
    /// Tokens, input and output counted together.
    Tokens,
    /// Tokens of the input.
    InputTokens,
    /// Tokens of the output.
    OutputTokens,
}

/// How the end of a limit is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reset {
    /// A duration, `6m0s` or `120ms`. A bare number is one of seconds, unless that is longer than the window: Azure is
    /// seen to write `1` for a second and `500` for half of one.
    Duration,
    /// A time as RFC 3339 writes it.
    Date,
    /// Milliseconds since 1970.
    EpochMillis,
}

impl QuotaHeaders {
    /// A limit for each minute, with a duration until it is whole again.
    pub const fn new(
        what: Limited,
        limit: &'static str,
        remaining: &'static str,
        reset: &'static str,
    ) -> Self {
        QuotaHeaders {
            what,
            limit,
            remaining,
            reset,
            form: Reset::Duration,
            window: Some(Duration::from_secs(60)),
        }
    }

    /// Sets how the end of the limit is written.
    #[must_use]
    pub const fn with_form(mut self, form: Reset) -> Self {
        self.form = form;
        self
    }

    /// Sets how long a window is, if that is known.
    #[must_use]
    pub const fn with_window(mut self, window: Option<Duration>) -> Self {
        self.window = window;
        self
    }

    fn read<'a>(&self, header: impl Fn(&str) -> Option<&'a str>, now: SystemTime) -> Allowance {
        let count = |name| header(name).and_then(|text| text.trim().parse().ok());
        let (limit, remaining) = (count(self.limit), count(self.remaining));
        let mut allowance = Allowance::default();
        allowance.limit = limit;
        allowance.remaining = remaining;
        allowance.reset_after = header(self.reset).and_then(|text| self.wait(text, now));
        allowance.window = self.window.filter(|_| limit.or(remaining).is_some());
        allowance
    }

    fn wait(&self, text: &str, now: SystemTime) -> Option<Duration> {
        match self.form {
            Reset::Date => wait::until(date::rfc3339(text)?, now),
            Reset::EpochMillis => wait::at(wait::decimal(text)?, now),
            Reset::Duration => match (wait::decimal(text), self.window) {
                (Some(bare), Some(window)) if bare > window.as_secs_f64() => {
                    wait::seconds(bare / 1000.0)
                }
                (Some(bare), _) => wait::seconds(bare),
                (None, _) => wait::spelled(text),
            },
        }
    }
}

/// What the headers say by this table; names are lower case. `None` when they say nothing.
pub fn read(table: &[QuotaHeaders], headers: &[(Text, Text)], now: SystemTime) -> Option<Quota> {
    let header = |name: &str| {
        let found = headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    };
    read_by(table, header, now)
}

pub(crate) fn read_by<'a>(
    table: &[QuotaHeaders],
    header: impl Fn(&str) -> Option<&'a str>,
    now: SystemTime,
) -> Option<Quota> {
    let mut quota = Quota::default();
    for row in table {
        let allowance = row.read(&header, now);
        if allowance == Allowance::default() {
            continue;
        }
        let place = match row.what {
            Limited::Requests => &mut quota.requests,
            Limited::Tokens => &mut quota.tokens,
            Limited::InputTokens => &mut quota.input_tokens,
            Limited::OutputTokens => &mut quota.output_tokens,
        };
        *place = allowance;
    }
    (!quota.is_empty()).then_some(quota)
}
