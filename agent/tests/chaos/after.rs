//! What holds of a random run, beside the laws of every run.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use windlass_agent::{
    AgentEvent, AttemptRecord, PartialAnswers, Report, RunId, Steered, Stop, ThinkingEvents, What,
};
use windlass_core::{Conversation, Message, Outcome, OutcomeStatus, Usage, UserPart};

use crate::around::MADE_UP;
use crate::drive::Played;
use crate::laws;
use crate::model::task;
use crate::plan::{Does, Given, Hooked, Kind, Limit, Moment, Plan};
use crate::stage::{LONG_AGO, Stage, given};
use crate::tools::Taken;

/// Looks at everything that came of a run.
pub(crate) fn check(stage: &Stage<'_>, played: &Played) {
    let faults = stage.work.faults();
    assert!(faults.is_empty(), "{faults:?}");
    assert_eq!(stage.work.alive(), [""; 0], "at work when all is over");
    at_most_once(stage);
    let Some(report) = &played.report else {
        return;
    };
    laws::history("the end", report);
    steered(report, &played.steered);
    tools(stage, report);
    told(report);
    targets(report);
    limits(stage.plan, report);
    if let Some(took) = played.cancelled {
        let grace = stage.plan.agent.rest.grace * 2 + Duration::from_millis(5);
        assert!(took <= grace, "it took {took:?} to cancel");
    }
    let runs = played.seen.as_deref().map(by_run);
    let seen = runs.as_ref().and_then(|runs| runs.get(&report.run));
    if played.listened {
        events(stage.plan, &played.events, report);
        if let Some(seen) = seen {
            assert_eq!(
                seen, &played.events,
                "an observer sees what the consumer hears"
            );
        }
    } else if let Some(seen) = seen {
        events(stage.plan, seen, report);
    }
    let below = runs.map(|runs| below(&runs, &report.run));
    match below {
        Some(Some(below)) => laws::spent("the end", report, below),
        None if stage.plan.agent.below.is_empty() => {
            laws::spent("the end", report, Usage::UNKNOWN);
        }
        _ => {}
    }
}

/// No tool runs twice, apart from those that may.
fn at_most_once(stage: &Stage<'_>) {
    for (key, times) in stage.work.begun() {
        let is_flaky = key.is_empty() || times <= 3 && stage.plan.agent.calls(&[Kind::Flaky]);
        assert!(times == 1 || is_flaky, "`{key}` ran {times} times");
    }
}

/// What was said is there once, or was refused.
fn steered(report: &Report, steered: &[(String, Steered)]) {
    if !report.compactions.is_empty() {
        return;
    }
    for (words, came) in steered {
        let has = |message: &&Message| matches!(message, Message::User(user) if matches!(&user.parts[..], [UserPart::Text(text)] if text == words));
        let times = report.conversation.messages().filter(has).count();
        let expected = usize::from(matches!(came, Steered::Delivered { .. }));
        assert_eq!(times, expected, "{words}: {came:?}");
    }
}

/// A tool ran for each outcome that says so and for no other, and what ran has its outcome.
fn tools(stage: &Stage<'_>, report: &Report) {
    let (begun, done) = (stage.work.begun(), stage.work.done());
    let (mut known, mut open) = (BTreeSet::new(), BTreeSet::new());
    let earlier = report.paused.iter().flat_map(|paused| &paused.outcomes);
    let mut earlier: Vec<_> = earlier.collect();
    for (call, outcome) in report.conversation.calls() {
        let outcome = outcome.or_else(|| {
            // The first call of an id has the outcome, later ones are told that they came again.
            let is_again = !open.insert(&call.id);
            let is_of = |outcome: &&Outcome| {
                let says_so = outcome.status == OutcomeStatus::DuplicateId;
                outcome.call == call.id && says_so == is_again
            };
            let at = earlier.iter().position(is_of)?;
            Some(earlier.remove(at))
        });
        let key = Taken::of(&call.arguments).k;
        if key.is_empty() || call.name.starts_with("below") {
            continue;
        }
        let times = |counts: &BTreeMap<String, u32>| counts.get(&key).copied().unwrap_or(0);
        let (begun, done) = (times(&begun), times(&done));
        match outcome {
            Some(outcome) => ran(&key, outcome, begun, done),
            None => assert_eq!(begun, 0, "`{key}` waits, and ran"),
        }
        assert!(known.insert(key), "each call has a key of its own");
    }
    let mut own = begun.keys().filter(|key| is_own(key));
    if report.compactions.is_empty() {
        let lost = own.find(|key| !known.contains(*key));
        assert_eq!(lost, None, "it ran and has no outcome");
    }
}

