use std::fmt;

use serde::{Deserialize, Serialize};

use super::{AtLimit, LimitKind};

/// A limit that is reached: it does not allow what would come next.
///
/// ```
/// use windlass_agent::{AtLimit, LimitKind, Reached};
///
/// let reached: Reached = serde_json::from_str(r#"{"limit":"turns","allowed":50,"used":50,"then":"stop"}"#)?;
/// assert_eq!((reached.limit, reached.then), (LimitKind::Turns, AtLimit::Stop));
/// assert_eq!(reached.to_string(), "the limit of 50 turns is reached");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Reached {
    /// Which limit.
    pub limit: LimitKind,
    /// What it allows, in the unit of its kind.
    pub allowed: u64,
    /// What was used, with the estimate of the request that was not sent.
    pub used: u64,
    /// What happens now.
    pub then: AtLimit,
}

/// A limit that is near.
///
/// ```
/// use windlass_agent::Near;
///
/// let near: Near = serde_json::from_str(r#"{"limit":"cost","allowed":2000000,"used":1700000}"#)?;
/// assert_eq!(near.to_string(), "$1.70 of $2.00 are used");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Near {
    /// Which limit.
    pub limit: LimitKind,
    /// What it allows, in the unit of its kind.
    pub allowed: u64,
    /// What was used.
    pub used: u64,
}

/// What is left of a limit.
///
/// ```
/// use windlass_agent::Left;
///
/// let left: Left = serde_json::from_str(r#"{"limit":"turns","allowed":50,"used":12}"#)?;
/// assert_eq!(left.amount(), 38);
/// assert_eq!(left.to_string(), "38 of 50 turns are left");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Left {
    /// Which limit.
    pub limit: LimitKind,
    /// What it allows, in the unit of its kind.
    pub allowed: u64,
    /// What was used; of tokens in one request, by the largest.
    pub used: u64,
    /// How many answers are not counted, because nobody knows what they cost: with a limit on cost, those of models without
    /// known prices.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub unpriced: u64,
}

impl Reached {
    /// The same where the last turn is not taken.
    pub(crate) fn without_last_turn(mut self) -> Self {
        if self.then == AtLimit::LastTurn {
            self.then = AtLimit::Stop;
        }
        self
    }
}

impl Left {
    /// What is left, in the unit of its kind.
    pub fn amount(&self) -> u64 {
        self.allowed.saturating_sub(self.used)
    }
}

impl fmt::Display for Reached {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the limit of {} is reached",
            self.limit.amount(self.allowed)
        )?;
        match self.used > self.allowed {
            true => write!(f, ": {}", self.limit.amount(self.used)),
            false => Ok(()),
        }
    }
}

impl fmt::Display for Near {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (limit, allowed, used) = (self.limit, self.allowed, self.used);
        write!(
            f,
            "{} are used",
            Part {
                limit,
                allowed,
                part: used
            }
        )
    }
}

impl fmt::Display for Left {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (limit, allowed, part) = (self.limit, self.allowed, self.amount());
        write!(
            f,
            "{} are left",
            Part {
                limit,
                allowed,
                part
            }
        )?;
        unpriced(f, self.unpriced)
    }
}

/// Writes how many answers a cost leaves out, if any.
pub(crate) fn unpriced(f: &mut fmt::Formatter<'_>, answers: u64) -> fmt::Result {
    match answers {
        0 => Ok(()),
        1 => f.write_str(", and 1 answer without a known price"),
        answers => write!(f, ", and {answers} answers without a known price"),
    }
}

/// So much of a limit.
struct Part {
    limit: LimitKind,
    allowed: u64,
    part: u64,
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let allowed = self.limit.amount(self.allowed);
        match self.limit {
            LimitKind::Cost | LimitKind::Time => {
                write!(f, "{} of {allowed}", self.limit.amount(self.part))
            }
            _ => write!(f, "{} of {allowed}", self.part),
        }
    }
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn is_zero(count: &u64) -> bool {
    *count == 0
}
