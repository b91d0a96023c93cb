//! A block that is kept whole: hosted tools and their results, compactions, and whatever is new.

use indexmap::IndexMap;
use serde_json::value::RawValue;
use windlass_core::{Item, JsonText, Text};

use crate::wire::anthropic::names::object_or_wrapped;

/// A block of which the start has come, and perhaps more.
#[derive(Debug)]
pub(super) struct OpenItem {
    kind: Text,
    /// The block as it began. It stays as it is, letter for letter, when no delta comes.
    start: JsonText,
    input: String,
    changed: Members,
}

/// Members of an object, each as it was written.
type Members = IndexMap<String, Box<RawValue>>;

impl OpenItem {
    pub(super) fn new(kind: &str, start: &RawValue) -> Self {
        OpenItem {
            kind: kind.into(),
            start: start.into(),
            input: String::new(),
            changed: Members::new(),
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
            let known = self
                .changed
                .get(&name)
                .cloned()
                .or_else(|| self.began_with(&name));
            let value = known
                .and_then(|known| joined_strings(&known, &value))
                .unwrap_or(value);
            self.changed.insert(name, value);
        }
        true
    }

    /// The whole block, in the form in which it is sent back.
    pub(super) fn whole(&mut self) -> Item {
        let kind = std::mem::take(&mut self.kind);
        if !self.input.trim().is_empty()
            && let Ok(input) = RawValue::from_string(object_or_wrapped(&self.input).into_owned())
        {
            self.changed.insert("input".to_owned(), input);
        }
        if self.changed.is_empty() {
            return Item::new(kind, self.start.clone());
        }
        let mut members: Members = serde_json::from_str(self.start.as_str()).unwrap_or_default();
        members.extend(std::mem::take(&mut self.changed));
        let json = JsonText::of(&members).unwrap_or_else(|_| self.start.clone());
        Item::new(kind, json)
    }

    fn began_with(&self, name: &str) -> Option<Box<RawValue>> {
        let mut members: Members = serde_json::from_str(self.start.as_str()).ok()?;
        members.swap_remove(name)
    }
}

/// One string of two, as they were written.
fn joined_strings(one: &RawValue, two: &RawValue) -> Option<Box<RawValue>> {
    let one = one.get().strip_prefix('"')?.strip_suffix('"')?;
    let two = two.get().strip_prefix('"')?.strip_suffix('"')?;
    RawValue::from_string(format!("\"{one}{two}\"")).ok()
}
