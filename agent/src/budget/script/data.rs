//! What bytes weigh, in hundredths of a token.

/// A word.
pub(super) const WORD: u64 = 78;
/// A piece that begins with a capital in mid-word.
pub(super) const PIECE: u64 = 50;
/// A number.
pub(super) const NUMBER: u64 = 72;
/// A mark that follows another.
pub(super) const JOINED: u64 = 30;
/// A byte of a long run of letters and digits.
pub(super) const RUN: u64 = 66;
/// From how many bytes on such a run counts by its length.
pub(super) const RUN_BYTES: u64 = 32;

/// The weight of each byte; a character beyond ASCII is weighed by its first byte.
pub(super) const WEIGHTS: [u64; 256] = weights();

const fn weights() -> [u64; 256] {
    let mut weights = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        weights[byte] = weight(byte as u8);
        byte += 1;
    }
    weights
}

const fn weight(byte: u8) -> u64 {
    match byte {
        b' ' => 6,
        b'\n' => 50,
        b'\t' => 70,
        b'a'..=b'z' | b'A'..=b'Z' => 8,
        b'0'..=b'9' => 27,
        // The rest of a character.
        0x80..=0xbf => 0,
        // Latin with accents.
        0xc0..=0xc5 => 90,
        // Greek, Cyrillic, Hebrew, Arabic.
        0xc6..=0xdf => 45,
        // South Asian scripts, Thai.
        0xe0..=0xe1 => 70,
        // Punctuation and symbols; Japanese, Chinese, Korean.
        0xe2..=0xef => 90,
        // Emoji and rare characters.
        0xf0..=0xff => 250,
        // Brackets, commas, quotes.
        _ => 66,
    }
}
