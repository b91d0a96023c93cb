//! Runs cases: a stream in every cut, with and without names, and cut short.

use std::collections::VecDeque;

use windlass_core::{
    Accumulator, ErrorKind, Event, ModelError, ModelId, Options, Profile, Request, Response, Usage,
};

use super::super::OpenAiResponses;
use crate::codec::{self, Codec, Delivery, Encode, WireRequest, encoding_key};
use crate::frame::Frame;
use crate::frame::testing::check_cuts;

pub(super) const CODEC: OpenAiResponses = OpenAiResponses::new();

type Decoded = (Vec<String>, Result<(), ErrorKind>);

/// Checks what the events of a stream come to, however it is cut and whether or not its events are named; that it is
/// truncated when it breaks off before its end; and that the events are in a legal order.
pub(super) fn check(frames: &[&str], expected: &[&str]) {
    for body in [named(frames), nameless(frames)] {
        let (shown, end) = decode(&[body.as_bytes()], Delivery::Streamed);
        assert_eq!(shown, expected, "{body}");
        assert_eq!(end, Ok(()), "{body}");
        check_pieces(&body, &(shown, end));
    }
    for until in 0..frames.len() {
        let body = named(&frames[..until]);
        let (_, end) = decode(&[body.as_bytes()], Delivery::Streamed);
        assert_eq!(end, Err(ErrorKind::Truncated), "{body}");
    }
}

/// Checks what a whole body comes to.
pub(super) fn check_whole(body: &str, expected: &[&str]) {
    let (shown, end) = decode(&[body.as_bytes()], Delivery::Whole);
    assert_eq!(shown, expected, "{body}");
    assert_eq!(end, Ok(()), "{body}");
}

/// Checks how a whole body fails, without an event before.
pub(super) fn check_whole_error(body: &str, kind: ErrorKind) {
    let failed = (Vec::new(), Err(kind));
    assert_eq!(
        decode(&[body.as_bytes()], Delivery::Whole),
        failed,
        "{body}"
    );
}

/// Checks how a stream fails, and what came before.
pub(super) fn check_error(frames: &[&str], kind: ErrorKind, before: &[&str]) {
    let body = named(frames);
    let (shown, end) = decode(&[body.as_bytes()], Delivery::Streamed);
    assert_eq!(shown, before, "{body}");
    assert_eq!(end, Err(kind), "{body}");
    check_pieces(&body, &(shown, end));
}

fn check_pieces(body: &str, whole: &Decoded) {
    let body = body.as_bytes();
    let bytes: Vec<&[u8]> = body.chunks(1).collect();
    assert_eq!(decode(&bytes, Delivery::Streamed), *whole, "byte by byte");
    check_cuts(|| CODEC.framing("", Delivery::Streamed).framer(), body);
}

/// Each frame under the name that is its `type`.
pub(super) fn named(frames: &[&str]) -> String {
    let named = frames.iter().map(|frame| {
        let value: serde_json::Value = serde_json::from_str(frame).unwrap_or_default();
        match value["type"].as_str() {
            Some(name) => format!("event: {name}\ndata: {frame}\n\n"),
            None => format!("data: {frame}\n\n"),
        }
    });
    named.collect()
}

fn nameless(frames: &[&str]) -> String {
    frames
        .iter()
        .map(|frame| format!("data: {frame}\n\n"))
        .collect()
}

fn decode(chunks: &[&[u8]], delivery: Delivery) -> Decoded {
    let mut events = VecDeque::new();
    let end = run(chunks, delivery, &mut events);
    let mut answer = Accumulator::new();
    for event in &events {
        answer.push(event).expect("a legal order of events");
    }
    let shown = events.iter().map(show).collect();
    (shown, end.map_err(|error| error.kind()))
}

fn run(
    chunks: &[&[u8]],
    delivery: Delivery,
    events: &mut VecDeque<Event>,
) -> Result<(), ModelError> {
    let mut decoder = CODEC.decoder(&Request::new("Hello"), delivery);
    let mut framer = CODEC.framing("", delivery).framer();
    for chunk in chunks {
        codec::feed(&mut framer, &mut *decoder, chunk, events)?;
    }
    codec::finish(&mut framer, &mut *decoder, events)
}

