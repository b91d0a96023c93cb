//! Joining pieces of base64, each of which may be padded.

use windlass_core::{Media, Source};

const SIX: u32 = 6;

/// Appends what `piece` encodes to what `text` encodes.
pub(super) fn join(text: &mut String, piece: &str) {
    if text.len().is_multiple_of(4) && !text.ends_with('=') {
        text.push_str(piece);
        return;
    }
    let mut bytes = decode(text);
    bytes.extend(decode(piece));
    if let Source::Base64(joined) = Media::from_bytes("", &bytes).source {
        *text = joined.into_string();
    }
}

/// The bytes, whatever stands between the digits.
fn decode(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut count) = (0u32, 0);
    for digit in text.bytes().filter_map(value) {
        bits = bits << SIX | u32::from(digit);
        count += SIX;
        if count >= 8 {
            count -= 8;
            bytes.extend(u8::try_from(bits >> count & 0xff));
        }
    }
    bytes
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
    use super::join;

    #[test]
    fn pieces_are_joined_by_what_they_encode() {
        for (pieces, joined) in [
            (&["Zm9v", "YmFy"][..], "Zm9vYmFy"),
            (&["Zg==", "b28=", "YmFy"], "Zm9vYmFy"),
            (&["Zm8", "b28="], "Zm9vbw=="),
            (&["", "Zg=="], "Zg=="),
        ] {
            let mut text = String::new();
            pieces.iter().for_each(|piece| join(&mut text, piece));
            assert_eq!(text, joined, "{pieces:?}");
        }
    }
}
