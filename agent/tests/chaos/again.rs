//! A run played once more: awaited, from its journal, or after a pause.

use std::collections::BTreeSet;

use windlass_agent::{Decisions, JournalErrorKind, Paused, Recording, Report, Stop};
use windlass_core::{Call, Message, OutcomeStatus, Text};

use crate::after::check;
use crate::drive::Played;
use crate::plan::{Act, Given, Plan, Watch};
use crate::stage::Stage;
use crate::tools::Taken;
use crate::{around, driver, laws, over, played};

fn bytes(report: &Report) -> String {
    serde_json::to_string(&report.conversation).expect("it has a form")
}

/// Nobody listens, and it comes to the same.
pub(crate) async fn awaited(plan: &Plan, iterated: &Report) {
    let stage = Stage::new(plan);
    let played = played(&stage, stage.run(), &[(0, Act::Await)]).await;
    check(&stage, &played);
    let report = played.report.expect("nobody dropped it");
    assert_eq!(report.stop, iterated.stop, "awaited and iterated");
    assert_eq!(bytes(&report), bytes(iterated), "awaited and iterated");
    assert_eq!(report.usage, iterated.usage, "awaited and iterated");
}

/// Stopped after a line of its journal, it goes on from there, and comes to the same end if it had come to one.
pub(crate) async fn recovered(first: &Stage<'_>, ended: Option<&Report>, journal: &Recording) {
    let plan = first.plan;
    let steps = journal.steps();
    let is_attempt = |step: &&Text| step.contains("/attempt/");
    let asked = steps.iter().filter(is_attempt).count();
    let order = first.work.order();
    let stage = Stage::after(plan, &order[..asked]);
    // As another process reads it.
    let kept = Recording::from_lines(&journal.to_lines()).expect("it was just written");
    let run = match steps.is_empty() {
        true => stage.run().with_journal(kept),
        false => stage.agent.recover(kept),
    };
    let played = played(&stage, run, &[]).await;
    let report = played.report.as_ref().expect("nobody dropped it");
    ended_well("recovered", &stage, &played, report);
    if !plan.may_be_another() {
        let diverged = JournalErrorKind::Diverged;
        let is_diverged = matches!(&report.stop, Stop::Journal { kind, .. } if *kind == diverged);
        assert!(!is_diverged, "{}", report.stop);
        never_again(&stage, report, &steps);
    }
    if let Some(ended) = ended.filter(|_| plan.is_told_by_its_journal()) {
        same_end(plan, report, ended, &steps);
    }
}

/// Unless it is not known what a call did: then the model was told that.
fn same_end(plan: &Plan, report: &Report, ended: &Report, steps: &[Text]) {
    let mut outcomes = report.conversation.messages().flat_map(Message::outcomes);
    if outcomes.any(|outcome| outcome.status == OutcomeStatus::Interrupted) {
        return;
    }
    assert_eq!(report.stop, ended.stop, "after {steps:?}");
    assert_eq!(bytes(report), bytes(ended), "after {steps:?}");
    if plan.agent.below.is_empty() {
        assert_eq!(report.usage, ended.usage, "after {steps:?}");
    }
}

/// What holds of a run that did not begin at its beginning.
fn ended_well(case: &str, stage: &Stage<'_>, played: &Played, report: &Report) {
    let faults = stage.work.faults();
    assert!(faults.is_empty(), "{case}: {faults:?}");
    assert_eq!(stage.work.alive(), [""; 0], "{case}");
    laws::history(case, report);
    laws::terminal(case, &played.events, report);
    laws::pairs(case, &played.events);
    laws::grows(case, &played.events, report);
}

/// What the journal says was begun is not done again, unless that does no harm.
fn never_again(again: &Stage<'_>, report: &Report, steps: &[Text]) {
    if again.plan.given != Given::Words || !report.compactions.is_empty() {
        return;
    }
    let has_begun = |turn: usize, call: &Call| {
        let name = format!("turn/{turn}/call/{}", call.id);
        steps.iter().any(|step| *step == name)
    };
    let begun = again.work.begun();
    let mut turn = 0;
    for message in report.conversation.messages() {
        turn += usize::from(matches!(message, Message::Assistant(_)));
        for call in message.calls() {
            let key = Taken::of(&call.arguments).k;
            let is_again = begun.contains_key(&key) && has_begun(turn, call);
            let may = key.is_empty() || call.name == "flaky";
            assert!(!is_again || may, "`{key}` ran again");
        }
    }
}

/// A run that waits for decisions is written down, and goes on elsewhere.
pub(crate) async fn resumed(first: &Stage<'_>, paused: &Paused) {
    let plan = first.plan;
    let stage = Stage::after(plan, &first.work.order());
    let written = serde_json::to_string(paused).expect("it has a form");
    let paused: Paused = serde_json::from_str(&written).expect("it was just written");
    let mut decisions = Decisions::new();
    for pending in paused.waiting.calls() {
        if let Some(decision) = around::decision(plan.later, pending) {
            decisions = decisions.with(pending.call.id.clone(), decision);
        }
    }
    let waiting = paused.waiting.calls().iter();
    let waiting: BTreeSet<_> = waiting.map(|it| Taken::of(&it.call.arguments).k).collect();
    let calls = paused.conversation.calls();
    let said: Vec<_> = calls
        .map(|(call, _)| Taken::of(&call.arguments).k)
        .collect();
    let run = stage.agent.resume(paused, decisions);
    let played = driver(&stage, Watch::Run, &[]).play(run).await;
    over(&stage).await;
    let report = played.report.as_ref().expect("nobody dropped it");
    ended_well("resumed", &stage, &played, report);
    for key in said {
        let is_again = stage.work.begun().contains_key(&key);
        // Turns are counted anew, and by them hooks name their calls.
        let may = key.is_empty() || key.contains("/hook.") || waiting.contains(&key);
        assert!(!is_again || may, "`{key}` ran again");
    }
}
