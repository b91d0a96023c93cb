//! Tokens of pictures, recordings, films and files.

use windlass_core::{Media, Source, decode_base64};

use super::rules::{Picture, Rules};

#[cfg(test)]
mod tests;

/// How many characters of base64 are read to find the size of a picture.
const HEAD: usize = 96 * 1024;

/// The tokens of `media` by the rules of a provider.
pub(super) fn tokens(media: &Media, rules: &Rules) -> u64 {
    let kind = media.mime.split('/').next().unwrap_or_default();
    let bytes = match &media.source {
        Source::Base64(text) => Some(text.len() as u64 / 4 * 3),
        Source::Text(text) => Some(text.len() as u64),
        _ => None,
    };
    let by_length =
        |per_token: u64, unknown: u64| bytes.map_or(unknown, |bytes| bytes.div_ceil(per_token));
    match kind {
        "image" => picture(media, rules.picture),
        "audio" => by_length(rules.audio_bytes, rules.unknown),
        "video" => by_length(rules.video_bytes, rules.unknown),
        "text" => by_length(3, rules.unknown),
        _ => by_length(rules.file_bytes, rules.unknown),
    }
}

fn picture(media: &Media, rule: Picture) -> u64 {
    let low = media.detail.as_deref() == Some("low");
    let (width, height) = match &media.source {
        Source::Base64(text) => size(text).unwrap_or(UNKNOWN),
        _ => UNKNOWN,
    };
    match rule {
        Picture::Area { per_token, most } => (width * height).div_ceil(per_token).clamp(1, most),
        Picture::Tiles { base, .. } if low => base,
        Picture::Tiles { base, tile, side } => {
            let (width, height) = scaled(width, height);
            base + tile * width.div_ceil(side) * height.div_ceil(side)
        }
    }
}

/// The size that a picture is taken to have when it cannot be seen: as large as is common.
const UNKNOWN: (u64, u64) = (1536, 1536);

/// A picture within 2048 by 2048 whose shorter side is at most 768, as the rules of tiles have it.
fn scaled(width: u64, height: u64) -> (u64, u64) {
    let (short, long) = (width.min(height).max(1), width.max(height).max(1));
    let (short, long) = match long > 2048 {
        true => ((short * 2048 / long).max(1), 2048),
        false => (short, long),
    };
    match short > 768 {
        true => (768, long * 768 / short),
        false => (short, long),
    }
}

/// The width and height of a PNG, GIF, WebP or JPEG.
fn size(base64: &str) -> Option<(u64, u64)> {
    let head = base64.get(..base64.len().min(HEAD) / 4 * 4)?;
    let bytes = decode_base64(head)?;
    let size = match bytes.as_slice() {
        [0x89, b'P', b'N', b'G', ..] => (big(&bytes, 16, 4)?, big(&bytes, 20, 4)?),
        [b'G', b'I', b'F', ..] => (little(&bytes, 6, 2)?, little(&bytes, 8, 2)?),
        [b'R', b'I', b'F', b'F', ..] => webp(&bytes)?,
        [0xff, 0xd8, ..] => jpeg(&bytes)?,
        _ => return None,
    };
    let is_sane = |side: u64| (1..=100_000).contains(&side);
    (is_sane(size.0) && is_sane(size.1)).then_some(size)
}

fn webp(bytes: &[u8]) -> Option<(u64, u64)> {
    match bytes.get(12..16)? {
        b"VP8X" => Some((little(bytes, 24, 3)? + 1, little(bytes, 27, 3)? + 1)),
        b"VP8 " => Some((
            little(bytes, 26, 2)? & 0x3fff,
            little(bytes, 28, 2)? & 0x3fff,
        )),
        b"VP8L" => {
            let bits = little(bytes, 21, 4)?;
            Some(((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1))
        }
        _ => None,
    }
}

/// Goes from segment to segment up to the one that says the size.
fn jpeg(bytes: &[u8]) -> Option<(u64, u64)> {
    let mut at = 2;
    loop {
        let marker = (big(bytes, at, 1)? == 0xff).then_some(*bytes.get(at + 1)?)?;
        let is_size = matches!(marker, 0xc0..=0xcf) && !matches!(marker, 0xc4 | 0xc8 | 0xcc);
        if is_size {
            return Some((big(bytes, at + 7, 2)?, big(bytes, at + 5, 2)?));
        }
        at += 2 + usize::try_from(big(bytes, at + 2, 2)?).ok()?;
    }
}

fn big(bytes: &[u8], at: usize, count: usize) -> Option<u64> {
    let number = bytes.get(at..at + count)?;
    Some(
        number
            .iter()
            .fold(0, |sum, byte| sum << 8 | u64::from(*byte)),
    )
}

fn little(bytes: &[u8], at: usize, count: usize) -> Option<u64> {
    let number = bytes.get(at..at + count)?;
    Some(
        number
            .iter()
            .rfold(0, |sum, byte| sum << 8 | u64::from(*byte)),
    )
}
