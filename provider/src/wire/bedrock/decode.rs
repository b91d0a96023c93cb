//! Answers: frames in, events out. A whole answer goes through the same functions as the events of a stream.

use std::collections::VecDeque;

use serde::Deserialize;
use serde_json::value::RawValue;
use windlass_core::{
    Event, Finish, FinishReason, JsonText, ModelError, Started, Text, Unknown, Usage,
};

use self::parts::Parts;
use super::shapes::{
    Beginning, Block, Delta, MessageStop, Metadata, ObjectDelta, Start, Stop, Tokens, Whole,
    WholeReasoning,
};
use crate::classify;
use crate::codec::{Decoder, truncated, undecodable};
use crate::frame::{Frame, FrameKind};
use crate::json::{Count, JsonStr};
use crate::wire::lenient::parse;

mod blob;
mod item;
mod parts;

type Events = VecDeque<Event>;

/// One answer.
#[derive(Debug)]
pub(super) struct Answer {
    parts: Parts,
    begun: bool,
    stop: Option<Text>,
    /// The counts came, which follow the stop.
    counted: bool,
}

impl Answer {
    pub(super) fn new(first_call_number: u64) -> Self {
        Answer {
            parts: Parts::new(first_call_number),
            begun: false,
            stop: None,
            counted: false,
        }
    }

    fn event(
        &mut self,
        name: &str,
        frame: &Frame<'_>,
        events: &mut Events,
    ) -> Result<(), ModelError> {
        match name {
            "contentBlockDelta" => self.delta(frame, events)?,
            "contentBlockStart" => self.start(frame, events)?,
            "contentBlockStop" => {
                let index = read::<Stop>(frame)?.index;
                self.parts.end(index, events);
            }
            "messageStart" => self.begin(events),
            "messageStop" => {
                let stop = read::<MessageStop<'_>>(frame)?;
                self.stop = Some(stop.reason.text());
                pass_on("additionalModelResponseFields", stop.fields, events);
            }
            "metadata" => {
                let metadata = read::<Metadata<'_>>(frame)?;
                report(&metadata.usage, events);
                pass_on("trace", metadata.trace, events);
                self.counted = true;
            }
            name if name.ends_with("Exception") => return Err(reported(frame)),
            name => events.push_back(unknown(name, frame)),
        }
        Ok(())
    }

    fn begin(&mut self, events: &mut Events) {
        if !std::mem::replace(&mut self.begun, true) {
            events.push_back(Event::Started(Box::new(Started::new())));
        }
    }

    fn start(&mut self, frame: &Frame<'_>, events: &mut Events) -> Result<(), ModelError> {
        let Start { index, start } = read(frame)?;
        let raw = start.map_or("{}", RawValue::get);
        let wrong = |error| undecodable(frame, error);
        let start: Beginning<'_> = serde_json::from_str(raw).map_err(wrong)?;
        if let Some(call) = start.call {
            self.parts.begin_call(index, call, events).map_err(wrong)?;
        } else if let Some(result) = start.result {
            self.parts.begin_result(index, result);
        } else if let Some(image) = &start.image {
            self.parts.image(index, image);
        } else if raw != "{}" {
            events.push_back(unknown("contentBlockStart", frame));
        }
        Ok(())
    }

    fn delta(&mut self, frame: &Frame<'_>, events: &mut Events) -> Result<(), ModelError> {
        let Delta { index, delta } = match parse(frame.data) {
            Ok(delta) => delta,
            Err(error) => return self.object_delta(frame, error, events),
        };
        if let Some(text) = &delta.text {
            self.parts.text(index, text, events);
        } else if let Some(reasoning) = &delta.reasoning {
            self.parts.reasoning(index, reasoning, events);
        } else if let Some(citation) = delta.citation {
            self.parts
                .citation(index, citation, events)
                .map_err(|error| undecodable(frame, error))?;
        } else if let Some(pieces) = &delta.result {
            self.parts.result(index, pieces);
        } else if let Some(image) = &delta.image {
            self.parts.image(index, image);
        } else {
            let call = delta.call.as_ref();
            if !call.is_some_and(|call| self.parts.arguments(index, &call.input, events)) {
                events.push_back(unknown("contentBlockDelta", frame));
            }
        }
        Ok(())
    }

    /// A delta that is not as the protocol says: its arguments may be an object.
    fn object_delta(
        &mut self,
        frame: &Frame<'_>,
        error: serde_json::Error,
        events: &mut Events,
    ) -> Result<(), ModelError> {
        let object = parse::<ObjectDelta<'_>>(frame.data).ok();
        let Some(ObjectDelta { index, delta }) = object else {
            return Err(undecodable(frame, error));
        };
        match delta.call.input {
            Some(input) if self.parts.raw_arguments(index, input, events) => Ok(()),
            _ => Err(undecodable(frame, error)),
        }
    }

