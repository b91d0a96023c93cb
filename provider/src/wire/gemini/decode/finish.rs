//! The reasons for which an answer ends.

use windlass_core::{Finish, FinishReason, Text};

/// Reasons by name. Hosts add names from time to time; one that is not here is [`FinishReason::Other`].
const REASONS: &[(&str, FinishReason)] = &[
    ("STOP", FinishReason::Stop),
    // What stands in for Gemini says this of an answer with calls; Gemini itself says `STOP`.
    ("FUNCTION_CALL", FinishReason::Calls),
    ("MAX_TOKENS", FinishReason::Length),
    ("SAFETY", FinishReason::Filtered),
    ("RECITATION", FinishReason::Filtered),
    ("LANGUAGE", FinishReason::Filtered),
    ("BLOCKLIST", FinishReason::Filtered),
    ("PROHIBITED_CONTENT", FinishReason::Filtered),
    ("SPII", FinishReason::Filtered),
    ("MODEL_ARMOR", FinishReason::Filtered),
    ("IMAGE_SAFETY", FinishReason::Filtered),
    ("IMAGE_PROHIBITED_CONTENT", FinishReason::Filtered),
    ("IMAGE_RECITATION", FinishReason::Filtered),
    ("MALFORMED_FUNCTION_CALL", FinishReason::MalformedCall),
    ("UNEXPECTED_TOOL_CALL", FinishReason::MalformedCall),
];

/// Reasons by number, as `enum-encoding=int` has them. The Gemini API and Vertex number alike up to 5, and 7, 8 and 11 are
/// filters of both; the other numbers mean different things there and are [`FinishReason::Other`].
const NUMBERS: &[(&str, FinishReason)] = &[
    ("1", FinishReason::Stop),
    ("2", FinishReason::Length),
    ("3", FinishReason::Filtered),
    ("4", FinishReason::Filtered),
    ("7", FinishReason::Filtered),
    ("8", FinishReason::Filtered),
    ("11", FinishReason::Filtered),
];

/// Whether the value says that there is a reason at all.
pub(super) fn is_given(raw: &str) -> bool {
    !matches!(
        raw,
        "" | "0" | "FINISH_REASON_UNSPECIFIED" | "BLOCK_REASON_UNSPECIFIED"
    )
}

/// The end of an answer with this reason; one that stopped with calls waits for their outcomes.
pub(super) fn finish(raw: Text, has_calls: bool) -> Finish {
    let mut known = REASONS.iter().chain(NUMBERS);
    let reason = match known.find(|(name, _)| *name == raw.as_str()) {
        Some((_, FinishReason::Stop)) if has_calls => FinishReason::Calls,
        Some((_, reason)) => *reason,
        None => FinishReason::Other,
    };
    Finish::new(reason, raw)
}
