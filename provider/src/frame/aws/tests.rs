mod differential;

use super::{Header, HeaderValue, encode};
use crate::frame::testing::{Reading, read, read_in_all_cuts};
use crate::frame::{FrameErrorKind, FrameKind, Framer, Framing};

fn framer() -> Framer {
    Framing::AwsEventStream.framer()
}

fn encoded(headers: &[Header<'_>], payload: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    encode(headers, payload, &mut out).unwrap();
    out
}

fn event(name: &str, payload: &str) -> Vec<u8> {
    let headers = [
        Header::text(":event-type", name),
        Header::text(":content-type", "application/json"),
        Header::text(":message-type", "event"),
    ];
    encoded(&headers, payload.as_bytes())
}

/// Puts right checksums on a message whose lengths or headers were changed.
fn resealed(mut message: Vec<u8>) -> Vec<u8> {
    let end = message.len() - 4;
    let prelude = crc32fast::hash(&message[..8]);
    message[8..12].copy_from_slice(&prelude.to_be_bytes());
    let all = crc32fast::hash(&message[..end]);
    message[end..].copy_from_slice(&all.to_be_bytes());
    message
}

/// A message whose headers are these bytes.
fn with_raw_headers(headers: &[u8]) -> Vec<u8> {
    let total = u32::try_from(headers.len() + 16).unwrap();
    let length = u32::try_from(headers.len()).unwrap();
    let lengths = [total.to_be_bytes(), length.to_be_bytes(), [0; 4]].concat();
    resealed([&lengths, headers, &[0; 4]].concat())
}

#[track_caller]
fn check_error(body: &[u8], frames: usize, error: FrameErrorKind) {
    let reading = read_in_all_cuts(framer, body);
    assert_eq!((reading.frames.len(), reading.error), (frames, Some(error)));
}

//
#[test]
fn messages_are_frames_with_their_names() {
    let body = [
        event("messageStart", "{\"role\":\"assistant\"}"),
        event("messageStop", "{}"),
    ]
    .concat();
    let reading = read_in_all_cuts(framer, &body);
    let names: Vec<_> = reading
        .frames
        .iter()
        .map(|frame| frame.event.as_deref())
        .collect();
    assert_eq!(names, [Some("messageStart"), Some("messageStop")]);
    assert_eq!(reading.text(), ["{\"role\":\"assistant\"}", "{}"]);
    assert_eq!(
        reading.frames[0].content_type.as_deref(),
        Some("application/json")
    );
    assert_eq!(reading.error, None);
}

//
#[test]
fn exceptions_and_errors_are_told_apart() {
    let kind_and_name = |headers: &[(&str, &str)]| {
        let headers: Vec<_> = headers
            .iter()
            .map(|(name, value)| Header::text(name, value))
            .collect();
        let frame = read_in_all_cuts(framer, &encoded(&headers, b""))
            .frames
            .remove(0);
        (frame.kind, frame.event)
    };
    let some = |name: &str| Some(name.to_owned());
    let exception = [
        (":message-type", "exception"),
        (":exception-type", "throttlingException"),
    ];
    assert_eq!(
        kind_and_name(&exception),
        (FrameKind::Exception, some("throttlingException"))
    );
    let error = [
        (":message-type", "error"),
        (":error-code", "Internal"),
        (":error-message", "no"),
    ];
    assert_eq!(kind_and_name(&error), (FrameKind::Error, some("Internal")));
    assert_eq!(
        kind_and_name(&[(":message-type", "news")]),
        (FrameKind::Unknown, None)
    );
    assert_eq!(kind_and_name(&[]), (FrameKind::Event, None));
}

//
#[test]
fn headers_of_all_types_come_back() {
    let headers = [
        Header::new("yes", HeaderValue::Bool(true)),
        Header::new("no", HeaderValue::Bool(false)),
        Header::new("byte", HeaderValue::Byte(-2)),
        Header::new("short", HeaderValue::Int16(i16::MIN)),
        Header::new("int", HeaderValue::Int32(i32::MAX)),
        Header::new("long", HeaderValue::Int64(i64::MIN)),
        Header::new("bytes", HeaderValue::Bytes(&[0, 255])),
        Header::new("text", HeaderValue::String("é")),
        Header::new("empty", HeaderValue::String("")),
        Header::new("time", HeaderValue::Timestamp(-1)),
        Header::new("uuid", HeaderValue::Uuid(*b"0123456789abcdef")),
    ];
    let body = encoded(&headers, b"payload");
    let mut framer = framer();
    let mut frames = framer.feed(&body);
    let frame = frames.next().unwrap().unwrap();
    assert_eq!(frame.headers.iter().collect::<Vec<_>>(), headers);
    assert_eq!(
        frame.header("text").and_then(|value| value.as_str()),
        Some("é")
    );
    assert_eq!(frame.header("yes").and_then(|value| value.as_str()), None);
    assert_eq!(frame.header("absent"), None);
    assert_eq!(frame.data, b"payload");
}

//
#[test]
fn every_flipped_byte_is_a_typed_error() {
    let body = [event("a", "{}"), event("b", "{\"k\":1}")].concat();
    let first = event("a", "{}").len();
    for position in 0..body.len() {
        for flip in [1, 0x80, 0xFF] {
            let mut body = body.clone();
            body[position] ^= flip;
            let offset = if position < first {
                position
            } else {
                position - first
            };
            let expected = if offset < 12 {
                FrameErrorKind::PreludeChecksum
            } else {
                FrameErrorKind::MessageChecksum
            };
            let Reading { frames, error } = read(framer(), [&body[..]]);
            assert_eq!(
                (frames.len(), error),
                (usize::from(position >= first), Some(expected))
            );
            assert_eq!(read(framer(), body.chunks(1)), Reading { frames, error });
        }
    }
}

//
#[test]
fn a_cut_message_is_not_silent() {
    let body = event("a", "{}");
    for received in 1..body.len() {
        check_error(
            &body[..received],
            0,
            FrameErrorKind::Unfinished { received },
        );
    }
    let two = [&body[..], &body[..20]].concat();
    check_error(&two, 1, FrameErrorKind::Unfinished { received: 20 });
    assert_eq!(read(framer(), []).error, None);
}

//
#[test]
fn impossible_lengths_are_errors() {
    let with_lengths = |total: u32, headers: u32| {
        let mut message = event("a", "{}");
        message[..4].copy_from_slice(&total.to_be_bytes());
        message[4..8].copy_from_slice(&headers.to_be_bytes());
        resealed(message)
    };
    for (total, headers) in [(0, 0), (15, 0), (16, 1), (60, 45), (60, u32::MAX)] {
        check_error(&with_lengths(total, headers), 0, FrameErrorKind::Length);
    }
    let cap = 16 * 1024 * 1024;
    check_error(
        &with_lengths(u32::MAX, 0),
        0,
        FrameErrorKind::TooLarge { cap },
    );
    check_error(
        &with_lengths(16 * 1024 * 1024 + 1, 0),
        0,
        FrameErrorKind::TooLarge { cap },
    );
}

//
#[test]
fn the_cap_holds_in_any_cut() {
    let body = event("a", "{}");
    let outcome = |cap| {
        let reading = read_in_all_cuts(|| framer().max_frame(cap), &body);
        (reading.frames.len(), reading.error)
    };
    assert_eq!(outcome(body.len()), (1, None));
    let cap = body.len() - 1;
    assert_eq!(outcome(cap), (0, Some(FrameErrorKind::TooLarge { cap })));
}

//
#[test]
fn malformed_headers_are_errors() {
    let malformed: [&[u8]; 12] = [
        b"\x00\x00",
        b"\x01",
        b"\x01a",
        b"\x05ab",
        b"\x01\xFF\x00",
        b"\x01a\x0A",
        b"\x01a\x02",
        b"\x01a\x07\x00",
        b"\x01a\x07\x00\x03ab",
        b"\x01a\x07\x00\x01\xFF",
        b"\x01a\x09\x00\x00",
        b"\x0d:message-type\x00",
    ];
    for headers in malformed {
        check_error(&with_raw_headers(headers), 0, FrameErrorKind::Header);
    }
    assert_eq!(
        read(framer(), [&with_raw_headers(b"\x01a\x00")[..]]).error,
        None
    );
}

#[test]
fn what_does_not_fit_the_format_is_not_encoded() {
    let long = "x".repeat(65_536);
    let refused = [
        Header::text("", "value"),
        Header::text(&long[..256], "value"),
        Header::text("name", &long),
        Header::new("name", HeaderValue::Bytes(long.as_bytes())),
    ];
    for header in refused {
        let mut out = b"before".to_vec();
        let error = encode(&[Header::text("a", "b"), header], b"{}", &mut out).unwrap_err();
        assert_eq!(error.kind(), FrameErrorKind::Header);
        assert_eq!(out, b"before");
    }
    let longest = [Header::text(&long[..255], &long[..65_535])];
    assert_eq!(
        read(framer(), [&encoded(&longest, b"")[..]]).frames.len(),
        1
    );
}
