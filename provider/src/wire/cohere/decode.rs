mod citation;
mod data;

use std::collections::VecDeque;

use serde_json::value::RawValue;
use windlass_core::{
    CallKey, CallSlots, CallStart, Event, Finish, FinishReason, JsonText, ModelError, PartIndex,
    Seal, Slot, Started, Text, Unknown,
};

use self::data::{Call, Content, Data, Delta, Message, Refusal, Usage};
use super::TOOL_PLAN;
use crate::classify;
use crate::codec::{Decoder, truncated};
use crate::frame::Frame;
use crate::json::{Deltas, JsonStr};
use crate::wire::lenient;

/// Contents count from zero, then comes the plan, then the calls.
const PLAN: PartIndex = PartIndex(u32::MAX / 2);

/// What the body ends with, and what is no JSON.
const DONE: &[u8] = b"[DONE]";

/// The answer as far as it was read.
#[derive(Debug)]
pub(super) struct Answer {
    slots: CallSlots,
    deltas: Deltas,
    contents: Vec<OpenContent>,
    calls: Vec<OpenCall>,
    next_call: PartIndex,
    planned: bool,
    begun: bool,
    done: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Text,
    Thinking,
}

#[derive(Debug)]
struct OpenContent {
    index: u64,
    kind: Kind,
    part: PartIndex,
    /// Whether an event opened the part.
    begun: bool,
    ended: bool,
}

#[derive(Debug)]
struct OpenCall {
    index: Option<u64>,
    part: PartIndex,
    ended: bool,
}

impl Answer {
    pub(super) fn new(first_number: u64) -> Self {
        Answer {
            slots: CallSlots::new(first_number),
            deltas: Deltas::default(),
            contents: Vec::new(),
            calls: Vec::new(),
            next_call: PLAN.next(),
            planned: false,
            begun: false,
            done: false,
        }
    }

    /// Takes in what an event adds to the message; `index` is that of its content or call. A whole message has none,
    /// and numbers them by their place.
    fn message(
        &mut self,
        message: &Message<'_>,
        index: Option<u64>,
        events: &mut VecDeque<Event>,
    ) -> Result<(), serde_json::Error> {
        for (place, content) in (0..).zip(message.content.as_slice()) {
            self.content(content, index.unwrap_or(place), events);
        }
        if let Some(text) = self.deltas.piece(PLAN, &message.tool_plan) {
            self.plan(text, events);
        }
        for (place, call) in (0..).zip(message.tool_calls.as_slice()) {
            self.call(call, index.or(Some(place)), events)?;
        }
        match message.citations {
            Some(raw) => self.citations(raw, events),
            None => Ok(()),
        }
    }

    fn content(&mut self, content: &Content<'_>, index: u64, events: &mut VecDeque<Event>) {
        let pieces = [
            (Kind::Thinking, &content.thinking),
            (Kind::Text, &content.text),
        ];
        for (kind, piece) in pieces {
            if let Some(piece) = piece {
                self.piece(index, kind, piece, events);
            }
        }
    }

    fn piece(&mut self, index: u64, kind: Kind, piece: &JsonStr<'_>, events: &mut VecDeque<Event>) {
        let known = self.contents.iter().rposition(|content| {
            (content.index, content.kind, content.ended) == (index, kind, false)
        });
        let at = known.unwrap_or_else(|| self.open(index, kind));
        let content = &mut self.contents[at];
        if let Some(text) = self.deltas.piece(content.part, piece) {
            content.begun = true;
            events.push_back(words(kind, content.part, text));
        }
    }

    /// Opens a content; its place among them is its place in the message.
    fn open(&mut self, index: u64, kind: Kind) -> usize {
        let at = self.contents.len();
        self.contents.push(OpenContent {
            index,
            kind,
            part: PartIndex(u32::try_from(at).unwrap_or(u32::MAX)),
            begun: false,
            ended: false,
        });
        at
    }

    fn plan(&mut self, text: Text, events: &mut VecDeque<Event>) {
        events.push_back(words(Kind::Thinking, PLAN, text));
        if !std::mem::replace(&mut self.planned, true) {
            let marker = JsonText::parse(TOOL_PLAN).expect("a JSON string");
            let seal = Box::new(Seal::new().with_extra(marker));
            events.push_back(Event::Seal { part: PLAN, seal });
        }
    }