/// Whether a call of this key was made by the run itself.
fn is_own(key: &str) -> bool {
    !key.is_empty() && key.matches('/').count() == 1
}

fn ran(key: &str, outcome: &Outcome, begun: u32, done: u32) {
    let Outcome { status, .. } = outcome;
    if outcome.text().starts_with(MADE_UP) {
        assert_eq!(begun, 0, "`{key}` was made up, and ran");
        return;
    }
    match status {
        OutcomeStatus::Success => assert_eq!(done, 1, "`{key}` is done"),
        OutcomeStatus::Failed | OutcomeStatus::TimedOut | OutcomeStatus::Panicked => {
            assert!(
                begun >= 1 && done == 0,
                "`{key}` is {status:?}: {begun}, {done}"
            );
        }
        OutcomeStatus::Cancelled => assert_eq!(done, 0, "`{key}` is {status:?}"),
        _ => assert_eq!(begun, 0, "`{key}` is {status:?}"),
    }
}

/// The report can be explained, and what of it has a form can be written down and read back.
fn told(report: &Report) {
    let explanation = report.explain();
    assert!(!explanation.to_string().is_empty());
    same(&explanation);
    same(&report.stop);
    same(&report.conversation);
    same(&report.attempts);
    same(&report.compactions);
    same(&report.left);
    same(&report.warnings);
    same(&report.paused);
}

fn same<T>(written: &T)
where
    T: serde::Serialize + serde::de::DeserializeOwned + PartialEq + std::fmt::Debug,
{
    let json = serde_json::to_string(written).expect("it has a form");
    let read: T = serde_json::from_str(&json).expect("it was just written");
    assert_eq!(&read, written, "{json}");
}

/// A target that was given up is not asked again in the same turn.
fn targets(report: &Report) {
    let mut asked: Vec<_> = report
        .attempts
        .iter()
        .map(|it| (it.turn, it.target))
        .collect();
    asked.dedup();
    let known: BTreeSet<_> = asked.iter().collect();
    assert_eq!(known.len(), asked.len(), "{asked:?}");
}

/// No more turns and calls than are allowed: beside the last turn without tools, what the run was given may take one.
fn limits(plan: &Plan, report: &Report) {
    let more = 1 + u32::from(plan.given == Given::Calls);
    let (mut turns, mut calls) = (50, u32::MAX);
    for limit in &plan.agent.limits {
        match limit {
            Limit::Turns(most) | Limit::Adaptive(_, most) => turns = *most,
            Limit::Calls(most) => calls = *most,
            _ => {}
        }
    }
    assert!(report.turns <= turns + more, "{} turns", report.turns);
    assert!(report.calls <= calls, "{} calls", report.calls);
}

/// The events of each run.
fn by_run(seen: &[AgentEvent]) -> BTreeMap<RunId, Vec<AgentEvent>> {
    let mut runs: BTreeMap<RunId, Vec<AgentEvent>> = BTreeMap::new();
    for event in seen {
        runs.entry(event.run.clone())
            .or_default()
            .push(event.clone());
    }
    runs
}

