use serde_json::{Value, json};
use windlass_core::FinishReason;

use super::super::fault::Makings;
use super::{Counts, Rendered, Reply, ReplyPart, object, whole, words};

pub(super) fn render(reply: &Reply, streamed: bool) -> Rendered {
    let failure = json!({"error": "simulated failure inside the answer"});
    if !streamed {
        let mut message = silent();
        for part in &reply.parts {
            add(&mut message, part);
        }
        return whole(&last(reply, &message), &failure);
    }
    let mut lines: Vec<Value> = reply
        .parts
        .iter()
        .flat_map(messages)
        .map(|message| line(&message))
        .collect();
    lines.push(last(reply, &silent()));
    let write = |line: &Value| format!("{line}\n").into_bytes();
    Rendered {
        content_type: "application/x-ndjson",
        events: lines.iter().map(write).collect(),
        makings: Makings {
            endless: b"\"".to_vec(),
            error: write(&failure),
        },
    }
}

fn silent() -> Value {
    json!({"role": "assistant", "content": ""})
}

fn line(message: &Value) -> Value {
    json!({"model": "simulated", "created_at": "2025-01-01T00:00:00Z", "message": message, "done": false})
}

fn last(reply: &Reply, message: &Value) -> Value {
    let mut line = line(message);
    line["done"] = true.into();
    line["done_reason"] = if reply.reason() == FinishReason::Length {
        "length"
    } else {
        "stop"
    }
    .into();
    if let Some(usage) = reply.usage {
        let counts = Counts::of(usage);
        line["prompt_eval_count"] = counts.input.into();
        line["eval_count"] = counts.output.into();
    }
    line
}

fn messages(part: &ReplyPart) -> Vec<Value> {
    let said = |name: &str, word: &str| {
        let mut message = silent();
        message[name] = word.into();
        message
    };
    match part {
        ReplyPart::Text(text) => words(text)
            .iter()
            .map(|word| said("content", word))
            .collect(),
        ReplyPart::Thinking(text) => words(text)
            .iter()
            .map(|word| said("thinking", word))
            .collect(),
        ReplyPart::Call { .. } => {
            let mut message = silent();
            add(&mut message, part);
            vec![message]
        }
    }
}

fn add(message: &mut Value, part: &ReplyPart) {
    let (name, text) = match part {
        ReplyPart::Text(text) => ("content", text),
        ReplyPart::Thinking(text) => ("thinking", text),
        ReplyPart::Call {
            id,
            name,
            arguments,
        } => {
            let mut calls = message["tool_calls"]
                .as_array()
                .cloned()
                .unwrap_or_default();
            calls.push(
                json!({"id": id, "function": {"name": name, "arguments": object(arguments)}}),
            );
            message["tool_calls"] = calls.into();
            return;
        }
    };
    message[name] = format!("{}{text}", message[name].as_str().unwrap_or_default()).into();
}
