//! The headers of AWS event stream messages.

use crate::frame::FrameError;

/// One header of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Header<'a> {
    /// The name, with its colon if it has one.
    pub name: &'a str,
    /// The value.
    pub value: HeaderValue<'a>,
}

impl<'a> Header<'a> {
    /// A header of this name and value.
    #[must_use]
    pub fn new(name: &'a str, value: HeaderValue<'a>) -> Self {
        Self { name, value }
    }

    /// A header that holds text, as nearly all do.
    #[must_use]
    pub fn text(name: &'a str, value: &'a str) -> Self {
        Self::new(name, HeaderValue::String(value))
    }
}

/// The value of a header. The format has these types and no others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "the format is complete")]
pub enum HeaderValue<'a> {
    /// True or false.
    Bool(bool),
    /// An integer of one byte.
    Byte(i8),
    /// An integer of two bytes.
    Int16(i16),
    /// An integer of four bytes.
    Int32(i32),
    /// An integer of eight bytes.
    Int64(i64),
    /// Bytes of any kind.
    Bytes(&'a [u8]),
    /// Text.
    String(&'a str),
    /// Milliseconds since 1970, without leap seconds.
    Timestamp(i64),
    /// A UUID.
    Uuid([u8; 16]),
}

impl<'a> HeaderValue<'a> {
    /// The text, if the value is one.
    #[must_use]
    pub fn as_str(&self) -> Option<&'a str> {
        match *self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }
}

/// The headers of a message, in its order, read as they are asked for.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Headers<'a> {
    /// Bytes that were read through once without an error.
    bytes: &'a [u8],
}

impl<'a> Headers<'a> {
    pub(super) fn read(bytes: &'a [u8]) -> Result<Self, FrameError> {
        let mut rest = bytes;
        while !rest.is_empty() {
            read_header(&mut rest)?;
        }
        Ok(Self { bytes })
    }

    /// The headers one by one.
    #[must_use]
    pub fn iter(&self) -> HeadersIter<'a> {
        HeadersIter { rest: self.bytes }
    }
}

impl std::fmt::Debug for Headers<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_map()
            .entries(self.iter().map(|header| (header.name, header.value)))
            .finish()
    }
}

impl<'a> IntoIterator for Headers<'a> {
    type Item = Header<'a>;
    type IntoIter = HeadersIter<'a>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<'a> IntoIterator for &Headers<'a> {
    type Item = Header<'a>;
    type IntoIter = HeadersIter<'a>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// Gives the headers of a message one by one. Made by [`Headers::iter`].
#[derive(Clone, Debug)]
pub struct HeadersIter<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for HeadersIter<'a> {
    type Item = Header<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        read_header(&mut self.rest).ok()
    }
}

fn read_header<'a>(rest: &mut &'a [u8]) -> Result<Header<'a>, FrameError> {
    let [length] = take_array(rest)?;
    if length == 0 {
        return Err(FrameError::header("a name is empty"));
    }
    let name = text(take(rest, usize::from(length))?)?;
    let [kind] = take_array(rest)?;
    let value = match kind {
        0 => HeaderValue::Bool(true),
        1 => HeaderValue::Bool(false),
        2 => HeaderValue::Byte(i8::from_be_bytes(take_array(rest)?)),
        3 => HeaderValue::Int16(i16::from_be_bytes(take_array(rest)?)),
        4 => HeaderValue::Int32(i32::from_be_bytes(take_array(rest)?)),
        5 => HeaderValue::Int64(i64::from_be_bytes(take_array(rest)?)),
        6 => HeaderValue::Bytes(take_sized(rest)?),
        7 => HeaderValue::String(text(take_sized(rest)?)?),
        8 => HeaderValue::Timestamp(i64::from_be_bytes(take_array(rest)?)),
        9 => HeaderValue::Uuid(take_array(rest)?),
        _ => return Err(FrameError::header("the type of a value is unknown")),
    };
    Ok(Header { name, value })
}

fn take_sized<'a>(rest: &mut &'a [u8]) -> Result<&'a [u8], FrameError> {
    let length = u16::from_be_bytes(take_array(rest)?);
    take(rest, usize::from(length))
}

fn take_array<const N: usize>(rest: &mut &[u8]) -> Result<[u8; N], FrameError> {
    let (taken, after) = rest.split_first_chunk::<N>().ok_or_else(cut)?;
    *rest = after;
    Ok(*taken)
}

fn take<'a>(rest: &mut &'a [u8], length: usize) -> Result<&'a [u8], FrameError> {
    let (taken, after) = rest.split_at_checked(length).ok_or_else(cut)?;
    *rest = after;
    Ok(taken)
}

fn cut() -> FrameError {
    FrameError::header("the headers end inside one")
}

fn text(bytes: &[u8]) -> Result<&str, FrameError> {
    std::str::from_utf8(bytes).map_err(|_| FrameError::header("a name or text is not UTF-8"))
}
