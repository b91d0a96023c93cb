use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

use proptest::prelude::*;

use super::{INLINE, Repr, Text};

fn is_inline(text: &Text) -> bool {
    matches!(text.0, Repr::Inline { .. })
}

#[test]
fn takes_24_bytes_and_so_does_an_option() {
    assert_eq!(size_of::<Text>(), 24);
    assert_eq!(size_of::<Option<Text>>(), 24);
    assert_eq!(align_of::<Text>(), 8);
}

#[test]
fn keeps_up_to_22_bytes_inline() {
    for len in 0..=40 {
        let source = "x".repeat(len);
        let text = Text::from(source.as_str());
        assert_eq!(is_inline(&text), len <= INLINE, "{len} bytes");
        assert_eq!(text.as_str(), source);
    }
}

#[test]
fn counts_bytes_not_characters_at_the_border() {
    let fits = "é".repeat(11);
    let one_more = format!("{fits}x");
    assert!(is_inline(&Text::from(&fits)));
    assert!(!is_inline(&Text::from(&one_more)));
    assert_eq!(Text::from(&fits), fits);
    assert_eq!(Text::from(&one_more), one_more);
}

#[test]
fn clones_of_long_text_share_one_allocation() {
    let source: Arc<str> = "a text longer than what fits inline".into();
    let text = Text::from(Arc::clone(&source));
    let clone = text.clone();
    assert_eq!(Arc::strong_count(&source), 3);
    assert_eq!(text.as_ptr(), clone.as_ptr());
}

#[test]
fn takes_short_shared_text_out_of_its_allocation() {
    let source: Arc<str> = "short".into();
    let text = Text::from(Arc::clone(&source));
    assert!(is_inline(&text));
    assert_eq!(Arc::strong_count(&source), 1);
}

#[test]
fn a_literal_is_referred_to() {
    const LITERAL: &str = "a literal that does not fit inline";
    const TEXT: Text = Text::from_static(LITERAL);
    assert_eq!(TEXT.as_ptr(), LITERAL.as_ptr());
}

#[test]
fn is_empty_by_default() {
    for text in [
        Text::new(),
        Text::default(),
        Text::from(""),
        Text::from(String::new()),
    ] {
        assert!(text.is_empty());
        assert_eq!(text, "");
    }
}

#[test]
fn replaces_what_is_not_utf8() {
    assert_eq!(Text::from_utf8_lossy(b""), "");
    assert_eq!(Text::from_utf8_lossy(b"\xff!"), "\u{fffd}!");
    assert_eq!(Text::from_utf8_lossy("naïve".as_bytes()), "naïve");
}

#[test]
fn collects_characters_and_parts() {
    assert_eq!("abc".chars().rev().collect::<Text>(), "cba");
    assert_eq!(["a", "b"].into_iter().collect::<Text>(), "ab");
}

#[test]
fn shows_as_a_str_does() {
    let text = Text::from("a \"b\"");
    assert_eq!(
        format!("{text}|{text:?}|{text:>7}"),
        r#"a "b"|"a \"b\""|  a "b""#
    );
}

#[test]
fn deserializes_from_every_form_of_string() {
    let borrowed: Text = serde_json::from_str(r#""plain""#).unwrap();
    let escaped: Text = serde_json::from_str(r#""a\nb""#).unwrap();
    let owned: Text = serde_json::from_value(serde_json::Value::from("owned")).unwrap();
    let read: Text = serde_json::from_reader(&b"\"read\""[..]).unwrap();
    assert_eq!(
        [&*borrowed, &*escaped, &*owned, &*read],
        ["plain", "a\nb", "owned", "read"]
    );
}

#[test]
fn refuses_what_is_not_a_string() {
    let error = serde_json::from_str::<Text>("3").unwrap_err();
    assert_eq!(
        error.to_string(),
        "invalid type: integer `3`, expected a string at line 1 column 1"
    );
}

#[test]
fn has_the_schema_of_a_string() {
    assert_eq!(schemars::schema_for!(Text), schemars::schema_for!(String));
}

/// Every representation that can hold `source`.
fn forms(source: &str) -> [Text; 4] {
    let literal: &'static str = source.to_owned().leak();
    let shared = Text(Repr::Shared(source.into()));
    [
        Text::from(source),
        Text::from(Cow::Borrowed(source)),
        Text::from_static(literal),
        shared,
    ]
}

proptest! {
    #[test]
    fn keeps_what_it_was_given(source in any::<String>(), character in any::<char>()) {
        prop_assert_eq!(&Text::from(source.clone()), &source);
        prop_assert_eq!(&Text::from(source.clone().into_boxed_str()), &source);
        prop_assert_eq!(&Text::from_utf8_lossy(source.as_bytes()), &source);
        prop_assert_eq!(Text::from(source.as_str()).into_string(), source);
        prop_assert_eq!(Text::from(character), character.to_string());
    }

    #[test]
    fn equals_orders_and_hashes_as_str(left in ".{0,12}", right in ".{0,12}") {
        let state = RandomState::new();
        for a in forms(&left) {
            prop_assert_eq!(state.hash_one(&a), state.hash_one(left.as_str()));
            prop_assert_eq!(a.len(), left.len());
            prop_assert_eq!(a.as_bytes(), left.as_bytes());
            for b in forms(&right) {
                prop_assert_eq!(a == b, left == right);
                prop_assert_eq!(a.cmp(&b), left.cmp(&right));
                prop_assert_eq!(a == right, b == left);
            }
        }
    }

    #[test]
    fn is_found_in_maps_by_str(source in any::<String>()) {
        let hashed = HashMap::from([(Text::from(&source), 1)]);
        let ordered = BTreeMap::from([(Text::from(&source), 1)]);
        prop_assert!(hashed.contains_key(source.as_str()));
        prop_assert!(ordered.contains_key(source.as_str()));
    }

    #[test]
    fn survives_json(source in any::<String>()) {
        let text = Text::from(&source);
        let json = serde_json::to_string(&text).unwrap();
        prop_assert_eq!(&json, &serde_json::to_string(&source).unwrap());
        prop_assert_eq!(serde_json::from_str::<Text>(&json).unwrap(), text);
    }
}
