use proptest::prelude::*;
use windlass_core::{ErrorKind, Event};

use super::*;

// R-5, R-7
#[test]
fn an_error_ends_the_stream() {
    for line in [
        r#"!throttlingException {"message":"Too many requests"}"#,
        r#"throttlingException {"message":"Too many requests"}"#,
    ] {
        let body = stream(&[&text(0, "\"Os\""), END, line]);
        let (events, error) = testkit::events(&CODEC, STREAM, &body, Delivery::Streamed);
        let error = error.expect("an exception");
        assert!(
            error.is_in_stream() && error.code() == Some("throttlingException"),
            "{error:?}"
        );
        assert!(!events.iter().any(|event| matches!(event, Event::Finish(_))));
    }
    let error = testkit::check_error(
        &CODEC,
        r#"{"message":"no","__type":"ValidationException"}"#,
        Delivery::Whole,
    );
    assert!(
        error.is_in_stream() && error.code() == Some("ValidationException"),
        "{error:?}"
    );
}

// R-7
#[test]
fn an_answer_that_failed_has_no_end() {
    let mut decoder = CODEC.decoder(&Request::default(), Delivery::Streamed);
    let mut events = std::collections::VecDeque::new();
    let end = crate::frame::Frame::new(br#"{"stopReason":"end_turn"}"#).named("messageStop");
    decoder.frame(&end, &mut events).unwrap();
    let broken = crate::frame::Frame::new(b"{").named("metadata");
    decoder.frame(&broken, &mut events).unwrap_err();
    let error = decoder.finish(&mut events).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Truncated);
    assert!(events.is_empty(), "{events:?}");
}

// R-5
#[test]
fn the_text_of_an_unmodelled_error_is_in_a_header() {
    let mut body = Vec::new();
    let headers = [
        Header::text(":message-type", "error"),
        Header::text(":error-code", "InternalError"),
        Header::text(":error-message", "An internal error"),
    ];
    encode(&headers, b"", &mut body).unwrap();
    let error = testkit::decode(&CODEC, STREAM, &body, Delivery::Streamed).unwrap_err();
    assert_eq!(error.code(), Some("InternalError"));
    assert!(
        error
            .body()
            .is_some_and(|body| body.contains("An internal error")),
        "{error:?}"
    );
}

