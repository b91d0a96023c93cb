mod listener;

use std::future::pending;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::runtime::Builder;
use tokio::time::timeout;
use windlass_core::{
    Assistant, Conversation, ErrorKind, Finish, FinishReason, Media, ModelError, Options, Outcome,
    OutputFormat, Sampling, Script, Scripted, Thinking, ToolError, User, tool,
};

use super::*;
use crate::{Agent, Engine, Failed, RunScope, TargetIndex, Toolbox};
use listener::{Seen, seen};

fn model() -> ModelId {
    ModelId::new("gemini", "gemini-3-pro")
}

fn run(content: TraceContent) -> RunSpan {
    let origin = RunOrigin {
        run: "run_1",
        agent: Some("forecaster"),
        session: Some("session_1"),
        model: &model(),
    };
    RunSpan::begin(origin, content)
}

fn request() -> Request {
    let sampling = Sampling::new()
        .with_temperature(0.5)
        .with_max_output_tokens(100);
    Request::new("Is it warmer in Rome?")
        .with_instructions("Answer in one sentence.")
        .with_options(
            Options::new()
                .with_sampling(sampling)
                .with_output(OutputFormat::Json),
        )
}

fn response() -> Response {
    let message = Assistant::new("Let me look.")
        .with(Call::new("call_1", "weather", r#"{"city":"Rome"}"#))
        .with_id("msg_1");
    let mut response = Response::new(message, Finish::new(FinishReason::Calls, "tool_use"));
    response.model = Some("gemini-3-pro-002".into());
    response.usage = Usage::UNKNOWN
        .with_input(20)
        .with_cache_read(500)
        .with_cache_write(4)
        .with_output(30)
        .with_reasoning(10);
    response
}

fn record(note: impl FnOnce(&mut AttemptRecord)) -> AttemptRecord {
    let mut record = AttemptRecord::new(1, 2, TargetIndex::OWN, model());
    note(&mut record);
    record
}

/// The fields of a span that are there, as JSON.
#[track_caller]
fn check(span: &Seen, name: &str, parent: Option<&str>, fields: Value) {
    assert_eq!((span.name, span.parent), (name, parent));
    assert_eq!(Value::Object(span.fields.clone()), fields);
}

#[test]
fn spans_have_the_names_of_the_conventions() {
    let spans = seen(|| {
        let run = run(TraceContent::Hidden);
        let turn = run.turn(1);
        let attempt = turn.attempt(2, &model(), &request());
        attempt.answered(&response());
        attempt.ended(&record(|record| record.usage = response().usage));
        run.ended(&Stop::Answered, Usage::UNKNOWN.with_output(30));
    });
    check(
        &spans[0],
        "invoke_agent",
        None,
        json!({
            "otel.name": "invoke_agent forecaster",
            "otel.kind": "internal",
            "gen_ai.operation.name": "invoke_agent",
            "gen_ai.agent.name": "forecaster",
            "gen_ai.conversation.id": "session_1",
            "gen_ai.provider.name": "gcp.gemini",
            "gen_ai.request.model": "gemini-3-pro",
            "gen_ai.usage.output_tokens": 30,
            "windlass.run": "run_1",
            "windlass.stop": "answered",
        }),
    );
    let turn = json!({ "otel.kind": "internal", "windlass.turn": 1 });
    check(&spans[1], "turn", Some("invoke_agent"), turn);
    check(
        &spans[2],
        "chat",
        Some("turn"),
        json!({
            "otel.name": "chat gemini-3-pro",
            "otel.kind": "client",
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": "gcp.gemini",
            "gen_ai.request.model": "gemini-3-pro",
            "gen_ai.request.temperature": 0.5,
            "gen_ai.request.max_tokens": 100,
            "gen_ai.output.type": "json",
            "gen_ai.response.id": "msg_1",
            "gen_ai.response.model": "gemini-3-pro-002",
            "gen_ai.response.finish_reasons": r#"["tool_use"]"#,
            "gen_ai.usage.input_tokens": 524,
            "gen_ai.usage.cache_read.input_tokens": 500,
            "gen_ai.usage.cache_creation.input_tokens": 4,
            "gen_ai.usage.output_tokens": 30,
            "gen_ai.usage.reasoning.output_tokens": 10,
            "windlass.attempt": 2,
        }),
    );
}

// R-87
#[test]
fn what_was_said_is_in_a_span_when_it_is_asked_for() {
    let said = |content| {
        let spans = seen(|| {
            let turn = run(content).turn(1);
            turn.attempt(1, &model(), &request()).answered(&response());
            let call = Call::new("call_1", "weather", r#"{"city":"Rome"}"#);
            turn.tool(&call)
                .ended(OutcomeStatus::Success, 1, || "9 °C".to_owned());
        });
        let field = |span: usize, name: &str| spans[span].fields.get(name).cloned();
        [
            field(2, "gen_ai.system_instructions"),
            field(2, "gen_ai.input.messages"),
            field(2, "gen_ai.output.messages"),
            field(3, "gen_ai.tool.call.arguments"),
            field(3, "gen_ai.tool.call.result"),
        ]
    };
    assert_eq!(said(TraceContent::Hidden), [const { None }; 5]);
    let recorded = [
        r#"[{"type":"text","content":"Answer in one sentence."}]"#,
        r#"[{"role":"user","parts":[{"type":"text","content":"Is it warmer in Rome?"}]}]"#,
        concat!(
            r#"[{"role":"assistant","parts":[{"type":"text","content":"Let me look."},"#,
            r#"{"type":"tool_call","id":"call_1","name":"weather","arguments":{"city":"Rome"}}],"#,
            r#""finish_reason":"tool_call"}]"#,
        ),
        r#"{"city":"Rome"}"#,
        "9 °C",
    ];
    assert_eq!(
        said(TraceContent::Recorded),
        recorded.map(|text| Some(text.into()))
    );
}

#[test]
fn each_kind_of_message_has_its_form() {
    let mut conversation = Conversation::from("Which is warmer?");
    let picture = Media::from_bytes("image/png", b"\x89PNG");
    let map = Media::from_url("image/png", "https://example.com/map.png");
    let unread = Call::new("call_1", "weather", r#"{"city":"#);
    let answer = Assistant::default()
        .with(Thinking::new("Hm."))
        .with(unread.clone());
    conversation
        .push_user(User::new("Look:").with(picture).with(map))
        .unwrap();
    conversation.push_assistant(answer).unwrap();
    conversation
        .push_outcomes([Outcome::interrupted(&unread)])
        .unwrap();
    let found: Value = serde_json::from_str(&content::input_messages(&conversation)).unwrap();
    let text = |content: &str| json!({ "type": "text", "content": content });
    let interrupted = Outcome::interrupted(&unread).text();
    let expected = json!([
        { "role": "user", "parts": [text("Which is warmer?")] },
        { "role": "user", "parts": [
            text("Look:"),
            { "type": "media", "modality": "image", "mime_type": "image/png" },
            { "type": "uri", "modality": "image", "mime_type": "image/png", "uri": "https://example.com/map.png" },
        ] },
        { "role": "assistant", "parts": [
            { "type": "reasoning", "content": "Hm." },
            { "type": "tool_call", "id": "call_1", "name": "weather", "arguments": "{\"city\":" },
        ] },
        { "role": "tool", "parts": [
            { "type": "tool_call_response", "id": "call_1", "response": interrupted },
        ] },
    ]);
    assert_eq!(found, expected);
}

/// Asks a station.
#[tool]
async fn weather() -> &'static str {
    drop(tracing::info_span!("station").entered());
    "9 °C"
}

/// Cannot ask a station.
#[tool]
async fn broken() -> Result<String, ToolError> {
    Err(ToolError::failed("the station is closed"))
}

/// Does not survive the station.
#[tool]
async fn panics() -> String {
    panic!("at the station")
}

/// Waits for the station.
#[tool]
async fn waits() -> String {
    pending().await
}

/// Runs calls of all tools inside of a run and a turn, and stops those that are left after a second.
async fn run_tools() {
    let tools = Toolbox::new().with(weather).unwrap().with(broken).unwrap();
    let tools = tools.with(panics).unwrap().with(waits).unwrap();
    let names = ["weather", "broken", "panics", "waits", "nobody"];
    let calls = names.map(|name| Call::new(format!("call_{name}"), name, "{}"));
    let run = run(TraceContent::Recorded);
    let scope = RunScope::new().with_span(run.turn(1));
    let engine = Engine::new();
    let prepared = engine.prepare(&tools, calls.to_vec(), &scope).await;
    let mut execution = engine.start(prepared, &scope);
    let all = async { while execution.next().await.is_some() {} };
    timeout(Duration::from_secs(1), all).await.unwrap_err();
    execution.settle().await;
}

#[test]
fn a_tool_runs_inside_of_its_span_and_the_span_says_how_it_ended() {
    let spans = seen(|| {
        let mut runtime = Builder::new_current_thread();
        let runtime = runtime.enable_time().start_paused(true).build().unwrap();
        runtime.block_on(run_tools());
    });
    let find = |name: &str| {
        spans
            .iter()
            .find(|span| span.fields.get("gen_ai.tool.name") == Some(&name.into()))
    };
    let tool = |name: &str, more: Value| {
        let mut fields = json!({
            "otel.name": format!("execute_tool {name}"),
            "otel.kind": "internal",
            "gen_ai.operation.name": "execute_tool",
            "gen_ai.tool.name": name,
            "gen_ai.tool.call.id": format!("call_{name}"),
            "gen_ai.tool.type": "function",
            "gen_ai.tool.call.arguments": "{}",
        });
        let more = more.as_object().cloned().unwrap();
        fields.as_object_mut().unwrap().extend(more);
        check(find(name).unwrap(), "execute_tool", Some("turn"), fields);
    };
    let error = |kind: &str| json!({ "error.type": kind, "otel.status_code": "ERROR" });
    let ended = |kind: &str, said: &str| {
        let mut fields = error(kind);
        fields["windlass.attempts"] = 1.into();
        fields["gen_ai.tool.call.result"] = said.into();
        fields
    };
    tool(
        "weather",
        json!({ "windlass.attempts": 1, "gen_ai.tool.call.result": "9 °C" }),
    );
    tool("broken", ended("failed", "the station is closed"));
    tool("panics", ended("panicked", "at the station"));
    tool("waits", error("cancelled"));
    assert!(find("nobody").is_none(), "it did not run");
    let station = spans.iter().find(|span| span.name == "station").unwrap();
    assert_eq!(station.parent, Some("execute_tool"));
}

#[test]
fn what_a_run_does_is_inside_of_its_span() {
    let spans = seen(|| {
        let outer = tracing::info_span!("outer").entered();
        let run = run(TraceContent::Hidden);
        drop(outer);
        let attempt = run.turn(1).attempt(1, &model(), &request());
        let work = async { drop(tracing::info_span!("work").entered()) };
        let runtime = Builder::new_current_thread().build().unwrap();
        runtime.block_on(run.around(attempt.around(work)));
        runtime.block_on(run.around(async { drop(tracing::info_span!("more work").entered()) }));
        attempt.within(|| drop(tracing::info_span!("a poll").entered()));
        let failed = Failed::from(&ModelError::new(ErrorKind::RateLimited, ""));
        attempt.ended(&record(|record| {
            record.error = Some(Box::new(failed.clone()));
        }));
        run.ended(&Stop::Failed(Box::new(failed)), Usage::UNKNOWN);
    });
    let parent = |name: &str| spans.iter().find(|span| span.name == name).unwrap().parent;
    assert_eq!(parent("invoke_agent"), Some("outer"));
    assert_eq!(parent("work"), Some("chat"));
    assert_eq!(parent("more work"), Some("invoke_agent"));
    assert_eq!(parent("a poll"), Some("chat"));
    for span in spans
        .iter()
        .filter(|span| ["invoke_agent", "chat"].contains(&span.name))
    {
        assert_eq!(span.fields["error.type"], "rate_limited");
        assert_eq!(span.fields["otel.status_code"], "ERROR");
    }
}

#[test]
fn hosts_have_the_names_of_the_conventions() {
    for (host, name) in [
        ("anthropic", "anthropic"),
        ("azure-openai-deployment", "azure.ai.openai"),
        ("bedrock", "aws.bedrock"),
        ("mistral", "mistral_ai"),
        ("xai", "x_ai"),
        ("my-own", "my-own"),
    ] {
        assert_eq!(names::provider(host), name);
    }
}

/// Asks an agent whose tool is [`weather`], at the second attempt.
fn ask(content: TraceContent) -> Vec<Seen> {
    let busy = ModelError::new(ErrorKind::Overloaded, "no room");
    let scripts = [
        Script::refuse(busy),
        Script::call("call_1", "weather", "{}").with_usage(Usage::UNKNOWN.with_output(5)),
        Script::text("It is 9 °C.").with_usage(Usage::UNKNOWN.with_output(7)),
    ];
    let agent = Agent::builder(Scripted::new(scripts)).tool(weather);
    let agent = agent
        .name("forecaster")
        .trace_content(content)
        .build()
        .unwrap();
    seen(|| {
        let mut runtime = Builder::new_current_thread();
        let runtime = runtime.enable_time().start_paused(true).build().unwrap();
        runtime
            .block_on(async { agent.run("How warm is it?").await })
            .unwrap();
    })
}

#[test]
fn a_run_is_a_tree_of_spans() {
    let spans = ask(TraceContent::Hidden);
    let tree: Vec<_> = spans.iter().map(|span| (span.name, span.parent)).collect();
    let expected = [
        ("invoke_agent", None),
        ("turn", Some("invoke_agent")),
        ("chat", Some("turn")),
        ("chat", Some("turn")),
        ("execute_tool", Some("turn")),
        ("station", Some("execute_tool")),
        ("turn", Some("invoke_agent")),
        ("chat", Some("turn")),
    ];
    assert_eq!(tree, expected);
    let field = |span: usize, name: &str| spans[span].fields.get(name).cloned().unwrap_or_default();
    assert_eq!(field(0, "otel.name"), "invoke_agent forecaster");
    assert_eq!(field(0, "windlass.stop"), "answered");
    assert_eq!(field(0, "gen_ai.usage.output_tokens"), 12);
    assert_eq!(field(2, "error.type"), "overloaded");
    assert_eq!(field(3, "error.type"), Value::Null);
    assert_eq!(field(3, "gen_ai.usage.output_tokens"), 5);
    assert_eq!([1, 6].map(|span| field(span, "windlass.turn")), [1, 2]);
    assert_eq!(
        [2, 3, 7].map(|span| field(span, "windlass.attempt")),
        [1, 2, 1]
    );
}

// R-87
#[test]
fn an_agent_says_whether_its_spans_hold_what_was_said() {
    for (content, holds) in [
        (TraceContent::Hidden, false),
        (TraceContent::Recorded, true),
    ] {
        let spans = ask(content);
        let asked = spans[2].fields.get("gen_ai.input.messages");
        assert_eq!(asked.is_some(), holds, "{content:?}");
    }
}
