//! Events of a message in, events of an answer out. A whole message is one event that does what all others do.

mod block;
mod blocks;
mod item;
mod shapes;

use std::collections::VecDeque;

use serde::Deserialize;
use serde_json::value::RawValue;
use windlass_core::{
    CallSlots, Event, Finish, FinishReason, JsonText, ModelError, PartIndex, Seal, Started, Text,
    Unknown, decode_base64,
};

use crate::classify;
use crate::codec::{Decoder, Delivery, truncated, undecodable};
use crate::frame::{Frame, FrameKind};
use crate::json::{Deltas, JsonStr};
use block::Block;
use shapes::{Head, Message, MessageDelta, MessageStart};

/// How much that is unknown may come before the message begins; then it is taken to have begun.
const MAX_EARLY: usize = 16;

/// Decodes one answer.
#[derive(Debug)]
pub(super) struct MessagesDecoder {
    delivery: Delivery,
    blocks: Vec<Block>,
    next_part: PartIndex,
    calls: CallSlots,
    deltas: Deltas,
    begun: bool,
    /// What is passed on before the message begins: its start must come first.
    early: Vec<Event>,
    stop_reason: Option<Text>,
    container: Option<JsonText>,
    /// The last part that can carry a seal, and what its seal has already.
    sealable: Option<(PartIndex, Option<JsonText>)>,
    has_calls: bool,
    done: bool,
}

impl MessagesDecoder {
    pub(super) fn new(first_call_number: u64, delivery: Delivery) -> Self {
        MessagesDecoder {
            delivery,
            blocks: Vec::new(),
            next_part: PartIndex(0),
            calls: CallSlots::new(first_call_number),
            deltas: Deltas::default(),
            begun: false,
            early: Vec::new(),
            stop_reason: None,
            container: None,
            sealable: None,
            has_calls: false,
            done: false,
        }
    }
}

impl Decoder for MessagesDecoder {
    fn frame(&mut self, frame: &Frame<'_>, events: &mut VecDeque<Event>) -> Result<(), ModelError> {
        if self.done {
            return Ok(());
        }
        if matches!(frame.kind, FrameKind::Exception | FrameKind::Error) {
            return Err(classify::in_stream(frame.data, frame.event));
        }
        let outcome = match std::str::from_utf8(frame.data) {
            Ok(json) => self.data(frame.event, json, events),
            Err(_) => self.data(frame.event, &String::from_utf8_lossy(frame.data), events),
        };
        if outcome.is_err() {
            events.extend(self.early.drain(..));
        }
        outcome
    }

    fn finish(&mut self, events: &mut VecDeque<Event>) -> Result<(), ModelError> {
        events.extend(self.early.drain(..));
        if self.done { Ok(()) } else { Err(truncated()) }
    }

    fn is_complete(&self) -> bool {
        self.done
    }
}

impl MessagesDecoder {
    fn data(
        &mut self,
        name: Option<&str>,
        json: &str,
        events: &mut VecDeque<Event>,
    ) -> Result<(), ModelError> {
        if let Some(block) = self.blocks.last_mut()
            && block.continues(json, &mut self.deltas, events)
        {
            return Ok(());
        }
        match name {
            Some(name) if self.known(name, json, events)? => Ok(()),
            _ => self.by_type(name, json, events),
        }
    }

