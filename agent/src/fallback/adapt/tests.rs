use std::ptr;
use std::sync::Arc;

use proptest::prelude::*;
use windlass_core::{
    Abilities, Ability, Call, Conversation, Document, Item, JsonText, Media, MediaPart, Outcome,
    OutcomeStatus, Seal, Source, System, Thinking, User,
};

use super::*;

fn picture() -> Media {
    Media::from_bytes("image/png", b"\x89PNG")
}

fn report() -> Document {
    Document::new(Media::from_bytes("application/pdf", b"%PDF-1.7")).with_name("report.pdf")
}

/// A model of the provider `p` that lacks these abilities; of the others nothing is known.
fn lacking(abilities: &[Ability]) -> Profile {
    let none = Abilities::unknown();
    let abilities = abilities
        .iter()
        .fold(none, |known, lacking| known.with(*lacking, false));
    Profile::new(ModelId::new("p", "next")).with_abilities(abilities)
}

fn request(messages: impl IntoIterator<Item = Message>) -> Request {
    let mut request = Request::default();
    for message in messages {
        request.conversation.push(message).unwrap();
    }
    request
}

/// What the model is shown of one part of the user's.
#[track_caller]
fn check(part: impl Into<UserPart>, lacks: Ability, expected: &str) {
    let part = part.into();
    let request = request([User::from_parts([part]).into()]);
    let adapted = adapt(&request, &lacking(&[lacks]), Opaque::Keep).request;
    let shown = User::new(expected);
    assert_eq!(adapted.conversation.messages().next(), Some(&shown.into()));
}

// R-58
#[test]
fn media_that_the_model_does_not_take_are_put_into_words() {
    let tape = Media::from_bytes("audio/wav", b"RIFF");
    let film = Media::from_url("video/mp4", "https://example.com/cat.mp4");
    let linked = Media::from_url("", "https://example.com/cat").with_detail("low");
    let inline = Media::from_url("image/png", "data:image/png;base64,iVBORw==");
    let stored = Media::new("image/png", Source::File("file_1".into()));
    check(
        picture(),
        Ability::Images,
        "[picture (image/png), not shown]",
    );
    check(inline, Ability::Images, "[picture (image/png), not shown]");
    check(stored, Ability::Images, "[picture (image/png), not shown]");
    check(
        UserPart::Image(linked),
        Ability::Images,
        "[picture at https://example.com/cat, not shown]",
    );
    check(tape, Ability::Audio, "[recording (audio/wav), not shown]");
    check(
        film,
        Ability::Video,
        "[film (video/mp4) at https://example.com/cat.mp4, not shown]",
    );
    check(
        report().with_context("of last year"),
        Ability::Documents,
        "[document `report.pdf` (application/pdf): of last year, not shown]",
    );
    check(
        Document::from_text("All is well.").with_name("r.txt"),
        Ability::Documents,
        "[document `r.txt` (text/plain)]\nAll is well.\n[end of the document]",
    );
}

// R-58
#[test]
fn what_a_model_made_is_described_to_one_that_does_not_take_it() {
    for (mime, lacks, noun) in [
        ("image/png", Ability::Images, "picture"),
        ("audio/wav", Ability::Audio, "recording"),
        ("video/mp4", Ability::Video, "film"),
        ("text/csv", Ability::Documents, "document"),
    ] {
        let answer = Assistant::new("Here:").with(Media::from_bytes(mime, b"x"));
        let before = request([User::new("Draw.").into(), answer.into()]);
        for ability in MEDIA {
            let after = adapt(&before, &lacking(&[ability]), Opaque::Keep).request;
            if ability != lacks {
                assert!(is_untouched(&before, &after), "{mime} without {ability:?}");
                continue;
            }
            let words = TextPart::new(format!("[{noun} ({mime}), not shown]"));
            let shown = Assistant::new("Here:").with(words);
            assert_eq!(
                after.conversation.messages().next_back(),
                Some(&shown.into())
            );
        }
    }
}

