//! The blocks of a message: which of them an event belongs to.

use std::collections::VecDeque;

use serde_json::value::RawValue;
use windlass_core::{Event, JsonText, ModelError, PartIndex};

use super::block::{Block, Opening};
use super::shapes::{BlockDelta, BlockStart, BlockStop, RawDelta};
use super::{MessagesDecoder, read};
use crate::codec::undecodable;
use crate::frame::Frame;

impl MessagesDecoder {
    pub(super) fn block_start(
        &mut self,
        json: &str,
        events: &mut VecDeque<Event>,
    ) -> Result<(), ModelError> {
        self.begin_anyhow(events);
        let start: BlockStart<'_> = read(json)?;
        let index = start.index.0.unwrap_or(u64::from(self.next_part.0));
        match start.block {
            Some(block) => self.open(index, block, events),
            None => {
                self.pass_on("content_block_start", JsonText::parse(json).ok(), events);
                Ok(())
            }
        }
    }

    /// Opens a block, with what it brings at once.
    pub(super) fn open(
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

    pub(super) fn block_delta(
        &mut self,
        json: &str,
        events: &mut VecDeque<Event>,
    ) -> Result<(), ModelError> {
        self.begin_anyhow(events);
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
            self.pass_on(delta.kind.as_str(), JsonText::parse(json).ok(), events);
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

    pub(super) fn block_stop(&mut self, stop: &BlockStop, events: &mut VecDeque<Event>) {
        if let Some(place) = self.place(stop.index.0) {
            self.close(place, events);
        }
    }

    pub(super) fn close(&mut self, place: usize, events: &mut VecDeque<Event>) {
        let block = self.blocks.remove(place);
        self.end_block(block, events);
    }

    pub(super) fn close_all(&mut self, events: &mut VecDeque<Event>) {
        for block in std::mem::take(&mut self.blocks) {
            self.end_block(block, events);
        }
    }

    fn end_block(&mut self, mut block: Block, events: &mut VecDeque<Event>) {
        block.close(&mut self.deltas, events);
        if let Some(sealable) = block.into_sealable() {
            self.sealable = Some(sealable);
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
}
