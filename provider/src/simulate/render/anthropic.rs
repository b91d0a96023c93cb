use serde_json::{Value, json};
use windlass_core::{FinishReason, Usage};

use super::{Rendered, Reply, ReplyPart, halves, named, object, sse, whole, word, words};

const REASONS: &[(FinishReason, &str)] = &[
    (FinishReason::Calls, "tool_use"),
    (FinishReason::Length, "max_tokens"),
    (FinishReason::StopSequence, "stop_sequence"),
    (FinishReason::Refused, "refusal"),
    (FinishReason::Filtered, "refusal"),
    (FinishReason::Paused, "pause_turn"),
];

pub(super) fn error(status: u16, message: &str) -> Value {
    let kind = match status {
        401 => "authentication_error",
        403 => "permission_error",
        404 => "not_found_error",
        413 => "request_too_large",
        429 => "rate_limit_error",
        529 => "overloaded_error",
        500.. => "api_error",
        _ => "invalid_request_error",
    };
    json!({"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_simulated"})
}

pub(super) fn render(reply: &Reply, streamed: bool, id: &str) -> Rendered {
    let failure = error(529, "simulated failure inside the answer");
    let reason = word(reply.reason(), REASONS, "end_turn");
    if !streamed {
        let content: Vec<_> = reply.parts.iter().map(block).collect();
        let mut body = message(reply, id, &content);
        body["stop_reason"] = reason.into();
        return whole(&body, &failure);
    }
    let mut events = vec![named(
        &json!({"type": "message_start", "message": message(reply, id, &[])}),
    )];
    events.push(named(&json!({"type": "ping"})));
    for (index, part) in reply.parts.iter().enumerate() {
        events.push(named(
            &json!({"type": "content_block_start", "index": index, "content_block": opening(part)}),
        ));
        for delta in deltas(part) {
            events.push(named(
                &json!({"type": "content_block_delta", "index": index, "delta": delta}),
            ));
        }
        events.push(named(
            &json!({"type": "content_block_stop", "index": index}),
        ));
    }
    let mut last =
        json!({"type": "message_delta", "delta": {"stop_reason": reason, "stop_sequence": null}});
    if let Some(output) = reply.usage.and_then(Usage::output) {
        last["usage"] = json!({"output_tokens": output});
    }
    events.push(named(&last));
    events.push(named(&json!({"type": "message_stop"})));
    sse(events, named(&failure))
}

fn message(reply: &Reply, id: &str, content: &[Value]) -> Value {
    let mut message = json!({
        "id": id, "type": "message", "role": "assistant", "model": "simulated", "content": content,
        "stop_reason": null, "stop_sequence": null,
    });
    if let Some(usage) = reply.usage {
        message["usage"] = json!({
            "input_tokens": usage.input(),
            "cache_read_input_tokens": usage.cache_read(),
            "cache_creation_input_tokens": usage.cache_write(),
            "output_tokens": usage.output(),
        });
    }
    message
}

fn block(part: &ReplyPart) -> Value {
    match part {
        ReplyPart::Text(text) => json!({"type": "text", "text": text}),
        ReplyPart::Thinking(text) => {
            json!({"type": "thinking", "thinking": text, "signature": "c2ltdWxhdGVk"})
        }
        ReplyPart::Call {
            id,
            name,
            arguments,
        } => {
            json!({"type": "tool_use", "id": id, "name": name, "input": object(arguments)})
        }
    }
}

fn opening(part: &ReplyPart) -> Value {
    match part {
        ReplyPart::Text(_) => json!({"type": "text", "text": ""}),
        ReplyPart::Thinking(_) => json!({"type": "thinking", "thinking": "", "signature": ""}),
        ReplyPart::Call { id, name, .. } => {
            json!({"type": "tool_use", "id": id, "name": name, "input": {}})
        }
    }
}

fn deltas(part: &ReplyPart) -> Vec<Value> {
    match part {
        ReplyPart::Text(text) => words(text)
            .iter()
            .map(|word| json!({"type": "text_delta", "text": word}))
            .collect(),
        ReplyPart::Thinking(text) => {
            let thoughts = words(text)
                .into_iter()
                .map(|word| json!({"type": "thinking_delta", "thinking": word}));
            thoughts
                .chain([json!({"type": "signature_delta", "signature": "c2ltdWxhdGVk"})])
                .collect()
        }
        ReplyPart::Call { arguments, .. } => halves(arguments)
            .iter()
            .map(|piece| json!({"type": "input_json_delta", "partial_json": piece}))
            .collect(),
    }
}
