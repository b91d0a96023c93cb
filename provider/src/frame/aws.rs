//! AWS event stream messages (`application/vnd.amazon.eventstream`): read by a [`Framer`](super::Framer), written by
//! [`encode`].

use super::buffer::Buffer;
use super::{Frame, FrameError, FrameKind};

mod encode;
mod header;
#[cfg(test)]
mod tests;

pub use self::encode::encode;
pub use self::header::{Header, HeaderValue, Headers, HeadersIter};

/// Total length, length of the headers, checksum of both.
const PRELUDE: usize = 12;
const CHECKSUM: usize = 4;

#[derive(Debug, Default)]
pub(super) struct Aws {
    buffer: Buffer,
    /// The lengths of the message being read, once its prelude is known to be whole.
    lengths: Option<Lengths>,
    lent: bool,
}

/// Lengths that fit each other and the cap.
#[derive(Clone, Copy, Debug)]
struct Lengths {
    total: usize,
    headers: usize,
}

impl Aws {
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
        let lengths = match self.lengths {
            Some(lengths) => lengths,
            None => {
                let Some(prelude) = self.prelude(rest) else {
                    self.buffer.keep(std::mem::take(rest));
                    return Ok(None);
                };
                *self.lengths.insert(Lengths::read(&prelude, &self.buffer)?)
            }
        };
        let missing = lengths.total - self.buffer.len();
        let Some((tail, after)) = rest.split_at_checked(missing) else {
            self.buffer.keep(std::mem::take(rest));
            return Ok(None);
        };
        *rest = after;
        self.lengths = None;
        self.lent = true;
        message(self.buffer.complete(tail)?, lengths).map(Some)
    }

    pub(super) fn finish(&mut self) -> Result<Option<Frame<'_>>, FrameError> {
        self.release();
        if self.buffer.is_empty() {
            Ok(None)
        } else {
            Err(FrameError::unfinished(self.buffer.len()))
        }
    }

    fn release(&mut self) {
        if std::mem::take(&mut self.lent) {
            self.buffer.clear();
        }
    }

    /// The first bytes of a message, part of which may have been kept, if they are all there.
    fn prelude(&self, rest: &[u8]) -> Option<[u8; PRELUDE]> {
        let mut prelude = [0; PRELUDE];
        let (before, after) = prelude.split_at_mut(self.buffer.len());
        before.copy_from_slice(self.buffer.bytes());
        after.copy_from_slice(rest.get(..after.len())?);
        Some(prelude)
    }
}

impl Lengths {
    fn read(prelude: &[u8; PRELUDE], buffer: &Buffer) -> Result<Self, FrameError> {
        let [t0, t1, t2, t3, h0, h1, h2, h3, checksum @ ..] = *prelude;
        if crc32fast::hash(&prelude[..PRELUDE - CHECKSUM]) != u32::from_be_bytes(checksum) {
            return Err(FrameError::prelude_checksum());
        }
        let total = length([t0, t1, t2, t3]);
        let headers = length([h0, h1, h2, h3]);
        buffer.check(total)?;
        let Some(content) = total.checked_sub(PRELUDE + CHECKSUM) else {
            return Err(FrameError::length("shorter than an empty message"));
        };
        if headers > content {
            return Err(FrameError::length("more headers than message"));
        }
        Ok(Self { total, headers })
    }
}

/// A length that no `usize` can hold is over any cap.
fn length(bytes: [u8; 4]) -> usize {
    usize::try_from(u32::from_be_bytes(bytes)).unwrap_or(usize::MAX)
}

/// Reads a message that is `lengths.total` bytes long.
fn message(bytes: &[u8], lengths: Lengths) -> Result<Frame<'_>, FrameError> {
    let short = || FrameError::length("shorter than an empty message");
    let (content, checksum) = bytes.split_last_chunk::<CHECKSUM>().ok_or_else(short)?;
    if crc32fast::hash(content) != u32::from_be_bytes(*checksum) {
        return Err(FrameError::message_checksum());
    }
    let content = content.get(PRELUDE..).ok_or_else(short)?;
    let (headers, payload) = content
        .split_at_checked(lengths.headers)
        .ok_or_else(short)?;
    frame(Headers::read(headers)?, payload)
}

fn frame<'a>(headers: Headers<'a>, payload: &'a [u8]) -> Result<Frame<'a>, FrameError> {
    let mut frame = Frame {
        headers,
        ..Frame::new(payload)
    };
    for Header { name, value } in headers {
        let HeaderValue::String(text) = value else {
            if is_ours(name) {
                return Err(FrameError::header(
                    "a header that tells what the message is holds no text",
                ));
            }
            continue;
        };
        match name {
            ":message-type" => frame.kind = kind(text),
            ":event-type" | ":exception-type" | ":error-code" => frame.event = Some(text),
            ":content-type" => frame.content_type = Some(text),
            _ => {}
        }
    }
    Ok(frame)
}

fn is_ours(name: &str) -> bool {
    matches!(
        name,
        ":message-type" | ":event-type" | ":exception-type" | ":error-code" | ":content-type"
    )
}

fn kind(message_type: &str) -> FrameKind {
    match message_type {
        "event" => FrameKind::Event,
        "exception" => FrameKind::Exception,
        "error" => FrameKind::Error,
        _ => FrameKind::Unknown,
    }
}
