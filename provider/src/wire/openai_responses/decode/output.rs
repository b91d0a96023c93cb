//! The items of an answer while they grow, and which of them an event means.
//!
//! An item is known by its `output_index`: GitHub Copilot gives it another id at every event (fact 41), and some hosts
//! use an index again, so an index names the newest item of the kind that the event is about.

mod call;
mod find;
mod message;
mod reasoning;

use std::collections::VecDeque;

use serde_json::value::RawValue;
use windlass_core::{CallSlots, Event, Item, JsonText, PartIndex, Seal, Text};

use self::call::GrowingCall;
use self::find::{Address, sort_of};
use self::message::GrowingMessage;
use self::reasoning::GrowingReasoning;
use super::shapes::{Delta, Members, Snapshot};
use crate::json::Deltas;

pub(super) use self::reasoning::Source;

/// How many parts an item can have: the part indexes of two items never meet.
const PARTS_PER_ITEM: u32 = 4096;
/// The largest place among the items that a wire may name; beyond it the order of arrival holds.
const LAST_PLACE: u32 = u32::MAX / PARTS_PER_ITEM - 1;

/// The items of an answer.
#[derive(Debug)]
pub(super) struct Output {
    items: Vec<Growing>,
    /// The item of the last event, because the next event mostly means the same one.
    current: usize,
    /// After the places of all items.
    next_place: u32,
    calls: CallSlots,
    deltas: Deltas,
    /// Whether the model asks for tools that the program runs.
    pub(super) has_calls: bool,
    /// Whether the model declines.
    pub(super) has_refusal: bool,
}

/// An item while it grows.
#[derive(Debug)]
struct Growing {
    index: Option<u64>,
    place: u32,
    id: Option<Text>,
    encrypted: Option<Text>,
    done: bool,
    body: Body,
}

#[derive(Debug)]
enum Body {
    Message(GrowingMessage),
    Reasoning(GrowingReasoning),
    Call(GrowingCall),
    /// Kept as it comes: nothing of it is read before it is whole.
    Other,
}

/// The kinds of items that are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sort {
    Message,
    Reasoning,
    Call,
    Other,
}

/// What an event tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    Text,
    Refusal,
    Thinking(Source),
    Arguments,
}

/// Where the events of an item go, with what all items share.
struct Sink<'a> {
    first: PartIndex,
    deltas: &'a mut Deltas,
    calls: &'a mut CallSlots,
    events: &'a mut VecDeque<Event>,
}

impl Output {
    pub(super) fn new(first_call_number: u64) -> Self {
        Output {
            items: Vec::new(),
            current: 0,
            next_place: 0,
            calls: CallSlots::new(first_call_number),
            deltas: Deltas::default(),
            has_calls: false,
            has_refusal: false,
        }
    }

    /// Takes in a piece that is new. An item that came whole has all its pieces.
    pub(super) fn delta(&mut self, piece: Piece, delta: &Delta<'_>, events: &mut VecDeque<Event>) {
        self.has_refusal |= piece == Piece::Refusal;
        let at = self.of_delta(piece.sort(), delta);
        if self.items[at].done {
            return;
        }
        let section = delta.section.0.unwrap_or(0);
        let (body, mut sink) = self.open_for(at, events);
        match (piece, body) {
            (Piece::Text, Body::Message(message)) => message.text(section, &delta.delta, &mut sink),
            (Piece::Refusal, Body::Message(message)) => {
                message.refusal(section, &delta.delta, &mut sink);
            }
            (Piece::Thinking(source), Body::Reasoning(reasoning)) => {
                reasoning.delta(source, section, &delta.delta, &mut sink);
            }
            (Piece::Arguments, Body::Call(call)) => call.delta(&delta.delta, &mut sink),
            _ => {}
        }
    }

    /// Takes in what is whole now, if nothing of it came before.
    pub(super) fn fill(
        &mut self,
        piece: Piece,
        whole: &Snapshot<'_>,
        events: &mut VecDeque<Event>,
    ) {
        self.has_refusal |= piece == Piece::Refusal;
        let at = self.of_snapshot(piece.sort(), whole);
        if self.items[at].done {
            return;
        }
        let section = whole.section.0.unwrap_or(0);
        let (body, mut sink) = self.open_for(at, events);
        match (piece, body) {
            (Piece::Text, Body::Message(message)) => {
                message.fill_text(section, &whole.text, &mut sink);
            }
            (Piece::Refusal, Body::Message(message)) => {
                message.fill_refusal(section, &whole.text, &mut sink);
            }
            (Piece::Thinking(source), Body::Reasoning(reasoning)) => {
                reasoning.fill(source, section, &whole.text, &mut sink);
            }
            (Piece::Arguments, Body::Call(call)) => call.fill(whole.arguments, &mut sink),
            _ => {}
        }
    }

