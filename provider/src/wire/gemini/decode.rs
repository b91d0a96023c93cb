//! Answers in: one decoder for streams and whole bodies.

mod alike;
mod arguments;
mod calls;
mod finish;
mod parts;
mod sources;
mod usage;

use std::collections::VecDeque;

use serde_json::de::{Read, SliceRead, StrRead};
use serde_json::value::RawValue;
use windlass_core::{
    CallSlots, Event, Finish, FinishReason, JsonText, ModelError, PartIndex, Request, Text, Unknown,
};

use super::shape::{Candidate, Chunk};
use crate::classify;
use crate::codec::{Decoder, Delivery, truncated, undecodable};
use crate::frame::Frame;
use crate::json::{Deltas, wire_object};
use crate::wire::opening::Opening;
use crate::wire::template::Template;
use calls::OpenCall;
use parts::{Kind, RawParts};
use sources::Sources;
use usage::Totals;

/// Decodes one answer. It reads to the end of the body, because text and counts may follow a first finish reason (88).
#[derive(Debug)]
pub(super) struct GeminiDecoder {
    alike: Template<alike::Text>,
    slots: CallSlots,
    deltas: Deltas,
    next: PartIndex,
    /// The part that a piece of the same kind continues.
    open: Option<(PartIndex, Kind)>,
    /// The last text with words; citations, which come late, belong to it.
    cited: Option<PartIndex>,
    /// Citations that came before any text.
    early: Vec<Event>,
    /// Calls whose arguments are being streamed.
    streams: Vec<OpenCall>,
    sources: Sources,
    grounding: Option<JsonText>,
    totals: Totals,
    delivery: Delivery,
    opening: Opening,
    /// Whether there was a candidate.
    answered: bool,
    has_calls: bool,
    /// Why the answer ended, by the last reason given.
    reason: Option<Text>,
    /// Why the prompt was blocked.
    blocked: Option<Text>,
    /// A frame ended inside its JSON: the body was cut if nothing follows.
    cut: Option<ModelError>,
}

impl GeminiDecoder {
    pub(super) fn new(request: &Request, delivery: Delivery) -> Self {
        GeminiDecoder {
            alike: Template::new(&alike::HOLES),
            slots: CallSlots::new(request.conversation.next_call_number()),
            deltas: Deltas::default(),
            next: PartIndex::default(),
            open: None,
            cited: None,
            early: Vec::new(),
            streams: Vec::new(),
            sources: Sources::default(),
            grounding: None,
            totals: Totals::default(),
            delivery,
            opening: Opening::default(),
            answered: false,
            has_calls: false,
            reason: None,
            blocked: None,
            cut: None,
        }
    }
}

impl Decoder for GeminiDecoder {
    fn frame(&mut self, frame: &Frame<'_>, events: &mut VecDeque<Event>) -> Result<(), ModelError> {
        if let Some(error) = self.cut.take() {
            return Err(error);
        }
        if is_noise(frame.data) || self.recall(frame.data, events) {
            return Ok(());
        }
        // Checking the whole frame once is cheaper than checking each of its strings.
        match std::str::from_utf8(frame.data) {
            Ok(text) => self.values(frame, StrRead::new(text), events),
            Err(_) => self.values(frame, SliceRead::new(frame.data), events),
        }
    }

    fn finish(&mut self, events: &mut VecDeque<Event>) -> Result<(), ModelError> {
        self.close(events);
        if self.cut.is_some() {
            return Err(truncated());
        }
        let finish = match (self.reason.take(), self.blocked.take()) {
            (Some(raw), _) => finish::finish(raw, self.has_calls),
            (None, Some(raw)) => Finish::new(FinishReason::Filtered, raw),
            // A body of one JSON value cannot end too early, so it only lacks the reason.
            (None, None) if self.delivery == Delivery::Whole && self.answered => {
                Finish::new(FinishReason::Other, Text::new())
            }
            (None, None) => return Err(truncated()),
        };
        self.end_streams(finish.reason.is_normal(), events);
        events.extend(self.early.drain(..).filter_map(uncited));
        events.extend(self.cited.take().map(|part| Event::PartEnd { part }));
        events.push_back(Event::Finish(finish));
        Ok(())
    }
}

impl GeminiDecoder {
    /// Takes the JSON values of a frame: one, or several where a host leaves out the blank lines between its events.
    fn values<'a, R: Read<'a>>(
        &mut self,
        frame: &Frame<'a>,
        read: R,
        events: &mut VecDeque<Event>,
    ) -> Result<(), ModelError> {
        let mut values = serde_json::Deserializer::new(read).into_iter::<Chunk<'a>>();
        let mut start = 0;
        while let Some(value) = values.next() {
            let chunk = match value {
                Ok(chunk) => chunk,
                Err(error) if is_cut(&error, frame.data) => {
                    self.cut = Some(undecodable(frame, error));
                    return Ok(());
                }
                Err(error) => return Err(undecodable(frame, error)),
            };
            let end = values.byte_offset();
            let json = frame.data.get(start..end).unwrap_or_default();
            self.chunk(&chunk, json, events)?;
            self.learn(&chunk, json, frame.data);
            start = end;
        }
        Ok(())
    }

