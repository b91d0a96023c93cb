use std::fmt;
use std::ops::{Index, IndexMut};
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// What a limit is on.
///
/// ```
/// use windlass_agent::LimitKind;
///
/// assert_eq!(LimitKind::InputTokens.to_string(), "input tokens");
/// assert_eq!(LimitKind::InputTokens.hint(), "allow more with `Limits::with_input_tokens`, or compact the conversation earlier");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LimitKind {
    /// Turns.
    Turns,
    /// Calls of tools.
    Calls,
    /// Tokens sent, from a cache or not.
    InputTokens,
    /// Tokens received, reasoning included.
    OutputTokens,
    /// Tokens sent and received.
    TotalTokens,
    /// Tokens sent with one request.
    RequestTokens,
    /// Tokens received as reasoning.
    ReasoningTokens,
    /// Cost, in micro-dollars.
    Cost,
    /// Time, in milliseconds.
    Time,
}

impl LimitKind {
    pub(super) const ALL: [Self; 9] = [
        Self::Turns,
        Self::Calls,
        Self::InputTokens,
        Self::OutputTokens,
        Self::TotalTokens,
        Self::RequestTokens,
        Self::ReasoningTokens,
        Self::Cost,
        Self::Time,
    ];

    /// What to do when it is reached, in one line.
    pub fn hint(self) -> &'static str {
        match self {
            Self::Turns => {
                "allow more with `Limits::with_turns`, or let turns that get on add more: `Turns::Adaptive`"
            }
            Self::Calls => {
                "allow more with `Limits::with_calls`, or offer tools that do more at once"
            }
            Self::InputTokens => {
                "allow more with `Limits::with_input_tokens`, or compact the conversation earlier"
            }
            Self::OutputTokens => {
                "allow more with `Limits::with_output_tokens`, or ask for shorter answers"
            }
            Self::TotalTokens => {
                "allow more with `Limits::with_total_tokens`, or compact the conversation earlier"
            }
            Self::RequestTokens => {
                "allow more with `Limits::with_request_tokens`, or compact the conversation earlier"
            }
            Self::ReasoningTokens => {
                "allow more with `Limits::with_reasoning_tokens`, or ask for less reasoning effort"
            }
            Self::Cost => "allow more with `Limits::with_cost`, or use a cheaper model",
            Self::Time => "allow more with `Limits::with_time`",
        }
    }

    /// What is counted: of one, of many.
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Turns => ("turn", "turns"),
            Self::Calls => ("call", "calls"),
            Self::InputTokens => ("input token", "input tokens"),
            Self::OutputTokens => ("output token", "output tokens"),
            Self::TotalTokens => ("token", "tokens"),
            Self::RequestTokens => ("token in one request", "tokens in one request"),
            Self::ReasoningTokens => ("reasoning token", "reasoning tokens"),
            Self::Cost => ("cost", "cost"),
            Self::Time => ("time", "time"),
        }
    }

    /// An amount with its unit.
    pub(crate) fn amount(self, amount: u64) -> impl fmt::Display {
        Amount(self, amount)
    }
}

/// Writes what is counted, of many.
impl fmt::Display for LimitKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.words().1)
    }
}

struct Amount(LimitKind, u64);

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Amount(LimitKind::Time, millis) => write!(f, "{:?}", Duration::from_millis(millis)),
            Amount(LimitKind::Cost, micros) => {
                let digits = format!("{:06}", micros % 1_000_000);
                let (cents, rest) = digits.split_at(2);
                let rest = rest.trim_end_matches('0');
                write!(f, "${}.{cents}{rest}", micros / 1_000_000)
            }
            Amount(kind, 1) => write!(f, "1 {}", kind.words().0),
            Amount(kind, amount) => write!(f, "{amount} {kind}"),
        }
    }
}

/// One value for each kind of limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Amounts<T>([T; LimitKind::ALL.len()]);

impl<T> Index<LimitKind> for Amounts<T> {
    type Output = T;

    fn index(&self, kind: LimitKind) -> &T {
        &self.0[kind as usize]
    }
}

impl<T> IndexMut<LimitKind> for Amounts<T> {
    fn index_mut(&mut self, kind: LimitKind) -> &mut T {
        &mut self.0[kind as usize]
    }
}