    pub(super) fn annotation(&mut self, whole: &Snapshot<'_>, events: &mut VecDeque<Event>) {
        let at = self.of_snapshot(Sort::Message, whole);
        if let (Body::Message(message), mut sink) = self.open_for(at, events)
            && let Some(annotation) = whole.annotation
        {
            message.annotation(whole.section.0.unwrap_or(0), annotation, &mut sink);
        }
    }

    /// An item begins. What it already holds comes again when it is done.
    pub(super) fn added(
        &mut self,
        index: Option<u64>,
        raw: &RawValue,
        events: &mut VecDeque<Event>,
    ) -> Result<(), serde_json::Error> {
        let item: Members<'_> = serde_json::from_str(raw.get())?;
        let at = self.of_item(index, &item);
        self.current = at;
        if self.items[at].id.is_none() {
            self.items[at].id = item.string("id").map(|id| id.text());
        }
        if let (Body::Call(call), mut sink) = self.open_for(at, events) {
            call.begin(&item, &mut sink);
            self.has_calls = true;
        }
        Ok(())
    }

    /// An item is complete.
    pub(super) fn done(
        &mut self,
        index: Option<u64>,
        raw: &RawValue,
        events: &mut VecDeque<Event>,
    ) -> Result<(), serde_json::Error> {
        let item: Members<'_> = serde_json::from_str(raw.get())?;
        let at = self.of_item(index, &item);
        self.current = at;
        self.complete(at, raw, &item, events);
        Ok(())
    }

    /// The items as the last event has them: those that did not come before are taken from it, the others only get the
    /// seals that it has for them. `encrypted_content` may differ from that of the item's own event; the later one counts.
    pub(super) fn settle(
        &mut self,
        output: &[&RawValue],
        events: &mut VecDeque<Event>,
    ) -> Result<(), serde_json::Error> {
        let mut unmatched: Vec<usize> = (0..self.items.len()).collect();
        unmatched.sort_by_key(|&at| self.items[at].place);
        for (position, raw) in output.iter().enumerate() {
            let item: Members<'_> = serde_json::from_str(raw.get())?;
            let known = self.known(&unmatched, position, &item);
            match known {
                Some(at) => unmatched.retain(|&other| other != at),
                None => {
                    let index = u64::try_from(position).ok();
                    self.push(sort_of(&item), Address::at(index));
                }
            }
            let at = known.unwrap_or(self.items.len() - 1);
            self.complete(at, raw, &item, events);
        }
        (0..self.items.len()).for_each(|at| self.end(at, events));
        Ok(())
    }

    /// Ends an item of which the wire never said that it is complete.
    fn end(&mut self, at: usize, events: &mut VecDeque<Event>) {
        if std::mem::replace(&mut self.items[at].done, true) {
            return;
        }
        let seal = Seal::new();
        let (body, mut sink) = self.open_for(at, events);
        match body {
            Body::Message(message) => message.end(&seal, &mut sink),
            Body::Reasoning(reasoning) => reasoning.end(&seal, &mut sink),
            Body::Call(call) => {
                call.end(&seal, &mut sink);
                self.has_calls = true;
            }
            Body::Other => {}
        }
    }

    /// Takes in a whole item: what is missing of it, its seal, its end.
    fn complete(
        &mut self,
        at: usize,
        raw: &RawValue,
        item: &Members<'_>,
        events: &mut VecDeque<Event>,
    ) {
        let news = self.items[at].news(item);
        if std::mem::replace(&mut self.items[at].done, true) {
            if let Some(seal) = news {
                self.seal_again(at, &seal, (raw, item), events);
            }
            return;
        }
        let seal = news.unwrap_or_default();
        let (body, mut sink) = self.open_for(at, events);
        match body {
            Body::Message(message) => {
                let refuses = message.complete(item, seal, &mut sink);
                self.has_refusal |= refuses;
            }
            Body::Reasoning(reasoning) => reasoning.complete(item, seal, &mut sink),
            Body::Call(call) => {
                call.complete(item, seal, &mut sink);
                self.has_calls = true;
            }
            Body::Other => {
                let part = sink.first;
                push_item(part, (raw, item), sink.events);
                sink.events.push_back(Event::PartEnd { part });
            }
        }
    }

