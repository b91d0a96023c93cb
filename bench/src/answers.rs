//! The bytes of an answer, as each provider would send them.

mod anthropic;
mod chat;
mod gemini;
mod responses;
mod runs;

use std::fmt::Write as _;

use crate::{Plan, RunPlan, Split, Wire};

/// A body in HTTP chunks, ready to be written.
#[derive(Debug)]
pub struct Answer {
    /// The bytes, with the lengths of the chunks between them.
    pub bytes: Vec<u8>,
    /// How many of them are sent before the server waits.
    pub before_hold: usize,
}

impl Answer {
    /// Renders the answer that a plan asks for.
    pub fn render(wire: Wire, plan: Plan) -> Self {
        let events = match wire {
            Wire::Chat => chat::events(plan),
            Wire::Responses => responses::events(plan),
            Wire::Anthropic => anthropic::events(plan),
            Wire::Gemini => gemini::events(plan),
        };
        let mut bytes = Vec::new();
        let mut before_hold = 0;
        match plan.split {
            Split::Events(per) => {
                for (number, chunk) in events.chunks(per.max(1)).enumerate() {
                    push_chunk(&mut bytes, chunk.concat().as_bytes());
                    // A few events more than pieces, because every answer has an opening.
                    if plan.hold.is_some_and(|hold| number < hold + OPENING) {
                        before_hold = bytes.len();
                    }
                }
            }
            Split::Bytes(length) => {
                for chunk in events.concat().as_bytes().chunks(length.max(1)) {
                    push_chunk(&mut bytes, chunk);
                }
            }
        }
        bytes.extend_from_slice(END);
        if plan.hold.is_none() {
            before_hold = bytes.len();
        }
        Answer { bytes, before_hold }
    }

    /// Renders the answers of a run, in order.
    pub fn of_run(plan: RunPlan) -> Vec<Self> {
        runs::answers(plan)
    }

    /// One event a chunk, and no waiting.
    fn one_by_one(events: &[String]) -> Self {
        let mut bytes = Vec::new();
        for event in events {
            push_chunk(&mut bytes, event.as_bytes());
        }
        bytes.extend_from_slice(END);
        Answer {
            before_hold: bytes.len(),
            bytes,
        }
    }
}

/// The chunk that ends a body.
const END: &[u8] = b"0\r\n\r\n";

/// The most events that come before the first piece of an answer.
const OPENING: usize = 5;

fn push_chunk(bytes: &mut Vec<u8>, chunk: &[u8]) {
    bytes.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
    bytes.extend_from_slice(chunk);
    bytes.extend_from_slice(b"\r\n");
}

/// A text as JSON.
fn quoted(text: &str) -> String {
    let mut json = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => json.extend(['\\', c]),
            '\n' => json.push_str("\\n"),
            c => json.push(c),
        }
    }
    json + "\""
}

/// The letters by which OpenAI makes events of equal length out of pieces of different ones.
fn padding(at: usize) -> String {
    let mut letters = String::new();
    _ = write!(
        letters,
        "{:010}",
        at.wrapping_mul(2_654_435_761) % 10_000_000_000
    );
    letters
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hold_lets_all_pieces_before_it_through() {
        for wire in [Wire::Chat, Wire::Responses, Wire::Anthropic, Wire::Gemini] {
            let answer = Answer::render(wire, Plan::words(60).hold(20));
            let sent = String::from_utf8_lossy(&answer.bytes[..answer.before_hold]);
            assert!(
                sent.contains("1919") || sent.contains(" 19"),
                "{wire:?}: {sent}"
            );
            assert!(answer.before_hold < answer.bytes.len() / 2);
        }
    }

    #[test]
    fn strings_are_json() {
        let text = "a \"b\" \\ é\n";
        assert_eq!(serde_json::from_str::<String>(&quoted(text)).unwrap(), text);
    }
}
