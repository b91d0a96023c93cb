use std::collections::VecDeque;

use super::Conversation;
use crate::{Assistant, CallId, Message, Outcome, Outcomes};

/// What [`Conversation::repair`] changed.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Repairs {
    /// Calls that had no outcome and were given one.
    pub interrupted: Vec<CallId>,
    /// Outcomes that answered no call and were left out.
    pub dropped: Vec<Outcome>,
}

impl Repairs {
    /// Whether every call had its outcome and every outcome its call.
    pub fn is_empty(&self) -> bool {
        self.interrupted.is_empty() && self.dropped.is_empty()
    }
}

pub(super) fn repair(messages: VecDeque<Message>) -> (Conversation, Repairs) {
    let mut conversation = Conversation::new();
    let mut repairs = Repairs::default();
    let mut rest = messages;
    while let Some(message) = rest.pop_front() {
        match message {
            Message::Assistant(answer) => {
                let outcomes = answer_calls(&answer, &mut rest, &mut repairs);
                keep(&mut conversation, Message::Assistant(answer));
                if !outcomes.is_empty() {
                    keep(&mut conversation, Message::Outcomes(Outcomes(outcomes)));
                }
            }
            Message::Outcomes(Outcomes(orphans)) => repairs.dropped.extend(orphans),
            other => keep(&mut conversation, other),
        }
    }
    (conversation, repairs)
}

fn keep(conversation: &mut Conversation, message: Message) {
    conversation
        .push(message)
        .expect("each answer is followed by its outcomes");
}

/// One outcome for each call: the first of that id that stands before the next answer, else an interrupted one.
fn answer_calls(
    answer: &Assistant,
    rest: &mut VecDeque<Message>,
    repairs: &mut Repairs,
) -> Vec<Outcome> {
    let until_next_answer = rest
        .iter()
        .take_while(|message| !matches!(message, Message::Assistant(_)))
        .count();
    let mut found: Vec<&mut Vec<Outcome>> = rest
        .iter_mut()
        .take(until_next_answer)
        .filter_map(|message| match message {
            Message::Outcomes(outcomes) => Some(&mut outcomes.0),
            _ => None,
        })
        .collect();
    let mut take = |id: &CallId| {
        found.iter_mut().find_map(|outcomes| {
            let at = outcomes.iter().position(|outcome| outcome.call == *id)?;
            Some(outcomes.remove(at))
        })
    };
    let mut outcomes = Vec::new();
    for call in answer.calls() {
        outcomes.push(take(&call.id).unwrap_or_else(|| {
            repairs.interrupted.push(call.id.clone());
            Outcome::interrupted(call)
        }));
    }
    outcomes
}
