//! What a host gave goes back to it letter for letter, and to nobody else.

use super::*;

/// The assistant message that follows an answer with this message, sent to its host and to another.
fn replayed(codec: &OpenAiChat, message: &str) -> [String; 2] {
    let body = format!(
        r#"{{"id":"c1","model":"m","choices":[{{"index":0,"message":{message},"finish_reason":"stop"}}]}}"#
    );
    let bodies = std::cell::RefCell::new([String::new(), String::new()]);
    check_whole(codec, &body, |response| {
        *bodies.borrow_mut() =
            [replay(codec, response), replay_elsewhere(codec, response)].map(assistant);
    });
    bodies.into_inner()
}

fn assistant(body: String) -> String {
    let (_, rest) = body
        .split_once(r#"{"role":"assistant""#)
        .expect("there is an answer");
    let end = rest.rfind(r#"},{"role":""#).expect("a message follows");
    rest[..end].to_owned()
}

fn check(codec: &OpenAiChat, message: &str, here: &str, elsewhere: &str) {
    assert_eq!(replayed(codec, message), [here, elsewhere], "{message}");
}

// R-9, R-87
#[test]
fn thinking_goes_back_in_the_hosts_form() {
    let message = r#"{"content":"x","reasoning_content":"a\u00e9"}"#;
    check(&CODEC, message, r#","content":"x""#, r#","content":"x""#);
    for field in ["reasoning_content", "reasoning"] {
        let codec = CODEC.with_thinking(ThinkingReplay::Field(field));
        let here = format!(r#","content":"x","{field}":"aé""#);
        check(&codec, message, &here, r#","content":"x""#);
    }
    let opaque = r#"{"content":"x","reasoning_text":"a","reasoning_opaque":"Eq/+="}"#;
    let codec = CODEC.with_thinking(ThinkingReplay::Field("reasoning_text"));
    let here = r#","content":"x","reasoning_text":"a","reasoning_opaque":"Eq/+=""#;
    check(&codec, opaque, here, r#","content":"x""#);
    let parts = r#"{"content":[{"type":"thinking","thinking":[{"type":"text","text":"a"}]},{"type":"text","text":"x"}]}"#;
    let codec = CODEC.with_thinking(ThinkingReplay::Parts);
    let here = r#","content":[{"type":"thinking","thinking":[{"type":"text","text":"a"}]},{"type":"text","text":"x"}]"#;
    check(&codec, parts, here, r#","content":"x""#);
}

// R-9
#[test]
fn details_go_back_letter_for_letter() {
    let codec = CODEC.with_thinking(ThinkingReplay::Details);
    let details = r#"[{ "type":"reasoning.text", "text":"a\u00e9", "signature":"S+/=" },{"type":"reasoning.encrypted","data":"AA==","index":1.0}]"#;
    let message = format!(r#"{{"content":"x","reasoning":"aé","reasoning_details":{details}}}"#);
    let here = format!(r#","content":"x","reasoning_details":{details}"#);
    check(&codec, &message, &here, r#","content":"x""#);
    let plain = r#"{"content":"x","reasoning":"a"}"#;
    check(
        &codec,
        plain,
        r#","content":"x","reasoning":"a""#,
        r#","content":"x""#,
    );
}

// R-9
#[test]
fn calls_go_back_with_what_is_sealed_in_them() {
    let extra = r#"{"google": {"thought_signature":"S+/="}}"#;
    let call = |extra: &str| {
        format!(
            r#"{{"id":"a b","type":"function","function":{{"name":"f","arguments":"{{\"x\": 1.0}}"}}{extra}}}"#
        )
    };
    let message = format!(
        r#"{{"tool_calls":[{}]}}"#,
        call(&format!(r#","extra_content":{extra}"#))
    );
    let here = format!(
        r#","tool_calls":[{}]"#,
        call(&format!(r#","extra_content":{extra}"#))
    );
    let elsewhere = format!(r#","tool_calls":[{}]"#, call(""));
    check(&CODEC, &message, &here, &elsewhere);
}

// R-9
#[test]
fn refusals_speech_and_old_calls_go_back_or_become_words() {
    check(
        &CODEC,
        r#"{"refusal":"I won't."}"#,
        r#","refusal":"I won't.""#,
        r#","content":"I won't.""#,
    );
    let speech = r#"{"content":null,"audio":{"id":"audio_1","data":"AAAA","transcript":"Hello"}}"#;
    check(
        &CODEC,
        speech,
        r#","audio":{"id":"audio_1"}"#,
        r#","content":"Hello""#,
    );
    let old = r#"{"content":"x","function_call":{"name":"f","arguments":"{}"}}"#;
    let here = r#","content":"x","function_call":{"name":"f","arguments":"{}"}"#;
    check(&CODEC, old, here, r#","content":"x""#);
}

// R-9, R-23
#[test]
fn thinking_without_a_form_leaves_no_empty_message() {
    let answer = Assistant::from_parts([AssistantPart::Thinking(Thinking::new("hm"))])
        .with_origin(ModelId::new("elsewhere", "m"));
    let body = encode(&CODEC, &crate::wire::testkit::following(&answer));
    assert!(!body.contains("assistant"), "{body}");
    let two = Assistant::default()
        .with(TextPart::new("a"))
        .with(TextPart::new("b"));
    let body = encode(&CODEC, &crate::wire::testkit::following(&two));
    assert!(
        body.contains(r#"{"role":"assistant","content":"ab"}"#),
        "{body}"
    );
}
