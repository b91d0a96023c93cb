//! Tools that are made while the program runs.

use schemars::JsonSchema;
use serde::Deserialize;
use windlass_core::{
    Function, Json, State, Tool, ToolContext, ToolError, ToolErrorKind, ToolSpec, tool_fn,
};

use crate::{call, try_call};

#[derive(Deserialize, JsonSchema)]
struct Add {
    /// The one.
    a: i64,
    /// The other.
    b: i64,
}

#[test]
fn a_closure_is_a_tool() {
    let add = tool_fn("add", "Adds.", |Add { a, b }| async move {
        a.checked_add(b)
            .map(Json)
            .ok_or_else(|| ToolError::retry("smaller numbers"))
    });
    assert_eq!(call(&add, r#"{"a":1,"b":2}"#), "3");
    let arguments = format!(r#"{{"a":{},"b":1}}"#, i64::MAX);
    let error = try_call(&add, &arguments, &ToolContext::new("call_1")).unwrap_err();
    assert_eq!(error.kind(), ToolErrorKind::Retry);
    assert_eq!(
        add.spec().parameters.required().collect::<Vec<_>>(),
        ["a", "b"]
    );
}

#[test]
fn a_closure_may_see_the_call_and_be_described_further() {
    let add = Function::new(
        "add",
        "Adds.",
        |Add { a, b }, context: ToolContext| async move {
            let more = context.state().get::<i64>().copied().unwrap_or(0);
            (a + b + more).to_string()
        },
    )
    .with_spec(ToolSpec::read_only);
    let context = ToolContext::new("call_1").with_state(State::new().with(40_i64));
    let output = try_call(&add, r#"{"a":1,"b":1}"#, &context).unwrap();
    assert_eq!(output.parts[0].as_text(), Some("42"));
    assert!(add.spec().read_only);
}
