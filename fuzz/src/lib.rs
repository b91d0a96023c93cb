//! What the fuzz targets share: an input, read in several cuts, each of which must give the same.
//!
//! An input is a body followed by [`TAIL`] bytes that say how it is read; so the seeds stay readable, and the fuzzer can
//! move a cut without touching the body.

mod aws;
mod decoding;
mod framing;

pub use aws::with_checksums;
pub use decoding::{Wire, check_decoder};
pub use framing::check_framer;

/// How many bytes at the end of an input say how its body is read: two of a position, one of choices.
pub const TAIL: usize = 3;

/// A body, and how to read it.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    /// The bytes that arrive.
    pub body: &'a [u8],
    /// Where the body is cut in two.
    pub cut: usize,
    /// What a target has to choose between.
    pub choices: u8,
}

impl<'a> Input<'a> {
    /// Takes an input apart; `None` if it is too short to be one.
    #[must_use]
    pub fn new(data: &'a [u8]) -> Option<Self> {
        let (body, tail) = data.split_last_chunk::<TAIL>()?;
        let position = usize::from(u16::from_be_bytes([tail[0], tail[1]]));
        Some(Input {
            body,
            cut: position % (body.len() + 1),
            choices: tail[2],
        })
    }

    /// Whether the choice with this number was made.
    #[must_use]
    pub fn chooses(&self, number: u32) -> bool {
        self.choices & (1 << number) != 0
    }
}

/// The longest body that is also read byte by byte.
const BYTE_BY_BYTE: usize = 2048;

/// Reads the body whole, in two pieces and, if it is short, byte by byte; all must give the same.
///
/// # Panics
///
/// If they do not.
pub fn check_cuts<T: PartialEq + std::fmt::Debug>(
    body: &[u8],
    cut: usize,
    read: impl Fn(&[&[u8]]) -> T,
) -> T {
    let whole = read(&[body]);
    let (left, right) = body.split_at(cut);
    assert_eq!(read(&[left, right]), whole, "cut at {cut}");
    if body.len() <= BYTE_BY_BYTE {
        let bytes: Vec<&[u8]> = body.chunks(1).collect();
        assert_eq!(read(&bytes), whole, "byte by byte");
    }
    whole
}
