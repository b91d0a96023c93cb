//! The conversation that every server is led through: a question, calls, their outcomes, an answer.

use windlass_core::{Model, Outcome, Request, Response, Schema, ToolSpec};

use crate::answer;

/// What a model said.
pub(crate) struct Talk {
    /// The answer with the calls.
    pub(crate) asked: Response,
    /// The answer to their outcomes.
    pub(crate) told: Response,
}

/// Asks, runs the calls and sends back what came of them.
pub(crate) async fn talk(model: &dyn Model, question: Request, outcome: &str) -> Talk {
    let mut conversation = question.conversation.clone();
    let tools = question.tools.clone();
    let asked = answer(model, question).await;
    let outcomes: Vec<_> = asked
        .runnable_calls()
        .map(|call| Outcome::success(call, outcome))
        .collect();
    assert!(!outcomes.is_empty(), "no call to run: {asked:?}");
    conversation.push_assistant(asked.message.clone()).unwrap();
    conversation.push_outcomes(outcomes).unwrap();
    let mut question = Request::new("");
    question.conversation = conversation;
    let told = answer(model, question.with_tools(tools)).await;
    Talk { asked, told }
}

/// A question to the answers of `aimock.json`, with the tools that it calls.
pub(crate) fn ferry() -> Request {
    Request::new("When is the next ferry?").with_tools([
        tool("ferry_times", "When the ferries leave.", "port", TEXT),
        tool("wind", "How the wind blows.", "port", TEXT),
    ])
}

/// Any text.
pub(crate) const TEXT: &str = r#"{"type":"string"}"#;

/// A tool that takes one text, whose schema this is.
pub(crate) fn tool(name: &str, description: &str, property: &str, schema: &str) -> ToolSpec {
    let schema = format!(
        r#"{{"type":"object","properties":{{"{property}":{schema}}},"required":["{property}"]}}"#
    );
    ToolSpec::new(name, description, Schema::from_json(&schema).unwrap())
}
