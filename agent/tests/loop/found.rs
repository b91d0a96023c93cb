//! What random runs found (`tests/chaos.rs`), each case as small as it got.

use windlass_agent::{AgentBuilder, At, AtLimit, Cancel, Hook, Limits, Stop, What};
use windlass_core::{Call, Outcome, Script, Usage, async_trait};

use crate::kit::{agent, assert_legal, ended, looks, model, scenes, told};

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

/// Does not survive to see what came of a call.
struct Unwell;

#[async_trait]
impl Hook for Unwell {
    async fn after_call(&self, _: &Call, _: &mut Outcome, _: &At) {
        std::panic::resume_unwind(Box::new("unwell"));
    }
}

// R-69
#[tokio::test(start_paused = true)]
async fn a_call_has_its_end_although_a_hook_panics() {
    let agent = agent(model("m", [looks("c1")])).hook(Unwell);
    let events = "ask:m call:c1 answered ready:c1 start:c1 end:c1:Success";
    check(agent, events).await;
}

// R-65
#[tokio::test(start_paused = true)]
async fn an_answer_is_kept_when_the_run_is_cancelled_while_it_is_told_of_a_limit() {
    let used = Usage::UNKNOWN.with_output(90);
    let agent = agent(model("m", [Script::text("Rome.").with_usage(used)]));
    let agent = agent.limits(Limits::default().with_output_tokens(100));
    let mut run = agent.build().expect("the names differ").run("Go.");
    let handle = run.handle();
    while let Some(event) = run.next().await {
        if let What::LimitNear(_) = event.what {
            handle.cancel();
        }
    }
    let report = ended(run).await;
    assert_eq!(report.stop, Stop::Cancelled(Cancel::Now));
    assert_eq!(report.text(), "Rome.");
}