// R-6
#[test]
fn what_is_not_known_is_passed_on_and_what_is_broken_is_an_error() {
    let body = stream(&[
        r#"weatherReport {"sun":true}"#,
        "noise not json",
        r#"contentBlockStart {"contentBlockIndex":0,"start":{"hologram":{}}}"#,
        r#"contentBlockDelta {"contentBlockIndex":0,"delta":{"hologram":[1]}}"#,
        r#"contentBlockDelta {"contentBlockIndex":0,"delta":{"toolUse":{"input":"{}"}}}"#,
        r#"messageStop {"stopReason":"end_turn","additionalModelResponseFields":{"stop_sequence":"x"}}"#,
        r#"metadata {"trace":{"guardrail":{"actionReason":"No."}}}"#,
    ]);
    let (events, error) = testkit::events(&CODEC, STREAM, &body, Delivery::Streamed);
    assert!(error.is_none(), "{error:?}");
    let unknown: Vec<_> = events
        .iter()
        .filter_map(|event| match event {
            Event::Unknown(unknown) => Some((unknown.kind.as_str(), unknown.json.as_str())),
            _ => None,
        })
        .collect();
    assert_eq!(
        unknown,
        [
            ("weatherReport", r#"{"sun":true}"#),
            ("noise", r#""not json""#),
            (
                "contentBlockStart",
                r#"{"contentBlockIndex":0,"start":{"hologram":{}}}"#
            ),
            (
                "contentBlockDelta",
                r#"{"contentBlockIndex":0,"delta":{"hologram":[1]}}"#
            ),
            (
                "contentBlockDelta",
                r#"{"contentBlockIndex":0,"delta":{"toolUse":{"input":"{}"}}}"#
            ),
            ("additionalModelResponseFields", r#"{"stop_sequence":"x"}"#),
            ("trace", r#"{"guardrail":{"actionReason":"No."}}"#),
        ]
    );
    for broken in [
        r#"contentBlockDelta {"contentBlockIndex":0,"delta":{"text":{}}}"#,
        r#"contentBlockDelta {"contentBlockIndex":0,"delta":7}"#,
        "contentBlockStart [1]",
        "contentBlockStop ",
        r#"messageStop {"stopReason":"#,
        r#"metadata {"usage":7}"#,
    ] {
        let body = stream(&[broken, END]);
        let error = testkit::decode(&CODEC, STREAM, &body, Delivery::Streamed).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Protocol, "{broken}");
    }
}

// R-4
#[test]
fn a_whole_answer_that_was_cut_is_not_an_answer() {
    for body in [
        "",
        r#"{"output":{"message":{"content":[{"text":"Os"#,
        r#"{"output":{"message":{"content":[{"text":"Oslo"}]}}}"#,
    ] {
        let cut = testkit::decode(&CODEC, testkit::JSON, body.as_bytes(), Delivery::Whole);
        assert_eq!(cut.unwrap_err().kind(), ErrorKind::Truncated, "{body}");
    }
}

/// What a host may send, in whatever order.
const VOCABULARY: &[&str] = &[
    START,
    END,
    METADATA,
    r#"contentBlockStart {"contentBlockIndex":0,"start":{}}"#,
    r#"contentBlockStart {"contentBlockIndex":0,"start":{"toolUse":{"toolUseId":"t1","name":"f"}}}"#,
    r#"contentBlockStart {"contentBlockIndex":1,"start":{"toolUse":{"toolUseId":"t1","name":"f"}}}"#,
    r#"contentBlockStart {"contentBlockIndex":1,"start":{"toolUse":{"type":"server_tool_use"}}}"#,
    r#"contentBlockStart {"contentBlockIndex":2,"start":{"toolResult":7}}"#,
    r#"contentBlockDelta {"contentBlockIndex":0,"delta":{"text":"a\ud83d"}}"#,
    r#"contentBlockDelta {"contentBlockIndex":1,"delta":{"text":""}}"#,
    r#"contentBlockDelta {"contentBlockIndex":18446744073709551615,"delta":{"text":"b"}}"#,
    r#"contentBlockDelta {"contentBlockIndex":0,"delta":{"reasoningContent":{"text":"t\ud83d"}}}"#,
    r#"contentBlockDelta {"contentBlockIndex":0,"delta":{"reasoningContent":{"signature":"s"}}}"#,
    r#"contentBlockDelta {"contentBlockIndex":1,"delta":{"reasoningContent":{"redactedContent":"?"}}}"#,
    r#"contentBlockDelta {"contentBlockIndex":0,"delta":{"citation":{}}}"#,
    r#"contentBlockDelta {"contentBlockIndex":0,"delta":{"toolUse":{"input":"{\ud83d"}}}"#,
    r#"contentBlockDelta {"contentBlockIndex":1,"delta":{"toolUse":{"input":{}}}}"#,
    r#"contentBlockDelta {"contentBlockIndex":2,"delta":{"toolResult":[{},1]}}"#,
    r#"contentBlockDelta {"contentBlockIndex":2,"delta":{"image":{"source":{"bytes":"x"}}}}"#,
    r#"contentBlockStop {"contentBlockIndex":0}"#,
    r#"contentBlockStop {"contentBlockIndex":1}"#,
    "contentBlockStop {}",
];

proptest! {
    // R-6, R-8
    #[test]
    fn events_are_in_a_legal_order_whatever_the_host_sends(
        lines in proptest::collection::vec(proptest::sample::select(VOCABULARY), 0..24),
    ) {
        let body = stream(&lines);
        let mut answer = windlass_core::Accumulator::new();
        let (events, error) = testkit::events(&CODEC, STREAM, &body, Delivery::Streamed);
        for event in &events {
            prop_assert!(answer.push(event).is_ok(), "{:?} in {:#?}", event, events);
        }
        prop_assert_eq!(error.is_none(), answer.is_finished());
    }
}

// R-4
#[test]
fn what_follows_the_end_unfinished_does_no_harm() {
    let body = stream(&[START, END, METADATA]);
    testkit::check_complete(&CODEC, STREAM, &body, b"\0\0");
}
