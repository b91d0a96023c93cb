use std::collections::VecDeque;

use windlass_core::{ErrorKind, Request};

use super::{CODEC, START, named, sse, whole};
use crate::codec::{Codec, Delivery};
use crate::frame::{Frame, FrameKind};
use crate::wire::anthropic::Anthropic;
use crate::wire::testkit::{JSON, SSE, check_error, decode};

const OVERLOADED: &str = r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"},"request_id":"req_1"}"#;

// R-5, R-7
#[test]
fn an_error_ends_the_stream() {
    let text =
        r#"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hi"}}"#;
    let body = [START, text, OVERLOADED].map(named).concat();
    for body in [body.clone(), body.replace("event: error\n", "")] {
        let error = check_error(&CODEC, &body, Delivery::Streamed);
        assert!(error.is_in_stream());
        let partial = error.partial().expect("what had arrived");
        assert_eq!(partial.text(), "Hi");
    }
}

// R-5
#[test]
fn an_error_in_a_good_body_is_an_error() {
    for body in [OVERLOADED, r#"{"error":{"message":"no upstream"}}"#] {
        assert!(
            check_error(&CODEC, body, Delivery::Whole).is_in_stream(),
            "{body}"
        );
    }
}

// R-5
#[test]
fn an_exception_of_aws_is_an_error() {
    let mut decoder = CODEC.decoder(&Request::default(), Delivery::Streamed);
    let frame = Frame::new(br#"{"message":"slow down"}"#)
        .named("throttlingException")
        .of_kind(FrameKind::Exception);
    let error = decoder.frame(&frame, &mut VecDeque::new()).unwrap_err();
    assert!(error.is_in_stream());
}

// R-6
#[test]
fn a_known_event_that_does_not_decode_is_an_error() {
    for event in [
        r#"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":7}}"#,
        r#"{"type":"content_block_start","index":0,"content_block":{"type":"tool_use","name":[]}}"#,
        r#"{"type":"message_delta","delta":"end"}"#,
    ] {
        let error = check_error(&CODEC, &sse(&[event], "end_turn"), Delivery::Streamed);
        assert_eq!(error.kind(), ErrorKind::Protocol, "{event}");
        assert!(error.body().is_some(), "{event}");
    }
    let broken = "event: message_start\ndata: {\"type\":\n\n";
    assert_eq!(
        check_error(&CODEC, broken, Delivery::Streamed).kind(),
        ErrorKind::Protocol
    );
}

// R-4
#[test]
fn a_whole_body_that_is_cut_is_truncated() {
    let body = whole(r#"[{"type":"text","text":"Hi"}]"#, "end_turn");
    for end in 0..body.len() {
        let error = decode(&CODEC, JSON, &body.as_bytes()[..end], Delivery::Whole).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Truncated, "cut at {end}");
    }
}

#[test]
fn bytes_that_are_no_utf_8_do_not_end_a_stream() {
    let text =
        r#"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"H?"}}"#;
    let mut body = sse(&[text], "end_turn").into_bytes();
    let at = body.windows(2).position(|pair| pair == b"H?").unwrap();
    body[at + 1] = 0xff;
    let response = decode(&CODEC, SSE, &body, Delivery::Streamed).unwrap();
    assert_eq!(response.message.text(), "H\u{fffd}");
}

#[test]
fn a_count_is_read_or_its_error_reported() {
    assert_eq!(
        Anthropic::decode_count(br#"{"input_tokens":588}"#).unwrap(),
        588
    );
    for (body, kind) in [("{}", ErrorKind::Protocol), ("<html>", ErrorKind::Protocol)] {
        assert_eq!(
            Anthropic::decode_count(body.as_bytes()).unwrap_err().kind(),
            kind,
            "{body}"
        );
    }
    assert!(
        Anthropic::decode_count(OVERLOADED.as_bytes())
            .unwrap_err()
            .is_in_stream()
    );
}
