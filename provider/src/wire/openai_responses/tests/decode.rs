use windlass_core::ErrorKind;

use super::kit::{check, check_error, check_whole, check_whole_error, error_of};

const CREATED: &str = r#"{"type":"response.created","sequence_number":0,"response":{"id":"resp_1","object":"response","status":"in_progress","model":"gpt-x","output":[],"usage":null}}"#;

// R-1 R-4 R-8 R-14
#[test]
fn a_message_is_taken_from_its_deltas() {
    check(
        &[
            CREATED,
            r#"{"type":"response.in_progress","response":{"id":"resp_1","status":"in_progress"}}"#,
            r#"{"type":"response.output_item.added","output_index":0,"item":{"id":"msg_1","type":"message","status":"in_progress","role":"assistant","content":[]}}"#,
            r#"{"type":"response.content_part.added","item_id":"msg_1","output_index":0,"content_index":0,"part":{"type":"output_text","text":"","annotations":[]}}"#,
            r#"{"type":"response.output_text.delta","item_id":"msg_1","output_index":0,"content_index":0,"delta":"It is ","obfuscation":"x"}"#,
            r#"{"type":"response.output_text.delta","item_id":"msg_1","output_index":0,"content_index":0,"delta":"k\u00fchl \ud83d"}"#,
            r#"{"type":"response.output_text.delta","item_id":"msg_1","output_index":0,"content_index":0,"delta":"\ude00","logprobs":[]}"#,
            r#"{"type":"response.output_text.done","item_id":"msg_1","output_index":0,"content_index":0,"text":"It is kühl 😀"}"#,
            r#"{"type":"response.content_part.done","item_id":"msg_1","output_index":0,"content_index":0,"part":{"type":"output_text","text":"It is kühl 😀","annotations":[]}}"#,
            r#"{"type":"response.output_item.done","output_index":0,"item":{"id":"msg_1","type":"message","status":"completed","phase":"final_answer","role":"assistant","content":[{"type":"output_text","text":"It is kühl 😀","annotations":[]}]}}"#,
            r#"{"type":"response.completed","response":{"id":"resp_1","status":"completed","output":[{"id":"msg_1","type":"message","role":"assistant","content":[{"type":"output_text","text":""}]}],"usage":{"input_tokens":100,"input_tokens_details":{"cached_tokens":60,"cache_write_tokens":30},"output_tokens":9,"output_tokens_details":{"reasoning_tokens":4},"total_tokens":109}}}"#,
        ],
        &[
            "started resp_1 gpt-x",
            "text 0.0 It is ",
            "text 0.0 kühl ",
            "text 0.0 😀",
            r#"seal 0.0 msg_1 - {"status":"completed","phase":"final_answer"}"#,
            "end 0.0",
            "usage 10 60 30 9 4",
            "finish Stop completed",
        ],
    );
}

// R-8
#[test]
fn summaries_are_one_part_and_the_last_payload_counts() {
    check(
        &[
            CREATED,
            r#"{"type":"response.output_item.added","output_index":0,"item":{"id":"rs_1","type":"reasoning","summary":[],"encrypted_content":"cut"}}"#,
            r#"{"type":"response.reasoning_summary_part.added","item_id":"rs_1","output_index":0,"summary_index":0,"part":{"type":"summary_text","text":""}}"#,
            r#"{"type":"response.reasoning_summary_text.delta","item_id":"rs_1","output_index":0,"summary_index":0,"delta":"First."}"#,
            r#"{"type":"response.reasoning_summary_text.done","item_id":"rs_1","output_index":0,"summary_index":0,"text":"First."}"#,
            r#"{"type":"response.reasoning_summary_text.delta","item_id":"rs_1","output_index":0,"summary_index":1,"delta":"Then."}"#,
            r#"{"type":"response.output_item.done","output_index":0,"item":{"id":"rs_1","type":"reasoning","summary":[{"type":"summary_text","text":"First."},{"type":"summary_text","text":"Then."},{"type":"summary_text","text":"Last."}],"encrypted_content":"A"}}"#,
            r#"{"type":"response.completed","response":{"status":"completed","output":[{"id":"rs_1","type":"reasoning","summary":[],"encrypted_content":"B"}]}}"#,
        ],
        &[
            "started resp_1 gpt-x",
            "thinking 0.0 First.",
            "thinking 0.0 \n\n",
            "thinking 0.0 Then.",
            "thinking 0.0 \n\n",
            "thinking 0.0 Last.",
            r#"seal 0.0 rs_1 A {"summary":[{"type":"summary_text","text":"First."},{"type":"summary_text","text":"Then."},{"type":"summary_text","text":"Last."}]}"#,
            "end 0.0",
            "seal 0.0 - B -",
            "finish Stop completed",
        ],
    );
}

