//! Chunks and whole answers in, events out.

use std::collections::VecDeque;

use serde_json::value::RawValue;
use windlass_core::{Event, ModelError, PartIndex, Request, Seal, Text};

use self::calls::Calls;
use self::chunk::{Choice, Chunk, Content, ContentPart, Delta, Few, ToolCall, says_something};
use self::details::Details;
use self::extras::Extras;
use self::memo::{Memo, PieceKind};
use self::odd::unknown;
use self::words::Words;
use super::{OpenAiChat, ReasoningCount, StreamEnd};
use crate::classify;
use crate::codec::{Decoder, Delivery, truncated, undecodable};
use crate::frame::Frame;
use crate::json::JsonStr;
use crate::wire::opening::Opening;

mod calls;
mod chunk;
mod details;
mod extras;
mod finish;
mod memo;
mod odd;
#[cfg(test)]
mod tests;
mod usage;
mod words;

/// Thinking that has a field of its own. The wire names no order between fields, so each has its fixed place.
const THINKING: PartIndex = PartIndex(0);
/// The first run of the content; the next ones follow.
const CONTENT: u32 = 1;
const REFUSAL: PartIndex = PartIndex(1 << 20);
const MEDIA: u32 = 1 << 21;
const CALLS: u32 = 1 << 22;

/// The end of a stream, after the last chunk.
const DONE: &[u8] = b"[DONE]";

type Events = VecDeque<Event>;

/// Decodes one answer.
#[derive(Debug)]
pub(super) struct ChatDecoder {
    end: StreamEnd,
    reasoning_count: ReasoningCount,
    delivery: Delivery,
    memo: Memo,
    words: Words,
    calls: Calls,
    details: Details,
    extras: Extras,
    /// The host's word for why the answer ended.
    reason: Option<Text>,
    progress: Progress,
    opening: Opening,
    refused: bool,
}

/// How far the answer has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Progress {
    Coming,
    /// A whole message came, which needs no further end.
    Whole,
    /// The finish was given, or an error.
    Over,
}

impl ChatDecoder {
    pub(super) fn new(dialect: &OpenAiChat, request: &Request, delivery: Delivery) -> Self {
        ChatDecoder {
            end: dialect.end,
            reasoning_count: dialect.reasoning_count,
            delivery,
            memo: Memo::default(),
            words: Words::default(),
            calls: Calls::new(request.conversation.next_call_number()),
            details: Details::default(),
            extras: Extras::of(request),
            reason: None,
            progress: Progress::Coming,
            opening: Opening::default(),
            refused: false,
        }
    }

