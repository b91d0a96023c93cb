//! What third parties build on: the seams take their own types, and the scripted model plays what it is told.
#![allow(clippy::unwrap_used, reason = "a test may panic, in its helpers too")]
#![cfg(feature = "scripted")]

use std::sync::Arc;

use windlass_core::{
    Arguments, ErrorKind, Finish, FinishReason, Model, ModelError, Request, Schema, Script,
    Scripted, Tool, ToolContext, ToolError, ToolOutput, ToolSpec, Usage, async_trait,
};

fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap()
        .block_on(future)
}

fn ask(model: &dyn Model) -> Result<windlass_core::Response, ModelError> {
    run(async { model.stream(Request::new("Hello")).await?.response().await })
}

#[test]
fn a_script_plays_text_thinking_calls_usage_and_finish() {
    let script = Script::thinking("Let me see.")
        .then_text("Looking it up.")
        .then_call("a", "weather", r#"{"city": "Oslo"}"#)
        .with_usage(Usage::UNKNOWN.with_input(7).with_output(5));
    let response = ask(&Scripted::new([script])).unwrap();
    assert_eq!(response.message.parts.len(), 3);
    assert_eq!(response.message.text(), "Looking it up.");
    assert_eq!(
        response.message.calls().next().unwrap().arguments.as_str(),
        r#"{"city": "Oslo"}"#
    );
    assert_eq!(response.finish.reason, FinishReason::Calls);
    assert_eq!(response.usage.total(), Some(12));
    assert_eq!(
        response.message.origin.unwrap().to_string(),
        "scripted/script"
    );
}

#[test]
fn a_script_can_fail_in_every_way() {
    let overloaded = || ModelError::new(ErrorKind::Overloaded, "no room");
    let model = Arc::new(Scripted::new([
        Script::refuse(overloaded()),
        Script::text("half an answer").fail(overloaded()),
        Script::text("half an answer").cut(),
        Script::text("cut").with_finish(Finish::new(FinishReason::Length, "max_tokens")),
    ]));
    let refused = ask(&model).unwrap_err();
    assert_eq!(
        (refused.kind(), refused.is_in_stream()),
        (ErrorKind::Overloaded, false)
    );
    let failed = ask(&model).unwrap_err();
    assert_eq!(
        (failed.kind(), failed.is_in_stream()),
        (ErrorKind::Overloaded, true)
    );
    assert_eq!(failed.partial().unwrap().text(), "half an answer");
    assert_eq!(ask(&model).unwrap_err().kind(), ErrorKind::Truncated);
    // R-13
    let cut = ask(&model).unwrap().finish;
    assert_eq!(
        (cut.reason, cut.reason.is_normal(), cut.raw.as_str()),
        (FinishReason::Length, false, "max_tokens")
    );
    let over = ask(&model).unwrap_err();
    assert_eq!(over.message(), "the script has no answer to request 5");
    assert_eq!(model.requests().len(), 5);
}

struct Adder(ToolSpec);

#[derive(serde::Deserialize)]
struct Sum {
    a: i64,
    b: i64,
}

#[async_trait]
impl Tool for Adder {
    fn spec(&self) -> &ToolSpec {
        &self.0
    }

    async fn call(&self, arguments: &Arguments, _: &ToolContext) -> Result<ToolOutput, ToolError> {
        let Sum { a, b } = arguments.parse()?;
        let sum = a
            .checked_add(b)
            .ok_or_else(|| ToolError::retry("the sum is too large; use smaller numbers"))?;
        Ok(sum.to_string().into())
    }
}

#[test]
fn a_tool_of_a_third_party_answers_or_says_how_it_failed() {
    let adder: Arc<dyn Tool> =
        Arc::new(Adder(ToolSpec::new("add", "Adds.", Schema::empty_object())));
    let call =
        |arguments: &str| run(adder.call(&Arguments::from(arguments), &ToolContext::new("a")));
    assert_eq!(call(r#"{"a":1,"b":2}"#).unwrap(), ToolOutput::from("3"));
    // R-52
    let bad = call(r#"{"a":1}"#).unwrap_err();
    assert_eq!(bad.message(), "`b` is missing");
    let large = call(&format!(r#"{{"a":{},"b":1}}"#, i64::MAX)).unwrap_err();
    assert_eq!(large.kind(), windlass_core::ToolErrorKind::Retry);
}
