use windlass_core::{AssistantPart, FinishReason, MediaPart, Source, Usage};

use super::*;

// R-1, R-4, R-14, R-19
#[test]
fn words_and_usage() {
    let expect = |response: &Response| {
        assert_eq!(response.message.text(), "Oslo, 4 °C 🌨");
        assert_eq!(response.message.parts.len(), 1);
        assert_eq!(response.finish.reason, FinishReason::Stop);
        assert_eq!(response.finish.raw, "end_turn");
        let usage = Usage::UNKNOWN
            .with_input(12)
            .with_output(3)
            .with_cache_read(5);
        assert_eq!(response.usage, usage);
    };
    check(
        &[
            START,
            &text(0, "\"Oslo, \""),
            &text(0, "\"\""),
            &text(0, r#""4 \u00b0C \ud83c""#),
            &text(0, r#""\udf28""#),
            &stop(0),
            END,
            METADATA,
        ],
        expect,
    );
    check_whole(
        r#"{"metrics":{"latencyMs":1},"output":{"message":{"role":"assistant","content":[{"type":"text","text":"Oslo, 4 °C 🌨"}]}},
            "stopReason":"end_turn","usage":{"inputTokens":12,"outputTokens":3,"cacheReadInputTokens":5}}"#,
        expect,
    );
}

// R-89
#[test]
fn a_lone_surrogate_does_not_end_the_stream() {
    check(
        &[START, &text(0, r#""a\ud83d""#), &stop(0), END],
        |response| {
            assert_eq!(response.message.text(), "a\u{fffd}");
        },
    );
}

// R-8, R-10, R-12, R-13
#[test]
fn calls_in_pieces_and_whole() {
    let expect = |response: &Response| {
        let calls: Vec<_> = response
            .message
            .calls()
            .map(|call| {
                (
                    call.id.as_str(),
                    call.name.as_str(),
                    call.arguments.as_str(),
                )
            })
            .collect();
        assert_eq!(
            calls,
            [
                ("t_1", "weather", r#"{"city":"Oslo"}"#),
                ("t_2", "weather", r#"{"city":"Rome"}"#),
            ]
        );
        assert_eq!(response.finish.reason, FinishReason::Calls);
    };
    check(
        &[
            START,
            r#"contentBlockStart {"contentBlockIndex":1,"start":{"toolUse":{"toolUseId":"t_1","name":"weather"}}}"#,
            r#"contentBlockStart {"contentBlockIndex":2,"start":{"toolUse":{"toolUseId":"t_2","name":"weather","type":"tool_use"}}}"#,
            r#"contentBlockDelta {"contentBlockIndex":1,"delta":{"toolUse":{"input":"{\"city\":\"O"}}}"#,
            r#"contentBlockDelta {"contentBlockIndex":2,"delta":{"toolUse":{"input":{"city":"Rome"}}}}"#,
            r#"contentBlockDelta {"contentBlockIndex":1,"delta":{"toolUse":{"input":"slo\"}"}}}"#,
            &stop(1),
            &stop(2),
            END,
        ],
        expect,
    );
    check_whole(
        r#"{"output":{"message":{"content":[{"toolUse":{"toolUseId":"t_1","name":"weather","input":{"city":"Oslo"}}},
            {"toolUse":{"toolUseId":"t_2","name":"weather","input":{"city":"Rome"}}}]}},"stopReason":"tool_use"}"#,
        expect,
    );
}

// R-10, R-11
#[test]
fn blocks_without_an_index_an_id_or_an_end() {
    check(
        &[
            r#"contentBlockStart {"contentBlockIndex":0,"start":{}}"#,
            r#"contentBlockDelta {"delta":{"text":"Let me look."}}"#,
            r#"contentBlockStart {"contentBlockIndex":1,"start":{"toolUse":{"name":"a"}}}"#,
            r#"contentBlockDelta {"delta":{"toolUse":{"input":""}}}"#,
            r#"contentBlockStart {"contentBlockIndex":2,"start":{"toolUse":{"toolUseId":"same","name":"b"}}}"#,
            r#"contentBlockStart {"contentBlockIndex":2,"start":{"toolUse":{"toolUseId":"same","name":"b"}}}"#,
            r#"contentBlockStop {}"#,
            r#"contentBlockStart {"contentBlockIndex":2,"start":{"toolUse":{"toolUseId":"same","name":"c"}}}"#,
            METADATA,
            r#"messageStop {"stopReason":"tool_use"}"#,
        ],
        |response| {
            let calls = response.message.calls();
            let calls: Vec<_> = calls
                .map(|call| (call.id.as_str(), call.name.as_str()))
                .collect();
            assert_eq!(calls, [("call_w0", "a"), ("same", "b"), ("same", "c")]);
            assert_eq!(response.usage.output(), Some(3));
        },
    );
}

// R-8
#[test]
fn thinking_keeps_its_signatures_and_its_secrets() {
    let expect = |response: &Response| {
        let [
            AssistantPart::Thinking(first),
            AssistantPart::Thinking(second),
            AssistantPart::Text(_),
        ] = response.message.parts.as_slice()
        else {
            panic!("{:?}", response.message);
        };
        assert_eq!(
            (first.text.as_str(), first.signature()),
            ("Oslo is north.", Some("EqQB=="))
        );
        assert_eq!(
            (second.text.as_str(), second.encrypted()),
            ("", Some("Zm9vYmFy"))
        );
    };
    check(
        &[
            START,
            r#"contentBlockDelta {"contentBlockIndex":0,"delta":{"reasoningContent":{"text":"Oslo is "}}}"#,
            r#"contentBlockDelta {"contentBlockIndex":0,"delta":{"reasoningContent":{"text":"north."}}}"#,
            r#"contentBlockDelta {"contentBlockIndex":0,"delta":{"reasoningContent":{"signature":"Eq"}}}"#,
            r#"contentBlockDelta {"contentBlockIndex":0,"delta":{"reasoningContent":{"signature":"QB=="}}}"#,
            &stop(0),
            r#"contentBlockDelta {"contentBlockIndex":1,"delta":{"reasoningContent":{"redactedContent":"Zg=="}}}"#,
            r#"contentBlockDelta {"contentBlockIndex":1,"delta":{"reasoningContent":{"redactedContent":"b29iYXI="}}}"#,
            &stop(1),
            &text(2, "\"Rome.\""),
            &stop(2),
            END,
        ],
        expect,
    );
    check_whole(
        r#"{"output":{"message":{"content":[{"reasoningContent":{"reasoningText":{"text":"Oslo is north.","signature":"EqQB=="}}},
            {"reasoningContent":{"redactedContent":"Zm9vYmFy"}},{"text":"Rome."}]}},"stopReason":"end_turn"}"#,
        expect,
    );
}

