//! How answers end, well or not, and what else a stream may hold.

use super::*;

// R-4, R-87
#[test]
fn hosts_differ_in_what_ends_a_stream() {
    let text = r#"{"choices":[{"index":0,"delta":{"content":"x"}}]}"#;
    let stop = r#"{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"#;
    let check = |chunks: &[&str], ends: [bool; 3]| {
        let body = stream(chunks);
        let codecs = [StreamEnd::Done, StreamEnd::Reason, StreamEnd::DoneAlone];
        for (end, whole) in codecs.into_iter().zip(ends) {
            let outcome = decode(
                &CODEC.with_end(end),
                SSE,
                body.as_bytes(),
                Delivery::Streamed,
            );
            match outcome {
                Ok(response) => assert!(whole, "{end:?}: {chunks:?} gave {}", shown(&response)),
                Err(error) => {
                    assert!(!whole, "{end:?}: {chunks:?} gave {error}");
                    assert_eq!(error.kind(), ErrorKind::Truncated);
                    assert!(error.is_in_stream());
                }
            }
        }
    };
    check(&[text, stop, "[DONE]"], [true, true, true]);
    check(&[text, stop], [false, true, false]);
    check(&[text, "[DONE]"], [false, false, true]);
    check(&[text], [false, false, false]);
    check(&[], [false, false, false]);
    let reason = CODEC.with_end(StreamEnd::Reason);
    check_truncated(&reason, &stream(&[text, text, stop]), "finish_reason");
}

// R-4
#[test]
fn a_body_cut_anywhere_is_truncated() {
    let streamed = deltas(&[r#"{"content":"é\n"}"#, r#"{"reasoning":"x"}"#], "stop");
    let end = streamed.find("[DONE]").unwrap() + "[DONE]".len();
    let whole = whole(r#"{"content":"x"}"#, "stop");
    let cut = |content_type: &str, body: &str, at: usize, delivery| {
        let error =
            decode(&CODEC, content_type, &body.as_bytes()[..at], delivery).expect_err("it was cut");
        assert_eq!(
            error.kind(),
            ErrorKind::Truncated,
            "{content_type} at {at}: {error}"
        );
    };
    (0..end).for_each(|at| cut(SSE, &streamed, at, Delivery::Streamed));
    (0..whole.len()).for_each(|at| cut(JSON, &whole, at, Delivery::Whole));
}

// R-5, R-7
#[test]
fn errors_end_the_answer_and_keep_what_came() {
    let text = r#"{"choices":[{"index":0,"delta":{"content":"x"}}]}"#;
    let broken = [
        r#"{"error":{"message":"no"},"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"#,
        r#"{"error":{"message":"no"}}"#,
        r#"{"choices":[{"index":0,"delta":{},"finish_reason":null,"error":{"code":502,"message":"no"}}]}"#,
        r#"{"choices":[{"index":0,"delta":{},"finish_reason":"error"}]}"#,
        r#"{"object":"error","message":"no"}"#,
        r#"{"type":"error","message":"no"}"#,
        r#"{"detail":"no"}"#,
        r#"{"choices":null,"base_resp":{"status_code":1004,"status_msg":"no"}}"#,
    ];
    for chunk in broken {
        let body = stream(&[text, chunk, text, "[DONE]"]);
        let error = check_error(&CODEC, &body, Delivery::Streamed);
        assert!(error.is_in_stream(), "{chunk}");
        assert_eq!(
            error.partial().map(Assistant::text).as_deref(),
            Some("x"),
            "{chunk}"
        );
        let error = check_error(&CODEC, chunk, Delivery::Whole);
        assert!(error.is_in_stream(), "{chunk}");
    }
    let named = format!(
        "{}event: error\ndata: {{\"message\":\"no\"}}\n\n",
        stream(&[text])
    );
    check_error(&CODEC, &named, Delivery::Streamed);
    let fine = r#"{"error":null,"choices":[],"base_resp":{"status_code":0}}"#;
    let body = stream(&[text, fine]) + &deltas(&[], "stop");
    check_stream(&CODEC, &body, |response| {
        assert_eq!(shown(response), "text<x> Stop/stop");
    });
}

// R-6
#[test]
fn what_does_not_decode_is_an_error_with_the_frame() {
    for chunk in [
        r#"{"choices":7}"#,
        "nonsense",
        r#"{"choices":[{"delta":{"content":{}}}]}"#,
    ] {
        let error = check_error(&CODEC, &stream(&[chunk]), Delivery::Streamed);
        assert_eq!(error.kind(), ErrorKind::Protocol, "{chunk}");
        assert_eq!(error.body(), Some(chunk));
    }
}

// R-6
#[test]
fn what_is_not_known_is_passed_on() {
    let unknown = |chunk: &str| {
        let body = stream(&[chunk]) + &deltas(&[r#"{"content":"x"}"#], "stop");
        let (events, error) = events(&CODEC, SSE, body.as_bytes(), Delivery::Streamed);
        assert!(error.is_none(), "{chunk}: {error:?}");
        let unknown = events.into_iter().find_map(|event| match event {
            Event::Unknown(unknown) => Some((unknown.kind.to_string(), unknown.json.to_string())),
            _ => None,
        });
        unknown.unwrap_or_else(|| panic!("nothing of {chunk}"))
    };
    let progress = r#"{"object":"progress","percent":7}"#;
    assert_eq!(unknown(progress), ("chunk".into(), progress.into()));
    let second = r#"{"choices":[{"index":1,"delta":{"content":"other"}}]}"#;
    let expected = r#"{"index":1,"delta":{"content":"other"}}"#;
    assert_eq!(unknown(second), ("choice".into(), expected.into()));
    let tools = r#"{"choices":[{"index":0,"delta":{"executed_tools":[{"index":0}]}}]}"#;
    assert_eq!(
        unknown(tools),
        ("executed_tools".into(), r#"[{"index":0}]"#.into())
    );
    let file = r#"{"choices":[{"index":0,"delta":{"annotations":[{"type":"file"}]}}]}"#;
    assert_eq!(unknown(file), ("file".into(), r#"{"type":"file"}"#.into()));
}

// R-4
#[test]
fn what_follows_the_end_unfinished_does_no_harm() {
    let body = deltas(&[r#"{"content":"x"}"#], "stop");
    check_complete(&CODEC, SSE, body.as_bytes(), b"da");
}

#[test]
fn a_start_that_comes_too_late_is_not_told() {
    let body = stream(&["{}"]) + &deltas(&[r#"{"content":"x"}"#], "stop");
    check_stream(&CODEC, &body, |response| {
        assert_eq!(shown(response), "text<x> Stop/stop");
        assert_eq!(response.model, None);
    });
}
