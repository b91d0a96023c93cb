//! What single hosts do.

use super::kit::{check, response};

/// GitHub Copilot: another id at every event.
#[test]
fn items_go_by_their_index_where_ids_change() {
    let frames = [
        r#"{"type":"response.output_item.added","output_index":0,"item":{"id":"a","type":"reasoning","summary":[]}}"#,
        r#"{"type":"response.output_item.done","output_index":0,"item":{"id":"b","type":"reasoning","summary":[],"encrypted_content":"1"}}"#,
        r#"{"type":"response.output_item.added","output_index":1,"item":{"id":"c","type":"message","role":"assistant","content":[]}}"#,
        r#"{"type":"response.output_text.delta","output_index":1,"content_index":0,"item_id":"d","delta":"He"}"#,
        r#"{"type":"response.output_text.delta","output_index":1,"content_index":0,"item_id":"e","delta":"y"}"#,
        r#"{"type":"response.output_item.done","output_index":1,"item":{"id":"f","type":"message","role":"assistant","content":[{"type":"output_text","text":"Hey"}]}}"#,
        r#"{"type":"response.completed","response":{"status":"completed","output":[{"id":"g","type":"reasoning","summary":[],"encrypted_content":"2"},{"id":"h","type":"message","role":"assistant","content":[{"type":"output_text","text":"Hey"}]}]}}"#,
    ];
    check(
        &frames,
        &[
            "thinking 0.0 ",
            r#"seal 0.0 b 1 {"summary":[]}"#,
            "end 0.0",
            "text 1.0 He",
            "text 1.0 y",
            "seal 1.0 f - -",
            "end 1.0",
            "seal 0.0 g 2 -",
            "seal 1.0 h - -",
            "finish Stop completed",
        ],
    );
    assert_eq!(response(&frames, "copilot").message.text(), "Hey");
}

