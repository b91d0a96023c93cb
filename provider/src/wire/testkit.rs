//! What the tests of every wire share: bodies in, responses out, in every cut.

use std::collections::VecDeque;

use windlass_core::{
    Accumulator, Assistant, Conversation, ErrorKind, Event, ModelError, ModelId, Outcome, Profile,
    Request, Response,
};

use crate::codec::{self, Codec, Delivery, Encode, WireRequest, encoding_key};
use crate::frame::testing::check_cuts;

/// The media type of a streamed answer, unless a wire says otherwise.
pub(crate) const SSE: &str = "text/event-stream";

/// The media type of a whole answer.
pub(crate) const JSON: &str = "application/json";

/// The model that every request goes to and every answer comes from.
pub(crate) fn model() -> ModelId {
    ModelId::new("here", "m-1")
}

/// Decodes a body that arrives in one chunk, as the answer to an empty request.
pub(crate) fn decode(
    codec: &dyn Codec,
    content_type: &str,
    body: &[u8],
    delivery: Delivery,
) -> Result<Response, ModelError> {
    decode_chunks(codec, content_type, &[body], delivery)
}

/// Decodes a body that arrives in these chunks.
pub(crate) fn decode_chunks(
    codec: &dyn Codec,
    content_type: &str,
    chunks: &[&[u8]],
    delivery: Delivery,
) -> Result<Response, ModelError> {
    let mut answer = Accumulator::of(model());
    let outcome = each_event(codec, content_type, chunks, delivery, |event| {
        answer.push(&event).expect("a legal order of events");
    });
    let partial = answer.partial();
    outcome.map_err(|error| error.with_partial(partial))?;
    Ok(answer.finish().expect("a decoder that ends well finishes"))
}

/// The events of a body that arrives in one chunk, and the error that ends them if there is one.
pub(crate) fn events(
    codec: &dyn Codec,
    content_type: &str,
    body: &[u8],
    delivery: Delivery,
) -> (Vec<Event>, Option<ModelError>) {
    let mut events = Vec::new();
    let outcome = each_event(codec, content_type, &[body], delivery, |event| {
        events.push(event);
    });
    (events, outcome.err())
}

/// Checks that a streamed body gives the expected response whole, byte by byte, and cut in two at every position.
pub(crate) fn check_stream(codec: &dyn Codec, body: &str, expect: impl Fn(&Response)) {
    check_body(codec, SSE, body.as_bytes(), Delivery::Streamed, expect);
}

/// Checks that a whole body gives the expected response, in every cut.
pub(crate) fn check_whole(codec: &dyn Codec, body: &str, expect: impl Fn(&Response)) {
    check_body(codec, JSON, body.as_bytes(), Delivery::Whole, expect);
}

/// Checks that a body gives the expected response whole, byte by byte, and cut in two at every position.
pub(crate) fn check_body(
    codec: &dyn Codec,
    content_type: &str,
    body: &[u8],
    delivery: Delivery,
    expect: impl Fn(&Response),
) {
    let run = |chunks: &[&[u8]]| decode_chunks(codec, content_type, chunks, delivery);
    let whole = run(&[body]).unwrap_or_else(|error| panic!("{error}: {error:?}"));
    expect(&whole);
    let bytes: Vec<&[u8]> = body.chunks(1).collect();
    assert_eq!(run(&bytes).expect("byte by byte"), whole, "byte by byte");
    check_cuts(|| codec.framing(content_type, delivery).framer(), body);
}

/// Checks that a streamed body is [`ErrorKind::Truncated`] when it ends before the frame that holds the last
/// `terminal`, and whole from there on.
pub(crate) fn check_truncated(codec: &dyn Codec, body: &str, terminal: &str) {
    check_truncated_body(codec, SSE, body.as_bytes(), terminal.as_bytes());
}

/// As [`check_truncated`], for any framing.
pub(crate) fn check_truncated_body(
    codec: &dyn Codec,
    content_type: &str,
    body: &[u8],
    terminal: &[u8],
) {
    let end = (0..body.len())
        .rfind(|at| body[*at..].starts_with(terminal))
        .expect("the body holds its terminal event");
    let borders = borders(codec, content_type, body);
    assert!(borders.iter().any(|border| *border > end), "no frame ends");
    for border in [0].into_iter().chain(borders) {
        let cut = decode(codec, content_type, &body[..border], Delivery::Streamed);
        if border > end {
            assert!(cut.is_ok(), "cut at {border}, after the end: {cut:?}");
        } else {
            let error = cut.expect_err("an answer that was cut is not whole");
            assert_eq!(error.kind(), ErrorKind::Truncated, "cut at {border}");
        }
    }
}

