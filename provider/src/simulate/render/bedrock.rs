use serde_json::{Value, json};
use windlass_core::{FinishReason, Usage};

use super::super::fault::Makings;
use super::{Rendered, Reply, ReplyPart, halves, object, whole, word, words};
use crate::frame::aws::{self, Header};

const REASONS: &[(FinishReason, &str)] = &[
    (FinishReason::Calls, "tool_use"),
    (FinishReason::Length, "max_tokens"),
    (FinishReason::StopSequence, "stop_sequence"),
    (FinishReason::Filtered, "content_filtered"),
];

pub(super) fn error_name(status: u16) -> &'static str {
    match status {
        401 | 403 => "AccessDeniedException",
        404 => "ResourceNotFoundException",
        429 => "ThrottlingException",
        503 => "ServiceUnavailableException",
        500.. => "InternalServerException",
        _ => "ValidationException",
    }
}

pub(super) fn render(reply: &Reply, streamed: bool) -> Rendered {
    let failure = json!({"message": "simulated failure inside the answer"});
    if !streamed {
        return whole(&body(reply), &failure);
    }
    let mut events = vec![event("messageStart", &json!({"role": "assistant"}))];
    for (index, part) in reply.parts.iter().enumerate() {
        if let ReplyPart::Call { id, name, .. } = part {
            let start = json!({"toolUse": {"toolUseId": id, "name": name}});
            events.push(event(
                "contentBlockStart",
                &json!({"contentBlockIndex": index, "start": start}),
            ));
        }
        for delta in deltas(part) {
            events.push(event(
                "contentBlockDelta",
                &json!({"contentBlockIndex": index, "delta": delta}),
            ));
        }
        events.push(event(
            "contentBlockStop",
            &json!({"contentBlockIndex": index}),
        ));
    }
    let reason = word(reply.reason(), REASONS, "end_turn");
    events.push(event("messageStop", &json!({"stopReason": reason})));
    if let Some(counts) = reply.usage {
        events.push(event(
            "metadata",
            &json!({"usage": usage(counts), "metrics": {"latencyMs": 1}}),
        ));
    }
    let exception = message(
        ":exception-type",
        "serviceUnavailableException",
        "exception",
        &failure,
    );
    // A length that the bytes never reach.
    let makings = Makings {
        endless: vec![0, 16, 0, 0],
        error: exception,
    };
    Rendered {
        content_type: "application/vnd.amazon.eventstream",
        events,
        makings,
    }
}

fn body(reply: &Reply) -> Value {
    let content: Vec<_> = reply.parts.iter().map(block).collect();
    let message = json!({"role": "assistant", "content": content});
    let reason = word(reply.reason(), REASONS, "end_turn");
    let mut body = json!({"output": {"message": message}, "stopReason": reason});
    if let Some(counts) = reply.usage {
        body["usage"] = usage(counts);
    }
    body
}

fn event(name: &str, payload: &Value) -> Vec<u8> {
    message(":event-type", name, "event", payload)
}

fn message(header: &str, name: &str, kind: &str, payload: &Value) -> Vec<u8> {
    let headers = [
        Header::text(header, name),
        Header::text(":content-type", "application/json"),
        Header::text(":message-type", kind),
    ];
    let mut out = Vec::new();
    aws::encode(&headers, payload.to_string().as_bytes(), &mut out)
        .expect("short headers and a small payload fit");
    out
}

fn block(part: &ReplyPart) -> Value {
    match part {
        ReplyPart::Text(text) => json!({"text": text}),
        ReplyPart::Thinking(text) => {
            json!({"reasoningContent": {"reasoningText": {"text": text, "signature": "c2ltdWxhdGVk"}}})
        }
        ReplyPart::Call {
            id,
            name,
            arguments,
        } => {
            json!({"toolUse": {"toolUseId": id, "name": name, "input": object(arguments)}})
        }
    }
}

fn deltas(part: &ReplyPart) -> Vec<Value> {
    match part {
        ReplyPart::Text(text) => words(text)
            .iter()
            .map(|word| json!({"text": word}))
            .collect(),
        ReplyPart::Thinking(text) => {
            let thoughts = words(text)
                .into_iter()
                .map(|word| json!({"reasoningContent": {"text": word}}));
            thoughts
                .chain([json!({"reasoningContent": {"signature": "c2ltdWxhdGVk"}})])
                .collect()
        }
        ReplyPart::Call { arguments, .. } => halves(arguments)
            .iter()
            .map(|piece| json!({"toolUse": {"input": piece}}))
            .collect(),
    }
}

fn usage(usage: Usage) -> Value {
    let mut counts = json!({});
    for (name, count) in [
        ("inputTokens", usage.input()),
        ("outputTokens", usage.output()),
        ("cacheReadInputTokens", usage.cache_read()),
        ("cacheWriteInputTokens", usage.cache_write()),
        ("totalTokens", usage.total()),
    ] {
        if let Some(count) = count {
            counts[name] = count.into();
        }
    }
    counts
}
