use std::fmt::Write as _;

use windlass_core::{
    Assistant, AssistantPart, Conversation, ErrorKind, Event, JsonText, Outcome, Request, Response,
    Usage,
};

use crate::codec::{Codec, Delivery};
use crate::frame::Frame;
use crate::wire::openai_chat::{OpenAiChat, ReasoningCount, StreamEnd};
use crate::wire::testkit::{
    JSON, SSE, check_complete, check_error, check_stream, check_truncated, check_whole, decode,
    events,
};

mod ends;
mod media;
mod surprises;

const CODEC: OpenAiChat = OpenAiChat::new();

/// A stream of these chunks.
fn stream(chunks: &[&str]) -> String {
    let mut body = String::new();
    for chunk in chunks {
        let _ = write!(body, "data: {chunk}\n\n");
    }
    body
}

/// A stream of chunks with these deltas, that ends with this reason.
fn deltas(deltas: &[&str], reason: &str) -> String {
    let chunk = |delta: &str, reason: &str| {
        format!(
            r#"{{"id":"c1","object":"chat.completion.chunk","created":7,"model":"m","choices":[{{"index":0,"delta":{delta},"finish_reason":{reason}}}],"usage":null}}"#
        )
    };
    let mut chunks: Vec<_> = deltas.iter().map(|delta| chunk(delta, "null")).collect();
    chunks.push(chunk("{}", &format!("\"{reason}\"")));
    chunks.push("[DONE]".into());
    stream(&chunks.iter().map(String::as_str).collect::<Vec<_>>())
}

/// A whole answer with this message.
fn whole(message: &str, reason: &str) -> String {
    format!(
        r#"{{"id":"c1","object":"chat.completion","model":"m","choices":[{{"index":0,"message":{message},"finish_reason":"{reason}"}}]}}"#
    )
}

/// The parts of a message, in order, and why it ended.
fn shown(response: &Response) -> String {
    let mut text = parts(&response.message);
    let _ = write!(text, "{:?}/{}", response.finish.reason, response.finish.raw);
    text
}

fn parts(message: &Assistant) -> String {
    let mut text = String::new();
    for part in &message.parts {
        let _ = match part {
            AssistantPart::Text(part) => write!(text, "text<{}> ", part.text),
            AssistantPart::Thinking(part) => write!(text, "thinking<{}> ", part.text),
            AssistantPart::Refusal(part) => write!(text, "refusal<{}> ", part.text),
            AssistantPart::Call(call) => {
                write!(text, "{}={}<{}> ", call.id, call.name, call.arguments)
            }
            AssistantPart::Media(part) => write!(text, "media<{}> ", part.media.mime),
            AssistantPart::Item(item) => write!(text, "item<{}> ", item.kind),
            _ => write!(text, "? "),
        };
    }
    text
}

/// Checks deltas in every cut, cut short everywhere, and what they add up to.
fn check(pieces: &[&str], reason: &str, expected: &str) {
    let body = deltas(pieces, reason);
    check_stream(&CODEC, &body, |response| {
        assert_eq!(shown(response), expected, "{pieces:?}");
    });
    check_truncated(&CODEC, &body, "[DONE]");
}

/// Checks that a whole message gives the same as the pieces.
fn check_both(pieces: &[&str], message: &str, reason: &str, expected: &str) {
    check(pieces, reason, expected);
    let streamed = decode(
        &CODEC,
        SSE,
        deltas(pieces, reason).as_bytes(),
        Delivery::Streamed,
    );
    let streamed = streamed.expect("a good stream");
    check_whole(&CODEC, &whole(message, reason), |response| {
        assert_eq!(shown(response), expected);
        assert_eq!(*response, streamed, "streamed equals whole");
    });
}

