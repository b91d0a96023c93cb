use serde_json::{Value, json};
use windlass_core::{
    Abilities, Ability, Assistant, AssistantPart, Breakpoint, CachePolicy, CacheTime, Call,
    Continuation, Conversation, Document, Effort, ErrorKind, HostedTool, JsonText, Media, ModelId,
    Options, Outcome, OutcomePart, OutcomeStatus, OutputFormat, ParallelCalls, Profile, Reasoning,
    Request, Sampling, Schema, Source, System, TextPart, Thinking, ToolChoice, ToolSpec, Tools,
    Unsupported, User,
};

use super::*;
use crate::codec::{Encode, encoding_key};
use crate::wire::testkit::{check_whole, encode, model, replay, replay_elsewhere, wire_request};

mod dialect;
mod messages;
mod replay;

const CODEC: OpenAiChat = OpenAiChat::new();

/// What the body has under this name.
fn member(codec: &OpenAiChat, request: &Request, name: &str) -> Option<Value> {
    let body: Value = serde_json::from_str(&encode(codec, request)).expect("a body is JSON");
    body.get(name).cloned()
}

fn with(options: Options) -> Request {
    Request::new("Hi").with_options(options)
}

fn weather() -> ToolSpec {
    ToolSpec::new("weather", "The weather now.", Schema::empty_object())
}

/// The name of the option that is refused.
fn refused(codec: &OpenAiChat, request: &Request) -> String {
    let error = wire_request(codec, request).expect_err("it cannot be sent");
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    error.code().expect("the option is named").to_owned()
}

/// The options that are left out where the caller allows it, and the body without them.
fn left_out(codec: &OpenAiChat, options: Options) -> (Vec<String>, Value) {
    let request = with(options.with_unsupported(Unsupported::Warn)).with_tools([weather()]);
    let wire = wire_request(codec, &request).expect("it may be left out");
    let names = wire
        .warnings
        .iter()
        .map(|warning| warning.option.to_string());
    let body = serde_json::from_slice(&wire.body).expect("a body is JSON");
    (names.collect(), body)
}

