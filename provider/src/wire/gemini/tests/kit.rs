//! Bodies of own making, decoded however they are cut.

use std::collections::VecDeque;

use windlass_core::{
    Accumulator, AssistantPart, ErrorKind, Event, Media, ModelId, Request, Response, Seal,
};

use super::super::Gemini;
use crate::codec::{self, Codec, Delivery};
use crate::frame::testing::check_cuts;

/// The model that answers and is asked.
pub(super) fn model() -> ModelId {
    ModelId::new("google", "gemini-9")
}

/// The answers as server-sent events.
pub(super) fn sse(chunks: &[&str]) -> String {
    chunks
        .iter()
        .map(|json| format!("data: {json}\r\n\r\n"))
        .collect()
}

/// The answers as one JSON array.
pub(super) fn array(chunks: &[&str]) -> String {
    format!("[{}\n]", chunks.join("\n,\r\n"))
}

/// All events of a body that arrives in these pieces, and whether it ended well.
pub(super) fn events<'b>(
    content_type: &str,
    delivery: Delivery,
    pieces: impl IntoIterator<Item = &'b [u8]>,
) -> (Vec<Event>, Result<(), ErrorKind>) {
    let codec = Gemini::new();
    let mut decoder = codec.decoder(&Request::new("Hello"), delivery);
    let mut framer = codec.framing(content_type, delivery).framer();
    let mut events = VecDeque::new();
    let result = pieces
        .into_iter()
        .try_for_each(|piece| codec::feed(&mut framer, &mut *decoder, piece, &mut events))
        .and_then(|()| codec::finish(&mut framer, &mut *decoder, &mut events));
    (events.into(), result.map_err(|error| error.kind()))
}

/// The response that the events add up to.
pub(super) fn response(events: &[Event]) -> Response {
    let mut answer = Accumulator::of(model());
    for event in events {
        answer.push(event).unwrap();
    }
    answer.finish().expect("a finish came")
}

/// Decodes the answers streamed as events and as an array, whole and cut everywhere, and gives what they add up to.
pub(super) fn decode(chunks: &[&str]) -> (Vec<Event>, Response) {
    let body = sse(chunks);
    let bytes = body.as_bytes();
    let stream =
        |pieces: &[&[u8]]| events("text/event-stream", Delivery::Streamed, pieces.to_vec());
    let (whole, result) = stream(&[bytes]);
    assert_eq!(result, Ok(()), "{body}");
    //
    assert_eq!(stream(&bytes.chunks(1).collect::<Vec<_>>()).0, whole);
    let framing = Gemini::new().framing("text/event-stream", Delivery::Streamed);
    check_cuts(|| framing.framer(), bytes);
    //
    for delivery in [Delivery::Streamed, Delivery::Whole] {
        let json = array(chunks);
        let (from_array, result) = events(
            "application/json; charset=UTF-8",
            delivery,
            [json.as_bytes()],
        );
        assert_eq!((result, &from_array), (Ok(()), &whole));
    }
    (whole.clone(), response(&whole))
}

/// Decodes the answers and compares message and finish, shown in short.
pub(super) fn check(chunks: &[&str], expected: &[&str]) {
    let (_, response) = decode(chunks);
    assert_eq!(shown(&response), expected, "{chunks:?}");
    check_cut(chunks);
}

/// Every end before the reason to finish was seen is a truncation. R-4
fn check_cut(chunks: &[&str]) {
    let body = sse(chunks);
    let named = body
        .find("finishReason")
        .or_else(|| body.find("blockReason"));
    let event = named
        .and_then(|at| body[..at].rfind("data:"))
        .expect("a reason");
    let end = body[event..].find("\r\n").map(|length| event + length - 1);
    for at in 0..end.expect("an end") {
        let pieces = [&body.as_bytes()[..at]];
        let (_, result) = events("text/event-stream", Delivery::Streamed, pieces);
        assert_eq!(result, Err(ErrorKind::Truncated), "cut at {at} of {body}");
    }
}

/// The parts and the finish of a response, a line each.
pub(super) fn shown(response: &Response) -> Vec<String> {
    let parts = response.message.parts.iter().map(|part| match part {
        AssistantPart::Text(part) => format!("text {}{}", part.text, sealed(&part.seal)),
        AssistantPart::Thinking(part) => format!("thinking {}{}", part.text, sealed(&part.seal)),
        AssistantPart::Call(call) => {
            let (id, name, arguments) = (&call.id, &call.name, &call.arguments);
            format!("call {id} {name} {arguments}{}", sealed(&call.seal))
        }
        AssistantPart::Item(item) => format!("item {} {}", item.kind, item.json),
        AssistantPart::Media(part) => {
            let Media { mime, source, .. } = &part.media;
            format!("media {mime} {source:?}{}", sealed(&part.seal))
        }
        other => format!("{other:?}"),
    });
    let finish = format!("{:?} {}", response.finish.reason, response.finish.raw);
    parts.chain([finish]).collect()
}

fn sealed(seal: &Option<Box<Seal>>) -> String {
    let signature = seal.as_ref().and_then(|seal| seal.signature.as_ref());
    signature
        .map(|signature| format!(" sealed {signature}"))
        .unwrap_or_default()
}
