use windlass_core::{Assistant, ModelId, Profile, Request, Response};

use super::Converse;
use crate::codec::{Codec, Delivery, Encode, WireRequest, encoding_key};
use crate::frame::aws::{Header, encode};
use crate::wire::testkit::{self, check_body, check_truncated_body};

mod decoding;
mod encoding;
mod faults;
mod history;

const CODEC: Converse = Converse::new();
const STREAM: &str = "application/vnd.amazon.eventstream";
const CLAUDE: &str = "us.anthropic.claude-sonnet-4-5-20250929-v1:0";
const NOVA: &str = "us.amazon.nova-2-lite-v1:0";

const START: &str = r#"messageStart {"role":"assistant","p":"abc"}"#;
const END: &str = r#"messageStop {"stopReason":"end_turn","p":"abcd"}"#;
const METADATA: &str = r#"metadata {"usage":{"inputTokens":12,"outputTokens":3,"totalTokens":20,"cacheReadInputTokens":5,"cacheReadInputTokenCount":5},"metrics":{"latencyMs":9}}"#;

fn text(index: u32, words: &str) -> String {
    format!(
        r#"contentBlockDelta {{"contentBlockIndex":{index},"delta":{{"text":{words}}},"p":"ab"}}"#
    )
}

fn stop(index: u32) -> String {
    format!(r#"contentBlockStop {{"contentBlockIndex":{index}}}"#)
}

/// A stream of these lines: the name of an event and its payload, or `!` and the name of an exception.
fn stream(lines: &[&str]) -> Vec<u8> {
    let mut body = Vec::new();
    for line in lines {
        let (name, payload) = line.split_once(' ').unwrap_or((line, ""));
        let headers = match name.strip_prefix('!') {
            Some(exception) => [
                Header::text(":message-type", "exception"),
                Header::text(":exception-type", exception),
            ],
            None => [
                Header::text(":message-type", "event"),
                Header::text(":event-type", name),
            ],
        };
        encode(&headers, payload.as_bytes(), &mut body).unwrap();
    }
    body
}

/// Checks the response in every cut, and that the stream is truncated before its stop.
fn check(lines: &[&str], expect: impl Fn(&Response)) {
    let body = stream(lines);
    check_body(&CODEC, STREAM, &body, Delivery::Streamed, expect);
    check_truncated_body(&CODEC, STREAM, &body, b"messageStop");
}

fn check_whole(body: &str, expect: impl Fn(&Response)) {
    testkit::check_whole(&CODEC, body, expect);
}

fn decode(lines: &[&str]) -> Response {
    testkit::decode(&CODEC, STREAM, &stream(lines), Delivery::Streamed).unwrap()
}

fn id(model: &str) -> ModelId {
    ModelId::new("bedrock", model)
}

fn wire(model: &str, request: &Request) -> Result<WireRequest, windlass_core::ModelError> {
    let profile = Profile::new(id(model));
    let key = encoding_key(&CODEC, &profile);
    CODEC.encode(&Encode::new(request, &profile, &key))
}

fn body(model: &str, request: &Request) -> String {
    let wire = wire(model, request).unwrap_or_else(|error| panic!("{error}"));
    let body = String::from_utf8(wire.body).unwrap();
    assert!(
        serde_json::from_str::<serde_json::Value>(&body).is_ok(),
        "{body}"
    );
    body
}

/// What is sent of an answer in the request that follows it, if it came from `origin` and goes to `model`.
fn replayed(model: &str, origin: ModelId, answer: &Assistant) -> String {
    let request = testkit::following(&answer.clone().with_origin(origin));
    let body = body(model, &request);
    let start = r#"{"role":"assistant","content":"#;
    let Some((_, rest)) = body.split_once(start) else {
        return String::new();
    };
    rest.split(r#"},{"role":"user""#).next().unwrap().to_owned()
}
