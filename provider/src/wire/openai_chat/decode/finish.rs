//! Why an answer ended, from the words that hosts have for it.

use windlass_core::{Finish, FinishReason, Text};

/// What the answer had in it, which tells more than some hosts' words for the end.
#[derive(Clone, Copy, Debug)]
pub(super) struct Said {
    pub(super) calls: bool,
    pub(super) refusal: bool,
}

pub(super) fn finish(raw: Text, said: Said) -> Finish {
    let reason = match reason(&raw) {
        FinishReason::Stop | FinishReason::Calls if said.calls => FinishReason::Calls,
        FinishReason::Stop if said.refusal => FinishReason::Refused,
        FinishReason::Calls => FinishReason::Stop,
        other => other,
    };
    Finish::new(reason, raw)
}

fn reason(raw: &str) -> FinishReason {
    match raw {
        // Some hosts leave the reason of a whole answer blank.
        "" | "stop" | "eos" | "eos_token" | "end_turn" => FinishReason::Stop,
        "stop_sequence" => FinishReason::StopSequence,
        "tool_calls" | "tool_call" | "function_call" | "tool_use" => FinishReason::Calls,
        "length" | "max_tokens" | "model_length" | "model_context_window_exceeded" => {
            FinishReason::Length
        }
        "content_filter" | "content_filtered" | "sensitive" | "safety" => FinishReason::Filtered,
        "refusal" => FinishReason::Refused,
        "pause_turn" => FinishReason::Paused,
        "malformed_function_call" | "malformed_tool_call" => FinishReason::MalformedCall,
        _ => FinishReason::Other,
    }
}
