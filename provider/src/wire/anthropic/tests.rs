//! Cases of our own: streams and bodies in, answers out; requests in, bodies out.

mod cache;
mod content;
mod decode;
mod errors;
mod options;
mod replay;

use windlass_core::{AssistantPart, ModelError, ModelId, Profile, Request, Response};

use super::Anthropic;
use crate::codec::{Codec, Encode, encoding_key};

const CODEC: Anthropic = Anthropic::new();

const START: &str = concat!(
    r#"{"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","#,
    r#""model":"claude-x","content":[],"stop_reason":null,"stop_sequence":null,"#,
    r#""usage":{"input_tokens":9,"cache_creation_input_tokens":2,"cache_read_input_tokens":3,"output_tokens":1}}}"#,
);

/// A stream that names each event by its type, between a start and an end with this reason.
fn sse(events: &[&str], stop_reason: &str) -> String {
    let delta = format!(
        r#"{{"type":"message_delta","delta":{{"stop_reason":"{stop_reason}","stop_sequence":null}},"usage":{{"output_tokens":20}}}}"#
    );
    let all = [START].into_iter().chain(events.iter().copied());
    let all = all.chain([delta.as_str(), r#"{"type":"message_stop"}"#]);
    all.map(named).collect()
}

fn named(event: &str) -> String {
    let (_, rest) = event
        .split_once(r#""type":""#)
        .expect("an event has a type");
    let (name, _) = rest.split_once('"').expect("it is a string");
    format!("event: {name}\ndata: {event}\n\n")
}

/// The events of a block of this index.
fn block(index: u32, start: &str, deltas: &[&str]) -> Vec<String> {
    let start =
        format!(r#"{{"type":"content_block_start","index":{index},"content_block":{start}}}"#);
    let deltas = deltas.iter().map(|delta| {
        format!(r#"{{"type":"content_block_delta","index":{index},"delta":{delta}}}"#)
    });
    let stop = format!(r#"{{"type":"content_block_stop","index":{index}}}"#);
    [start].into_iter().chain(deltas).chain([stop]).collect()
}

/// A stream of whole blocks, one after the other.
fn blocks(blocks: &[(&str, &[&str])], stop_reason: &str) -> String {
    let events: Vec<String> = (0..)
        .zip(blocks)
        .flat_map(|(index, (start, deltas))| block(index, start, deltas))
        .collect();
    let events: Vec<&str> = events.iter().map(String::as_str).collect();
    sse(&events, stop_reason)
}

/// A whole answer of these blocks.
fn whole(content: &str, stop_reason: &str) -> String {
    format!(
        concat!(
            r#"{{"id":"msg_1","type":"message","role":"assistant","model":"claude-x","content":{},"#,
            r#""stop_reason":"{}","stop_sequence":null,"usage":{{"input_tokens":9,"#,
            r#""cache_creation_input_tokens":2,"cache_read_input_tokens":3,"output_tokens":20}}}}"#,
        ),
        content, stop_reason
    )
}

/// The parts of an answer, one line each.
fn shown(response: &Response) -> Vec<String> {
    response.message.parts.iter().map(show).collect()
}

fn show(part: &AssistantPart) -> String {
    match part {
        AssistantPart::Text(part) => {
            let citations = part.citations.iter().map(|citation| {
                let title = citation.title.as_deref().unwrap_or("-");
                format!(" [{title}: {}]", citation.quote.as_deref().unwrap_or("-"))
            });
            format!("text {}{}", part.text, citations.collect::<String>())
        }
        AssistantPart::Thinking(thinking) => match (thinking.signature(), thinking.encrypted()) {
            (None, Some(data)) => format!("redacted {data}"),
            (signature, _) => format!("thinking {} ({})", thinking.text, signature.unwrap_or("-")),
        },
        AssistantPart::Call(call) => format!("call {} {} {}", call.id, call.name, call.arguments),
        AssistantPart::Item(item) => format!("{} {}", item.kind, item.json),
        other => format!("{other:?}"),
    }
}

/// The body of a request to a model of this name.
fn encode_to(codec: &Anthropic, model: &str, request: &Request) -> Result<String, ModelError> {
    let profile = Profile::new(ModelId::new("here", model));
    let key = encoding_key(codec, &profile);
    let wire = codec.encode(&Encode::new(request, &profile, &key))?;
    Ok(String::from_utf8(wire.body).expect("a body is UTF-8"))
}

/// The option that a request is refused for.
fn refused(request: &Request) -> String {
    let error = encode_to(&CODEC, "claude-sonnet-4-5", request).expect_err("the wire cannot");
    error.code().unwrap_or_default().to_owned()
}
