//! Events of the Responses API into events of Windlass.

mod kind;
mod output;
mod shapes;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;

use serde::de::Error as _;
use serde_json::value::RawValue;
use windlass_core::{Event, Finish, FinishReason, JsonText, ModelError, Unknown};

use self::kind::{Kind, unknown_name};
use self::output::{Output, Piece, Source};
use self::shapes::{Answer, Content, Delta, Envelope, Snapshot};
use crate::classify;
use crate::codec::{Decoder, Delivery, truncated, undecodable};
use crate::frame::Frame;
use crate::json::Count;
use crate::wire::lenient::{is_noise, parse};
use crate::wire::opening::started;
use crate::wire::template::{Hole, Template, Value};

pub(super) use self::shapes::Members;

/// Reads one answer.
#[derive(Debug)]
pub(super) struct ResponsesDecoder {
    output: Output,
    alike: Template<Place>,
    delivery: Delivery,
    stage: Stage,
}

/// What the words of a delta belong to, and the item's part.
type Place = (Piece, Count, Count);

/// What differs between the deltas of a part.
static HOLES: [Hole; 2] = [
    Hole {
        key: "\"sequence_number\":",
        value: Value::Number,
    },
    Hole {
        key: "\"obfuscation\":",
        value: Value::Padding,
    },
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// Nothing was said yet.
    Fresh,
    /// The answer has begun.
    Begun,
    /// The terminal event was seen.
    Finished,
    /// An error was given.
    Failed,
}

/// What a frame failed with.
enum Failure {
    /// It does not decode.
    Undecodable(serde_json::Error),
    /// It reports an error.
    Reported,
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Failure::Undecodable(error)
    }
}

impl Decoder for ResponsesDecoder {
    fn frame(&mut self, frame: &Frame<'_>, events: &mut VecDeque<Event>) -> Result<(), ModelError> {
        if matches!(self.stage, Stage::Finished | Stage::Failed) || is_empty(frame.data) {
            return Ok(());
        }
        let before = events.len();
        let taken = Kind::of(frame)
            .map_err(Failure::from)
            .and_then(|(kind, name)| self.take(kind, name, frame.data, events));
        if self.stage == Stage::Fresh && events.len() > before {
            self.stage = Stage::Begun;
        }
        taken.map_err(|failure| {
            self.stage = Stage::Failed;
            match failure {
                Failure::Undecodable(error) => undecodable(frame, error),
                Failure::Reported => classify::in_stream(frame.data, frame.event),
            }
        })
    }

    fn finish(&mut self, _events: &mut VecDeque<Event>) -> Result<(), ModelError> {
        if self.stage == Stage::Finished {
            return Ok(());
        }
        Err(truncated())
    }

    fn is_complete(&self) -> bool {
        self.stage == Stage::Finished
    }
}

impl ResponsesDecoder {
    pub(super) fn new(first_call_number: u64, delivery: Delivery) -> Self {
        ResponsesDecoder {
            output: Output::new(first_call_number),
            alike: Template::new(&HOLES),
            delivery,
            stage: Stage::Fresh,
        }
    }