    fn whole(&mut self, frame: &Frame<'_>, events: &mut Events) -> Result<(), ModelError> {
        let whole = match parse::<Whole<'_>>(frame.data) {
            Ok(whole) => whole,
            Err(error) if error.is_eof() => return Err(truncated()),
            Err(error) => return Err(undecodable(frame, error)),
        };
        if whole.output.message.is_none() && whole.stop.is_none() {
            let name = whole.error.as_ref().map(JsonStr::as_str);
            return Err(classify::in_stream(frame.data, name));
        }
        self.begin(events);
        for block in whole
            .output
            .message
            .iter()
            .flat_map(|message| &message.content)
        {
            self.block(block, events)
                .map_err(|error| undecodable(frame, error))?;
        }
        pass_on("additionalModelResponseFields", whole.fields, events);
        pass_on("trace", whole.trace, events);
        report(&whole.usage, events);
        self.stop = whole.stop.map(|stop| stop.text());
        Ok(())
    }

    fn block(&mut self, raw: &RawValue, events: &mut Events) -> serde_json::Result<()> {
        let block: Block<'_> = serde_json::from_str(raw.get())?;
        // Earlier blocks are complete, so one index serves all.
        let index = Count(Some(0));
        if let Some(text) = &block.text {
            self.parts.text(index, text, events);
        } else if let Some(call) = block.call {
            self.parts.whole_call(index, call, raw, events)?;
        } else if let Some(reasoning) = &block.reasoning {
            self.reasoning(index, reasoning, events);
        } else if let Some(cited) = &block.cited {
            for citation in &cited.citations {
                self.parts.citation(index, citation, events)?;
            }
            for text in cited.content.iter().filter_map(|words| words.text.as_ref()) {
                self.parts.text(index, text, events);
            }
        } else if let Some(image) = block.image.filter(|image| image.source.bytes.is_some()) {
            self.parts.image(index, &image);
        } else {
            self.parts.item(item::of_block(raw), events);
        }
        self.parts.end(index, events);
        Ok(())
    }

    fn reasoning(&mut self, index: Count, reasoning: &WholeReasoning<'_>, events: &mut Events) {
        if let Some(text) = &reasoning.text {
            self.parts.reasoning(index, text, events);
        }
        if let Some(redacted) = &reasoning.redacted {
            self.parts.redacted(index, redacted, events);
        }
    }

    fn reason(&self, raw: &str) -> FinishReason {
        let normal = |reason| {
            if self.parts.has_calls() {
                FinishReason::Calls
            } else {
                reason
            }
        };
        match raw {
            // A hosted tool alone leaves nothing for the program to run.
            "end_turn" | "tool_use" => normal(FinishReason::Stop),
            "stop_sequence" => normal(FinishReason::StopSequence),
            "max_tokens" | "model_context_window_exceeded" => FinishReason::Length,
            "guardrail_intervened" | "content_filtered" => FinishReason::Filtered,
            "malformed_model_output" | "malformed_tool_use" => FinishReason::MalformedCall,
            _ => FinishReason::Other,
        }
    }
}

impl Decoder for Answer {
    fn frame(&mut self, frame: &Frame<'_>, events: &mut Events) -> Result<(), ModelError> {
        let taken = match (frame.kind, frame.event) {
            (FrameKind::Exception | FrameKind::Error, _) => Err(reported(frame)),
            (FrameKind::Event, None) => self.whole(frame, events),
            (FrameKind::Event, Some(name)) => self.event(name, frame, events),
            (FrameKind::Unknown, name) => {
                events.push_back(unknown(name.unwrap_or("unknown message"), frame));
                Ok(())
            }
        };
        self.begun = true;
        taken.inspect_err(|_| self.stop = None)
    }

    fn finish(&mut self, events: &mut Events) -> Result<(), ModelError> {
        let raw = self.stop.take().ok_or_else(truncated)?;
        self.parts.end_all(events);
        let reason = self.reason(&raw);
        events.push_back(Event::Finish(Finish::new(reason, raw)));
        Ok(())
    }

    fn is_complete(&self) -> bool {
        self.counted && self.stop.is_some()
    }
}

/// The payload of a known event.
fn read<'a, T: Deserialize<'a>>(frame: &Frame<'a>) -> Result<T, ModelError> {
    parse(frame.data).map_err(|error| undecodable(frame, error))
}

/// An error inside the stream. A message of the type `error` has its text in a header and no payload.
fn reported(frame: &Frame<'_>) -> ModelError {
    let text = frame
        .header(":error-message")
        .and_then(|value| value.as_str());
    match text {
        Some(text) if frame.data.is_empty() => {
            let payload = serde_json::json!({ "message": text }).to_string();
            classify::in_stream(payload.as_bytes(), frame.event)
        }
        _ => classify::in_stream(frame.data, frame.event),
    }
}

fn report(tokens: &Tokens, events: &mut Events) {
    let usage = [
        (tokens.input.0, Usage::with_input as fn(Usage, u64) -> Usage),
        (tokens.cache_read.0, Usage::with_cache_read),
        (tokens.cache_write.0, Usage::with_cache_write),
        (tokens.output.0, Usage::with_output),
    ]
    .into_iter()
    .filter_map(|(count, set)| Some((count?, set)))
    .fold(Usage::UNKNOWN, |usage, (count, set)| set(usage, count));
    if !usage.is_unknown() {
        events.push_back(Event::Usage(usage));
    }
}

fn pass_on(kind: &'static str, json: Option<&RawValue>, events: &mut Events) {
    if let Some(json) = json {
        let unknown = Unknown::new(Text::from_static(kind), JsonText::from(json));
        events.push_back(Event::Unknown(Box::new(unknown)));
    }
}

/// A frame that is not understood, as it came; one that is no JSON as a JSON string.
fn unknown(kind: &str, frame: &Frame<'_>) -> Event {
    let text = Text::from_utf8_lossy(frame.data);
    let json = JsonText::parse(text.clone())
        .or_else(|_| JsonText::of(text.as_str()))
        .expect("a string has a JSON form");
    Event::Unknown(Box::new(Unknown::new(kind, json)))
}
