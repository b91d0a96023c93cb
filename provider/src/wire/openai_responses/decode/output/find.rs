//! Which item an event means.

use windlass_core::Text;

use super::super::shapes::{Delta, Members, Snapshot};
use super::{Body, Growing, LAST_PLACE, Output, Sort};

/// By what an event names its item.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Address<'a> {
    index: Option<u64>,
    id: Option<&'a str>,
    call_id: Option<&'a str>,
}

impl Address<'_> {
    /// The item in this place.
    pub(super) fn at(index: Option<u64>) -> Self {
        Address {
            index,
            ..Address::default()
        }
    }
}

impl Output {
    pub(super) fn of_delta(&mut self, sort: Sort, delta: &Delta<'_>) -> usize {
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

    pub(super) fn of_snapshot(&mut self, sort: Sort, whole: &Snapshot<'_>) -> usize {
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
    pub(super) fn of_item(&mut self, index: Option<u64>, item: &Members<'_>) -> usize {
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

    pub(super) fn push(&mut self, sort: Sort, address: Address<'_>) -> usize {
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

    /// The item of the stream that an item of the last event is: of the same id, else in the same place, else the first
    /// of its kind that is left.
    pub(super) fn known(
        &self,
        unmatched: &[usize],
        position: usize,
        item: &Members<'_>,
    ) -> Option<usize> {
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
}

pub(super) fn sort_of(item: &Members<'_>) -> Sort {
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
