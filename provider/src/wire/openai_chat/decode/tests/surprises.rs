//! What single hosts send.

use super::*;

#[test]
fn a_first_chunk_without_choices_and_names_is_passed_over() {
    let filter = r#"{"choices":[],"created":0,"id":"","model":"","prompt_filter_results":[{"prompt_index":0}]}"#;
    let body = stream(&[filter]) + &deltas(&[r#"{"content":"x"}"#], "stop");
    check_stream(&CODEC, &body, |response| {
        assert_eq!(shown(response), "text<x> Stop/stop");
        assert_eq!(response.message.id.as_deref(), Some("c1"));
        assert_eq!(response.model.as_deref(), Some("m"));
    });
}

#[test]
fn comments_that_a_relay_made_data_of_are_skipped() {
    let body = stream(&[": keep-alive", ""]) + &deltas(&[r#"{"content":"x"}"#], "stop");
    check_stream(&CODEC, &body, |response| {
        assert_eq!(shown(response), "text<x> Stop/stop");
    });
}

#[test]
fn nulls_and_missing_members_say_nothing() {
    check(
        &[
            r#"{"role":null,"content":null,"tool_calls":null,"reasoning_content":null,"function_call":null,"audio":null}"#,
            r#"{"content":"x","tool_calls":[],"reasoning_details":[]}"#,
            r#"{"content":"","refusal":"","reasoning":""}"#,
        ],
        "stop",
        "text<x> Stop/stop",
    );
}

#[test]
fn thinking_under_two_names_is_taken_once() {
    check(
        &[
            r#"{"reasoning":"a","reasoning_content":"a"}"#,
            r#"{"reasoning":"b","reasoning_content":"b"}"#,
        ],
        "stop",
        "thinking<ab> Stop/stop",
    );
    let with_details = |text: &str| {
        format!(
            r#"{{"reasoning":"{text}","reasoning_details":[{{"type":"reasoning.text","text":"{text}","index":0}}]}}"#
        )
    };
    let same = with_details("ha");
    check(&[&same, &same, &same], "stop", "thinking<hahaha> Stop/stop");
}

// R-8
#[test]
fn thinking_in_the_content_keeps_its_place() {
    let think = |text: &str| {
        format!(r#"{{"type":"thinking","thinking":[{{"type":"text","text":"{text}"}}]}}"#)
    };
    let (first, second) = (think("a"), think("b"));
    check_both(
        &[
            &format!(r#"{{"content":[{first}]}}"#),
            &format!(r#"{{"content":[{second}]}}"#),
            r#"{"content":"c"}"#,
            r#"{"content":[{"type":"text","text":"d"}]}"#,
            &format!(r#"{{"content":[{first}]}}"#),
            r#"{"content":"e"}"#,
        ],
        &format!(
            r#"{{"content":[{first},{second},{{"type":"text","text":"c"}},{{"type":"text","text":"d"}},{first},{{"type":"text","text":"e"}}]}}"#
        ),
        "stop",
        "thinking<ab> text<cd> thinking<a> text<e> Stop/stop",
    );
}

// R-8, R-9
#[test]
fn details_of_thinking_are_joined_and_otherwise_kept_letter_for_letter() {
    let details = |list: &str| format!(r#"{{"reasoning_details":[{list}]}}"#);
    let pieces = [
        details(r#"{"type":"reasoning.text","text":"a\u00e9","format":"v1","index":0}"#),
        details(r#"{"type":"reasoning.text","text":"b","format":"v1","index":0}"#),
        details(r#"{"type":"reasoning.text","signature":"S+/=","format":null,"index":0}"#),
        details(r#"{ "type":"reasoning.encrypted", "data":"AA==", "id":"x", "index":0}"#),
        details(r#"{ "type":"reasoning.encrypted", "data":"BB==", "id":"y", "index":0}"#),
        details(r#"{"type":"reasoning.summary","summary":"s","index":1}"#),
        details(r#"{"type":"reasoning.summary","summary":"t","index":1}"#),
    ];
    let pieces: Vec<_> = pieces.iter().map(String::as_str).collect();
    check_stream(&CODEC, &deltas(&pieces, "stop"), |response| {
        assert_eq!(shown(response), "thinking<aébst> Stop/stop");
        let [AssistantPart::Thinking(thinking)] = &response.message.parts[..] else {
            panic!("one thinking");
        };
        let extra = thinking.seal.as_ref().and_then(|seal| seal.extra.as_ref());
        let expected = concat!(
            r#"[{"type":"reasoning.text","text":"a\u00e9b","format":"v1","index":0,"signature":"S+/="},"#,
            r#"{ "type":"reasoning.encrypted", "data":"AA==", "id":"x", "index":0},"#,
            r#"{ "type":"reasoning.encrypted", "data":"BB==", "id":"y", "index":0},"#,
            r#"{"type":"reasoning.summary","summary":"st","index":1}]"#,
        );
        assert_eq!(extra.map(JsonText::as_str), Some(expected));
    });
}

#[test]
fn what_only_the_host_can_read_is_sealed() {
    check_stream(
        &CODEC,
        &deltas(&[r#"{"reasoning_opaque":"EqQB"}"#], "stop"),
        |response| {
            let [AssistantPart::Thinking(thinking)] = &response.message.parts[..] else {
                panic!("one thinking");
            };
            assert_eq!(thinking.encrypted(), Some("EqQB"));
        },
    );
    let call = r#"{"tool_calls":[{"id":"a","function":{"name":"f","arguments":"{}"},"extra_content":{"google": {"thought_signature":"x"}}}]}"#;
    check_stream(&CODEC, &deltas(&[call], "stop"), |response| {
        let call = response.message.calls().next().expect("a call");
        let extra = call.seal.as_ref().and_then(|seal| seal.extra.as_ref());
        let expected = r#"{"google": {"thought_signature":"x"}}"#;
        assert_eq!(extra.map(JsonText::as_str), Some(expected));
    });
}

#[test]
fn a_chunk_with_all_so_far_beside_what_is_new_counts_once() {
    let chunk = |delta: &str, message: &str, reason: &str| {
        format!(
            r#"{{"id":"p","model":"sonar","citations":["https://a.example"],"choices":[{{"index":0,"finish_reason":{reason},"message":{{"role":"assistant","content":"{message}"}},"delta":{{"role":"assistant","content":"{delta}"}}}}]}}"#
        )
    };
    let codec = CODEC.with_end(StreamEnd::Reason);
    let body = stream(&[
        &chunk("a", "a", "null"),
        &chunk("b", "ab", "null"),
        &chunk("", "ab", "\"stop\""),
    ]);
    check_stream(&codec, &body, |response| {
        assert_eq!(shown(response), "text<ab> Stop/stop");
        let [AssistantPart::Text(text)] = &response.message.parts[..] else {
            panic!("one text");
        };
        assert_eq!(text.citations.len(), 1);
        assert_eq!(text.citations[0].url.as_deref(), Some("https://a.example"));
    });
    check_whole(&codec, &chunk("", "ab", "\"stop\""), |response| {
        assert_eq!(shown(response), "text<ab> Stop/stop");
    });
}

#[test]
fn a_whole_answer_needs_neither_reason_nor_message() {
    let blank = whole(
        r#"{"content":"x","audio":{"data":"","id":"","transcript":""},"function_call":{"name":"","arguments":""}}"#,
        "",
    );
    check_whole(&CODEC, &blank, |response| {
        assert_eq!(shown(response), "text<x> Stop/");
    });
    let filtered = r#"{"choices":[{"index":0,"finish_reason":"content_filter"}]}"#;
    check_whole(&CODEC, filtered, |response| {
        assert_eq!(shown(response), "Filtered/content_filter");
    });
}

#[test]
fn a_plain_body_in_place_of_a_stream_is_read_as_one() {
    let body = whole(r#"{"content":"x"}"#, "stop");
    let answer = decode(&CODEC, JSON, body.as_bytes(), Delivery::Streamed).expect("an answer");
    assert_eq!(shown(&answer), "text<x> Stop/stop");
    let streamed = deltas(&[r#"{"content":"x"}"#], "stop");
    let answer = decode(&CODEC, SSE, streamed.as_bytes(), Delivery::Whole).expect("an answer");
    assert_eq!(shown(&answer), "text<x> Stop/stop");
}

#[test]
fn what_follows_the_end_is_not_read() {
    let body = deltas(&[r#"{"content":"x"}"#], "stop") + &stream(&[r#"{"choices":[],"cost":"0"}"#]);
    check_stream(&CODEC, &body, |response| {
        assert_eq!(shown(response), "text<x> Stop/stop");
    });
}
