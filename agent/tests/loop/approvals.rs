//! Calls that wait for a decision: paused, written down, and taken up again by another agent.

use serde_json::{Value, json};
use windlass_agent::{
    Agent, Approver, Cancel, Decision, Decisions, LimitKind, Limits, Paused, PendingCall, Report,
    Stop, What,
};
use windlass_core::{Script, State, async_trait};

use crate::kit::{Ran, agent, assert_legal, ended, history, model, plot, told};

/// Says this of these calls, and lets the others run.
struct Says(Vec<(&'static str, Decision)>);

#[async_trait]
impl Approver for Says {
    async fn decide(&self, pending: &[PendingCall]) -> Decisions {
        Decisions::for_all(pending, |call| {
            let said = self.0.iter().find(|(id, _)| *id == call.call.id.as_str());
            said.map_or(Decision::Allow, |(_, decision)| decision.clone())
        })
    }
}

/// An agent that looks at three things, asks about them, and says that it is done.
fn asks(says: impl IntoIterator<Item = (&'static str, Decision)>) -> (Agent, Ran) {
    let script = crate::kit::looks("c1")
        .then_call("c2", "look", r#"{"at":"c2"}"#)
        .then_call("c3", "look", r#"{"at":"c3"}"#);
    with(
        [script, Script::text("Done.")],
        Says(says.into_iter().collect()),
    )
}

fn with(scripts: impl IntoIterator<Item = Script>, approver: Says) -> (Agent, Ran) {
    let ran = Ran::default();
    let agent = agent(model("m", scripts))
        .state(State::new().with(ran.clone()))
        .approver(approver);
    (agent.build().unwrap(), ran)
}

/// Another agent, in another process, that has the last words and asks nobody.
fn elsewhere() -> (Agent, Ran) {
    with([Script::text("Done.")], Says(vec![]))
}

fn answered(outcomes: &str) -> [String; 4] {
    ["u 1", "a  [c1,c2,c3]", outcomes, "a Done. []"].map(str::to_owned)
}

// R-63
#[tokio::test(start_paused = true)]
async fn an_approver_allows_denies_and_edits() {
    let edit = Decision::edit(r#"{"at":"stars"}"#);
    for (decision, outcome) in [
        (Decision::Allow, "saw c2"),
        (Decision::deny("no"), "Denied"),
        (edit, "saw stars"),
        (Decision::edit("{}"), "BadArguments"),
    ] {
        let (agent, _) = asks([("c2", decision)]);
        let (events, report) = told(agent.run("Go.")).await;
        let expected = answered(&format!("o saw c1, {outcome}, saw c3"));
        assert_eq!(history(&report.conversation), expected);
        assert!(plot(&events).contains("asked:c1,c2,c3 "));
    }
}

/// A run that paused, as it is read back from where it was written.
async fn paused(later: &[&'static str]) -> (Paused, Ran) {
    let (agent, ran) = asks(later.iter().map(|id| (*id, Decision::Later)));
    let (events, report) = told(agent.run("Go.")).await;
    assert_eq!(report.stop, Stop::Paused);
    assert!(plot(&events).ends_with("/turn /run"));
    let paused = report
        .clone()
        .into_result()
        .expect("it is where it is to be")
        .paused;
    let paused = paused.expect("calls wait");
    let waiting: Vec<_> = paused
        .waiting
        .calls()
        .iter()
        .map(|it| it.call.id.as_str())
        .collect();
    assert_eq!(waiting, later);
    assert_eq!(
        report.conversation.open_calls().count(),
        3,
        "they are still open"
    );
    let written = serde_json::to_string(&paused).unwrap();
    let read: Paused = serde_json::from_str(&written).unwrap();
    assert_eq!(read, paused);
    (read, ran)
}

async fn check(later: &[&'static str], decisions: Decisions, outcomes: &str, runs: &[&str]) {
    let (paused, before) = paused(later).await;
    let ran_before = before.calls();
    let (agent, ran) = elsewhere();
    let report = ended(agent.resume(paused, decisions)).await;
    assert_eq!(report.stop, Stop::Answered);
    assert_eq!(history(&report.conversation), answered(outcomes));
    let mut ran = ran.calls();
    ran.sort();
    assert_eq!(ran, *runs, "what had run is not run again");
    assert!(ran_before.iter().all(|call| !ran.contains(call)));
    assert_eq!(report.calls as usize, runs.len());
}

// R-36, R-63
#[tokio::test(start_paused = true)]
async fn a_paused_run_goes_on_elsewhere_as_was_decided() {
    let on = |id: &'static str, decision| Decisions::new().with(id, decision);
    let allow = || Decision::Allow;
    check(
        &["c2"],
        on("c2", allow()),
        "o saw c1, saw c2, saw c3",
        &["c2"],
    )
    .await;
    check(
        &["c2"],
        on("c2", Decision::deny("no")),
        "o saw c1, Denied, saw c3",
        &[],
    )
    .await;
    let edit = Decision::edit(r#"{"at":"stars"}"#);
    check(
        &["c2"],
        on("c2", edit),
        "o saw c1, saw stars, saw c3",
        &["c2"],
    )
    .await;
    let bad = Decision::edit(r#"{"to":"stars"}"#);
    check(
        &["c2"],
        on("c2", bad),
        "o saw c1, BadArguments, saw c3",
        &[],
    )
    .await;
    let all = on("c1", allow())
        .with("c2", Decision::deny(""))
        .with("c3", allow());
    check(
        &["c1", "c2", "c3"],
        all,
        "o saw c1, Denied, saw c3",
        &["c1", "c3"],
    )
    .await;
    let more = on("c2", allow()).with("c9", allow());
    check(&["c2"], more, "o saw c1, saw c2, saw c3", &["c2"]).await;
}

// R-63
#[tokio::test(start_paused = true)]
async fn what_nobody_decided_on_goes_on_waiting() {
    let (first, _) = paused(&["c1", "c3"]).await;
    let (agent, ran) = elsewhere();
    let report = ended(agent.resume(first, Decisions::new().with("c3", Decision::Allow))).await;
    assert_eq!(report.stop, Stop::Paused);
    assert_eq!(ran.calls(), ["c3"]);
    let second = report.paused.unwrap();
    assert_eq!(second.waiting.calls().len(), 1);
    assert_eq!(second.outcomes.len(), 2);
    let written = serde_json::to_string(&second).unwrap();
    let second = serde_json::from_str(&written).unwrap();
    let report = ended(agent.resume(second, Decisions::new().with("c1", Decision::Allow))).await;
    assert_eq!(
        history(&report.conversation),
        answered("o saw c1, saw c2, saw c3")
    );
    assert_eq!(ran.calls(), ["c3", "c1"]);
}

/// What becomes of a paused run that somebody changed where it was stored.
async fn tampered(change: impl FnOnce(&mut Value)) -> (Report, Vec<String>) {
    let (paused, _) = paused(&["c2"]).await;
    let mut stored = serde_json::to_value(&paused).unwrap();
    change(&mut stored);
    let paused: Paused = serde_json::from_value(stored).unwrap();
    let (agent, ran) = elsewhere();
    let decisions = Decisions::new().with("c2", Decision::Allow);
    let decisions = decisions.with("c9", Decision::Allow);
    let report = ended(agent.resume(paused, decisions)).await;
    assert_legal("tampered", &report.conversation);
    (report, ran.calls())
}

// R-63
#[tokio::test(start_paused = true)]
async fn what_was_tampered_with_is_refused() {
    let (report, ran) = tampered(|stored| {
        stored["waiting"][0]["call"]["arguments"] = json!(r#"{"at":"secrets"}"#);
    })
    .await;
    assert_eq!(
        history(&report.conversation),
        answered("o saw c1, Denied, saw c3")
    );
    assert_eq!(ran.len(), 0);

    let (report, ran) =
        tampered(|stored| stored["waiting"][0]["call"]["name"] = json!("fail")).await;
    assert_eq!(
        history(&report.conversation),
        answered("o saw c1, Denied, saw c3")
    );
    assert_eq!(ran.len(), 0, "another tool does not run by this approval");

    let (report, ran) = tampered(|stored| stored["waiting"][0]["call"]["id"] = json!("c9")).await;
    assert_eq!(
        history(&report.conversation)[2],
        "o saw c1, Cancelled, saw c3"
    );
    assert_eq!(ran.len(), 0, "a call that nobody made does not run");
}

// R-63
#[tokio::test(start_paused = true)]
async fn a_paused_run_without_its_calls_is_not_resumed() {
    let (report, ran) = tampered(|stored| {
        let messages = stored["conversation"].as_array_mut().unwrap();
        messages.pop();
    })
    .await;
    assert!(matches!(report.stop, Stop::Illegal(_)), "{:?}", report.stop);
    assert_eq!(ran.len(), 0);
}

// R-65, R-67
#[tokio::test(start_paused = true)]
async fn a_resumed_run_that_is_over_at_once_keeps_the_outcomes_there_are() {
    let allow = || Decisions::new().with("c2", Decision::Allow);
    let (agent, ran) = elsewhere();
    let run = agent.resume(paused(&["c2"]).await.0, allow());
    run.handle().cancel();
    let report = ended(run).await;
    assert_eq!(report.stop, Stop::Cancelled(Cancel::Now));
    assert_eq!(
        history(&report.conversation)[2],
        "o saw c1, Cancelled, saw c3"
    );

    let none = Limits::default().with_turns(0);
    let run = agent
        .resume(paused(&["c2"]).await.0, allow())
        .with_limits(none);
    let report = ended(run).await;
    assert!(matches!(&report.stop, Stop::Limit(at) if at.limit == LimitKind::Turns));
    assert_eq!(
        history(&report.conversation)[2],
        "o saw c1, Cancelled, saw c3"
    );
    assert_eq!(ran.calls().len(), 0);
}

// R-62, R-63
#[tokio::test(start_paused = true)]
async fn a_resumed_run_is_a_run_like_any_other() {
    let (stored, _) = paused(&["c2"]).await;
    let scripts = [
        Script::call("c4", "look", r#"{"at":"c4"}"#),
        Script::text("Done."),
    ];
    let (agent, ran) = with(scripts, Says(vec![("c4", Decision::Later)]));
    let decisions = Decisions::new().with("c2", Decision::Allow);
    let (events, report) = told(agent.resume(stored, decisions)).await;
    let expected = "run turn start:c2 end:c2:Success /turn turn ask:m call:c4 answered ready:c4 \
                    asked:c4 /turn /run";
    assert_eq!(plot(&events), expected);
    assert_eq!(
        (report.stop, report.turns, report.calls),
        (Stop::Paused, 2, 1)
    );
    assert_eq!(ran.calls(), ["c2"]);
    let left = report.paused.unwrap();
    assert_eq!((left.waiting.calls().len(), left.outcomes.len()), (1, 0));
}

// R-63
#[tokio::test(start_paused = true)]
async fn a_run_that_waits_can_be_cancelled_while_somebody_is_asked() {
    struct Silent;

    #[async_trait]
    impl Approver for Silent {
        async fn decide(&self, _: &[PendingCall]) -> Decisions {
            std::future::pending().await
        }
    }

    let script = crate::kit::looks("c1");
    let agent = agent(model("m", [script]))
        .approver(Silent)
        .build()
        .unwrap();
    let mut run = agent.run("Go.");
    let handle = run.handle();
    let mut asked = false;
    while let Some(event) = run.next().await {
        if let What::ApprovalAsked(_) = event.what {
            asked = true;
            handle.cancel();
        }
    }
    assert!(asked);
    let report = ended(run).await;
    assert_eq!(report.stop, Stop::Cancelled(Cancel::Now));
    assert_eq!(history(&report.conversation)[2], "o Cancelled");
}