    fn take(
        &mut self,
        kind: Kind,
        name: &str,
        data: &[u8],
        events: &mut VecDeque<Event>,
    ) -> Result<(), Failure> {
        match kind {
            Kind::Delta(piece) => self.delta(piece, data, events)?,
            Kind::Done(piece) => self.output.fill(piece, &parse(data)?, events),
            Kind::Begun if self.stage == Stage::Fresh => {
                events.extend(start_of(&parse::<Envelope<'_>>(data)?.response));
            }
            Kind::Begun | Kind::Silent => {}
            Kind::Failed => return Err(Failure::Reported),
            Kind::Completed => {
                self.end(&parse::<Envelope<'_>>(data)?.response, "completed", events)?;
            }
            Kind::Incomplete => {
                self.end(&parse::<Envelope<'_>>(data)?.response, "incomplete", events)?;
            }
            Kind::Whole => self.end(&parse(data)?, "", events)?,
            Kind::Untyped if self.delivery == Delivery::Whole => {
                return Err(serde_json::Error::custom("the body is not a response").into());
            }
            Kind::Unknown | Kind::Untyped => push_unknown(name, data, events)?,
            _ => self.take_whole(kind, &parse(data)?, events)?,
        }
        Ok(())
    }

    fn delta(
        &mut self,
        piece: Piece,
        data: &[u8],
        events: &mut VecDeque<Event>,
    ) -> Result<(), serde_json::Error> {
        let alike = self.alike.recall(data);
        if let Some(alike) = alike.filter(|alike| alike.about.0 == piece) {
            let (_, output_index, section) = alike.about;
            let delta = Delta {
                output_index,
                section,
                item_id: None,
                delta: alike.words,
            };
            self.output.delta(piece, &delta, events);
            return Ok(());
        }
        let delta: Delta<'_> = parse(data)?;
        self.output.delta(piece, &delta, events);
        self.alike.forget();
        // Without an index the item is found by its id, and some hosts give another id in every event.
        if delta.output_index.0.is_some() {
            let place = (piece, delta.output_index, delta.section);
            self.alike.learn(data, delta.delta.as_str(), None, place);
        }
        Ok(())
    }

    /// Takes in an event about a whole part or item.
    fn take_whole(
        &mut self,
        kind: Kind,
        whole: &Snapshot<'_>,
        events: &mut VecDeque<Event>,
    ) -> Result<(), serde_json::Error> {
        let index = whole.output_index.0;
        match kind {
            Kind::Annotation => self.output.annotation(whole, events),
            Kind::PartDone => self.part_done(whole, events)?,
            Kind::ItemAdded => self
                .output
                .added(index, needed(whole.item, "item")?, events)?,
            _ => self
                .output
                .done(index, needed(whole.item, "item")?, events)?,
        }
        Ok(())
    }

    fn part_done(
        &mut self,
        whole: &Snapshot<'_>,
        events: &mut VecDeque<Event>,
    ) -> Result<(), serde_json::Error> {
        let part: Content<'_> = serde_json::from_str(needed(whole.part, "part")?.get())?;
        let text = part.text.or(part.refusal).unwrap_or_default();
        let whole = Snapshot {
            output_index: whole.output_index,
            section: whole.section,
            item_id: whole.item_id.clone(),
            text,
            ..Snapshot::default()
        };
        let piece = match part.kind.as_str() {
            "output_text" => Piece::Text,
            "refusal" => Piece::Refusal,
            "reasoning_text" => Piece::Thinking(Source::Content),
            _ => return Ok(()),
        };
        self.output.fill(piece, &whole, events);
        Ok(())
    }

    /// Takes in the whole response: what is missing of it, its usage, its end. `status` stands in for one it lacks.
    fn end(
        &mut self,
        answer: &Answer<'_>,
        status: &str,
        events: &mut VecDeque<Event>,
    ) -> Result<(), Failure> {
        let status = answer
            .status
            .as_ref()
            .map_or(status, |status| status.as_str());
        if status == "failed" {
            return Err(Failure::Reported);
        }
        if self.stage == Stage::Fresh {
            events.extend(start_of(answer));
        }
        if let Some(reasoning) = answer.reasoning.filter(|it| it.get().starts_with('"')) {
            let unknown = Unknown::new("reasoning", JsonText::from(reasoning));
            events.push_back(Event::Unknown(Box::new(unknown)));
        }
        self.output.settle(&answer.output, events)?;
        events.extend(answer.usage.usage().map(Event::Usage));
        let why = answer
            .incomplete
            .reason
            .as_ref()
            .map(crate::json::JsonStr::as_str);
        events.push_back(Event::Finish(self.finish_of(status, why)));
        self.stage = Stage::Finished;
        Ok(())
    }

    fn finish_of(&self, status: &str, why: Option<&str>) -> Finish {
        let reason = match (status, why) {
            (_, Some("max_output_tokens")) => FinishReason::Length,
            (_, Some("content_filter")) => FinishReason::Filtered,
            (_, Some(_)) => FinishReason::Other,
            ("completed" | "", None) if self.output.has_calls => FinishReason::Calls,
            ("completed" | "", None) if self.output.has_refusal => FinishReason::Refused,
            ("completed" | "", None) => FinishReason::Stop,
            _ => FinishReason::Other,
        };
        Finish::new(reason, why.unwrap_or(status))
    }
}

/// Whether a frame carries nothing: noise, or the sentinel that OpenRouter ends with.
fn is_empty(data: &[u8]) -> bool {
    is_noise(data) || data.trim_ascii() == b"[DONE]"
}

fn start_of(answer: &Answer<'_>) -> Option<Event> {
    started(answer.id.as_ref(), answer.model.as_ref())
}

fn push_unknown(
    name: &str,
    data: &[u8],
    events: &mut VecDeque<Event>,
) -> Result<(), serde_json::Error> {
    let json: &RawValue = parse(data)?;
    let kind = if name.is_empty() {
        unknown_name(data)?
    } else {
        name.into()
    };
    let unknown = Unknown::new(kind, JsonText::from(json));
    events.push_back(Event::Unknown(Box::new(unknown)));
    Ok(())
}

fn needed<'a>(
    value: Option<&'a RawValue>,
    name: &'static str,
) -> Result<&'a RawValue, serde_json::Error> {
    value.ok_or_else(|| serde_json::Error::missing_field(name))
}