#[test]
fn open_reasoning_is_thinking_and_empty_reasoning_counts() {
    check(
        &[
            r#"{"type":"response.output_item.added","output_index":0,"item":{"id":"rs_1","type":"reasoning","status":"in_progress","summary":[],"content":[]}}"#,
            r#"{"type":"response.content_part.added","output_index":0,"content_index":0,"part":{"type":"reasoning_text","text":""}}"#,
            r#"{"type":"response.reasoning_text.delta","output_index":0,"content_index":0,"delta":"Hm."}"#,
            r#"{"type":"response.reasoning_text.done","output_index":0,"content_index":0,"text":"Hm."}"#,
            r#"{"type":"response.output_item.done","output_index":0,"item":{"id":"rs_1","type":"reasoning","summary":[],"content":[{"type":"reasoning_text","text":"Hm."}]}}"#,
            r#"{"type":"response.output_item.done","output_index":1,"item":{"id":"rs_2","type":"reasoning","summary":[],"encrypted_content":null}}"#,
            r#"{"type":"response.completed","response":{"status":"completed","output":[]}}"#,
        ],
        &[
            "thinking 0.0 Hm.",
            r#"seal 0.0 rs_1 - {"summary":[],"content":[{"type":"reasoning_text","text":"Hm."}]}"#,
            "end 0.0",
            "thinking 1.0 ",
            r#"seal 1.0 rs_2 - {"summary":[]}"#,
            "end 1.0",
            "finish Stop completed",
        ],
    );
}

// R-10 R-12
#[test]
fn parallel_calls_do_not_mix_and_snapshots_erase_nothing() {
    check(
        &[
            r#"{"type":"response.output_item.added","output_index":0,"item":{"id":"fc_1","type":"function_call","call_id":"call_1","name":"weather","arguments":""}}"#,
            r#"{"type":"response.output_item.added","output_index":1,"item":{"id":"fc_2","type":"function_call","call_id":"call_2","name":"time","arguments":""}}"#,
            r#"{"type":"response.function_call_arguments.delta","item_id":"fc_1","output_index":0,"delta":"{\"city\":"}"#,
            r#"{"type":"response.function_call_arguments.delta","item_id":"fc_2","output_index":1,"delta":"{}"}"#,
            r#"{"type":"response.function_call_arguments.delta","item_id":"fc_1","output_index":0,"delta":"\"Oslo\"}"}"#,
            r#"{"type":"response.function_call_arguments.done","item_id":"fc_1","output_index":0,"arguments":""}"#,
            r#"{"type":"response.output_item.done","output_index":0,"item":{"id":"fc_1","type":"function_call","call_id":"call_1","name":"weather","arguments":"","status":"completed"}}"#,
            r#"{"type":"response.output_item.done","output_index":1,"item":{"id":"fc_2","type":"function_call","call_id":"call_2","name":"time","arguments":"{}","namespace":"clock"}}"#,
            r#"{"type":"response.completed","response":{"status":"completed","output":[]}}"#,
        ],
        &[
            "call 0.0 call_1 weather",
            "call 1.0 call_2 time",
            r#"arguments 0.0 {"city":"#,
            "arguments 1.0 {}",
            r#"arguments 0.0 "Oslo"}"#,
            r#"seal 0.0 fc_1 - {"status":"completed"}"#,
            "end 0.0",
            r#"seal 1.0 fc_2 - {"namespace":"clock"}"#,
            "end 1.0",
            "finish Calls completed",
        ],
    );
}

