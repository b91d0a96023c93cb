//! Calls, whatever of index, id and name a host leaves out.

use serde_json::value::RawValue;
use windlass_core::{
    CallId, CallKey, CallSlots, CallStart, Event, JsonText, PartIndex, Seal, Slot, Text,
};

use super::chunk::{Few, ToolCall};
use super::memo::PieceKind;
use super::words::Words;
use super::{CALLS, Events, sealed};
use crate::json::JsonStr;

#[derive(Debug)]
pub(super) struct Calls {
    slots: CallSlots,
    count: u32,
    /// Calls whose name has not come yet.
    unnamed: Vec<Unnamed>,
}

#[derive(Debug)]
struct Unnamed {
    part: PartIndex,
    id: CallId,
    arguments: Vec<Text>,
    seal: Option<JsonText>,
}

impl Calls {
    pub(super) fn new(first_number: u64) -> Self {
        Calls {
            slots: CallSlots::new(first_number),
            count: 0,
            unnamed: Vec::new(),
        }
    }

    pub(super) fn any(&self) -> bool {
        self.count > 0
    }

    /// Takes in a piece of a call, or a whole one; `position` tells the calls of a whole message apart.
    pub(super) fn take(
        &mut self,
        call: &ToolCall<'_>,
        position: Option<u64>,
        words: &mut Words,
        events: &mut Events,
    ) {
        let function = if call.function.name.is_empty() && !call.custom.name.is_empty() {
            &call.custom
        } else {
            &call.function
        };
        let part = self.part(call, &function.name, position, events);
        let extra = call.extra_content.map(JsonText::from);
        let arguments = function.arguments.map(RawValue::get);
        if let Some(waiting) = self.unnamed.iter_mut().find(|call| call.part == part) {
            waiting.seal = extra.or(waiting.seal.take());
            waiting.arguments.extend(arguments.map(plain));
            return;
        }
        match arguments {
            Some(raw) if raw.starts_with('"') => {
                if let Ok(piece) = serde_json::from_str::<JsonStr<'_>>(raw)
                    && !piece.is_empty()
                {
                    words.piece(PieceKind::Arguments, part, &piece, events);
                }
            }
            Some(raw) => events.push_back(Event::Arguments {
                part,
                text: raw.into(),
            }),
            None => {}
        }
        if let Some(extra) = extra {
            events.push_back(sealed(part, Seal::new().with_extra(extra)));
        }
    }

    /// The part that the piece belongs to; a call that begins is opened as soon as its name is known.
    fn part(
        &mut self,
        call: &ToolCall<'_>,
        name: &JsonStr<'_>,
        position: Option<u64>,
        events: &mut Events,
    ) -> PartIndex {
        let key = CallKey {
            index: position.or(call.index.0),
            id: Some(call.id.as_str()),
            begins: !name.is_empty(),
        };
        let count = &mut self.count;
        let mut next = || {
            let part = PartIndex(CALLS.saturating_add(*count));
            *count = count.saturating_add(1);
            part
        };
        match self.slots.slot(key, &mut next) {
            Slot::Opened { part, id } if name.is_empty() => {
                self.unnamed.push(Unnamed {
                    part,
                    id,
                    arguments: Vec::new(),
                    seal: None,
                });
                part
            }
            Slot::Opened { part, id } => {
                events.push_back(opened(part, id, name.text()));
                part
            }
            Slot::Continued(part) => {
                let waiting = self.unnamed.iter().position(|call| call.part == part);
                if let Some(at) = waiting.filter(|_| !name.is_empty()) {
                    self.unnamed.swap_remove(at).open(name.text(), events);
                }
                part
            }
        }
    }

    /// Opens the calls that were never named.
    pub(super) fn name_the_rest(&mut self, events: &mut Events) {
        for call in self.unnamed.drain(..) {
            call.open(Text::new(), events);
        }
    }
}

impl Unnamed {
    fn open(self, name: Text, events: &mut Events) {
        let part = self.part;
        events.push_back(opened(part, self.id, name));
        let arguments = self.arguments.into_iter();
        events.extend(arguments.map(|text| Event::Arguments { part, text }));
        events.extend(
            self.seal
                .map(|extra| sealed(part, Seal::new().with_extra(extra))),
        );
    }
}

fn opened(part: PartIndex, id: CallId, name: Text) -> Event {
    let call = Box::new(CallStart::new(id, name));
    Event::Call { part, call }
}

/// The arguments of the first call of a list, where they are a string without escapes.
pub(super) fn only_arguments(calls: &RawValue) -> Option<&str> {
    let calls: Few<ToolCall<'_>> = serde_json::from_str(calls.get()).ok()?;
    let raw = calls.iter().next()?.function.arguments?.get();
    raw.strip_prefix('"')?.strip_suffix('"')
}

/// Arguments that wait for the name of their call.
fn plain(raw: &str) -> Text {
    match serde_json::from_str::<JsonStr<'_>>(raw) {
        Ok(words) => words.text(),
        Err(_) => raw.into(),
    }
}
