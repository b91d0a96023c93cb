//! What an answer rests on: search and map results, documents, recited passages, fetched pages.

use std::collections::HashSet;

use serde_json::value::RawValue;
use windlass_core::{Citation, JsonText, Text};

use crate::json::{JsonStr, wire_object};
use crate::wire::gemini::shape::Candidate;

wire_object! {
    struct Grounding<'a> {
        "groundingChunks" => chunks: Vec<&'a RawValue>,
    }
}

wire_object! {
    /// The Gemini API says `citationSources`, Vertex says `citations`.
    struct Recitations<'a> {
        "citationSources" | "citations" => sources: Vec<&'a RawValue>,
    }
}

wire_object! {
    struct Urls<'a> {
        "urlMetadata" => pages: Vec<&'a RawValue>,
    }
}

wire_object! {
    /// A grounding chunk holds its source under the name of its kind; the others are the source themselves.
    struct Source<'a> {
        "web" | "maps" | "retrievedContext" | "image" => inner: Place<'a>,
        "uri" | "retrievedUrl" => uri: JsonStr<'a>,
        "title" => title: JsonStr<'a>,
    }
}

wire_object! {
    struct Place<'a> {
        "uri" | "sourceUri" => uri: JsonStr<'a>,
        "title" => title: JsonStr<'a>,
        "text" => text: JsonStr<'a>,
    }
}

/// The sources that were named so far, because a stream may name one again.
#[derive(Debug, Default)]
pub(super) struct Sources(HashSet<JsonText>);

impl Sources {
    /// The citations of `candidate` that are new.
    pub(super) fn of(&mut self, candidate: &Candidate<'_>) -> Vec<Citation> {
        let named = [candidate.grounding, candidate.citations, candidate.urls];
        if named.iter().all(Option::is_none) {
            return Vec::new();
        }
        let grounding = read::<Grounding<'_>>(candidate.grounding).chunks;
        let recited = read::<Recitations<'_>>(candidate.citations).sources;
        let urls = read::<Urls<'_>>(candidate.urls).pages;
        let all = grounding.into_iter().chain(recited).chain(urls);
        all.filter_map(|raw| self.citation(raw)).collect()
    }

    fn citation(&mut self, raw: &RawValue) -> Option<Citation> {
        let json = JsonText::from(raw);
        if !self.0.insert(json.clone()) {
            return None;
        }
        let source: Source<'_> = read(Some(raw));
        let mut citation = Citation::new(json);
        citation.url = text(&source.inner.uri).or_else(|| text(&source.uri));
        citation.title = text(&source.inner.title).or_else(|| text(&source.title));
        citation.quote = text(&source.inner.text);
        Some(citation)
    }
}

/// The shape of `raw`, empty where it has another: what is cited stands beside the answer and never fails it.
fn read<'a, T: serde::Deserialize<'a> + Default>(raw: Option<&'a RawValue>) -> T {
    raw.and_then(|raw| serde_json::from_str(raw.get()).ok())
        .unwrap_or_default()
}

fn text(value: &JsonStr<'_>) -> Option<Text> {
    (!value.is_empty()).then(|| value.text())
}
