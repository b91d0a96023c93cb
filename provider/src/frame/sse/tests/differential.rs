//! The same bodies read by other means.

use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use futures_core::Stream;
use proptest::prelude::*;
use sse_stream::SseByteStream;

use super::whatwg;
use crate::frame::testing::{Reading, cut, read};

/// Name, id and data of an event.
type Plain = (Option<String>, Option<String>, String);

fn plain(reading: Reading) -> Vec<Plain> {
    let text = |data| String::from_utf8(data).unwrap();
    reading
        .frames
        .into_iter()
        .map(|frame| (frame.event, frame.id, text(frame.data)))
        .collect()
}

/// Reads a whole body the way the standard tells it: decode, cut into lines, fold.
fn by_the_book(body: &str) -> Vec<Plain> {
    let body = body
        .strip_prefix('\u{feff}')
        .unwrap_or(body)
        .replace("\r\n", "\n")
        .replace('\r', "\n");
    let finished = &body[..body.rfind('\n').map_or(0, |end| end + 1)];
    let mut events = Vec::new();
    let (mut name, mut id, mut data) = (String::new(), None, String::new());
    for line in finished.split_terminator('\n') {
        if line.is_empty() {
            let (name, id, data) = (
                std::mem::take(&mut name),
                id.take(),
                std::mem::take(&mut data),
            );
            if let Some(data) = data.strip_suffix('\n') {
                events.push(((!name.is_empty()).then_some(name), id, data.to_owned()));
            }
            continue;
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => name = value.to_owned(),
            "data" => data = data + value + "\n",
            "id" if !value.contains('\0') => id = Some(value.to_owned()),
            _ => {}
        }
    }
    events
}

struct Chunks(std::vec::IntoIter<Bytes>);

impl Stream for Chunks {
    type Item = Result<Bytes, std::convert::Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(self.0.next().map(Ok))
    }
}

/// Reads chunks with the crate `sse-stream`. Two differences are on purpose there: it also gives
/// events without data, and an empty name is a name.
fn by_sse_stream(chunks: &[&[u8]]) -> Vec<Plain> {
    let chunks: Vec<_> = chunks
        .iter()
        .map(|chunk| Bytes::copy_from_slice(chunk))
        .collect();
    let mut stream = std::pin::pin!(SseByteStream::new(Chunks(chunks.into_iter())));
    let mut context = Context::from_waker(Waker::noop());
    let mut events = Vec::new();
    while let Poll::Ready(Some(next)) = stream.as_mut().poll_next(&mut context) {
        let event = next.unwrap();
        if let Some(data) = event.data {
            events.push((event.event.filter(|name| !name.is_empty()), event.id, data));
        }
    }
    events
}

const PIECES: &[&str] = &[
    "\n",
    "\n",
    "\n\n",
    "\r",
    "\r\n",
    "\r\n\r\n",
    "data: a\n",
    "data:b\r\n",
    "data\r",
    "data: ",
    "data",
    "event: e\n",
    "event:",
    "event",
    "id: 1\n",
    "id",
    "id: \0\n",
    "retry: 5\n",
    ":",
    ": ping\n\n",
    " ",
    "x",
    "é",
    "🦀",
    "\u{feff}",
    "{\"k\": \"v\"}",
    "[DONE]",
    "field: x\n",
];

/// Bodies in which what matters to the format is frequent.
fn body() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(PIECES), 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    // R-1, R-2
    #[test]
    fn any_body_reads_as_the_standard_says(
        body in body(),
        cuts in prop::collection::vec(any::<usize>(), 0..12),
    ) {
        let chunks = cut(body.as_bytes(), cuts);
        prop_assert_eq!(plain(read(whatwg(), chunks)), by_the_book(&body));
    }

    // R-1, R-2
    #[test]
    fn any_body_reads_as_another_implementation_says(
        body in body(),
        cuts in prop::collection::vec(any::<usize>(), 0..12),
    ) {
        let chunks = cut(body.as_bytes(), cuts);
        prop_assert_eq!(plain(read(whatwg(), chunks.iter().copied())), by_sse_stream(&chunks));
    }

    // R-1
    #[test]
    fn any_bytes_read_the_same_in_any_cut(
        body in prop::collection::vec(any::<u8>(), 0..200),
        cuts in prop::collection::vec(any::<usize>(), 0..12),
    ) {
        let chunks = cut(&body, cuts);
        prop_assert_eq!(read(whatwg(), chunks), read(whatwg(), [&body[..]]));
    }
}
