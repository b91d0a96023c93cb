//! Runs that go round in circles, and tools that end them.

use std::num::NonZeroU32;

use windlass_agent::{AgentBuilder, Guard, Report, Stop, What};
use windlass_core::{Script, Scripted, tool_fn};

use crate::kit::{agent, assert_legal, ended, history, looks, model, told};

/// The same call, turn after turn.
fn circles() -> Scripted {
    model(
        "m",
        (0..9).map(|at| Script::call(&format!("c{at}"), "look", r#"{"at":"it"}"#)),
    )
}

async fn check(agent: AgentBuilder, stop: Option<u32>) -> Report {
    let report = ended(agent.build().unwrap().run("Go.")).await;
    match stop {
        Some(times) => {
            let tool = "look".into();
            assert_eq!(report.stop, Stop::Stuck { tool, times });
            assert_eq!(report.turns, times);
        }
        None => assert!(matches!(report.stop, Stop::Failed(_)), "the script is over"),
    }
    assert_legal("circles", &report.conversation);
    report
}

// R-62
#[tokio::test(start_paused = true)]
async fn a_model_that_goes_round_in_circles_is_told_and_then_stopped() {
    let report = check(agent(circles()), Some(4)).await;
    let outcomes: Vec<_> = history(&report.conversation)
        .into_iter()
        .skip(2)
        .step_by(2)
        .collect();
    assert_eq!(outcomes[..2], ["o saw it", "o saw it"]);
    assert!(outcomes[2].starts_with("o saw it\n[`look` was called with these arguments 3 times"));
    assert_eq!(outcomes[3], "o saw it");
    let twice = Guard::new(NonZeroU32::new(2).unwrap());
    check(agent(circles()).guard(twice), Some(3)).await;
    check(agent(circles()).without_guard(), None).await;
}

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Nothing {}

// R-62
#[tokio::test(start_paused = true)]
async fn polling_and_other_outcomes_are_no_circles() {
    let calls = || (0..9).map(|at| Script::call(&format!("c{at}"), "poll", "{}"));
    let poll = tool_fn("poll", "Polls.", |_: Nothing| async { "not yet" });
    let polling = poll.clone().with_spec(windlass_core::ToolSpec::polling);
    let report = ended(
        agent(model("m", calls()))
            .tool(poll)
            .build()
            .unwrap()
            .run("Go."),
    )
    .await;
    assert!(matches!(report.stop, Stop::Stuck { times: 4, .. }));
    check(agent(model("m", calls())).tool(polling), None).await;

    let count = std::sync::atomic::AtomicU32::new(0);
    let counts = tool_fn("poll", "Counts.", move |_: Nothing| {
        let count = count.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        async move { count.to_string() }
    });
    check(agent(model("m", calls())).tool(counts), None).await;
}

// R-62
#[tokio::test(start_paused = true)]
async fn each_run_has_a_guard_of_its_own() {
    let agent = agent(circles()).build().unwrap();
    for _ in 0..2 {
        let report = ended(agent.run("Go.")).await;
        assert!(
            matches!(report.stop, Stop::Stuck { times: 4, .. }),
            "{:?}",
            report.stop
        );
    }
}

// R-54, R-65
#[tokio::test(start_paused = true)]
async fn a_fatal_failure_ends_the_run_with_the_outcomes_of_its_siblings() {
    let script = looks("c1")
        .then_call("c2", "nap", r#"{"ms":1000}"#)
        .then_call("c3", "fatal", "{}")
        .then_call("c4", "fail", "{}")
        .then_call("c5", "unknown", "{}");
    let model = model("m", [script, Script::text("Done.")]);
    let agent = agent(model.clone()).build().unwrap();
    let (events, report) = told(agent.run("Go.")).await;
    let message = "the disk is gone".into();
    assert_eq!(report.stop, Stop::Fatal { message });
    let expected = "o saw c1, slept, Failed, Failed, UnknownTool";
    assert_eq!(history(&report.conversation)[2], expected);
    assert_eq!(model.remaining(), 1, "the model is not asked again");
    assert_eq!(report.calls, 4);
    let ends = events
        .iter()
        .filter(|event| matches!(event.what, What::ToolEnded(_)));
    assert_eq!(ends.count(), 5);
    let error = report.tool_error.as_ref().expect("it is on the report");
    assert_eq!(error.message(), "the disk is gone");
    assert!(report.into_result().is_err());
}

// R-54, R-50
#[tokio::test(start_paused = true)]
async fn what_waits_behind_a_fatal_failure_does_not_run() {
    let ends = tool_fn("ends", "Ends.", |_: Nothing| async {
        Err::<String, _>(windlass_core::ToolError::fatal("over"))
    });
    let ends = ends.with_spec(|spec| spec.with_safety(windlass_core::Safety::Exclusive));
    let script =
        looks("c1")
            .then_call("c2", "ends", "{}")
            .then_call("c3", "look", r#"{"at":"c3"}"#);
    let agent = agent(model("m", [script])).tool(ends).build().unwrap();
    let report = ended(agent.run("Go.")).await;
    assert_eq!(
        history(&report.conversation)[2],
        "o saw c1, Failed, Cancelled"
    );
}

// R-49, R-53, R-54, R-55
#[tokio::test(start_paused = true)]
async fn other_failures_are_told_to_the_model_and_the_run_goes_on() {
    let script = looks("c1")
        .then_call("c2", "fail", "{}")
        .then_call("c3", "panic", "{}")
        .then_call("c4", "look", r#"{"to":"it"}"#)
        .then_call("c5", "lock", "{}")
        .then_call("c1", "look", r#"{"at":"it"}"#);
    let agent = agent(model("m", [script, Script::text("Done.")]))
        .build()
        .unwrap();
    let report = ended(agent.run("Go.")).await;
    assert_eq!(report.stop, Stop::Answered);
    let expected = "o saw c1, Failed, Panicked, BadArguments, UnknownTool, DuplicateId";
    assert_eq!(history(&report.conversation)[2], expected);
}
