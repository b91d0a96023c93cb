mod calls;
mod citation;
mod contents;
mod data;

use std::collections::VecDeque;

use serde_json::value::RawValue;
use windlass_core::{
    ErrorKind, Event, Finish, FinishReason, JsonText, ModelError, PartIndex, Seal, Text, Unknown,
};

use self::calls::{Calls, Misplaced};
use self::contents::{Contents, Kind, words};
use self::data::{Data, Delta, Message, Refusal, Usage};
use super::TOOL_PLAN;
use crate::classify;
use crate::codec::{Decoder, truncated};
use crate::frame::Frame;
use crate::json::{Deltas, JsonStr};
use crate::wire::lenient::{self, unreadable};
use crate::wire::opening::Opening;

/// Contents count from zero, then comes the plan, then the calls.
const PLAN: PartIndex = PartIndex(u32::MAX / 2);
const FIRST_CALL: PartIndex = PartIndex(u32::MAX / 2 + 1);

/// What the body ends with, and what is no JSON.
const DONE: &[u8] = b"[DONE]";

/// The answer as far as it was read.
#[derive(Debug)]
pub(super) struct Answer {
    deltas: Deltas,
    contents: Contents,
    calls: Calls,
    planned: bool,
    opening: Opening,
    done: bool,
}

impl Answer {
    pub(super) fn new(first_number: u64) -> Self {
        Answer {
            deltas: Deltas::default(),
            contents: Contents::default(),
            calls: Calls::new(first_number, FIRST_CALL),
            planned: false,
            opening: Opening::default(),
            done: false,
        }
    }

    /// Takes in one event of a stream, or a whole answer, which has no type.
    fn data(
        &mut self,
        data: &Data<'_>,
        frame: &Frame<'_>,
        events: &mut VecDeque<Event>,
    ) -> Result<(), ModelError> {
        let (message, index) = (&data.delta.message, data.index.0);
        match data.kind.as_str() {
            "message-start" => self.message(message, None, frame, events)?,
            "content-start" | "content-delta" | "tool-plan-delta" | "tool-call-start"
            | "tool-call-delta" | "citation-start" => {
                self.message(message, index, frame, events)?;
            }
            "content-end" => self.contents.end(index, &mut self.deltas, events),
            "tool-call-end" => self.calls.end(index, &mut self.deltas, events),
            "citation-end" => {}
            "message-end" => {
                let reason = data.delta.finish_reason.as_ref();
                finished(&data.delta, reason, frame)?;
                self.end(reason, &data.delta.usage, events);
            }
            kind => match &data.message {
                Some(message) if kind.is_empty() => self.whole(message, data, frame, events)?,
                _ => events.push_back(lenient::unknown(kind, frame)?),
            },
        }
        Ok(())
    }

    fn whole(
        &mut self,
        message: &Message<'_>,
        data: &Data<'_>,
        frame: &Frame<'_>,
        events: &mut VecDeque<Event>,
    ) -> Result<(), ModelError> {
        let reason = data.finish_reason.as_ref();
        finished(&data.delta, reason, frame)?;
        self.message(message, None, frame, events)?;
        if reason.is_some() {
            self.end(reason, &data.usage, events);
        }
        Ok(())
    }

    /// Takes in what is new of the message; `index` is that of its content or call. A whole message has none, and
    /// numbers them by their place.
    fn message(
        &mut self,
        message: &Message<'_>,
        index: Option<u64>,
        frame: &Frame<'_>,
        events: &mut VecDeque<Event>,
    ) -> Result<(), ModelError> {
        if let Some(kind) = message.foreign_content() {
            events.push_back(lenient::unknown(kind, frame)?);
        }
        let deltas = &mut self.deltas;
        for (place, content) in (0..).zip(message.content.as_slice()) {
            let index = index.unwrap_or(place);
            if let Some(thinking) = &content.thinking {
                let key = (index, Kind::Thinking);
                self.contents.piece(key, thinking, deltas, events);
            }
            if let Some(text) = &content.text {
                let key = (index, Kind::Text);
                self.contents.piece(key, text, deltas, events);
            }
        }
        if let Some(text) = self.deltas.piece(PLAN, &message.tool_plan) {
            self.plan(text, events);
        }
        for (place, call) in (0..).zip(message.tool_calls.as_slice()) {
            self.calls
                .piece(call, index.or(Some(place)), &mut self.deltas, events)
                .map_err(|misplaced| misplaced.in_frame(frame))?;
        }
        match message.citations {
            Some(raw) => self
                .citations(raw, events)
                .map_err(|error| unreadable(frame, error)),
            None => Ok(()),
        }
    }

