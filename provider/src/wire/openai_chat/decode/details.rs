//! `reasoning_details`: thinking in a form that goes back as it came.

use serde_json::value::RawValue;
use windlass_core::JsonText;

use super::Shape;
use crate::json::{Count, JsonStr, wire_object};

wire_object! {
    /// What tells whether two fragments are of one entry.
    struct Fragment<'a> {
        "type" => kind: JsonStr<'a>,
        "index" => index: Count,
        "id" => id: JsonStr<'a>,
        "text" => text: JsonStr<'a>,
        "summary" => summary: JsonStr<'a>,
    }
}

/// The entries so far. One that came whole is kept letter for letter; fragments are joined.
#[derive(Debug, Default)]
pub(super) struct Details {
    entries: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    kind: String,
    index: Option<u64>,
    id: String,
    json: Joined,
}

#[derive(Debug)]
enum Joined {
    Verbatim(String),
    /// The members in the order in which they first came.
    Members(Vec<(String, String)>),
}

impl Details {
    /// Takes in a list of entries or fragments, and gives what can be read of them.
    pub(super) fn take(&mut self, list: &RawValue, shape: Shape) -> String {
        let mut read = String::new();
        let Ok(list) = serde_json::from_str::<Vec<&RawValue>>(list.get()) else {
            return read;
        };
        for raw in list {
            let fragment = serde_json::from_str::<Fragment<'_>>(raw.get()).unwrap_or_default();
            read.push_str(&fragment.text.text());
            read.push_str(&fragment.summary.text());
            match self.entry(&fragment, shape) {
                Some(entry) => entry.join(raw, &fragment),
                None => self.entries.push(Entry::new(raw, &fragment)),
            }
        }
        read
    }

    /// All entries as a list, if there are any.
    pub(super) fn finish(&mut self) -> Option<JsonText> {
        if self.entries.is_empty() {
            return None;
        }
        let entries: Vec<_> = self.entries.drain(..).map(Entry::json).collect();
        JsonText::parse(format!("[{}]", entries.join(","))).ok()
    }

    /// The entry that a fragment belongs to. Encrypted entries always come whole.
    fn entry(&mut self, fragment: &Fragment<'_>, shape: Shape) -> Option<&mut Entry> {
        if shape == Shape::Whole || fragment.kind.as_str() == "reasoning.encrypted" {
            return None;
        }
        self.entries.iter_mut().rfind(|entry| {
            entry.kind == fragment.kind.as_str()
                && entry.index == fragment.index.0
                && (fragment.id.is_empty()
                    || entry.id.is_empty()
                    || entry.id == fragment.id.as_str())
        })
    }
}

impl Entry {
    fn new(raw: &RawValue, fragment: &Fragment<'_>) -> Self {
        Entry {
            kind: fragment.kind.as_str().to_owned(),
            index: fragment.index.0,
            id: fragment.id.as_str().to_owned(),
            json: Joined::Verbatim(raw.get().to_owned()),
        }
    }

    fn join(&mut self, raw: &RawValue, fragment: &Fragment<'_>) {
        if self.id.is_empty() {
            fragment.id.as_str().clone_into(&mut self.id);
        }
        if let Joined::Verbatim(first) = &self.json {
            self.json = Joined::Members(members(first));
        }
        let Joined::Members(known) = &mut self.json else {
            return;
        };
        for (name, value) in members(raw.get()) {
            match known.iter_mut().find(|(known, _)| *known == name) {
                Some((_, old)) => join_values(&name, old, value),
                None => known.push((name, value)),
            }
        }
    }

    fn json(self) -> String {
        match self.json {
            Joined::Verbatim(json) => json,
            Joined::Members(members) => {
                let members: Vec<_> = members
                    .iter()
                    .map(|(name, value)| format!("{}:{value}", quoted(name)))
                    .collect();
                format!("{{{}}}", members.join(","))
            }
        }
    }
}

/// Words are put together; of anything else the newest that is known holds.
fn join_values(name: &str, old: &mut String, new: String) {
    let is_string = |json: &str| json.starts_with('"');
    match name {
        "text" | "summary" if is_string(old) && is_string(&new) => {
            // Joining the JSON of two strings keeps every escape as it was, halves of pairs included.
            old.pop();
            old.push_str(&new[1..]);
        }
        _ if new == "null" => {}
        _ => *old = new,
    }
}

/// The members of an object, each value as it was written.
fn members(json: &str) -> Vec<(String, String)> {
    let members = serde_json::from_str::<indexmap::IndexMap<String, &RawValue>>(json);
    let members = members.unwrap_or_default().into_iter();
    members
        .map(|(name, value)| (name, value.get().to_owned()))
        .collect()
}

fn quoted(name: &str) -> String {
    serde_json::Value::from(name).to_string()
}
