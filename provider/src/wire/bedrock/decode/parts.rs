//! The parts of an answer while they grow.
//!
//! A content block is a part. Should a host give one block two kinds of content, they are two parts.

use serde_json::value::RawValue;
use windlass_core::{CallSlots, Citation, Event, Item, JsonText, PartIndex, Seal, Text};

use self::gathered::Gathered;
use super::{Events, blob};
use crate::json::{Count, Deltas, JsonStr};
use crate::wire::bedrock::shapes::{self, Reasoning};

mod calls;
mod gathered;

/// The open parts, and what tells calls and texts apart.
#[derive(Debug)]
pub(super) struct Parts {
    open: Vec<Open>,
    deltas: Deltas,
    calls: CallSlots,
    begun_calls: u64,
    next: PartIndex,
    /// The block that the last event named, for events that name none.
    latest: u64,
}

#[derive(Debug)]
struct Open {
    index: u64,
    part: PartIndex,
    /// An event has opened the part.
    shown: bool,
    content: Content,
}

#[derive(Debug)]
enum Content {
    Text,
    Thinking(Box<Seal>),
    /// A call with the id that the provider gave it.
    Call(Option<Text>),
    Gathered(Box<Gathered>),
}

impl Parts {
    pub(super) fn new(first_call_number: u64) -> Self {
        Parts {
            open: Vec::new(),
            deltas: Deltas::default(),
            calls: CallSlots::new(first_call_number),
            begun_calls: 0,
            next: PartIndex(0),
            latest: 0,
        }
    }

    pub(super) fn has_calls(&self) -> bool {
        self.begun_calls > 0
    }

    pub(super) fn text(&mut self, index: Count, piece: &JsonStr<'_>, events: &mut Events) {
        let at = self.text_part(index);
        let part = self.open[at].part;
        if let Some(text) = self.deltas.piece(part, piece) {
            self.open[at].shown = true;
            events.push_back(Event::Text { part, text });
        }
    }

    /// What a text rests on, which may come before the text.
    pub(super) fn citation(
        &mut self,
        index: Count,
        raw: &RawValue,
        events: &mut Events,
    ) -> serde_json::Result<()> {
        let citation = Box::new(citation(raw)?);
        let at = self.text_part(index);
        let Open { part, shown, .. } = &mut self.open[at];
        let part = *part;
        if !std::mem::replace(shown, true) {
            let text = Text::new();
            events.push_back(Event::Text { part, text });
        }
        events.push_back(Event::Citation { part, citation });
        Ok(())
    }

    pub(super) fn reasoning(
        &mut self,
        index: Count,
        reasoning: &Reasoning<'_>,
        events: &mut Events,
    ) {
        if let Some(piece) = &reasoning.text {
            let at = self.thinking_part(index);
            let part = self.open[at].part;
            if let Some(text) = self.deltas.piece(part, piece) {
                self.open[at].shown = true;
                events.push_back(Event::Thinking { part, text });
            }
        }
        if let Some(piece) = reasoning.signature.as_ref().filter(|it| !it.is_empty()) {
            self.seal(index, events, |seal| {
                let known = seal.signature.take().unwrap_or_default().into_string();
                seal.signature = Some((known + &piece.text()).into());
            });
        }
        if let Some(piece) = &reasoning.redacted {
            self.redacted(index, piece, events);
        }
    }

    /// Thinking that the provider encrypted.
    pub(super) fn redacted(&mut self, index: Count, piece: &JsonStr<'_>, events: &mut Events) {
        self.seal(index, events, |seal| {
            let mut known = seal.encrypted.take().unwrap_or_default().into_string();
            blob::join(&mut known, &piece.text());
            seal.encrypted = Some(known.into());
        });
    }

    /// Changes the seal of the thinking at `index`, and tells.
    fn seal(&mut self, index: Count, events: &mut Events, change: impl FnOnce(&mut Seal)) {
        let at = self.thinking_part(index);
        let Open {
            part,
            shown,
            content,
            ..
        } = &mut self.open[at];
        let part = *part;
        if !std::mem::replace(shown, true) {
            let text = Text::new();
            events.push_back(Event::Thinking { part, text });
        }
        if let Content::Thinking(seal) = content {
            change(seal);
            let seal = seal.clone();
            events.push_back(Event::Seal { part, seal });
        }
    }

    /// An item that came whole.
    pub(super) fn item(&mut self, item: Item, events: &mut Events) {
        let part = self.next_part();
        let item = Box::new(item);
        events.push_back(Event::Item { part, item });
        events.push_back(Event::PartEnd { part });
    }

    /// Ends a block.
    pub(super) fn end(&mut self, index: Count, events: &mut Events) {
        let index = self.index(index);
        while let Some(at) = self.open.iter().position(|open| open.index == index) {
            let open = self.open.remove(at);
            self.close(open, events);
        }
    }

    /// Ends the blocks that the host left open.
    pub(super) fn end_all(&mut self, events: &mut Events) {
        for open in std::mem::take(&mut self.open) {
            self.close(open, events);
        }
    }

    fn close(&mut self, open: Open, events: &mut Events) {
        let part = open.part;
        let half = self.deltas.end(part);
        let last = match open.content {
            Content::Text => half.map(|text| Event::Text { part, text }),
            Content::Thinking(_) => half.map(|text| Event::Thinking { part, text }),
            Content::Call(_) => half.map(|text| Event::Arguments { part, text }),
            Content::Gathered(gathered) => Some(gathered.into_event(part)),
        };
        if open.shown || last.is_some() {
            events.extend(last);
            events.push_back(Event::PartEnd { part });
        }
    }

    fn text_part(&mut self, index: Count) -> usize {
        let fits = |content: &Content| matches!(content, Content::Text);
        self.place(index, fits, || Content::Text)
    }

    fn thinking_part(&mut self, index: Count) -> usize {
        let fits = |content: &Content| matches!(content, Content::Thinking(_));
        self.place(index, fits, || Content::Thinking(Box::default()))
    }

    /// Where the open part of this block that fits stands, or a new one.
    fn place(
        &mut self,
        index: Count,
        fits: impl Fn(&Content) -> bool,
        new: impl FnOnce() -> Content,
    ) -> usize {
        let number = self.index(index);
        let known = self
            .open
            .iter()
            .rposition(|open| open.index == number && fits(&open.content));
        known.unwrap_or_else(|| self.add(index, new()))
    }

    fn add(&mut self, index: Count, content: Content) -> usize {
        let index = self.index(index);
        let part = self.next_part();
        self.open.push(Open {
            index,
            part,
            shown: false,
            content,
        });
        self.open.len() - 1
    }

    fn index(&mut self, index: Count) -> u64 {
        self.latest = index.0.unwrap_or(self.latest);
        self.latest
    }

    fn next_part(&mut self) -> PartIndex {
        let part = self.next;
        self.next = part.next();
        part
    }
}

fn citation(raw: &RawValue) -> serde_json::Result<Citation> {
    let read: shapes::Citation<'_> = serde_json::from_str(raw.get())?;
    let quotes = read.quotes.iter().filter_map(|words| words.text.as_ref());
    let quote: String = quotes.map(|text| text.text().into_string()).collect();
    let mut citation = Citation::new(JsonText::from(raw));
    citation.url = read.location.web.url.map(|url| url.text());
    citation.title = read.title.map(|title| title.text());
    citation.quote = (!quote.is_empty()).then(|| quote.into());
    Ok(citation)
}
