use windlass_core::{
    AssistantPart, Call, Conversation, Document, ErrorKind, Item, JsonText, Media, Outcome,
    OutcomePart, OutcomeStatus, Seal, Source, TextPart, Thinking, User, UserPart,
};

use super::*;

fn messages(model: &str, request: &Request) -> String {
    let body = body(model, request);
    let messages = body.split_once(r#""messages":"#).unwrap().1;
    messages.strip_suffix('}').unwrap().to_owned()
}

fn check_user(user: User, content: &str) {
    let expected = format!(r#"[{{"role":"user","content":[{content}]}}]"#);
    assert_eq!(messages(CLAUDE, &Request::new(user)), expected);
}

// R-23
#[test]
fn what_a_user_shows() {
    let png = Media::new("image/png", Source::Base64("AAAA".into()));
    check_user(
        User::new("Look:").with(png).with(" "),
        r#"{"text":"Look:"},{"image":{"format":"png","source":{"bytes":"AAAA"}}}"#,
    );
    check_user(
        User::from_parts([UserPart::from(Media::from_url("video/mp4", "s3://b/v.mp4"))]),
        r#"{"video":{"format":"mp4","source":{"s3Location":{"uri":"s3://b/v.mp4"}}}}"#,
    );
    let pdf = Document::new(Media::new("application/pdf", Source::Base64("AAAA".into())));
    check_user(
        User::default()
            .with(pdf.clone())
            .with(pdf.with_name("a.pdf")),
        concat!(
            r#"{"document":{"format":"pdf","name":"Document 1","source":{"bytes":"AAAA"}}},"#,
            r#"{"document":{"format":"pdf","name":"a-pdf","source":{"bytes":"AAAA"}}},"#,
            r#"{"text":"See the attached document."}"#
        ),
    );
    let facts = Document::from_text("Oslo").with_name("facts");
    check_user(
        User::new("?").with(facts.clone().with_citations(true).with_context("c")),
        r#"{"text":"?"},{"document":{"format":"txt","name":"facts","source":{"text":"Oslo"},"context":"c","citations":{"enabled":true}}}"#,
    );
    check_user(
        User::new("?").with(facts),
        r#"{"text":"?"},{"document":{"format":"txt","name":"facts","source":{"bytes":"T3Nsbw=="}}}"#,
    );
}

// R-22
#[test]
fn media_that_the_wire_does_not_take_are_refused() {
    for (media, name) in [
        (
            Media::from_url("image/png", "https://example.org/a.png"),
            "images",
        ),
        (Media::from_bytes("image/tiff", b"x"), "images"),
        (Media::from_bytes("audio/midi", b"x"), "audio"),
        (
            Media::new("application/pdf", Source::File("f".into())),
            "documents",
        ),
    ] {
        let user = User::default().with(media);
        let refused = wire(CLAUDE, &Request::new(user)).unwrap_err();
        assert_eq!(
            (refused.kind(), refused.code()),
            (ErrorKind::Unsupported, Some(name))
        );
    }
}

// R-23, R-58
#[test]
fn each_call_has_its_outcome() {
    let calls = [
        Call::new("functions.f:0", "f", r#"{"a": 1}"#),
        Call::new("same", "f", ""),
        Call::new("same", "g", r#"{"a": 1"#),
    ];
    let png = Media::new("image/png", Source::Base64("AAAA".into()));
    let wav = Media::new("audio/wav", Source::Base64("AAAA".into()));
    let json = |text: &str| OutcomePart::Json(JsonText::parse(text).unwrap());
    let outcomes = [
        Outcome::from_parts(
            &calls[0],
            OutcomeStatus::Success,
            [
                OutcomePart::Text("4 °C".into()),
                json("{\"b\":2}"),
                json("[3]"),
                OutcomePart::Image(png),
            ],
        ),
        Outcome::new(&calls[1], OutcomeStatus::Failed, " "),
        Outcome::from_parts(&calls[2], OutcomeStatus::Success, [OutcomePart::Audio(wav)]),
    ];
    let mut conversation = Conversation::from("Hello");
    let answer = calls.into_iter().map(AssistantPart::from);
    let answer = Assistant::from_parts(answer).with_origin(id("moonshot.kimi-k2"));
    conversation.push_assistant(answer).unwrap();
    conversation.push_outcomes(outcomes).unwrap();
    conversation.push_user("Go on.").unwrap();
    let request = Request::new(conversation);

    let own = messages("moonshot.kimi-k2", &request);
    let again = own.split(r#""toolUseId":"same_"#).nth(1).unwrap();
    let again = format!("same_{}", again.split('"').next().unwrap());
    let expected = |first: &str| {
        [
            r#"[{"role":"user","content":[{"text":"Hello"}]},{"role":"assistant","content":["#,
            &format!(r#"{{"toolUse":{{"toolUseId":"{first}","name":"f","input":{{"a": 1}}}}}},"#),
            r#"{"toolUse":{"toolUseId":"same","name":"f","input":{}}},"#,
            &format!(r#"{{"toolUse":{{"toolUseId":"{again}","name":"g","input":{{"INVALID_JSON":"{{\"a\": 1"}}}}}}]}},"#),
            &format!(r#"{{"role":"user","content":[{{"toolResult":{{"toolUseId":"{first}","content":["#),
            r#"{"text":"4 °C"},{"json":{"b":2}},{"text":"[3]"},{"image":{"format":"png","source":{"bytes":"AAAA"}}}]}},"#,
            r#"{"toolResult":{"toolUseId":"same","content":[{"text":"(no output)"}],"status":"error"}},"#,
            &format!(r#"{{"toolResult":{{"toolUseId":"{again}","content":[{{"text":"[audio, audio/wav: not shown]"}}]}}}},"#),
            r#"{"text":"Go on."}]}]"#,
        ]
        .concat()
    };
    assert_eq!(own, expected("functions.f:0"));
    let other = messages(CLAUDE, &request);
    let mapped = other.split(r#""toolUseId":""#).nth(1).unwrap();
    let mapped = mapped.split('"').next().unwrap();
    assert!(mapped.starts_with("functions_f_0_"), "{mapped}");
    assert_eq!(other, expected(mapped));
}

// R-23
#[test]
fn a_history_with_calls_has_tools_and_outcomes() {
    let mut conversation = Conversation::from("Hello");
    let call = Call::new("t1", "weather", "{}");
    conversation
        .push_assistant(Assistant::default().with(call))
        .unwrap();
    let sent = body(CLAUDE, &Request::new(conversation));
    assert!(
        sent.starts_with(r#"{"toolConfig":{"tools":[{"toolSpec":{"name":"weather","description":"No longer available. Do not call it.","inputSchema":{"json":{"type":"object"}}}}]},"#),
        "{sent}"
    );
    assert!(
        sent.contains(r#"{"toolResult":{"toolUseId":"t1","content":[{"text":"interrupted"#),
        "{sent}"
    );
    assert!(sent.ends_with(r#""status":"error"}}]}]}"#), "{sent}");
}

// R-23
#[test]
fn the_user_speaks_first_and_says_something() {
    for (conversation, hint) in [
        (Conversation::from(" "), "user message"),
        (Conversation::new(), "user message"),
    ] {
        let refused = wire(CLAUDE, &Request::new(conversation)).unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::InvalidRequest);
        assert!(refused.hint().contains(hint), "{}", refused.hint());
    }
    let mut answered = Conversation::new();
    answered.push_assistant(Assistant::new("Hi")).unwrap();
    let refused = wire(CLAUDE, &Request::new(answered)).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::InvalidRequest);
}

/// An answer with everything that only its maker reads.
fn opaque() -> Assistant {
    let citation = JsonText::parse(r#"{ "title": "facts" }"#).unwrap();
    let item = r#"{"toolResult": {"toolUseId":"s1"}}"#;
    Assistant::default()
        .with(Thinking::new("Hm.").with_seal(Seal::new().with_signature("EqQB==")))
        .with(Thinking::new("Unsigned."))
        .with(Thinking::encrypted_only("Zm9v"))
        .with(TextPart::new("Rome.").with_citation(windlass_core::Citation::new(citation)))
        .with(TextPart::new("\n"))
        .with(Item::new("toolResult", JsonText::parse(item).unwrap()))
}

// R-9
#[test]
fn what_only_the_maker_reads_goes_back_to_it_unchanged() {
    let signed = r#"{"reasoningContent":{"reasoningText":{"text":"Hm.","signature":"EqQB=="}}}"#;
    let unsigned = r#"{"reasoningContent":{"reasoningText":{"text":"Unsigned."}}}"#;
    let hidden = r#"{"reasoningContent":{"redactedContent":"Zm9v"}}"#;
    let rest = concat!(
        r#"{"citationsContent":{"content":[{"text":"Rome."}],"citations":[{ "title": "facts" }]}},"#,
        r#"{"toolResult": {"toolUseId":"s1"}}"#
    );
    let plain = r#"[{"text":"Rome."}]"#;
    for (to, from, expected) in [
        (
            CLAUDE,
            id("anthropic.claude-opus-4-6"),
            format!("[{signed},{hidden},{rest}]"),
        ),
        (
            NOVA,
            id(NOVA),
            format!("[{signed},{unsigned},{hidden},{rest}]"),
        ),
        (
            "deepseek.r1-v1:0",
            id("deepseek.r1-v1:0"),
            format!("[{rest}]"),
        ),
        (NOVA, id(CLAUDE), plain.to_owned()),
        (CLAUDE, ModelId::new("anthropic", CLAUDE), plain.to_owned()),
    ] {
        let sent = replayed(to, from.clone(), &opaque());
        assert_eq!(sent, expected, "{from} to {to}");
    }
    let png = Media::new("image/png", Source::Base64("AAAA".into()));
    let shown = Assistant::default().with(png);
    let image = r#"[{"image":{"format":"png","source":{"bytes":"AAAA"}}}]"#;
    assert_eq!(replayed(NOVA, id(NOVA), &shown), image);
    let words = r#"[{"text":"[media, image/png: not shown]"}]"#;
    assert_eq!(replayed(CLAUDE, id(NOVA), &shown), words);
    let nothing_left = Assistant::default().with(Thinking::new("Hm."));
    assert_eq!(replayed(CLAUDE, id(NOVA), &nothing_left), "");
}

// R-9, R-19
#[test]
fn a_streamed_answer_goes_back_as_it_came() {
    let response = decode(&[
        r#"contentBlockDelta {"contentBlockIndex":0,"delta":{"reasoningContent":{"signature":"Eq+/QB=="}}}"#,
        r#"contentBlockStop {"contentBlockIndex":0}"#,
        r#"contentBlockDelta {"contentBlockIndex":1,"delta":{"citation":{"location":{"web":{"url":"https://example.org"}}}}}"#,
        r#"contentBlockStop {"contentBlockIndex":1}"#,
        r#"contentBlockStart {"contentBlockIndex":2,"start":{"toolUse":{"toolUseId":"t.1","name":"f"}}}"#,
        r#"contentBlockDelta {"contentBlockIndex":2,"delta":{"toolUse":{"input":"{ \"a\": 1.0 }"}}}"#,
        r#"messageStop {"stopReason":"tool_use"}"#,
    ]);
    assert_eq!(
        replayed(CLAUDE, id(CLAUDE), &response.message),
        concat!(
            r#"[{"reasoningContent":{"reasoningText":{"text":"","signature":"Eq+/QB=="}}},"#,
            r#"{"citationsContent":{"citations":[{"location":{"web":{"url":"https://example.org"}}}]}},"#,
            r#"{"toolUse":{"toolUseId":"t.1","name":"f","input":{ "a": 1.0 }}}]"#
        )
    );
}
