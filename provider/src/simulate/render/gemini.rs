use serde_json::{Value, json};
use windlass_core::{FinishReason, Usage};

use super::{Counts, Rendered, Reply, ReplyPart, object, sse, whole, word, words};

const REASONS: &[(FinishReason, &str)] = &[
    (FinishReason::Length, "MAX_TOKENS"),
    (FinishReason::Filtered, "SAFETY"),
    (FinishReason::Refused, "SAFETY"),
    (FinishReason::MalformedCall, "MALFORMED_FUNCTION_CALL"),
];

pub(super) fn error(status: u16, message: &str) -> Value {
    let name = match status {
        401 => "UNAUTHENTICATED",
        403 => "PERMISSION_DENIED",
        404 => "NOT_FOUND",
        429 => "RESOURCE_EXHAUSTED",
        503 => "UNAVAILABLE",
        500.. => "INTERNAL",
        _ => "INVALID_ARGUMENT",
    };
    json!({"error": {"code": status, "message": message, "status": name}})
}

pub(super) fn render(reply: &Reply, streamed: bool, id: &str) -> Rendered {
    let failure = error(503, "simulated failure inside the answer");
    let reason = word(reply.reason(), REASONS, "STOP");
    let mut parts: Vec<_> = reply
        .parts
        .iter()
        .flat_map(|part| pieces(part, streamed))
        .collect();
    if !streamed {
        return whole(&body(reply, id, &parts, Some(reason)), &failure);
    }
    let last = parts.pop();
    let mut bodies: Vec<_> = parts
        .iter()
        .map(|part| body(reply, id, std::slice::from_ref(part), None))
        .collect();
    bodies.push(body(reply, id, last.as_slice(), Some(reason)));
    sse(bodies.iter().map(event).collect(), event(&failure))
}

/// This wire ends its lines as HTTP does.
fn event(value: &Value) -> Vec<u8> {
    format!("data: {value}\r\n\r\n").into_bytes()
}

fn body(reply: &Reply, id: &str, parts: &[Value], reason: Option<&str>) -> Value {
    let mut candidate = json!({"content": {"parts": parts, "role": "model"}, "index": 0});
    if let Some(reason) = reason {
        candidate["finishReason"] = reason.into();
    }
    let mut body =
        json!({"candidates": [candidate], "modelVersion": "simulated", "responseId": id});
    if let Some(counts) = reply.usage {
        body["usageMetadata"] = usage(counts);
    }
    body
}

fn pieces(part: &ReplyPart, cut: bool) -> Vec<Value> {
    let pieces = |text| {
        if cut {
            words(text)
        } else {
            vec![text.as_str()]
        }
    };
    match part {
        ReplyPart::Text(text) => pieces(text)
            .iter()
            .map(|word| json!({"text": word}))
            .collect(),
        ReplyPart::Thinking(text) => pieces(text)
            .iter()
            .map(|word| json!({"text": word, "thought": true}))
            .collect(),
        ReplyPart::Call {
            id,
            name,
            arguments,
        } => vec![json!({
            "functionCall": {"id": id, "name": name, "args": object(arguments)}, "thoughtSignature": "c2ltdWxhdGVk",
        })],
    }
}

fn usage(usage: Usage) -> Value {
    let counts = Counts::of(usage);
    json!({
        "promptTokenCount": counts.input,
        "cachedContentTokenCount": counts.cached,
        "candidatesTokenCount": counts.output.saturating_sub(counts.reasoning),
        "thoughtsTokenCount": counts.reasoning,
        "totalTokenCount": counts.input + counts.output,
    })
}
