use windlass_core::{
    Assistant, Call, CallId, Conversation, Document, ErrorKind, Media, Message, Options, Outcome,
    OutcomePart, OutcomeStatus, Request, Source, System, Unsupported, User, UserPart,
};

use super::{CODEC, encode_to, refused};
use crate::wire::anthropic::{Anthropic, FirstMessage, SystemPlace};
use crate::wire::testkit::wire_request;

/// Checks what follows the head of a request: the instructions and the messages.
fn check(request: &Request, expected: &str) {
    check_with(&CODEC, request, expected);
}

fn check_with(codec: &Anthropic, request: &Request, expected: &str) {
    let body = encode_to(codec, "m-1", request).unwrap();
    let head = r#"{"model":"m-1","max_tokens":4096,"stream":true,"#;
    assert_eq!(
        body.strip_prefix(head),
        Some(format!("{expected}}}").as_str())
    );
}

fn conversation(messages: impl IntoIterator<Item = Message>) -> Request {
    let mut conversation = Conversation::new();
    for message in messages {
        conversation.push(message).unwrap();
    }
    Request::new(conversation)
}

fn outcomes(outcomes: impl IntoIterator<Item = Outcome>) -> Message {
    Message::Outcomes(outcomes.into_iter().collect())
}

// R-23, R-26
#[test]
fn neighbours_of_a_role_become_one_message_and_instructions_are_hoisted() {
    let request = conversation([
        System::new("Be brief.").into(),
        User::new("Hello").into(),
        User::from_parts([UserPart::from(" "), "Oslo?".into()]).into(),
        Assistant::new("Cold.").into(),
        User::new("").into(),
        System::new("Now in German.").into(),
        Assistant::new(" ").into(),
        Assistant::new("Kalt.").into(),
        User::new("Rome?").into(),
    ])
    .with_instructions("You know the weather.")
    .with_instructions("");
    check(
        &request,
        concat!(
            r#""system":[{"type":"text","text":"You know the weather."},{"type":"text","text":"Be brief."},"#,
            r#"{"type":"text","text":"Now in German."}],"messages":["#,
            r#"{"role":"user","content":[{"type":"text","text":"Hello"},{"type":"text","text":"Oslo?"}]},"#,
            r#"{"role":"assistant","content":[{"type":"text","text":"Cold."},{"type":"text","text":"Kalt."}]},"#,
            r#"{"role":"user","content":[{"type":"text","text":"Rome?"}]}]"#,
        ),
    );
    let inline = conversation([User::new("Hi").into(), System::new("Be brief.").into()]);
    check_with(
        &CODEC.with_system(SystemPlace::Inline),
        &inline,
        concat!(
            r#""messages":[{"role":"user","content":[{"type":"text","text":"Hi"}]},"#,
            r#"{"role":"system","content":[{"type":"text","text":"Be brief."}]}]"#,
        ),
    );
}

