use std::collections::VecDeque;

use windlass_core::{CallKey, CallSlots, CallStart, Event, PartIndex, Slot};

use super::data;
use crate::json::{Deltas, JsonStr};
use crate::wire::lenient;

/// The calls of an answer.
#[derive(Debug)]
pub(super) struct Calls {
    slots: CallSlots,
    open: Vec<Call>,
    next: PartIndex,
}

#[derive(Debug)]
struct Call {
    index: Option<u64>,
    part: PartIndex,
    ended: bool,
}

/// Why a piece cannot be added.
#[derive(Debug)]
pub(super) enum Misplaced {
    /// Its call has ended.
    Late,
    /// Its arguments cannot be read.
    Unreadable(serde_json::Error),
}

impl Calls {
    /// No calls yet: ids are numbered from `first_number`, parts from `first`.
    pub(super) fn new(first_number: u64, first: PartIndex) -> Self {
        Calls {
            slots: CallSlots::new(first_number),
            open: Vec::new(),
            next: first,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.open.is_empty()
    }

    /// Adds a piece to the call that it belongs to, which it may open.
    pub(super) fn piece(
        &mut self,
        piece: &data::Call<'_>,
        index: Option<u64>,
        deltas: &mut Deltas,
        events: &mut VecDeque<Event>,
    ) -> Result<(), Misplaced> {
        let key = CallKey {
            index,
            id: piece.id.as_ref().map(JsonStr::as_str),
            begins: piece.function.name.is_some(),
        };
        let next = self.next;
        let part = match self.slots.slot(key, &mut || next) {
            Slot::Continued(part) => part,
            Slot::Opened { part, id } => {
                self.next = part.next();
                let ended = false;
                self.open.push(Call { index, part, ended });
                let name = piece.function.name.as_ref().map(JsonStr::text);
                let call = Box::new(CallStart::new(id, name.unwrap_or_default()));
                events.push_back(Event::Call { part, call });
                part
            }
        };
        let Some(raw) = piece.function.arguments else {
            return Ok(());
        };
        let text = lenient::arguments(raw, part, deltas).map_err(Misplaced::Unreadable)?;
        if text.is_some() && self.has_ended(part) {
            return Err(Misplaced::Late);
        }
        events.extend(text.map(|text| Event::Arguments { part, text }));
        Ok(())
    }

    fn has_ended(&self, part: PartIndex) -> bool {
        let call = self.open.iter().rfind(|call| call.part == part);
        call.is_some_and(|call| call.ended)
    }

    /// Ends the call with this index.
    pub(super) fn end(
        &mut self,
        index: Option<u64>,
        deltas: &mut Deltas,
        events: &mut VecDeque<Event>,
    ) {
        if let Some(call) = self.open.iter_mut().rfind(|call| call.index == index) {
            call.end(deltas, events);
        }
    }

    /// Ends what is still open.
    pub(super) fn end_all(&mut self, deltas: &mut Deltas, events: &mut VecDeque<Event>) {
        for call in &mut self.open {
            call.end(deltas, events);
        }
    }
}

impl Call {
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
