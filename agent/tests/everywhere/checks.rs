//! What holds of every run, however it ended.

use std::collections::BTreeMap;

use windlass_agent::{AgentEvent, Report, Stop, What};
use windlass_core::{Conversation, Message, Outcome, OutcomeStatus, Usage};

use crate::stage::Stage;

/// What a consumer was told.
#[derive(Default)]
pub(crate) struct Told {
    events: Vec<AgentEvent>,
    nobody: bool,
}

impl Told {
    /// Nobody was there to be told.
    pub(crate) fn nobody() -> Self {
        Told {
            nobody: true,
            ..Told::default()
        }
    }

    pub(crate) fn push(&mut self, event: AgentEvent) {
        self.events.push(event);
    }
}

pub(crate) fn check(case: &str, told: &Told, report: &Report, stage: &Stage) {
    assert_eq!(stage.alive(), 0, "{case}: a tool is still at work");
    history(case, report);
    tools(case, report, stage);
    if !told.nobody {
        terminal(case, told, report);
        pairs(case, told);
        usage(case, told, report);
        shown(case, told, report);
    }
}

/// The conversation is one that every provider takes.
fn history(case: &str, report: &Report) {
    let messages = report.conversation.messages().cloned();
    let (repaired, repairs) = Conversation::repair(messages);
    assert!(repairs.is_empty(), "{case}: {repairs:?}");
    assert_eq!(repaired, report.conversation, "{case}");
    assert_eq!(report.conversation.open_calls().count(), 0, "{case}");
}

/// A tool ran at most once for each outcome, and what it did is what the outcome says.
fn tools(case: &str, report: &Report, stage: &Stage) {
    let outcomes = report.conversation.messages().flat_map(Message::outcomes);
    let mut began = 0;
    for Outcome { call, status, .. } in outcomes {
        let (begun, done) = (stage.begun(call.as_str()), stage.done(call.as_str()));
        assert!(begun <= 1, "{case}: `{call}` ran {begun} times");
        assert_eq!(
            done,
            u32::from(*status == OutcomeStatus::Success),
            "{case}: `{call}` is {status:?}"
        );
        began += begun;
    }
    let all: u32 = (1..=4)
        .flat_map(|turn| (2..5).map(move |place| format!("call_{turn}_{place}")))
        .map(|call| stage.begun(&call))
        .sum();
    assert_eq!(began, all, "{case}: a tool ran and has no outcome");
}

fn terminal(case: &str, told: &Told, report: &Report) {
    let is_end = |event: &&AgentEvent| matches!(event.what, What::RunEnded(_));
    assert_eq!(told.events.iter().filter(is_end).count(), 1, "{case}");
    let Some(What::RunEnded(ended)) = told.events.last().map(|event| &event.what) else {
        panic!("{case}: the end is not the last event");
    };
    assert_eq!(ended.stop, report.stop, "{case}");
}

/// Every start has its end, and nothing ends that did not start.
fn pairs(case: &str, told: &Told) {
    let mut open: BTreeMap<String, i32> = BTreeMap::new();
    for event in &told.events {
        let (key, change) = match &event.what {
            What::RunStarted { .. } => ("run".to_owned(), 1),
            What::RunEnded(_) => ("run".to_owned(), -1),
            What::TurnStarted => (format!("turn {}", event.turn), 1),
            What::TurnEnded { .. } => (format!("turn {}", event.turn), -1),
            What::AttemptStarted(_) => (format!("attempt {} {}", event.turn, event.attempt), 1),
            What::AttemptEnded(_) => (format!("attempt {} {}", event.turn, event.attempt), -1),
            What::ToolStarted { call, .. } => (format!("tool {call}"), 1),
            What::ToolEnded(ended) if ended.attempts > 0 => {
                (format!("tool {}", ended.outcome.call), -1)
            }
            _ => continue,
        };
        let open = open.entry(key.clone()).or_default();
        *open += change;
        assert!((0..=1).contains(open), "{case}: {key} is open {open} times");
    }
    let left: Vec<_> = open.iter().filter(|(_, open)| **open != 0).collect();
    assert!(left.is_empty(), "{case}: {left:?}");
}

/// What was used never gets less, and the report has all of it.
fn usage(case: &str, told: &Told, report: &Report) {
    let mut last = 0;
    for event in &told.events {
        let total = match &event.what {
            What::TurnEnded { usage } => usage.total(),
            What::RunEnded(ended) => ended.usage.total(),
            _ => continue,
        };
        let total = total.unwrap_or(0);
        assert!(total >= last, "{case}: {total} after {last}");
        last = total;
    }
    let attempts: Usage = report.attempts.iter().map(|attempt| attempt.usage).sum();
    assert_eq!(report.usage, attempts, "{case}");
    assert_eq!(report.usage.total().unwrap_or(0), last, "{case}");
}

/// What the consumer has on its screen is what the conversation has, and nothing twice.
fn shown(case: &str, told: &Told, report: &Report) {
    let mut screen: BTreeMap<u32, String> = BTreeMap::new();
    for event in &told.events {
        match &event.what {
            What::Text { text, .. } => screen.entry(event.turn).or_default().push_str(text),
            What::Discarded => drop(screen.remove(&event.turn)),
            _ => {}
        }
    }
    let screen: Vec<String> = screen.into_values().collect();
    let kept = report
        .conversation
        .messages()
        .filter_map(|message| match message {
            Message::Assistant(answer) => Some(answer.text()),
            _ => None,
        });
    let kept: Vec<String> = kept.filter(|text| !text.is_empty()).collect();
    assert_eq!(screen, kept, "{case}, {:?}", report.stop);
    if report.stop == Stop::Answered {
        assert_eq!(
            kept,
            ["one1 two1 ", "one2 two2 ", "one3 two3 ", "one4 two4 "],
            "{case}"
        );
    }
}
