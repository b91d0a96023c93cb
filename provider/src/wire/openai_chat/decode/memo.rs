//! Hosts write every chunk of a stream alike, but for a few words of text. When all bytes around those words are the
//! same as last time, they mean the same, and only the words need to be read.

use memchr::memmem;
use serde::de::IgnoredAny;
use windlass_core::PartIndex;

use crate::json::JsonStr;

#[cfg(test)]
mod tests;

/// Members of random length that hosts pad chunks with, and that no decoder reads.
const PADDING: [&[u8]; 2] = [b"\"obfuscation\":\"", b"\"p\":\""];

/// After how many chunks that were learned in vain the memo pauses, and for how many chunks.
const PATIENCE: u32 = 4;
const PAUSE: u32 = 16;

/// The bytes around the words of the last chunk, and what the words were.
#[derive(Debug, Default)]
pub(super) struct Memo {
    known: Option<Piece>,
    /// How many chunks were learned since one was recalled.
    in_vain: u32,
    /// Up to and with the quote that opens the words.
    head: Vec<u8>,
    /// What follows the words: all of it, or up to the padding's opening quote.
    tail: Vec<u8>,
    /// What follows the padding, where there is one.
    after_padding: Option<Vec<u8>>,
}

/// What the words of a chunk belong to, when they are all that the chunk says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) kind: PieceKind,
    pub(super) part: PartIndex,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PieceKind {
    Text,
    Thinking,
    Arguments,
}

impl Memo {
    /// The words of a chunk that is the last one but for its words.
    pub(super) fn recall<'a>(&mut self, chunk: &'a [u8]) -> Option<(Piece, JsonStr<'a>)> {
        let piece = self.known?;
        let after_quote = chunk.strip_prefix(&*self.head)?;
        let (words, rest) = string(&chunk[chunk.len() - after_quote.len() - 1..])?;
        // Control characters are no JSON in a string, but only some members are read so strictly.
        let raw = &after_quote[..after_quote.len() - rest.len()];
        if raw.iter().any(u8::is_ascii_control) {
            return None;
        }
        let same = match &self.after_padding {
            None => rest == self.tail,
            Some(after) => {
                let padding = rest.strip_prefix(&*self.tail)?;
                let opening = rest.len() - padding.len() - 1;
                skip_string(&rest[opening..])? == after
            }
        };
        if !same {
            return None;
        }
        self.in_vain = 0;
        Some((piece, words))
    }

    /// Remembers a chunk that said nothing but `words`, a string of it without escapes. A host whose chunks are never
    /// alike is looked at only now and then.
    pub(super) fn learn(&mut self, chunk: &[u8], words: &str, piece: Piece) {
        self.known = None;
        self.in_vain = (self.in_vain + 1) % (PATIENCE + PAUSE);
        if self.in_vain > PATIENCE {
            return;
        }
        let begin = (words.as_ptr() as usize).wrapping_sub(chunk.as_ptr() as usize);
        let Some(end) = begin.checked_add(words.len()) else {
            return;
        };
        let (Some(head), Some(tail)) = (chunk.get(..begin), chunk.get(end..)) else {
            return;
        };
        // Outside of the chunk there are only strings that were unescaped, and a slice of the chunk is between quotes.
        if !head.ends_with(b"\"") || !tail.starts_with(b"\"") {
            return;
        }
        self.known = Some(piece);
        copy(head, &mut self.head);
        self.keep_tail(&tail[1..]);
    }

    pub(super) fn forget(&mut self) {
        self.known = None;
    }

    /// Keeps what follows the words.
    fn keep_tail(&mut self, tail: &[u8]) {
        let padding = PADDING.iter().find_map(|key| {
            let opening = memmem::find(tail, key)? + key.len() - 1;
            Some((opening, skip_string(&tail[opening..])?))
        });
        let Some((opening, after)) = padding else {
            self.after_padding = None;
            return copy(tail, &mut self.tail);
        };
        copy(&tail[..=opening], &mut self.tail);
        copy(after, self.after_padding.get_or_insert_default());
    }
}

fn copy(bytes: &[u8], to: &mut Vec<u8>) {
    to.clear();
    to.extend_from_slice(bytes);
}

/// The JSON string that `bytes` begin with, and what follows it.
fn string(bytes: &[u8]) -> Option<(JsonStr<'_>, &[u8])> {
    let mut values = serde_json::Deserializer::from_slice(bytes).into_iter::<JsonStr<'_>>();
    let string = values.next()?.ok()?;
    let rest = bytes.get(values.byte_offset()..)?;
    Some((string, rest))
}

/// What follows the JSON string that `bytes` begin with, which is checked as a member is that nobody reads.
fn skip_string(bytes: &[u8]) -> Option<&[u8]> {
    let mut values = serde_json::Deserializer::from_slice(bytes).into_iter::<IgnoredAny>();
    values.next()?.ok()?;
    bytes.get(values.byte_offset()..)
}