    fn call(
        &mut self,
        call: &Call<'_>,
        index: Option<u64>,
        events: &mut VecDeque<Event>,
    ) -> Result<(), serde_json::Error> {
        let key = CallKey {
            index,
            id: call.id.as_ref().map(JsonStr::as_str),
            begins: call.function.name.is_some(),
        };
        let next = self.next_call;
        let part = match self.slots.slot(key, &mut || next) {
            Slot::Continued(part) => part,
            Slot::Opened { part, id } => {
                self.next_call = part.next();
                let ended = false;
                self.calls.push(OpenCall { index, part, ended });
                let name = call.function.name.as_ref().map(JsonStr::text);
                let start = Box::new(CallStart::new(id, name.unwrap_or_default()));
                events.push_back(Event::Call { part, call: start });
                part
            }
        };
        if let Some(raw) = call.function.arguments
            && let Some(text) = lenient::arguments(raw, part, &mut self.deltas)?
        {
            events.push_back(Event::Arguments { part, text });
        }
        Ok(())
    }

    fn citations(
        &mut self,
        raw: &RawValue,
        events: &mut VecDeque<Event>,
    ) -> Result<(), serde_json::Error> {
        for citation in citation::split(raw)? {
            let cited = citation::read(citation);
            let text = self.contents.iter().rfind(|content| {
                content.kind == Kind::Text
                    && content.begun
                    && cited.content.is_none_or(|index| index == content.index)
            });
            events.push_back(match text {
                Some(text) if cited.on_text => Event::Citation {
                    part: text.part,
                    citation: Box::new(cited.citation),
                },
                _ => Event::Unknown(Box::new(Unknown::new("citation", citation.into()))),
            });
        }
        Ok(())
    }

    /// Ends a content. Texts go on until the answer ends, because their citations may be still to come.
    fn end_content(&mut self, index: Option<u64>, events: &mut VecDeque<Event>) {
        let ends = |content: &&mut OpenContent| {
            content.kind == Kind::Thinking && Some(content.index) == index
        };
        for content in self.contents.iter_mut().filter(ends) {
            content.end(&mut self.deltas, events);
        }
    }

    fn end_call(&mut self, index: Option<u64>, events: &mut VecDeque<Event>) {
        let call = self.calls.iter_mut().rfind(|call| call.index == index);
        if let Some(call) = call {
            call.end(&mut self.deltas, events);
        }
    }

    fn end(&mut self, reason: &str, usage: &Usage, events: &mut VecDeque<Event>) {
        for content in &mut self.contents {
            content.end(&mut self.deltas, events);
        }
        if let Some(text) = self.deltas.end(PLAN) {
            self.plan(text, events);
        }
        if self.planned {
            events.push_back(Event::PartEnd { part: PLAN });
        }
        for call in &mut self.calls {
            call.end(&mut self.deltas, events);
        }
        let usage = usage.counts();
        if !usage.is_unknown() {
            events.push_back(Event::Usage(usage));
        }
        let normalised = self.reason(reason);
        events.push_back(Event::Finish(Finish::new(normalised, reason)));
        self.done = true;
    }

    fn reason(&self, word: &str) -> FinishReason {
        match word {
            "COMPLETE" | "TOOL_CALL" if !self.calls.is_empty() => FinishReason::Calls,
            "COMPLETE" => FinishReason::Stop,
            "STOP_SEQUENCE" => FinishReason::StopSequence,
            "MAX_TOKENS" | "ERROR_LIMIT" => FinishReason::Length,
            "ERROR_TOXIC" => FinishReason::Filtered,
            _ => FinishReason::Other,
        }
    }

