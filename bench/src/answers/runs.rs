//! The answers of a run, as Chat Completions.

use super::chat::{self, chunk, closing};
use super::{Answer, quoted};
use crate::RunPlan;

/// The bytes of a piece of arguments: about a token, by which models write them.
const PIECE: usize = 4;

/// Every answer of a run, one event a chunk.
pub(super) fn answers(plan: RunPlan) -> Vec<Answer> {
    let turns = (0..plan.turns).map(|turn| calls(plan, turn));
    let last = std::iter::once_with(|| chat::events(plan.last()));
    turns
        .chain(last)
        .map(|events| Answer::one_by_one(&events))
        .collect()
}

fn calls(plan: RunPlan, turn: usize) -> Vec<String> {
    let opening = "{\"role\":\"assistant\",\"content\":null,\"refusal\":null}";
    let mut events = vec![chunk(turn, opening, "null")];
    for call in 0..plan.calls {
        let id = plan.id(turn, call);
        let start = format!(
            "{{\"tool_calls\":[{{\"index\":{call},\"id\":\"{id}\",\"type\":\"function\",\
             \"function\":{{\"name\":\"look\",\"arguments\":\"\"}}}}]}}"
        );
        events.push(chunk(events.len(), &start, "null"));
        let arguments = plan.arguments(turn, call);
        for piece in arguments.as_bytes().chunks(PIECE) {
            let piece = quoted(&String::from_utf8_lossy(piece));
            let delta = format!(
                "{{\"tool_calls\":[{{\"index\":{call},\"function\":{{\"arguments\":{piece}}}}}]}}"
            );
            events.push(chunk(events.len(), &delta, "null"));
        }
    }
    events.extend(closing(events.len(), "\"tool_calls\""));
    events
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_has_its_turns_and_a_last_answer() {
        let answers = answers(RunPlan::turns(3));
        assert_eq!(answers.len(), 4);
        let said: Vec<_> = answers
            .iter()
            .map(|answer| String::from_utf8_lossy(&answer.bytes))
            .collect();
        assert!(
            said[..3]
                .iter()
                .all(|calls| calls.matches("\"name\":\"look\"").count() == 4)
        );
        assert!(
            said[1].contains("call_000000000001000000000003"),
            "{}",
            said[1]
        );
        assert!(!said[3].contains("tool_calls"), "{}", said[3]);
    }
}
