//! What the splitters share: the bytes of an unfinished frame, and the byte order mark.

use super::{DEFAULT_MAX_FRAME, FrameError};

/// What the buffer may go on holding once a larger frame is done with.
const RETAINED: usize = 64 * 1024;

const BOM: &[u8] = b"\xEF\xBB\xBF";

/// The bytes of a frame that began in an earlier chunk, empty while a frame lies in one chunk.
#[derive(Debug)]
pub(super) struct Buffer {
    bytes: Vec<u8>,
    cap: usize,
}

impl Default for Buffer {
    fn default() -> Self {
        Self {
            bytes: Vec::new(),
            cap: DEFAULT_MAX_FRAME,
        }
    }
}

impl Buffer {
    pub(super) fn set_cap(&mut self, cap: usize) {
        self.cap = cap;
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// An error if a frame of `len` bytes is over the cap.
    pub(super) fn check(&self, len: usize) -> Result<(), FrameError> {
        if len > self.cap {
            Err(FrameError::too_large(self.cap))
        } else {
            Ok(())
        }
    }

    /// Adds bytes that the caller has checked against the cap.
    pub(super) fn keep(&mut self, more: &[u8]) {
        self.bytes.extend_from_slice(more);
    }

    /// Adds bytes unless the whole would be over the cap.
    pub(super) fn keep_checked(&mut self, more: &[u8]) -> Result<(), FrameError> {
        self.check(self.bytes.len().saturating_add(more.len()))?;
        self.keep(more);
        Ok(())
    }

    /// The frame that `tail` completes: `tail` itself if nothing was kept before.
    pub(super) fn complete<'a>(&'a mut self, tail: &'a [u8]) -> Result<&'a [u8], FrameError> {
        if self.bytes.is_empty() {
            self.check(tail.len())?;
            return Ok(tail);
        }
        self.keep_checked(tail)?;
        Ok(&self.bytes)
    }

    pub(super) fn clear(&mut self) {
        clear(&mut self.bytes);
    }
}

/// Empties a buffer and gives back what a very large frame made it grow to.
pub(super) fn clear(bytes: &mut Vec<u8>) {
    bytes.clear();
    if bytes.capacity() > RETAINED {
        bytes.shrink_to(RETAINED);
    }
}

/// Drops a byte order mark at the start of a body, also one that is cut.
#[derive(Debug, Default)]
pub(super) struct Bom {
    matched: usize,
}

impl Bom {
    /// Takes the mark off `rest`. Bytes that began like a mark and are none go to `buffer`.
    pub(super) fn strip(&mut self, rest: &mut &[u8], buffer: &mut Buffer) {
        while let Some(expected) = BOM.get(self.matched)
            && let Some((first, after)) = rest.split_first()
        {
            if first != expected {
                return self.give_up(buffer);
            }
            *rest = after;
            self.matched += 1;
        }
    }

    /// Ends the search; what had matched so far was content.
    pub(super) fn give_up(&mut self, buffer: &mut Buffer) {
        if let Some(begun) = BOM.get(..self.matched)
            && self.matched < BOM.len()
        {
            buffer.keep(begun);
        }
        self.matched = BOM.len();
    }
}
