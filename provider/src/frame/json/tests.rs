use proptest::prelude::*;
use serde_json::value::RawValue;

use crate::frame::testing::{cut, read, read_in_all_cuts};
use crate::frame::{FrameErrorKind, Framer, Framing};

fn whole() -> Framer {
    Framing::Json.framer()
}

fn array() -> Framer {
    Framing::JsonArray.framer()
}

/// The body gives these items in every cut and ends cleanly.
#[track_caller]
fn check(body: impl AsRef<[u8]>, expected: &[&str]) {
    let reading = read_in_all_cuts(array, body.as_ref());
    assert_eq!(reading.text(), expected);
    assert_eq!(reading.error, None);
}

/// The body gives these items in every cut and then this error.
#[track_caller]
fn check_error(body: &str, expected: &[&str], error: FrameErrorKind) {
    let reading = read_in_all_cuts(array, body.as_bytes());
    assert_eq!(reading.text(), expected);
    assert_eq!(reading.error, Some(error));
}

// R-1
#[test]
fn each_item_is_a_frame() {
    check("[{}]", &["{}"]);
    check("[{},{}]", &["{}", "{}"]);
    check(
        "[{\"a\":[1,{\"b\":[]}]}\n,\r\n{\"c\":2}\n]\n",
        &["{\"a\":[1,{\"b\":[]}]}", "{\"c\":2}"],
    );
    check("\u{feff} [ {} ]", &["{}"]);
    check("[]", &[]);
    check(" [ \n ] ", &[]);
    check("[[],[1,[2]]]", &["[]", "[1,[2]]"]);
}

