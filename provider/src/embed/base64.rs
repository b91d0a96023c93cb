/// The bytes of standard base64, with or without padding; `None` for what is none.
pub(super) fn decode(text: &[u8]) -> Option<Vec<u8>> {
    let padded = text.iter().rev().take_while(|byte| **byte == b'=').count();
    let digits = &text[..text.len() - padded];
    let mispadded = padded > 0 && !text.len().is_multiple_of(4);
    if padded > 2 || mispadded || digits.len() % 4 == 1 {
        return None;
    }
    let mut bytes = Vec::with_capacity(digits.len() / 4 * 3 + 2);
    for group in digits.chunks(4) {
        let mut bits = 0_u32;
        for digit in group {
            bits = bits << 6 | u32::from(value(*digit)?);
        }
        bits <<= 6 * (4 - group.len());
        let [_, whole @ ..] = bits.to_be_bytes();
        bytes.extend_from_slice(&whole[..group.len() - 1]);
    }
    Some(bytes)
}

fn value(digit: u8) -> Option<u8> {
    match digit {
        b'A'..=b'Z' => Some(digit - b'A'),
        b'a'..=b'z' => Some(digit - b'a' + 26),
        b'0'..=b'9' => Some(digit - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn base64_is_read_as_rfc_4648_says() {
        for (encoded, plain) in [
            ("", ""),
            ("Zg==", "f"),
            ("Zm8=", "fo"),
            ("Zm9v", "foo"),
            ("Zm9vYg==", "foob"),
            ("Zm9vYg", "foob"),
        ] {
            assert_eq!(
                decode(encoded.as_bytes()).as_deref(),
                Some(plain.as_bytes())
            );
        }
        assert_eq!(decode(b"+//+").unwrap(), [0xfb, 0xff, 0xfe]);
        for broken in ["A", "AAAAA", "Zg===", "Zg=", "Z=g=", "Zm9v\n", "-_-_", "é"] {
            assert_eq!(decode(broken.as_bytes()), None, "{broken}");
        }
    }
}
