//! The items of an answer while they grow, and which of them an event means.
//!
//! An item is known by its `output_index`: GitHub Copilot gives it another id at every event (fact 41), and some hosts
//! use an index again, so an index names the newest item of the kind that the event is about.

mod call;
mod message;
mod reasoning;

use std::collections::VecDeque;

use serde_json::value::RawValue;
use windlass_core::{CallSlots, Event, Item, JsonText, PartIndex, Seal, Text};

use self::call::GrowingCall;
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

/// By what an event names its item.
#[derive(Clone, Copy, Debug, Default)]
struct Address<'a> {
    index: Option<u64>,
    id: Option<&'a str>,
    call_id: Option<&'a str>,
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

    pub(super) fn text_delta(&mut self, delta: &Delta<'_>, events: &mut VecDeque<Event>) {
        let at = self.of_delta(Sort::Message, delta);
        if let (Body::Message(message), mut sink) = self.open_for(at, events) {
            message.text(delta.section.0.unwrap_or(0), &delta.delta, &mut sink);
        }
    }

    pub(super) fn refusal_delta(&mut self, delta: &Delta<'_>, events: &mut VecDeque<Event>) {
        self.has_refusal = true;
        let at = self.of_delta(Sort::Message, delta);
        if let (Body::Message(message), mut sink) = self.open_for(at, events) {
            message.refusal(delta.section.0.unwrap_or(0), &delta.delta, &mut sink);
        }
    }

    pub(super) fn thinking_delta(
        &mut self,
        source: Source,
        delta: &Delta<'_>,
        events: &mut VecDeque<Event>,
    ) {
        let at = self.of_delta(Sort::Reasoning, delta);
        if let (Body::Reasoning(reasoning), mut sink) = self.open_for(at, events) {
            reasoning.delta(
                source,
                delta.section.0.unwrap_or(0),
                &delta.delta,
                &mut sink,
            );
        }
    }

    pub(super) fn arguments_delta(&mut self, delta: &Delta<'_>, events: &mut VecDeque<Event>) {
        let at = self.of_delta(Sort::Call, delta);
        if let (Body::Call(call), mut sink) = self.open_for(at, events) {
            call.delta(&delta.delta, &mut sink);
        }
    }

    pub(super) fn text_done(&mut self, whole: &Snapshot<'_>, events: &mut VecDeque<Event>) {
        let at = self.of_snapshot(Sort::Message, whole);
        if let (Body::Message(message), mut sink) = self.open_for(at, events) {
            message.fill_text(whole.section.0.unwrap_or(0), &whole.text, &mut sink);
        }
    }

    pub(super) fn refusal_done(&mut self, whole: &Snapshot<'_>, events: &mut VecDeque<Event>) {
        self.has_refusal = true;
        let at = self.of_snapshot(Sort::Message, whole);
        if let (Body::Message(message), mut sink) = self.open_for(at, events) {
            message.fill_refusal(whole.section.0.unwrap_or(0), &whole.text, &mut sink);
        }
    }

    pub(super) fn thinking_done(
        &mut self,
        source: Source,
        whole: &Snapshot<'_>,
        events: &mut VecDeque<Event>,
    ) {
        let at = self.of_snapshot(Sort::Reasoning, whole);
        if let (Body::Reasoning(reasoning), mut sink) = self.open_for(at, events) {
            reasoning.fill(source, whole.section.0.unwrap_or(0), &whole.text, &mut sink);
        }
    }

    pub(super) fn arguments_done(&mut self, whole: &Snapshot<'_>, events: &mut VecDeque<Event>) {
        let at = self.of_snapshot(Sort::Call, whole);
        if let (Body::Call(call), mut sink) = self.open_for(at, events) {
            call.fill(whole.arguments, &mut sink);
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
                    self.push(
                        sort_of(&item),
                        Address {
                            index,
                            ..Address::default()
                        },
                    );
                }
            }
            let at = known.unwrap_or(self.items.len() - 1);
            self.complete(at, raw, &item, events);
        }
        Ok(())
    }

    /// The item of the stream that an item of the last event is: of the same id, else in the same place, else the first
    /// of its kind that is left.
    fn known(&self, unmatched: &[usize], position: usize, item: &Members<'_>) -> Option<usize> {
        let sort = sort_of(item);
        let (id, call_id) = (item.string("id"), item.string("call_id"));
        let same = |at: &usize| {
            let growing = &self.items[*at];
            let same_id = growing.id.is_some()
                && growing.id.as_deref() == id.as_ref().map(crate::json::JsonStr::as_str);
            let same_call = growing.call_id().is_some()
                && growing.call_id() == call_id.as_ref().map(crate::json::JsonStr::as_str);
            growing.body.sort() == sort && (same_id || same_call)
        };
        let in_place = |at: &usize| {
            let growing = &self.items[*at];
            growing.body.sort() == sort && usize::try_from(growing.place) == Ok(position)
        };
        let alike = |at: &usize| {
            let growing = &self.items[*at];
            growing.body.sort() == sort && (growing.id.is_none() || id.is_none())
        };
        let mut left = unmatched.iter();
        let found = left.clone().find(|at| same(at));
        let found = found.or_else(|| left.clone().find(|at| in_place(at)));
        found.or_else(|| left.find(|at| alike(at))).copied()
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
                self.items[at].body.seal_again(&seal, events);
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
                let kind = item.string("type").unwrap_or_default();
                let item = Box::new(Item::new(kind.text(), JsonText::from(raw)));
                let part = sink.first;
                sink.events.push_back(Event::Item { part, item });
                sink.events.push_back(Event::PartEnd { part });
            }
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

    fn of_delta(&mut self, sort: Sort, delta: &Delta<'_>) -> usize {
        let index = delta.output_index.0;
        if let Some(current) = self.items.get(self.current)
            && index.is_some()
            && current.index == index
            && current.body.sort() == sort
        {
            return self.current;
        }
        self.find_or_open(
            sort,
            index,
            delta.item_id.as_ref().map(crate::json::JsonStr::as_str),
        )
    }

    fn of_snapshot(&mut self, sort: Sort, whole: &Snapshot<'_>) -> usize {
        let id = whole.item_id.as_ref().map(crate::json::JsonStr::as_str);
        self.find_or_open(sort, whole.output_index.0, id)
    }

    fn find_or_open(&mut self, sort: Sort, index: Option<u64>, id: Option<&str>) -> usize {
        let mut newest = self.items.iter().enumerate().rev();
        let mut alike = newest.by_ref().filter(|(_, item)| item.body.sort() == sort);
        let found = match (index, id) {
            (Some(_), _) => alike.find(|(_, item)| item.index == index),
            (None, Some(id)) => alike.find(|(_, item)| item.id.as_deref() == Some(id)),
            (None, None) => alike.find(|(_, item)| !item.done),
        };
        let found = found.map(|(at, _)| at);
        let address = Address {
            index,
            id,
            call_id: None,
        };
        self.current = found.unwrap_or_else(|| self.push(sort, address));
        self.current
    }

    /// The item that a whole item is, or a new one.
    fn of_item(&mut self, index: Option<u64>, item: &Members<'_>) -> usize {
        let (id, call_id) = (item.string("id"), item.string("call_id"));
        let address = Address {
            index,
            id: id
                .as_ref()
                .map(crate::json::JsonStr::as_str)
                .filter(|id| !id.is_empty()),
            call_id: call_id.as_ref().map(crate::json::JsonStr::as_str),
        };
        let sort = sort_of(item);
        let known = self
            .items
            .iter()
            .rposition(|growing| growing.body.sort() == sort && growing.is(&address));
        known.unwrap_or_else(|| self.push(sort, address))
    }

    fn push(&mut self, sort: Sort, address: Address<'_>) -> usize {
        let place = self.place(address.index);
        self.items.push(Growing {
            index: address.index,
            place,
            id: address.id.map(Text::from),
            encrypted: None,
            done: false,
            body: Body::new(sort),
        });
        self.items.len() - 1
    }

    /// The place that the wire names, or the one after all others where it names none, or one that is taken.
    fn place(&mut self, index: Option<u64>) -> u32 {
        let named = index.and_then(|index| u32::try_from(index).ok());
        let is_free = |place: &u32| {
            *place >= self.next_place || self.items.iter().all(|item| item.place != *place)
        };
        let named = named.filter(|place| *place <= LAST_PLACE).filter(is_free);
        let place = named.unwrap_or(self.next_place);
        self.next_place = self.next_place.max(place.saturating_add(1));
        place
    }
}