/// The response that the frames add up to, as an answer of `provider`.
pub(super) fn response(frames: &[&str], provider: &str) -> Response {
    let mut events = VecDeque::new();
    run(&[named(frames).as_bytes()], Delivery::Streamed, &mut events).unwrap();
    let mut answer = Accumulator::of(ModelId::new(provider.to_owned(), "m"));
    events.iter().for_each(|event| answer.push(event).unwrap());
    answer.finish().unwrap()
}

/// The error of a single frame, given to a decoder as it is.
pub(super) fn error_of(data: &str) -> ModelError {
    let mut decoder = CODEC.decoder(&Request::new("Hello"), Delivery::Streamed);
    decoder
        .frame(&Frame::new(data.as_bytes()), &mut VecDeque::new())
        .expect_err("the frame is an error")
}

/// Encodes a request to a model of `openai` that nothing is known of.
pub(super) fn encode(
    codec: &OpenAiResponses,
    request: &Request,
) -> Result<WireRequest, ModelError> {
    encode_for(codec, request, &Profile::new(ModelId::new("openai", "m")))
}

pub(super) fn encode_for(
    codec: &OpenAiResponses,
    request: &Request,
    profile: &Profile,
) -> Result<WireRequest, ModelError> {
    let key = encoding_key(codec, profile);
    let call = Encode::new(request, profile, &key).with_delivery(Delivery::Whole);
    codec.encode(&call)
}

/// The body of a request as text.
pub(super) fn body(codec: &OpenAiResponses, request: &Request) -> String {
    let request = encode(codec, request).unwrap();
    String::from_utf8(request.body).unwrap()
}

/// The body of a request with these options, without the input.
pub(super) fn head(codec: &OpenAiResponses, options: Options) -> String {
    let body = body(codec, &Request::new("Hi").with_options(options));
    let (head, _) = body.split_once(r#","input":"#).unwrap();
    head.to_owned() + "}"
}

/// An event in one line; a part as the place of its item and its own.
fn show(event: &Event) -> String {
    let at = |part: &windlass_core::PartIndex| format!("{}.{}", part.0 / 4096, part.0 % 4096);
    let or = |text: &Option<windlass_core::Text>| text.as_deref().unwrap_or("-").to_owned();
    match event {
        Event::Started(started) => format!("started {} {}", or(&started.id), or(&started.model)),
        Event::Text { part, text } => format!("text {} {text}", at(part)),
        Event::Thinking { part, text } => format!("thinking {} {text}", at(part)),
        Event::Refusal { part, text } => format!("refusal {} {text}", at(part)),
        Event::Call { part, call } => format!("call {} {} {}", at(part), call.id, call.name),
        Event::Arguments { part, text } => format!("arguments {} {text}", at(part)),
        Event::Citation { part, citation } => {
            let (url, title) = (or(&citation.url), or(&citation.title));
            format!("citation {} {url} {title}", at(part))
        }
        Event::Item { part, item } => format!("item {} {} {}", at(part), item.kind, item.json),
        Event::Seal { part, seal } => {
            let extra = seal.extra.as_ref().map(|extra| extra.text().clone());
            let (id, encrypted) = (or(&seal.id), or(&seal.encrypted));
            format!("seal {} {id} {encrypted} {}", at(part), or(&extra))
        }
        Event::PartEnd { part } => format!("end {}", at(part)),
        Event::Usage(usage) => format!("usage {}", show_usage(*usage)),
        Event::Unknown(unknown) => format!("unknown {}", unknown.kind),
        Event::Finish(finish) => format!("finish {:?} {}", finish.reason, finish.raw),
        other => format!("{other:?}"),
    }
}

fn show_usage(usage: Usage) -> String {
    let counts = [
        usage.input(),
        usage.cache_read(),
        usage.cache_write(),
        usage.output(),
        usage.reasoning(),
    ];
    let shown = counts.map(|count| count.map_or("-".to_owned(), |count| count.to_string()));
    shown.join(" ")
}
