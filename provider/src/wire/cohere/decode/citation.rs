use serde_json::value::RawValue;
use windlass_core::Citation;

use crate::json::{Count, JsonStr, wire_object};

wire_object! {
    struct Wire<'a> {
        "type" => kind: JsonStr<'a>,
        "content_index" => content: Count,
        "sources" => sources: Vec<Source<'a>>,
    }
}

wire_object! {
    struct Source<'a> {
        "document" | "tool_output" => output: Option<&'a RawValue>,
    }
}

wire_object! {
    /// What we know of a source; its members are whatever the program gave it.
    struct Output<'a> {
        "title" => title: Option<JsonStr<'a>>,
        "url" => url: Option<JsonStr<'a>>,
    }
}

/// A citation, and what it belongs to.
pub(super) struct Cited {
    pub(super) citation: Citation,
    /// The index of the content that holds it, where the wire says.
    pub(super) content: Option<u64>,
    /// Whether it belongs to a text, not to a plan or to thinking.
    pub(super) on_text: bool,
}

/// The citations of a list, or the one that comes alone.
pub(super) fn split(raw: &RawValue) -> Result<Vec<&RawValue>, serde_json::Error> {
    if raw.get().starts_with('[') {
        serde_json::from_str(raw.get())
    } else {
        Ok(vec![raw])
    }
}

/// Reads what is common to citations. The whole of it is kept as it came, so what is not as expected is only not named.
pub(super) fn read(raw: &RawValue) -> Cited {
    let wire: Wire<'_> = serde_json::from_str(raw.get()).unwrap_or_default();
    let mut citation = Citation::new(raw.into());
    let outputs = wire.sources.iter().filter_map(|source| source.output);
    for output in outputs.filter_map(|raw| serde_json::from_str::<Output<'_>>(raw.get()).ok()) {
        let Output { title, url } = output;
        citation.title = citation.title.or_else(|| title.map(|title| title.text()));
        citation.url = citation.url.or_else(|| url.map(|url| url.text()));
    }
    Cited {
        citation,
        content: wire.content.0,
        on_text: matches!(wire.kind.as_str(), "" | "TEXT_CONTENT"),
    }
}