    fn chunk(
        &mut self,
        chunk: &Chunk<'_>,
        json: &[u8],
        events: &mut VecDeque<Event>,
    ) -> Result<(), ModelError> {
        if chunk.error.is_some() {
            return Err(classify::in_stream(json, None));
        }
        self.opening
            .begin(chunk.id.as_ref(), chunk.model.as_ref(), events);
        let feedback = chunk.feedback.as_ref().map(|feedback| &feedback.reason.0);
        if let Some(reason) = feedback.filter(|reason| finish::is_given(reason)) {
            self.blocked = Some(reason.clone());
        }
        for (place, candidate) in chunk.candidates.iter().enumerate() {
            if candidate.index.0.unwrap_or(place as u64) == 0 {
                let raw = RawParts::new(json, place);
                self.candidate(candidate, &raw, events)?;
            } else {
                events.extend(raw_candidate(json, place).map(|json| unknown("candidate", json)));
            }
        }
        if let Some(counts) = &chunk.usage {
            events.extend(self.totals.update(counts).map(Event::Usage));
        }
        if is_unknown(chunk) {
            let json = serde_json::from_slice::<&RawValue>(json);
            events.extend(json.ok().map(|json| unknown("response", json.into())));
        }
        Ok(())
    }

    fn candidate(
        &mut self,
        candidate: &Candidate<'_>,
        raw: &RawParts<'_>,
        events: &mut VecDeque<Event>,
    ) -> Result<(), ModelError> {
        self.answered = true;
        for (place, part) in candidate.content.parts.iter().enumerate() {
            self.part(part, (raw, place), events)?;
        }
        self.cite(candidate, events);
        let reason = &candidate.finish.0;
        if finish::is_given(reason) {
            self.reason = Some(reason.clone());
            let message = candidate
                .finish_message
                .filter(|_| reason.as_str() != "STOP");
            events.extend(message.map(|message| unknown("finishMessage", message.into())));
        }
        Ok(())
    }

    /// Passes on what the answer rests on: each source on the last text, the grounding as a whole beside the answer.
    fn cite(&mut self, candidate: &Candidate<'_>, events: &mut VecDeque<Event>) {
        for citation in self.sources.of(candidate) {
            let citation = Box::new(citation);
            match self.cited {
                Some(part) => events.push_back(Event::Citation { part, citation }),
                None => self.early.push(Event::Citation {
                    part: PartIndex::default(),
                    citation,
                }),
            }
        }
        let grounding = candidate.grounding.map(JsonText::from);
        if grounding.is_some() && grounding != self.grounding {
            events.extend(
                grounding
                    .clone()
                    .map(|json| unknown("groundingMetadata", json)),
            );
            self.grounding = grounding;
        }
    }

    fn new_part(&mut self) -> PartIndex {
        let part = self.next;
        self.next = part.next();
        part
    }
}

/// Whether a frame has nothing to decode: a blank one, a comment that a proxy passes on as data, or the end mark of
/// another protocol.
fn is_noise(data: &[u8]) -> bool {
    match data.first() {
        Some(b'{') => false,
        Some(b':') | None => true,
        Some(_) => matches!(data.trim_ascii(), b"" | b"[DONE]"),
    }
}

/// Whether JSON may only have ended too early. The parser does not say so of a number that ends at its point or exponent.
fn is_cut(error: &serde_json::Error, data: &[u8]) -> bool {
    let within_number = matches!(data.last(), Some(b'.' | b'e' | b'E' | b'+' | b'-'));
    error.is_eof() || (error.is_syntax() && within_number)
}

/// Whether nothing that the decoder knows is in the chunk.
fn is_unknown(chunk: &Chunk<'_>) -> bool {
    chunk.candidates.is_empty()
        && chunk.usage.is_none()
        && chunk.feedback.is_none()
        && chunk.model.is_none()
        && chunk.id.is_none()
}

/// A citation of an answer without text.
fn uncited(event: Event) -> Option<Event> {
    match event {
        Event::Citation { citation, .. } => citation.json.map(|json| unknown("citation", json)),
        _ => None,
    }
}

fn unknown(kind: &'static str, json: JsonText) -> Event {
    Event::Unknown(Box::new(Unknown::new(Text::from_static(kind), json)))
}

wire_object! {
    struct RawChunk<'a> {
        "candidates" => candidates: Vec<Option<&'a RawValue>>,
    }
}

/// The candidate at `place`, as it came.
fn raw_candidate(chunk: &[u8], place: usize) -> Option<JsonText> {
    let chunk: RawChunk<'_> = serde_json::from_slice(chunk).ok()?;
    let candidates = chunk.candidates.into_iter().flatten();
    candidates.map(JsonText::from).nth(place)
}
