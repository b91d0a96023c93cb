use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::Growing;

fn grown(text: &str) -> Option<Value> {
    let mut growing = Growing::default();
    growing.push(text);
    growing.value().cloned()
}

fn check(text: &str, expected: Option<Value>) {
    assert_eq!(grown(text), expected, "{text}");
    let mut bytewise = Growing::default();
    let mut piece = [0; 4];
    for char in text.chars() {
        bytewise.push(char.encode_utf8(&mut piece));
    }
    assert_eq!(bytewise.value(), expected.as_ref(), "{text}, in pieces");
}

#[test]
fn what_is_not_whole_is_closed_or_left_out() {
    for (text, expected) in [
        ("{", json!({})),
        (r#"{"a"#, json!({})),
        (r#"{"a" "#, json!({})),
        (r#"{"a": "#, json!({})),
        (r#"{"a": ""#, json!({"a": ""})),
        (r#"{"a": "x y"#, json!({"a": "x y"})),
        (r#"{"a": "x\"#, json!({"a": "x"})),
        (r#"{"a": "x\n\""#, json!({"a": "x\n\""})),
        (r#"{"a": "x\u00"#, json!({"a": "x"})),
        (r#"{"a": "x\u00e9"#, json!({"a": "xé"})),
        (r#"{"a": "x\ud83d"#, json!({"a": "x"})),
        (r#"{"a": "x\ud83d\ude0"#, json!({"a": "x"})),
        (r#"{"a": "x\ud83d\ude00"#, json!({"a": "x😀"})),
        (r#"{"k\u0065y": 1,"#, json!({"key": 1})),
        (r#"{"a": 12"#, json!({})),
        (r#"{"a": 12 "#, json!({"a": 12})),
        (r#"{"a": -1.5e3,"#, json!({"a": -1.5e3})),
        (r#"{"a": tru"#, json!({})),
        (r#"{"a": true"#, json!({"a": true})),
        (r#"{"a": null"#, json!({"a": null})),
        (r#"{"a": [1, [fals"#, json!({"a": [1, []]})),
        (
            r#"{"a": [1, [false, {"b": {"#,
            json!({"a": [1, [false, {"b": {}}]]}),
        ),
        (r#"{"a": [], "b": {}} {"c": 1}"#, json!({"a": [], "b": {}})),
        (r#"{"a": 1, "a": "x"#, json!({"a": "x"})),
    ] {
        check(text, Some(expected));
    }
}

#[test]
fn the_object_is_found_between_other_words() {
    for (text, expected) in [
        ("", None),
        ("Here you are:", None),
        ("Sure!\n```json\n{\"a\": [\"x", Some(json!({"a": ["x"]}))),
        ("Of {name}: {\"a\": 1}.", Some(json!({"a": 1}))),
        ("{{\"a\": 1}}", Some(json!({"a": 1}))),
        ("{a {\"b\": 2", Some(json!({}))),
        ("{\"a\" 1}", None),
        ("{\"a\": 01}", None),
        ("{\"a\": +1}", None),
        ("{\"a\": nul}", None),
        ("{\"a\": truely}", None),
        ("{\"a\": \"\n\"}", None),
        ("{\"a\": \"\\x\"}", None),
        ("{\"a\": [1,]}", None),
        ("{\"a\": [1}", None),
        ("{\"a\": 1,}", None),
        ("{,}", None),
    ] {
        check(text, expected);
    }
}

#[test]
fn it_goes_as_deep_as_the_parser_of_the_answer() {
    for (depth, is_read) in [(1, true), (127, true), (128, false), (10_000, false)] {
        let text = format!(
            "{}{{}}{}",
            "{\"a\":".repeat(depth - 1),
            "}".repeat(depth - 1)
        );
        let value = serde_json::from_str::<Value>(&text).ok();
        assert_eq!(value.is_some(), is_read, "{depth}");
        assert!(!is_read || grown(&text) == value, "{depth}");
        let mut growing = Growing::default();
        growing.push(&text);
        assert!(growing.open.len() <= 127, "{depth}");
    }
}

// R-89
#[test]
fn a_lone_surrogate_becomes_a_replacement_character() {
    for (text, expected) in [
        (r#"{"a": "\ud83dx"#, "\u{fffd}x"),
        (r#"{"a": "\ud83d\n"#, "\u{fffd}\n"),
        (r#"{"a": "\ud83d\u0041"#, "\u{fffd}A"),
        (r#"{"a": "\ud83d\ud83d\ude00"#, "\u{fffd}😀"),
        (r#"{"a": "\ude00""#, "\u{fffd}"),
        (r#"{"a": "\ud83d""#, "\u{fffd}"),
    ] {
        check(text, Some(json!({ "a": expected })));
    }
}

#[test]
fn growth_is_told_once_and_only_when_there_is_some() {
    let mut growing = Growing::default();
    let mut grew = |piece: &str| {
        growing.push(piece);
        growing.take_grown()
    };
    for (piece, expected) in [
        ("Here: ", false),
        ("{", true),
        (" \"a\"", false),
        (": \"", true),
        ("", false),
        ("x", true),
        ("\\", false),
        ("n", true),
        ("\", \"b\": 1", false),
        ("2", false),
        ("}", true),
        (" {\"c\": 1}", false),
    ] {
        assert_eq!(grew(piece), expected, "{piece}");
    }
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        (-1e9..1e9).prop_map(Value::from),
        "\\PC{0,6}|[\"\\\\\n😀é]{0,4}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            members(inner).prop_map(Value::from),
        ]
    })
}

fn members(inner: impl Strategy<Value = Value>) -> impl Strategy<Value = Map<String, Value>> {
    let members = prop::collection::vec(("[a-c\"é\\\\]{0,3}", inner), 0..4);
    members.prop_map(|members| members.into_iter().collect())
}

/// Objects as text: plain, with white space, and with everything escaped that can be.
fn any_object() -> impl Strategy<Value = (Value, String)> {
    let written = |(value, style): (Map<String, Value>, u8)| {
        let value = Value::from(value);
        // Not every number comes back the same from its text.
        let text = value.to_string();
        let value: Value = serde_json::from_str(&text).expect("a value's text is JSON");
        let text = match style {
            0 => text,
            1 => format!("{value:#}"),
            _ => escaped(&text),
        };
        (value, text)
    };
    (members(any_value()), 0..3u8).prop_map(written)
}

fn escaped(json: &str) -> String {
    let mut text = String::new();
    for char in json.chars() {
        match char.is_ascii() {
            true => text.push(char),
            false => {
                let mut units = [0; 2];
                let units = char.encode_utf16(&mut units).iter();
                text.extend(units.map(|unit| format!("\\u{unit:04x}")));
            }
        }
    }
    text
}

/// Whether `part` is what may be known of `whole` before its end.
fn is_prefix(part: &Value, whole: &Value) -> bool {
    match (part, whole) {
        (Value::String(part), Value::String(whole)) => whole.starts_with(part.as_str()),
        (Value::Array(part), Value::Array(whole)) => {
            part.len() <= whole.len() && begins(part, whole)
        }
        (Value::Object(part), Value::Object(whole)) => {
            let names = part.keys().eq(whole.keys().take(part.len()));
            names && begins(part.values(), whole.values())
        }
        _ => part == whole,
    }
}

/// All but the last are whole.
fn begins<'v>(
    part: impl IntoIterator<Item = &'v Value, IntoIter: ExactSizeIterator>,
    whole: impl IntoIterator<Item = &'v Value>,
) -> bool {
    let part = part.into_iter();
    let last = part.len().saturating_sub(1);
    let mut pairs = part.zip(whole).enumerate();
    pairs.all(|(at, (part, whole))| match at == last {
        true => is_prefix(part, whole),
        false => part == whole,
    })
}

/// The value of the longest beginning of `text` that closing what is open makes JSON, and that ends in no number.
fn by_force(text: &str) -> Option<Value> {
    let borders = text.char_indices().map(|(at, char)| at + char.len_utf8());
    let mut borders: Vec<usize> = borders.collect();
    borders.reverse();
    borders.into_iter().find_map(|end| closed(&text[..end]))
}

fn closed(text: &str) -> Option<Value> {
    let (mut open, mut is_string, mut is_escaped) = (Vec::new(), false, false);
    for char in text.chars() {
        match char {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '"' => is_string = !is_string,
            _ if is_string => {}
            '{' => open.push('}'),
            '[' => open.push(']'),
            '}' | ']' => drop(open.pop()),
            _ => {}
        }
    }
    if !is_string
        && text.ends_with(|char: char| char.is_ascii_digit() || "+-.eE".contains(char))
        && !is_literal(text)
    {
        return None;
    }
    let mut text = match text.trim_end().strip_suffix(',') {
        Some(before) if !is_string => before.to_owned(),
        _ => text.to_owned(),
    };
    text.extend(is_string.then_some('"'));
    text.extend(open.into_iter().rev());
    serde_json::from_str(&text).ok()
}

fn is_literal(text: &str) -> bool {
    text.ends_with("true") || text.ends_with("false")
}

proptest! {
    #[test]
    fn every_prefix_has_a_value_and_it_is_a_prefix_of_the_truth((whole, text) in any_object()) {
        let mut growing = Growing::default();
        let mut piece = [0; 4];
        let mut shown = Value::from(Map::new());
        for (at, char) in text.char_indices() {
            growing.push(char.encode_utf8(&mut piece));
            let has_grown = growing.take_grown();
            let value = growing.value().expect("the object begins with the first character");
            prop_assert!(is_prefix(value, &whole), "{value} of {whole}");
            prop_assert_eq!(has_grown, at == 0 || *value != shown);
            let expected = by_force(&text[..at + char.len_utf8()]);
            prop_assert_eq!(Some(value), expected.as_ref());
            shown = value.clone();
        }
        prop_assert_eq!(growing.value(), Some(&whole));
    }

    #[test]
    fn pieces_of_any_size_give_the_same((_, text) in any_object(), cuts in prop::collection::vec(0..64usize, 0..8)) {
        let mut growing = Growing::default();
        let mut chars = text.chars();
        for cut in cuts {
            growing.push(&chars.by_ref().take(cut).collect::<String>());
        }
        growing.push(chars.as_str());
        prop_assert_eq!(growing.value().cloned(), grown(&text));
    }

    #[test]
    fn no_text_breaks_it(text in r#"[{}\[\]",:a1.eE\\u\-tn \n😀]{0,40}"#) {
        let mut growing = Growing::default();
        let used = growing.push(&text);
        let begin = growing.begin();
        if let (true, Some(begin)) = (used < text.len(), begin) {
            let value: Value = serde_json::from_str(&text[begin..used]).expect("a whole object is JSON");
            prop_assert_eq!(growing.value(), Some(&value));
        }
        let json = serde_json::from_str::<Map<String, Value>>(&text);
        if json.is_ok() {
            prop_assert_eq!((begin, used), (text.find('{'), text.trim_end().len()));
        }
    }
}
