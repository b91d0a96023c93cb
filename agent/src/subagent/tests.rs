use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use windlass_core::{
    Approval, CallId, Message, Outcome, OutcomeStatus, Schema, Script, Scripted, Usage, tool_fn,
};

use super::*;
use crate::{
    AllowAll, AtLimit, DenyAll, LimitKind, Limits, Observed, Report, Stop, ThinkingEvents,
};

/// No arguments.
#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Nothing {}

const USED: Usage = Usage::UNKNOWN.with_input(100).with_output(10);

fn script(script: Script) -> Script {
    script.with_usage(USED)
}

fn asks(task: &str) -> Script {
    script(Script::call(
        "call_1",
        "child",
        &format!(r#"{{"task":"{task}"}}"#),
    ))
}

fn parent_of(child: &Agent, scripts: impl IntoIterator<Item = Script>) -> crate::AgentBuilder {
    Agent::builder(Scripted::new(scripts)).tool(child.as_tool("child", "Does things."))
}

fn outcomes(report: &Report) -> Vec<&Outcome> {
    let messages = report.conversation.messages();
    messages.flat_map(Message::outcomes).collect()
}

// R-67
#[tokio::test]
async fn what_a_child_uses_counts_for_its_parent() {
    let child = Scripted::new([script(Script::text("Done."))]);
    let child = Agent::builder(child).build().unwrap();
    let agent = parent_of(&child, [asks("do it"), script(Script::text("Good."))]);
    let report = agent.build().unwrap().run("Go.").await.unwrap();
    assert_eq!(report.usage.input(), Some(300));
    assert_eq!(outcomes(&report)[0].text(), "Done.");
    assert_eq!(
        report.attempts.len(),
        2,
        "those of the child are on its own report"
    );
}

// R-67
#[tokio::test]
async fn a_child_stops_at_the_limit_of_its_parent() {
    let scripts = (0..20).map(|at| script(Script::call(&format!("c{at}"), "nothing", "{}")));
    let nothing = tool_fn("nothing", "Does nothing.", |_: Nothing| async { "" });
    let child = Agent::builder(Scripted::new(scripts))
        .tool(nothing)
        .without_guard();
    let child = child
        .limits(Limits::default().with_turns(100))
        .build()
        .unwrap();
    let agent = parent_of(&child, [asks("do it"), script(Script::text("Good."))]).limits(
        Limits::default()
            .with_output_tokens(50)
            .at_limit(AtLimit::Fail),
    );
    let error = agent.build().unwrap().run("Go.").await.unwrap_err();
    assert!(
        matches!(error.stop(), Stop::Limit(reached) if reached.limit == LimitKind::OutputTokens),
        "{:?}",
        error.stop()
    );
    let output = error.report().usage.output().unwrap();
    assert!((50..=60).contains(&output), "{output} were used");
}

// R-65, R-57
#[tokio::test(start_paused = true)]
async fn a_child_is_cancelled_with_its_parent() {
    let alive = Arc::new(AtomicU32::new(0));
    let sleeps = {
        let alive = Arc::clone(&alive);
        tool_fn("sleeps", "Sleeps.", move |_: Nothing| {
            let alive = Arc::clone(&alive);
            async move {
                struct Gone(Arc<AtomicU32>);
                impl Drop for Gone {
                    fn drop(&mut self) {
                        self.0.fetch_sub(1, Ordering::SeqCst);
                    }
                }
                alive.fetch_add(1, Ordering::SeqCst);
                let _gone = Gone(alive);
                tokio::time::sleep(Duration::from_secs(600)).await;
                "slept"
            }
        })
    };
    let child = Scripted::new([script(Script::call("c", "sleeps", "{}"))]);
    let child = Agent::builder(child)
        .tool(sleeps)
        .grace(Duration::from_secs(1));
    let child = child.build().unwrap();
    let agent = parent_of(&child, [asks("sleep")]).build().unwrap();
    let mut run = agent.run("Go.");
    let handle = run.handle();
    while let Some(event) = run.next().await {
        if matches!(event.what, What::ToolProgress { .. }) {
            assert_eq!(alive.load(Ordering::SeqCst), 1);
            handle.cancel();
        }
    }
    assert_eq!(alive.load(Ordering::SeqCst), 0);
    let error = run.await.unwrap_err();
    let outcomes = outcomes(error.report());
    assert_eq!(outcomes.len(), 1);
    assert!(outcomes[0].status.is_failure(), "{:?}", outcomes[0]);
    assert!(
        outcomes[0].text().contains("cancelled"),
        "{}",
        outcomes[0].text()
    );
    assert_eq!(error.report().usage.input(), Some(200), "of both");
}

// R-63
#[tokio::test]
async fn who_allows_the_parents_calls_allows_the_childs() {
    let risky = || {
        let spec = ToolSpec::new("risky", "Is risky.", Schema::empty_object());
        let spec = spec.with_approval(Approval::Always);
        tool_fn("risky", "Is risky.", |_: Nothing| async { "done" }).with_spec(|_| spec)
    };
    let child = || {
        let scripts = [
            script(Script::call("c", "risky", "{}")),
            script(Script::text("Well.")),
        ];
        let model = Scripted::new(scripts);
        (model.clone(), Agent::builder(model).tool(risky()))
    };
    let ran = |model: &Scripted| {
        let requests = model.requests();
        let last = requests.last().unwrap().conversation.clone();
        let (_, outcome) = last.calls().last().unwrap();
        outcome.unwrap().status
    };
    let scripts = || [asks("risk it"), script(Script::text("Good."))];

    let (model, builder) = child();
    let parent = parent_of(&builder.build().unwrap(), scripts())
        .build()
        .unwrap();
    parent.run("Go.").await.unwrap();
    assert_eq!(ran(&model), OutcomeStatus::Denied, "there is nobody to ask");

    let (model, builder) = child();
    let parent = parent_of(&builder.build().unwrap(), scripts()).approver(AllowAll);
    parent.build().unwrap().run("Go.").await.unwrap();
    assert_eq!(ran(&model), OutcomeStatus::Success);

    let (model, builder) = child();
    let own = builder.approver(DenyAll).build().unwrap();
    let parent = parent_of(&own, scripts()).approver(AllowAll);
    parent.build().unwrap().run("Go.").await.unwrap();
    assert_eq!(
        ran(&model),
        OutcomeStatus::Denied,
        "its own approver comes first"
    );
}

// R-70, R-71
#[tokio::test]
async fn observers_of_the_parent_hear_of_the_child() {
    let child = Scripted::new([script(Script::text("Done."))]);
    let child = Agent::builder(child)
        .thinking(ThinkingEvents::Hide)
        .build()
        .unwrap();
    let agent = parent_of(&child, [asks("do it"), script(Script::text("Good."))]);
    let agent = agent.build().unwrap();
    let mut observer = agent.observe();
    let run = agent.run("Go.");
    let parent = run.id().clone();
    run.await.unwrap();
    drop(agent);
    let mut begun = Vec::new();
    while let Some(observed) = observer.next().await {
        if let Observed::Event(event) = observed
            && let What::RunStarted { parent } = event.what
        {
            begun.push((event.run, parent));
        }
    }
    assert_eq!(begun.len(), 2);
    assert_eq!(begun[0], (parent.clone(), None));
    assert_eq!(begun[1].1, Some(parent));
}

#[tokio::test]
async fn a_child_without_an_answer_is_a_failed_call() {
    let child = Agent::builder(Scripted::new([])).build().unwrap();
    let agent = parent_of(&child, [asks("do it"), script(Script::text("A pity."))]);
    let report = agent.build().unwrap().run("Go.").await.unwrap();
    let outcome = outcomes(&report)[0];
    assert_eq!(outcome.status, OutcomeStatus::Failed);
    assert_eq!(outcome.call, CallId::from("call_1"));
    assert!(
        outcome.text().starts_with("it came to no answer: "),
        "{}",
        outcome.text()
    );
}
