//! Writes AWS event stream messages.

use super::{CHECKSUM, Header, HeaderValue, PRELUDE};
use crate::frame::FrameError;

/// Appends one message to `out`, both checksums included: what a simulated host sends.
///
/// ```
/// use windlass_provider::frame::aws::{Header, encode};
/// use windlass_provider::frame::{FrameError, Framing};
///
/// let mut body = Vec::new();
/// encode(&[Header::text(":event-type", "messageStop")], b"{}", &mut body)?;
///
/// let mut framer = Framing::AwsEventStream.framer();
/// let mut frames = framer.feed(&body);
/// let frame = frames.next()?.expect("the message is whole");
/// assert_eq!((frame.event, frame.data), (Some("messageStop"), &b"{}"[..]));
/// # Ok::<(), FrameError>(())
/// ```
///
/// # Errors
///
/// A name is empty or longer than 255 bytes, a text or bytes value is longer than 65,535 bytes, or the message does not
/// fit the format's 4 GiB. Then `out` is as it was.
pub fn encode(headers: &[Header<'_>], payload: &[u8], out: &mut Vec<u8>) -> Result<(), FrameError> {
    let start = out.len();
    append(headers, payload, out).inspect_err(|_| out.truncate(start))
}

fn append(headers: &[Header<'_>], payload: &[u8], out: &mut Vec<u8>) -> Result<(), FrameError> {
    let start = out.len();
    out.extend_from_slice(&[0; PRELUDE]);
    for header in headers {
        append_header(header, out)?;
    }
    let headers_length = length(out.len() - start - PRELUDE)?;
    let total = length(
        (out.len() - start)
            .saturating_add(payload.len())
            .saturating_add(CHECKSUM),
    )?;
    out[start..start + 4].copy_from_slice(&total.to_be_bytes());
    out[start + 4..start + 8].copy_from_slice(&headers_length.to_be_bytes());
    let checksum = crc32fast::hash(&out[start..start + 8]);
    out[start + 8..start + PRELUDE].copy_from_slice(&checksum.to_be_bytes());
    out.extend_from_slice(payload);
    let checksum = crc32fast::hash(&out[start..]);
    out.extend_from_slice(&checksum.to_be_bytes());
    Ok(())
}

fn length(bytes: usize) -> Result<u32, FrameError> {
    u32::try_from(bytes).map_err(|_| FrameError::length("longer than 4 GiB"))
}

fn append_header(header: &Header<'_>, out: &mut Vec<u8>) -> Result<(), FrameError> {
    match u8::try_from(header.name.len()) {
        Ok(0) => return Err(FrameError::header("a name is empty")),
        Ok(length) => out.push(length),
        Err(_) => return Err(FrameError::header("a name is longer than 255 bytes")),
    }
    out.extend_from_slice(header.name.as_bytes());
    match header.value {
        HeaderValue::Bool(true) => out.push(0),
        HeaderValue::Bool(false) => out.push(1),
        HeaderValue::Byte(value) => append_value(2, &value.to_be_bytes(), out),
        HeaderValue::Int16(value) => append_value(3, &value.to_be_bytes(), out),
        HeaderValue::Int32(value) => append_value(4, &value.to_be_bytes(), out),
        HeaderValue::Int64(value) => append_value(5, &value.to_be_bytes(), out),
        HeaderValue::Bytes(value) => append_sized(6, value, out)?,
        HeaderValue::String(value) => append_sized(7, value.as_bytes(), out)?,
        HeaderValue::Timestamp(value) => append_value(8, &value.to_be_bytes(), out),
        HeaderValue::Uuid(value) => append_value(9, &value, out),
    }
    Ok(())
}

fn append_value(kind: u8, value: &[u8], out: &mut Vec<u8>) {
    out.push(kind);
    out.extend_from_slice(value);
}

fn append_sized(kind: u8, value: &[u8], out: &mut Vec<u8>) -> Result<(), FrameError> {
    let length = u16::try_from(value.len())
        .map_err(|_| FrameError::header("a value is longer than 65,535 bytes"))?;
    append_value(kind, &length.to_be_bytes(), out);
    out.extend_from_slice(value);
    Ok(())
}
