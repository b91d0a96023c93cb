use proptest::prelude::*;

use crate::frame::testing::{cut, read, read_in_all_cuts};
use crate::frame::{FrameErrorKind, Framer, Framing};

fn framer() -> Framer {
    Framing::Ndjson.framer()
}

/// The body gives these lines in every cut and ends cleanly.
#[track_caller]
fn check(body: impl AsRef<[u8]>, expected: &[&str]) {
    let reading = read_in_all_cuts(framer, body.as_ref());
    assert_eq!(reading.text(), expected);
    assert_eq!(reading.error, None);
}

// R-1
#[test]
fn each_line_is_a_frame() {
    check("{\"a\":1}\n{\"b\":2}\n", &["{\"a\":1}", "{\"b\":2}"]);
    check("{\"a\":1}\r\n{\"b\":2}\r\n", &["{\"a\":1}", "{\"b\":2}"]);
    check("{}\n", &["{}"]);
    check(" {} \n", &[" {} "]);
    check("{\"a\":\"é🦀\"}\n", &["{\"a\":\"é🦀\"}"]);
    check("a\rb\n", &["a\rb"]);
    check("not json\n", &["not json"]);
    check("a\u{2028}b\n", &["a\u{2028}b"]);
}

// R-1
#[test]
fn blank_lines_are_no_frames() {
    check("", &[]);
    check("\n", &[]);
    check("\r\n \t\r\n\n", &[]);
    check("\n\n{}\n\n\n{}\n\n", &["{}", "{}"]);
    check("{}\n   ", &["{}"]);
}

// R-1
#[test]
fn the_last_line_needs_no_line_end() {
    check("{}", &["{}"]);
    check("{}\n{}", &["{}", "{}"]);
    check("{}\n{}\r", &["{}", "{}"]);
    check("{\"cut", &["{\"cut"]);
}

// R-1
#[test]
fn a_byte_order_mark_is_dropped_once() {
    check("\u{feff}{}\n", &["{}"]);
    check("\u{feff}", &[]);
    check("{}\n\u{feff}{}\n", &["{}", "\u{feff}{}"]);
    let reading = read_in_all_cuts(framer, b"\xEF\xBB{}\n\xEF\xBB");
    assert_eq!(reading.data(), [&b"\xEF\xBB{}"[..], b"\xEF\xBB"]);
    assert_eq!(read_in_all_cuts(framer, b"\xEF\xBB").data(), [b"\xEF\xBB"]);
}

// R-3
#[test]
fn the_cap_holds_for_one_line_in_any_cut() {
    let outcome = |body: &str| {
        let reading = read_in_all_cuts(|| framer().max_frame(4), body.as_bytes());
        (reading.frames.len(), reading.error)
    };
    assert_eq!(outcome("1234\n1234\n1234"), (3, None));
    assert_eq!(
        outcome("1234\n12345\n1"),
        (1, Some(FrameErrorKind::TooLarge { cap: 4 }))
    );
    assert_eq!(
        outcome("     "),
        (0, Some(FrameErrorKind::TooLarge { cap: 4 }))
    );
}

proptest! {
    // R-1
    #[test]
    fn any_body_reads_as_its_lines(
        pieces in prop::collection::vec(prop::sample::select(&["\n", "\r\n", " ", "{}", "é", "x", "\r"]), 0..40),
        cuts in prop::collection::vec(any::<usize>(), 0..12),
    ) {
        let body = pieces.concat();
        let lines: Vec<_> = body.split('\n').filter(|line| !line.trim_ascii().is_empty()).collect();
        let lines: Vec<_> = lines.iter().map(|line| line.strip_suffix('\r').unwrap_or(line)).collect();
        let reading = read(framer(), cut(body.as_bytes(), cuts));
        prop_assert_eq!(reading.text(), lines);
    }
}
