//! Percent-encoding (RFC 3986).

/// Everything but letters, digits, `-`, `.`, `_` and `~` as `%XX`.
pub(crate) fn encode(text: &str) -> String {
    encode_bytes(text.as_bytes(), b"")
}

/// All bytes as `%XX` but letters, digits, `-`, `.`, `_`, `~` and those in `kept`.
pub(crate) fn encode_bytes(bytes: &[u8], kept: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let mut out = String::with_capacity(bytes.len());
    for &byte in bytes {
        let is_plain = byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        if is_plain || kept.contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.push(char::from(DIGITS[usize::from(byte >> 4)]));
            out.push(char::from(DIGITS[usize::from(byte & 0xf)]));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_plain_is_encoded() {
        assert_eq!(encode("aZ09-._~"), "aZ09-._~");
        assert_eq!(encode("a b/c%ü@"), "a%20b%2Fc%25%C3%BC%40");
        assert_eq!(encode_bytes(b"a@1:\xff", b"@"), "a@1%3A%FF");
    }
}
