mod differential;

use super::{LastEvent, SseOptions};
use crate::frame::testing::{Reading, read, read_in_all_cuts};
use crate::frame::{FrameErrorKind, Framer, Framing};

fn whatwg() -> Framer {
    Framing::Sse(SseOptions::new()).framer()
}

fn lenient() -> Framer {
    Framing::Sse(SseOptions::new().last_event(LastEvent::Dispatch)).framer()
}

/// The events' names and data; no name is spelled as an empty one.
fn events(reading: &Reading) -> Vec<(&str, &str)> {
    let text = |data| std::str::from_utf8(data).unwrap();
    reading
        .frames
        .iter()
        .map(|frame| (frame.event.as_deref().unwrap_or(""), text(&frame.data)))
        .collect()
}

/// The body gives these events in every cut and ends cleanly.
#[track_caller]
fn check(body: impl AsRef<[u8]>, expected: &[(&str, &str)]) {
    let reading = read_in_all_cuts(whatwg, body.as_ref());
    assert_eq!(events(&reading), expected);
    assert_eq!(reading.error, None);
}

/// The body gives these events in every cut and then ends inside one of which `received` bytes came.
#[track_caller]
fn check_unfinished(body: &str, expected: &[(&str, &str)], received: usize) {
    let reading = read_in_all_cuts(whatwg, body.as_bytes());
    assert_eq!(events(&reading), expected);
    assert_eq!(reading.error, Some(FrameErrorKind::Unfinished { received }));
}

/// The body gives these events in every cut where the host need not end the last one.
#[track_caller]
fn check_lenient(body: &str, expected: &[(&str, &str)]) {
    let reading = read_in_all_cuts(lenient, body.as_bytes());
    assert_eq!(events(&reading), expected);
    assert_eq!(reading.error, None);
}

// R-1, R-2
#[test]
fn line_ends_are_lf_cr_and_crlf() {
    check("data: a\n\n", &[("", "a")]);
    check("data: a\r\r", &[("", "a")]);
    check("data: a\r\n\r\n", &[("", "a")]);
    check("data: a\n\r\n", &[("", "a")]);
    check("data: a\r\n\n", &[("", "a")]);
    check("data: a\r\n\r", &[("", "a")]);
    check(
        "data: a\r\ndata: b\r\n\r\ndata: c\r\n\r\n",
        &[("", "a\nb"), ("", "c")],
    );
    check(
        "data: a\rdata: b\r\rdata: c\r\r",
        &[("", "a\nb"), ("", "c")],
    );
    check(
        "data: a\n\ndata: b\r\rdata: c\r\n\r\n",
        &[("", "a"), ("", "b"), ("", "c")],
    );
    check("\n\n\r\r\n\ndata: a\n\n\n\n\n", &[("", "a")]);
    check(
        "data: a\u{85}b\u{2028}c\u{b}d\n\n",
        &[("", "a\u{85}b\u{2028}c\u{b}d")],
    );
}

// R-1, R-2
#[test]
fn one_space_after_the_colon_is_not_data() {
    check("data:a\n\n", &[("", "a")]);
    check("data:  a \n\n", &[("", " a ")]);
    check("data:\ta\n\n", &[("", "\ta")]);
    check("data: : a:b\n\n", &[("", ": a:b")]);
    check("data:{\"a\": 1}\n\n", &[("", "{\"a\": 1}")]);
    check("event:e\ndata:a\n\n", &[("e", "a")]);
    check("event:  e\ndata: a\n\n", &[(" e", "a")]);
}

// R-1, R-2
#[test]
fn data_lines_are_joined() {
    check("data: a\ndata: b\n\n", &[("", "a\nb")]);
    check("data: a\ndata:\ndata: b\n\n", &[("", "a\n\nb")]);
    check(
        "data: a\nevent: e\ndata: b\nid: 1\ndata: c\n\n",
        &[("e", "a\nb\nc")],
    );
    check(
        "data: {\ndata: \"a\": 1\ndata: }\n\ndata: x\n\n",
        &[("", "{\n\"a\": 1\n}"), ("", "x")],
    );
    check("data: a\n: between\ndata: b\n\n", &[("", "a\nb")]);
}

