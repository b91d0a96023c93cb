use serde_json::{Value, json};
use windlass_core::{FinishReason, Usage};

use super::{Counts, Rendered, Reply, ReplyPart, data, halves, sse, whole, word, words};

const REASONS: &[(FinishReason, &str)] = &[
    (FinishReason::Calls, "tool_calls"),
    (FinishReason::Length, "length"),
    (FinishReason::Filtered, "content_filter"),
];

pub(super) fn error(status: u16, message: &str) -> Value {
    let (kind, code) = match status {
        401 => ("invalid_request_error", "invalid_api_key"),
        404 => ("invalid_request_error", "model_not_found"),
        429 => ("requests", "rate_limit_exceeded"),
        500.. => ("server_error", "server_error"),
        _ => ("invalid_request_error", "invalid_value"),
    };
    json!({"error": {"message": message, "type": kind, "param": null, "code": code}})
}

pub(super) fn render(reply: &Reply, streamed: bool, id: &str) -> Rendered {
    let failure = error(500, "simulated failure inside the answer");
    if !streamed {
        return whole(&body(reply, id), &failure);
    }
    let mut events = vec![chunk(
        id,
        &json!({"role": "assistant", "content": ""}),
        None,
    )];
    let mut calls = 0;
    for part in &reply.parts {
        events.extend(
            deltas(part, calls)
                .iter()
                .map(|delta| chunk(id, delta, None)),
        );
        calls += usize::from(matches!(part, ReplyPart::Call { .. }));
    }
    events.push(chunk(
        id,
        &json!({}),
        Some(word(reply.reason(), REASONS, "stop")),
    ));
    if let Some(counts) = reply.usage {
        events.push(data(&json!({
            "id": id, "object": "chat.completion.chunk", "model": "simulated", "choices": [], "usage": usage(counts),
        })));
    }
    events.push(b"data: [DONE]\n\n".to_vec());
    sse(events, data(&failure))
}

fn deltas(part: &ReplyPart, index: usize) -> Vec<Value> {
    match part {
        ReplyPart::Text(text) => words(text)
            .iter()
            .map(|word| json!({"content": word}))
            .collect(),
        ReplyPart::Thinking(text) => words(text)
            .iter()
            .map(|word| json!({"reasoning_content": word}))
            .collect(),
        ReplyPart::Call {
            id,
            name,
            arguments,
        } => {
            let function = json!({"name": name, "arguments": ""});
            let begin = json!({"index": index, "id": id, "type": "function", "function": function});
            let pieces = halves(arguments)
                .map(|piece| json!({"index": index, "function": {"arguments": piece}}));
            [begin]
                .into_iter()
                .chain(pieces)
                .map(|call| json!({"tool_calls": [call]}))
                .collect()
        }
    }
}

fn chunk(id: &str, delta: &Value, reason: Option<&str>) -> Vec<u8> {
    data(&json!({
        "id": id, "object": "chat.completion.chunk", "created": 1, "model": "simulated",
        "choices": [{"index": 0, "delta": delta, "finish_reason": reason}],
    }))
}

fn body(reply: &Reply, id: &str) -> Value {
    let mut message = json!({"role": "assistant", "content": null});
    let mut calls = Vec::new();
    for part in &reply.parts {
        let (name, text) = match part {
            ReplyPart::Text(text) => ("content", text),
            ReplyPart::Thinking(text) => ("reasoning_content", text),
            ReplyPart::Call {
                id,
                name,
                arguments,
            } => {
                let function = json!({"name": name, "arguments": arguments});
                calls.push(json!({"id": id, "type": "function", "function": function}));
                continue;
            }
        };
        message[name] = format!("{}{text}", message[name].as_str().unwrap_or_default()).into();
    }
    if !calls.is_empty() {
        message["tool_calls"] = calls.into();
    }
    json!({
        "id": id, "object": "chat.completion", "created": 1, "model": "simulated",
        "choices": [{"index": 0, "message": message, "finish_reason": word(reply.reason(), REASONS, "stop")}],
        "usage": reply.usage.map(usage),
    })
}

fn usage(usage: Usage) -> Value {
    let counts = Counts::of(usage);
    json!({
        "prompt_tokens": counts.input,
        "completion_tokens": counts.output,
        "total_tokens": counts.input + counts.output,
        "prompt_tokens_details": {"cached_tokens": counts.cached},
        "completion_tokens_details": {"reasoning_tokens": counts.reasoning},
    })
}
