use super::*;

wire_object! {
    struct Delta<'a> {
        "content" => content: Option<JsonStr<'a>>,
        "reasoning" | "reasoning_content" => reasoning: Option<JsonStr<'a>>,
        "calls" => calls: Vec<Call>,
        "tokens" => tokens: Count,
    }
}

wire_object! {
    #[derive(PartialEq)]
    struct Call {
        "index" => index: Option<u64>,
    }
}

fn read(json: &str) -> Delta<'_> {
    serde_json::from_str(json).unwrap()
}

#[test]
fn careless_objects_are_read() {
    let delta =
        read(r#"{"content":"a","x":{"y":[1,{}]},"content":"b","content":null,"calls":null}"#);
    assert_eq!(delta.content.unwrap().as_str(), "b");
    assert_eq!(delta.calls, []);
    let both = read(r#"{"reasoning":"why","reasoning_content":"why"}"#);
    assert_eq!(both.reasoning.unwrap().text(), "why");
    assert_eq!(
        read(r#"{"calls":[{"index":1},{}]}"#).calls,
        [Call { index: Some(1) }, Call { index: None }]
    );
    assert!(read(r#"{"cont\u0065nt":"escaped key"}"#).content.is_some());
}

#[test]
fn counts_come_in_many_spellings() {
    for (json, count) in [
        ("10", Some(10)),
        ("10.0", Some(10)),
        ("\"10\"", Some(10)),
        ("null", None),
        ("-1", None),
        ("-0.5", None),
        ("1e300", Some(u64::MAX)),
        ("\"many\"", None),
    ] {
        assert_eq!(
            read(&format!(r#"{{"tokens":{json}}}"#)).tokens.0,
            count,
            "{json}"
        );
    }
}

#[test]
fn a_known_key_of_another_type_is_an_error() {
    assert!(serde_json::from_str::<Delta<'_>>(r#"{"content":{}}"#).is_err());
    assert!(serde_json::from_str::<Delta<'_>>(r#"{"calls":{}}"#).is_err());
    assert!(serde_json::from_str::<Delta<'_>>("[]").is_err());
}

#[test]
fn a_string_without_escapes_is_borrowed() {
    let json = r#"{"content":"Grüße","reasoning":"a\nb"}"#;
    let delta = read(json);
    assert!(matches!(delta.content, Some(JsonStr(Cow::Borrowed(_)))));
    assert_eq!(delta.reasoning.unwrap().text(), "a\nb");
}

/// The text that comes of these JSON strings as pieces of one part.
fn joined(pieces: &[&str]) -> String {
    let part = PartIndex(0);
    let mut deltas = Deltas::default();
    let mut text = String::new();
    for piece in pieces {
        let piece: JsonStr<'_> = serde_json::from_str(piece).unwrap();
        text.extend(deltas.piece(part, &piece).as_deref());
    }
    text.extend(deltas.end(part).as_deref());
    text
}

// R-89
#[test]
fn halves_of_a_surrogate_pair_are_joined_and_lone_ones_replaced() {
    assert_eq!(joined(&[r#""\ud83d\ude00""#]), "😀");
    assert_eq!(joined(&[r#""a\ud83d""#, r#""\ude00b""#]), "a😀b");
    assert_eq!(joined(&[r#""a\ud83d""#, r#""""#, r#""\ude00b""#]), "a😀b");
    assert_eq!(joined(&[r#""\ud83d""#, r#""b""#]), "\u{fffd}b");
    assert_eq!(joined(&[r#""\ud83d""#]), "\u{fffd}");
    assert_eq!(joined(&[r#""\ude00""#]), "\u{fffd}");
    assert_eq!(joined(&[r#""\ud83d\ud83d\ude00""#]), "\u{fffd}😀");
    assert_eq!(joined(&[r#""x\ud83dy\ude00z""#]), "x\u{fffd}y\u{fffd}z");
    assert_eq!(joined(&[r#""Grüße""#, r#"" 😀""#]), "Grüße 😀");
}

// R-89
#[test]
fn a_half_waits_for_its_own_part() {
    let half: JsonStr<'_> = serde_json::from_str(r#""\ud83d""#).unwrap();
    let rest: JsonStr<'_> = serde_json::from_str(r#""\ude00""#).unwrap();
    let mut deltas = Deltas::default();
    assert_eq!(deltas.piece(PartIndex(0), &half), None);
    assert_eq!(
        deltas.piece(PartIndex(1), &rest).as_deref(),
        Some("\u{fffd}")
    );
    assert_eq!(deltas.piece(PartIndex(0), &rest).as_deref(), Some("😀"));
    assert!(
        deltas
            .finish(|part, text| Event::Text { part, text })
            .is_empty()
    );
}

#[test]
fn bytes_that_are_no_text_are_replaced() {
    let piece = JsonStr(Cow::Borrowed(b"a\xffb\xed\xa0"));
    assert_eq!(piece.text(), "a\u{fffd}b\u{fffd}\u{fffd}");
}