    fn chunk(&mut self, frame: &Frame<'_>, events: &mut Events) -> Result<(), ModelError> {
        let data = frame.data.trim_ascii();
        let chunk: Chunk<'_> = match serde_json::from_slice(data) {
            Ok(chunk) => chunk,
            Err(error) if error.is_eof() => return Err(truncated().with_source(error)),
            Err(error) => return Err(undecodable(frame, error)),
        };
        let before = events.len();
        self.start(&chunk, events);
        self.words.count = 0;
        let mut failed = says_something(chunk.error);
        for (at, choice) in chunk.choices.iter().enumerate() {
            failed |= self.choice(frame, at, choice, events)?;
        }
        self.rest(&chunk, events)
            .map_err(|error| undecodable(frame, error))?;
        if failed {
            return Err(classify::in_stream(data, frame.event));
        }
        self.opening.note(events.len() > before);
        if chunk.choices.is_empty() && chunk.usage.is_none() && chunk.x_groq.is_none() {
            let outcome = odd::without_choices(frame, events);
            self.opening.note(events.len() > before);
            return outcome;
        }
        if events.len() == before + 1 && events.back().is_some_and(adds_words) {
            self.learn(data, &chunk);
        } else {
            self.memo.forget();
        }
        Ok(())
    }

    fn start(&mut self, chunk: &Chunk<'_>, events: &mut Events) {
        // A first chunk without choices may be without an id that the next one has.
        let waits = chunk.choices.is_empty() || chunk.model.is_empty();
        if !chunk.id.is_empty() || !waits {
            self.opening
                .begin(Some(&chunk.id), Some(&chunk.model), events);
        }
    }

    /// What stands beside the choices.
    fn rest(&mut self, chunk: &Chunk<'_>, events: &mut Events) -> Result<(), serde_json::Error> {
        if let Some(tokens) = usage::read(chunk)? {
            let usage = usage::of(&tokens, self.reasoning_count);
            if !usage.is_unknown() {
                events.push_back(Event::Usage(usage));
            }
        }
        self.extras.sources(chunk.search_results, chunk.citations);
        Ok(())
    }

    /// Takes in a choice, and says whether it is an error.
    fn choice(
        &mut self,
        frame: &Frame<'_>,
        at: usize,
        choice: &Choice<'_>,
        events: &mut Events,
    ) -> Result<bool, ModelError> {
        if choice.index.0.is_some_and(|index| index > 0) {
            events.extend(odd::other_choice(frame.data.trim_ascii(), at));
            return Ok(false);
        }
        // Perplexity's choices always have both: what is new, and all so far.
        let whole = choice
            .message
            .filter(|_| self.delivery == Delivery::Whole || choice.delta.is_none());
        let taken = match (whole, &choice.delta) {
            (Some(message), _) => serde_json::from_str::<Delta<'_>>(message.get())
                .and_then(|message| self.delta(&message, Shape::Whole, events)),
            (None, Some(delta)) => self.delta(delta, Shape::Piece, events),
            (None, None) => Ok(()),
        };
        taken.map_err(|error| undecodable(frame, error))?;
        if whole.is_some() || self.delivery == Delivery::Whole {
            self.progress = Progress::Whole;
        }
        if !choice.finish_reason.is_empty() {
            self.reason = Some(choice.finish_reason.text());
        }
        Ok(says_something(choice.error) || choice.finish_reason.as_str() == "error")
    }

    fn delta(
        &mut self,
        delta: &Delta<'_>,
        shape: Shape,
        events: &mut Events,
    ) -> Result<(), serde_json::Error> {
        self.thinking(delta, shape, events);
        match &delta.content {
            Content::Text(text) if text.is_empty() => {}
            Content::Text(text) => self.words.content(PieceKind::Text, text, events),
            Content::Parts(parts) => {
                for part in parts {
                    self.content_part(part, events);
                }
            }
        }
        self.refusal(&delta.refusal, events);
        if let Some(raw) = delta.tool_calls {
            let calls: Few<ToolCall<'_>> = serde_json::from_str(raw.get())?;
            for (at, call) in calls.iter().enumerate() {
                let position = (shape == Shape::Whole).then_some(at as u64);
                self.calls.take(call, position, &mut self.words, events);
            }
        }
        self.extras.take(delta, &mut self.words, events)
    }

    fn thinking(&mut self, delta: &Delta<'_>, shape: Shape, events: &mut Events) {
        let read = match delta.reasoning_details {
            Some(details) => self.details.take(details, shape),
            None => String::new(),
        };
        let words = [&delta.reasoning_content, &delta.reasoning]
            .into_iter()
            .find(|words| !words.is_empty());
        if let Some(words) = words {
            self.words
                .piece(PieceKind::Thinking, THINKING, words, events);
        } else if !read.is_empty() {
            let (part, text) = (THINKING, read.into());
            events.push_back(Event::Thinking { part, text });
        }
        if !delta.reasoning_opaque.is_empty() {
            let seal = Seal::new().with_encrypted(delta.reasoning_opaque.text());
            open_thinking(events);
            events.push_back(sealed(THINKING, seal));
        }
    }

    /// A part of a content that is a list; at some hosts thinking is one.
    fn content_part(&mut self, raw: &RawValue, events: &mut Events) {
        let Ok(part) = serde_json::from_str::<ContentPart<'_>>(raw.get()) else {
            return events.push_back(unknown("content", raw));
        };
        match part.kind.as_str() {
            "text" | "" => self.words.content(PieceKind::Text, &part.text, events),
            "thinking" => match &part.thinking {
                Content::Text(text) => self.words.content(PieceKind::Thinking, text, events),
                Content::Parts(parts) => {
                    for raw in parts {
                        match serde_json::from_str::<ContentPart<'_>>(raw.get()) {
                            Ok(part) if part.kind.as_str() == "text" => {
                                self.words.content(PieceKind::Thinking, &part.text, events);
                            }
                            _ => events.push_back(unknown("thinking", raw)),
                        }
                    }
                }
            },
            kind => events.push_back(unknown(kind, raw)),
        }
    }

    fn refusal(&mut self, words: &JsonStr<'_>, events: &mut Events) {
        if let Some(text) = self.words.deltas.piece(REFUSAL, words) {
            self.refused = true;
            let part = REFUSAL;
            events.push_back(Event::Refusal { part, text });
        }
    }

    /// Remembers a chunk that did nothing but add words to a part.
    fn learn(&mut self, data: &[u8], chunk: &Chunk<'_>) {
        self.memo.forget();
        let (Some(piece), 1) = (self.words.last, self.words.count) else {
            return;
        };
        let Some(delta) = chunk
            .choices
            .iter()
            .find_map(|choice| choice.delta.as_ref())
        else {
            return;
        };
        if delta.reasoning_details.is_some() || delta.audio.is_some() {
            return;
        }
        let words = match piece.kind {
            PieceKind::Thinking if delta.reasoning_content.is_empty() => &delta.reasoning,
            PieceKind::Thinking => &delta.reasoning_content,
            PieceKind::Text => match &delta.content {
                Content::Text(text) => text,
                Content::Parts(_) => return,
            },
            PieceKind::Arguments => {
                let words = delta.tool_calls.and_then(calls::only_arguments);
                return self.memo.learn(data, words.unwrap_or_default(), piece);
            }
        };
        self.memo.learn(data, words.as_str(), piece);
    }

    /// Gives what was held back of the answer, whether it came to its end or not.
    fn settle(&mut self, events: &mut Events) {
        self.progress = Progress::Over;
        self.calls.name_the_rest(events);
        self.words.finish(events);
        self.extras.finish(&mut self.words, events);
        if let Some(extra) = self.details.finish() {
            open_thinking(events);
            events.push_back(sealed(THINKING, Seal::new().with_extra(extra)));
        }
    }

    fn close(&mut self, events: &mut Events) {
        self.settle(events);
        let raw = self.reason.take().unwrap_or_default();
        let said = finish::Said {
            calls: self.calls.any() || self.extras.has_call(),
            refusal: self.refused,
        };
        events.push_back(Event::Finish(finish::finish(raw, said)));
    }

    fn done(&mut self, events: &mut Events) -> Result<(), ModelError> {
        let reasonless = self.reason.is_none() && self.progress != Progress::Whole;
        if reasonless && self.end != StreamEnd::DoneAlone {
            return Err(truncated());
        }
        self.close(events);
        Ok(())
    }
}