// R-8
#[test]
fn citations_belong_to_their_text() {
    const CITATION: &str = r#"{"title":"facts","sourceContent":[{"text":"Rome is "},{"text":"warm."}],"location":{"web":{"url":"https://example.org/rome"}}}"#;
    let expect = |response: &Response| {
        let [AssistantPart::Text(plain), AssistantPart::Text(cited)] =
            response.message.parts.as_slice()
        else {
            panic!("{:?}", response.message);
        };
        assert_eq!((plain.text.as_str(), plain.citations.len()), ("It is ", 0));
        assert_eq!(cited.text, "Rome.");
        let citation = &cited.citations[0];
        assert_eq!(citation.title.as_deref(), Some("facts"));
        assert_eq!(citation.url.as_deref(), Some("https://example.org/rome"));
        assert_eq!(citation.quote.as_deref(), Some("Rome is warm."));
        assert_eq!(
            citation.json.as_ref().map(windlass_core::JsonText::as_str),
            Some(CITATION)
        );
    };
    let delta = format!(
        r#"contentBlockDelta {{"contentBlockIndex":1,"delta":{{"citation":{CITATION}}},"p":"x"}}"#
    );
    check(
        &[
            START,
            &text(0, "\"It is \""),
            &stop(0),
            &delta,
            &text(1, "\"Rome.\""),
            &stop(1),
            END,
        ],
        expect,
    );
    check_whole(
        &format!(
            r#"{{"output":{{"message":{{"content":[{{"text":"It is "}},{{"citationsContent":{{"content":[{{"text":"Rome."}}],"citations":[{CITATION}]}}}}]}}}},"stopReason":"end_turn"}}"#
        ),
        expect,
    );
}

