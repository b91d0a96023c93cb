//! Bodies that are one JSON text: taken whole, or an array taken item by item.

use memchr::memchr2;

use super::buffer::{Bom, Buffer};
use super::ndjson::is_blank;
use super::{Frame, FrameError};

#[cfg(test)]
mod tests;

#[derive(Debug)]
pub(super) struct Json {
    buffer: Buffer,
    bom: Bom,
    place: Place,
    lent: bool,
}

/// Where in the body the next byte is.
#[derive(Debug)]
enum Place {
    /// Before everything but blanks.
    Start,
    /// After the array's `[`, where it may end at once.
    First,
    /// After a comma, where an item must follow.
    Next,
    /// Inside an item.
    Item(Item),
    /// After an item of the array.
    Between,
    /// After the whole text.
    Ended,
    /// In a body that is taken whole.
    Whole,
}

impl Json {
    /// A body that is one frame.
    pub(super) fn whole() -> Self {
        Self {
            buffer: Buffer::default(),
            bom: Bom::default(),
            place: Place::Whole,
            lent: false,
        }
    }

    /// A body whose top-level array is a frame per item.
    pub(super) fn array() -> Self {
        Self {
            place: Place::Start,
            ..Self::whole()
        }
    }

    pub(super) fn buffer(&self) -> &Buffer {
        &self.buffer
    }

    pub(super) fn buffer_mut(&mut self) -> &mut Buffer {
        &mut self.buffer
    }

    pub(super) fn next<'a, 'c: 'a>(
        &'a mut self,
        rest: &mut &'c [u8],
    ) -> Result<Option<Frame<'a>>, FrameError> {
        self.release();
        self.bom.strip(rest, &mut self.buffer);
        loop {
            match &mut self.place {
                Place::Item(item) => {
                    let Some(end) = item.end(rest) else { break };
                    self.place = if item.is_body {
                        Place::Ended
                    } else {
                        Place::Between
                    };
                    let (tail, after) = rest.split_at(end);
                    *rest = after;
                    self.lent = true;
                    return Ok(Some(Frame::new(self.buffer.complete(tail)?)));
                }
                Place::Whole => break,
                _ => {
                    let Some(&byte) = rest.first() else { break };
                    if self.step(byte)? {
                        *rest = &rest[1..];
                    }
                }
            }
        }
        self.buffer.keep_checked(std::mem::take(rest))?;
        Ok(None)
    }

    pub(super) fn finish(&mut self) -> Result<Option<Frame<'_>>, FrameError> {
        self.release();
        self.bom.give_up(&mut self.buffer);
        match self.place {
            Place::Start | Place::Whole | Place::Ended if is_blank(self.buffer.bytes()) => Ok(None),
            Place::Start | Place::Whole => {
                self.lent = true;
                Ok(Some(Frame::new(self.buffer.bytes())))
            }
            _ => Err(FrameError::unfinished(self.buffer.len())),
        }
    }

    fn release(&mut self) {
        if std::mem::take(&mut self.lent) {
            self.buffer.clear();
        }
    }

    /// Goes on by one byte between items. True if the byte is used up by that.
    fn step(&mut self, byte: u8) -> Result<bool, FrameError> {
        let begun_like_a_bom = !self.buffer.is_empty();
        let (place, used) = match (&self.place, byte) {
            (Place::Start, _) if begun_like_a_bom => (Place::Whole, false),
            (_, b' ' | b'\t' | b'\n' | b'\r') => return Ok(true),
            (Place::Start, b'[') => (Place::First, true),
            (Place::Start, b'{') => (Place::Item(Item::new(byte, true)), false),
            (Place::Start, _) => (Place::Whole, false),
            (Place::First | Place::Between, b']') => (Place::Ended, true),
            (Place::Between, b',') => (Place::Next, true),
            (Place::Between, _) => return Err(FrameError::syntax("no comma after an item")),
            (Place::First | Place::Next, b',' | b':' | b']' | b'}') => {
                return Err(FrameError::syntax("an item is missing"));
            }
            (Place::First | Place::Next, _) => (Place::Item(Item::new(byte, false)), false),
            _ => return Err(FrameError::syntax("something follows its end")),
        };
        self.place = place;
        Ok(used)
    }
}

/// Finds the end of one value without checking what is in it: that is for the decoder.
#[derive(Debug)]
struct Item {
    /// Whether this value is all of the body.
    is_body: bool,
    is_scalar: bool,
    depth: usize,
    in_string: bool,
    escaped: bool,
}

impl Item {
    fn new(first: u8, is_body: bool) -> Self {
        let is_scalar = !matches!(first, b'{' | b'[' | b'"');
        Self {
            is_body,
            is_scalar,
            depth: 0,
            in_string: false,
            escaped: false,
        }
    }

    /// Where in `bytes` the value ends. Each byte must be shown once, in order, from the value's first.
    fn end(&mut self, bytes: &[u8]) -> Option<usize> {
        if self.is_scalar {
            return bytes
                .iter()
                .position(|byte| matches!(byte, b',' | b']' | b' ' | b'\t' | b'\n' | b'\r'));
        }
        let mut at = 0;
        while at < bytes.len() {
            at += if self.in_string {
                self.string(&bytes[at..])
            } else {
                self.structure(&bytes[at..])
            };
            if self.depth == 0 && !self.in_string {
                return Some(at);
            }
        }
        None
    }

    /// Reads on to the next quote or escape; gives how far that was.
    fn string(&mut self, bytes: &[u8]) -> usize {
        if std::mem::take(&mut self.escaped) {
            return 1;
        }
        let Some(found) = memchr2(b'"', b'\\', bytes) else {
            return bytes.len();
        };
        self.escaped = bytes[found] == b'\\';
        self.in_string = self.escaped;
        found + 1
    }

    /// Reads on to the next quote or bracket; gives how far that was.
    fn structure(&mut self, bytes: &[u8]) -> usize {
        let is_structure = |byte: &u8| matches!(byte, b'"' | b'{' | b'[' | b'}' | b']');
        let Some(found) = bytes.iter().position(is_structure) else {
            return bytes.len();
        };
        match bytes[found] {
            b'"' => self.in_string = true,
            b'{' | b'[' => self.depth += 1,
            _ => self.depth -= 1,
        }
        found + 1
    }
}
