use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use windlass_core::{Arguments, CallId, Text};

use super::PendingCall;

/// What was decided on one call.
///
/// ```
/// use windlass_agent::Decision;
///
/// let decision = Decision::deny("not this month");
/// assert_eq!(serde_json::to_string(&decision)?, r#"{"deny":{"reason":"not this month"}}"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Decision {
    /// It runs as it is.
    Allow,
    /// It does not run, and the model is told why.
    Deny {
        /// Why, in words the model can use.
        reason: Text,
    },
    /// It runs with these arguments instead, once they were checked like those of the model.
    Edit {
        /// The whole arguments, not a difference.
        arguments: Arguments,
    },
    /// It stays pending, while what was decided goes on.
    #[default]
    Later,
}

impl Decision {
    /// It does not run, for this reason.
    pub fn deny(reason: impl Into<Text>) -> Self {
        Decision::Deny {
            reason: reason.into(),
        }
    }

    /// It runs with these arguments instead.
    pub fn edit(arguments: impl Into<Arguments>) -> Self {
        Decision::Edit {
            arguments: arguments.into(),
        }
    }
}

/// What was decided on the calls of one answer; [`Decision::Later`] on those that are not mentioned.
///
/// ```
/// use windlass_agent::{Decision, Decisions};
/// use windlass_core::CallId;
///
/// let decisions = Decisions::new()
///     .with("call_1", Decision::Allow)
///     .with("call_2", Decision::deny("not this file"));
/// assert_eq!(decisions.on(&CallId::from("call_1")), &Decision::Allow);
/// assert_eq!(decisions.on(&CallId::from("call_3")), &Decision::Later);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Decisions(BTreeMap<CallId, Decision>);

impl Decisions {
    /// Nothing is decided yet.
    pub fn new() -> Self {
        Decisions::default()
    }

    /// Decides on each call by itself.
    pub fn for_all(
        pending: &[PendingCall],
        mut decide: impl FnMut(&PendingCall) -> Decision,
    ) -> Self {
        let decided = pending
            .iter()
            .map(|call| (call.call.id.clone(), decide(call)));
        Decisions(decided.collect())
    }

    /// Decides on a call, in place of what was decided on it before.
    #[must_use]
    pub fn with(mut self, call: impl Into<CallId>, decision: Decision) -> Self {
        self.0.insert(call.into(), decision);
        self
    }

    /// What was decided on a call.
    pub fn on(&self, call: &CallId) -> &Decision {
        self.0.get(call).unwrap_or(&Decision::Later)
    }

    /// The calls that something was said of, ordered by id.
    pub fn iter(&self) -> impl Iterator<Item = (&CallId, &Decision)> {
        self.0.iter()
    }
}