/// Checks that the answer is complete with the last frame of `body` and not before, and that bytes after it which are
/// no whole frame do no harm.
pub(crate) fn check_complete(codec: &dyn Codec, content_type: &str, body: &[u8], tail: &[u8]) {
    let mut framer = codec.framing(content_type, Delivery::Streamed).framer();
    let mut decoder = codec.decoder(&Request::default(), Delivery::Streamed);
    let mut events = VecDeque::new();
    let mut frames = framer.feed(body);
    while let Some(frame) = frames.next().expect("a body that can be framed") {
        assert!(!decoder.is_complete(), "complete before {frame:?}");
        decoder.frame(&frame, &mut events).expect("a good frame");
    }
    assert!(decoder.is_complete());
    let mut frames = framer.feed(tail);
    assert!(frames.next().expect("the beginning of a frame").is_none());
    codec::finish(&mut framer, &mut *decoder, &mut events).expect("the end was seen");
    assert!(matches!(events.back(), Some(Event::Finish(_))));
}

/// The error that a body gives, which is the same in every cut.
pub(crate) fn check_error(codec: &dyn Codec, body: &str, delivery: Delivery) -> ModelError {
    let content_type = match delivery {
        Delivery::Streamed => SSE,
        Delivery::Whole => JSON,
    };
    let run = |chunks: &[&[u8]]| {
        decode_chunks(codec, content_type, chunks, delivery).expect_err("the body is an error")
    };
    let error = run(&[body.as_bytes()]);
    let bytes: Vec<&[u8]> = body.as_bytes().chunks(1).collect();
    let cut = run(&bytes);
    assert_eq!(cut.kind(), error.kind(), "byte by byte");
    assert_eq!(cut.partial(), error.partial(), "byte by byte");
    let framer = || codec.framing(content_type, delivery).framer();
    check_cuts(framer, body.as_bytes());
    error
}

/// The request as the wire has it, to [`model`], streamed.
pub(crate) fn wire_request(
    codec: &dyn Codec,
    request: &Request,
) -> Result<WireRequest, ModelError> {
    let profile = Profile::new(model());
    let key = encoding_key(codec, &profile);
    codec.encode(&Encode::new(request, &profile, &key))
}

/// The body of the request, to [`model`], streamed.
pub(crate) fn encode(codec: &dyn Codec, request: &Request) -> String {
    let wire = wire_request(codec, request).expect("a request that the wire takes");
    String::from_utf8(wire.body).expect("a body is UTF-8")
}

/// The request that follows the answer, whose calls all succeed.
pub(crate) fn following(answer: &Assistant) -> Request {
    let mut conversation = Conversation::from("Hello");
    let outcomes: Vec<_> = answer
        .calls()
        .map(|call| Outcome::success(call, "done"))
        .collect();
    conversation
        .push_assistant(answer.clone())
        .expect("it follows the user");
    if outcomes.is_empty() {
        conversation.push_user("Go on.").expect("no call is open");
    } else {
        conversation
            .push_outcomes(outcomes)
            .expect("one for each call");
    }
    Request::new(conversation)
}

/// The body that follows a response, sent to the model that gave it.
pub(crate) fn replay(codec: &dyn Codec, response: &Response) -> String {
    encode(codec, &following(&response.message))
}

/// The body that follows a response of another provider's model.
pub(crate) fn replay_elsewhere(codec: &dyn Codec, response: &Response) -> String {
    let answer = response.message.clone();
    encode(
        codec,
        &following(&answer.with_origin(ModelId::new("elsewhere", "m-1"))),
    )
}

fn each_event(
    codec: &dyn Codec,
    content_type: &str,
    chunks: &[&[u8]],
    delivery: Delivery,
    mut take: impl FnMut(Event),
) -> Result<(), ModelError> {
    let mut framer = codec.framing(content_type, delivery).framer();
    let mut decoder = codec.decoder(&Request::default(), delivery);
    let mut events = VecDeque::new();
    let outcome = chunks
        .iter()
        .try_for_each(|chunk| codec::feed(&mut framer, &mut *decoder, chunk, &mut events))
        .and_then(|()| codec::finish(&mut framer, &mut *decoder, &mut events));
    events.into_iter().for_each(&mut take);
    outcome
}

/// After which bytes of the body a frame is complete.
fn borders(codec: &dyn Codec, content_type: &str, body: &[u8]) -> Vec<usize> {
    let mut framer = codec.framing(content_type, Delivery::Streamed).framer();
    let mut borders = Vec::new();
    for (at, byte) in body.chunks(1).enumerate() {
        let mut frames = framer.feed(byte);
        while frames.next().expect("a body that can be framed").is_some() {
            borders.push(at + 1);
        }
    }
    borders
}