    fn plan(&mut self, text: Text, events: &mut VecDeque<Event>) {
        events.push_back(words(Kind::Thinking, PLAN, text));
        if !std::mem::replace(&mut self.planned, true) {
            let marker = JsonText::parse(TOOL_PLAN).expect("a JSON string");
            let seal = Box::new(Seal::new().with_extra(marker));
            events.push_back(Event::Seal { part: PLAN, seal });
        }
    }

    fn citations(
        &mut self,
        raw: &RawValue,
        events: &mut VecDeque<Event>,
    ) -> Result<(), serde_json::Error> {
        for raw in citation::split(raw)? {
            let cited = citation::read(raw);
            events.push_back(match self.contents.cited(cited.content) {
                Some(part) if cited.on_text => Event::Citation {
                    part,
                    citation: Box::new(cited.citation),
                },
                _ => Event::Unknown(Box::new(Unknown::new("citation", raw.into()))),
            });
        }
        Ok(())
    }

    fn end(&mut self, word: Option<&JsonStr<'_>>, usage: &Usage, events: &mut VecDeque<Event>) {
        self.contents.end_all(&mut self.deltas, events);
        if let Some(text) = self.deltas.end(PLAN) {
            self.plan(text, events);
        }
        if self.planned {
            events.push_back(Event::PartEnd { part: PLAN });
        }
        self.calls.end_all(&mut self.deltas, events);
        let usage = usage.counts();
        if !usage.is_unknown() {
            events.push_back(Event::Usage(usage));
        }
        let raw = word.map(JsonStr::text).unwrap_or_default();
        let reason = reason(&raw, !self.calls.is_empty());
        events.push_back(Event::Finish(Finish::new(reason, raw)));
        self.done = true;
    }
}

impl Decoder for Answer {
    fn frame(&mut self, frame: &Frame<'_>, events: &mut VecDeque<Event>) -> Result<(), ModelError> {
        if self.done || frame.data.trim_ascii() == DONE || lenient::is_noise(frame.data) {
            return Ok(());
        }
        let data: Data<'_> = lenient::parse(frame.data).map_err(|error| refused(frame, error))?;
        self.opening.begin(data.id.as_ref(), None, events);
        self.data(&data, frame, events)
    }

    fn finish(&mut self, _: &mut VecDeque<Event>) -> Result<(), ModelError> {
        if self.done { Ok(()) } else { Err(truncated()) }
    }

    fn is_complete(&self) -> bool {
        self.done
    }
}

impl Misplaced {
    fn in_frame(self, frame: &Frame<'_>) -> ModelError {
        match self {
            Misplaced::Unreadable(error) => unreadable(frame, error),
            Misplaced::Late => ModelError::new(ErrorKind::Protocol, "arguments after their call")
                .with_body(&classify::redact(&String::from_utf8_lossy(frame.data)))
                .in_stream(),
        }
    }
}

fn reason(word: &str, calls: bool) -> FinishReason {
    match word {
        "COMPLETE" | "TOOL_CALL" if calls => FinishReason::Calls,
        "COMPLETE" => FinishReason::Stop,
        "STOP_SEQUENCE" => FinishReason::StopSequence,
        "MAX_TOKENS" | "ERROR_LIMIT" => FinishReason::Length,
        "ERROR_TOXIC" => FinishReason::Filtered,
        _ => FinishReason::Other,
    }
}

/// Whether the end is one of an answer and not of a failure.
fn finished(
    delta: &Delta<'_>,
    reason: Option<&JsonStr<'_>>,
    frame: &Frame<'_>,
) -> Result<(), ModelError> {
    if delta.failure.is_none() && reason.is_none_or(|reason| reason.as_str() != "ERROR") {
        return Ok(());
    }
    let code = delta.code.as_ref().map(JsonStr::as_str);
    Err(classify::in_stream(frame.data, code))
}

/// The error for a frame that is no answer: a failure has its words where an answer has its message.
fn refused(frame: &Frame<'_>, error: serde_json::Error) -> ModelError {
    let words = lenient::parse::<Refusal<'_>>(frame.data);
    if words.is_ok_and(|refusal| !refusal.message.is_empty()) {
        return classify::in_stream(frame.data, frame.event);
    }
    unreadable(frame, error)
}
