//! What is text, and how much of it is shown.

use std::borrow::Cow;

/// The longest line that is shown whole, in bytes.
const MAX_LINE: usize = 2000;

/// How far into a file a NUL byte is looked for, as `git` and `grep` do.
const HEAD: usize = 8000;

/// The text of a file, or why it is none.
pub(super) fn decode(bytes: Vec<u8>) -> Result<String, &'static str> {
    if bytes.iter().take(HEAD).any(|byte| *byte == 0) {
        return Err("is a binary file");
    }
    String::from_utf8(bytes).map_err(|_| "is not UTF-8 text")
}

/// A line without its end, cut with a note if it is too long.
pub(super) fn shown(line: &str) -> Cow<'_, str> {
    let line = line.trim_end_matches(['\n', '\r']);
    if line.len() <= MAX_LINE {
        return Cow::Borrowed(line);
    }
    let end = (0..=MAX_LINE).rev().find(|end| line.is_char_boundary(*end));
    let kept = &line[..end.unwrap_or(0)];
    Cow::Owned(format!("{kept}[… {} more bytes]", line.len() - kept.len()))
}
