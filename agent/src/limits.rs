//! How much a run may spend, its sub-agents included, and what happens when that is spent.

mod kind;
mod purse;
mod reached;
mod turns;
mod watch;

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use kind::LimitKind;
pub use reached::{Left, Near, Reached};
pub use turns::Turns;

pub(crate) use purse::{Budget, OutputLeft, Purse};
pub(crate) use reached::unpriced;
pub(crate) use turns::Fresh;
pub(crate) use watch::Watch;

use kind::Amounts;

#[cfg(test)]
mod tests;

/// How much a run may spend, the runs of its sub-agents included.
///
/// Unless told otherwise, a run may take 50 turns, and nothing else is limited. Each limit is looked at before it is spent
/// from: turns before a turn begins, tokens and cost before a request is sent, calls before they run. An answer that is
/// streamed is cut where a budget of output or reasoning ends; its length is taken from the text so far until the provider
/// reports. Attempts that fail cost what the provider says they cost, and no turn.
///
/// A sub-agent has limits of its own, and what it spends, turns and calls too, counts for its parent as well: it stops at a
/// limit of its own or of any agent above it, whichever comes first.
///
/// A limit on tokens counts what providers report, and the estimate where one reports nothing. A limit on cost counts
/// what the prices of the models say, looks at what was spent so far before each request, and cannot count a model without
/// known prices; [`Left::unpriced`] says how often that was.
///
/// ```
/// use std::time::Duration;
/// use windlass_agent::{AtLimit, Limits, Turns};
///
/// let limits = Limits::default()
///     .with_turns(Turns::Adaptive { first: 10, most: 40 })
///     .with_total_tokens(500_000)
///     .with_cost(2_000_000)
///     .with_time(Duration::from_secs(300))
///     .at_limit(AtLimit::LastTurn);
/// assert_eq!(
///     limits.to_string(),
///     "10 to 40 turns, 500000 tokens, $2.00, 300s; then one last turn without tools"
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    turns: Turns,
    /// Of all but turns.
    allowed: Amounts<Option<u64>>,
    warning: u8,
    then: AtLimit,
}

/// What a run does when a limit is reached. Its history is there in any case.
///
/// ```
/// use windlass_agent::{Agent, AtLimit, Limits};
/// use windlass_core::Scripted;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// for (then, is_ok) in [(AtLimit::Stop, true), (AtLimit::Fail, false)] {
///     let limits = Limits::default().with_turns(0).at_limit(then);
///     let agent = Agent::builder(Scripted::new([])).limits(limits).build()?;
///     assert_eq!(agent.run("Where is it warmer?").await.is_ok(), is_ok);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AtLimit {
    /// It ends, and its report says at which limit.
    #[default]
    Stop,
    /// It ends with an error.
    Fail,
    /// It takes one more turn, without tools, so that the model can answer with what it knows, and ends.
    ///
    /// That turn goes beyond the limit, but not beyond any limit on time or on the tokens of a request, nor beyond a limit
    /// of a parent: there, the run ends at once. So it does where a limit cuts an answer, whose beginning is kept.
    LastTurn,
}

impl Default for Limits {
    /// 50 turns, and a warning when four fifths of a limit are used.
    fn default() -> Self {
        Limits {
            turns: Turns::Fixed(50),
            allowed: Amounts::default(),
            warning: 80,
            then: AtLimit::Stop,
        }
    }
}

impl Limits {
    /// Sets how many turns a run may take.
    #[must_use]
    pub fn with_turns(mut self, turns: impl Into<Turns>) -> Self {
        self.turns = turns.into();
        self
    }

    /// Sets how many calls of tools may run.
    #[must_use]
    pub fn with_calls(self, calls: u32) -> Self {
        self.with(LimitKind::Calls, u64::from(calls))
    }

    /// Sets how many tokens may be sent in all, what comes from a cache included.
    #[must_use]
    pub fn with_input_tokens(self, tokens: u64) -> Self {
        self.with(LimitKind::InputTokens, tokens)
    }

    /// Sets how many tokens may be received in all, reasoning included.
    #[must_use]
    pub fn with_output_tokens(self, tokens: u64) -> Self {
        self.with(LimitKind::OutputTokens, tokens)
    }

    /// Sets how many tokens may be sent and received in all.
    #[must_use]
    pub fn with_total_tokens(self, tokens: u64) -> Self {
        self.with(LimitKind::TotalTokens, tokens)
    }

    /// Sets how many tokens any one request may send, as estimated.
    #[must_use]
    pub fn with_request_tokens(self, tokens: u64) -> Self {
        self.with(LimitKind::RequestTokens, tokens)
    }

    /// Sets how many tokens may be received as reasoning in all.
    #[must_use]
    pub fn with_reasoning_tokens(self, tokens: u64) -> Self {
        self.with(LimitKind::ReasoningTokens, tokens)
    }

    /// Sets what all requests may cost, in micro-dollars: $3 is 3,000,000.
    #[must_use]
    pub fn with_cost(self, micro_dollars: u64) -> Self {
        self.with(LimitKind::Cost, micro_dollars)
    }

    /// Sets how long a run may take, to the millisecond.
    #[must_use]
    pub fn with_time(self, time: Duration) -> Self {
        let millis = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        self.with(LimitKind::Time, millis)
    }

    /// Sets from which part of a limit on the run warns that it is near, once for each limit; above 100 it never does.
    #[must_use]
    pub fn with_warning_percent(mut self, percent: u8) -> Self {
        self.warning = percent;
        self
    }

    /// Sets what happens when a limit is reached.
    #[must_use]
    pub fn at_limit(mut self, then: AtLimit) -> Self {
        self.then = then;
        self
    }

    fn with(mut self, kind: LimitKind, amount: u64) -> Self {
        self.allowed[kind] = Some(amount);
        self
    }

    /// What is allowed once `earned` turns were added.
    fn allowed(&self, kind: LimitKind, earned: u32) -> Option<u64> {
        match kind {
            LimitKind::Turns => self.turns.allowed(earned).map(u64::from),
            kind => self.allowed[kind],
        }
    }

    /// Whether so much of a limit is worth a warning.
    fn is_near(&self, used: u64, allowed: u64) -> bool {
        let is_reached = u128::from(used) * 100 >= u128::from(allowed) * u128::from(self.warning);
        is_reached && used > 0 && self.warning <= 100
    }
}

impl fmt::Display for Limits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.turns)?;
        for kind in LimitKind::ALL {
            if let Some(amount) = self.allowed[kind] {
                write!(f, ", {}", kind.amount(amount))?;
            }
        }
        match self.then {
            AtLimit::Stop => Ok(()),
            AtLimit::Fail => f.write_str("; then an error"),
            AtLimit::LastTurn => f.write_str("; then one last turn without tools"),
        }
    }
}
