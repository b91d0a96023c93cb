//! Messages, in each role and with each part.

use super::*;

/// Checks the JSON of the messages.
fn check(codec: &OpenAiChat, conversation: impl Into<Conversation>, expected: &str) {
    let body = encode(codec, &Request::new(conversation));
    let (_, messages) = body
        .split_once(r#""messages":"#)
        .expect("there are messages");
    assert_eq!(messages, format!("{expected}}}"));
}

/// A conversation of a question, an answer with this call, and its outcome.
fn called(call: &Call, outcome: Outcome) -> Conversation {
    let mut conversation = Conversation::from("Hi");
    conversation
        .push_assistant(Assistant::default().with(call.clone()))
        .unwrap();
    conversation.push_outcomes([outcome]).unwrap();
    conversation
}

// R-26, R-87
#[test]
fn instructions_and_system_messages_stay_where_they_are() {
    let mut conversation = Conversation::from("Hi");
    conversation
        .push_system(System::new("The user speaks German."))
        .unwrap();
    let request = Request::new(conversation)
        .with_instructions("One.")
        .with_instructions("")
        .with_instructions("Two.");
    let messages = |codec: &OpenAiChat| member(codec, &request, "messages").unwrap();
    let expected = json!([
        {"role": "system", "content": "One.\n\nTwo."},
        {"role": "user", "content": "Hi"},
        {"role": "system", "content": "The user speaks German."},
    ]);
    assert_eq!(messages(&CODEC), expected);
    let developer = messages(&CODEC.with_system_role("developer"));
    assert_eq!(developer[0]["role"], "developer");
    assert_eq!(developer[2]["role"], "developer");
}

// R-23
#[test]
fn a_text_alone_is_a_string_and_blank_texts_are_no_parts() {
    check(
        &CODEC,
        User::new("Hi"),
        r#"[{"role":"user","content":"Hi"}]"#,
    );
    check(
        &CODEC,
        User::new("").with("Hi").with(""),
        r#"[{"role":"user","content":"Hi"}]"#,
    );
    check(
        &CODEC,
        User::from_parts([]),
        r#"[{"role":"user","content":""}]"#,
    );
    let two =
        r#"[{"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}]"#;
    check(&CODEC, User::new("a").with("b").with(""), two);
}

#[test]
fn media_go_as_the_host_takes_them() {
    let part = |codec: &OpenAiChat, part: User, expected: &str| {
        check(
            codec,
            part,
            &format!(r#"[{{"role":"user","content":[{expected}]}}]"#),
        );
    };
    let user = |media: Media| User::from_parts([media.into()]);
    let document = |document: Document| User::from_parts([document.into()]);
    part(
        &CODEC,
        user(Media::from_url("image/png", "https://a.example/x.png").with_detail("low")),
        r#"{"type":"image_url","image_url":{"url":"https://a.example/x.png","detail":"low"}}"#,
    );
    part(
        &CODEC,
        user(Media::from_bytes("image/png", b"abc")),
        r#"{"type":"image_url","image_url":{"url":"data:image/png;base64,YWJj"}}"#,
    );
    for (mime, format) in [
        ("audio/wav", "wav"),
        ("audio/x-wav", "wav"),
        ("audio/mpeg", "mp3"),
        ("audio/flac", "flac"),
    ] {
        let expected = format!(
            r#"{{"type":"input_audio","input_audio":{{"data":"YWJj","format":"{format}"}}}}"#
        );
        part(&CODEC, user(Media::from_bytes(mime, b"abc")), &expected);
    }
    let plain = CODEC.with_audio(Recordings::Plain);
    part(
        &plain,
        user(Media::from_bytes("audio/wav", b"abc")),
        r#"{"type":"input_audio","input_audio":"YWJj"}"#,
    );
    part(
        &plain,
        user(Media::from_url("audio/wav", "https://a.example/x.wav")),
        r#"{"type":"input_audio","input_audio":"https://a.example/x.wav"}"#,
    );
    part(
        &CODEC.with_video(Takes::Yes),
        user(Media::from_url("video/mp4", "https://a.example/x.mp4")),
        r#"{"type":"video_url","video_url":{"url":"https://a.example/x.mp4"}}"#,
    );
    let pdf = || Document::new(Media::from_bytes("application/pdf", b"abc")).with_name("x.pdf");
    part(
        &CODEC,
        document(pdf().with_context("Read it.")),
        r#"{"type":"text","text":"Read it."},{"type":"file","file":{"filename":"x.pdf","file_data":"data:application/pdf;base64,YWJj"}}"#,
    );
    part(
        &CODEC,
        document(Document::new(Media::new(
            "application/pdf",
            Source::File("file-1".into()),
        ))),
        r#"{"type":"file","file":{"file_id":"file-1"}}"#,
    );
    check(
        &CODEC,
        document(Document::from_text("words").with_name("x.txt")).with("Hi"),
        r#"[{"role":"user","content":[{"type":"text","text":"x.txt:\nwords"},{"type":"text","text":"Hi"}]}]"#,
    );
    part(
        &CODEC.with_documents(Documents::DocumentUrl),
        document(pdf()),
        r#"{"type":"document_url","document_url":"data:application/pdf;base64,YWJj","document_name":"x.pdf"}"#,
    );
    part(
        &CODEC.with_documents(Documents::FileUrl),
        document(pdf()),
        r#"{"type":"file_url","file_url":{"url":"YWJj"}}"#,
    );
    let address = || {
        Document::new(Media::from_url(
            "application/pdf",
            "https://a.example/x.pdf",
        ))
    };
    part(
        &CODEC.with_documents(Documents::FileOrUrl),
        document(address()),
        r#"{"type":"file","file":{"file_data":"https://a.example/x.pdf"}}"#,
    );
}

// R-22, R-87
#[test]
fn media_that_the_host_does_not_take_are_refused() {
    let check = |codec: OpenAiChat, media: Media, option: &str| {
        let request = Request::new(User::from_parts([media.into()]));
        assert_eq!(refused(&codec, &request), option);
    };
    let stored = |mime: &'static str| Media::new(mime, Source::File("f".into()));
    check(
        CODEC.with_images(Takes::No),
        Media::from_bytes("image/png", b"x"),
        "images",
    );
    check(CODEC, stored("image/png"), "images");
    check(
        CODEC.with_audio(Recordings::Refused),
        Media::from_bytes("audio/wav", b"x"),
        "audio",
    );
    check(
        CODEC,
        Media::from_url("audio/wav", "https://a.example"),
        "audio",
    );
    check(CODEC, Media::from_bytes("video/mp4", b"x"), "video");
    check(
        CODEC,
        Media::from_url("application/pdf", "https://a.example"),
        "documents",
    );
    let none = CODEC.with_documents(Documents::Refused);
    check(
        none,
        Media::from_bytes("application/pdf", b"x"),
        "documents",
    );
}

// R-23, R-58
#[test]
fn calls_have_their_outcomes() {
    let call = Call::new("c1", "weather", "");
    let head = r#"[{"role":"user","content":"Hi"},{"role":"assistant","tool_calls":[{"id":"c1","type":"function","function":{"name":"weather","arguments":"{}"}}]},"#;
    let parts = [
        OutcomePart::from("It is"),
        OutcomePart::from(JsonText::parse(r#"{"t": 4}"#).unwrap()),
        OutcomePart::from(Media::from_bytes("image/png", b"abc")),
    ];
    let outcome = || Outcome::from_parts(&call, OutcomeStatus::Success, parts.clone());
    let described = r#"{"role":"tool","tool_call_id":"c1","content":"It is\n{\"t\": 4}\n[image of the type image/png, not shown]"}]"#;
    check(
        &CODEC,
        called(&call, outcome()),
        &format!("{head}{described}"),
    );
    let shown = r#"{"role":"tool","tool_call_id":"c1","content":[{"type":"text","text":"It is"},{"type":"text","text":"{\"t\": 4}"},{"type":"image_url","image_url":{"url":"data:image/png;base64,YWJj"}}]}]"#;
    let codec = CODEC.with_outcome_images(Takes::Yes);
    check(&codec, called(&call, outcome()), &format!("{head}{shown}"));
    let failed = Outcome::new(&call, OutcomeStatus::Failed, "no such city");
    let told = r#"{"role":"tool","tool_call_id":"c1","content":"error: no such city"}]"#;
    check(&CODEC, called(&call, failed), &format!("{head}{told}"));
}

// R-27
#[test]
fn the_last_outcome_carries_the_mark() {
    let call = Call::new("c1", "weather", "{}");
    let request = Request::new(called(&call, Outcome::success(&call, "4 °C")))
        .with_options(Options::new().with_cache(CachePolicy::Auto(CacheTime::Short)));
    let body = encode(&CODEC.with_cache(CacheMarks::Parts(4)), &request);
    let marked =
        r#""content":[{"type":"text","text":"4 °C","cache_control":{"type":"ephemeral"}}]}]}"#;
    assert!(body.ends_with(marked), "{body}");
}

// R-23, R-87
#[test]
fn ids_are_as_the_host_takes_them_and_pairs_stay_pairs() {
    let (first, second) = (Call::new("a", "f", "{}"), Call::new("a", "g", "{}"));
    let mut conversation = Conversation::from("Hi");
    let answer = Assistant::default()
        .with(first.clone())
        .with(second.clone());
    conversation.push_assistant(answer).unwrap();
    let outcomes = [
        Outcome::success(&first, "1"),
        Outcome::success(&second, "2"),
    ];
    conversation.push_outcomes(outcomes).unwrap();
    let request = Request::new(conversation);
    let ids = |codec: OpenAiChat| {
        let messages = member(&codec, &request, "messages").unwrap();
        let calls = messages[1]["tool_calls"].clone();
        let pair = |at: usize| {
            assert_eq!(calls[at]["id"], messages[2 + at]["tool_call_id"]);
            calls[at]["id"].as_str().unwrap().to_owned()
        };
        [pair(0), pair(1)]
    };
    assert_eq!(ids(CODEC), ["a", "a_aa1bf9db"]);
    let nine = ids(CODEC.with_call_ids(CallIds::Nine));
    assert!(
        nine.iter()
            .all(|id| id.len() == 9 && id.bytes().all(|byte| byte.is_ascii_alphanumeric()))
    );
    assert_ne!(nine[0], nine[1]);
}

// R-23, R-87
#[test]
fn an_answer_of_calls_alone_has_the_content_that_the_host_wants() {
    let call = Call::new("c1", "f", "{}");
    let request = Request::new(called(&call, Outcome::success(&call, "ok")));
    let content = |empty: EmptyContent| {
        let messages = member(&CODEC.with_empty_content(empty), &request, "messages").unwrap();
        messages[1].get("content").cloned()
    };
    assert_eq!(content(EmptyContent::Omitted), None);
    assert_eq!(content(EmptyContent::Null), Some(Value::Null));
    assert_eq!(content(EmptyContent::Blank), Some(json!("")));
}

// R-87
#[test]
fn an_answer_at_the_end_is_marked_as_a_beginning() {
    let mut conversation = Conversation::from("Hi");
    conversation.push_assistant(Assistant::new("Once")).unwrap();
    let plain = r#"[{"role":"user","content":"Hi"},{"role":"assistant","content":"Once"}]"#;
    check(&CODEC, conversation.clone(), plain);
    let marked =
        r#"[{"role":"user","content":"Hi"},{"role":"assistant","content":"Once","prefix":true}]"#;
    check(&CODEC.with_prefix(Some("prefix")), conversation, marked);
}

// R-23, R-26, R-87
#[test]
fn the_user_and_the_assistant_speak_in_turn_where_the_host_wants_it() {
    let mut conversation = Conversation::from("Hi");
    conversation.push_system(System::new("Be brief.")).unwrap();
    conversation.push_user("Well?").unwrap();
    conversation.push_assistant(Assistant::new("Yes.")).unwrap();
    conversation.push_system(System::new("Go on.")).unwrap();
    conversation.push_assistant(Assistant::new("So.")).unwrap();
    conversation.push_user("Bye").unwrap();
    let apart = r#"[{"role":"user","content":"Hi"},{"role":"system","content":"Be brief."},{"role":"user","content":"Well?"},{"role":"assistant","content":"Yes."},{"role":"system","content":"Go on."},{"role":"assistant","content":"So."},{"role":"user","content":"Bye"}]"#;
    check(&CODEC, conversation.clone(), apart);
    let together = r#"[{"role":"user","content":[{"type":"text","text":"Hi"},{"type":"text","text":"Be brief."},{"type":"text","text":"Well?"}]},{"role":"assistant","content":"Yes."},{"role":"user","content":"Go on."},{"role":"assistant","content":"So."},{"role":"user","content":"Bye"}]"#;
    check(&CODEC.with_turns(Turns::Alternate), conversation, together);
}

// R-23, R-66
#[test]
fn an_answer_that_was_cut_before_it_said_anything_is_left_out() {
    let thought = || Assistant::default().with(Thinking::new("Let me"));
    let own = || thought().with_origin(model());
    for (silent, turns) in [
        (thought(), Turns::Any),
        (own(), Turns::Any),
        (Assistant::new(""), Turns::Any),
        (own(), Turns::Alternate),
    ] {
        let mut conversation = Conversation::from("One?");
        conversation.push_assistant(silent.clone()).unwrap();
        let codec = CODEC.with_turns(turns);
        check(
            &codec,
            conversation.clone(),
            r#"[{"role":"user","content":"One?"}]"#,
        );
        conversation.push_user("Two?").unwrap();
        let both = match turns {
            Turns::Any => r#"[{"role":"user","content":"One?"},{"role":"user","content":"Two?"}]"#,
            _ => {
                r#"[{"role":"user","content":[{"type":"text","text":"One?"},{"type":"text","text":"Two?"}]}]"#
            }
        };
        check(&codec, conversation, both);
    }
}