/// What the runs below used; none where one was dropped, which nobody hears of.
fn below(runs: &BTreeMap<RunId, Vec<AgentEvent>>, run: &RunId) -> Option<Usage> {
    let mut usage = Usage::UNKNOWN;
    for (_, events) in runs.iter().filter(|(id, _)| *id != run) {
        let What::RunEnded(_) = &events.last()?.what else {
            return None;
        };
        laws::pairs("below", events);
        for event in events {
            match &event.what {
                What::AttemptEnded(attempt) => usage += attempt.usage,
                What::Compacted(compacted) => usage += compacted.usage,
                _ => {}
            }
        }
    }
    Some(usage)
}

/// The events of a run, whole.
fn events(plan: &Plan, events: &[AgentEvent], report: &Report) {
    laws::terminal("the end", events, report);
    laws::pairs("the end", events);
    laws::grows("the end", events, report);
    counted(events, report);
    prefixes(events);
    shown(plan, events, report);
    for event in events {
        same(event);
    }
}

/// What the report counts is what happened.
fn counted(events: &[AgentEvent], report: &Report) {
    let count = |is: fn(&What) -> bool| events.iter().filter(|event| is(&event.what)).count();
    let turns = count(|what| matches!(what, What::TurnStarted));
    assert_eq!(turns, report.turns as usize);
    let calls = count(|what| matches!(what, What::ToolStarted { .. }));
    assert_eq!(calls, report.calls as usize);
    let ended = events.iter().filter_map(|event| match &event.what {
        What::AttemptEnded(record) => Some((**record).clone()),
        _ => None,
    });
    let ended: Vec<AttemptRecord> = ended.collect();
    assert_eq!(ended, report.attempts);
    let mut last = (0, 0);
    for event in events {
        assert!(
            (event.turn, event.attempt) >= last,
            "{event:?} after {last:?}"
        );
        last = (event.turn, event.attempt);
    }
}

/// Each request goes on from the one before it, unless the conversation was made smaller.
fn prefixes(events: &[AgentEvent]) {
    let mut before: Option<&Conversation> = None;
    for event in events {
        match &event.what {
            What::Compacted(_) => before = None,
            What::AttemptStarted(started) => {
                let now = &started.request.conversation;
                let is_longer = before.is_none_or(|before| {
                    before.len() <= now.len()
                        && before.messages().eq(now.messages().take(before.len()))
                });
                assert!(is_longer, "{before:?} and then {now:?}");
                assert_eq!(task(now), "main");
                before = Some(now);
            }
            _ => {}
        }
    }
}

/// What was shown is what was kept, and nothing twice.
fn shown(plan: &Plan, events: &[AgentEvent], report: &Report) {
    let is_changed =
        |hook: &Hooked| hook.moment == Moment::AfterModel && hook.does == Does::Changes;
    if plan.agent.hooks.iter().any(is_changed) {
        return;
    }
    let is_new = |message: &&Message| match message {
        Message::Assistant(answer) => !answer.text().starts_with(LONG_AGO),
        _ => true,
    };
    let screen = laws::screen(events);
    let before = given(plan.given).len();
    let rest = &plan.agent.rest;
    let has_thinking = rest.thinking == ThinkingEvents::Show;
    let kept = match report.compactions.is_empty() {
        true => laws::kept(report.conversation.messages().skip(before), has_thinking),
        false => laws::kept(report.conversation.messages().filter(is_new), has_thinking),
    };
    let mut expected = &screen[..];
    let is_dropped = rest.partials == PartialAnswers::Drop && kept.len() < screen.len();
    if is_dropped && report.compactions.is_empty() && report.stop != Stop::Answered {
        expected = &screen[..screen.len() - 1];
    }
    if report.compactions.is_empty() {
        assert_eq!(kept, expected, "{:?}", report.stop);
    } else if rest.partials == PartialAnswers::Keep {
        assert!(screen.ends_with(&kept), "{kept:?} of {screen:?}");
    }
}
