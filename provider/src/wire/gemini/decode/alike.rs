//! Chunks that say a piece of text and the counts so far, and nothing else.

use std::collections::VecDeque;

use windlass_core::Event;

use super::GeminiDecoder;
use super::parts::Kind;
use crate::json::Count;
use crate::wire::gemini::shape::{Chunk, Counts};
use crate::wire::template::{Hole, Value};

/// What the words of a chunk are, and the counts beside them.
pub(super) type Text = (Kind, Option<Counts>);

/// What differs between such chunks.
pub(super) static HOLES: [Hole; 2] = [
    Hole {
        key: "\"candidatesTokenCount\":",
        value: Value::Count,
    },
    Hole {
        key: "\"totalTokenCount\":",
        value: Value::Number,
    },
];

impl GeminiDecoder {
    /// Takes a frame that is the last one but for its words and counts; `false` if it is not.
    pub(super) fn recall(&mut self, frame: &[u8], events: &mut VecDeque<Event>) -> bool {
        let Some(alike) = self.alike.recall(frame) else {
            return false;
        };
        let (kind, counts) = alike.about;
        self.text(kind, &alike.words, events);
        if let Some(mut counts) = counts {
            if alike.count.is_some() {
                counts.candidates = Count(alike.count);
            }
            events.extend(self.totals.update(&counts).map(Event::Usage));
        }
        true
    }

    /// Remembers a chunk that is all of its frame and did nothing but add words and counts.
    pub(super) fn learn(&mut self, chunk: &Chunk<'_>, json: &[u8], frame: &[u8]) {
        self.alike.forget();
        if json.len() != frame.len() || chunk.feedback.is_some() {
            return;
        }
        let Some(candidate) = chunk.candidates.only() else {
            return;
        };
        let says_more = !candidate.finish.0.is_empty()
            || candidate.grounding.is_some()
            || candidate.citations.is_some()
            || candidate.urls.is_some();
        let Some(part) = candidate.content.parts.only().filter(|_| !says_more) else {
            return;
        };
        let Some(words) = part.text.as_ref().filter(|_| part.call.is_none()) else {
            return;
        };
        if candidate.index.0.unwrap_or(0) == 0 && part.signature.is_empty() {
            let kind = Kind::of(part);
            let count = chunk.usage.and_then(|counts| counts.candidates.0);
            self.alike
                .learn(frame, words.as_str(), count, (kind, chunk.usage));
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use windlass_core::Request;

    use super::*;
    use crate::codec::{Decoder, Delivery};
    use crate::frame::Frame;

    /// The events of the chunks, and the error that ends them; without the template it is forgotten before each chunk.
    fn run(chunks: &[String], with_template: bool) -> (Vec<Event>, Option<String>) {
        let mut decoder = GeminiDecoder::new(&Request::default(), Delivery::Streamed);
        let mut events = VecDeque::new();
        let mut feed = || {
            for chunk in chunks {
                if !with_template {
                    decoder.alike.forget();
                }
                decoder.frame(&Frame::new(chunk.as_bytes()), &mut events)?;
            }
            decoder.finish(&mut events)
        };
        let error = feed().err().map(|error| error.to_string());
        (events.into(), error)
    }

    fn chunk() -> impl Strategy<Value = String> {
        let words = prop_oneof![
            Just(String::new()),
            Just(r"a\n".to_owned()),
            Just(r"\ud83d".to_owned()),
            Just(r"\ude00".to_owned()),
            "[a-z]{1,5}",
        ];
        let part = prop_oneof![
            6 => Just(""),
            1 => Just(r#","thought":true"#),
            1 => Just(r#","thoughtSignature":"c2ln""#),
            1 => Just(r#"},{"text":"b""#),
        ];
        let rest = prop_oneof![
            6 => Just(""),
            1 => Just(r#","finishReason":"STOP""#),
            1 => Just(r#","index":1"#),
            1 => Just(r#","groundingMetadata":{"webSearchQueries":["candidatesTokenCount"]}"#),
        ];
        (words, part, rest, 0..3_u64, 0..4).prop_map(|(words, part, rest, count, usage)| {
            let usage = match usage {
                0 => String::new(),
                1 => format!(r#","usageMetadata":{{"promptTokenCount":{count}}}"#),
                2 => r#","usageMetadata":{"candidatesTokenCount":1.0}"#.to_owned(),
                _ => format!(
                    r#","usageMetadata":{{"candidatesTokenCount":{count},"totalTokenCount":{count}}}"#
                ),
            };
            format!(
                r#"{{"candidates":[{{"content":{{"parts":[{{"text":"{words}"{part}}}]}}{rest}}}]{usage}}}"#
            )
        })
    }

    proptest! {
        // R-1
        #[test]
        fn the_template_never_changes_a_result(chunks in proptest::collection::vec(chunk(), 1..12)) {
            prop_assert_eq!(run(&chunks, true), run(&chunks, false));
        }
    }

    #[test]
    fn the_template_is_used() {
        let chunk = |words: &str, count: u64| {
            format!(
                r#"{{"candidates":[{{"content":{{"parts":[{{"text":"{words}"}}]}}}}],"usageMetadata":{{"candidatesTokenCount":{count}}}}}"#
            )
        };
        let mut decoder = GeminiDecoder::new(&Request::default(), Delivery::Streamed);
        let first = chunk("a", 1);
        let mut events = VecDeque::new();
        decoder
            .frame(&Frame::new(first.as_bytes()), &mut events)
            .unwrap();
        let second = chunk("b", 2);
        let alike = decoder.alike.recall(second.as_bytes()).unwrap();
        assert_eq!(alike.count, Some(2));
    }
}
