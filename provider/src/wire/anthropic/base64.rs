//! Standard base64, for what this wire wraps in it.

/// The bytes of `text`; `None` when it is not base64. Padding may be missing.
pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    let digits = text.trim().trim_end_matches('=').as_bytes();
    let mut bytes = Vec::with_capacity(digits.len() / 4 * 3 + 2);
    for group in digits.chunks(4) {
        let mut bits = 0;
        for digit in 0..4 {
            bits = bits << 6 | group.get(digit).map_or(Some(0), |digit| value(*digit))?;
        }
        let [_, whole @ ..] = u32::to_be_bytes(bits);
        match group.len() {
            4 => bytes.extend_from_slice(&whole),
            3 => bytes.extend_from_slice(&whole[..2]),
            2 => bytes.extend_from_slice(&whole[..1]),
            _ => return None,
        }
    }
    Some(bytes)
}

fn value(digit: u8) -> Option<u32> {
    let value = match digit {
        b'A'..=b'Z' => digit - b'A',
        b'a'..=b'z' => digit - b'a' + 26,
        b'0'..=b'9' => digit - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    };
    Some(u32::from(value))
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn base64_is_read_with_and_without_padding() {
        for (encoded, plain) in [
            ("", &b""[..]),
            ("Zg==", b"f"),
            ("Zm8", b"fo"),
            ("Zm9v", b"foo"),
            ("Zm9vYg==", b"foob"),
            ("+//+", b"\xfb\xff\xfe"),
        ] {
            assert_eq!(decode(encoded).as_deref(), Some(plain), "{encoded}");
        }
        for bad in ["Z", "Zm9v!", "Zm 9"] {
            assert_eq!(decode(bad), None, "{bad}");
        }
    }
}
