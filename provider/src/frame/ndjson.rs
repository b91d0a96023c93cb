//! Newline-delimited JSON.

use memchr::memchr;

use super::buffer::{Bom, Buffer};
use super::{Frame, FrameError};

#[cfg(test)]
mod tests;

#[derive(Debug, Default)]
pub(super) struct Ndjson {
    buffer: Buffer,
    bom: Bom,
    lent: bool,
}

impl Ndjson {
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
        while let Some(end) = memchr(b'\n', rest) {
            let (line, after) = (&rest[..end], &rest[end + 1..]);
            *rest = after;
            self.buffer
                .check(self.buffer.len().saturating_add(line.len()))?;
            if is_blank(self.buffer.bytes()) && is_blank(line) {
                self.buffer.clear();
                continue;
            }
            self.lent = true;
            return Ok(Some(Frame::new(without_cr(self.buffer.complete(line)?))));
        }
        self.buffer.keep_checked(std::mem::take(rest))?;
        Ok(None)
    }

    pub(super) fn finish(&mut self) -> Result<Option<Frame<'_>>, FrameError> {
        self.release();
        self.bom.give_up(&mut self.buffer);
        if is_blank(self.buffer.bytes()) {
            return Ok(None);
        }
        self.lent = true;
        Ok(Some(Frame::new(without_cr(self.buffer.bytes()))))
    }

    fn release(&mut self) {
        if std::mem::take(&mut self.lent) {
            self.buffer.clear();
        }
    }
}

pub(super) fn is_blank(bytes: &[u8]) -> bool {
    bytes.iter().all(u8::is_ascii_whitespace)
}

fn without_cr(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\r").unwrap_or(line)
}
