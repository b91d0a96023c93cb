//! What the events hold, as far as it is read.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use windlass_core::{Citation, JsonText, Usage};

use crate::json::{Count, JsonStr, Key, wire_object};

wire_object! {
    /// A piece of a part.
    pub(super) struct Delta<'a> {
        "output_index" => output_index: Count,
        "content_index" | "summary_index" => section: Count,
        "item_id" => item_id: Option<JsonStr<'a>>,
        "delta" => delta: JsonStr<'a>,
    }
}

wire_object! {
    /// The whole of a part or an item.
    pub(super) struct Snapshot<'a> {
        "output_index" => output_index: Count,
        "content_index" | "summary_index" => section: Count,
        "item_id" => item_id: Option<JsonStr<'a>>,
        "text" | "refusal" => text: JsonStr<'a>,
        "arguments" => arguments: Option<&'a RawValue>,
        "annotation" => annotation: Option<&'a RawValue>,
        "part" => part: Option<&'a RawValue>,
        "item" => item: Option<&'a RawValue>,
    }
}

wire_object! {
    /// An event that holds the response so far.
    pub(super) struct Envelope<'a> {
        "response" => response: Answer<'a>,
    }
}

wire_object! {
    /// The response.
    pub(super) struct Answer<'a> {
        "id" => id: Option<JsonStr<'a>>,
        "model" => model: Option<JsonStr<'a>>,
        "status" => status: Option<JsonStr<'a>>,
        "incomplete_details" => incomplete: Incomplete<'a>,
        "output" => output: Vec<&'a RawValue>,
        "usage" => usage: UsageReport,
        "reasoning" => reasoning: Option<&'a RawValue>,
    }
}

wire_object! {
    pub(super) struct Incomplete<'a> {
        "reason" => reason: Option<JsonStr<'a>>,
    }
}

wire_object! {
    pub(super) struct UsageReport {
        "input_tokens" => input: Count,
        "input_tokens_details" => input_details: InputDetails,
        "output_tokens" => output: Count,
        "output_tokens_details" => output_details: OutputDetails,
    }
}

wire_object! {
    pub(super) struct InputDetails {
        "cached_tokens" => cached: Count,
        "cache_write_tokens" => written: Count,
    }
}

wire_object! {
    pub(super) struct OutputDetails {
        "reasoning_tokens" => reasoning: Count,
    }
}

wire_object! {
    /// A part of a message, of a summary or of open reasoning.
    pub(super) struct Content<'a> {
        "type" => kind: JsonStr<'a>,
        "text" => text: Option<JsonStr<'a>>,
        "refusal" => refusal: Option<JsonStr<'a>>,
        "annotations" => annotations: Vec<&'a RawValue>,
    }
}

wire_object! {
    struct Annotation<'a> {
        "url" => url: Option<JsonStr<'a>>,
        "title" | "filename" => title: Option<JsonStr<'a>>,
    }
}

impl UsageReport {
    /// The counts in Windlass's terms: this wire's input contains what was read from a cache and written to one.
    pub(super) fn usage(&self) -> Option<Usage> {
        let (read, written) = (self.input_details.cached.0, self.input_details.written.0);
        let mut usage = Usage::UNKNOWN;
        if let Some(input) = self.input.0 {
            let cached = read.unwrap_or(0).saturating_add(written.unwrap_or(0));
            usage = usage.with_input(input.saturating_sub(cached));
        }
        if let Some(read) = read {
            usage = usage.with_cache_read(read);
        }
        if let Some(written) = written {
            usage = usage.with_cache_write(written);
        }
        if let Some(output) = self.output.0 {
            usage = usage.with_output(output);
        }
        if let Some(reasoning) = self.output_details.reasoning.0 {
            usage = usage.with_reasoning(reasoning);
        }
        (usage != Usage::UNKNOWN).then_some(usage)
    }
}

/// The citation that an annotation is.
pub(super) fn citation(raw: &RawValue) -> Citation {
    let mut citation = Citation::new(JsonText::from(raw));
    if let Ok(known) = serde_json::from_str::<Annotation<'_>>(raw.get()) {
        citation.url = known.url.map(|url| url.text());
        citation.title = known.title.map(|title| title.text());
    }
    citation
}

/// The members of an object, each as it was written: an item's kind decides what they mean, and those without a meaning
/// here are kept for its replay.
#[derive(Default)]
pub(in super::super) struct Members<'a>(Vec<(Key<'a>, &'a RawValue)>);

impl<'a> Members<'a> {
    /// The value of a member that is there and not `null`.
    pub(in super::super) fn get(&self, name: &str) -> Option<&'a RawValue> {
        let mut all = self.iter().filter(|(key, _)| *key == name);
        all.next_back().map(|(_, value)| value)
    }

    /// The value of a member that is a string.
    pub(super) fn string(&self, name: &str) -> Option<JsonStr<'a>> {
        serde_json::from_str(self.get(name)?.get()).ok()
    }

    /// The values of a member that is a list.
    pub(super) fn list(&self, name: &str) -> Vec<&'a RawValue> {
        self.get(name)
            .and_then(|list| serde_json::from_str(list.get()).ok())
            .unwrap_or_default()
    }

    /// The members that are not `null`.
    pub(in super::super) fn iter(&self) -> impl DoubleEndedIterator<Item = (&str, &'a RawValue)> {
        let members = self.0.iter().map(|(key, value)| (&*key.0, *value));
        members.filter(|(_, value)| value.get() != "null")
    }

    /// Whether there are no members.
    pub(in super::super) fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }

    /// An object of the members that are none of `known`; `None` when there are none.
    pub(super) fn without(&self, known: &[&str]) -> Option<JsonText> {
        let mut object = String::from("{");
        for (name, value) in self.iter().filter(|(name, _)| !known.contains(name)) {
            if object.len() > 1 {
                object.push(',');
            }
            object.push_str(&serde_json::to_string(name).ok()?);
            object.push(':');
            object.push_str(value.get());
        }
        if object.len() == 1 {
            return None;
        }
        object.push('}');
        JsonText::parse(object).ok()
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;

        impl<'de> Visitor<'de> for Object {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(Object)
    }
}
