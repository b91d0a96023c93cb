use serde_json::json;
use windlass_core::{
    Abilities, Ability, Breakpoint, CachePolicy, CacheTime, Continuation, Effort, ErrorKind,
    Options, OutputFormat, ParallelCalls, Profile, Reasoning, Request, Sampling, Schema,
    ToolChoice, ToolSpec, Unsupported,
};

use super::super::{Gemini, Labels, Schemas, ThinkingControl, Thoughts};
use super::encoding::{body, encode_as, member, weather};
use super::kit::model;

#[test]
fn thinking_is_a_budget_or_a_level() {
    let level = Gemini::new().with_thinking(ThinkingControl::Level);
    let hidden = Gemini::new().with_thoughts(Thoughts::Hidden);
    for (codec, reasoning, expected) in [
        (
            Gemini::new(),
            Reasoning::budget(500),
            json!({"thinkingBudget": 500, "includeThoughts": true}),
        ),
        (
            Gemini::new(),
            Reasoning::effort(Effort::Low),
            json!({"thinkingBudget": 1024, "includeThoughts": true}),
        ),
        (
            Gemini::new(),
            Reasoning::effort(Effort::Off),
            json!({"thinkingBudget": 0}),
        ),
        (
            hidden,
            Reasoning::budget(500),
            json!({"thinkingBudget": 500}),
        ),
        (
            level,
            Reasoning::effort(Effort::High),
            json!({"thinkingLevel": "high", "includeThoughts": true}),
        ),
        (
            level,
            Reasoning::effort(Effort::Off),
            json!({"thinkingBudget": 0}),
        ),
        (
            level,
            Reasoning::budget(500),
            json!({"thinkingBudget": 500, "includeThoughts": true}),
        ),
    ] {
        let request = Request::new("Hi").with_options(Options::new().with_reasoning(reasoning));
        assert_eq!(
            member(codec, &request, "/generationConfig/thinkingConfig"),
            expected
        );
    }
}

// R-28, R-87
#[test]
fn schemas_are_sent_in_either_form() {
    let output = OutputFormat::Schema {
        name: "city".into(),
        schema: weather().parameters,
    };
    let request = Request::new("Hi")
        .with_tools([weather()])
        .with_options(Options::new().with_output(output));
    let config = member(Gemini::new(), &request, "/generationConfig");
    assert_eq!(config["responseMimeType"], "application/json");
    assert!(config["responseSchema"].is_object());
    let codec = Gemini::new().with_schemas(Schemas::JsonSchema);
    let schema = weather().parameters.as_value().clone();
    assert_eq!(
        member(codec, &request, "/generationConfig/responseJsonSchema"),
        schema
    );
    let declared = member(
        codec,
        &request,
        "/tools/0/functionDeclarations/0/parametersJsonSchema",
    );
    assert_eq!(declared, schema);
    let request = Request::new("Hi").with_options(Options::new().with_output(OutputFormat::Json));
    assert_eq!(
        body(&request),
        r#"{"generationConfig":{"responseMimeType":"application/json"},"contents":[{"role":"user","parts":[{"text":"Hi"}]}]}"#
    );
}

// R-28
#[test]
fn a_tool_that_takes_nothing_has_no_parameters() {
    for (schema, sent) in [
        (json!({"type": "object", "properties": {}}), false),
        (
            json!({"type": "object", "additionalProperties": false}),
            false,
        ),
        (
            json!({"type": "object", "additionalProperties": {"type": "string"}}),
            true,
        ),
        (json!({"anyOf": [{"type": "object"}]}), true),
    ] {
        let tool = ToolSpec::new("t", "", Schema::from_value(schema.clone()).unwrap());
        let request = Request::new("Hi").with_tools([tool]);
        let declared = member(Gemini::new(), &request, "/tools/0/functionDeclarations/0");
        assert_eq!(declared.get("parameters").is_some(), sent, "{schema}");
    }
}

// R-22
#[test]
fn what_the_wire_lacks_is_refused_or_left_out() {
    let plain = || Request::new("Hi").with_tools([weather()]);
    let marks = vec![Breakpoint::Tools(CacheTime::Short)];
    let with = |options: Options| (plain(), options);
    let none = Abilities::unknown();
    for (name, abilities, (request, options)) in [
        (
            "parallel_calls",
            none,
            with(Options::new().with_parallel_calls(ParallelCalls::Forbid)),
        ),
        ("user", none, with(Options::new().with_user("u"))),
        (
            "metadata",
            none,
            with(Options::new().with_metadata("a", "b")),
        ),
        (
            "continuation",
            none,
            with(Options::new().with_continuation(Continuation::Stored)),
        ),
        (
            "cache",
            none,
            with(Options::new().with_cache(CachePolicy::Marked(marks))),
        ),
        (
            "tool_choice",
            none,
            (
                Request::new("Hi"),
                Options::new().with_tool_choice(ToolChoice::Required),
            ),
        ),
        (
            "tools",
            none.with(Ability::Tools, false),
            with(Options::new()),
        ),
        (
            "reasoning",
            none.with(Ability::Thinking, false),
            with(Options::new().with_reasoning(Reasoning::budget(9))),
        ),
        (
            "output",
            none.with(Ability::Schema, false),
            with(Options::new().with_output(OutputFormat::Schema {
                name: "city".into(),
                schema: weather().parameters,
            })),
        ),
        (
            "seed",
            none.with(Ability::Sampling, false),
            with(Options::new().with_sampling(Sampling::new().with_seed(1))),
        ),
    ] {
        let profile = Profile::new(model()).with_abilities(abilities);
        let refused = encode_as(
            Gemini::new(),
            &request.clone().with_options(options.clone()),
            &profile,
        );
        let error = refused.expect_err(name);
        assert_eq!(
            (error.kind(), error.code()),
            (ErrorKind::Unsupported, Some(name))
        );
        let request = request.with_options(options.with_unsupported(Unsupported::Warn));
        let sent = encode_as(Gemini::new(), &request, &profile).unwrap();
        assert_eq!(sent.warnings[0].option, name);
    }
}

// R-87
#[test]
fn labels_and_extra_members_are_sent() {
    let options = Options::new()
        .with_metadata("team", "blue")
        .with_sampling(Sampling::new().with_temperature(1.0))
        .with_extra("cachedContent", "cachedContents/1")
        .with_extra("generationConfig", json!({"candidateCount": 2}));
    let request = Request::new("Hi").with_options(options);
    let codec = Gemini::new().with_labels(Labels::Sent);
    assert_eq!(member(codec, &request, "/labels"), json!({"team": "blue"}));
    assert_eq!(
        member(codec, &request, "/cachedContent"),
        "cachedContents/1"
    );
    let config = json!({"temperature": 1.0, "candidateCount": 2});
    assert_eq!(member(codec, &request, "/generationConfig"), config);
}
