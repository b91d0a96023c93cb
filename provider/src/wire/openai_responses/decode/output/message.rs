//! A message while it grows: texts, refusals and what they rest on.

use serde_json::value::RawValue;
use windlass_core::{Event, JsonText, PartIndex, Seal, Unknown};

use super::super::shapes::{Content, Members, citation};
use super::{PARTS_PER_ITEM, Sink, push_seal, sealed};
use crate::json::JsonStr;

/// The members of a message that are parts of Windlass's own message.
const KNOWN: &[&str] = &["type", "id", "role", "content"];

#[derive(Debug, Default)]
pub(super) struct GrowingMessage {
    contents: Vec<GrowingContent>,
}

#[derive(Debug)]
struct GrowingContent {
    index: u64,
    refuses: bool,
    part: PartIndex,
    has_text: bool,
    citations: usize,
}

impl GrowingMessage {
    pub(super) fn parts(&self) -> impl Iterator<Item = PartIndex> {
        self.contents.iter().map(|content| content.part)
    }

    pub(super) fn text(&mut self, index: u64, piece: &JsonStr<'_>, sink: &mut Sink<'_>) {
        self.content(index, false, sink).piece(piece, sink);
    }

    pub(super) fn refusal(&mut self, index: u64, piece: &JsonStr<'_>, sink: &mut Sink<'_>) {
        self.content(index, true, sink).piece(piece, sink);
    }

    pub(super) fn fill_text(&mut self, index: u64, whole: &JsonStr<'_>, sink: &mut Sink<'_>) {
        self.content(index, false, sink).fill(whole, sink);
    }

    pub(super) fn fill_refusal(&mut self, index: u64, whole: &JsonStr<'_>, sink: &mut Sink<'_>) {
        self.content(index, true, sink).fill(whole, sink);
    }

    pub(super) fn annotation(&mut self, index: u64, raw: &RawValue, sink: &mut Sink<'_>) {
        self.content(index, false, sink).cite(raw, sink);
    }

    /// Takes in the whole message, and says whether it declines.
    pub(super) fn complete(&mut self, item: &Members<'_>, seal: Seal, sink: &mut Sink<'_>) -> bool {
        let contents = item.list("content");
        for (index, raw) in (0..).zip(&contents) {
            self.fill_content(index, raw, contents.len(), sink);
        }
        if self.contents.is_empty() {
            self.content(0, false, sink);
        }
        self.end(&sealed(seal, item, KNOWN), sink);
        self.contents.iter().any(|content| content.refuses)
    }

    pub(super) fn end(&mut self, seal: &Seal, sink: &mut Sink<'_>) {
        for content in &mut self.contents {
            content.end(seal, sink);
        }
    }

    /// Takes in one part of the whole message. Where the stream counted its parts in another way, no text of it is taken
    /// a second time.
    fn fill_content(&mut self, index: u64, raw: &RawValue, parts: usize, sink: &mut Sink<'_>) {
        let Ok(content) = serde_json::from_str::<Content<'_>>(raw.get()) else {
            return push_unknown("content", raw, sink);
        };
        let refuses = match content.kind.as_str() {
            "output_text" | "text" => false,
            "refusal" => true,
            other => return push_unknown(other, raw, sink),
        };
        let known = self.contents.iter().any(|known| known.is(index, refuses));
        if !known && self.contents.len() >= parts {
            return;
        }
        let text = if refuses {
            content.refusal
        } else {
            content.text
        };
        let growing = self.content(index, refuses, sink);
        growing.fill(&text.unwrap_or_default(), sink);
        for annotation in content.annotations.iter().skip(growing.citations) {
            growing.cite(annotation, sink);
        }
    }

    fn content(&mut self, index: u64, refuses: bool, sink: &Sink<'_>) -> &mut GrowingContent {
        let known = self
            .contents
            .iter()
            .rposition(|known| known.is(index, refuses));
        let at = known.unwrap_or_else(|| {
            self.contents.push(GrowingContent {
                index,
                refuses,
                part: part(sink.first, index, refuses),
                has_text: false,
                citations: 0,
            });
            self.contents.len() - 1
        });
        &mut self.contents[at]
    }
}

impl GrowingContent {
    fn is(&self, index: u64, refuses: bool) -> bool {
        self.index == index && self.refuses == refuses
    }

    fn piece(&mut self, piece: &JsonStr<'_>, sink: &mut Sink<'_>) {
        self.has_text |= !piece.is_empty();
        if let Some(text) = sink.deltas.piece(self.part, piece) {
            sink.events.push_back(self.event(text));
        }
    }

    fn fill(&mut self, whole: &JsonStr<'_>, sink: &mut Sink<'_>) {
        if !self.has_text {
            self.piece(whole, sink);
        }
    }

    /// A citation needs a text that is there.
    fn cite(&mut self, raw: &RawValue, sink: &mut Sink<'_>) {
        if self.refuses {
            return;
        }
        self.open(sink);
        self.citations += 1;
        let citation = Box::new(citation(raw));
        let part = self.part;
        sink.events.push_back(Event::Citation { part, citation });
    }

    fn open(&mut self, sink: &mut Sink<'_>) {
        if !self.has_text && self.citations == 0 {
            sink.events.push_back(self.event("".into()));
        }
    }

    fn end(&mut self, seal: &Seal, sink: &mut Sink<'_>) {
        if let Some(lone) = sink.deltas.end(self.part) {
            sink.events.push_back(self.event(lone));
        }
        self.open(sink);
        push_seal(self.part, seal, sink.events);
        sink.events.push_back(Event::PartEnd { part: self.part });
    }

    fn event(&self, text: windlass_core::Text) -> Event {
        let part = self.part;
        if self.refuses {
            Event::Refusal { part, text }
        } else {
            Event::Text { part, text }
        }
    }
}

/// A text and a refusal of the same index are two parts.
fn part(first: PartIndex, index: u64, refuses: bool) -> PartIndex {
    let last = PARTS_PER_ITEM / 2 - 1;
    let index = u32::try_from(index).unwrap_or(last).min(last);
    PartIndex(first.0.saturating_add(index * 2 + u32::from(refuses)))
}

fn push_unknown(kind: &str, raw: &RawValue, sink: &mut Sink<'_>) {
    let unknown = Unknown::new(kind, JsonText::from(raw));
    sink.events.push_back(Event::Unknown(Box::new(unknown)));
}
