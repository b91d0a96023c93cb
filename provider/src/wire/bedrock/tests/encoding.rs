use windlass_core::{
    Abilities, Ability, Breakpoint, CachePolicy, CacheTime, Conversation, Effort, ErrorKind,
    HostedTool, JsonText, Options, OutputFormat, ParallelCalls, Reasoning, Sampling, Schema,
    System, ToolChoice, ToolSpec, Tools, Unsupported,
};

use super::*;

const HELLO: &str = r#""messages":[{"role":"user","content":[{"text":"Hello"}]}]}"#;

fn hello(options: Options) -> Request {
    Request::new("Hello").with_options(options)
}

/// The head of the body: what stands before the messages.
fn check_head(model: &str, options: Options, head: &str) {
    assert_eq!(body(model, &hello(options)), format!("{{{head}{HELLO}"));
}

fn tools() -> Tools {
    let weather = ToolSpec::new("weather", "The weather now.", Schema::empty_object());
    let search = JsonText::parse(r#"{"systemTool":{"name":"nova_grounding"}}"#).unwrap();
    Tools::new([weather], [HostedTool::new(search)])
}

const TOOLS: &str = r#"{"toolSpec":{"name":"weather","description":"The weather now.","inputSchema":{"json":{"type":"object","properties":{}}}}},{"systemTool":{"name":"nova_grounding"}}"#;

#[test]
fn the_model_is_in_the_path() {
    let request = hello(Options::new());
    let wire = wire("arn:aws:bedrock:us-east-1:1:inference-profile/x", &request).unwrap();
    assert_eq!(
        wire.path,
        "/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A1%3Ainference-profile%2Fx/converse-stream"
    );
    let profile = Profile::new(id("m"));
    let key = encoding_key(&CODEC, &profile);
    let call = Encode::new(&request, &profile, &key).with_delivery(Delivery::Whole);
    assert_eq!(CODEC.encode(&call).unwrap().path, "/model/m/converse");
}

// R-21, R-87
#[test]
fn options_are_written_where_each_model_has_them() {
    check_head(NOVA, Options::new(), "");
    let sampling = Sampling::new()
        .with_temperature(0.5)
        .with_top_p(0.9)
        .with_top_k(40)
        .with_max_output_tokens(99)
        .with_stop(["END"]);
    let config = r#""inferenceConfig":{"maxTokens":99,"temperature":0.5,"topP":0.9,"stopSequences":["END"]},"#;
    let options = Options::new().with_sampling(sampling);
    check_head(
        CLAUDE,
        options.clone(),
        &format!(r#"{config}"additionalModelRequestFields":{{"top_k":40}},"#),
    );
    check_head(
        NOVA,
        options,
        &format!(r#"{config}"additionalModelRequestFields":{{"inferenceConfig":{{"topK":40}}}},"#),
    );
    check_head(
        NOVA,
        Options::new().with_metadata("team", "a").with_extra(
            "performanceConfig",
            serde_json::json!({"latency": "optimized"}),
        ),
        r#""requestMetadata":{"team":"a"},"performanceConfig":{"latency":"optimized"},"#,
    );
}

#[test]
fn reasoning_is_asked_for_in_the_words_of_the_model() {
    let fields = |fields: &str| format!(r#""additionalModelRequestFields":{{{fields}}},"#);
    let effort = |effort| Options::new().with_reasoning(Reasoning::effort(effort));
    let budget = |tokens| Options::new().with_reasoning(Reasoning::budget(tokens));
    let enabled = |tokens| {
        fields(&format!(
            r#""thinking":{{"type":"enabled","budget_tokens":{tokens}}}"#
        ))
    };
    check_head(CLAUDE, budget(5_000), &enabled(5_000));
    check_head(CLAUDE, effort(Effort::Medium), &enabled(8_192));
    check_head(
        CLAUDE,
        effort(Effort::Off),
        &fields(r#""thinking":{"type":"disabled"}"#),
    );
    let adaptive = fields(r#""thinking":{"type":"adaptive"}"#);
    check_head(
        "anthropic.claude-sonnet-5",
        effort(Effort::Max),
        &format!(r#"{adaptive}"outputConfig":{{"effort":"max"}},"#),
    );
    let nova = fields(r#""reasoningConfig":{"type":"enabled","maxReasoningEffort":"high"}"#);
    check_head(NOVA, budget(20_000), &nova);
    check_head(
        "openai.gpt-oss-120b-1:0",
        effort(Effort::Minimal),
        &fields(r#""reasoning_effort":"low""#),
    );
    let limited = effort(Effort::High).with_sampling(Sampling::new().with_max_output_tokens(4_000));
    let limited = body(CLAUDE, &hello(limited));
    assert!(limited.contains(r#""budget_tokens":3999"#), "{limited}");
}

#[test]
fn a_schema_is_sent_as_text() {
    let schema =
        Schema::from_json(r#"{"type":"object","properties":{},"additionalProperties":false}"#)
            .unwrap();
    let text = crate::schema::lower(&schema, CODEC.output_schemas)
        .schema
        .to_string();
    let quoted = serde_json::to_string(&text).unwrap();
    let name = "city".into();
    check_head(
        CLAUDE,
        Options::new().with_output(OutputFormat::Schema { name, schema }),
        &format!(
            r#""outputConfig":{{"textFormat":{{"type":"json_schema","structure":{{"jsonSchema":{{"schema":{quoted},"name":"city"}}}}}}}},"#
        ),
    );
}

// R-22
#[test]
fn what_the_wire_lacks_is_refused_or_left_out_with_a_warning() {
    let penalty = Sampling::new().with_frequency_penalty(1.0);
    let seed = Sampling::new().with_seed(7);
    for (options, name) in [
        (Options::new().with_sampling(penalty), "frequency_penalty"),
        (Options::new().with_sampling(seed), "seed"),
        (Options::new().with_user("u"), "user"),
        (
            Options::new().with_parallel_calls(ParallelCalls::Forbid),
            "parallel_calls",
        ),
        (Options::new().with_output(OutputFormat::Json), "output"),
        (
            Options::new()
                .with_reasoning(Reasoning::budget(4_000))
                .with_sampling(Sampling::new().with_max_output_tokens(2_000)),
            "reasoning",
        ),
    ] {
        let refused = wire(CLAUDE, &hello(options.clone())).unwrap_err();
        assert_eq!(
            (refused.kind(), refused.code()),
            (ErrorKind::Unsupported, Some(name))
        );
        let lenient = hello(options.with_unsupported(Unsupported::Warn));
        let sent = wire(CLAUDE, &lenient).unwrap();
        assert_eq!(sent.warnings.len(), 1);
        assert_eq!(sent.warnings[0].option, name);
    }
    let thinking = Options::new().with_reasoning(Reasoning::effort(Effort::Low));
    let refused = wire("mistral.mistral-large", &hello(thinking)).unwrap_err();
    assert_eq!(refused.code(), Some("reasoning"));
}

// R-23
#[test]
fn what_claude_refuses_while_it_thinks() {
    let thinking = Options::new().with_reasoning(Reasoning::budget(2_000));
    let warm = Sampling::new().with_temperature(0.5);
    for (options, name) in [
        (thinking.clone().with_sampling(warm), "temperature"),
        (
            thinking
                .clone()
                .with_sampling(Sampling::new().with_top_k(3)),
            "top_k",
        ),
        (
            thinking.clone().with_tool_choice(ToolChoice::Required),
            "tool_choice",
        ),
    ] {
        let request = hello(options).with_tools(tools());
        assert_eq!(wire(CLAUDE, &request).unwrap_err().code(), Some(name));
        let options = request.options.clone().with_unsupported(Unsupported::Warn);
        let sent = body(CLAUDE, &request.with_options(options));
        let thinking = r#"{"additionalModelRequestFields":{"thinking":{"type":"enabled","budget_tokens":2000}},"#;
        assert_eq!(
            sent,
            format!(r#"{thinking}"toolConfig":{{"tools":[{TOOLS}]}},{HELLO}"#)
        );
    }
    let plain = thinking.with_sampling(Sampling::new().with_temperature(1.0));
    assert!(wire(CLAUDE, &hello(plain)).is_ok());
}

// R-22
#[test]
fn what_the_model_lacks_is_refused() {
    let options = Options::new().with_sampling(Sampling::new().with_temperature(0.1));
    let request = hello(options).with_tools(tools());
    for (ability, name) in [
        (Ability::Sampling, "temperature"),
        (Ability::Tools, "tools"),
    ] {
        let abilities = Abilities::unknown().with(ability, false);
        let profile = Profile::new(id(CLAUDE)).with_abilities(abilities);
        let key = encoding_key(&CODEC, &profile);
        let refused = CODEC
            .encode(&Encode::new(&request, &profile, &key))
            .unwrap_err();
        assert_eq!(refused.code(), Some(name));
    }
}

// R-23, R-29
#[test]
fn tools_and_the_choice_among_them() {
    let request = Request::new("Hello").with_tools(tools());
    let check = |choice: Option<ToolChoice>, written: &str| {
        let mut request = request.clone();
        request.options.tool_choice = choice;
        let expected = format!(r#"{{"toolConfig":{{"tools":[{TOOLS}]{written}}},{HELLO}"#);
        assert_eq!(body(NOVA, &request), expected);
    };
    check(None, "");
    check(Some(ToolChoice::Auto), r#","toolChoice":{"auto":{}}"#);
    check(Some(ToolChoice::Required), r#","toolChoice":{"any":{}}"#);
    let one = ToolChoice::Tool("weather".into());
    check(Some(one), r#","toolChoice":{"tool":{"name":"weather"}}"#);
    let none = request
        .clone()
        .with_options(Options::new().with_tool_choice(ToolChoice::None));
    assert_eq!(body(NOVA, &none), format!("{{{HELLO}"));
    let choice = Options::new().with_tool_choice(ToolChoice::Required);
    let choice = hello(choice.with_unsupported(Unsupported::Warn));
    assert_eq!(body(NOVA, &choice), format!("{{{HELLO}"));
}

// R-26
#[test]
fn instructions_in_the_conversation_join_the_others() {
    let mut conversation = Conversation::from("Hello");
    conversation.push_system(System::new("Be brief.")).unwrap();
    conversation.push_user("Again").unwrap();
    let request = Request::new(conversation)
        .with_instructions("You know weather.")
        .with_instructions(" ");
    assert_eq!(
        body(NOVA, &request),
        concat!(
            r#"{"system":[{"text":"You know weather."},{"text":"Be brief."}],"#,
            r#""messages":[{"role":"user","content":[{"text":"Hello"},{"text":"Again"}]}]}"#
        )
    );
}

// R-27
#[test]
fn cache_points_stand_where_the_policy_and_the_model_want_them() {
    let request = |policy| {
        Request::new("Hello")
            .with_tools(tools())
            .with_instructions("One.")
            .with_instructions("Two.")
            .with_options(Options::new().with_cache(policy))
    };
    let marked = |tools: &str, one: &str, two: &str, message: &str| {
        format!(
            r#"{{"toolConfig":{{"tools":[{TOOLS}{tools}]}},"system":[{{"text":"One."}}{one},{{"text":"Two."}}{two}],"messages":[{{"role":"user","content":[{{"text":"Hello"}}{message}]}}]}}"#
        )
    };
    let point = r#",{"cachePoint":{"type":"default"}}"#;
    let hour = r#",{"cachePoint":{"type":"default","ttl":"1h"}}"#;
    let auto = CachePolicy::Auto(CacheTime::Short);
    for (model, policy, expected) in [
        (CLAUDE, auto.clone(), marked(point, "", point, point)),
        (
            CLAUDE,
            CachePolicy::Auto(CacheTime::Hour),
            marked(hour, "", hour, hour),
        ),
        (NOVA, auto.clone(), marked("", "", point, point)),
        ("meta.llama3", auto, marked("", "", "", "")),
        (CLAUDE, CachePolicy::Off, marked("", "", "", "")),
        (
            CLAUDE,
            CachePolicy::Marked(vec![
                Breakpoint::Instructions(0, CacheTime::Short),
                Breakpoint::Message(0, CacheTime::Hour),
            ]),
            marked("", point, "", hour),
        ),
    ] {
        assert_eq!(body(model, &request(policy)), expected, "{model}");
    }
    let many = CachePolicy::Marked(vec![Breakpoint::Message(0, CacheTime::Short); 5]);
    assert_eq!(
        wire(CLAUDE, &request(many)).unwrap_err().code(),
        Some("cache")
    );
}

// R-25
#[test]
fn the_next_body_extends_this_one() {
    let mut conversation = Conversation::from("Hello");
    let request = |conversation: &Conversation| {
        Request::new(conversation.clone())
            .with_tools(tools())
            .with_instructions("Be brief.")
    };
    let first = body(CLAUDE, &request(&conversation));
    assert_eq!(first, body(CLAUDE, &request(&conversation)));
    conversation.push_assistant(Assistant::new("Hi")).unwrap();
    conversation.push_user("Bye").unwrap();
    let second = body(CLAUDE, &request(&conversation));
    assert!(
        second.starts_with(first.strip_suffix("]}").unwrap()),
        "{first}\n{second}"
    );
}
