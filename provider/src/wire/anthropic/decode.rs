//! Events of a message in, events of an answer out. A whole message is one event that does what all others do.

mod block;
mod item;
mod shapes;

use std::collections::VecDeque;

use serde::Deserialize;
use serde_json::value::RawValue;
use windlass_core::{
    CallSlots, Event, Finish, FinishReason, JsonText, ModelError, PartIndex, Seal, Started, Text,
    Unknown,
};

use crate::classify;
use crate::codec::{Decoder, Delivery, truncated, undecodable};
use crate::frame::{Frame, FrameKind};
use crate::json::{Deltas, JsonStr};
use block::{Block, Opening};
use shapes::{
    BlockDelta, BlockStart, BlockStop, Head, Message, MessageDelta, MessageStart, RawDelta,
};

/// Decodes one answer.
#[derive(Debug)]
pub(super) struct MessagesDecoder {
    delivery: Delivery,
    blocks: Vec<Block>,
    next_part: PartIndex,
    calls: CallSlots,
    deltas: Deltas,
    begun: bool,
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
        match std::str::from_utf8(frame.data) {
            Ok(json) => self.data(frame.event, json, events),
            Err(_) => self.data(frame.event, &String::from_utf8_lossy(frame.data), events),
        }
    }

    fn finish(&mut self, _events: &mut VecDeque<Event>) -> Result<(), ModelError> {
        if self.done { Ok(()) } else { Err(truncated()) }
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
                unknown(kind, JsonText::parse(json).ok(), events);
                Ok(())
            }
        }
    }

    /// Data that is no object: the name of an event may say that it need not be, and a whole body was cut.
    fn not_an_event(
        &self,
        name: Option<&str>,
        json: &str,
        error: ModelError,
        events: &mut VecDeque<Event>,
    ) -> Result<(), ModelError> {
        let is_cut = serde_json::from_str::<&RawValue>(json).is_err_and(|error| error.is_eof());
        match name {
            Some(name) if name != "message" && name != "chunk" => {
                unknown(name, JsonText::of(json).ok(), events);
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
        let event = super::base64::decode(bytes.as_str());
        let Some(event) = event.and_then(|event| String::from_utf8(event).ok()) else {
            unknown("chunk", JsonText::parse(json).ok(), events);
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
        report(message.usage.usage(), events);
        for (index, block) in (0..).zip(&message.content) {
            self.open(index, block, events)?;
            self.close(self.blocks.len() - 1, events);
        }
        Ok(())
    }

    fn block_start(&mut self, json: &str, events: &mut VecDeque<Event>) -> Result<(), ModelError> {
        let start: BlockStart<'_> = read(json)?;
        let index = start.index.0.unwrap_or(u64::from(self.next_part.0));
        match start.block {
            Some(block) => self.open(index, block, events),
            None => {
                unknown("content_block_start", JsonText::parse(json).ok(), events);
                Ok(())
            }
        }
    }

    fn open(
        &mut self,
        index: u64,
        raw: &RawValue,
        events: &mut VecDeque<Event>,
    ) -> Result<(), ModelError> {
        let part = self.take_part();
        let opening = Opening {
            index,
            part,
            calls: &mut self.calls,
            deltas: &mut self.deltas,
        };
        let block = Block::open(opening, raw, events)
            .map_err(|error| undecodable(&Frame::new(raw.get().as_bytes()), error))?;
        self.has_calls |= block.is_call();
        self.blocks.push(block);
        Ok(())
    }

    fn block_delta(&mut self, json: &str, events: &mut VecDeque<Event>) -> Result<(), ModelError> {
        let event: BlockDelta<'_> = read(json)?;
        let delta = &event.delta;
        let place = match self.place(event.index.0) {
            Some(place) => Some(place),
            None => self.open_unannounced(event.index.0, delta.kind.as_str()),
        };
        let taken = place.is_some_and(|place| {
            let block = &mut self.blocks[place];
            block.extend(delta, json, &mut self.deltas, events)
                || block.merge(read::<RawDelta<'_>>(json).ok().and_then(|raw| raw.delta))
        });
        if !taken {
            unknown(delta.kind.as_str(), JsonText::parse(json).ok(), events);
        }
        Ok(())
    }

    /// Some relays leave out the start of a block that needs no more than its first delta.
    fn open_unannounced(&mut self, index: Option<u64>, delta: &str) -> Option<usize> {
        let index = index.unwrap_or(u64::from(self.next_part.0));
        let block = Block::unannounced(index, self.next_part, delta)?;
        self.next_part = self.next_part.next();
        self.blocks.push(block);
        Some(self.blocks.len() - 1)
    }

    fn block_stop(&mut self, stop: &BlockStop, events: &mut VecDeque<Event>) {
        if let Some(place) = self.place(stop.index.0) {
            self.close(place, events);
        }
    }

    fn close(&mut self, place: usize, events: &mut VecDeque<Event>) {
        let mut block = self.blocks.remove(place);
        block.close(&mut self.deltas, events);
        if let Some(sealable) = block.into_sealable() {
            self.sealable = Some(sealable);
        }
    }

    fn close_all(&mut self, events: &mut VecDeque<Event>) {
        while !self.blocks.is_empty() {
            self.close(0, events);
        }
    }

    /// The open block of this index, or the last one where there is none.
    fn place(&self, index: Option<u64>) -> Option<usize> {
        match index {
            Some(index) => self.blocks.iter().rposition(|block| block.index() == index),
            None => self.blocks.len().checked_sub(1),
        }
    }

    fn take_part(&mut self) -> PartIndex {
        let part = self.next_part;
        self.next_part = part.next();
        part
    }

    fn message_delta(&mut self, event: MessageDelta<'_>, events: &mut VecDeque<Event>) {
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
                unknown(kind, Some(raw.into()), events);
            }
        }
    }

    fn end(&mut self, events: &mut VecDeque<Event>) {
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

fn unknown(kind: &str, json: Option<JsonText>, events: &mut VecDeque<Event>) {
    if let Some(json) = json {
        events.push_back(Event::Unknown(Box::new(Unknown::new(kind, json))));
    }
}

fn read<'a, T: Deserialize<'a>>(json: &'a str) -> Result<T, ModelError> {
    serde_json::from_str(json).map_err(|error| undecodable(&Frame::new(json.as_bytes()), error))
}
