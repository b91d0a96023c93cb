use std::collections::VecDeque;

use serde_json::value::RawValue;
use windlass_core::{
    CallKey, CallSlots, CallStart, Event, Finish, FinishReason, Media, ModelError, PartIndex, Slot,
    Source, Text, Usage,
};

use crate::classify;
use crate::codec::{Decoder, truncated};
use crate::frame::Frame;
use crate::json::{Count, Deltas, JsonStr, wire_object};
use crate::wire::lenient;
use crate::wire::opening::Opening;

const THINKING: PartIndex = PartIndex(0);
const TEXT: PartIndex = PartIndex(1);
const FIRST_CALL: PartIndex = PartIndex(2);

/// The kind of a line that has nothing of an answer.
const STRAY: &str = "line";

wire_object! {
    struct Line<'a> {
        "model" => model: Option<JsonStr<'a>>,
        "message" => message: Option<Message<'a>>,
        "done" => done: bool,
        "done_reason" => reason: JsonStr<'a>,
        "prompt_eval_count" => input: Count,
        "eval_count" => output: Count,
        "error" => error: Option<&'a RawValue>,
    }
}

wire_object! {
    struct Message<'a> {
        "thinking" => thinking: JsonStr<'a>,
        "content" => content: JsonStr<'a>,
        "images" => images: Vec<JsonStr<'a>>,
        "tool_calls" => calls: Vec<Call<'a>>,
    }
}

wire_object! {
    struct Call<'a> {
        "id" => id: Option<JsonStr<'a>>,
        "function" => function: Function<'a>,
    }
}

wire_object! {
    struct Function<'a> {
        "name" => name: JsonStr<'a>,
        "arguments" => arguments: Option<&'a RawValue>,
    }
}

/// The answer as far as it was read.
#[derive(Debug)]
pub(super) struct Answer {
    slots: CallSlots,
    deltas: Deltas,
    next_part: PartIndex,
    calls: u64,
    thought: bool,
    spoke: bool,
    opening: Opening,
    done: bool,
}

impl Answer {
    pub(super) fn new(first_number: u64) -> Self {
        Answer {
            slots: CallSlots::new(first_number),
            deltas: Deltas::default(),
            next_part: FIRST_CALL,
            calls: 0,
            thought: false,
            spoke: false,
            opening: Opening::default(),
            done: false,
        }
    }

    fn message(
        &mut self,
        message: &Message<'_>,
        events: &mut VecDeque<Event>,
    ) -> Result<(), serde_json::Error> {
        if let Some(text) = self.deltas.piece(THINKING, &message.thinking) {
            events.push_back(self.words(THINKING, text));
        }
        if let Some(text) = self.deltas.piece(TEXT, &message.content) {
            events.push_back(self.words(TEXT, text));
        }
        for image in &message.images {
            let part = self.take_part();
            // The wire does not name the type of a picture.
            let media = Box::new(Media::new("", Source::Base64(image.text())));
            events.push_back(Event::Media { part, media });
            events.push_back(Event::PartEnd { part });
        }
        message
            .calls
            .iter()
            .try_for_each(|call| self.call(call, events))
    }

    /// The event of new words, which may be the first of their part.
    fn words(&mut self, part: PartIndex, text: Text) -> Event {
        if part == THINKING {
            self.thought = true;
            Event::Thinking { part, text }
        } else {
            self.spoke = true;
            Event::Text { part, text }
        }
    }

    fn call(
        &mut self,
        call: &Call<'_>,
        events: &mut VecDeque<Event>,
    ) -> Result<(), serde_json::Error> {
        let key = CallKey {
            index: Some(self.calls),
            id: call.id.as_ref().map(JsonStr::as_str),
            begins: true,
        };
        self.calls += 1;
        let next_part = &mut self.next_part;
        let slot = self.slots.slot(key, &mut || take(next_part));
        let Slot::Opened { part, id } = slot else {
            return Ok(());
        };
        let start = Box::new(CallStart::new(id, call.function.name.text()));
        events.push_back(Event::Call { part, call: start });
        if let Some(raw) = call.function.arguments {
            let whole = lenient::arguments(raw, part, &mut self.deltas)?;
            let rest = self.deltas.end(part);
            let texts = whole.into_iter().chain(rest);
            events.extend(texts.map(|text| Event::Arguments { part, text }));
        }
        events.push_back(Event::PartEnd { part });
        Ok(())
    }

    fn take_part(&mut self) -> PartIndex {
        take(&mut self.next_part)
    }

    fn end(&mut self, line: &Line<'_>, events: &mut VecDeque<Event>) {
        for part in [THINKING, TEXT] {
            if let Some(text) = self.deltas.end(part) {
                events.push_back(self.words(part, text));
            }
        }
        let open = [(THINKING, self.thought), (TEXT, self.spoke)];
        for (part, _) in open.into_iter().filter(|(_, opened)| *opened) {
            events.push_back(Event::PartEnd { part });
        }
        let usage = usage(line);
        if !usage.is_unknown() {
            events.push_back(Event::Usage(usage));
        }
        let reason = reason(line.reason.as_str(), self.calls > 0);
        events.push_back(Event::Finish(Finish::new(reason, line.reason.text())));
        self.done = true;
    }
}

impl Decoder for Answer {
    fn frame(&mut self, frame: &Frame<'_>, events: &mut VecDeque<Event>) -> Result<(), ModelError> {
        if self.done || lenient::is_noise(frame.data) {
            return Ok(());
        }
        let unreadable = |error| lenient::unreadable(frame, error);
        let line: Line<'_> = lenient::parse(frame.data).map_err(unreadable)?;
        if line.error.is_some() {
            return Err(classify::in_stream(frame.data, frame.event));
        }
        self.opening.begin(None, line.model.as_ref(), events);
        if line.message.is_none() && !line.done {
            events.push_back(lenient::unknown(STRAY, frame)?);
            return Ok(());
        }
        if let Some(message) = &line.message {
            self.message(message, events).map_err(unreadable)?;
        }
        if line.done {
            self.end(&line, events);
        }
        Ok(())
    }

    fn finish(&mut self, _: &mut VecDeque<Event>) -> Result<(), ModelError> {
        if self.done { Ok(()) } else { Err(truncated()) }
    }

    fn is_complete(&self) -> bool {
        self.done
    }
}

fn take(next: &mut PartIndex) -> PartIndex {
    let part = *next;
    *next = part.next();
    part
}

fn usage(line: &Line<'_>) -> Usage {
    let mut usage = Usage::UNKNOWN;
    if let Count(Some(tokens)) = line.input {
        usage = usage.with_input(tokens);
    }
    if let Count(Some(tokens)) = line.output {
        usage = usage.with_output(tokens);
    }
    usage
}

/// Ollama stops for calls with the same word as for words, and old servers have no word at all.
fn reason(word: &str, calls: bool) -> FinishReason {
    match word {
        "stop" | "" if calls => FinishReason::Calls,
        "stop" | "" => FinishReason::Stop,
        "length" => FinishReason::Length,
        _ => FinishReason::Other,
    }
}
