use serde_json::{Value, json};
use windlass_core::{FinishReason, Usage};

use super::{Counts, Rendered, Reply, ReplyPart, halves, named, sse, whole, word, words};

const REASONS: &[(FinishReason, &str)] = &[
    (FinishReason::Calls, "TOOL_CALL"),
    (FinishReason::Length, "MAX_TOKENS"),
    (FinishReason::StopSequence, "STOP_SEQUENCE"),
    (FinishReason::Filtered, "ERROR_TOXIC"),
];

pub(super) fn render(reply: &Reply, streamed: bool, id: &str) -> Rendered {
    let failure = json!({"message": "simulated failure inside the answer"});
    let reason = word(reply.reason(), REASONS, "COMPLETE");
    if !streamed {
        return whole(&body(reply, id, reason), &failure);
    }
    let message = json!({"role": "assistant", "content": [], "tool_calls": []});
    let mut events =
        vec![json!({"type": "message-start", "id": id, "delta": {"message": message}})];
    for (index, part) in reply.parts.iter().enumerate() {
        match part {
            ReplyPart::Text(text) => events.extend(content("text", &words(text), index)),
            ReplyPart::Thinking(text) => events.extend(content("thinking", &words(text), index)),
            ReplyPart::Call {
                id,
                name,
                arguments,
            } => events.extend(call(id, name, arguments, index)),
        }
    }
    let mut delta = json!({"finish_reason": reason});
    if let Some(counts) = reply.usage {
        delta["usage"] = usage(counts);
    }
    events.push(json!({"type": "message-end", "delta": delta}));
    let end = json!({"type": "message-end", "delta": {"finish_reason": "ERROR", "error": failure["message"]}});
    let mut events: Vec<_> = events.iter().map(named).collect();
    events.push(b"data: [DONE]\n\n".to_vec());
    sse(events, named(&end))
}

fn content(kind: &str, words: &[&str], index: usize) -> Vec<Value> {
    let delta = |content: Value| json!({"message": {"content": content}});
    let opened = delta(json!({"type": kind, kind: ""}));
    let mut events = vec![json!({"type": "content-start", "index": index, "delta": opened})];
    for word in words {
        events.push(
            json!({"type": "content-delta", "index": index, "delta": delta(json!({kind: word}))}),
        );
    }
    events.push(json!({"type": "content-end", "index": index}));
    events
}

fn call(id: &str, name: &str, arguments: &str, index: usize) -> Vec<Value> {
    let delta = |calls: Value| json!({"message": {"tool_calls": calls}});
    let begin = json!({"id": id, "type": "function", "function": {"name": name, "arguments": ""}});
    let mut events =
        vec![json!({"type": "tool-call-start", "index": index, "delta": delta(begin)})];
    for piece in halves(arguments) {
        let more = delta(json!({"function": {"arguments": piece}}));
        events.push(json!({"type": "tool-call-delta", "index": index, "delta": more}));
    }
    events.push(json!({"type": "tool-call-end", "index": index}));
    events
}

fn body(reply: &Reply, id: &str, reason: &str) -> Value {
    let mut message = json!({"role": "assistant"});
    let (mut content, mut calls) = (Vec::new(), Vec::new());
    for part in &reply.parts {
        match part {
            ReplyPart::Text(text) => content.push(json!({"type": "text", "text": text})),
            ReplyPart::Thinking(text) => {
                content.push(json!({"type": "thinking", "thinking": text}));
            }
            ReplyPart::Call {
                id,
                name,
                arguments,
            } => {
                let function = json!({"name": name, "arguments": arguments});
                calls.push(json!({"id": id, "type": "function", "function": function}));
            }
        }
    }
    for (name, list) in [("content", content), ("tool_calls", calls)] {
        if !list.is_empty() {
            message[name] = list.into();
        }
    }
    json!({"id": id, "finish_reason": reason, "message": message, "usage": reply.usage.map(usage)})
}

fn usage(usage: Usage) -> Value {
    let counts = Counts::of(usage);
    let tokens = json!({"input_tokens": counts.input, "output_tokens": counts.output});
    json!({"billed_units": tokens, "tokens": tokens, "cached_tokens": counts.cached})
}