    /// Takes in one event of a stream, or a whole answer, which has no type.
    fn data(
        &mut self,
        data: &Data<'_>,
        frame: &Frame<'_>,
        events: &mut VecDeque<Event>,
    ) -> Result<(), ModelError> {
        let unreadable = |error| lenient::unreadable(frame, error);
        let (delta, index) = (&data.delta, data.index.0);
        self.start(data, events);
        self.begun = true;
        match data.kind.as_str() {
            "message-start" => self
                .message(&delta.message, None, events)
                .map_err(unreadable)?,
            "content-start" | "content-delta" | "tool-plan-delta" | "tool-call-start"
            | "tool-call-delta" | "citation-start" => {
                if delta.message.is_foreign() {
                    events.push_back(lenient::unknown(data.kind.as_str(), frame)?);
                }
                self.message(&delta.message, index, events)
                    .map_err(unreadable)?;
            }
            "content-end" => self.end_content(index, events),
            "tool-call-end" => self.end_call(index, events),
            "citation-end" => {}
            "message-end" => {
                let reason = delta.finish_reason.as_ref();
                finished(Some(delta), reason, frame)?;
                self.end(reason.map_or("", JsonStr::as_str), &delta.usage, events);
            }
            "" if data.message.is_some() => self.whole(data, frame, events)?,
            kind => events.push_back(lenient::unknown(kind, frame)?),
        }
        Ok(())
    }

    fn start(&mut self, data: &Data<'_>, events: &mut VecDeque<Event>) {
        if let (false, Some(id)) = (self.begun, &data.id) {
            events.push_back(Event::Started(Box::new(Started::new().with_id(id.text()))));
        }
    }

    fn whole(
        &mut self,
        data: &Data<'_>,
        frame: &Frame<'_>,
        events: &mut VecDeque<Event>,
    ) -> Result<(), ModelError> {
        let reason = data.finish_reason.as_ref();
        finished(None, reason, frame)?;
        if let Some(message) = &data.message {
            if message.is_foreign() {
                events.push_back(lenient::unknown("message", frame)?);
            }
            self.message(message, None, events)
                .map_err(|error| lenient::unreadable(frame, error))?;
        }
        let Some(reason) = reason else {
            return Ok(());
        };
        self.end(reason.as_str(), &data.usage, events);
        Ok(())
    }
}

impl Decoder for Answer {
    fn frame(&mut self, frame: &Frame<'_>, events: &mut VecDeque<Event>) -> Result<(), ModelError> {
        if self.done || frame.data.trim_ascii() == DONE || lenient::is_noise(frame.data) {
            return Ok(());
        }
        match lenient::parse::<Data<'_>>(frame.data) {
            Ok(data) => self.data(&data, frame, events),
            Err(error) => Err(refused(frame, error)),
        }
    }

    fn finish(&mut self, _: &mut VecDeque<Event>) -> Result<(), ModelError> {
        if self.done { Ok(()) } else { Err(truncated()) }
    }
}

impl OpenContent {
    fn end(&mut self, deltas: &mut Deltas, events: &mut VecDeque<Event>) {
        if std::mem::replace(&mut self.ended, true) {
            return;
        }
        if let Some(text) = deltas.end(self.part) {
            self.begun = true;
            events.push_back(words(self.kind, self.part, text));
        }
        if self.begun {
            events.push_back(Event::PartEnd { part: self.part });
        }
    }
}

impl OpenCall {
    fn end(&mut self, deltas: &mut Deltas, events: &mut VecDeque<Event>) {
        if std::mem::replace(&mut self.ended, true) {
            return;
        }
        let part = self.part;
        let rest = deltas.end(part);
        events.extend(rest.map(|text| Event::Arguments { part, text }));
        events.push_back(Event::PartEnd { part });
    }
}

fn words(kind: Kind, part: PartIndex, text: Text) -> Event {
    match kind {
        Kind::Text => Event::Text { part, text },
        Kind::Thinking => Event::Thinking { part, text },
    }
}

/// Whether the end is one of an answer and not of a failure.
fn finished(
    delta: Option<&Delta<'_>>,
    reason: Option<&JsonStr<'_>>,
    frame: &Frame<'_>,
) -> Result<(), ModelError> {
    let failed = delta.is_some_and(|delta| delta.failure.is_some());
    if !failed && reason.is_none_or(|reason| reason.as_str() != "ERROR") {
        return Ok(());
    }
    let code = delta.and_then(|delta| delta.code.as_ref());
    Err(classify::in_stream(frame.data, code.map(JsonStr::as_str)))
}

/// The error for a frame that is no answer: a failure has its words where an answer has its message.
fn refused(frame: &Frame<'_>, error: serde_json::Error) -> ModelError {
    let words = lenient::parse::<Refusal<'_>>(frame.data);
    if words.is_ok_and(|refusal| !refusal.message.is_empty()) {
        return classify::in_stream(frame.data, frame.event);
    }
    lenient::unreadable(frame, error)
}