// R-8
#[test]
fn hosted_tools_are_items_and_not_calls() {
    const CALL: &str = r#"{"toolUse":{"name":"search","type":"server_tool_use","toolUseId":"s1","input":{"q":1}}}"#;
    const RESULT: &str = r#"{"toolResult":{"toolUseId":"s1","type":"search_result","content":[{"text":"a"},{"json":{"b":2}}]}}"#;
    let expect = |response: &Response| {
        let parts = response.message.parts.iter().map(|part| match part {
            AssistantPart::Item(item) => (item.kind.as_str(), item.json.as_str()),
            other => panic!("{other:?}"),
        });
        let parts: Vec<_> = parts.collect();
        assert_eq!(parts, [("server_tool_use", CALL), ("toolResult", RESULT)]);
        assert_eq!(response.finish.reason, FinishReason::Stop);
        assert_eq!(response.finish.raw, "tool_use");
    };
    check(
        &[
            START,
            r#"contentBlockStart {"contentBlockIndex":0,"start":{"toolUse":{"name":"search","type":"server_tool_use","toolUseId":"s1"}}}"#,
            r#"contentBlockDelta {"contentBlockIndex":0,"delta":{"toolUse":{"input":"{\"q\""}}}"#,
            r#"contentBlockDelta {"contentBlockIndex":0,"delta":{"toolUse":{"input":":1}"}}}"#,
            &stop(0),
            r#"contentBlockStart {"contentBlockIndex":1,"start":{"toolResult":{"toolUseId":"s1","type":"search_result"}}}"#,
            r#"contentBlockDelta {"contentBlockIndex":1,"delta":{"toolResult":[{"text":"a"}]}}"#,
            r#"contentBlockDelta {"contentBlockIndex":1,"delta":{"toolResult":[{"json":{"b":2}}]}}"#,
            &stop(1),
            r#"messageStop {"stopReason":"tool_use"}"#,
        ],
        expect,
    );
    check_whole(
        &format!(
            r#"{{"output":{{"message":{{"content":[{CALL},{RESULT}]}}}},"stopReason":"tool_use"}}"#
        ),
        expect,
    );
}

// R-8
#[test]
fn pictures_and_blocks_of_other_kinds() {
    let expect = |response: &Response| {
        let AssistantPart::Media(MediaPart { media, .. }) = &response.message.parts[0] else {
            panic!("{:?}", response.message);
        };
        assert_eq!(media.mime, "image/png");
        assert_eq!(media.source, Source::Base64("Zm9vYmFy".into()));
    };
    check(
        &[
            START,
            r#"contentBlockStart {"contentBlockIndex":0,"start":{"image":{"format":"png"}}}"#,
            r#"contentBlockDelta {"contentBlockIndex":0,"delta":{"image":{"source":{"bytes":"Zg=="}}}}"#,
            r#"contentBlockDelta {"contentBlockIndex":0,"delta":{"image":{"source":{"bytes":"b29iYXI="}}}}"#,
            &stop(0),
            END,
        ],
        expect,
    );
    check_whole(
        r#"{"output":{"message":{"content":[{"image":{"format":"png","source":{"bytes":"Zm9vYmFy"}}},{"hologram":{"w": 3}}]}},"stopReason":"end_turn"}"#,
        |response| {
            expect(response);
            let AssistantPart::Item(item) = &response.message.parts[1] else {
                panic!("{:?}", response.message);
            };
            assert_eq!(
                (item.kind.as_str(), item.json.as_str()),
                ("hologram", r#"{"hologram":{"w": 3}}"#)
            );
        },
    );
    let failed = decode(&[
        r#"contentBlockDelta {"contentBlockIndex":0,"delta":{"image":{"error":{"message":"no"}}}}"#,
        END,
    ]);
    let AssistantPart::Item(item) = &failed.message.parts[0] else {
        panic!("{:?}", failed.message);
    };
    assert_eq!(
        item.json.as_str(),
        r#"{"image":{"error":{"message":"no"}}}"#
    );
}

// R-13
#[test]
fn every_reason_is_told_twice() {
    for (raw, reason) in [
        ("end_turn", FinishReason::Stop),
        ("stop_sequence", FinishReason::StopSequence),
        ("max_tokens", FinishReason::Length),
        ("model_context_window_exceeded", FinishReason::Length),
        ("guardrail_intervened", FinishReason::Filtered),
        ("content_filtered", FinishReason::Filtered),
        ("malformed_model_output", FinishReason::MalformedCall),
        ("malformed_tool_use", FinishReason::MalformedCall),
        ("of_its_own", FinishReason::Other),
    ] {
        let finish = decode(&[&format!(r#"messageStop {{"stopReason":"{raw}"}}"#)]).finish;
        assert_eq!((finish.reason, finish.raw.as_str()), (reason, raw));
    }
}
