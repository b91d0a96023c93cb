//! A reply in the bytes of each wire.

mod anthropic;
#[cfg(feature = "bedrock")]
mod bedrock;
mod chat;
mod cohere;
mod gemini;
mod ollama;
mod responses;

use serde_json::{Value, json};
use windlass_core::{FinishReason, Text, Usage};

use super::fault::Makings;
use super::{Received, Reply, ReplyPart};

/// A protocol that the simulator speaks, known by the path it is asked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wire {
    Chat,
    Responses,
    Anthropic,
    Gemini,
    #[cfg(feature = "bedrock")]
    Bedrock,
    Cohere,
    Ollama,
}

/// A reply, cut into the events of its wire; a whole body is one event.
pub(super) struct Rendered {
    pub(super) content_type: &'static str,
    pub(super) events: Vec<Vec<u8>>,
    pub(super) makings: Makings,
}

impl Wire {
    pub(super) fn of(path: &str) -> Option<Self> {
        let path = path.split('?').next().unwrap_or_default();
        let ends = |end: &str| path.ends_with(end);
        match () {
            () if ends("/api/chat") => Some(Wire::Ollama),
            () if ends("/chat/completions") => Some(Wire::Chat),
            () if ends("/responses") => Some(Wire::Responses),
            () if ends("/messages") || ends("rawPredict") || ends("RawPredict") => {
                Some(Wire::Anthropic)
            }
            () if ends(":generateContent") || ends(":streamGenerateContent") => Some(Wire::Gemini),
            #[cfg(feature = "bedrock")]
            () if ends("/converse") || ends("/converse-stream") => Some(Wire::Bedrock),
            () if ends("/chat") => Some(Wire::Cohere),
            () => None,
        }
    }

    /// Whether the request asks for a stream: in its path, or in its body.
    pub(super) fn is_streamed(self, request: &Received) -> bool {
        let by_path = ["stream", "Stream"]
            .iter()
            .any(|word| request.path.contains(word));
        let body = serde_json::from_slice::<Value>(&request.body).unwrap_or_default();
        let by_body = body.get("stream").and_then(Value::as_bool);
        // Ollama streams unless it is told not to.
        by_path || by_body.unwrap_or(self == Wire::Ollama)
    }
}

/// The reply to request `number` in the bytes of `wire`.
pub(super) fn render(wire: Wire, reply: &Reply, streamed: bool, number: usize) -> Rendered {
    let id = format!("sim_{number}");
    match wire {
        Wire::Chat => chat::render(reply, streamed, &id),
        Wire::Responses => responses::render(reply, streamed, &id),
        Wire::Anthropic => anthropic::render(reply, streamed, &id),
        Wire::Gemini => gemini::render(reply, streamed, &id),
        #[cfg(feature = "bedrock")]
        Wire::Bedrock => bedrock::render(reply, streamed),
        Wire::Cohere => cohere::render(reply, streamed, &id),
        Wire::Ollama => ollama::render(reply, streamed),
    }
}

/// The body of an error of this status.
pub(super) fn error_body(wire: Wire, status: u16) -> String {
    let message = format!("simulated failure with status {status}");
    let body = match wire {
        Wire::Chat | Wire::Responses => chat::error(status, &message),
        Wire::Anthropic => anthropic::error(status, &message),
        Wire::Gemini => gemini::error(status, &message),
        #[cfg(feature = "bedrock")]
        Wire::Bedrock => json!({"message": message}),
        Wire::Cohere => json!({"message": message}),
        Wire::Ollama => json!({"error": message}),
    };
    body.to_string()
}

/// The headers that tell an error beside its body.
pub(super) fn error_headers(wire: Wire, status: u16) -> Vec<(String, String)> {
    match wire {
        #[cfg(feature = "bedrock")]
        Wire::Bedrock => vec![(
            "x-amzn-errortype".to_owned(),
            bedrock::error_name(status).to_owned(),
        )],
        _ => {
            let _ = status;
            Vec::new()
        }
    }
}

/// A server-sent event without a name.
fn data(value: &Value) -> Vec<u8> {
    format!("data: {value}\n\n").into_bytes()
}

/// A server-sent event with the name that is its type.
fn named(value: &Value) -> Vec<u8> {
    let name = value["type"].as_str().unwrap_or_default();
    format!("event: {name}\ndata: {value}\n\n").into_bytes()
}

/// A stream of server-sent events.
fn sse(events: Vec<Vec<u8>>, error: Vec<u8>) -> Rendered {
    let makings = Makings {
        endless: b"data: \"".to_vec(),
        error,
    };
    Rendered {
        content_type: "text/event-stream",
        events,
        makings,
    }
}

/// A body that comes whole.
fn whole(body: &Value, error: &Value) -> Rendered {
    let makings = Makings {
        endless: b"\"".to_vec(),
        error: error.to_string().into_bytes(),
    };
    Rendered {
        content_type: "application/json",
        events: vec![body.to_string().into_bytes()],
        makings,
    }
}

/// The words of a text, one piece each, so that a stream has several events.
fn words(text: &Text) -> Vec<&str> {
    text.split_inclusive(' ').collect()
}

/// JSON cut in the middle, at a border of characters.
fn halves(text: &str) -> [&str; 2] {
    let mut middle = text.len() / 2;
    while !text.is_char_boundary(middle) {
        middle += 1;
    }
    let (first, second) = text.split_at(middle);
    [first, second]
}

/// The arguments as a JSON object; the script's author wrote them, so what is no JSON becomes a string.
fn object(arguments: &str) -> Value {
    serde_json::from_str(arguments).unwrap_or_else(|_| Value::String(arguments.to_owned()))
}

/// The counts of `usage` as wires have them that count the cache as input.
struct Counts {
    input: u64,
    cached: u64,
    output: u64,
    reasoning: u64,
}

impl Counts {
    fn of(usage: Usage) -> Self {
        Counts {
            input: usage.total_input().unwrap_or(0),
            cached: usage.cache_read().unwrap_or(0),
            output: usage.output().unwrap_or(0),
            reasoning: usage.reasoning().unwrap_or(0),
        }
    }
}

/// The first of the pairs whose reason is this one.
fn word(
    reason: FinishReason,
    words: &[(FinishReason, &'static str)],
    other: &'static str,
) -> &'static str {
    words
        .iter()
        .find(|(known, _)| *known == reason)
        .map_or(other, |(_, word)| word)
}