// R-1, R-2
#[test]
fn data_may_be_empty_but_not_missing() {
    check("data\n\n", &[("", "")]);
    check("data:\n\n", &[("", "")]);
    check("data: \n\n", &[("", "")]);
    check("data\ndata\n\n", &[("", "\n")]);
    check("data:\ndata:\ndata\n\n", &[("", "\n\n")]);
    check("event: e\n\n", &[]);
    check("event: e\nid: 1\nretry: 5\n\n", &[]);
    check("event: lost\n\ndata: a\n\n", &[("", "a")]);
    check("", &[]);
    check("\n", &[]);
    check("\r\n\r\n", &[]);
}

// R-1, R-2, R-15
#[test]
fn comments_are_skipped() {
    check(":\n\n", &[]);
    check(": keep-alive\n\n: keep-alive\n\n", &[]);
    check(":a\n:b\n:c\n", &[]);
    check(": data: a\n\ndata: b\n\n", &[("", "b")]);
    check("data: a\n:\n\n", &[("", "a")]);
    check(": open\ndata: a\n\n: close", &[("", "a")]);
    check(":\r\r:\r\n:\n", &[]);
}

// R-1, R-2
#[test]
fn unknown_fields_are_skipped() {
    check("foo: a\ndata: b\n\n", &[("", "b")]);
    check("foo\ndata: b\n\n", &[("", "b")]);
    check("datas: a\nDATA: a\n data: a\ndata : a\n\n", &[]);
    check("data_and_more: a\nevents: a\ndata: b\n\n", &[("", "b")]);
    check("a line without a colon\n\ndata: b\n\n", &[("", "b")]);
    check("{\"error\": {\"code\": 1}}\n\n", &[]);
    check("retry: 10\nretry: x\nretry\ndata: a\n\n", &[("", "a")]);
}

// R-1, R-2
#[test]
fn names_belong_to_one_event_and_the_last_counts() {
    check("event: e\ndata: a\n\ndata: b\n\n", &[("e", "a"), ("", "b")]);
    check("data: a\nevent: e\n\n", &[("e", "a")]);
    check("event: e\nevent: f\ndata: a\n\n", &[("f", "a")]);
    check("event: e\nevent:\ndata: a\n\n", &[("", "a")]);
    check("event\ndata: a\n\n", &[("", "a")]);
    check("event: é\ndata: 日本🦀\n\n", &[("é", "日本🦀")]);
    check(
        b"event: a\xFFb\ndata: a\n\nevent: c\ndata: b\n\n",
        &[("a\u{fffd}b", "a"), ("c", "b")],
    );
}

// R-1, R-2
#[test]
fn a_byte_order_mark_is_dropped_once() {
    check("\u{feff}data: a\n\n", &[("", "a")]);
    check("\u{feff}\n\ndata: a\n\n", &[("", "a")]);
    check("\u{feff}", &[]);
    check("\u{feff}\u{feff}data: a\n\n", &[]);
    check("data: a\n\n\u{feff}data: b\n\n", &[("", "a")]);
    check("\n\u{feff}data: a\n\n", &[]);
    check(b"\xEF\xBBdata: a\n\ndata: b\n\n", &[("", "b")]);
    check(b"\xEF\n\ndata: b\n\n", &[("", "b")]);
}

