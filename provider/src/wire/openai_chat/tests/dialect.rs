//! Each field of the dialect changes something.

use super::*;

/// Checks a member without and with a change of the dialect.
fn check(request: &Request, name: &str, changed: OpenAiChat, expected: [Value; 2]) {
    let found = [CODEC, changed].map(|codec| member(&codec, request, name).unwrap_or_default());
    assert_eq!(found, expected, "{name}");
}

/// Checks that a change of the dialect makes an option unsupported, by its name.
fn check_refused(options: Options, changed: OpenAiChat, option: &str, name: &str) {
    let request = with(options.clone()).with_tools([weather()]);
    assert!(member(&CODEC, &request, name).is_some(), "{name} is there");
    assert_eq!(refused(&changed, &request), option);
    let (warned, body) = left_out(&changed, options);
    assert_eq!((warned, body.get(name)), (vec![option.to_owned()], None));
}

fn sampling(sampling: Sampling) -> Options {
    Options::new().with_sampling(sampling)
}

// R-16, R-87
#[test]
fn members_have_the_hosts_names() {
    let limited = with(sampling(Sampling::new().with_max_output_tokens(9)));
    let renamed = CODEC.with_max_tokens("max_tokens");
    check(&limited, "max_tokens", renamed, [Value::Null, json!(9)]);
    check(
        &limited,
        "max_completion_tokens",
        renamed,
        [json!(9), Value::Null],
    );
    let seeded = with(sampling(Sampling::new().with_seed(1)));
    let renamed = CODEC.with_seed(Some("random_seed"));
    check(&seeded, "random_seed", renamed, [Value::Null, json!(1)]);
    let named = with(Options::new().with_user("u"));
    let renamed = CODEC.with_user(Some("user_id"));
    check(&named, "user_id", renamed, [Value::Null, json!("u")]);
    let top_k = with(sampling(Sampling::new().with_top_k(5)));
    assert_eq!(refused(&CODEC, &top_k), "top_k");
    assert_eq!(
        member(&CODEC.with_top_k(Some("top_k")), &top_k, "top_k"),
        Some(json!(5))
    );
    let choice = Options::new().with_tool_choice(ToolChoice::Required);
    let forced = with(choice).with_tools([weather()]);
    let spelled = CODEC.with_required_choice("any");
    check(
        &forced,
        "tool_choice",
        spelled,
        [json!("required"), json!("any")],
    );
    let unasked = CODEC.with_stream_usage(StreamUsage::Unasked);
    let asked = json!({"include_usage": true});
    check(
        &with(Options::new()),
        "stream_options",
        unasked,
        [asked, Value::Null],
    );
}

// R-22, R-87
#[test]
fn what_the_host_does_not_take_is_refused_or_left_out() {
    let user = Options::new().with_user("u");
    check_refused(user, CODEC.with_user(None), "user", "user");
    let seed = sampling(Sampling::new().with_seed(1));
    check_refused(seed, CODEC.with_seed(None), "seed", "seed");
    let stop = sampling(Sampling::new().with_stop(["x"]));
    check_refused(stop, CODEC.with_stop(Takes::No), "stop", "stop");
    let penalty = sampling(Sampling::new().with_presence_penalty(1.0));
    let without = CODEC.with_penalties(Takes::No);
    check_refused(penalty, without, "presence_penalty", "presence_penalty");
    let labels = Options::new().with_metadata("a", "b");
    check_refused(
        labels,
        CODEC.with_metadata(Takes::No),
        "metadata",
        "metadata",
    );
    let one = Options::new().with_parallel_calls(ParallelCalls::Forbid);
    let without = CODEC.with_parallel_calls(Takes::No);
    check_refused(one, without, "parallel_calls", "parallel_tool_calls");
    let reasoning = Options::new().with_reasoning(Reasoning::effort(Effort::Low));
    let untold = CODEC.with_reasoning(ReasoningForm::Untold);
    check_refused(reasoning, untold, "reasoning", "reasoning_effort");
    let json = Options::new().with_output(OutputFormat::Json);
    let untold = CODEC.with_output(OutputForm::Untold);
    check_refused(json, untold, "output", "response_format");
}

