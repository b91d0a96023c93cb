//! A function call while it grows.

use serde_json::value::RawValue;
use windlass_core::{CallKey, CallStart, Event, PartIndex, Seal, Slot, Text};

use super::super::shapes::Members;
use super::{PARTS_PER_ITEM, Sink, push_seal, sealed};
use crate::json::JsonStr;

/// The members of a call that Windlass's own call has fields for.
const KNOWN: &[&str] = &["type", "id", "call_id", "name", "arguments"];

#[derive(Debug, Default)]
pub(super) struct GrowingCall {
    part: Option<PartIndex>,
    wire_id: Option<Text>,
    /// Arguments that came before the name.
    early: String,
    has_arguments: bool,
}

impl GrowingCall {
    pub(super) fn part(&self) -> Option<PartIndex> {
        self.part
    }

    /// The id by which an outcome names the call, as the wire has it.
    pub(super) fn wire_id(&self) -> Option<&str> {
        self.wire_id.as_deref()
    }

    /// The call begins, if its name is there.
    pub(super) fn begin(&mut self, item: &Members<'_>, sink: &mut Sink<'_>) {
        let name = item.string("name").filter(|name| !name.is_empty());
        if let Some(name) = name {
            self.open(name.text(), item, sink);
        }
    }

    pub(super) fn delta(&mut self, piece: &JsonStr<'_>, sink: &mut Sink<'_>) {
        self.has_arguments |= !piece.is_empty();
        if let Some(text) = sink.deltas.piece(sink.first, piece) {
            self.push(text, sink);
        }
    }

    /// Takes in the whole arguments if nothing of them has come: as text, or as the object that some hosts send.
    pub(super) fn fill(&mut self, whole: Option<&RawValue>, sink: &mut Sink<'_>) {
        let Some(whole) = whole.filter(|_| !self.has_arguments) else {
            return;
        };
        match serde_json::from_str::<JsonStr<'_>>(whole.get()) {
            Ok(text) => self.delta(&text, sink),
            Err(_) => {
                self.has_arguments = true;
                self.push(whole.get().into(), sink);
            }
        }
    }

    pub(super) fn complete(&mut self, item: &Members<'_>, seal: Seal, sink: &mut Sink<'_>) {
        self.open(item.string("name").unwrap_or_default().text(), item, sink);
        self.fill(item.get("arguments"), sink);
        self.end(&sealed(seal, item, KNOWN), sink);
    }

    /// Ends the call, which opens now at the latest: a call without a name is one all the same.
    pub(super) fn end(&mut self, seal: &Seal, sink: &mut Sink<'_>) {
        self.open("".into(), &Members::default(), sink);
        if let Some(lone) = sink.deltas.end(sink.first) {
            self.push(lone, sink);
        }
        push_seal(sink.first, seal, sink.events);
        sink.events.push_back(Event::PartEnd { part: sink.first });
    }

    fn open(&mut self, name: Text, item: &Members<'_>, sink: &mut Sink<'_>) {
        if self.part.is_some() {
            return;
        }
        let wire_id = item.string("call_id");
        self.wire_id = wire_id.as_ref().map(crate::json::JsonStr::text);
        let key = CallKey {
            index: Some(u64::from(sink.first.0 / PARTS_PER_ITEM)),
            id: self.wire_id.as_deref(),
            begins: true,
        };
        let first = sink.first;
        // Items are told apart before: each place opens a call once.
        if let Slot::Opened { part, id } = sink.calls.slot(key, &mut || first) {
            let call = Box::new(CallStart::new(id, name));
            sink.events.push_back(Event::Call { part, call });
        }
        self.part = Some(first);
        if !self.early.is_empty() {
            let text = std::mem::take(&mut self.early);
            self.push(text.into(), sink);
        }
    }

    fn push(&mut self, text: Text, sink: &mut Sink<'_>) {
        match self.part {
            Some(part) => sink.events.push_back(Event::Arguments { part, text }),
            None => self.early.push_str(&text),
        }
    }
}