// R-1, R-2
#[test]
fn ids_belong_to_one_event_and_hold_no_nul() {
    let ids = |body: &[u8]| -> Vec<Option<String>> {
        read_in_all_cuts(whatwg, body)
            .frames
            .into_iter()
            .map(|frame| frame.id)
            .collect()
    };
    let some = |id: &str| Some(id.to_owned());
    assert_eq!(ids(b"id: 1\ndata: a\n\ndata: b\n\n"), [some("1"), None]);
    assert_eq!(ids(b"id: 1\nid: 2\ndata: a\n\n"), [some("2")]);
    assert_eq!(ids(b"id: 1\nid: 2\0\ndata: a\n\n"), [some("1")]);
    assert_eq!(ids(b"id\ndata: a\n\n"), [some("")]);
    assert_eq!(ids(b"data: a\nid:\xFF\n\n"), [some("\u{fffd}")]);
}

// R-1, R-2, R-4
#[test]
fn an_unfinished_last_event_is_not_dispatched_and_not_silent() {
    check_unfinished("data: a", &[], 7);
    check_unfinished("data: a\n", &[], 8);
    check_unfinished("data: a\r\n", &[], 8);
    check_unfinished("data: a\n\ndata: b\ndata: c", &[("", "a")], 15);
    check_unfinished("event: e\n", &[], 9);
    check_unfinished("data: a\n\nd", &[("", "a")], 1);
    check_unfinished("data: a\n\ndata: b\n: bye", &[("", "a")], 13);
}

// R-1, R-2
#[test]
fn an_unfinished_last_event_is_dispatched_on_request() {
    check_lenient("data: a\n\ndata: [DONE]", &[("", "a"), ("", "[DONE]")]);
    check_lenient("data: a\n\ndata: [DONE]\n", &[("", "a"), ("", "[DONE]")]);
    check_lenient("data: [DONE]\r", &[("", "[DONE]")]);
    check_lenient("event: e\ndata: a\ndata: b", &[("e", "a\nb")]);
    check_lenient("data: a\neve", &[("", "a")]);
    check_lenient("data: a\n\n", &[("", "a")]);
    check_lenient("data: a\n\n: bye", &[("", "a")]);
    check_lenient("data", &[("", "")]);
    let reading = read_in_all_cuts(lenient, b"event: e\n");
    assert_eq!(
        reading.error,
        Some(FrameErrorKind::Unfinished { received: 9 })
    );
}

#[test]
fn the_end_gives_its_frame_once() {
    let mut framer = lenient();
    assert!(framer.feed(b"data: a").next().unwrap().is_none());
    assert_eq!(framer.leftover(), b"data: a");
    assert_eq!(framer.finish().unwrap().unwrap().data, b"a");
    assert!(framer.finish().unwrap().is_none());
}

// R-3
#[test]
fn the_cap_holds_for_one_event_in_any_cut() {
    let capped = || whatwg().max_frame(10);
    let too_large = Some(FrameErrorKind::TooLarge { cap: 10 });
    let outcome = |body: &str| {
        let reading = read_in_all_cuts(capped, body.as_bytes());
        (reading.frames.len(), reading.error)
    };
    assert_eq!(outcome("data: 678\n\ndata: 678\n\n"), (2, None));
    assert_eq!(outcome("data: a\n\ndata: 67890\n\n"), (1, too_large));
    assert_eq!(outcome("data: 67890"), (0, too_large));
    assert_eq!(outcome("data:a\r\ndata:\r\n\r\n"), (0, too_large));
    assert_eq!(outcome(": 234567890\n"), (0, too_large));
    assert_eq!(outcome(&": 23456\n".repeat(9)), (0, None));
    assert_eq!(outcome(&": 23456\n\n\n".repeat(9)), (0, None));
}

// R-3
#[test]
fn the_default_cap_is_16_mib() {
    let line = [b'x'; 1024];
    let chunks = std::iter::once(&b"data: "[..]).chain(std::iter::repeat_n(&line[..], 16 * 1024));
    let reading = read(whatwg(), chunks);
    assert_eq!(
        reading.error,
        Some(FrameErrorKind::TooLarge {
            cap: 16 * 1024 * 1024
        })
    );
}
