//! Shapes that hosts change from one answer to the next.

use serde::de::Deserialize;
use serde_json::value::RawValue;
use windlass_core::{Event, ModelError, PartIndex, Text, Unknown};

use crate::codec::{truncated, undecodable};
use crate::frame::Frame;
use crate::json::{Deltas, JsonStr};

/// Reads one frame, borrowing from it.
///
/// Checking the UTF-8 once and then parsing a `str` is cheaper than parsing bytes, whose every string is checked.
pub(crate) fn parse<'a, T: Deserialize<'a>>(data: &'a [u8]) -> Result<T, serde_json::Error> {
    match std::str::from_utf8(data) {
        Ok(text) => serde_json::from_str(text),
        Err(_) => serde_json::from_slice(data),
    }
}

/// Whether a frame holds no JSON at all: nothing, or a comment that a proxy took for data.
pub(crate) fn is_noise(data: &[u8]) -> bool {
    matches!(data.trim_ascii_start(), [] | [b':', ..])
}

/// The text that a piece of arguments adds to a call: hosts send a string that holds JSON, or the JSON itself.
///
/// # Errors
///
/// When it is a string that cannot be read, which the parser that lent it rules out.
pub(crate) fn arguments(
    raw: &RawValue,
    part: PartIndex,
    deltas: &mut Deltas,
) -> Result<Option<Text>, serde_json::Error> {
    if raw.get().starts_with('"') {
        let piece: JsonStr<'_> = serde_json::from_str(raw.get())?;
        return Ok(deltas.piece(part, &piece));
    }
    Ok(Some(Text::from(raw.get())))
}

/// The event for a frame of a kind that the wire does not know, as it came.
///
/// # Errors
///
/// When the frame is not JSON.
pub(crate) fn unknown(kind: &str, frame: &Frame<'_>) -> Result<Event, ModelError> {
    let raw: &RawValue = parse(frame.data).map_err(|error| unreadable(frame, error))?;
    Ok(Event::Unknown(Box::new(Unknown::new(kind, raw.into()))))
}

/// The error for a frame that does not decode. One that is right up to its end was cut: neither lines of JSON nor a
/// whole body tell the framer where they end.
pub(crate) fn unreadable(frame: &Frame<'_>, error: serde_json::Error) -> ModelError {
    if error.is_eof() || (error.is_syntax() && is_at_end(&error, frame.data)) {
        truncated().with_source(error)
    } else {
        undecodable(frame, error)
    }
}

/// Whether the parser came to the last byte: a number cut at its point is wrong there, not incomplete.
fn is_at_end(error: &serde_json::Error, data: &[u8]) -> bool {
    let lines = data.split(|byte| *byte == b'\n');
    let (count, last) = lines.fold((0, 0), |(count, _), line| (count + 1, line.len()));
    (error.line(), error.column()) >= (count, last)
}