/// OpenRouter: no names, comments passed on as data, `[DONE]` at the end; and nothing counts after the end.
#[test]
fn sentinels_and_comments_say_nothing() {
    let body = [
        r#"{"type":"response.output_text.delta","output_index":0,"content_index":0,"delta":"Hi"}"#,
        ": PROCESSING",
        r#"{"type":"response.completed","response":{"status":"completed","output":[]}}"#,
    ];
    check(&body, &["text 0.0 Hi", "end 0.0", "finish Stop completed"]);
    let after = [
        &body[..],
        &["[DONE]", r#"{"type":"error","message":"late"}"#],
    ]
    .concat();
    assert_eq!(response(&after, "openrouter").message.text(), "Hi");
}

/// The text only in the item, the item only in the response, the index left out.
#[test]
fn what_the_deltas_lack_is_filled() {
    check(
        &[
            r#"{"type":"response.output_item.done","output_index":0,"item":{"id":"m","type":"message","role":"assistant","content":[{"type":"output_text","text":"In the item."}]}}"#,
            r#"{"type":"response.completed","response":{"status":"completed","output":[{"id":"m","type":"message","role":"assistant","content":[{"type":"output_text","text":"In the item."}]},{"id":"n","type":"message","role":"assistant","content":[{"type":"output_text","text":"In the response."}]}]}}"#,
        ],
        &[
            "text 0.0 In the item.",
            "seal 0.0 m - -",
            "end 0.0",
            "text 1.0 In the response.",
            "seal 1.0 n - -",
            "end 1.0",
            "finish Stop completed",
        ],
    );
    check(
        &[
            r#"{"type":"response.output_text.delta","item_id":"m","delta":"A"}"#,
            r#"{"type":"response.output_text.delta","item_id":"n","delta":"B"}"#,
            r#"{"type":"response.output_text.delta","item_id":"m","delta":"a"}"#,
            r#"{"type":"response.output_text.done","item_id":"o","text":"C"}"#,
            r#"{"type":"response.completed","response":{"status":"completed"}}"#,
        ],
        &[
            "text 0.0 A",
            "text 1.0 B",
            "text 0.0 a",
            "text 2.0 C",
            "end 0.0",
            "end 1.0",
            "end 2.0",
            "finish Stop completed",
        ],
    );
}

/// An index that is used again means another item, and one beyond all reason is no place.
// R-3 R-10
#[test]
fn indexes_are_not_trusted() {
    check(
        &[
            r#"{"type":"response.output_item.added","output_index":0,"item":{"type":"function_call","call_id":"a","name":"one"}}"#,
            r#"{"type":"response.output_item.added","output_index":0,"item":{"type":"function_call","call_id":"b","name":"two"}}"#,
            r#"{"type":"response.function_call_arguments.delta","output_index":0,"delta":"{}"}"#,
            r#"{"type":"response.output_item.done","output_index":0,"item":{"type":"function_call","call_id":"a","name":"one","arguments":"[]"}}"#,
            r#"{"type":"response.output_item.done","output_index":0,"item":{"type":"function_call","call_id":"b","name":"two","arguments":"{}"}}"#,
            r#"{"type":"response.output_text.delta","output_index":18446744073709551615,"content_index":18446744073709551615,"delta":"Far"}"#,
            r#"{"type":"response.completed","response":{"status":"completed"}}"#,
        ],
        &[
            "call 0.0 a one",
            "call 1.0 b two",
            "arguments 1.0 {}",
            "arguments 0.0 []",
            "end 0.0",
            "end 1.0",
            "text 2.4094 Far",
            "end 2.4094",
            "finish Calls completed",
        ],
    );
}

/// Arguments that come before the name of their call are kept for it.
#[test]
fn a_call_opens_when_its_name_is_known() {
    check(
        &[
            r#"{"type":"response.output_item.added","output_index":3,"item":{"id":"fc","type":"function_call","call_id":"c","name":""}}"#,
            r#"{"type":"response.function_call_arguments.delta","output_index":3,"delta":"{\"a\""}"#,
            r#"{"type":"response.function_call_arguments.delta","output_index":3,"delta":":1}"}"#,
            r#"{"type":"response.output_item.done","output_index":3,"item":{"id":"fc","type":"function_call","call_id":"c","name":"late","arguments":"{\"a\":1}"}}"#,
            r#"{"type":"response.completed","response":{"status":"completed"}}"#,
        ],
        &[
            "call 3.0 c late",
            r#"arguments 3.0 {"a":1}"#,
            "seal 3.0 fc - -",
            "end 3.0",
            "finish Calls completed",
        ],
    );
}

/// mistral.rs: the reasoning stands beside the output.
#[test]
fn reasoning_beside_the_output_is_passed_on() {
    check(
        &[
            r#"{"type":"response.completed","response":{"status":"completed","reasoning":"Hm.","output":[]}}"#,
        ],
        &["unknown reasoning", "finish Stop completed"],
    );
}

/// What the wire never ends is ended with the answer.
// R-89
#[test]
fn what_is_left_open_is_ended() {
    check(
        &[
            r#"{"type":"response.output_text.delta","output_index":0,"delta":"Hm \ud83d"}"#,
            r#"{"type":"response.reasoning_text.delta","output_index":1,"delta":"\ud83d"}"#,
            r#"{"type":"response.function_call_arguments.delta","output_index":2,"delta":"{}"}"#,
            r#"{"type":"response.output_item.added","output_index":3,"item":{"type":"mcp_call"}}"#,
            r#"{"type":"response.completed","response":{"status":"completed"}}"#,
        ],
        &[
            "text 0.0 Hm ",
            "text 0.0 \u{fffd}",
            "end 0.0",
            "thinking 1.0 \u{fffd}",
            "end 1.0",
            "call 2.0 call_w0 ",
            "arguments 2.0 {}",
            "end 2.0",
            "finish Calls completed",
        ],
    );
}

#[test]
fn pieces_of_an_item_that_came_whole_are_not_new() {
    check(
        &[
            r#"{"type":"response.output_item.done","output_index":0,"item":{"id":"r","type":"reasoning","summary":[{"type":"summary_text","text":"Hm."}]}}"#,
            r#"{"type":"response.reasoning_summary_text.delta","output_index":0,"item_id":"r","summary_index":0,"delta":"Hm."}"#,
            r#"{"type":"response.reasoning_text.done","output_index":0,"item_id":"r","content_index":1,"text":"Hm."}"#,
            r#"{"type":"response.output_item.done","output_index":1,"item":{"id":"m","type":"message","role":"assistant","content":[{"type":"output_text","text":"Hi"}]}}"#,
            r#"{"type":"response.output_text.delta","output_index":1,"item_id":"m","content_index":0,"delta":"Hi"}"#,
            r#"{"type":"response.completed","response":{"status":"completed"}}"#,
        ],
        &[
            "thinking 0.0 Hm.",
            r#"seal 0.0 r - {"summary":[{"type":"summary_text","text":"Hm."}]}"#,
            "end 0.0",
            "text 1.0 Hi",
            "seal 1.0 m - -",
            "end 1.0",
            "finish Stop completed",
        ],
    );
}
