//! A reasoning item while it grows: one part, whose text is its summary or, where that is open, the reasoning itself.

use serde_json::value::RawValue;
use windlass_core::{Event, PartIndex, Seal};

use super::super::shapes::{Content, Members};
use super::{Sink, push_seal, sealed};
use crate::json::JsonStr;

/// The members of a reasoning item that a seal has fields for. Summary and content are kept beside the text that is
/// joined from them, because both are sent back as they were cut.
const KNOWN: &[&str] = &["type", "id", "encrypted_content"];

/// Between two texts of one item.
const BLANK_LINE: &str = "\n\n";

/// Of which list of the item a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Source {
    Summary,
    Content,
}

#[derive(Debug, Default)]
pub(super) struct GrowingReasoning {
    part: Option<PartIndex>,
    /// The list that the text is taken from: the one that came first.
    source: Option<Source>,
    /// The number of the text within the list.
    section: u64,
    /// How many texts of the list have come.
    sections: u64,
}

impl GrowingReasoning {
    pub(super) fn part(&self) -> Option<PartIndex> {
        self.part
    }

    pub(super) fn delta(
        &mut self,
        source: Source,
        section: u64,
        piece: &JsonStr<'_>,
        sink: &mut Sink<'_>,
    ) {
        if piece.is_empty() || *self.source.get_or_insert(source) != source {
            return;
        }
        if self.part.is_some() && section != self.section {
            self.end_section(sink);
            self.push(BLANK_LINE.into(), sink);
        }
        self.section = section;
        self.sections = self.sections.max(section.saturating_add(1));
        self.part.get_or_insert(sink.first);
        if let Some(text) = sink.deltas.piece(sink.first, piece) {
            self.push(text, sink);
        }
    }

    /// Takes in a whole text of which nothing has come.
    pub(super) fn fill(
        &mut self,
        source: Source,
        section: u64,
        whole: &JsonStr<'_>,
        sink: &mut Sink<'_>,
    ) {
        if section >= self.sections {
            self.delta(source, section, whole, sink);
        }
    }

    /// Takes in the whole item. An item without any text still counts: it is sent back with the calls that follow it.
    pub(super) fn complete(&mut self, item: &Members<'_>, seal: Seal, sink: &mut Sink<'_>) {
        self.fill_all(Source::Summary, &item.list("summary"), sink);
        self.fill_all(Source::Content, &item.list("content"), sink);
        if self.part.is_none() {
            self.push("".into(), sink);
        }
        self.end(&sealed(seal, item, KNOWN), sink);
    }

    pub(super) fn end(&mut self, seal: &Seal, sink: &mut Sink<'_>) {
        self.end_section(sink);
        if let Some(part) = self.part {
            push_seal(part, seal, sink.events);
            sink.events.push_back(Event::PartEnd { part });
        }
    }

    fn fill_all(&mut self, source: Source, texts: &[&RawValue], sink: &mut Sink<'_>) {
        for (section, raw) in (0..).zip(texts) {
            let content = serde_json::from_str::<Content<'_>>(raw.get());
            if let Some(text) = content.ok().and_then(|content| content.text) {
                self.fill(source, section, &text, sink);
            }
        }
    }

    fn end_section(&mut self, sink: &mut Sink<'_>) {
        if let Some(lone) = sink.deltas.end(sink.first) {
            self.push(lone, sink);
        }
    }

    fn push(&mut self, text: windlass_core::Text, sink: &mut Sink<'_>) {
        let part = *self.part.get_or_insert(sink.first);
        sink.events.push_back(Event::Thinking { part, text });
    }
}
