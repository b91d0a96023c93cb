//! Joining pieces of base64, each of which may be padded.

use windlass_core::{decode_base64, encode_base64};

/// Appends what `piece` encodes to what `text` encodes.
pub(super) fn join(text: &mut String, piece: &str) {
    if text.len().is_multiple_of(4) && !text.ends_with('=') {
        text.push_str(piece);
        return;
    }
    match (decode_base64(text), decode_base64(piece)) {
        (Some(mut bytes), Some(more)) => {
            bytes.extend(more);
            *text = encode_base64(&bytes);
        }
        // A piece that is no base64 by itself was cut anywhere, and goes on as the text ended.
        _ => text.push_str(piece),
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
            (&["Zm9", "v"], "Zm9v"),
        ] {
            let mut text = String::new();
            pieces.iter().for_each(|piece| join(&mut text, piece));
            assert_eq!(text, joined, "{pieces:?}");
        }
    }
}
