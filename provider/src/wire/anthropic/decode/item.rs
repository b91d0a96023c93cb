//! A block that is kept whole: hosted tools and their results, compactions, and whatever is new.

use indexmap::IndexMap;
use serde_json::value::RawValue;
use windlass_core::{Item, JsonText, Text};

use crate::wire::plain::object;

/// A block of which the start has come, and perhaps more.
#[derive(Debug)]
pub(super) struct OpenItem {
    kind: Text,
    /// The block as it began. It stays as it is, letter for letter, when no delta comes.
    start: JsonText,
    input: String,
    grown: IndexMap<String, Grown>,
}

/// Members of an object, each as it was written.
type Members = IndexMap<String, Box<RawValue>>;

/// A member that deltas add to.
#[derive(Debug)]
enum Grown {
    /// What stands between the quotes of a string, as it was written.
    Text(String),
    Other(Box<RawValue>),
}

impl OpenItem {
    pub(super) fn new(kind: &str, start: &RawValue) -> Self {
        OpenItem {
            kind: kind.into(),
            start: start.into(),
            input: String::new(),
            grown: IndexMap::new(),
        }
    }

    /// Adds a piece of a hosted call's input.
    pub(super) fn push_input(&mut self, text: &str) {
        self.input.push_str(text);
    }

    /// Takes over the members of a delta: strings continue those that are there, other values replace them.
    pub(super) fn merge(&mut self, delta: &RawValue) -> bool {
        let Ok(new) = serde_json::from_str::<Members>(delta.get()) else {
            return false;
        };
        for (name, value) in new {
            if name == "type" {
                continue;
            }
            let value = Grown::of(value);
            match self.grown.get_mut(&name) {
                Some(member) => member.add(value),
                None => {
                    let member = self.started_with(&name, value);
                    self.grown.insert(name, member);
                }
            }
        }
        true
    }

    /// The whole block, in the form in which it is sent back.
    pub(super) fn whole(&mut self) -> Item {
        let kind = std::mem::take(&mut self.kind);
        if !self.input.trim().is_empty()
            && let Ok(input) = serde_json::value::to_raw_value(&object(&self.input))
        {
            self.grown.insert("input".to_owned(), Grown::Other(input));
        }
        if self.grown.is_empty() {
            return Item::new(kind, self.start.clone());
        }
        let mut members: Members = serde_json::from_str(self.start.as_str()).unwrap_or_default();
        for (name, member) in self.grown.drain(..) {
            members.extend(member.json().map(|json| (name, json)));
        }
        let json = JsonText::of(&members).unwrap_or_else(|_| self.start.clone());
        Item::new(kind, json)
    }

    /// What the block began with under this name, and the first that a delta adds to it.
    fn started_with(&self, name: &str, value: Grown) -> Grown {
        let members = serde_json::from_str::<Members>(self.start.as_str());
        match members
            .ok()
            .and_then(|mut members| members.swap_remove(name))
        {
            Some(began) => {
                let mut member = Grown::of(began);
                member.add(value);
                member
            }
            None => value,
        }
    }
}

impl Grown {
    fn of(value: Box<RawValue>) -> Self {
        let inside = value.get().strip_prefix('"');
        match inside.and_then(|rest| rest.strip_suffix('"')) {
            Some(text) => Grown::Text(text.to_owned()),
            None => Grown::Other(value),
        }
    }

    fn add(&mut self, value: Grown) {
        match (self, value) {
            (Grown::Text(text), Grown::Text(more)) => text.push_str(&more),
            (member, value) => *member = value,
        }
    }

    fn json(self) -> Option<Box<RawValue>> {
        match self {
            Grown::Text(text) => RawValue::from_string(format!("\"{text}\"")).ok(),
            Grown::Other(value) => Some(value),
        }
    }
}
