use serde::{Deserialize, Serialize};
use windlass_core::{Call, ToolSpec};

use super::Digest;

/// A call that waits for a decision: what will run, and the tool as it was when the model saw it.
///
/// ```
/// use windlass_agent::PendingCall;
/// use windlass_core::{Call, Schema, ToolSpec};
///
/// let spec = ToolSpec::new("delete", "Deletes a file.", Schema::empty_object());
/// let one = PendingCall::new(Call::new("call_1", "delete", r#"{"path":"a", "force":1}"#), spec.clone());
/// let two = PendingCall::new(Call::new("call_2", "delete", r#"{"force":1.0,"path":"\u0061"}"#), spec);
/// assert_eq!(one.digest, two.digest);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PendingCall {
    /// The call, as it will run.
    pub call: Call,
    /// The tool it will run.
    pub spec: ToolSpec,
    /// What a decision is bound to: the tool and what the arguments mean.
    pub digest: Digest,
}

impl PendingCall {
    /// A call of this tool.
    pub fn new(call: Call, spec: ToolSpec) -> Self {
        let digest = Digest::of(&spec.name, &call.arguments);
        PendingCall { call, spec, digest }
    }

    /// Whether the call is still the one that the digest was made of.
    pub fn is_intact(&self) -> bool {
        self.digest == Digest::of(&self.spec.name, &self.call.arguments)
    }
}