/// A conversation with media in each place where they can be.
fn with_media_everywhere() -> Request {
    let call = Call::new("c1", "look", "{}");
    let parts = [
        OutcomePart::Text("two cats".into()),
        OutcomePart::Image(picture()),
        OutcomePart::Document(report()),
    ];
    let outcome = Outcome::from_parts(&call, OutcomeStatus::Failed, parts);
    let made = MediaPart::new(picture()).with_seal(Seal::new().with_signature("EqQB"));
    request([
        System::new("Be brief.").into(),
        User::new("Look.").with(picture()).into(),
        Assistant::new("So?")
            .with(made)
            .with(call)
            .with_id("answer_1")
            .into(),
        Outcomes(vec![outcome]).into(),
        User::new("Well?").into(),
    ])
}

// R-39, R-58
#[test]
fn media_are_described_in_every_place_and_all_else_stays() {
    let before = with_media_everywhere()
        .with_instructions("Be kind.")
        .with_options(windlass_core::Options::new().with_user("u1"));
    let Adapted { request, warnings } = adapt(&before, &lacking(&[Ability::Images]), Opaque::Keep);

    let was = serde_json::to_string(&before.conversation).unwrap();
    let is = serde_json::to_string(&request.conversation).unwrap();
    let image = r#"{"mime":"image/png","source":{"base64":"iVBORw=="}}"#;
    let words = r#""[picture (image/png), not shown]""#;
    let described = was
        .replace(
            &format!(r#"{{"image":{image}}}"#),
            &format!(r#"{{"text":{words}}}"#),
        )
        .replace(
            &format!(r#"{{"media":{{"media":{image},"seal":{{"signature":"EqQB"}}}}}}"#),
            &format!(r#"{{"text":{{"text":{words}}}}}"#),
        );
    assert_eq!(is, described);
    assert_eq!(is.matches(words).count(), 3, "{is}");
    assert!(is.contains("report.pdf"), "{is}");

    assert_eq!(request.options, before.options);
    assert!(ptr::eq(&*request.instructions, &*before.instructions));
    let [warning] = &warnings[..] else {
        panic!("one kind of media, one warning: {warnings:?}");
    };
    assert_eq!(warning.option, "images");
    assert_eq!(
        warning.message,
        "put into words for `p/next`, which takes none: 3"
    );
}

#[test]
fn a_message_that_stays_is_shared() {
    let before = with_media_everywhere();
    let after = adapt(&before, &lacking(&[Ability::Documents]), Opaque::Strip).request;
    let entries = before.conversation.entries().iter();
    let shared: Vec<_> = entries
        .zip(after.conversation.entries())
        .map(|(before, after)| Arc::ptr_eq(before, after))
        .collect();
    assert_eq!(shared, [true, true, true, false, true]);
}

/// Whether the request has the very conversation of the one before.
fn is_untouched(before: &Request, after: &Request) -> bool {
    ptr::eq(before.conversation.entries(), after.conversation.entries())
}

// R-9, R-25
#[test]
fn a_conversation_that_needs_nothing_is_returned_as_it_is() {
    let before = with_media_everywhere();
    let unknown = lacking(&[]);
    let able = unknown
        .clone()
        .with_abilities(Abilities::unknown().with(Ability::Images, true));
    for (profile, opaque) in [
        (&unknown, Opaque::Keep),
        (&unknown, Opaque::Strip),
        (&able, Opaque::Keep),
        (&lacking(&[Ability::Video, Ability::Tools]), Opaque::Keep),
    ] {
        let adapted = adapt(&before, profile, opaque);
        assert!(is_untouched(&before, &adapted.request), "{profile:?}");
        assert_eq!(adapted.warnings, []);
    }
}

/// An answer with everything that is opaque.
fn sealed(origin: Option<ModelId>) -> Assistant {
    let seal = || Seal::new().with_id("id_1").with_signature("EqQB");
    let json = JsonText::parse(r#"{"type":"web_search_call"}"#).unwrap();
    let mut answer = Assistant::default()
        .with(Thinking::new("Oslo is north.").with_seal(seal().with_encrypted("gAAA")))
        .with(Item::new("web_search_call", json))
        .with(TextPart::new("Rome.").with_seal(seal()))
        .with_id("answer_1");
    answer.origin = origin;
    answer
}

// R-9
#[test]
fn only_answers_of_other_models_of_the_provider_are_stripped_and_only_when_asked() {
    let id = ModelId::new;
    for (origin, opaque, expected) in [
        (
            Some(id("p", "last")),
            Opaque::Strip,
            Some(ModelId::new(NOBODY, "last")),
        ),
        (Some(id("p", "last")), Opaque::Keep, None),
        (Some(id("p", "next")), Opaque::Strip, None),
        (Some(id("other", "last")), Opaque::Strip, None),
        (Some(id("other", "next")), Opaque::Strip, None),
        (None, Opaque::Strip, None),
    ] {
        let answer = sealed(origin);
        let before = request([User::new("Where?").into(), answer.clone().into()]);
        let after = adapt(&before, &lacking(&[Ability::Video]), opaque).request;
        let Some(nobody) = expected else {
            assert!(
                is_untouched(&before, &after),
                "{:?} {opaque:?}",
                answer.origin
            );
            continue;
        };
        let stripped = answer.with_origin(nobody);
        assert_eq!(
            after.conversation.messages().next_back(),
            Some(&stripped.into())
        );
    }
}

const MEDIA: [Ability; 4] = [
    Ability::Images,
    Ability::Audio,
    Ability::Video,
    Ability::Documents,
];

fn any_media() -> impl Strategy<Value = Media> {
    let mime = prop::sample::select(vec!["image/png", "audio/wav", "video/mp4", "text/csv", ""]);
    let source = prop_oneof![
        Just(Source::Base64("iVBORw==".into())),
        Just(Source::Url("https://example.com/x".into())),
        Just(Source::Text("a,b".into())),
    ];
    (mime, source).prop_map(|(mime, source)| Media::new(mime, source))
}

fn any_turn() -> impl Strategy<Value = Vec<Message>> {
    let media = || proptest::collection::vec(any_media(), 0..3);
    (media(), media(), media()).prop_map(|(said, made, found)| {
        let call = Call::new("c1", "look", "{}");
        let found = found.into_iter().map(|media| match media.mime.as_str() {
            "image/png" => OutcomePart::Image(media),
            "audio/wav" => OutcomePart::Audio(media),
            _ => OutcomePart::Document(Document::new(media)),
        });
        let outcome = Outcome::from_parts(&call, OutcomeStatus::Success, found);
        let made = made.into_iter().map(AssistantPart::from);
        vec![
            User::from_parts(said.into_iter().map(UserPart::from)).into(),
            Assistant::from_parts(made.chain([call.into()]))
                .with_origin(ModelId::new("p", "last"))
                .into(),
            Outcomes(vec![outcome]).into(),
        ]
    })
}

proptest! {
    // R-23, R-25, R-39
    #[test]
    fn adapting_is_legal_complete_and_done_once(
        turns in proptest::collection::vec(any_turn(), 0..4),
        lacks in prop::sample::subsequence(MEDIA.to_vec(), 0..=4),
    ) {
        let before = request(turns.into_iter().flatten());
        let profile = lacking(&lacks);
        let once = adapt(&before, &profile, Opaque::Strip).request;
        let calls = |request: &Request| {
            let calls = request.conversation.calls();
            calls.map(|(call, outcome)| (call.clone(), outcome.map(|outcome| outcome.call.clone()))).collect::<Vec<_>>()
        };
        prop_assert_eq!(calls(&once), calls(&before));
        prop_assert_eq!(once.conversation.next_call_number(), before.conversation.next_call_number());

        let written = serde_json::to_string(&once.conversation).unwrap();
        let read: Conversation = serde_json::from_str(&written).unwrap();
        prop_assert_eq!(&read, &once.conversation);
        prop_assert_eq!(lacks.contains(&Ability::Images) && written.contains("\"image\":"), false);
        prop_assert_eq!(lacks.contains(&Ability::Documents) && written.contains("\"document\":"), false);
        prop_assert!(is_untouched(&once, &adapt(&once, &profile, Opaque::Strip).request));
    }
}