// R-1, R-4, R-8, R-19
#[test]
fn text_thinking_refusal_and_calls_are_the_same_whole_and_in_pieces() {
    check_both(
        &[
            r#"{"role":"assistant","content":""}"#,
            r#"{"content":"Warm"}"#,
            r#"{"content":"er \u00e9\n"}"#,
            r#"{"content":"Rome"}"#,
        ],
        r#"{"role":"assistant","content":"Warmer é\nRome","refusal":null}"#,
        "stop",
        "text<Warmer é\nRome> Stop/stop",
    );
    check_both(
        &[
            r#"{"reasoning_content":"Oslo ","content":null}"#,
            r#"{"reasoning_content":"is north.","content":null}"#,
            r#"{"content":"Rome."}"#,
        ],
        r#"{"content":"Rome.","reasoning_content":"Oslo is north."}"#,
        "stop",
        "thinking<Oslo is north.> text<Rome.> Stop/stop",
    );
    check_both(
        &[r#"{"refusal":"I "}"#, r#"{"refusal":"won't."}"#],
        r#"{"content":null,"refusal":"I won't."}"#,
        "stop",
        "refusal<I won't.> Refused/stop",
    );
    check_both(
        &[
            r#"{"tool_calls":[{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":""}}]}"#,
            r#"{"tool_calls":[{"index":1,"id":"b","type":"function","function":{"name":"g","arguments":""}}]}"#,
            r#"{"tool_calls":[{"index":0,"function":{"arguments":"{\"x\""}}]}"#,
            r#"{"tool_calls":[{"index":1,"function":{"arguments":"{}"}}]}"#,
            r#"{"tool_calls":[{"index":0,"function":{"arguments":":1}"}}]}"#,
        ],
        r#"{"tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{\"x\":1}"}},{"id":"b","type":"function","function":{"name":"g","arguments":"{}"}}]}"#,
        "tool_calls",
        r#"a=f<{"x":1}> b=g<{}> Calls/tool_calls"#,
    );
}

// R-10, R-11, R-12
#[test]
fn calls_are_told_apart_whatever_the_host_leaves_out() {
    let call = |rest: &str| format!(r#"{{"tool_calls":[{{{rest}}}]}}"#);
    let check = |pieces: &[&str], expected: &str| {
        let pieces: Vec<_> = pieces.iter().map(|piece| call(piece)).collect();
        let pieces: Vec<_> = pieces.iter().map(String::as_str).collect();
        check(
            &pieces,
            "tool_calls",
            &format!("{expected} Calls/tool_calls"),
        );
    };
    check(
        &[
            r#""index":0,"id":"a","function":{"name":"f","arguments":"{"}"#,
            r#""index":0,"id":"a","function":{"name":"f","arguments":"}"}"#,
        ],
        "a=f<{}>",
    );
    check(
        &[
            r#""index":0,"id":"a","function":{"name":"f","arguments":"{}"}"#,
            r#""index":0,"id":"b","function":{"name":"f","arguments":"{}"}"#,
        ],
        "a=f<{}> b=f<{}>",
    );
    check(
        &[
            r#""function":{"name":"f","arguments":{"x": [1]}}"#,
            r#""function":{"name":"g","arguments":{}}"#,
        ],
        r#"call_w0=f<{"x": [1]}> call_w1=g<{}>"#,
    );
    check(
        &[
            r#""index":0,"id":"a","function":{"name":"f","arguments":"{\"x\":"}"#,
            r#""index":0,"id":"","function":{"name":null,"arguments":"1}"}"#,
            r#""index":0,"id":null,"function":{"arguments":""}"#,
            r#""index":0,"function":{"arguments":null}"#,
        ],
        r#"a=f<{"x":1}>"#,
    );
    check(
        &[
            r#""index":3,"id":"a""#,
            r#""index":3,"function":{"arguments":"{"}"#,
            r#""index":3,"function":{"name":"late","arguments":"}"}"#,
            r#""index":4,"id":"b","function":{"arguments":"{}"}"#,
        ],
        "a=late<{}> b=<{}>",
    );
}

// R-11
#[test]
fn an_id_that_is_made_up_is_new_in_the_conversation() {
    let mut conversation = Conversation::from("Hi");
    let call = windlass_core::Call::new("call_w4", "f", "{}");
    let answer = Assistant::default().with(call.clone());
    conversation.push_assistant(answer).unwrap();
    conversation
        .push_outcomes([Outcome::success(&call, "ok")])
        .unwrap();
    let mut decoder = CODEC.decoder(&Request::new(conversation), Delivery::Whole);
    let body = whole(
        r#"{"tool_calls":[{"function":{"name":"f","arguments":"{}"}}]}"#,
        "stop",
    );
    let mut events = std::collections::VecDeque::new();
    decoder
        .frame(&Frame::new(body.as_bytes()), &mut events)
        .unwrap();
    let id = events.iter().find_map(|event| match event {
        Event::Call { call, .. } => Some(call.id.clone()),
        _ => None,
    });
    assert_eq!(id, Some("call_w5".into()));
}

// R-13
#[test]
fn reasons_are_normalised_and_kept() {
    let check = |pieces: &[&str], reason: &str, expected: &str| {
        check(pieces, reason, &format!("{expected}/{reason}"));
    };
    let text = r#"{"content":"x"}"#;
    let call = r#"{"tool_calls":[{"id":"a","function":{"name":"f","arguments":"{}"}}]}"#;
    check(&[text], "length", "text<x> Length");
    check(&[text], "content_filter", "text<x> Filtered");
    check(&[text], "sensitive", "text<x> Filtered");
    check(&[text], "model_length", "text<x> Length");
    check(&[text], "insufficient_system_resource", "text<x> Other");
    check(&[text], "tool_calls", "text<x> Stop");
    check(&[call], "stop", "a=f<{}> Calls");
    check(&[call], "length", "a=f<{}> Length");
    check(&[], "stop", "Stop");
}

// R-14
#[test]
fn usage_is_one_definition_wherever_it_hides() {
    let check = |codec: &OpenAiChat, usage: &str, expected: Usage| {
        let body = whole(r#"{"content":"x"}"#, "stop")
            .replace("\"choices\"", &format!("{usage},\"choices\""));
        check_whole(codec, &body, |response| {
            assert_eq!(response.usage, expected, "{usage}");
        });
    };
    let known = Usage::UNKNOWN
        .with_input(6)
        .with_cache_read(4)
        .with_output(5);
    check(&CODEC, r#""usage":null"#, Usage::UNKNOWN);
    check(
        &CODEC,
        r#""usage":{"prompt_tokens":10,"completion_tokens":5,"prompt_tokens_details":{"cached_tokens":4}}"#,
        known,
    );
    for name in [
        "prompt_cache_hit_tokens",
        "cached_tokens",
        "num_cached_tokens",
        "cache_read_input_tokens",
    ] {
        let usage = format!(
            r#""usage":{{"prompt_tokens":10.0,"completion_tokens":"5","{name}":4,"prompt_tokens_details":null}}"#
        );
        check(&CODEC, &usage, known);
    }
    check(
        &CODEC,
        r#""x_groq":{"usage":{"prompt_tokens":10,"completion_tokens":5,"cached_tokens":4}}"#,
        known,
    );
    check(
        &CODEC,
        r#""usage":{"prompt_tokens":10,"prompt_tokens_details":{"cached_tokens":3,"cache_write_tokens":2}}"#,
        Usage::UNKNOWN
            .with_input(5)
            .with_cache_read(3)
            .with_cache_write(2),
    );
    let reasoned =
        r#""usage":{"completion_tokens":5,"completion_tokens_details":{"reasoning_tokens":7}}"#;
    check(
        &CODEC,
        reasoned,
        Usage::UNKNOWN.with_output(5).with_reasoning(7),
    );
    let on_top = CODEC.with_reasoning_count(ReasoningCount::OnTop);
    check(
        &on_top,
        reasoned,
        Usage::UNKNOWN.with_output(12).with_reasoning(7),
    );
}

// R-14
#[test]
fn usage_after_the_reason_is_read_and_counted_once() {
    let usage = |choices: &str, count: u64| {
        format!(
            r#"{{"choices":{choices},"usage":{{"prompt_tokens":3,"completion_tokens":{count}}}}}"#
        )
    };
    let text = usage(r#"[{"index":0,"delta":{"content":"x"}}]"#, 0);
    let stop = usage(r#"[{"index":0,"delta":{},"finish_reason":"stop"}]"#, 7);
    let alone = usage("[]", 7);
    let body = stream(&[&text, &stop, &alone, "[DONE]"]);
    check_stream(&CODEC, &body, |response| {
        assert_eq!(response.usage, Usage::UNKNOWN.with_input(3).with_output(7));
    });
    check_truncated(&CODEC, &body, "[DONE]");
}

// R-89
#[test]
fn halves_of_surrogate_pairs_are_joined_or_replaced() {
    check(
        &[r#"{"content":"\ud83d"}"#, r#"{"content":"\ude00!"}"#],
        "stop",
        "text<😀!> Stop/stop",
    );
    check(
        &[r#"{"reasoning":"a\ud83d"}"#, r#"{"content":"b\ud83d"}"#],
        "stop",
        "thinking<a\u{fffd}> text<b\u{fffd}> Stop/stop",
    );
    check(
        &[
            r#"{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"\"\ud83d"}}]}"#,
            r#"{"tool_calls":[{"index":0,"function":{"arguments":"\ude00\""}}]}"#,
        ],
        "stop",
        "a=f<\"😀\"> Calls/stop",
    );
}
