//! Server-sent events, by the rules of WHATWG.

use memchr::memchr2;

use self::event::{Data, Event, Span};
use super::buffer::{self, Bom, Buffer};
use super::{Frame, FrameError};

mod event;
#[cfg(test)]
mod tests;

/// How to read a body of server-sent events where the rules of WHATWG are not what a host follows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SseOptions {
    /// What becomes of an event that no blank line ends.
    pub last_event: LastEvent,
}

impl SseOptions {
    /// The rules of WHATWG.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            last_event: LastEvent::Discard,
        }
    }

    /// Sets what becomes of an event that no blank line ends.
    #[must_use]
    pub const fn last_event(mut self, last_event: LastEvent) -> Self {
        self.last_event = last_event;
        self
    }
}

/// What becomes of the event at the end of a body when no blank line ends it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum LastEvent {
    /// It is no event, as WHATWG has it: the end of the body is an error that says so.
    #[default]
    Discard,
    /// It is an event, for hosts that leave out the last blank line or the last line end.
    ///
    /// A cut event looks the same: if it does not decode, the body was truncated.
    Dispatch,
}

/// The bytes of the event being read are `buffer` if that holds anything, else a part of the chunk; spans count from
/// the event's first byte in either, so they stay right when a chunk's end moves them to the buffer.
#[derive(Debug)]
pub(super) struct Sse {
    options: SseOptions,
    buffer: Buffer,
    /// Where the line being read begins in the buffer.
    line: usize,
    event: Event,
    /// The data of an event with several data lines.
    joined: Vec<u8>,
    lossy: Lossy,
    bom: Bom,
    after_cr: bool,
    lent: bool,
}

/// Names and ids that were no UTF-8, with U+FFFD in place of what was wrong.
#[derive(Debug, Default)]
struct Lossy {
    name: String,
    id: String,
}

impl Sse {
    pub(super) fn new(options: SseOptions) -> Self {
        Self {
            options,
            buffer: Buffer::default(),
            line: 0,
            event: Event::default(),
            joined: Vec::new(),
            lossy: Lossy::default(),
            bom: Bom::default(),
            after_cr: false,
            lent: false,
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
        self.skip_lf(rest);
        let chunk = *rest;
        let (mut event, mut line) = (0, 0);
        while let Some(len) = memchr2(b'\n', b'\r', &chunk[line..]) {
            let end = line + len;
            let span = self.end_line(&chunk[event..end], line - event)?;
            line = self.after_line_end(chunk, end);
            if span.start == span.end && self.event.has_data() {
                *rest = &chunk[line..];
                return Ok(Some(self.lend(&chunk[event..])));
            }
            if span.start == span.end || !self.read_line(&chunk[event..], span) {
                self.reset();
                event = line;
            }
        }
        *rest = &[];
        self.keep(&chunk[event..], line - event)?;
        Ok(None)
    }

    pub(super) fn finish(&mut self) -> Result<Option<Frame<'_>>, FrameError> {
        self.release();
        self.bom.give_up(&mut self.buffer);
        let span = Span {
            start: self.line,
            end: self.buffer.len(),
        };
        let unfinished_line = &self.buffer.bytes()[self.line..];
        let is_comment = unfinished_line.first().is_none_or(|&first| first == b':');
        if self.event.is_empty() && is_comment {
            self.reset();
            return Ok(None);
        }
        if self.options.last_event == LastEvent::Dispatch {
            self.read_line(&[], span);
            if self.event.has_data() {
                return Ok(Some(self.lend(&[])));
            }
        }
        Err(FrameError::unfinished(
            self.event.size + span.end - span.start,
        ))
    }

    /// Forgets the event whose frame was lent.
    fn release(&mut self) {
        if std::mem::take(&mut self.lent) {
            self.reset();
        }
    }

    fn reset(&mut self) {
        self.event = Event::default();
        self.line = 0;
        self.buffer.clear();
        buffer::clear(&mut self.joined);
    }

    /// Drops the second half of a `\r\n` that was cut.
    fn skip_lf(&mut self, rest: &mut &[u8]) {
        if self.after_cr && !rest.is_empty() {
            self.after_cr = false;
            *rest = rest.strip_prefix(b"\n").unwrap_or(rest);
        }
    }

    /// Where the line after the line end at `end` begins.
    fn after_line_end(&mut self, chunk: &[u8], end: usize) -> usize {
        if chunk[end] == b'\n' {
            return end + 1;
        }
        match chunk.get(end + 1) {
            Some(b'\n') => end + 2,
            Some(_) => end + 1,
            None => {
                self.after_cr = true;
                end + 1
            }
        }
    }

    /// Ends the line that `event`, the bytes of the chunk that belong to the event, ends with.
    fn end_line(&mut self, event: &[u8], line: usize) -> Result<Span, FrameError> {
        self.check_size(event.len() - line)?;
        let span = if self.buffer.is_empty() {
            Span {
                start: line,
                end: event.len(),
            }
        } else {
            let start = self.line;
            self.buffer.keep(&event[line..]);
            let end = self.buffer.len();
            self.buffer.keep(b"\n");
            self.line = end + 1;
            Span { start, end }
        };
        self.event.size += span.end - span.start + 1;
        Ok(span)
    }

    /// Keeps what the chunk leaves unfinished.
    fn keep(&mut self, event: &[u8], line: usize) -> Result<(), FrameError> {
        self.check_size(event.len() - line)?;
        if self.buffer.is_empty() {
            self.buffer.keep(event);
            self.line = line;
        } else {
            self.buffer.keep(&event[line..]);
        }
        Ok(())
    }

    /// An error if the event is over the cap once its current line has `more` bytes.
    fn check_size(&self, more: usize) -> Result<(), FrameError> {
        self.buffer
            .check(self.event.size + (self.buffer.len() - self.line) + more)
    }

    /// Reads one line that is not empty. False if the event has nothing to remember so far.
    fn read_line(&mut self, chunk: &[u8], line: Span) -> bool {
        let bytes = if self.buffer.is_empty() {
            chunk
        } else {
            self.buffer.bytes()
        };
        self.event.read_line(bytes, line, &mut self.joined);
        !self.event.is_empty()
    }

    fn lend<'a>(&'a mut self, chunk: &'a [u8]) -> Frame<'a> {
        self.lent = true;
        let bytes = if self.buffer.is_empty() {
            chunk
        } else {
            self.buffer.bytes()
        };
        let data = match self.event.data {
            Data::Absent => &[],
            Data::OneLine(span) => span.of(bytes),
            Data::Joined => &self.joined,
        };
        Frame {
            event: self
                .event
                .name
                .map(|span| text(span.of(bytes), &mut self.lossy.name)),
            id: self
                .event
                .id
                .map(|span| text(span.of(bytes), &mut self.lossy.id)),
            ..Frame::new(data)
        }
    }
}

fn text<'a>(bytes: &'a [u8], lossy: &'a mut String) -> &'a str {
    match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(_) => {
            *lossy = String::from_utf8_lossy(bytes).into_owned();
            lossy
        }
    }
}