impl Growing {
    /// Whether a whole item at `address` is this one.
    fn is(&self, address: &Address<'_>) -> bool {
        let same_id = self.id.is_some() && self.id.as_deref() == address.id;
        if address.index.is_none() || self.index.is_none() {
            return same_id || (address.id.is_none() && !self.done);
        }
        let other_call = self
            .call_id()
            .zip(address.call_id)
            .is_some_and(|(mine, other)| mine != other);
        self.index == address.index && !other_call && (!self.done || same_id)
    }

    fn call_id(&self) -> Option<&str> {
        match &self.body {
            Body::Call(call) => call.wire_id(),
            _ => None,
        }
    }

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

    /// Replaces the seals of the parts.
    fn seal_again(&self, seal: &Seal, events: &mut VecDeque<Event>) {
        match self {
            Body::Message(message) => message
                .parts()
                .for_each(|part| push_seal(part, seal, events)),
            Body::Reasoning(reasoning) => push_seal_of(reasoning.part(), seal, events),
            Body::Call(call) => push_seal_of(call.part(), seal, events),
            Body::Other => {}
        }
    }
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

fn sort_of(item: &Members<'_>) -> Sort {
    let kind = item.string("type").unwrap_or_default();
    match kind.as_str() {
        "message" => match item.string("role") {
            Some(role) if role.as_str() != "assistant" => Sort::Other,
            _ => Sort::Message,
        },
        "reasoning" => Sort::Reasoning,
        "function_call" => Sort::Call,
        _ => Sort::Other,
    }
}