// R-87
#[test]
fn a_host_that_stores_nothing_is_not_told_so() {
    let stateless = with(Options::new().with_continuation(Continuation::Stateless));
    check(
        &stateless,
        "store",
        CODEC.with_store(Takes::No),
        [json!(false), Value::Null],
    );
}

// R-87
#[test]
fn hosts_are_told_to_think_in_their_own_form() {
    let check = |form: ReasoningForm, reasoning: Reasoning, expected: Value| {
        let codec = CODEC.with_reasoning(form);
        let request = with(Options::new().with_reasoning(reasoning));
        let body: Value = serde_json::from_str(&encode(&codec, &request)).unwrap();
        let names = [
            "reasoning_effort",
            "reasoning",
            "thinking",
            "enable_thinking",
            "thinking_budget",
        ];
        let found = names
            .iter()
            .filter_map(|name| Some((*name, body.get(*name)?.clone())));
        assert_eq!(
            json!(found.collect::<std::collections::BTreeMap<_, _>>()),
            expected,
            "{form:?}"
        );
    };
    let (off, high) = (
        Reasoning::effort(Effort::Off),
        Reasoning::effort(Effort::High),
    );
    let budget = Reasoning::budget(5_000);
    check(
        ReasoningForm::Effort,
        off,
        json!({"reasoning_effort": "none"}),
    );
    check(
        ReasoningForm::Effort,
        high,
        json!({"reasoning_effort": "high"}),
    );
    check(
        ReasoningForm::Effort,
        budget,
        json!({"reasoning_effort": "medium"}),
    );
    check(
        ReasoningForm::Effort,
        Reasoning::budget(1 << 40),
        json!({"reasoning_effort": "xhigh"}),
    );
    check(
        ReasoningForm::Object,
        high,
        json!({"reasoning": {"effort": "high"}}),
    );
    check(
        ReasoningForm::Object,
        budget,
        json!({"reasoning": {"max_tokens": 5_000}}),
    );
    check(
        ReasoningForm::Object,
        Reasoning::default(),
        json!({"reasoning": {"enabled": true}}),
    );
    check(
        ReasoningForm::Thinking,
        off,
        json!({"thinking": {"type": "disabled"}}),
    );
    check(
        ReasoningForm::Thinking,
        Reasoning::default(),
        json!({"thinking": {"type": "enabled"}}),
    );
    let both = json!({"thinking": {"type": "enabled"}, "reasoning_effort": "high"});
    check(ReasoningForm::Thinking, high, both);
    check(
        ReasoningForm::EnableThinking,
        off,
        json!({"enable_thinking": false}),
    );
    let told = json!({"enable_thinking": true, "thinking_budget": 5_000});
    check(ReasoningForm::EnableThinking, budget, told);
    let told = json!({"enable_thinking": true, "thinking_budget": 16_384});
    check(ReasoningForm::EnableThinking, high, told);
}

// R-22, R-87
#[test]
fn an_effort_without_a_word_takes_the_nearest() {
    let word = |efforts: Efforts, effort: Effort| {
        let request = with(Options::new().with_reasoning(Reasoning::effort(effort)));
        let codec = CODEC.with_efforts(efforts);
        wire_request(&codec, &request).ok().map(|wire| {
            let body: Value = serde_json::from_slice(&wire.body).unwrap();
            body["reasoning_effort"].as_str().unwrap().to_owned()
        })
    };
    let check = |efforts: Efforts, effort: Effort, expected: Option<&str>| {
        assert_eq!(word(efforts, effort).as_deref(), expected, "{effort:?}");
    };
    check(Efforts::ALL, Effort::Max, Some("xhigh"));
    check(Efforts::THREE, Effort::Max, Some("high"));
    check(Efforts::THREE, Effort::Minimal, Some("low"));
    check(Efforts::THREE, Effort::Off, None);
    check(Efforts::NONE, Effort::High, None);
    let two = Efforts::NONE
        .with(Effort::Low, Some("low"))
        .with(Effort::High, Some("high"));
    check(two, Effort::Medium, Some("low"));
}

