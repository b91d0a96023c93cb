use windlass_core::ModelId;

use super::*;

fn png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    bytes.extend(width.to_be_bytes());
    bytes.extend(height.to_be_bytes());
    bytes
}

fn gif(width: u16, height: u16) -> Vec<u8> {
    [
        b"GIF89a".as_slice(),
        &width.to_le_bytes(),
        &height.to_le_bytes(),
        b"\0\0",
    ]
    .concat()
}

/// With a comment before the segment that says the size.
fn jpeg(width: u16, height: u16) -> Vec<u8> {
    let size = [height.to_be_bytes(), width.to_be_bytes()].concat();
    [
        b"\xff\xd8\xff\xfe\0\x06long\xff\xc0\0\x11\x08".as_slice(),
        &size,
        b"\x03",
    ]
    .concat()
}

fn webp(form: &[u8; 4], after: &[u8]) -> Vec<u8> {
    [b"RIFF\0\0\0\0WEBP".as_slice(), form, b"\0\0\0\0", after].concat()
}

fn image(bytes: &[u8]) -> Media {
    Media::from_bytes("image/any", bytes)
}

fn check(provider: &str, media: &Media, expected: u64) {
    let rules = Rules::of(&ModelId::new(provider, "any"));
    assert_eq!(tokens(media, rules), expected, "{provider} {}", media.mime);
}

//
#[test]
fn pictures_count_by_the_providers_rules() {
    for bytes in [png(1000, 750), gif(1000, 750), jpeg(1000, 750)] {
        check("anthropic", &image(&bytes), 1_000);
        check("openai", &image(&bytes), 85 + 4 * 170);
        check("gemini", &image(&bytes), 2 * 258);
    }
    check("anthropic", &image(&png(8000, 8000)), 1_600);
    check("anthropic", &image(&png(1, 1)), 1);
    check("openai", &image(&png(4096, 1024)).with_detail("low"), 85);
    check("openai", &image(&png(4096, 1024)), 85 + 4 * 170);
    check("nobody", &image(&png(3000, 3000)), 4_096);
}

#[test]
fn sizes_are_read_from_the_head_of_a_file() {
    let sizes = [
        (
            webp(b"VP8X", b"\0\0\0\0\xe7\x03\0\xed\x02\0"),
            Some((1000, 750)),
        ),
        (
            webp(b"VP8 ", b"\0\0\0\x9d\x01\x2a\xe8\x03\xee\x02"),
            Some((1000, 750)),
        ),
        (webp(b"VP8L", b"\x2f\xe7\x43\xbb\0"), Some((1000, 750))),
        (jpeg(640, 480), Some((640, 480))),
        (png(0, 5), None),
        (png(u32::MAX, 5), None),
        (b"\xff\xd8\xff".to_vec(), None),
        (b"\xff\xd8\xff\xfe\0\0\0\0\0\0".to_vec(), None),
        (b"%PDF".to_vec(), None),
        (Vec::new(), None),
    ];
    for (bytes, expected) in sizes {
        assert_eq!(
            size(&windlass_core::encode_base64(&bytes)),
            expected,
            "{bytes:?}"
        );
    }
}

#[test]
fn what_cannot_be_seen_counts_as_large() {
    check(
        "anthropic",
        &Media::from_url("image/png", "https://example.com/a.png"),
        1_600,
    );
    check("openai", &image(b"no picture"), 85 + 4 * 170);
    check(
        "gemini",
        &Media::new("audio/mp3", Source::File("file_1".into())),
        3_000,
    );
}

#[test]
fn recordings_films_and_files_count_by_their_length() {
    let seconds = |mime: &str, rate: usize| Media::from_bytes(mime, &vec![0; rate * 30]);
    check("gemini", &seconds("audio/mp3", 16_000), 960);
    check("gemini", &seconds("video/mp4", 250_000), 8_824);
    check("anthropic", &seconds("application/pdf", 1_000), 1_200);
    check("anthropic", &seconds("text/csv", 1_000), 10_000);
}