// R-23
#[test]
fn a_request_without_words_or_without_the_user_first_is_refused() {
    let error = encode_to(&CODEC, "m-1", &Request::new(" ")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    let request = conversation([Assistant::new("Hi").into(), User::new("Hello").into()]);
    assert!(encode_to(&CODEC, "m-1", &request).is_ok());
    let error = encode_to(&CODEC.with_first(FirstMessage::User), "m-1", &request).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
}

#[test]
fn the_user_sends_pictures_and_documents() {
    let request = Request::new(
        User::new("Look")
            .with(Media::from_bytes("image/png", b"\x89PNG"))
            .with(Media::from_url("image/jpeg", "https://example.com/a.jpg"))
            .with(UserPart::Image(Media::new(
                "",
                Source::File("file_1".into()),
            )))
            .with(Document::new(Media::from_bytes("application/pdf", b"%PDF")).with_name("a.pdf"))
            .with(
                Document::from_text("4 °C")
                    .with_context("a note")
                    .with_citations(true),
            )
            .with(Document::new(Media::from_bytes("text/csv", b"a,b")))
            .with(Document::new(Media::from_url(
                "",
                "https://example.com/a.pdf",
            )))
            .with(Document::new(Media::new("", Source::File("file_2".into())))),
    );
    check(
        &request,
        concat!(
            r#""messages":[{"role":"user","content":[{"type":"text","text":"Look"},"#,
            r#"{"type":"image","source":{"type":"base64","media_type":"image/png","data":"iVBORw=="}},"#,
            r#"{"type":"image","source":{"type":"url","url":"https://example.com/a.jpg"}},"#,
            r#"{"type":"image","source":{"type":"file","file_id":"file_1"}},"#,
            r#"{"type":"document","source":{"type":"base64","media_type":"application/pdf","data":"JVBERg=="},"title":"a.pdf"},"#,
            r#"{"type":"document","source":{"type":"text","media_type":"text/plain","data":"4 °C"},"context":"a note","citations":{"enabled":true}},"#,
            r#"{"type":"document","source":{"type":"text","media_type":"text/plain","data":"a,b"}},"#,
            r#"{"type":"document","source":{"type":"url","url":"https://example.com/a.pdf"}},"#,
            r#"{"type":"document","source":{"type":"file","file_id":"file_2"}}]}]"#,
        ),
    );
}

// R-22
#[test]
fn what_the_wire_does_not_take_is_refused_or_described() {
    for (part, option, words) in [
        (
            UserPart::from(Media::from_bytes("audio/wav", b"a")),
            "audio",
            "a recording (audio/wav)",
        ),
        (
            UserPart::from(Media::from_bytes("video/mp4", b"a")),
            "video",
            "a film (video/mp4)",
        ),
        (
            UserPart::from(Media::from_bytes("application/zip", b"a")),
            "documents",
            "a document (application/zip)",
        ),
        (
            UserPart::Image(Media::from_bytes("", b"a")),
            "images",
            "a picture",
        ),
    ] {
        let request = Request::new(User::from_parts([part]));
        assert_eq!(refused(&request), option);
        let request = request.with_options(Options::new().with_unsupported(Unsupported::Warn));
        for _ in 0..2 {
            let wire = wire_request(&CODEC, &request).unwrap();
            assert_eq!(wire.warnings[0].option, option);
            let body = String::from_utf8(wire.body).unwrap();
            let described = format!(r#""text":"[{words}, which cannot be shown here]""#);
            assert!(body.contains(&described), "{body}");
        }
    }
}

// R-23, R-58
#[test]
fn outcomes_come_first_in_the_users_turn() {
    let calls = [
        Call::new("toolu_a", "look", r#"{"city":"Oslo"}"#),
        Call::new("toolu_b", "look", ""),
        Call::new("toolu_c", "fs.read", "[1]"),
    ];
    let picture = || OutcomePart::Image(Media::from_bytes("image/png", b"\x89PNG"));
    let parts = [
        OutcomePart::Text("4 °C".into()),
        picture(),
        OutcomePart::Text("".into()),
    ];
    let answer = calls
        .iter()
        .cloned()
        .fold(Assistant::default(), Assistant::with);
    let request = conversation([
        User::new("Hi").into(),
        answer.into(),
        outcomes([
            Outcome::from_parts(&calls[0], OutcomeStatus::Success, parts),
            Outcome::from_parts(&calls[1], OutcomeStatus::Failed, [picture()]),
            Outcome::from_parts(&calls[2], OutcomeStatus::Denied, []),
        ]),
        User::new("And?").into(),
    ]);
    check(
        &request,
        concat!(
            r#""messages":[{"role":"user","content":[{"type":"text","text":"Hi"}]},"#,
            r#"{"role":"assistant","content":["#,
            r#"{"type":"tool_use","id":"toolu_a","name":"look","input":{"city":"Oslo"}},"#,
            r#"{"type":"tool_use","id":"toolu_b","name":"look","input":{}},"#,
            r#"{"type":"tool_use","id":"toolu_c","name":"fs_read_4f70ea29","input":{"INVALID_JSON":"[1]"}}]},"#,
            r#"{"role":"user","content":["#,
            r#"{"type":"tool_result","tool_use_id":"toolu_a","content":[{"type":"text","text":"4 °C"},"#,
            r#"{"type":"image","source":{"type":"base64","media_type":"image/png","data":"iVBORw=="}}]},"#,
            r#"{"type":"tool_result","tool_use_id":"toolu_b","content":[{"type":"text","text":"[a picture (image/png), which cannot be shown here]"}],"is_error":true},"#,
            r#"{"type":"tool_result","tool_use_id":"toolu_c","content":[{"type":"text","text":"the call failed"}],"is_error":true},"#,
            r#"{"type":"text","text":"And?"}]}]"#,
        ),
    );
}

// R-9, R-23
#[test]
fn calls_and_outcomes_keep_together_whatever_their_ids() {
    let calls = [
        Call::new("f:0", "a", "{}"),
        Call::new("same", "a", "{}"),
        Call::new("same", "b", "{}"),
    ];
    let answer = calls
        .iter()
        .cloned()
        .fold(Assistant::default(), Assistant::with);
    let request = conversation([
        User::new("Hi").into(),
        answer.into(),
        outcomes(calls.iter().map(|call| Outcome::success(call, "ok"))),
    ]);
    let body = encode_to(&CODEC, "m-1", &request).unwrap();
    let value: serde_json::Value = serde_json::from_str(&body).unwrap();
    let ids = |message: usize, member: &str| -> Vec<CallId> {
        let blocks = value["messages"][message]["content"].as_array().unwrap();
        blocks
            .iter()
            .map(|block| block[member].as_str().unwrap().into())
            .collect()
    };
    let sent = ids(1, "id");
    assert_eq!(sent, ids(2, "tool_use_id"));
    assert_eq!(sent[1..], ["same".into(), "same_38fb6e77".into()]);
    assert!(sent[0].as_str().starts_with("f_0_"));
}

#[test]
fn pictures_of_an_answer_are_described() {
    let answer = Assistant::from_parts([Media::from_bytes("image/png", b"a").into()]);
    let request = conversation([
        User::new("Hi").into(),
        answer.into(),
        User::new("And?").into(),
    ]);
    let body = encode_to(&CODEC, "m-1", &request).unwrap();
    assert!(
        body.contains("[media (image/png), which cannot be shown here]"),
        "{body}"
    );
}
