use windlass_core::{AssistantPart, Conversation, ErrorKind, Event, FinishReason, Request, Usage};

use super::super::Gemini;
use super::kit::{array, check, decode, events, response, shown, sse};
use crate::codec::{Codec, Delivery};
use crate::frame::Frame;

const STOP: &str = r#"{"candidates":[{"finishReason":"STOP"}]}"#;

/// Decodes a whole body of one answer.
fn whole(body: &str) -> (Vec<Event>, Result<(), ErrorKind>) {
    events("application/json", Delivery::Whole, [body.as_bytes()])
}

/// One answer of these parts that stops.
fn stopped(parts: &str) -> String {
    format!(
        r#"{{"candidates":[{{"content":{{"parts":[{parts}],"role":"model"}},"finishReason":"STOP","index":0}}]}}"#
    )
}

// R-1, R-4, R-8, R-19
#[test]
fn pieces_of_text_and_of_thoughts_are_joined() {
    check(
        &[
            r#"{"candidates":[{"content":{"parts":[{"text":"Hm","thought":true}],"role":"model"}}],"modelVersion":"gemini-9","responseId":"r1"}"#,
            r#"{"candidates":[{"content":{"parts":[{"text":", yes.","thought":true},{"text":"Gr\u00fc\u00df"}]}}]}"#,
            r#"{"candidates":[{"content":{"parts":[{"text":"e 👋"}]}}]}"#,
            r#"{"candidates":[{"content":{"parts":[{"text":""}],"role":"model"},"finishReason":"STOP"}]}"#,
        ],
        &["thinking Hm, yes.", "text Grüße 👋", "Stop STOP"],
    );
}

// R-8, R-9
#[test]
fn a_part_with_a_signature_stands_alone() {
    check(
        &[
            r#"{"candidates":[{"content":{"parts":[{"text":"a"},{"text":"b","thoughtSignature":"S\u003d"},{"text":"c"}]}}]}"#,
            r#"{"candidates":[{"content":{"parts":[{"text":"d"},{"text":"t","thought":true,"thoughtSignature":"T"}]}}]}"#,
            r#"{"candidates":[{"content":{"parts":[{"text":"","thoughtSignature":"E"}]},"finishReason":"STOP"}]}"#,
        ],
        &[
            "text a",
            "text b sealed S=",
            "text cd",
            "thinking t sealed T",
            "text  sealed E",
            "Stop STOP",
        ],
    );
}

// R-10, R-11, R-12
#[test]
fn calls_are_kept_apart() {
    check(
        &[
            r#"{"candidates":[{"content":{"parts":[{"functionCall":{"name":"f","args":{ "a": 1.0 }},"thoughtSignature":"S"},{"functionCall":{"name":"f","args":{}}}]}}]}"#,
            r#"{"candidates":[{"content":{"parts":[{"functionCall":{"id":"x1","name":"g"}},{"functionCall":{"id":"x1","name":"h","args":"{\"b\":2}"}}]},"finishReason":"STOP"}]}"#,
        ],
        &[
            r#"call call_w0 f { "a": 1.0 } sealed S"#,
            "call call_w1 f {}",
            "call x1 g ",
            r#"call x1 h {"b":2}"#,
            "Calls STOP",
        ],
    );
}