// R-1
#[test]
fn brackets_and_quotes_in_strings_are_text() {
    check(r#"[{"a":"]},["},{}]"#, &[r#"{"a":"]},["}"#, "{}"]);
    check(r#"[{"a":"\"]"},{}]"#, &[r#"{"a":"\"]"}"#, "{}"]);
    check(r#"[{"a":"\\"},{}]"#, &[r#"{"a":"\\"}"#, "{}"]);
    check(r#"[{"a\\\"}":"\\\\"},{}]"#, &[r#"{"a\\\"}":"\\\\"}"#, "{}"]);
    check(
        r#"["a,]","\ud83d","é🦀"]"#,
        &[r#""a,]""#, r#""\ud83d""#, r#""é🦀""#],
    );
    check(r#"[""]"#, &[r#""""#]);
}

// R-1
#[test]
fn scalars_end_where_the_next_thing_begins() {
    check("[1,-2.5e3 ,true\n,null]", &["1", "-2.5e3", "true", "null"]);
    check("[0]", &["0"]);
}

// R-1, R-19
#[test]
fn a_body_that_is_no_array_is_one_frame() {
    check(r#"{"error":{"code":429}}"#, &[r#"{"error":{"code":429}}"#]);
    check(" {\"a\":\"}\"}\n", &["{\"a\":\"}\"}"]);
    check("<html>[{}]</html>\n", &["<html>[{}]</html>\n"]);
    check("data: {}\n\n", &["data: {}\n\n"]);
    check("null", &["null"]);
    check("", &[]);
    check(" \n", &[]);
    assert_eq!(
        read_in_all_cuts(array, b"\xEF\xBB[1]").data(),
        [b"\xEF\xBB[1]"]
    );
    assert_eq!(read_in_all_cuts(array, b"\xEF\xBB").data(), [b"\xEF\xBB"]);
}

// R-1, R-4
#[test]
fn a_cut_body_is_not_silent() {
    let unfinished = |received| FrameErrorKind::Unfinished { received };
    check_error("[", &[], unfinished(0));
    check_error("[{}", &["{}"], unfinished(0));
    check_error("[{},", &["{}"], unfinished(0));
    check_error("[{}, {\"a\": \"]", &["{}"], unfinished(8));
    check_error("[1", &[], unfinished(1));
    check_error("{\"a\": 1", &[], unfinished(7));
}

// R-1
#[test]
fn a_broken_array_is_an_error_after_its_items() {
    check_error("[{}{}]", &["{}"], FrameErrorKind::Syntax);
    check_error("[{} x", &["{}"], FrameErrorKind::Syntax);
    check_error("[,{}]", &[], FrameErrorKind::Syntax);
    check_error("[{},]", &["{}"], FrameErrorKind::Syntax);
    check_error("[}", &[], FrameErrorKind::Syntax);
    check_error("[{}] {}", &["{}"], FrameErrorKind::Syntax);
    check_error("{}{}", &["{}"], FrameErrorKind::Syntax);
}

// R-1, R-19
#[test]
fn a_whole_body_is_one_frame_at_its_end() {
    for body in ["{}", "[{}, {}]", " {\"a\": 1}\n", "not json", "{\"cut"] {
        let reading = read_in_all_cuts(whole, body.as_bytes());
        assert_eq!((reading.text(), reading.error), (vec![body], None));
    }
    assert_eq!(read_in_all_cuts(whole, b"").text(), [""; 0]);
    assert_eq!(read_in_all_cuts(whole, b" \r\n").text(), [""; 0]);
    assert_eq!(
        read_in_all_cuts(whole, "\u{feff}{}".as_bytes()).text(),
        ["{}"]
    );
}

// R-3
#[test]
fn the_cap_holds_for_one_item_in_any_cut() {
    let outcome = |framing: Framing, body: &str| {
        let reading = read_in_all_cuts(|| framing.framer().max_frame(4), body.as_bytes());
        (reading.frames.len(), reading.error)
    };
    let too_large = Some(FrameErrorKind::TooLarge { cap: 4 });
    assert_eq!(
        outcome(Framing::JsonArray, "[\"12\",1234,[{}],      1234]"),
        (4, None)
    );
    assert_eq!(outcome(Framing::JsonArray, "[1,\"123\"]"), (1, too_large));
    assert_eq!(outcome(Framing::JsonArray, "[[[[[["), (0, too_large));
    assert_eq!(outcome(Framing::Json, "1234"), (1, None));
    assert_eq!(outcome(Framing::Json, "12345"), (0, too_large));
}

/// JSON values of any shape, with texts that look like structure.
fn json() -> impl Strategy<Value = serde_json::Value> {
    let text = prop::collection::vec(
        prop::sample::select(&["\"", "\\", "[", "]", "{", "}", ",", "é", "\n"]),
        0..6,
    )
    .prop_map(|pieces| pieces.concat());
    let leaf = prop_oneof![
        any::<i64>().prop_map(serde_json::Value::from),
        Just(serde_json::Value::Null),
        text.clone().prop_map(serde_json::Value::from),
    ];
    leaf.prop_recursive(3, 24, 5, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(serde_json::Value::from),
            prop::collection::vec((text.clone(), inner), 0..5)
                .prop_map(|pairs| serde_json::Value::Object(pairs.into_iter().collect())),
        ]
    })
}

proptest! {
    // R-1
    #[test]
    fn any_array_reads_as_a_parser_says(
        items in prop::collection::vec(json(), 0..8),
        pretty: bool,
        cuts in prop::collection::vec(any::<usize>(), 0..12),
    ) {
        let body = if pretty { serde_json::to_vec_pretty(&items) } else { serde_json::to_vec(&items) }.unwrap();
        let expected: Vec<&RawValue> = serde_json::from_slice(&body).unwrap();
        let expected: Vec<_> = expected.into_iter().map(RawValue::get).collect();
        let reading = read(array(), cut(&body, cuts));
        prop_assert_eq!(reading.error, None);
        prop_assert_eq!(reading.text(), expected);
    }

    // R-1
    #[test]
    fn any_bytes_read_the_same_in_any_cut(
        pieces in prop::collection::vec(prop::sample::select(&["[", "]", "{", "}", ",", "\"", "\\", " ", "1", "\u{feff}"]), 0..40),
        cuts in prop::collection::vec(any::<usize>(), 0..12),
    ) {
        let body = ["[", &pieces.concat()].concat();
        prop_assert_eq!(read(array(), cut(body.as_bytes(), cuts)), read(array(), [body.as_bytes()]));
    }
}
