//! Fields of a dialect that no host has set so far change what is sent, or how an answer is read.
#![cfg(feature = "bedrock")]
#![allow(clippy::unwrap_used, reason = "a test may panic, in its helpers too")]

use windlass_core::{
    Effort, ModelId, Options, OutputFormat, Profile, Reasoning, Request, Schema, ToolSpec,
};
use windlass_provider::codec::{Codec, Delivery, Encode, encoding_key};
use windlass_provider::frame::{Framing, LastEvent, SseOptions};
use windlass_provider::schema::SchemaRules;
use windlass_provider::wire::anthropic::Anthropic;
use windlass_provider::wire::bedrock::{Converse, Family, ReasoningForm};
use windlass_provider::wire::openai_responses::{Efforts, OpenAiResponses};

fn body(codec: &dyn Codec, request: &Request) -> String {
    let profile = Profile::new(ModelId::new("mine", "mine-1"));
    let key = encoding_key(codec, &profile);
    let wire = codec.encode(&Encode::new(request, &profile, &key)).unwrap();
    String::from_utf8(wire.body).unwrap()
}

/// Checks that a request has `mark` under the changed dialect alone.
fn check(plain: &dyn Codec, changed: &dyn Codec, request: &Request, mark: &str) {
    let body = |codec| body(codec, request);
    assert!(!body(plain).contains(mark), "{}", body(plain));
    assert!(body(changed).contains(mark), "{}", body(changed));
}

fn asked(options: Options) -> Request {
    Request::new("Hello").with_options(options)
}

fn city() -> Schema {
    let city = r#"{"type":"object","properties":{"city":{"type":"string","minLength":2}}}"#;
    Schema::from_json(city).unwrap()
}

// R-16, R-87
#[test]
fn the_limit_of_an_answer_on_anthropic() {
    let limited = Anthropic::new().with_default_max_tokens(77);
    let mark = r#""max_tokens":77"#;
    check(&Anthropic::new(), &limited, &Request::new("Hello"), mark);
}

// R-16, R-87
#[test]
fn the_words_for_efforts_on_responses() {
    let hardest = Efforts {
        max: "hardest",
        ..Efforts::OPENAI
    };
    let told = OpenAiResponses::new().with_efforts(hardest);
    let request = asked(Options::new().with_reasoning(Reasoning::effort(Effort::Max)));
    let mark = r#""effort":"hardest""#;
    check(&OpenAiResponses::new(), &told, &request, mark);
}

// R-16, R-87
#[test]
fn how_an_event_stream_ends_on_responses() {
    let sse = SseOptions::new().last_event(LastEvent::Dispatch);
    let framing = |codec: OpenAiResponses| codec.framing("text/event-stream", Delivery::Streamed);
    assert_eq!(
        framing(OpenAiResponses::new().with_sse(sse)),
        Framing::Sse(sse)
    );
    assert_ne!(framing(OpenAiResponses::new()), Framing::Sse(sse));
}

// R-16, R-87
#[test]
fn families_of_models_on_bedrock() {
    const MINE: &[Family] = &[Family {
        marker: "mine",
        reasoning: ReasoningForm::Effort,
        ..Family::UNKNOWN
    }];
    let request = asked(Options::new().with_reasoning(Reasoning::effort(Effort::High)));
    let known = Converse::new().with_families(MINE);
    assert!(body(&known, &request).contains(r#""reasoning_effort":"high""#));
    let profile = Profile::new(ModelId::new("mine", "mine-1"));
    let key = encoding_key(&Converse::new(), &profile);
    let refused = Converse::new().encode(&Encode::new(&request, &profile, &key));
    assert_eq!(refused.unwrap_err().code(), Some("reasoning"));
}

// R-16, R-28, R-87
#[test]
fn schemas_on_bedrock() {
    let tool = ToolSpec::new("weather", "The weather now.", city());
    let strict = Converse::new().with_tool_schemas(SchemaRules::Strict);
    let request = Request::new("Hello").with_tools([tool]);
    check(&Converse::new(), &strict, &request, r#""strict":true"#);

    let (name, schema) = ("city".into(), city());
    let output = Options::new().with_output(OutputFormat::Schema { name, schema });
    let any = Converse::new().with_output_schemas(SchemaRules::Any);
    let closed = r#"\"additionalProperties\":false"#;
    check(&any, &Converse::new(), &asked(output), closed);
}