// R-8
#[test]
fn hosted_tools_and_citations_keep_their_place() {
    check(
        &[
            r#"{"type":"response.output_item.added","output_index":0,"item":{"id":"ws_1","type":"web_search_call","status":"in_progress"}}"#,
            r#"{"type":"response.web_search_call.searching","output_index":0,"item_id":"ws_1"}"#,
            r#"{"type":"response.output_item.done","output_index":0,"item":{ "id":"ws_1", "type":"web_search_call", "status":"completed" }}"#,
            r#"{"type":"response.output_text.delta","output_index":1,"content_index":0,"delta":"4 °C"}"#,
            r#"{"type":"response.output_text.annotation.added","output_index":1,"content_index":0,"annotation_index":0,"annotation":{"type":"url_citation","url":"https://w.example","title":"Weather","start_index":0,"end_index":4}}"#,
            r#"{"type":"response.output_item.done","output_index":1,"item":{"id":"msg_1","type":"message","role":"assistant","content":[{"type":"output_text","text":"4 °C","annotations":[{"type":"url_citation","url":"https://w.example","title":"Weather","start_index":0,"end_index":4},{"type":"file_citation","filename":"a.txt","file_id":"f"}]}]}}"#,
            r#"{"type":"response.completed","response":{"status":"completed","output":[]}}"#,
        ],
        &[
            "unknown response.web_search_call.searching",
            r#"item 0.0 web_search_call { "id":"ws_1", "type":"web_search_call", "status":"completed" }"#,
            "end 0.0",
            "text 1.0 4 °C",
            "citation 1.0 https://w.example Weather",
            "citation 1.0 - a.txt",
            "seal 1.0 msg_1 - -",
            "end 1.0",
            "finish Stop completed",
        ],
    );
}

// R-13
#[test]
fn refusals_and_limits_are_told() {
    check(
        &[
            r#"{"type":"response.refusal.delta","output_index":0,"content_index":0,"delta":"I cannot."}"#,
            r#"{"type":"response.refusal.done","output_index":0,"content_index":0,"refusal":"I cannot."}"#,
            r#"{"type":"response.completed","response":{"status":"completed","output":[{"type":"message","id":"msg_1","role":"assistant","content":[{"type":"refusal","refusal":"I cannot."}]}]}}"#,
        ],
        &[
            "refusal 0.1 I cannot.",
            "seal 0.1 msg_1 - -",
            "end 0.1",
            "finish Refused completed",
        ],
    );
    for (reason, finish) in [
        ("max_output_tokens", "finish Length max_output_tokens"),
        ("content_filter", "finish Filtered content_filter"),
        ("moon", "finish Other moon"),
    ] {
        let last = format!(
            r#"{{"type":"response.incomplete","response":{{"status":"incomplete","incomplete_details":{{"reason":"{reason}"}}}}}}"#
        );
        check(&[&last], &[finish]);
    }
    check(
        &[r#"{"type":"response.incomplete","response":{"status":"incomplete"}}"#],
        &["finish Other incomplete"],
    );
}

// R-19
#[test]
fn a_whole_answer_is_read_by_the_same_decoder() {
    check_whole(
        r#" {"object":"response","error":null,"id":"resp_1","model":"gpt-x","status":"completed","output":[
            {"id":"rs_1","type":"reasoning","summary":[{"type":"summary_text","text":"Hm."}],"encrypted_content":"E"},
            {"id":"msg_1","type":"message","role":"assistant","status":"completed","content":[{"type":"output_text","text":"Yes.","annotations":[]},{"type":"output_text","text":"No."}]},
            {"type":"function_call","call_id":"","name":"weather","arguments":{"city":"Oslo"}}],
            "usage":{"input_tokens":3.0,"output_tokens":"2"}}"#,
        &[
            "started resp_1 gpt-x",
            "thinking 0.0 Hm.",
            r#"seal 0.0 rs_1 E {"summary":[{"type":"summary_text","text":"Hm."}]}"#,
            "end 0.0",
            "text 1.0 Yes.",
            "text 1.2 No.",
            r#"seal 1.0 msg_1 - {"status":"completed"}"#,
            "end 1.0",
            r#"seal 1.2 msg_1 - {"status":"completed"}"#,
            "end 1.2",
            "call 2.0 call_w0 weather",
            r#"arguments 2.0 {"city":"Oslo"}"#,
            "end 2.0",
            "usage 3 - - 2 -",
            "finish Calls completed",
        ],
    );
    check_whole(
        r#"{"object":"response","id":"resp_2","status":"queued","output":[]}"#,
        &["started resp_2 -", "finish Other queued"],
    );
}

