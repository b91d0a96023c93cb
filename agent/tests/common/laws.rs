//! What holds of every run, whatever it is made of and however it ended.

use std::collections::BTreeMap;

use windlass_agent::{AgentEvent, Report, Stop, What};
use windlass_core::{Assistant, AssistantPart, Conversation, Message, Usage};

/// The conversation is one that every provider takes, and calls are open where the run waits for decisions alone.
pub(crate) fn history(case: &str, report: &Report) {
    let messages = report.conversation.messages().cloned();
    let (repaired, repairs) = Conversation::repair(messages);
    let is_paused = report.stop == Stop::Paused;
    assert_eq!(report.paused.is_some(), is_paused, "{case}");
    let open = report.conversation.open_calls().count();
    assert_eq!(open > 0, is_paused, "{case}: {:?}", report.stop);
    assert_eq!(repairs.interrupted.len(), open, "{case}: {repairs:?}");
    assert!(repairs.dropped.is_empty(), "{case}: {repairs:?}");
    if !is_paused {
        assert_eq!(repaired, report.conversation, "{case}");
    }
}

/// One end, the last event, which says what the report says.
pub(crate) fn terminal(case: &str, events: &[AgentEvent], report: &Report) {
    let is_end = |event: &&AgentEvent| matches!(event.what, What::RunEnded(_));
    assert_eq!(events.iter().filter(is_end).count(), 1, "{case}");
    let Some(What::RunEnded(ended)) = events.last().map(|event| &event.what) else {
        panic!("{case}: the end is not the last event");
    };
    assert_eq!(ended.stop, report.stop, "{case}");
    assert_eq!(ended.usage, report.usage, "{case}");
}

/// Every start has its end, and nothing ends that did not start.
pub(crate) fn pairs(case: &str, events: &[AgentEvent]) {
    let mut open: BTreeMap<String, i32> = BTreeMap::new();
    for event in events {
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
pub(crate) fn grows(case: &str, events: &[AgentEvent], report: &Report) {
    let mut last = 0;
    for event in events {
        let total = match &event.what {
            What::TurnEnded { usage } => usage.total(),
            What::RunEnded(ended) => ended.usage.total(),
            _ => continue,
        };
        let total = total.unwrap_or(0);
        assert!(total >= last, "{case}: {total} after {last}");
        last = total;
    }
    assert_eq!(report.usage.total().unwrap_or(0), last, "{case}");
}

/// What was used is what attempts, compactions and sub-agents took.
pub(crate) fn spent(case: &str, report: &Report, below: Usage) {
    let attempts = report.attempts.iter().map(|attempt| attempt.usage);
    let compactions = report.compactions.iter().map(|compacted| compacted.usage);
    let all: Usage = attempts.chain(compactions).chain([below]).sum();
    assert_eq!(report.usage, all, "{case}");
}

/// What the consumer has on its screen, a list of words for each turn that showed any.
pub(crate) fn screen(events: &[AgentEvent]) -> Vec<Vec<String>> {
    let mut turns: BTreeMap<u32, BTreeMap<u32, String>> = BTreeMap::new();
    for event in events {
        match &event.what {
            What::Text { part, text }
            | What::Thinking { part, text }
            | What::Refusal { part, text } => turns
                .entry(event.turn)
                .or_default()
                .entry(part.0)
                .or_default()
                .push_str(text),
            What::Discarded => drop(turns.remove(&event.turn)),
            _ => {}
        }
    }
    let turns = turns.into_values().map(BTreeMap::into_values);
    said(turns.map(Iterator::collect))
}

/// What these messages have of it.
pub(crate) fn kept<'a>(
    messages: impl Iterator<Item = &'a Message>,
    has_thinking: bool,
) -> Vec<Vec<String>> {
    let words = |answer: &Assistant| {
        let words = answer.parts.iter().filter_map(|part| match part {
            AssistantPart::Text(said) | AssistantPart::Refusal(said) => Some(&said.text),
            AssistantPart::Thinking(said) if has_thinking => Some(&said.text),
            _ => None,
        });
        words.map(ToString::to_string).collect()
    };
    said(messages.filter_map(|message| match message {
        Message::Assistant(answer) => Some(words(answer)),
        _ => None,
    }))
}

fn said(turns: impl Iterator<Item = Vec<String>>) -> Vec<Vec<String>> {
    let words = turns.map(|words| words.into_iter().filter(|word| !word.is_empty()).collect());
    words.filter(|words: &Vec<_>| !words.is_empty()).collect()
}
