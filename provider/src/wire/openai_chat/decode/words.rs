//! Words of the answer, each to the part it belongs to.

use windlass_core::{Event, PartIndex, Text};

use super::memo::{Piece, PieceKind};
use super::{CALLS, CONTENT, Events, REFUSAL};
use crate::json::{Deltas, JsonStr};

/// Words of the answer, on their way to events.
#[derive(Debug, Default)]
pub(super) struct Words {
    pub(super) deltas: Deltas,
    /// The kinds of the content's runs: text and, at hosts that put it there, thinking.
    pub(super) runs: Vec<PieceKind>,
    /// How many pieces the current chunk had, and the last of them.
    pub(super) count: usize,
    pub(super) last: Option<Piece>,
}

impl Words {
    /// Adds words to the content, in a run of their kind.
    pub(super) fn content(&mut self, kind: PieceKind, words: &JsonStr<'_>, events: &mut Events) {
        if self.runs.last() != Some(&kind) && !words.is_empty() {
            self.runs.push(kind);
        }
        self.piece(kind, self.run(), words, events);
    }

    /// The current run of the content.
    fn run(&self) -> PartIndex {
        let before = u32::try_from(self.runs.len().saturating_sub(1)).unwrap_or(u32::MAX);
        PartIndex(CONTENT + before.min(REFUSAL.0 - CONTENT - 1))
    }

    /// The text that a citation belongs to; it is opened if there is none.
    pub(super) fn cited(&mut self, events: &mut Events) -> PartIndex {
        if let Some(at) = self.runs.iter().rposition(|kind| *kind == PieceKind::Text) {
            return PartIndex(CONTENT + u32::try_from(at).unwrap_or(0));
        }
        self.runs.push(PieceKind::Text);
        let (part, text) = (self.run(), Text::new());
        events.push_back(Event::Text { part, text });
        part
    }

    #[inline]
    pub(super) fn piece(
        &mut self,
        kind: PieceKind,
        part: PartIndex,
        words: &JsonStr<'_>,
        events: &mut Events,
    ) {
        self.count += 1;
        self.last = Some(Piece { kind, part });
        if let Some(text) = self.deltas.piece(part, words) {
            events.push_back(event(kind, part, text));
        }
    }

    /// Gives the halves of surrogate pairs that wait in vain.
    pub(super) fn finish(&mut self, events: &mut Events) {
        let runs = std::mem::take(&mut self.runs);
        let kind = |part: PartIndex| match part.0 {
            0 => PieceKind::Thinking,
            CALLS.. => PieceKind::Arguments,
            at => runs
                .get((at - CONTENT) as usize)
                .copied()
                .unwrap_or(PieceKind::Text),
        };
        events.extend(self.deltas.finish(|part, text| match part {
            REFUSAL => Event::Refusal { part, text },
            _ => event(kind(part), part, text),
        }));
        self.runs = runs;
    }
}

#[inline]
fn event(kind: PieceKind, part: PartIndex, text: Text) -> Event {
    match kind {
        PieceKind::Text => Event::Text { part, text },
        PieceKind::Thinking => Event::Thinking { part, text },
        PieceKind::Arguments => Event::Arguments { part, text },
    }
}
