//! Token counts of all hosts, brought to one definition.

use windlass_core::Usage;

use super::chunk::{Chunk, Tokens};
use crate::json::{Count, wire_object};
use crate::wire::openai_chat::ReasoningCount;

wire_object! {
    struct XGroq {
        "usage" => usage: Option<Tokens>,
    }
}

/// What a chunk reports: in the usual place, or where Groq does, which mostly says the same.
pub(super) fn read(chunk: &Chunk<'_>) -> Result<Option<Tokens>, serde_json::Error> {
    if let Some(raw) = chunk.usage {
        return serde_json::from_str(raw.get());
    }
    match chunk.x_groq {
        Some(raw) => Ok(serde_json::from_str::<XGroq>(raw.get())?.usage),
        None => Ok(None),
    }
}

/// The prompt is reported with its cached tokens; the completion with its reasoning tokens, but for some hosts.
pub(super) fn of(tokens: &Tokens, reasoning_count: ReasoningCount) -> Usage {
    let cache_read = either(tokens.prompt_details.cached, tokens.cached);
    let cache_write = either(tokens.prompt_details.cache_written, tokens.cache_written);
    let reasoning = either(tokens.completion_details.reasoning, tokens.reasoning);
    let mut usage = Usage::UNKNOWN;
    if let Some(prompt) = tokens.prompt.0 {
        let cached = cache_read
            .unwrap_or(0)
            .saturating_add(cache_write.unwrap_or(0));
        usage = usage.with_input(prompt.saturating_sub(cached));
    }
    if let Some(count) = cache_read {
        usage = usage.with_cache_read(count);
    }
    if let Some(count) = cache_write {
        usage = usage.with_cache_write(count);
    }
    if let Some(completion) = tokens.completion.0 {
        let on_top = match reasoning_count {
            ReasoningCount::Within => 0,
            ReasoningCount::OnTop => reasoning.unwrap_or(0),
        };
        usage = usage.with_output(completion.saturating_add(on_top));
    }
    if let Some(count) = reasoning {
        usage = usage.with_reasoning(count);
    }
    usage
}

fn either(usual: Count, other: Count) -> Option<u64> {
    usual.0.or(other.0)
}