#[test]
fn a_request_is_written_in_a_fixed_order_with_the_messages_last() {
    let request = Request::new("Is it warmer in Oslo or in Rome?")
        .with_instructions("Be brief.")
        .with_tools(Tools::new(
            [weather()],
            [HostedTool::new(
                JsonText::parse(r#"{"type": "web_search"}"#).unwrap(),
            )],
        ))
        .with_options(
            Options::new()
                .with_sampling(
                    Sampling::new()
                        .with_temperature(0.5)
                        .with_top_p(0.9)
                        .with_frequency_penalty(0.1)
                        .with_presence_penalty(0.2)
                        .with_seed(-7)
                        .with_stop(["END"])
                        .with_max_output_tokens(99),
                )
                .with_tool_choice(ToolChoice::Tool("weather".into()))
                .with_parallel_calls(ParallelCalls::Forbid)
                .with_reasoning(Reasoning::effort(Effort::Low))
                .with_output(OutputFormat::Json)
                .with_continuation(Continuation::Stateless)
                .with_user("u1")
                .with_metadata("team", "a"),
        );
    let expected = concat!(
        r#"{"model":"m-1","stream":true,"stream_options":{"include_usage":true},"max_completion_tokens":99,"#,
        r#""temperature":0.5,"top_p":0.9,"frequency_penalty":0.1,"presence_penalty":0.2,"seed":-7,"stop":["END"],"#,
        r#""tool_choice":{"type":"function","function":{"name":"weather"}},"parallel_tool_calls":false,"#,
        r#""reasoning_effort":"low","response_format":{"type":"json_object"},"user":"u1","metadata":{"team":"a"},"store":false,"#,
        r#""tools":[{"type":"function","function":{"name":"weather","description":"The weather now.","parameters":{"type":"object","properties":{}}}},{"type": "web_search"}],"#,
        r#""messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Is it warmer in Oslo or in Rome?"}]}"#,
    );
    assert_eq!(encode(&CODEC, &request), expected);
    assert_eq!(
        wire_request(&CODEC, &request).unwrap().path,
        "/chat/completions"
    );
}

#[test]
fn an_empty_request_has_nothing_that_was_not_asked_for() {
    let profile = Profile::new(model());
    let key = encoding_key(&CODEC, &profile);
    let request = Request::new("Hi");
    let call = Encode::new(&request, &profile, &key).with_delivery(Delivery::Whole);
    let body = CODEC.encode(&call).unwrap().body;
    let expected = r#"{"model":"m-1","messages":[{"role":"user","content":"Hi"}]}"#;
    assert_eq!(String::from_utf8(body).unwrap(), expected);
}

// R-25
#[test]
fn the_next_turns_body_extends_this_ones() {
    let mut conversation = Conversation::from("Hi");
    let call = Call::new("c1", "weather", "{}");
    let mut bodies = vec![encode(&CODEC, &Request::new(conversation.clone()))];
    conversation
        .push_assistant(Assistant::new("Let me look.").with(call.clone()))
        .unwrap();
    conversation
        .push_outcomes([Outcome::success(&call, "4 °C")])
        .unwrap();
    bodies.push(encode(&CODEC, &Request::new(conversation.clone())));
    bodies.push(encode(&CODEC, &Request::new(conversation)));
    let open = bodies[0].strip_suffix("]}").unwrap();
    assert!(bodies[1].starts_with(open));
    assert_eq!(bodies[1], bodies[2], "the same bytes every time");
}

// R-21
#[test]
fn extra_members_are_merged_last_and_win() {
    let options = Options::new()
        .with_user("u1")
        .with_extra("user", "u2")
        .with_extra("stream_options", json!({"include_obfuscation": false}));
    let body: Value = serde_json::from_str(&encode(&CODEC, &with(options))).unwrap();
    assert_eq!(body["user"], "u2");
    let expected = json!({"include_usage": true, "include_obfuscation": false});
    assert_eq!(body["stream_options"], expected);
}

// R-22
#[test]
fn what_the_model_cannot_do_is_refused_or_left_out() {
    let check = |ability: Ability, options: Options, option: &str| {
        let request = with(options.clone()).with_tools([weather()]);
        let abilities = Abilities::unknown().with(ability, false);
        let profile = Profile::new(model()).with_abilities(abilities);
        let key = encoding_key(&CODEC, &profile);
        let error = CODEC
            .encode(&Encode::new(&request, &profile, &key))
            .unwrap_err();
        assert_eq!(error.code(), Some(option));
        assert!(
            wire_request(&CODEC, &request).is_ok(),
            "{option} is fine where nothing is known"
        );
    };
    let sampling = Options::new().with_sampling(Sampling::new().with_temperature(1.0));
    check(Ability::Sampling, sampling, "temperature");
    let reasoning = Options::new().with_reasoning(Reasoning::effort(Effort::High));
    check(Ability::Thinking, reasoning, "reasoning");
    let output = OutputFormat::Schema {
        name: "x".into(),
        schema: Schema::empty_object(),
    };
    check(
        Ability::Schema,
        Options::new().with_output(output),
        "output",
    );
    let parallel = Options::new().with_parallel_calls(ParallelCalls::Allow);
    check(Ability::ParallelCalls, parallel, "parallel_calls");
    check(Ability::Tools, Options::new(), "tools");
}

// R-22, R-23
#[test]
fn a_choice_of_tools_needs_tools() {
    let choose = |choice: ToolChoice| with(Options::new().with_tool_choice(choice));
    assert_eq!(
        refused(&CODEC, &choose(ToolChoice::Required)),
        "tool_choice"
    );
    assert_eq!(
        member(&CODEC, &choose(ToolChoice::Auto), "tool_choice"),
        None
    );
    assert_eq!(member(&CODEC, &choose(ToolChoice::None), "tools"), None);
    let forbidden = with(Options::new().with_parallel_calls(ParallelCalls::Forbid));
    assert_eq!(member(&CODEC, &forbidden, "parallel_tool_calls"), None);
}

// R-22
#[test]
fn a_stored_answer_cannot_be_continued() {
    let stored = Options::new().with_continuation(Continuation::Stored);
    assert_eq!(refused(&CODEC, &with(stored.clone())), "continuation");
    assert_eq!(left_out(&CODEC, stored).0, ["continuation"]);
}
