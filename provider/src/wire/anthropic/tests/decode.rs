use std::collections::VecDeque;

use windlass_core::{Event, FinishReason, Request, Usage};

use super::{CODEC, START, block, blocks, named, shown, sse, whole};
use crate::codec::{Codec, Delivery};
use crate::frame::Frame;
use crate::wire::anthropic::{Anthropic, Endpoint};
use crate::wire::testkit::{
    SSE, check_complete, check_stream, check_truncated, check_whole, decode, events,
};

const TEXT: &str = r#"{"type":"text","text":""}"#;
const THINKING: &str = r#"{"type":"thinking","thinking":"","signature":""}"#;

/// Checks the parts of a stream in every cut, with and without the lines that name its events, and cut short.
fn check(body: &str, expected: &[&str]) {
    check_stream(&CODEC, body, |response| {
        assert_eq!(shown(response), expected);
    });
    check_truncated(&CODEC, body, "message_stop");
    let unnamed: String = body
        .lines()
        .filter(|line| !line.starts_with("event:"))
        .map(|line| format!("{line}\n"))
        .collect();
    let response = decode(&CODEC, SSE, unnamed.as_bytes(), Delivery::Streamed).unwrap();
    assert_eq!(shown(&response), expected);
}

// R-1, R-4, R-15
#[test]
fn text_comes_in_deltas_with_pings_and_padding_between() {
    let mut events = block(
        0,
        TEXT,
        &[
            r#"{"type":"text_delta","text":"4 °C \"in\" "}"#,
            r#"{"type":"text_delta","text":"Oslo"}            "#,
            r#"{ "text" : ".", "type" : "text_delta" }"#,
        ],
    );
    events.insert(2, r#"{"type":"ping"}"#.to_owned());
    let events: Vec<&str> = events.iter().map(String::as_str).collect();
    check(&sse(&events, "end_turn"), &["text 4 °C \"in\" Oslo."]);
}

// R-1
#[test]
fn deltas_that_begin_alike_are_not_taken_for_each_other() {
    let first =
        r#"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"a"}}"#;
    let more = r#"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"b","text":"c"}}"#;
    let beside = r#"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"d"},"x":{"text":"e"}}"#;
    let spaced = r#"{"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "f"}  }  "#;
    let sorted = r#"{"delta":{"text":"\"text\":","type":"text_delta"},"index":0,"type":"content_block_delta"}"#;
    for (events, text) in [
        (
            [first, more, beside, spaced, sorted, first],
            "acdf\"text\":a",
        ),
        (
            [beside, beside, first, spaced, more, sorted],
            "ddafc\"text\":",
        ),
        (
            [spaced, spaced, sorted, first, more, beside],
            "ff\"text\":acd",
        ),
        (
            [sorted, sorted, beside, first, spaced, more],
            "\"text\":\"text\":dafc",
        ),
    ] {
        let mut body = sse(&[], "end_turn");
        let end = body.find("event: message_delta").expect("the end follows");
        for event in events.iter().rev() {
            body.insert_str(
                end,
                &format!("event: content_block_delta\ndata: {event}\n\n"),
            );
        }
        check(&body, &[&format!("text {text}")]);
    }
}

// R-14
#[test]
fn late_counts_replace_early_ones() {
    let body = blocks(
        &[(TEXT, &[r#"{"type":"text_delta","text":"Hi"}"#])],
        "end_turn",
    );
    let counts = Usage::UNKNOWN
        .with_input(9)
        .with_cache_write(2)
        .with_cache_read(3);
    check_stream(&CODEC, &body, |response| {
        assert_eq!(response.usage, counts.with_output(20));
    });
    let body = body.replace(
        r#"{"output_tokens":20}"#,
        concat!(
            r#"{"input_tokens":30,"cache_creation_input_tokens":null,"output_tokens":20.0,"#,
            r#""output_tokens_details":{"thinking_tokens":5},"#,
            r#""iterations":[{"type":"compaction","input_tokens":900,"output_tokens":70}]}"#,
        ),
    );
    check_stream(&CODEC, &body, |response| {
        let counts = counts.with_input(30).with_output(20).with_reasoning(5);
        assert_eq!(response.usage, counts);
    });
    let body = whole("[]", "end_turn").replace(
        r#""cache_creation_input_tokens":2"#,
        r#""cache_creation":{"ephemeral_5m_input_tokens":4,"ephemeral_1h_input_tokens":3}"#,
    );
    check_whole(&CODEC, &body, |response| {
        assert_eq!(response.usage.cache_write(), Some(7));
    });
}

// R-8
#[test]
fn thinking_keeps_its_signature_and_its_place() {
    check(
        &blocks(
            &[
                (
                    THINKING,
                    &[
                        r#"{"type":"thinking_delta","thinking":"North "}"#,
                        r#"{"type":"thinking_delta","thinking":"is cold."}"#,
                        r#"{"type":"signature_delta","signature":"c2ln+/="}"#,
                    ],
                ),
                (r#"{"type":"redacted_thinking","data":"ZGF0YQ=="}"#, &[]),
                (
                    THINKING,
                    &[r#"{"type":"signature_delta","signature":"aGlk"}"#],
                ),
                (THINKING, &[]),
                (TEXT, &[]),
                (TEXT, &[r#"{"type":"text_delta","text":"Oslo."}"#]),
            ],
            "end_turn",
        ),
        &[
            "thinking North is cold. (c2ln+/=)",
            "redacted ZGF0YQ==",
            "thinking  (aGlk)",
            "text Oslo.",
        ],
    );
}

// R-10, R-11, R-12
#[test]
fn calls_are_told_apart_by_their_blocks() {
    let start = |index, call| {
        format!(r#"{{"type":"content_block_start","index":{index},"content_block":{call}}}"#)
    };
    let piece = |index, json: &str| {
        let json = serde_json::to_string(json).unwrap();
        format!(
            r#"{{"type":"content_block_delta","index":{index},"delta":{{"type":"input_json_delta","partial_json":{json}}}}}"#
        )
    };
    let events = [
        start(
            0,
            r#"{"type":"tool_use","id":"toolu_a","name":"weather","input":{}}"#,
        ),
        start(1, r#"{"type":"tool_use","name":"clock","input":{}}"#),
        piece(0, ""),
        piece(1, r#"{"zone""#),
        piece(0, r#"{"city":"#),
        piece(1, r#":"CET"}"#),
        piece(0, r#""Oslo"}"#),
        start(
            2,
            r#"{"type":"tool_use","id":"toolu_c","name":"now","input":{},"caller":{"type":"direct"}}"#,
        ),
        piece(2, ""),
        start(
            0,
            r#"{"type":"tool_use","id":"toolu_d","name":"now","input":{"at": 1}}"#,
        ),
    ];
    let events: Vec<&str> = events.iter().map(String::as_str).collect();
    check(
        &sse(&events, "tool_use"),
        &[
            r#"call toolu_a weather {"city":"Oslo"}"#,
            r#"call call_w0 clock {"zone":"CET"}"#,
            "call toolu_c now {}",
            r#"call toolu_d now {"at": 1}"#,
        ],
    );
}

// R-8
#[test]
fn what_the_provider_runs_itself_is_kept_whole() {
    check(
        &blocks(
            &[
                (
                    r#"{"type":"server_tool_use","id":"srv_1","name":"web_search","input":{},"x":1.0}"#,
                    &[
                        r#"{"type":"input_json_delta","partial_json":"{\"query\": "}"#,
                        r#"{"type":"input_json_delta","partial_json":"\"Oslo\"}"}"#,
                    ],
                ),
                (
                    r#"{"type":"web_search_tool_result", "content":[{"encrypted_content":"RQ=="}]}"#,
                    &[],
                ),
                (
                    r#"{"type":"compaction","content":null}"#,
                    &[
                        r#"{"type":"compaction_delta","content":"They \ud83d"}"#,
                        r#"{"type":"compaction_delta","content":"\ude00 spoke."}"#,
                    ],
                ),
                (
                    r#"{"type":"mcp_tool_use","id":"m_1","input":{}}"#,
                    &[r#"{"type":"input_json_delta","partial_json":"{\"cut"}"#],
                ),
            ],
            "pause_turn",
        ),
        &[
            r#"server_tool_use {"type":"server_tool_use","id":"srv_1","name":"web_search","input":{"query": "Oslo"},"x":1.0}"#,
            r#"web_search_tool_result {"type":"web_search_tool_result", "content":[{"encrypted_content":"RQ=="}]}"#,
            r#"compaction {"type":"compaction","content":"They \ud83d\ude00 spoke."}"#,
            r#"mcp_tool_use {"type":"mcp_tool_use","id":"m_1","input":{"INVALID_JSON":"{\"cut"}}"#,
        ],
    );
}

#[test]
fn citations_belong_to_their_text() {
    let cited = concat!(
        r#"{"type":"citations_delta","citation":{"type":"page_location","cited_text":"4 °C","#,
        r#""document_title":"Report","start_page_number":1}}"#,
    );
    let body = blocks(
        &[(
            TEXT,
            &[cited, r#"{"type":"text_delta","text":"It is 4 °C."}"#],
        )],
        "end_turn",
    );
    check(&body, &["text It is 4 °C. [Report: 4 °C]"]);
}

// R-19
#[test]
fn a_whole_answer_gives_the_same_message() {
    let content = concat!(
        r#"[{"type":"thinking","thinking":"North.","signature":"c2ln"},"#,
        r#"{"type":"text","text":"Look.","citations":[{"cited_text":"4","title":"T"}]},"#,
        r#"{"type":"tool_use","id":"toolu_a","name":"now","input":{}},"#,
        r#"{"type":"new_kind", "a": [1.0]}]"#,
    );
    let streamed = blocks(
        &[
            (
                THINKING,
                &[
                    r#"{"type":"thinking_delta","thinking":"North."}"#,
                    r#"{"type":"signature_delta","signature":"c2ln"}"#,
                ],
            ),
            (
                TEXT,
                &[
                    r#"{"type":"text_delta","text":"Look."}"#,
                    r#"{"type":"citations_delta","citation":{"cited_text":"4","title":"T"}}"#,
                ],
            ),
            (
                r#"{"type":"tool_use","id":"toolu_a","name":"now","input":{}}"#,
                &[r#"{"type":"input_json_delta","partial_json":""}"#],
            ),
            (r#"{"type":"new_kind", "a": [1.0]}"#, &[]),
        ],
        "tool_use",
    );
    let streamed = decode(&CODEC, SSE, streamed.as_bytes(), Delivery::Streamed).unwrap();
    check_whole(&CODEC, &whole(content, "tool_use"), |response| {
        assert_eq!(response, &streamed);
    });
}

// R-13
#[test]
fn every_reason_to_stop_is_told() {
    let text = r#"[{"type":"text","text":"Hi"}]"#;
    let call = r#"[{"type":"tool_use","id":"a","name":"now","input":{}}]"#;
    for (content, raw, reason) in [
        (text, "end_turn", FinishReason::Stop),
        (call, "end_turn", FinishReason::Calls),
        (call, "tool_use", FinishReason::Calls),
        (text, "tool_use", FinishReason::Stop),
        (text, "stop_sequence", FinishReason::StopSequence),
        (text, "max_tokens", FinishReason::Length),
        (call, "max_tokens", FinishReason::Length),
        (text, "model_context_window_exceeded", FinishReason::Length),
        (text, "pause_turn", FinishReason::Paused),
        (text, "compaction", FinishReason::Paused),
        ("[]", "refusal", FinishReason::Refused),
        (text, "brand_new", FinishReason::Other),
    ] {
        check_whole(&CODEC, &whole(content, raw), |response| {
            assert_eq!(
                (response.finish.reason, response.finish.raw.as_str()),
                (reason, raw)
            );
        });
    }
}

#[test]
fn a_start_that_comes_twice_counts_once() {
    let again = START.replace("msg_1", "msg_2");
    let text = block(0, TEXT, &[r#"{"type":"text_delta","text":"Hi"}"#]);
    let events = [again.as_str(), &text[0], &text[1], &text[2]];
    check_stream(&CODEC, &sse(&events, "end_turn"), |response| {
        assert_eq!(shown(response), ["text Hi"]);
        assert_eq!(response.message.id.as_deref(), Some("msg_1"));
    });
}

// R-6
#[test]
fn what_is_unknown_is_passed_on() {
    let body = sse(
        &[
            r#"{"type":"vendor.note","a":1.0}"#,
            r#"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hi"}}"#,
            r#"{"type":"content_block_delta","index":0,"delta":{"type":"aura_delta","aura":"blue"}}"#,
        ],
        "refusal",
    );
    let body = body.replace(
        r#""stop_sequence":null},"#,
        r####""stop_sequence":"###","stop_details":{"category":"cyber"}},"context_management":{"applied_edits":[]},"####,
    );
    let body = format!(": hello\n\ndata: : relayed\n\ndata:\n\n{body}data: [DONE]\n\n");
    let (events, error) = events(&CODEC, SSE, body.as_bytes(), Delivery::Streamed);
    assert!(error.is_none(), "{error:?}");
    let unknown: Vec<String> = events
        .iter()
        .filter_map(|event| match event {
            Event::Unknown(unknown) => Some(format!("{} {}", unknown.kind, unknown.json)),
            _ => None,
        })
        .collect();
    assert_eq!(
        unknown,
        [
            r#"vendor.note {"type":"vendor.note","a":1.0}"#,
            r#"aura_delta {"type":"content_block_delta","index":0,"delta":{"type":"aura_delta","aura":"blue"}}"#,
            r####"stop_sequence "###""####,
            r#"stop_details {"category":"cyber"}"#,
            r#"context_management {"applied_edits":[]}"#,
        ]
    );
    check_stream(&CODEC, &body, |response| {
        assert_eq!(shown(response), ["text Hi"]);
    });
}

// R-6
#[test]
fn what_comes_before_the_start_follows_it() {
    let note = named(r#"{"type":"vendor.note","a":1.0}"#);
    let text = block(0, TEXT, &[r#"{"type":"text_delta","text":"Hi"}"#]);
    let body = sse(&[&text[0], &text[1], &text[2]], "end_turn");
    for notes in [1, 40] {
        let body = note.repeat(notes) + &body;
        let (events, error) = events(&CODEC, SSE, body.as_bytes(), Delivery::Streamed);
        assert!(error.is_none(), "{error:?}");
        let unknown = |event: &&Event| matches!(event, Event::Unknown(_));
        assert_eq!(events.iter().filter(unknown).count(), notes);
        check_stream(&CODEC, &body, |response| {
            assert_eq!(shown(response), ["text Hi"]);
        });
    }
    let (events, error) = events(&CODEC, SSE, note.as_bytes(), Delivery::Streamed);
    assert_eq!((events.len(), error.is_some()), (1, true));
}

// R-89
#[test]
fn halves_of_a_character_are_joined() {
    let call = r#"{"type":"tool_use","id":"a","name":"now","input":{}}"#;
    check(
        &blocks(
            &[
                (
                    TEXT,
                    &[
                        r#"{"type":"text_delta","text":"a\ud83d"}"#,
                        r#"{"type":"text_delta","text":"\ude00b\udc00c\ud83d"}"#,
                    ],
                ),
                (
                    call,
                    &[
                        r#"{"type":"input_json_delta","partial_json":"{\"a\":\"\ud83d"}"#,
                        r#"{"type":"input_json_delta","partial_json":"\ude00\"}"}"#,
                    ],
                ),
            ],
            "tool_use",
        ),
        &["text a😀b\u{fffd}c\u{fffd}", "call a now {\"a\":\"😀\"}"],
    );
}

#[test]
fn invoke_model_wraps_events_in_base64() {
    let codec = Anthropic::new().with_endpoint(Endpoint::BedrockInvoke);
    let mut decoder = codec.decoder(&Request::default(), Delivery::Streamed);
    let mut events = VecDeque::new();
    for frame in [
        // {"type":"message_start","message":{"id":"msg_1"}}
        r#"{"bytes":"eyJ0eXBlIjoibWVzc2FnZV9zdGFydCIsIm1lc3NhZ2UiOnsiaWQiOiJtc2dfMSJ9fQ==","p":"abc"}"#,
        // {"type":"message_stop"}
        r#"{"bytes":"eyJ0eXBlIjoibWVzc2FnZV9zdG9wIn0="}"#,
    ] {
        let frame = Frame::new(frame.as_bytes()).named("chunk");
        decoder.frame(&frame, &mut events).unwrap();
    }
    decoder.finish(&mut events).unwrap();
    assert!(
        matches!(&events[0], Event::Started(started) if started.id.as_deref() == Some("msg_1"))
    );
    assert!(matches!(&events[1], Event::Finish(_)));
    assert_eq!(events.len(), 2);
}

// R-7
#[test]
fn nothing_follows_the_end() {
    let body = sse(&[], "end_turn");
    let more = named(r#"{"type":"error","error":{"type":"api_error","message":"late"}}"#);
    check_stream(&CODEC, &format!("{body}{body}{more}"), |response| {
        assert_eq!(response.finish.reason, FinishReason::Stop);
    });
}

// R-4
#[test]
fn what_follows_the_end_unfinished_does_no_harm() {
    let body = sse(&[], "end_turn");
    check_complete(&CODEC, SSE, body.as_bytes(), b"event: pi");
}