// R-28, R-87
#[test]
fn the_shape_of_the_answer_is_told_in_the_hosts_form() {
    let schema = Schema::from_json(r#"{"type":"object","properties":{"city":{"type":"string"}},"required":["city"],"additionalProperties":false}"#).unwrap();
    let output = OutputFormat::Schema {
        name: "place".into(),
        schema: schema.clone(),
    };
    let request = with(Options::new().with_output(output.clone()));
    let shape = schema.as_value();
    let form = |form: OutputForm| member(&CODEC.with_output(form), &request, "response_format");
    let strict = form(OutputForm::Schema).unwrap();
    assert_eq!(strict["type"], "json_schema");
    assert_eq!(strict["json_schema"]["name"], "place");
    assert_eq!(
        strict["json_schema"]["schema"]["properties"],
        shape["properties"]
    );
    let beside = json!({"type": "json_object", "schema": shape});
    assert_eq!(form(OutputForm::ObjectWithSchema), Some(beside));
    let without = CODEC.with_output(OutputForm::Object);
    assert_eq!(refused(&without, &request), "output");
    let (warned, body) = left_out(&without, Options::new().with_output(output));
    assert_eq!(warned, ["output"]);
    assert_eq!(body["response_format"], json!({"type": "json_object"}));
}

// R-28, R-87
#[test]
fn tools_are_strict_where_the_host_reads_them_so() {
    let spec = ToolSpec::new("f", "", Schema::from_json(r#"{"type":"object","properties":{"x":{"type":"string"}},"required":["x"],"additionalProperties":false}"#).unwrap());
    let request = Request::new("Hi").with_tools([spec.clone()]);
    let lowered = crate::schema::lower(&spec.parameters, crate::schema::SchemaRules::Strict);
    let tool =
        |codec: OpenAiChat| member(&codec, &request, "tools").unwrap()[0]["function"].clone();
    assert_eq!(tool(CODEC).get("strict"), None);
    let strict = tool(CODEC.with_tool_schemas(ToolSchemas::Strict));
    assert_eq!(strict.get("strict"), lowered.strict.then_some(&json!(true)));
    assert_eq!(strict["parameters"], lowered.schema);
}

// R-27, R-87
#[test]
fn marks_are_placed_within_what_the_host_allows() {
    let policy = |policy: CachePolicy, limit: usize| {
        let request = Request::new("Hi")
            .with_instructions("One.")
            .with_instructions("Two.")
            .with_tools([weather()])
            .with_options(Options::new().with_cache(policy));
        encode(&CODEC.with_cache(CacheMarks::Parts(limit)), &request)
    };
    let auto = CachePolicy::Auto(CacheTime::Short);
    let count = |body: &str| body.matches("cache_control").count();
    for (limit, marks) in [(0, 0), (1, 1), (2, 2), (4, 3)] {
        assert_eq!(count(&policy(auto.clone(), limit)), marks, "{limit}");
    }
    assert_eq!(count(&policy(CachePolicy::Off, 4)), 0);
    let body = policy(auto, 4);
    assert!(
        body.contains(r#""properties":{}}},"cache_control":{"type":"ephemeral"}}]"#),
        "{body}"
    );
    let marked = [
        Breakpoint::Instructions(0, CacheTime::Hour),
        Breakpoint::Message(0, CacheTime::Short),
    ];
    let body = policy(CachePolicy::Marked(marked.into()), 4);
    let messages = concat!(
        r#""messages":[{"role":"system","content":[{"type":"text","text":"One.","cache_control":{"type":"ephemeral","ttl":"1h"}},"#,
        r#"{"type":"text","text":"Two."}]},"#,
        r#"{"role":"user","content":[{"type":"text","text":"Hi","cache_control":{"type":"ephemeral"}}]}]}"#,
    );
    assert!(body.ends_with(messages), "{body}");
    let marked = Options::new().with_cache(CachePolicy::Marked(marked.into()));
    assert_eq!(refused(&CODEC, &with(marked.clone())), "cache");
    let one = CODEC.with_cache(CacheMarks::Parts(1));
    assert_eq!(refused(&one, &with(marked)), "cache");
}
