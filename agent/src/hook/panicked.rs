use std::fmt;

use serde::{Deserialize, Serialize};
use windlass_core::Text;

/// A hook panicked, which ends the run.
///
/// ```
/// use windlass_agent::{HookPanicked, Moment};
///
/// let panicked = HookPanicked::new("audit::Log", Moment::BeforeCall, "the disk is full");
/// assert_eq!(panicked.to_string(), "the hook `audit::Log` panicked before a call: the disk is full");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("the hook `{hook}` panicked {moment}: {message}")]
#[non_exhaustive]
pub struct HookPanicked {
    /// The hook, by its [name](crate::Hook::name).
    pub hook: Text,
    /// What it was asked.
    pub moment: Moment,
    /// The words of the panic, shortened.
    pub message: Text,
}

impl HookPanicked {
    /// The panic of a hook at a moment.
    pub fn new(hook: impl Into<Text>, moment: Moment, message: impl Into<Text>) -> Self {
        HookPanicked {
            hook: hook.into(),
            moment,
            message: message.into(),
        }
    }

    /// What to do about it, in one line.
    pub fn hint(&self) -> &'static str {
        "mend the hook or leave it out; the conversation can be continued"
    }
}

/// When a [`Hook`](crate::Hook) is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Moment {
    /// Before a model is asked.
    BeforeModel,
    /// After a model has answered.
    AfterModel,
    /// Before a call runs.
    BeforeCall,
    /// After a call has its outcome.
    AfterCall,
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Moment::BeforeModel => "before a model was asked",
            Moment::AfterModel => "after a model answered",
            Moment::BeforeCall => "before a call",
            Moment::AfterCall => "after a call",
        })
    }
}