    /// Takes an event whose name the protocol knows; `false` when it does not.
    fn known(
        &mut self,
        name: &str,
        json: &str,
        events: &mut VecDeque<Event>,
    ) -> Result<bool, ModelError> {
        match name {
            "content_block_delta" => self.block_delta(json, events)?,
            "content_block_start" => self.block_start(json, events)?,
            "content_block_stop" => self.block_stop(&read(json)?, events),
            "message_start" => self.begin(&read::<MessageStart<'_>>(json)?.message, events)?,
            "message_delta" => self.message_delta(read(json)?, events),
            "message_stop" => self.end(events),
            "ping" => {}
            "error" => return Err(classify::in_stream(json.as_bytes(), Some(name))),
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Takes an event that the stream does not name, by the type that it gives itself.
    fn by_type(
        &mut self,
        name: Option<&str>,
        json: &str,
        events: &mut VecDeque<Event>,
    ) -> Result<(), ModelError> {
        let trimmed = json.trim();
        if trimmed.is_empty() || trimmed.starts_with(':') || trimmed == "[DONE]" {
            return Ok(());
        }
        let head: Head<'_> = match read(json) {
            Ok(head) => head,
            Err(error) => return self.not_an_event(name, json, error, events),
        };
        match head.kind.as_str() {
            "" if !head.bytes.is_empty() => self.wrapped(&head.bytes, json, events),
            "" if head.error.is_some() => Err(classify::in_stream(json.as_bytes(), name)),
            "message" => self.whole(&read(json)?, events),
            kind if self.known(kind, json, events)? => Ok(()),
            kind => {
                let kind = if kind.is_empty() {
                    name.unwrap_or_default()
                } else {
                    kind
                };
                self.pass_on(kind, JsonText::parse(json).ok(), events);
                Ok(())
            }
        }
    }

    /// Data that is no object: the name of an event may say that it need not be, and a whole body was cut.
    fn not_an_event(
        &mut self,
        name: Option<&str>,
        json: &str,
        error: ModelError,
        events: &mut VecDeque<Event>,
    ) -> Result<(), ModelError> {
        let is_cut = serde_json::from_str::<&RawValue>(json).is_err_and(|error| error.is_eof());
        match name {
            Some(name) if name != "message" && name != "chunk" => {
                self.pass_on(name, JsonText::of(json).ok(), events);
                Ok(())
            }
            _ if is_cut && self.delivery == Delivery::Whole => Err(truncated().with_source(error)),
            _ => Err(error),
        }
    }

    /// An event in base64, as Bedrock's InvokeModel streams it.
    fn wrapped(
        &mut self,
        bytes: &JsonStr<'_>,
        json: &str,
        events: &mut VecDeque<Event>,
    ) -> Result<(), ModelError> {
        let event = decode_base64(bytes.as_str());
        let Some(event) = event.and_then(|event| String::from_utf8(event).ok()) else {
            self.pass_on("chunk", JsonText::parse(json).ok(), events);
            return Ok(());
        };
        self.data(None, &event, events)
    }

    fn whole(
        &mut self,
        message: &Message<'_>,
        events: &mut VecDeque<Event>,
    ) -> Result<(), ModelError> {
        self.begin(message, events)?;
        self.close_all(events);
        self.note(message, message.context_management, events);
        self.end(events);
        Ok(())
    }

    /// Begins the message, unless a relay sent its start twice.
    fn begin(
        &mut self,
        message: &Message<'_>,
        events: &mut VecDeque<Event>,
    ) -> Result<(), ModelError> {
        if self.begun {
            return Ok(());
        }
        self.begun = true;
        let mut started = Started::new();
        started.id = (!message.id.is_empty()).then(|| message.id.text());
        started.model = (!message.model.is_empty()).then(|| message.model.text());
        events.push_back(Event::Started(Box::new(started)));
        events.extend(self.early.drain(..));
        report(message.usage.usage(), events);
        for (index, block) in (0..).zip(&message.content) {
            self.open(index, block, events)?;
            self.close(self.blocks.len() - 1, events);
        }
        Ok(())
    }

    /// Goes on without a start, which a relay left out.
    fn begin_anyhow(&mut self, events: &mut VecDeque<Event>) {
        if !self.begun {
            self.begun = true;
            events.extend(self.early.drain(..));
        }
    }

    /// Passes on what is not known here.
    fn pass_on(&mut self, kind: &str, json: Option<JsonText>, events: &mut VecDeque<Event>) {
        let Some(json) = json else {
            return;
        };
        let event = Event::Unknown(Box::new(Unknown::new(kind, json)));
        if self.begun {
            events.push_back(event);
            return;
        }
        self.early.push(event);
        if self.early.len() == MAX_EARLY {
            self.begin_anyhow(events);
        }
    }

    fn message_delta(&mut self, event: MessageDelta<'_>, events: &mut VecDeque<Event>) {
        self.begin_anyhow(events);
        report(event.usage.usage(), events);
        self.note(&event.delta, event.context_management, events);
    }

    /// Keeps why the message ended, and what else is said of it.
    fn note(
        &mut self,
        message: &Message<'_>,
        context_management: Option<&RawValue>,
        events: &mut VecDeque<Event>,
    ) {
        if let Some(reason) = &message.stop_reason {
            self.stop_reason = Some(reason.text());
        }
        if let Some(container) = message.container {
            self.container = Some(container.into());
        }
        for (kind, raw) in [
            ("stop_sequence", message.stop_sequence),
            ("stop_details", message.stop_details),
            ("context_management", context_management),
        ] {
            if let Some(raw) = raw {
                self.pass_on(kind, Some(raw.into()), events);
            }
        }
    }

    fn end(&mut self, events: &mut VecDeque<Event>) {
        self.begin_anyhow(events);
        self.close_all(events);
        self.seal_container(events);
        let raw = self.stop_reason.take().unwrap_or_default();
        let reason = finish_reason(&raw, self.has_calls);
        events.push_back(Event::Finish(Finish::new(reason, raw)));
        self.done = true;
    }

    /// Keeps the container where a later request finds it.
    fn seal_container(&mut self, events: &mut VecDeque<Event>) {
        let (Some(container), Some((part, caller))) = (self.container.take(), self.sealable.take())
        else {
            return;
        };
        let caller = caller.map_or(String::new(), |caller| format!(r#""caller":{caller},"#));
        if let Ok(extra) = JsonText::parse(format!(r#"{{{caller}"container":{container}}}"#)) {
            let seal = Box::new(Seal::new().with_extra(extra));
            events.push_back(Event::Seal { part, seal });
        }
    }
}

fn finish_reason(raw: &str, has_calls: bool) -> FinishReason {
    match raw {
        "end_turn" | "tool_use" if has_calls => FinishReason::Calls,
        "end_turn" | "tool_use" => FinishReason::Stop,
        "stop_sequence" => FinishReason::StopSequence,
        "max_tokens" | "model_context_window_exceeded" => FinishReason::Length,
        "pause_turn" | "compaction" => FinishReason::Paused,
        "refusal" => FinishReason::Refused,
        _ => FinishReason::Other,
    }
}

fn report(usage: windlass_core::Usage, events: &mut VecDeque<Event>) {
    if !usage.is_unknown() {
        events.push_back(Event::Usage(usage));
    }
}

fn read<'a, T: Deserialize<'a>>(json: &'a str) -> Result<T, ModelError> {
    serde_json::from_str(json).map_err(|error| undecodable(&Frame::new(json.as_bytes()), error))
}
