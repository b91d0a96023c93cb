//! What random runs found (`tests/chaos.rs`), each case as small as it got.

use windlass_agent::{AgentBuilder, AtLimit, Limits};
use windlass_core::{Script, Usage};

use crate::kit::{agent, assert_legal, model, scenes, told};

/// Runs an agent, and compares what happened.
async fn check(builder: AgentBuilder, expected: &str) {
    let agent = builder.build().expect("the names differ");
    let (events, report) = told(agent.run("Go.")).await;
    assert_legal(expected, &report.conversation);
    assert_eq!(scenes(&events), expected);
}

// R-67, R-69
#[tokio::test(start_paused = true)]
async fn an_answer_without_words_that_uses_up_a_budget_has_its_end() {
    let used = Usage::UNKNOWN.with_output(6).with_reasoning(3);
    let scripts = [Script::new().with_usage(used), Script::text("Rome.")];
    let limits = Limits::default().with_warning_percent(101);
    let limits = limits.with_reasoning_tokens(1).at_limit(AtLimit::LastTurn);
    let agent = agent(model("m", scripts)).limits(limits);
    check(agent, r#"ask:m failed:Cancelled ask:m "Rome." answered"#).await;
}
