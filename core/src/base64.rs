//! Standard base64 with padding (RFC 4648), both ways.

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// The standard base64 of `bytes`, with padding.
///
/// ```
/// use windlass_core::encode_base64;
///
/// assert_eq!(encode_base64(b"\x89PNG"), "iVBORw==");
/// ```
pub fn encode_base64(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let at = |index: usize| u32::from(group.get(index).copied().unwrap_or(0));
        let bits = at(0) << 16 | at(1) << 8 | at(2);
        for digit in 0..4 {
            let index = (bits >> (18 - 6 * digit)) & 0x3f;
            out.push(if digit <= group.len() {
                char::from(ALPHABET[index as usize])
            } else {
                '='
            });
        }
    }
    out
}

/// The bytes that standard base64 stands for; `None` for what is none.
///
/// Padding may be missing, but not half of it. White space is not skipped.
///
/// ```
/// use windlass_core::decode_base64;
///
/// assert_eq!(decode_base64("iVBORw==").as_deref(), Some(&b"\x89PNG"[..]));
/// assert_eq!(decode_base64("iVBORw").as_deref(), Some(&b"\x89PNG"[..]));
/// assert_eq!(decode_base64("not base64"), None);
/// ```
pub fn decode_base64(text: &str) -> Option<Vec<u8>> {
    let digits = text.trim_end_matches('=').as_bytes();
    let padding = text.len() - digits.len();
    let is_mispadded = padding > 0 && !text.len().is_multiple_of(4);
    if padding > 2 || is_mispadded || digits.len() % 4 == 1 {
        return None;
    }
    let mut bytes = Vec::with_capacity(digits.len() / 4 * 3 + 2);
    for group in digits.chunks(4) {
        let mut bits = 0_u32;
        for digit in group {
            bits = bits << 6 | value(*digit)?;
        }
        bits <<= 6 * (4 - group.len());
        let [_, whole @ ..] = bits.to_be_bytes();
        bytes.extend_from_slice(&whole[..group.len() - 1]);
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
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn base64_is_as_rfc_4648_says() {
        for (plain, encoded) in [
            (&b""[..], ""),
            (b"f", "Zg=="),
            (b"fo", "Zm8="),
            (b"foo", "Zm9v"),
            (b"foob", "Zm9vYg=="),
            (b"fooba", "Zm9vYmE="),
            (b"foobar", "Zm9vYmFy"),
            (b"\xfb\xff\xfe", "+//+"),
        ] {
            assert_eq!(encode_base64(plain), encoded);
            assert_eq!(decode_base64(encoded).as_deref(), Some(plain), "{encoded}");
            let unpadded = encoded.trim_end_matches('=');
            assert_eq!(
                decode_base64(unpadded).as_deref(),
                Some(plain),
                "{unpadded}"
            );
        }
    }

    #[test]
    fn what_is_no_base64_is_none() {
        for broken in [
            "A", "AAAAA", "=", "a===", "Zg=", "Zg===", "Z=g=", "Zm9v!", "Zm 9v", "Zm9v\n", "-_-_",
            "é",
        ] {
            assert_eq!(decode_base64(broken), None, "{broken}");
        }
    }

    proptest! {
        #[test]
        fn what_was_encoded_is_decoded(bytes: Vec<u8>) {
            prop_assert_eq!(decode_base64(&encode_base64(&bytes)), Some(bytes));
        }
    }
}