// R-11
#[test]
fn ids_are_numbered_on_from_the_conversation() {
    let mut conversation = Conversation::from("Hello");
    let call = windlass_core::Call::new("call_w4", "f", "{}");
    let answer = windlass_core::Assistant::default().with(call.clone());
    conversation.push_assistant(answer).unwrap();
    conversation
        .push_outcomes([windlass_core::Outcome::success(&call, "done")])
        .unwrap();
    let mut decoder = Gemini::new().decoder(&Request::new(conversation), Delivery::Whole);
    let mut events = std::collections::VecDeque::new();
    let body = stopped(r#"{"functionCall":{"name":"f"}}"#);
    decoder
        .frame(&Frame::new(body.as_bytes()), &mut events)
        .unwrap();
    decoder.finish(&mut events).unwrap();
    assert_eq!(
        shown(&response(events.make_contiguous()))[0],
        "call call_w5 f "
    );
}

// What stands in for Gemini ends an answer with calls by a word of its own.
#[test]
fn calls_may_be_the_reason() {
    check(
        &[
            r#"{"candidates":[{"content":{"parts":[{"functionCall":{"name":"f","args":{}}}]},"finishReason":"FUNCTION_CALL"}]}"#,
        ],
        &["call call_w0 f {}", "Calls FUNCTION_CALL"],
    );
}

// R-10, R-12, R-52
#[test]
fn streamed_arguments_are_put_together() {
    check(
        &[
            r#"{"candidates":[{"content":{"parts":[{"functionCall":{"name":"f","args":{},"willContinue":true},"thoughtSignature":"S"}]}}]}"#,
            r#"{"candidates":[{"content":{"parts":[{"functionCall":{"partialArgs":[{"jsonPath":"$.a","stringValue":"x\"","willContinue":true}],"willContinue":true}}]}}]}"#,
            r#"{"candidates":[{"content":{"parts":[{"functionCall":{"partialArgs":[{"jsonPath":"$.a","stringValue":"y"},{"jsonPath":"$.l[0]","numberValue":1}],"willContinue":true}}]}}]}"#,
            r#"{"candidates":[{"content":{"parts":[{"functionCall":{}}]}}]}"#,
            r#"{"candidates":[{"content":{"parts":[{"functionCall":{"name":"g","willContinue":true}}]}}]}"#,
            r#"{"candidates":[{"content":{"parts":[{"functionCall":{"args":{}}},{"functionCall":{}}]}}]}"#,
            r#"{"candidates":[{"content":{"parts":[{"functionCall":{"id":"p","name":"p","willContinue":true}},{"functionCall":{"id":"q","name":"q","willContinue":true}},{"functionCall":{"id":"p","partialArgs":[{"jsonPath":"$.p","boolValue":true}]}},{"functionCall":{"id":"q","partialArgs":[{"jsonPath":"$.q","nullValue":null}],"willContinue":true}}]}}]}"#,
            STOP,
        ],
        &[
            r#"call call_w0 f {"a":"x\"y","l":[1]} sealed S"#,
            "call call_w1 g {}",
            r#"call p p {"p":true}"#,
            r#"call q q {"q":null}"#,
            "Calls STOP",
        ],
    );
}

// R-4, R-13
#[test]
fn arguments_of_a_cut_answer_stay_cut() {
    check(
        &[
            r#"{"candidates":[{"content":{"parts":[{"functionCall":{"name":"f","partialArgs":[{"jsonPath":"$.a","stringValue":"x","willContinue":true}],"willContinue":true}}]}}]}"#,
            r#"{"candidates":[{"finishReason":"MAX_TOKENS"}]}"#,
        ],
        &[r#"call call_w0 f {"a":"x"#, "Length MAX_TOKENS"],
    );
}

// R-6
#[test]
fn arguments_without_a_place_are_an_error() {
    let body = stopped(
        r#"{"functionCall":{"name":"f","partialArgs":[{"jsonPath":"$.a","numberValue":1},{"jsonPath":"$.a","numberValue":1}]}}"#,
    );
    assert_eq!(whole(&body).1, Err(ErrorKind::Protocol));
}

// R-8, R-9
#[test]
fn other_parts_are_kept_as_they_came() {
    check(
        &[
            r#"{"candidates":[{"content":{"parts":[{ "thoughtSignature": "S", "executableCode": {"code":"1 + 1"} }, null, {"codeExecutionResult":{"output":"2"}}]}}]}"#,
            r#"{"candidates":[{"content":{"parts":[{},{"inlineData":{"mimeType":"image/png","data":"iVBO"},"thoughtSignature":"M"},{"fileData":{"mimeType":"video/mp4","fileUri":"gs://f"}},{"inlineData":{"mimeType":"image/png","data":"AA=="},"thought":true},{"thoughtSignature":"A"}]},"finishReason":"STOP"}]}"#,
        ],
        &[
            r#"item executableCode { "thoughtSignature": "S", "executableCode": {"code":"1 + 1"} }"#,
            r#"item codeExecutionResult {"codeExecutionResult":{"output":"2"}}"#,
            r#"media image/png Base64("iVBO") sealed M"#,
            r#"media video/mp4 Url("gs://f")"#,
            r#"item inlineData {"inlineData":{"mimeType":"image/png","data":"AA=="},"thought":true}"#,
            r#"item thoughtSignature {"thoughtSignature":"A"}"#,
            "Stop STOP",
        ],
    );
}

// R-13
#[test]
fn the_last_reason_counts_and_text_after_the_first_is_kept() {
    let first = stopped(r#"{"text":"one"}"#);
    check(
        &[
            &first,
            r#"{"candidates":[{"content":{"parts":[{"text":" two"}]},"finishReason":"MAX_TOKENS"}]}"#,
        ],
        &["text one two", "Length MAX_TOKENS"],
    );
}

// R-6, R-13
#[test]
fn reasons_are_normalised_and_kept() {
    for (raw, reason) in [
        (r#""SAFETY""#, FinishReason::Filtered),
        (r#""RECITATION""#, FinishReason::Filtered),
        (r#""BLOCKLIST""#, FinishReason::Filtered),
        (r#""PROHIBITED_CONTENT""#, FinishReason::Filtered),
        (r#""SPII""#, FinishReason::Filtered),
        (r#""IMAGE_SAFETY""#, FinishReason::Filtered),
        (r#""MALFORMED_FUNCTION_CALL""#, FinishReason::MalformedCall),
        (r#""OF_TOMORROW""#, FinishReason::Other),
        ("1", FinishReason::Stop),
        ("2", FinishReason::Length),
        ("3", FinishReason::Filtered),
        ("99", FinishReason::Other),
    ] {
        let body = format!(r#"{{"candidates":[{{"finishReason":{raw},"finishMessage":"why"}}]}}"#);
        let (events, response) = decode(&[&body]);
        assert_eq!(response.finish.reason, reason, "{raw}");
        assert_eq!(response.finish.raw, raw.trim_matches('"'));
        assert!(
            matches!(&events[0], Event::Unknown(message) if message.json.as_str() == r#""why""#)
        );
    }
    check(
        &[r#"{"promptFeedback":{"blockReason":"SAFETY"},"usageMetadata":{"promptTokenCount":3}}"#],
        &["Filtered SAFETY"],
    );
}

// R-4
#[test]
fn a_body_without_a_reason_is_cut_unless_it_is_whole() {
    let body = r#"{"candidates":[{"content":{"parts":[{"text":"Hi"}]},"finishReason":"FINISH_REASON_UNSPECIFIED"}]}"#;
    let (_, result) = events(
        "text/event-stream",
        Delivery::Streamed,
        [sse(&[body]).as_bytes()],
    );
    assert_eq!(result, Err(ErrorKind::Truncated));
    let (seen, result) = whole(body);
    assert_eq!(result, Ok(()));
    assert_eq!(shown(&response(&seen)), ["text Hi", "Other "]);
    for at in 0..body.len() {
        assert_eq!(
            whole(&body[..at]).1,
            Err(ErrorKind::Truncated),
            "cut at {at}"
        );
    }
    let cut = array(&[body, STOP]);
    for at in 0..cut.len() - 1 {
        assert_eq!(
            whole(&cut[..at]).1,
            Err(ErrorKind::Truncated),
            "cut at {at}"
        );
    }
}

// R-14
#[test]
fn the_newest_of_each_count_holds() {
    let (seen, response) = decode(&[
        r#"{"candidates":[{"content":{"parts":[{"text":"a"}]}}],"usageMetadata":{"promptTokenCount":90,"toolUsePromptTokenCount":10,"cachedContentTokenCount":30,"candidatesTokenCount":1}}"#,
        r#"{"candidates":[{"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":90,"candidatesTokenCount":5,"thoughtsTokenCount":7.0}}"#,
        r#"{"usageMetadata":{"promptTokenCount":90,"totalTokenCount":102}}"#,
    ]);
    let usage = Usage::UNKNOWN
        .with_input(70)
        .with_cache_read(30)
        .with_output(12)
        .with_reasoning(7);
    assert_eq!(response.usage, usage);
    let reports = seen
        .iter()
        .filter(|event| matches!(event, Event::Usage(_)))
        .count();
    assert_eq!(reports, 2, "one that says nothing new is not passed on");
    assert_eq!(decode(&[STOP]).1.usage, Usage::UNKNOWN);
}

// R-8
#[test]
fn sources_are_cited_on_the_text_once() {
    let grounded = r#"{"candidates":[{"content":{"parts":[{"text":""}]},"finishReason":"STOP","groundingMetadata":{"groundingChunks":[{"web":{"uri":"https://a","title":"A"}},{"retrievedContext":{"title":"B","text":"words"}}]},"citationMetadata":{"citationSources":[{"uri":"https://c","startIndex":1}]}}]}"#;
    let (seen, response) = decode(&[
        r#"{"candidates":[{"urlContextMetadata":{"urlMetadata":[{"retrievedUrl":"https://d"}]}}]}"#,
        r#"{"candidates":[{"content":{"parts":[{"text":"cited"}]}}]}"#,
        grounded,
        grounded,
    ]);
    let [AssistantPart::Text(text)] = &response.message.parts[..] else {
        panic!("one text, not {:?}", response.message.parts);
    };
    let cited: Vec<_> = text
        .citations
        .iter()
        .map(|one| {
            (
                one.url.as_deref(),
                one.title.as_deref(),
                one.quote.as_deref(),
            )
        })
        .collect();
    assert_eq!(
        cited,
        [
            (Some("https://d"), None, None),
            (Some("https://a"), Some("A"), None),
            (None, Some("B"), Some("words")),
            (Some("https://c"), None, None),
        ]
    );
    let json = text.citations[1]
        .json
        .as_ref()
        .map(windlass_core::JsonText::as_str);
    assert_eq!(json, Some(r#"{"web":{"uri":"https://a","title":"A"}}"#));
    let kept = seen
        .iter()
        .filter(|event| matches!(event, Event::Unknown(_)))
        .count();
    assert_eq!(kept, 1, "the grounding as a whole, once");
}

// R-6
#[test]
fn what_is_not_known_is_passed_on() {
    let (seen, response) = decode(&[
        r#"{"candidates":[{"index":1,"content":{"parts":[{"text":"other"}]},"finishReason":"STOP"},{"index":0,"content":{"parts":[{"text":"this"}]}}]}"#,
        r#"{"turn": 7}"#,
        STOP,
    ]);
    assert_eq!(shown(&response), ["text this", "Stop STOP"]);
    let unknown: Vec<_> = seen
        .iter()
        .filter_map(|event| match event {
            Event::Unknown(unknown) => Some((unknown.kind.as_str(), unknown.json.as_str())),
            _ => None,
        })
        .collect();
    let other = r#"{"index":1,"content":{"parts":[{"text":"other"}]},"finishReason":"STOP"}"#;
    assert_eq!(
        unknown,
        [("candidate", other), ("response", r#"{"turn": 7}"#)]
    );
}

// R-5, R-7
#[test]
fn errors_in_the_body_end_it() {
    let error = r#"{"error":{"code":503,"message":"overloaded","status":"UNAVAILABLE"}}"#;
    let streams = [
        ("text/event-stream", sse(&[error])),
        ("application/json", array(&[error])),
    ];
    for (content_type, body) in streams {
        let (seen, result) = events(content_type, Delivery::Streamed, [body.as_bytes()]);
        assert!(
            result.is_err() && result != Err(ErrorKind::Truncated),
            "{result:?}"
        );
        assert_eq!(seen, []);
    }
    assert!(whole(error).1.is_err());
}

// R-6
#[test]
fn what_does_not_decode_is_an_error() {
    for body in [
        "{\"candidates\":[}",
        "nonsense",
        "[1]",
        "{\"candidates\":7}",
    ] {
        let stream = sse(&[body, STOP]);
        let (_, result) = events("text/event-stream", Delivery::Streamed, [stream.as_bytes()]);
        assert_eq!(result, Err(ErrorKind::Protocol), "{body}");
    }
    let stream = sse(&["{\"candidates\":[", STOP]);
    let (_, result) = events("text/event-stream", Delivery::Streamed, [stream.as_bytes()]);
    assert_eq!(
        result,
        Err(ErrorKind::Protocol),
        "JSON that ends early, with an event after it"
    );
}

// R-2
#[test]
fn events_without_blank_lines_and_relayed_comments_are_read() {
    let one = stopped(r#"{"text":"one"}"#);
    let two = stopped(r#"{"text":" two"}"#);
    let body =
        format!(": hello\ndata: : relayed\n\ndata:\n\ndata: {one}\ndata: {two}\n\ndata: [DONE]");
    let (seen, result) = events("text/event-stream", Delivery::Streamed, [body.as_bytes()]);
    assert_eq!(result, Ok(()));
    assert_eq!(shown(&response(&seen)), ["text one two", "Stop STOP"]);
}

// R-89
#[test]
fn halves_of_a_pair_are_joined() {
    let (_, response) = decode(&[
        r#"{"candidates":[{"content":{"parts":[{"text":"\ud83d"}]}}]}"#,
        r#"{"candidates":[{"content":{"parts":[{"text":"\ude00 \ud83d"}]},"finishReason":"STOP"}]}"#,
    ]);
    assert_eq!(shown(&response), ["text 😀 \u{fffd}", "Stop STOP"]);
}
