use windlass_core::{Call, Schema, ToolSpec};

use super::*;

mod digest;
mod grants;
mod pending;
mod rules;

#[test]
fn the_seam_is_object_safe() {
    fn takes(_: Option<&dyn Approver>) {}
    takes(None);
}

fn spec(tool: &str) -> ToolSpec {
    ToolSpec::new(tool, "Does something.", Schema::empty_object())
}

fn pending(tool: &str, arguments: &str) -> PendingCall {
    PendingCall::new(Call::new("call_1", tool, arguments), spec(tool))
}

/// A call whose arguments are this one text.
fn with_text(argument: &str, text: &str) -> PendingCall {
    pending("tool", &serde_json::json!({ argument: text }).to_string())
}
