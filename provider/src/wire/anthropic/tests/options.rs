use windlass_core::{
    Abilities, Ability, CachePolicy, CacheTime, Continuation, Effort, ErrorKind, Event, HostedTool,
    JsonText, ModelId, Options, OutputFormat, ParallelCalls, Profile, Reasoning, Request, Sampling,
    Schema, ToolChoice, ToolSpec, Tools, Unsupported,
};

use super::{CODEC, encode_to, refused};
use crate::codec::{Codec, Delivery, Encode, encoding_key};
use crate::wire::anthropic::{Anthropic, Endpoint, OutputStyle};
use crate::wire::testkit::wire_request;

fn asking(options: Options) -> Request {
    Request::new("Hi").with_options(options)
}

/// Checks what stands between the model and the messages.
fn check(model: &str, options: Options, expected: &str) {
    let body = encode_to(&CODEC, model, &asking(options)).unwrap();
    let head = format!(r#"{{"model":"{model}","#);
    let rest = body.strip_prefix(&head).expect("the model comes first");
    let (found, _) = rest
        .split_once(r#","messages":"#)
        .expect("the messages come last");
    assert_eq!(found, expected);
}

// R-87
#[test]
fn options_become_members() {
    let sampling = Sampling::new()
        .with_temperature(0.5)
        .with_top_p(0.9)
        .with_top_k(40)
        .with_stop(["###"])
        .with_max_output_tokens(100);
    check(
        "m-1",
        Options::new()
            .with_sampling(sampling)
            .with_user("u-1")
            .with_extra("service_tier", "auto"),
        concat!(
            r####""max_tokens":100,"stream":true,"temperature":0.5,"top_p":0.9,"top_k":40,"stop_sequences":["###"],"####,
            r#""metadata":{"user_id":"u-1"},"service_tier":"auto""#,
        ),
    );
}

// R-22
#[test]
fn what_the_wire_lacks_is_refused_by_name() {
    let sampling = |sampling| Options::new().with_sampling(sampling);
    for (options, option) in [
        (sampling(Sampling::new().with_seed(1)), "seed"),
        (
            sampling(Sampling::new().with_frequency_penalty(1.0)),
            "frequency_penalty",
        ),
        (
            sampling(Sampling::new().with_presence_penalty(1.0)),
            "presence_penalty",
        ),
        (Options::new().with_metadata("team", "a"), "metadata"),
        (
            Options::new().with_continuation(Continuation::Stored),
            "continuation",
        ),
        (Options::new().with_output(OutputFormat::Json), "output"),
        (
            Options::new().with_tool_choice(ToolChoice::Required),
            "tool_choice",
        ),
    ] {
        let request = asking(options.clone());
        assert_eq!(refused(&request), option);
        let request = asking(options.with_unsupported(Unsupported::Warn));
        let wire = wire_request(&CODEC, &request).unwrap();
        assert_eq!(wire.warnings[0].option, option);
    }
}

#[test]
fn a_model_is_told_how_much_to_think_in_its_own_words() {
    let effort = |effort| Options::new().with_reasoning(Reasoning::effort(effort));
    let budget = |tokens| Options::new().with_reasoning(Reasoning::budget(tokens));
    let limited = |options: Options, tokens| {
        options.with_sampling(Sampling::new().with_max_output_tokens(tokens))
    };
    for (model, options, expected) in [
        (
            "claude-sonnet-4-5",
            effort(Effort::Medium),
            r#""max_tokens":12288,"stream":true,"thinking":{"type":"enabled","budget_tokens":8192}"#,
        ),
        (
            "claude-sonnet-4-5",
            limited(effort(Effort::Max), 4000),
            r#""max_tokens":4000,"stream":true,"thinking":{"type":"enabled","budget_tokens":3000}"#,
        ),
        (
            "claude-sonnet-4-5",
            effort(Effort::Off),
            r#""max_tokens":4096,"stream":true"#,
        ),
        (
            "claude-sonnet-4@20250514",
            limited(budget(2000), 4000),
            r#""max_tokens":4000,"stream":true,"thinking":{"type":"enabled","budget_tokens":2000}"#,
        ),
        (
            "claude-opus-4-6",
            limited(budget(2000), 4000),
            r#""max_tokens":4000,"stream":true,"thinking":{"type":"enabled","budget_tokens":2000}"#,
        ),
        (
            "claude-opus-4-6",
            effort(Effort::High),
            r#""max_tokens":4096,"stream":true,"thinking":{"type":"adaptive"},"output_config":{"effort":"high"}"#,
        ),
        (
            "claude-next-9",
            budget(9000),
            r#""max_tokens":4096,"stream":true,"thinking":{"type":"adaptive"},"output_config":{"effort":"high"}"#,
        ),
        (
            "claude-next-9",
            effort(Effort::Off),
            r#""max_tokens":4096,"stream":true,"thinking":{"type":"disabled"}"#,
        ),
    ] {
        check(model, options, expected);
    }
    for options in [
        budget(1000),
        limited(budget(4000), 4000),
        limited(effort(Effort::Low), 1200),
    ] {
        assert_eq!(refused(&asking(options)), "reasoning");
    }
}

// R-22
#[test]
fn thinking_excludes_what_the_wire_refuses_beside_it() {
    let thinking = Options::new().with_reasoning(Reasoning::budget(2000));
    let with = |sampling| thinking.clone().with_sampling(sampling);
    for (sampling, option) in [
        (Sampling::new().with_temperature(0.2), "temperature"),
        (Sampling::new().with_top_p(0.5), "top_p"),
        (Sampling::new().with_top_k(5), "top_k"),
    ] {
        assert_eq!(refused(&asking(with(sampling))), option);
    }
    let fine = asking(with(Sampling::new().with_temperature(1.0).with_top_p(0.95)));
    assert!(encode_to(&CODEC, "claude-sonnet-4-5", &fine).is_ok());
    let forced = asking(
        thinking
            .clone()
            .with_tool_choice(ToolChoice::Tool("look".into())),
    );
    let forced = forced.with_tools([ToolSpec::new("look", "", Schema::empty_object())]);
    assert_eq!(refused(&forced), "tool_choice");
}

#[test]
fn tools_come_before_the_messages() {
    let schema = Schema::from_json(r#"{"type":"object","properties":{"city":{"type":"string"}}}"#);
    let look = ToolSpec::new("look", "Looks.", schema.unwrap());
    let search = r#" {"type":"web_search_20250305", "name":"web_search"} "#;
    let search = HostedTool::new(JsonText::parse(search).unwrap());
    let tools = Tools::new([look], [search]);
    let head = r#"{"model":"m-1","max_tokens":4096,"stream":true,"#;
    let rest = concat!(
        r#""tools":[{"name":"look","description":"Looks.","#,
        r#""input_schema":{"type":"object","properties":{"city":{"type":"string"}}}},"#,
        r#"{"type":"web_search_20250305", "name":"web_search"}],"#,
        r#""messages":[{"role":"user","content":[{"type":"text","text":"Hi"}]}]}"#,
    );
    let choose = |choice| Options::new().with_tool_choice(choice);
    for (options, choice) in [
        (Options::new(), ""),
        (
            choose(ToolChoice::Auto),
            r#""tool_choice":{"type":"auto"},"#,
        ),
        (
            choose(ToolChoice::None),
            r#""tool_choice":{"type":"none"},"#,
        ),
        (
            choose(ToolChoice::Required),
            r#""tool_choice":{"type":"any"},"#,
        ),
        (
            choose(ToolChoice::Tool("look".into())).with_parallel_calls(ParallelCalls::Forbid),
            r#""tool_choice":{"type":"tool","name":"look","disable_parallel_tool_use":true},"#,
        ),
        (
            Options::new().with_parallel_calls(ParallelCalls::Allow),
            r#""tool_choice":{"type":"auto","disable_parallel_tool_use":false},"#,
        ),
    ] {
        let request = asking(options).with_tools(tools.clone());
        let body = encode_to(&CODEC, "m-1", &request).unwrap();
        assert_eq!(body, format!("{head}{choice}{rest}"));
    }
}

#[test]
fn a_tool_keeps_its_name_whatever_the_wire_takes() {
    let spec = ToolSpec::new("a.b", "", Schema::empty_object());
    let request = asking(Options::new().with_tool_choice(ToolChoice::Tool("a.b".into())));
    let request = request.with_tools([spec]);
    let body = encode_to(&CODEC, "m-1", &request).unwrap();
    assert_eq!(
        body.matches(r#""name":"a_b_e27bcb35""#).count(),
        2,
        "{body}"
    );
    let answer = r#"{"type":"message","content":[{"type":"tool_use","id":"c","name":"a_b_e27bcb35","input":{}}],"stop_reason":"tool_use"}"#;
    let mut decoder = CODEC.decoder(&request, Delivery::Whole);
    let mut events = std::collections::VecDeque::new();
    let frame = crate::frame::Frame::new(answer.as_bytes());
    decoder.frame(&frame, &mut events).unwrap();
    assert!(
        events
            .iter()
            .any(|event| matches!(event, Event::Call { call, .. } if call.name == "a.b")),
        "{events:?}"
    );
}

#[test]
fn a_schema_for_the_answer_goes_where_the_host_wants_it() {
    let schema = r#"{"type":"object","properties":{},"required":[],"additionalProperties":false}"#;
    let schema = Schema::from_json(schema).unwrap();
    let output = OutputFormat::Schema {
        name: "answer".into(),
        schema,
    };
    let request = asking(Options::new().with_output(output));
    let body = |style| encode_to(&CODEC.with_output(style), "m-1", &request);
    let config = body(OutputStyle::Config).unwrap();
    assert!(
        config.contains(r#""output_config":{"format":{"type":"json_schema","schema":{"#),
        "{config}"
    );
    let format = body(OutputStyle::Format).unwrap();
    assert!(
        format.contains(r#""output_format":{"type":"json_schema","schema":{"#),
        "{format}"
    );
    assert_eq!(
        body(OutputStyle::Unsupported).unwrap_err().code(),
        Some("output")
    );
}

// R-16
#[test]
fn each_endpoint_names_the_model_its_own_way() {
    let request = Request::new("Hi");
    let vertex = CODEC
        .with_endpoint(Endpoint::Vertex)
        .with_version("vertex-2023-10-16")
        .with_betas(&["a", "b"]);
    let bedrock = CODEC
        .with_endpoint(Endpoint::BedrockInvoke)
        .with_version("bedrock-2023-05-31");
    let check = |codec: Anthropic, model: &str, delivery, path: &str, head: &str| {
        let profile = Profile::new(ModelId::new("here", model)).with_max_output(64);
        let key = encoding_key(&codec, &profile);
        let call = Encode::new(&request, &profile, &key).with_delivery(delivery);
        let wire = codec.encode(&call).unwrap();
        assert_eq!(wire.path, path);
        let body = String::from_utf8(wire.body).unwrap();
        assert_eq!(body.split_once(r#","messages""#).unwrap().0, head);
        wire.headers
    };
    let (streamed, whole) = (Delivery::Streamed, Delivery::Whole);
    let headers = check(
        CODEC,
        "m",
        whole,
        "/v1/messages",
        r#"{"model":"m","max_tokens":64"#,
    );
    assert_eq!(headers, [("anthropic-version".into(), "2023-06-01".into())]);
    let head = r#"{"anthropic_version":"vertex-2023-10-16","max_tokens":64,"stream":true"#;
    let headers = check(
        vertex,
        "c@1",
        streamed,
        "/models/c@1:streamRawPredict",
        head,
    );
    assert_eq!(headers, [("anthropic-beta".into(), "a,b".into())]);
    let head = r#"{"anthropic_version":"vertex-2023-10-16","max_tokens":64"#;
    check(vertex, "c@1", whole, "/models/c@1:rawPredict", head);
    let head = r#"{"anthropic_version":"bedrock-2023-05-31","max_tokens":64"#;
    let path = "/model/us.c-v1%3A0/invoke-with-response-stream";
    check(bedrock, "us.c-v1:0", streamed, path, head);
    let head =
        r#"{"anthropic_version":"bedrock-2023-05-31","anthropic_beta":["x"],"max_tokens":64"#;
    let headers = check(
        bedrock.with_betas(&["x"]),
        "a/b",
        whole,
        "/model/a%2Fb/invoke",
        head,
    );
    assert_eq!(headers, []);
}

// R-22
#[test]
fn what_a_model_cannot_do_is_refused() {
    let options = Options::new()
        .with_sampling(Sampling::new().with_temperature(0.5))
        .with_reasoning(Reasoning::effort(Effort::High))
        .with_unsupported(Unsupported::Warn);
    let request = asking(options);
    let abilities = Abilities::unknown()
        .with(Ability::Sampling, false)
        .with(Ability::Thinking, false);
    let profile = Profile::new(ModelId::new("here", "m-1")).with_abilities(abilities);
    let key = encoding_key(&CODEC, &profile);
    let wire = CODEC
        .encode(&Encode::new(&request, &profile, &key))
        .unwrap();
    let left_out: Vec<_> = wire
        .warnings
        .iter()
        .map(|warning| warning.option.as_str())
        .collect();
    assert_eq!(left_out, ["reasoning", "temperature"]);
}

#[test]
fn a_count_is_asked_for_without_what_does_not_count() {
    let options = Options::new()
        .with_sampling(Sampling::new().with_temperature(0.5))
        .with_cache(CachePolicy::Auto(CacheTime::Short))
        .with_user("u-1")
        .with_extra("service_tier", "auto")
        .with_extra("speed", "fast");
    let request = asking(options);
    let profile = Profile::new(ModelId::new("here", "m-1"));
    let key = encoding_key(&CODEC, &profile);
    let count = |codec: Anthropic| codec.encode_count(&Encode::new(&request, &profile, &key));
    let wire = count(CODEC).unwrap();
    assert_eq!(wire.path, "/v1/messages/count_tokens");
    assert_eq!(
        String::from_utf8(wire.body).unwrap(),
        concat!(
            r#"{"model":"m-1","speed":"fast","messages":[{"role":"user","content":["#,
            r#"{"type":"text","text":"Hi","cache_control":{"type":"ephemeral"}}]}]}"#,
        )
    );
    let wire = count(CODEC.with_endpoint(Endpoint::Vertex)).unwrap();
    assert_eq!(wire.path, "/models/count-tokens:rawPredict");
    let error = count(CODEC.with_endpoint(Endpoint::BedrockInvoke)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
}
