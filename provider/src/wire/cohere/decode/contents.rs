use std::collections::VecDeque;

use windlass_core::{Event, PartIndex, Text};

use crate::json::{Deltas, JsonStr};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Thinking,
}

/// The contents of an answer, each in the place among the parts that it has among the contents.
#[derive(Debug, Default)]
pub(super) struct Contents(Vec<Content>);

#[derive(Debug)]
struct Content {
    index: u64,
    kind: Kind,
    part: PartIndex,
    /// Whether an event opened the part.
    begun: bool,
    ended: bool,
}

impl Contents {
    /// Adds a piece to the content with this index and kind, which it may open.
    pub(super) fn piece(
        &mut self,
        (index, kind): (u64, Kind),
        piece: &JsonStr<'_>,
        deltas: &mut Deltas,
        events: &mut VecDeque<Event>,
    ) {
        let known = self.0.iter().rposition(|content| {
            (content.index, content.kind, content.ended) == (index, kind, false)
        });
        let at = known.unwrap_or_else(|| self.open(index, kind));
        let content = &mut self.0[at];
        if let Some(text) = deltas.piece(content.part, piece) {
            content.begun = true;
            events.push_back(words(kind, content.part, text));
        }
    }

    fn open(&mut self, index: u64, kind: Kind) -> usize {
        let at = self.0.len();
        self.0.push(Content {
            index,
            kind,
            part: PartIndex(u32::try_from(at).unwrap_or(u32::MAX)),
            begun: false,
            ended: false,
        });
        at
    }

    /// The text that a citation belongs to: the one it names, else the last.
    pub(super) fn cited(&self, index: Option<u64>) -> Option<PartIndex> {
        let text = self.0.iter().rfind(|content| {
            content.kind == Kind::Text
                && content.begun
                && index.is_none_or(|index| index == content.index)
        });
        Some(text?.part)
    }

    /// Ends the thinking with this index. Texts go on until the answer ends, because their citations may be still to
    /// come.
    pub(super) fn end(
        &mut self,
        index: Option<u64>,
        deltas: &mut Deltas,
        events: &mut VecDeque<Event>,
    ) {
        for content in &mut self.0 {
            if content.kind == Kind::Thinking && Some(content.index) == index {
                content.end(deltas, events);
            }
        }
    }

    /// Ends what is still open.
    pub(super) fn end_all(&mut self, deltas: &mut Deltas, events: &mut VecDeque<Event>) {
        for content in &mut self.0 {
            content.end(deltas, events);
        }
    }
}

impl Content {
    fn end(&mut self, deltas: &mut Deltas, events: &mut VecDeque<Event>) {
        if std::mem::replace(&mut self.ended, true) {
            return;
        }
        if let Some(text) = deltas.end(self.part) {
            self.begun = true;
            events.push_back(words(self.kind, self.part, text));
        }
        if self.begun {
            events.push_back(Event::PartEnd { part: self.part });
        }
    }
}

pub(super) fn words(kind: Kind, part: PartIndex, text: Text) -> Event {
    match kind {
        Kind::Text => Event::Text { part, text },
        Kind::Thinking => Event::Thinking { part, text },
    }
}
