//! The parts of an answer in the form of `oracle.json`, so that both can be compared as JSON.

use serde_json::{Map, Value, json};
use windlass_core::{Assistant, AssistantPart, Call, Seal, TextPart, Thinking};

use crate::run::json::strings;
use crate::run::table::Family;

/// What the other client found, in the form that both are compared in.
pub(super) fn expected(parts: &[Value], family: Family) -> Vec<Value> {
    let mut parts = parts.to_vec();
    for part in &mut parts {
        if let Some(part) = part.as_object_mut() {
            part.remove("details");
        }
        if part.get("kind").is_some_and(|kind| kind == "tool_plan") {
            *part = json!({"type": "thinking", "text": text(part)});
        }
    }
    normalised(parts, family)
}

/// Whether there are calls without a name: pieces of the arguments of the call before them.
pub(super) fn are_in_pieces(parts: &[Value]) -> bool {
    parts
        .iter()
        .any(|part| is(part, "call") && part.get("name").is_none())
}

/// What we found, in the same form. An id that the provider did not give is not compared: ours is made up.
pub(super) fn found(message: &Assistant, expected: &[Value], family: Family) -> Vec<Value> {
    let parts = message.parts.iter().map(|part| of_part(part, family));
    let mut parts = normalised(parts.collect(), family);
    for (part, expected) in parts.iter_mut().zip(expected) {
        let is_made_up = is(part, "call") && expected.get("id").is_none();
        if let Some(part) = part.as_object_mut().filter(|_| is_made_up) {
            part.remove("id");
        }
    }
    parts
}

/// Chat Completions has reasoning in fragments of many forms: every long string in them has to be found again.
pub(super) fn details_differ(parts: &[Value], message: &Assistant) -> Option<String> {
    let details: Vec<_> = parts
        .iter()
        .filter_map(|part| part.get("details"))
        .collect();
    let mut opaque = Vec::new();
    for detail in details
        .iter()
        .filter_map(|detail| detail.as_array())
        .flatten()
    {
        let named = ["data", "signature"].map(|name| detail.get(name));
        named
            .into_iter()
            .flatten()
            .for_each(|value| strings(value, &mut opaque));
    }
    if opaque.is_empty() {
        return None;
    }
    let message = serde_json::to_value(message).ok()?;
    let mut there = Vec::new();
    strings(&message, &mut there);
    let lost = opaque.into_iter().find(|value| {
        let quoted = json!(value).to_string();
        !there
            .iter()
            .any(|text| text == value || text.contains(&quoted))
    })?;
    let beginning: String = lost.chars().take(48).collect();
    Some(format!("details: `{beginning}…` is lost"))
}

fn of_part(part: &AssistantPart, family: Family) -> Value {
    match part {
        AssistantPart::Text(part) => of_text(part, family),
        AssistantPart::Thinking(thinking) => of_thinking(thinking, family),
        AssistantPart::Call(call) => of_call(call, family),
        AssistantPart::Refusal(part) => json!({"type": "refusal", "text": part.text}),
        AssistantPart::Media(_) => json!({"type": "other", "kind": "inlineData"}),
        AssistantPart::Item(item) => {
            let mut part = json!({"type": "other", "kind": item.kind});
            let json: Value = serde_json::from_str(item.json.as_str()).unwrap_or_default();
            if let Some(signature) = json.get("thoughtSignature") {
                set(&mut part, "signature", signature.clone());
            }
            part
        }
        _ => Value::Null,
    }
}

fn of_text(part: &TextPart, family: Family) -> Value {
    let mut value = json!({"type": "text", "text": part.text});
    if family == Family::Gemini {
        set_signature(&mut value, part.seal.as_deref());
    }
    value
}

fn of_thinking(thinking: &Thinking, family: Family) -> Value {
    let is_hidden = thinking.text.is_empty() && thinking.encrypted().is_some();
    if is_hidden && matches!(family, Family::Anthropic | Family::Bedrock) {
        return json!({"type": "redacted_thinking", "data": thinking.encrypted()});
    }
    let mut value = json!({"type": "thinking", "text": thinking.text});
    if matches!(family, Family::Chat | Family::Mistral) {
        return value;
    }
    set_signature(&mut value, thinking.seal.as_deref());
    if let (Family::Responses, Some(seal)) = (family, &thinking.seal) {
        if let Some(id) = &seal.id {
            set(&mut value, "id", json!(id));
        }
        if let Some(encrypted) = &seal.encrypted {
            set(&mut value, "encrypted", json!(encrypted));
        }
    }
    value
}

fn of_call(call: &Call, family: Family) -> Value {
    let arguments = call.arguments.as_str();
    let empty_is_object = matches!(family, Family::Anthropic | Family::Gemini | Family::Bedrock);
    let arguments = match serde_json::from_str(arguments) {
        Ok(value) => value,
        Err(_) if arguments.is_empty() && empty_is_object => json!({}),
        Err(_) => json!({"$unparsed": arguments}),
    };
    let mut value =
        json!({"type": "call", "id": call.id, "name": call.name, "arguments": arguments});
    if family == Family::Gemini {
        set_signature(&mut value, call.seal.as_deref());
    }
    value
}

fn set_signature(part: &mut Value, seal: Option<&Seal>) {
    if let Some(signature) = seal.and_then(|seal| seal.signature.as_ref()) {
        set(part, "signature", json!(signature));
    }
}

/// Without what is empty, in the order that the family's clients use, and with neighbours merged where they merge them.
fn normalised(mut parts: Vec<Value>, family: Family) -> Vec<Value> {
    match family {
        Family::Chat | Family::Cohere | Family::Ollama => {
            parts.sort_by_key(rank);
            merged(without_empty(parts))
        }
        Family::Gemini | Family::Mistral => without_empty(merged(parts)),
        Family::Responses | Family::Anthropic | Family::Bedrock => without_empty(parts),
    }
}

fn rank(part: &Value) -> usize {
    const ORDER: [&str; 4] = ["thinking", "text", "refusal", "call"];
    ORDER
        .iter()
        .position(|kind| is(part, kind))
        .unwrap_or(ORDER.len())
}

fn without_empty(mut parts: Vec<Value>) -> Vec<Value> {
    parts.retain(|part| {
        let members = part.as_object().map_or(0, Map::len);
        let is_empty = is_words(part) && text(part).is_empty() && members == 2;
        !is_empty
    });
    parts
}

/// Joins neighbouring texts of the same kind; a signature on an empty text goes to the text before it.
fn merged(parts: Vec<Value>) -> Vec<Value> {
    let mut all: Vec<Value> = Vec::new();
    for part in parts {
        match all.last_mut() {
            Some(last) if joins(last, &part) => {
                set(
                    last,
                    "text",
                    json!(format!("{}{}", text(last), text(&part))),
                );
                if let Some(signature) = part.get("signature") {
                    set(last, "signature", signature.clone());
                }
            }
            _ => all.push(part),
        }
    }
    all
}

fn joins(last: &Value, part: &Value) -> bool {
    is_words(part) && last.get("type") == part.get("type")
}

fn is_words(part: &Value) -> bool {
    is(part, "text") || is(part, "thinking")
}

fn is(part: &Value, kind: &str) -> bool {
    part.get("type").is_some_and(|known| known == kind)
}

fn text(part: &Value) -> String {
    let text = part.get("text").and_then(Value::as_str);
    text.unwrap_or_default().to_owned()
}

fn set(part: &mut Value, name: &str, value: Value) {
    if let Some(members) = part.as_object_mut() {
        members.insert(name.to_owned(), value);
    }
}