impl Decoder for ChatDecoder {
    fn frame(&mut self, frame: &Frame<'_>, events: &mut Events) -> Result<(), ModelError> {
        if self.progress == Progress::Over {
            return Ok(());
        }
        let data = frame.data.trim_ascii();
        if frame.event.is_none()
            && let Some((piece, words)) = self.memo.recall(data)
        {
            self.words.piece(piece.kind, piece.part, &words, events);
            return Ok(());
        }
        let outcome = match data {
            DONE => self.done(events),
            _ if frame.event == Some("error") => Err(classify::in_stream(data, frame.event)),
            // A relay made data of a comment that was to keep the connection alive.
            [] | [b':', ..] => Ok(()),
            _ if DONE.starts_with(data) => Err(truncated()),
            _ => self.chunk(frame, events),
        };
        if outcome.is_err() {
            self.settle(events);
        }
        outcome
    }

    fn finish(&mut self, events: &mut Events) -> Result<(), ModelError> {
        match self.progress {
            Progress::Over => Ok(()),
            Progress::Coming if self.end != StreamEnd::Reason || self.reason.is_none() => {
                self.settle(events);
                Err(truncated())
            }
            Progress::Coming | Progress::Whole => {
                self.close(events);
                Ok(())
            }
        }
    }

    fn is_complete(&self) -> bool {
        self.progress == Progress::Over
    }
}

/// Whether a delta is a piece of the message, or all of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    Piece,
    Whole,
}

/// Opens the thinking where a seal is all there is of it; where there is more, this adds nothing.
fn open_thinking(events: &mut Events) {
    let (part, text) = (THINKING, Text::new());
    events.push_back(Event::Thinking { part, text });
}

fn sealed(part: PartIndex, seal: Seal) -> Event {
    let seal = Box::new(seal);
    Event::Seal { part, seal }
}

fn adds_words(event: &Event) -> bool {
    matches!(
        event,
        Event::Text { .. } | Event::Thinking { .. } | Event::Arguments { .. }
    )
}
