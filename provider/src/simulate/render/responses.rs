use serde_json::{Value, json};
use windlass_core::{FinishReason, Usage};

use super::{Counts, Rendered, Reply, ReplyPart, chat, halves, named, sse, whole, words};

pub(super) fn render(reply: &Reply, streamed: bool, id: &str) -> Rendered {
    let failure = chat::error(500, "simulated failure inside the answer");
    let ids = (0..).map(|index| format!("item_{index}"));
    let items: Vec<_> = reply
        .parts
        .iter()
        .zip(ids)
        .map(|(part, id)| item(part, &id))
        .collect();
    let end = response(reply, id, &items);
    if !streamed {
        return whole(&end, &failure);
    }
    let mut begun = response(reply, id, &[]);
    begun["status"] = "in_progress".into();
    begun["usage"] = Value::Null;
    let mut events = vec![json!({"type": "response.created", "response": begun})];
    for (index, (part, item)) in reply.parts.iter().zip(&items).enumerate() {
        events.extend(item_events(part, item, index));
    }
    let name = if end["status"] == "incomplete" {
        "response.incomplete"
    } else {
        "response.completed"
    };
    events.push(json!({"type": name, "response": end}));
    for (number, event) in events.iter_mut().enumerate() {
        event["sequence_number"] = number.into();
    }
    let message = failure["error"]["message"].clone();
    let error = json!({"type": "error", "code": "server_error", "message": message, "param": null});
    sse(events.iter().map(named).collect(), named(&error))
}

fn response(reply: &Reply, id: &str, items: &[Value]) -> Value {
    let details = match reply.reason() {
        FinishReason::Length => json!({"reason": "max_output_tokens"}),
        FinishReason::Filtered => json!({"reason": "content_filter"}),
        _ => Value::Null,
    };
    let status = if details.is_null() {
        "completed"
    } else {
        "incomplete"
    };
    json!({
        "id": id, "object": "response", "created_at": 1, "status": status, "model": "simulated", "output": items,
        "incomplete_details": details, "error": null, "usage": reply.usage.map(usage),
    })
}

fn item(part: &ReplyPart, id: &str) -> Value {
    match part {
        ReplyPart::Text(text) => {
            let content = json!([{"type": "output_text", "text": text, "annotations": []}]);
            json!({"id": id, "type": "message", "status": "completed", "role": "assistant", "content": content})
        }
        ReplyPart::Thinking(text) => json!({
            "id": id, "type": "reasoning", "summary": [{"type": "summary_text", "text": text}],
            "encrypted_content": "c2ltdWxhdGVk",
        }),
        ReplyPart::Call {
            id: call,
            name,
            arguments,
        } => json!({
            "id": id, "type": "function_call", "status": "completed", "call_id": call, "name": name,
            "arguments": arguments,
        }),
    }
}

/// The events of one item: it is added empty, grows, and is done.
fn item_events(part: &ReplyPart, item: &Value, index: usize) -> Vec<Value> {
    let mut opened = item.clone();
    let growth = match part {
        ReplyPart::Text(text) => {
            opened["content"] = json!([]);
            text_events(text, &item["content"][0])
        }
        ReplyPart::Thinking(text) => {
            opened["summary"] = json!([]);
            summary_events(text)
        }
        ReplyPart::Call { arguments, .. } => {
            opened["arguments"] = "".into();
            call_events(arguments)
        }
    };
    let place = |mut event: Value| {
        event["output_index"] = index.into();
        event["item_id"] = item["id"].clone();
        event
    };
    let mut events =
        vec![json!({"type": "response.output_item.added", "output_index": index, "item": opened})];
    events.extend(growth.into_iter().map(place));
    events.push(json!({"type": "response.output_item.done", "output_index": index, "item": item}));
    events
}

fn text_events(text: &windlass_core::Text, part: &Value) -> Vec<Value> {
    let empty = json!({"type": "output_text", "text": "", "annotations": []});
    let mut events =
        vec![json!({"type": "response.content_part.added", "content_index": 0, "part": empty})];
    for word in words(text) {
        events
            .push(json!({"type": "response.output_text.delta", "content_index": 0, "delta": word}));
    }
    events.push(json!({"type": "response.output_text.done", "content_index": 0, "text": text}));
    events.push(json!({"type": "response.content_part.done", "content_index": 0, "part": part}));
    events
}

fn summary_events(text: &windlass_core::Text) -> Vec<Value> {
    let empty = json!({"type": "summary_text", "text": ""});
    let whole = json!({"type": "summary_text", "text": text});
    let mut events = vec![
        json!({"type": "response.reasoning_summary_part.added", "summary_index": 0, "part": empty}),
    ];
    for word in words(text) {
        events.push(json!({"type": "response.reasoning_summary_text.delta", "summary_index": 0, "delta": word}));
    }
    events.push(
        json!({"type": "response.reasoning_summary_text.done", "summary_index": 0, "text": text}),
    );
    events.push(
        json!({"type": "response.reasoning_summary_part.done", "summary_index": 0, "part": whole}),
    );
    events
}

fn call_events(arguments: &str) -> Vec<Value> {
    let pieces = halves(arguments)
        .map(|piece| json!({"type": "response.function_call_arguments.delta", "delta": piece}));
    let done = json!({"type": "response.function_call_arguments.done", "arguments": arguments});
    pieces.into_iter().chain([done]).collect()
}

fn usage(usage: Usage) -> Value {
    let counts = Counts::of(usage);
    json!({
        "input_tokens": counts.input,
        "input_tokens_details": {"cached_tokens": counts.cached},
        "output_tokens": counts.output,
        "output_tokens_details": {"reasoning_tokens": counts.reasoning},
        "total_tokens": counts.input + counts.output,
    })
}