// R-5 R-7
#[test]
fn reported_errors_end_the_answer() {
    check_error(
        &[
            r#"{"type":"response.output_text.delta","output_index":0,"content_index":0,"delta":"Hi"}"#,
            r#"{"type":"error","error":{"type":"server_error","code":"server_error","message":"broken"}}"#,
            r#"{"type":"response.failed","response":{"status":"failed","error":{"code":"server_error","message":"broken"}}}"#,
        ],
        ErrorKind::Server,
        &["text 0.0 Hi"],
    );
    for envelope in [
        r#"{"type":"response.failed","response":{"status":"failed","error":{"code":"server_error","message":"broken"}}}"#,
        r#"{"error":{"code":"server_error","message":"broken"}}"#,
        r#"{"object":"response","status":"failed","output":[],"error":{"code":"server_error","message":"broken"}}"#,
    ] {
        let error = error_of(envelope);
        assert_eq!(error.kind(), ErrorKind::Server, "{envelope}");
        assert!(error.is_in_stream());
    }
}

// R-6
#[test]
fn what_does_not_decode_is_an_error_and_what_is_unknown_is_passed_on() {
    for broken in [
        r#"{"type":"response.output_text.delta","delta":{}}"#,
        r#"{"type":"response.output_item.done"}"#,
        r#"{"type":"response.output_item.done","item":[]}"#,
        "no JSON",
        "[]",
    ] {
        assert_eq!(error_of(broken).kind(), ErrorKind::Protocol, "{broken}");
        assert!(error_of(broken).body().is_some_and(|body| body == broken));
    }
    check(
        &[
            r#"{"sequence_number":1,"type":"response.moonlight.delta","delta":"x"}"#,
            r#"{"object":"chat.completion.chunk","choices":[]}"#,
            r#"{"type":"response.completed","response":{}}"#,
        ],
        &[
            "unknown response.moonlight.delta",
            "unknown chat.completion.chunk",
            "finish Stop completed",
        ],
    );
}

// R-4 R-6
#[test]
fn a_whole_body_is_a_response_or_an_error() {
    for (body, kind) in [
        ("", ErrorKind::Truncated),
        (
            r#"{"object":"chat.completion","choices":[]}"#,
            ErrorKind::Protocol,
        ),
        (r#"{"detail":"no"}"#, ErrorKind::Protocol),
        (r#"{"error":"no"}"#, ErrorKind::Server),
    ] {
        check_whole_error(body, kind);
    }
}

/// What is encrypted may differ at the end; the later one counts, also of an item that is kept as it came.
// R-9
#[test]
fn an_item_that_the_end_changes_is_replaced() {
    check(
        &[
            r#"{"type":"response.output_item.done","output_index":0,"item":{"id":"cmp_1","type":"compaction","encrypted_content":"A"}}"#,
            r#"{"type":"response.output_item.done","output_index":1,"item":{"id":"ws_1","type":"web_search_call"}}"#,
            r#"{"type":"response.completed","response":{"status":"completed","output":[{"id":"cmp_1","type":"compaction","encrypted_content":"B"},{"id":"ws_1","type":"web_search_call","status":"completed"}]}}"#,
        ],
        &[
            r#"item 0.0 compaction {"id":"cmp_1","type":"compaction","encrypted_content":"A"}"#,
            "end 0.0",
            r#"item 1.0 web_search_call {"id":"ws_1","type":"web_search_call"}"#,
            "end 1.0",
            r#"item 0.0 compaction {"id":"cmp_1","type":"compaction","encrypted_content":"B"}"#,
            "finish Stop completed",
        ],
    );
}