    /// Replaces the seals of an item's parts, or the item as a whole where it is kept as one.
    fn seal_again(
        &mut self,
        at: usize,
        seal: &Seal,
        whole: (&RawValue, &Members<'_>),
        events: &mut VecDeque<Event>,
    ) {
        let (body, sink) = self.open_for(at, events);
        match body {
            Body::Message(message) => message
                .parts()
                .for_each(|part| push_seal(part, seal, sink.events)),
            Body::Reasoning(reasoning) => push_seal_of(reasoning.part(), seal, sink.events),
            Body::Call(call) => push_seal_of(call.part(), seal, sink.events),
            Body::Other if seal.encrypted.is_some() => push_item(sink.first, whole, sink.events),
            Body::Other => {}
        }
    }

    fn open_for<'a>(
        &'a mut self,
        at: usize,
        events: &'a mut VecDeque<Event>,
    ) -> (&'a mut Body, Sink<'a>) {
        let growing = &mut self.items[at];
        let sink = Sink {
            first: PartIndex(growing.place.saturating_mul(PARTS_PER_ITEM)),
            deltas: &mut self.deltas,
            calls: &mut self.calls,
            events,
        };
        (&mut growing.body, sink)
    }
}

impl Growing {
    /// What `item` says of the seal that was not said before.
    fn news(&mut self, item: &Members<'_>) -> Option<Seal> {
        let mut seal = Seal::new();
        let id = item.string("id").filter(|id| !id.is_empty());
        if let Some(id) = id
            && (!self.done || self.id.as_deref() != Some(id.as_str()))
        {
            seal.id = Some(id.text());
            self.id.clone_from(&seal.id);
        }
        if let Some(encrypted) = item.string("encrypted_content").filter(|it| !it.is_empty())
            && self.encrypted.as_deref() != Some(encrypted.as_str())
        {
            seal.encrypted = Some(encrypted.text());
            self.encrypted.clone_from(&seal.encrypted);
        }
        (seal != Seal::new()).then_some(seal)
    }
}

impl Piece {
    fn sort(self) -> Sort {
        match self {
            Piece::Text | Piece::Refusal => Sort::Message,
            Piece::Thinking(_) => Sort::Reasoning,
            Piece::Arguments => Sort::Call,
        }
    }
}

impl Body {
    fn new(sort: Sort) -> Self {
        match sort {
            Sort::Message => Body::Message(GrowingMessage::default()),
            Sort::Reasoning => Body::Reasoning(GrowingReasoning::default()),
            Sort::Call => Body::Call(GrowingCall::default()),
            Sort::Other => Body::Other,
        }
    }

    fn sort(&self) -> Sort {
        match self {
            Body::Message(_) => Sort::Message,
            Body::Reasoning(_) => Sort::Reasoning,
            Body::Call(_) => Sort::Call,
            Body::Other => Sort::Other,
        }
    }
}

fn push_item(
    part: PartIndex,
    (raw, item): (&RawValue, &Members<'_>),
    events: &mut VecDeque<Event>,
) {
    let kind = item.string("type").unwrap_or_default();
    let item = Box::new(Item::new(kind.text(), JsonText::from(raw)));
    events.push_back(Event::Item { part, item });
}

fn push_seal_of(part: Option<PartIndex>, seal: &Seal, events: &mut VecDeque<Event>) {
    if let Some(part) = part {
        push_seal(part, seal, events);
    }
}

/// The seal of a whole item: what it says beyond `known` is kept in it.
fn sealed(mut seal: Seal, item: &Members<'_>, known: &[&str]) -> Seal {
    seal.extra = item.without(known);
    seal
}

fn push_seal(part: PartIndex, seal: &Seal, events: &mut VecDeque<Event>) {
    if *seal != Seal::new() {
        let seal = Box::new(seal.clone());
        events.push_back(Event::Seal { part, seal });
    }
}
