//! What a run of an agent looks like: turns of calls, then an answer in words.

use std::fmt;
use std::str::FromStr;

use crate::{Failure, Plan};

/// A run, written by the parent into the path and followed by the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunPlan {
    /// How many answers ask for calls before the one in words.
    pub turns: usize,
    /// How many calls each of them asks for.
    pub calls: usize,
    /// The bytes of each outcome.
    pub outcome: usize,
}

/// Something that works until the model answers in words.
pub trait Runner: Send + Sync {
    /// What a run leaves behind: its history at least.
    type History: Send;

    /// Works once, from the first question, and returns the last answer with the history.
    fn run(&self) -> impl Future<Output = Result<(String, Self::History), Failure>> + Send;
}

impl RunPlan {
    /// A run of so many turns of four calls with short outcomes.
    pub const fn turns(turns: usize) -> Self {
        RunPlan {
            turns,
            calls: 4,
            outcome: 16,
        }
    }

    /// Sets the bytes of each outcome.
    #[must_use]
    pub const fn outcome(mut self, bytes: usize) -> Self {
        self.outcome = bytes;
        self
    }

    /// The answer in words.
    pub const fn last(self) -> Plan {
        Plan::words(20)
    }

    /// The id of a call, as long as OpenAI's; it begins with the turn, by which the server knows the next.
    pub fn id(self, turn: usize, call: usize) -> String {
        format!("call_{turn:012}{call:012}")
    }

    /// What a call is given.
    pub fn arguments(self, turn: usize, call: usize) -> String {
        let Self { calls, outcome, .. } = self;
        let number = turn * calls + call;
        format!("{{\"city\":\"City {number:04}\",\"bytes\":{outcome}}}")
    }

    /// The turn that a request is for, from the last call that has an outcome in it.
    pub fn turn_of(body: &[u8]) -> Option<usize> {
        const MARK: &[u8] = b"\"call_";
        let Some(last) = memchr::memmem::rfind(body, MARK) else {
            return Some(0);
        };
        let digits = body.get(last + MARK.len()..)?.get(..12)?;
        let turn: usize = std::str::from_utf8(digits).ok()?.parse().ok()?;
        Some(turn + 1)
    }

    /// Whether a request brings every outcome of the turns before it.
    pub fn is_complete(self, body: &[u8], turn: usize) -> bool {
        memchr::memmem::find_iter(body, b"\"tool_call_id\"").count() == turn * self.calls
    }
}

/// The tool that every run has: it looks, and finds so many bytes.
pub fn look(city: &str, bytes: usize) -> String {
    std::hint::black_box(city);
    "x".repeat(bytes)
}

/// A path such as `/turns=50/calls=4/outcome=16`.
impl fmt::Display for RunPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let RunPlan {
            turns,
            calls,
            outcome,
        } = self;
        write!(f, "/turns={turns}/calls={calls}/outcome={outcome}")
    }
}

/// Reads a whole address, and leaves alone what is no part of a plan.
impl FromStr for RunPlan {
    type Err = Failure;

    fn from_str(path: &str) -> Result<Self, Failure> {
        let mut plan = RunPlan::turns(0);
        for part in path.split('/') {
            let Some((name, value)) = part.split_once('=') else {
                continue;
            };
            match name {
                "turns" => plan.turns = value.parse()?,
                "calls" => plan.calls = value.parse()?,
                "outcome" => plan.outcome = value.parse()?,
                _ => return Err(format!("the plan of a run has no `{name}`").into()),
            }
        }
        if plan.turns == 0 {
            return Err(format!("`{path}` is no plan of a run").into());
        }
        Ok(plan)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_is_read_as_it_was_written() {
        let plan = RunPlan::turns(50).outcome(4096);
        let url = format!("http://127.0.0.1:1{plan}/chat/completions");
        assert_eq!(url.parse::<RunPlan>().unwrap(), plan);
        assert!("/deltas=3".parse::<RunPlan>().is_err());
        assert!("/v1".parse::<RunPlan>().is_err());
    }

    #[test]
    fn the_turn_is_that_after_the_last_outcome() {
        let plan = RunPlan::turns(50);
        assert_eq!(RunPlan::turn_of(b"{\"messages\":[]}"), Some(0));
        let ids = [plan.id(0, 3), plan.id(41, 0)];
        let body = format!(
            "[{{\"tool_call_id\":{:?}}},{{\"tool_call_id\":{:?}}}]",
            ids[0], ids[1]
        );
        assert_eq!(RunPlan::turn_of(body.as_bytes()), Some(42));
        assert!(plan.is_complete(b"", 0) && !plan.is_complete(body.as_bytes(), 42));
        assert_eq!(RunPlan::turn_of(b"\"call_x"), None);
    }
}
