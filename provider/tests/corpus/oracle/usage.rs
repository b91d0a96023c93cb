//! Token counts in a client's own spelling, read into the five counts of [`Usage`].

use serde_json::Value;
use windlass_core::Usage;

use crate::run::table::Family;

const NAMES: [&str; 5] = ["input", "cache_read", "cache_write", "output", "reasoning"];

/// The counts in the order of [`NAMES`].
pub(super) type Counts = [Option<u64>; 5];

pub(super) fn counts(usage: Usage) -> Counts {
    [
        usage.input(),
        usage.cache_read(),
        usage.cache_write(),
        usage.output(),
        usage.reasoning(),
    ]
}

pub(super) fn difference(expected: &Counts, found: &Counts) -> Option<String> {
    let pairs = NAMES.iter().zip(expected.iter().zip(found));
    let told: Vec<_> = pairs
        .filter(|(_, (expected, found))| expected != found)
        .map(|(name, (expected, found))| {
            let [found, expected] = [found, expected]
                .map(|count| count.map_or_else(|| "unknown".to_owned(), |count| count.to_string()));
            format!("{name} is {found}, expected {expected}")
        })
        .collect();
    (!told.is_empty()).then(|| format!("usage: {}", told.join(", ")))
}

pub(super) fn expected(usage: &Value, family: Family) -> Counts {
    let count = |paths: &[&str]| first(usage, paths);
    match family {
        Family::Chat | Family::Mistral => chat(usage),
        Family::Responses => {
            let read = count(&["/input_tokens_details/cached_tokens"]);
            let write = count(&["/input_tokens_details/cache_write_tokens"]);
            let input = count(&["/input_tokens"]).map(|all| without(all, [read, write]));
            let reasoning = count(&["/output_tokens_details/reasoning_tokens"]);
            [input, read, write, count(&["/output_tokens"]), reasoning]
        }
        Family::Anthropic => [
            count(&["/input_tokens"]),
            count(&["/cache_read_input_tokens"]),
            count(&["/cache_creation_input_tokens"]),
            count(&["/output_tokens"]),
            count(&["/output_tokens_details/thinking_tokens"]),
        ],
        Family::Bedrock => [
            count(&["/inputTokens"]),
            count(&["/cacheReadInputTokens"]),
            count(&["/cacheWriteInputTokens"]),
            count(&["/outputTokens"]),
            None,
        ],
        Family::Gemini => {
            let read = count(&["/cached_content_token_count"]);
            let prompt = sum([
                count(&["/prompt_token_count"]),
                count(&["/tool_use_prompt_token_count"]),
            ]);
            let thoughts = count(&["/thoughts_token_count"]);
            let output = sum([count(&["/candidates_token_count"]), thoughts]);
            let input = prompt.map(|all| without(all, [read, None]));
            [input, read, None, output, thoughts]
        }
        Family::Cohere => {
            let read = count(&["/cached_tokens"]);
            let input = count(&["/tokens/input_tokens"]).map(|all| without(all, [read, None]));
            let output = count(&["/tokens/output_tokens"]);
            let reasoning = count(&["/tokens/reasoning_tokens"]);
            [input, read, None, output, reasoning]
        }
        Family::Ollama => [
            count(&["/prompt_eval_count"]),
            None,
            None,
            count(&["/eval_count"]),
            None,
        ],
    }
}

/// Chat Completions, where hosts report cached tokens in places of their own, and some count reasoning beside the output.
fn chat(usage: &Value) -> Counts {
    let count = |paths: &[&str]| first(usage, paths);
    let read = count(&[
        "/prompt_tokens_details/cached_tokens",
        "/prompt_cache_hit_tokens",
        "/cached_tokens",
        "/num_cached_tokens",
        "/cache_read_input_tokens",
    ]);
    let write = count(&[
        "/prompt_tokens_details/cache_write_tokens",
        "/cache_creation_input_tokens",
    ]);
    let prompt = count(&["/prompt_tokens"]);
    let output = count(&["/completion_tokens"]);
    let reasoning = count(&[
        "/completion_tokens_details/reasoning_tokens",
        "/reasoning_tokens",
    ]);
    let with_reasoning = sum([output, reasoning]);
    let is_beside = reasoning.is_some_and(|reasoning| reasoning > 0)
        && sum([prompt, with_reasoning]) == count(&["/total_tokens"]);
    let input = prompt.map(|all| without(all, [read, write]));
    let output = if is_beside { with_reasoning } else { output };
    [input, read, write, output, reasoning]
}

/// The first of the counts that is there. Some clients keep them as floats.
fn first(usage: &Value, paths: &[&str]) -> Option<u64> {
    let value = paths.iter().find_map(|path| usage.pointer(path))?;
    value
        .as_u64()
        .or_else(|| value.as_f64().map(|count| count as u64))
}

fn without(all: u64, parts: [Option<u64>; 2]) -> u64 {
    all.saturating_sub(parts.into_iter().flatten().sum())
}

fn sum(counts: [Option<u64>; 2]) -> Option<u64> {
    counts.into_iter().flatten().reduce(|one, two| one + two)
}
