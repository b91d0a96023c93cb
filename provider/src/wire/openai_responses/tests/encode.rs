use windlass_core::{
    Abilities, Ability, Assistant, Breakpoint, CachePolicy, CacheTime, Call, Continuation,
    Conversation, Document, Effort, ErrorKind, HostedTool, JsonText, Media, ModelId, Options,
    Outcome, OutcomePart, OutcomeStatus, OutputFormat, ParallelCalls, Profile, Reasoning, Request,
    Sampling, Schema, Source, System, ToolChoice, ToolSpec, Tools, Unsupported, User, UserPart,
};

use super::super::{Feature, OpenAiResponses, UserMember};
use super::kit::{CODEC, body, encode, encode_for, head};

/// A host that says nothing of storage, so that the cases show what they are about.
const PLAIN: OpenAiResponses = OpenAiResponses::new()
    .with_continuation(None)
    .without(Feature::StrictTools);

fn check_head(options: Options, expected: &str) {
    assert_eq!(head(&PLAIN, options), expected);
}

fn input(codec: &OpenAiResponses, conversation: impl Into<Conversation>) -> String {
    let body = body(codec, &Request::new(conversation));
    let (_, input) = body.split_once(r#""input":"#).unwrap();
    input.strip_suffix('}').unwrap().to_owned()
}

fn check_user(user: User, expected: &str) {
    let mut said = Conversation::new();
    said.push_user(user).unwrap();
    assert_eq!(input(&PLAIN, said), expected);
}

fn weather() -> ToolSpec {
    ToolSpec::new("weather", "", Schema::empty_object())
}

// R-87
#[test]
fn options_have_their_members() {
    let sampling = Sampling::new()
        .with_temperature(0.5)
        .with_top_p(0.9)
        .with_max_output_tokens(100);
    check_head(
        Options::new().with_sampling(sampling),
        r#"{"model":"m","max_output_tokens":100,"temperature":0.5,"top_p":0.9}"#,
    );
    check_head(
        Options::new()
            .with_user("u")
            .with_metadata("team", "a")
            .with_extra("truncation", "auto"),
        r#"{"model":"m","safety_identifier":"u","metadata":{"team":"a"},"truncation":"auto"}"#,
    );
    check_head(
        Options::new().with_output(OutputFormat::Json),
        r#"{"model":"m","text":{"format":{"type":"json_object"}}}"#,
    );
    check_head(
        Options::new().with_cache(CachePolicy::Auto(CacheTime::Hour)),
        r#"{"model":"m","prompt_cache_retention":"24h"}"#,
    );
    let user = PLAIN.with_user_member(UserMember::User);
    assert_eq!(
        head(&user, Options::new().with_user("u")),
        r#"{"model":"m","user":"u"}"#
    );
    let schema = OutputFormat::Schema {
        name: "s".into(),
        schema: Schema::empty_object(),
    };
    let shape = head(&PLAIN, Options::new().with_output(schema));
    assert!(
        shape.contains(r#""text":{"format":{"type":"json_schema","name":"s","schema":{"#),
        "{shape}"
    );
}

#[test]
fn thinking_is_asked_for_in_words() {
    for (reasoning, word) in [
        (Reasoning::effort(Effort::Off), "none"),
        (Reasoning::effort(Effort::Minimal), "minimal"),
        (Reasoning::effort(Effort::Max), "xhigh"),
        (Reasoning::budget(0), "none"),
        (Reasoning::budget(1_024), "minimal"),
        (Reasoning::budget(1_025), "low"),
        (Reasoning::budget(1_000_000), "high"),
    ] {
        let expected = format!(r#"{{"model":"m","reasoning":{{"effort":"{word}"}}}}"#);
        check_head(Options::new().with_reasoning(reasoning), &expected);
    }
    let summarised = PLAIN.with_summary(Some("auto"));
    let options = Options::new().with_reasoning(Reasoning::effort(Effort::Low));
    assert_eq!(
        head(&summarised, options),
        r#"{"model":"m","reasoning":{"effort":"low","summary":"auto"}}"#
    );
}

#[test]
fn storage_is_left_to_the_host_only_where_the_dialect_says_so() {
    check_head(Options::new(), r#"{"model":"m"}"#);
    let stateless = r#"{"model":"m","store":false,"include":["reasoning.encrypted_content"]}"#;
    assert_eq!(head(&CODEC, Options::new()), stateless);
    let asked = Options::new().with_continuation(Continuation::Stateless);
    check_head(asked.clone(), stateless);
    check_head(
        Options::new().with_continuation(Continuation::Stored),
        r#"{"model":"m","store":true}"#,
    );
    let bare = PLAIN
        .without(Feature::Store)
        .without(Feature::EncryptedReasoning);
    assert_eq!(head(&bare, asked), r#"{"model":"m"}"#);
}

#[test]
fn a_stored_answer_is_continued() {
    let mine = ModelId::new("openai", "m");
    let answer = |text: &str, id: &str| Assistant::new(text.to_owned()).with_id(id.to_owned());
    let mut said = Conversation::from("One");
    said.push_assistant(answer("1", "resp_1").with_origin(mine))
        .unwrap();
    said.push_user("Two").unwrap();
    let other = answer("2", "other").with_origin(ModelId::new("elsewhere", "m"));
    said.push_assistant(other).unwrap();
    said.push_user("Three").unwrap();
    let request = Request::new(said)
        .with_instructions("Count.")
        .with_options(Options::new().with_continuation(Continuation::Stored));
    assert_eq!(
        body(&CODEC, &request),
        r#"{"model":"m","store":true,"previous_response_id":"resp_1","instructions":"Count.","input":[{"role":"user","content":"Two"},{"role":"assistant","content":"2"},{"role":"user","content":"Three"}]}"#
    );
    let codec = CODEC.without(Feature::PreviousResponse);
    let refused = encode(&codec, &request).unwrap_err();
    assert_eq!(
        (refused.kind(), refused.code()),
        (ErrorKind::Unsupported, Some("continuation"))
    );
}

// R-22
#[test]
fn what_the_wire_lacks_is_refused_or_left_out() {
    let marked = CachePolicy::Marked(vec![Breakpoint::Tools(CacheTime::Short)]);
    for (options, option) in [
        (
            Options::new().with_sampling(Sampling::new().with_top_k(1)),
            "top_k",
        ),
        (
            Options::new().with_sampling(Sampling::new().with_seed(1)),
            "seed",
        ),
        (
            Options::new().with_sampling(Sampling::new().with_stop(["x"])),
            "stop",
        ),
        (
            Options::new().with_sampling(Sampling::new().with_frequency_penalty(1.0)),
            "frequency_penalty",
        ),
        (
            Options::new().with_sampling(Sampling::new().with_presence_penalty(1.0)),
            "presence_penalty",
        ),
        (Options::new().with_cache(marked), "cache"),
        (
            Options::new().with_tool_choice(ToolChoice::Required),
            "tool_choice",
        ),
    ] {
        let refused =
            encode(&PLAIN, &Request::new("Hi").with_options(options.clone())).unwrap_err();
        assert_eq!(
            (refused.kind(), refused.code()),
            (ErrorKind::Unsupported, Some(option))
        );
        let options = options.with_unsupported(Unsupported::Warn);
        let sent = encode(&PLAIN, &Request::new("Hi").with_options(options)).unwrap();
        assert_eq!(sent.warnings.len(), 1);
        assert_eq!(sent.warnings[0].option, option);
        assert_eq!(
            String::from_utf8(sent.body).unwrap(),
            r#"{"model":"m","input":[{"role":"user","content":"Hi"}]}"#
        );
    }
}

// R-22
#[test]
fn what_the_model_cannot_do_is_refused() {
    let cannot = [
        Ability::Tools,
        Ability::Images,
        Ability::Thinking,
        Ability::Schema,
        Ability::Sampling,
    ];
    let abilities = cannot
        .into_iter()
        .fold(Abilities::unknown(), |known, ability| {
            known.with(ability, false)
        });
    let profile = Profile::new(ModelId::new("openai", "m")).with_abilities(abilities);
    let picture = User::new("Look").with(Media::from_url("image/png", "https://x/y.png"));
    let schema = OutputFormat::Schema {
        name: "s".into(),
        schema: Schema::empty_object(),
    };
    let effort = Reasoning::effort(Effort::High);
    let mut seen = Conversation::new();
    seen.push_user(picture).unwrap();
    for (request, option) in [
        (Request::new(seen), "images"),
        (Request::new("Hi").with_tools([weather()]), "tools"),
        (
            Request::new("Hi").with_options(Options::new().with_reasoning(effort)),
            "reasoning",
        ),
        (
            Request::new("Hi").with_options(Options::new().with_output(schema)),
            "output",
        ),
        (
            Request::new("Hi")
                .with_options(Options::new().with_sampling(Sampling::new().with_temperature(1.0))),
            "temperature",
        ),
    ] {
        let refused = encode_for(&PLAIN, &request, &profile).unwrap_err();
        assert_eq!(
            (refused.kind(), refused.code()),
            (ErrorKind::Unsupported, Some(option))
        );
    }
    let sent = encode_for(&CODEC, &Request::new("Hi"), &profile).unwrap();
    assert_eq!(
        String::from_utf8(sent.body).unwrap(),
        r#"{"model":"m","store":false,"input":[{"role":"user","content":"Hi"}]}"#,
        "a model that does not think has no encrypted reasoning"
    );
}

#[test]
fn tools_stand_before_the_input() {
    let hosted = HostedTool::new(JsonText::parse(r#"{"type":"web_search"}"#).unwrap());
    let spec = ToolSpec::new("weather", "Now.", Schema::empty_object());
    let options = Options::new().with_parallel_calls(ParallelCalls::Forbid);
    let request = |choice| {
        Request::new("Hi")
            .with_tools(Tools::new([spec.clone()], [hosted.clone()]))
            .with_options(options.clone().with_tool_choice(choice))
    };
    let schema = Schema::empty_object();
    let schema = serde_json::to_string(schema.as_value()).unwrap();
    let check = |choice, expected: &str| {
        assert_eq!(
            body(&PLAIN, &request(choice)),
            format!(
                r#"{{"model":"m","tool_choice":{expected},"parallel_tool_calls":false,"tools":[{{"type":"function","name":"weather","description":"Now.","parameters":{schema},"strict":false}},{{"type":"web_search"}}],"input":[{{"role":"user","content":"Hi"}}]}}"#
            )
        );
    };
    check(ToolChoice::Auto, r#""auto""#);
    check(ToolChoice::None, r#""none""#);
    check(ToolChoice::Required, r#""required""#);
    check(
        ToolChoice::Tool("weather".into()),
        r#"{"type":"function","name":"weather"}"#,
    );
    check(
        ToolChoice::Tool("web_search".into()),
        r#"{"type":"web_search"}"#,
    );
}

#[test]
fn users_send_media() {
    check_user(User::new("Hi"), r#"[{"role":"user","content":"Hi"}]"#);
    check_user(User::new(""), "[]");
    check_user(
        User::new("Look")
            .with("")
            .with(Media::from_bytes("image/png", b"\x89PNG"))
            .with(Media::from_url("image/png", "https://x/y.png").with_detail("low"))
            .with(UserPart::Image(Media::new(
                "image/png",
                Source::File("file-1".into()),
            ))),
        r#"[{"role":"user","content":[{"type":"input_text","text":"Look"},{"type":"input_image","image_url":"data:image/png;base64,iVBORw=="},{"type":"input_image","image_url":"https://x/y.png","detail":"low"},{"type":"input_image","file_id":"file-1"}]}]"#,
    );
    let pdf = Document::new(Media::from_bytes("application/pdf", b"%PDF"));
    check_user(
        User::from_parts([])
            .with(pdf.with_name("a.pdf").with_context("Read it."))
            .with(Media::from_url("application/pdf", "https://x/y.pdf"))
            .with(Document::from_text("Words.").with_name("b.txt")),
        r#"[{"role":"user","content":[{"type":"input_text","text":"Read it."},{"type":"input_file","filename":"a.pdf","file_data":"data:application/pdf;base64,JVBERg=="},{"type":"input_file","file_url":"https://x/y.pdf"},{"type":"input_text","text":"<document name=\"b.txt\">\nWords.\n</document>"}]}]"#,
    );
}

#[test]
fn recordings_go_where_the_host_takes_them() {
    let mut said = Conversation::new();
    let user = User::new("Listen").with(Media::from_bytes("audio/mpeg", b"ID3"));
    said.push_user(user).unwrap();
    assert_eq!(
        input(&PLAIN.with(Feature::Audio), said.clone()),
        r#"[{"role":"user","content":[{"type":"input_text","text":"Listen"},{"type":"input_audio","input_audio":{"data":"SUQz","format":"mp3"}}]}]"#
    );
    let request = Request::new(said);
    assert_eq!(encode(&PLAIN, &request).unwrap_err().code(), Some("audio"));
    let warn = Options::new().with_unsupported(Unsupported::Warn);
    for _ in 0..2 {
        let sent = encode(&PLAIN, &request.clone().with_options(warn.clone())).unwrap();
        assert_eq!(sent.warnings.len(), 1, "every request warns");
        let body = String::from_utf8(sent.body).unwrap();
        assert!(
            body.contains("[audio of the type audio/mpeg, not shown]"),
            "{body}"
        );
    }
}

// R-26
#[test]
fn instructions_are_never_lost() {
    let mut said = Conversation::from("Hi");
    said.push_system(System::new("Speak German.")).unwrap();
    let request = Request::new(said)
        .with_instructions("Be brief.")
        .with_instructions(" ")
        .with_instructions("Be kind.");
    assert_eq!(
        body(&PLAIN, &request),
        r#"{"model":"m","instructions":"Be brief.\n\nBe kind.","input":[{"role":"user","content":"Hi"},{"role":"developer","content":"Speak German."}]}"#
    );
    let body = body(&PLAIN.with_system_role("system"), &request);
    assert!(
        body.contains(r#"{"role":"system","content":"Speak German."}"#),
        "{body}"
    );
}

// R-23 R-58
#[test]
fn outcomes_say_how_the_call_ended() {
    let calls = [
        Call::new("c", "one", ""),
        Call::new("c", "two", "{}"),
        Call::new("d", "see", "{"),
    ];
    let mut said = Conversation::from("Go");
    let answer = calls
        .iter()
        .cloned()
        .fold(Assistant::default(), Assistant::with);
    said.push_assistant(answer).unwrap();
    let picture = OutcomePart::Image(Media::from_url("image/png", "https://x/y.png"));
    let parts = ["A map:".into(), picture];
    said.push_outcomes([
        Outcome::success(&calls[0], "4"),
        Outcome::new(&calls[1], OutcomeStatus::Failed, "No power."),
        Outcome::from_parts(&calls[2], OutcomeStatus::Success, parts),
    ])
    .unwrap();
    let asked = r#"[{"role":"user","content":"Go"},{"type":"function_call","call_id":"c","name":"one","arguments":"{}"},{"type":"function_call","call_id":"c_85dc18f8","name":"two","arguments":"{}"},{"type":"function_call","call_id":"d","name":"see","arguments":"{"},"#;
    let told = r#"{"type":"function_call_output","call_id":"c","output":"4"},{"type":"function_call_output","call_id":"c_85dc18f8","output":"error: No power."},"#;
    let list = r#"{"type":"function_call_output","call_id":"d","output":[{"type":"input_text","text":"A map:"},{"type":"input_image","image_url":"https://x/y.png"}]}]"#;
    assert_eq!(input(&PLAIN, said.clone()), format!("{asked}{told}{list}"));
    let words = r#"{"type":"function_call_output","call_id":"d","output":"A map:\n[image of the type image/png at https://x/y.png, not shown]"}]"#;
    assert_eq!(
        input(&PLAIN.without(Feature::OutcomeMedia), said),
        format!("{asked}{told}{words}")
    );
}

// R-23
#[test]
fn open_calls_are_answered() {
    let mut said = Conversation::from("Go");
    said.push_assistant(Assistant::default().with(Call::new("c", "one", "{}")))
        .unwrap();
    let input = input(&PLAIN, said);
    assert!(
        input.contains(
            r#"{"type":"function_call_output","call_id":"c","output":"error: interrupted: "#
        ),
        "{input}"
    );
}

// R-25
#[test]
fn a_later_turn_extends_the_body() {
    let first = Request::new("Hi")
        .with_instructions("Be brief.")
        .with_tools([weather()]);
    let mut said = first.conversation.clone();
    said.push_assistant(Assistant::new("Hello.")).unwrap();
    said.push_user("And now?").unwrap();
    let mut second = first.clone();
    second.conversation = said;
    let (first, again) = (body(&CODEC, &first), body(&CODEC, &first));
    let second = body(&CODEC, &second);
    assert_eq!(first, again);
    let kept = first.strip_suffix("]}").unwrap();
    assert!(
        second.starts_with(kept),
        "{second}\ndoes not extend\n{first}"
    );
}

// R-22
#[test]
fn media_come_from_where_the_wire_takes_them() {
    let words = || Source::Text("words".into());
    let address = || Source::Url("https://x/y.wav".into());
    for (part, name) in [
        (
            UserPart::Image(Media::new("image/svg+xml", words())),
            "images",
        ),
        (UserPart::Audio(Media::new("audio/wav", address())), "audio"),
        (UserPart::Audio(Media::new("audio/wav", words())), "audio"),
    ] {
        let codec = CODEC.with(Feature::Audio);
        let request = Request::new(User::new("?").with(part));
        let refused = encode(&codec, &request).unwrap_err();
        assert_eq!(
            (refused.kind(), refused.code()),
            (ErrorKind::Unsupported, Some(name))
        );
        let options = Options::new().with_unsupported(Unsupported::Warn);
        let body = encode(&codec, &request.with_options(options)).unwrap().body;
        let body = String::from_utf8(body).unwrap();
        assert!(body.contains("not shown]"), "{body}");
    }
}
