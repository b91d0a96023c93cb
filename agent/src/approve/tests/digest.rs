use proptest::prelude::*;
use proptest::string::string_regex;

use crate::approve::Digest;

fn digest(json: &str) -> Digest {
    Digest::of("tool", &json.into())
}

/// A JSON value whose members have no two equal names.
#[derive(Clone, Debug, PartialEq)]
enum Tree {
    Literal(&'static str),
    /// A whole number times a power of ten, the number with no zero at its end.
    Number(i64, i8),
    Text(String),
    List(Vec<Tree>),
    Object(Vec<(String, Tree)>),
}

fn tree() -> impl Strategy<Value = Tree> {
    let whole = (-999_999_999_i64..999_999_999).prop_filter("ends in zero", |n| n % 10 != 0);
    let leaf = prop_oneof![
        prop_oneof![Just("true"), Just("false"), Just("null")].prop_map(Tree::Literal),
        (whole, -5..5_i8).prop_map(|(number, power)| Tree::Number(number, power)),
        text().prop_map(Tree::Text),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let members = prop::collection::btree_map(text(), inner.clone(), 0..4);
        prop_oneof![
            prop::collection::vec(inner, 0..4).prop_map(Tree::List),
            members.prop_map(|members| Tree::Object(members.into_iter().collect())),
        ]
    })
}

fn text() -> impl Strategy<Value = String> {
    string_regex("[a-c0-9\"\\\\/\n é😀]{0,4}").expect("a pattern")
}

/// Spells a value by drawing from `choices`, which repeats.
struct Speller<'a> {
    choices: &'a [u8],
    at: usize,
}

impl Speller<'_> {
    fn choose(&mut self, of: usize) -> usize {
        let choice = self.choices.get(self.at % self.choices.len().max(1));
        self.at += 1;
        usize::from(*choice.unwrap_or(&0)) % of
    }

    fn space(&mut self) -> &'static str {
        ["", " ", "\n\t", "\r "][self.choose(4)]
    }

    fn spell(&mut self, tree: &Tree) -> String {
        match tree {
            Tree::Literal(literal) => (*literal).to_owned(),
            Tree::Number(number, power) => self.number(*number, i32::from(*power)),
            Tree::Text(text) => self.text(text),
            Tree::List(items) => {
                let items: Vec<String> = items.iter().map(|item| self.spaced(item)).collect();
                format!("[{}]", items.join(","))
            }
            Tree::Object(members) => self.object(members),
        }
    }

    fn spaced(&mut self, tree: &Tree) -> String {
        [self.space(), &self.spell(tree), self.space()].concat()
    }

    fn object(&mut self, members: &[(String, Tree)]) -> String {
        let mut members: Vec<String> = members
            .iter()
            .map(|(name, value)| {
                let name = [self.space(), &self.text(name), self.space()].concat();
                format!("{name}:{}", self.spaced(value))
            })
            .collect();
        let turn = self.choose(members.len().max(1));
        members.rotate_left(turn);
        format!("{{{}{}}}", members.join(","), self.space())
    }

    fn number(&mut self, number: i64, power: i32) -> String {
        let sign = if number < 0 { "-" } else { "" };
        let digits = number.abs().to_string();
        let point = i32::try_from(digits.len() - 1).expect("few digits");
        let zeros = "0".repeat(self.choose(3));
        match self.choose(4) {
            0 => format!("{sign}{digits}e{power}"),
            1 => format!("{sign}{digits}.0{zeros}E{power:+}"),
            2 => format!(
                "{sign}{}.{}{zeros}e{}",
                &digits[..1],
                [&digits[1..], "0"].concat(),
                power + point
            ),
            _ => format!(
                "{sign}0.{zeros}{digits}e{}",
                power + point + 1 + i32::try_from(zeros.len()).expect("few")
            ),
        }
    }

    fn text(&mut self, text: &str) -> String {
        let letters: Vec<String> = text.chars().map(|letter| self.letter(letter)).collect();
        format!("\"{}\"", letters.concat())
    }

    fn letter(&mut self, letter: char) -> String {
        let units = |unit: &u16| format!("\\u{unit:04X}");
        match self.choose(3) {
            0 => letter.encode_utf16(&mut [0; 2]).iter().map(units).collect(),
            1 if letter == '/' => "\\/".to_owned(),
            _ => {
                let quoted = serde_json::to_string(&letter).expect("a letter");
                quoted[1..quoted.len() - 1].to_owned()
            }
        }
    }
}

fn spell(tree: &Tree, choices: &[u8]) -> String {
    Speller { choices, at: 0 }.spell(tree)
}

proptest! {
    // R-63
    #[test]
    fn spelling_does_not_change_the_digest(
        tree in tree(),
        one in prop::collection::vec(any::<u8>(), 1..64),
        two in prop::collection::vec(any::<u8>(), 1..64),
    ) {
        let (one, two) = (spell(&tree, &one), spell(&tree, &two));
        prop_assert_eq!(digest(&one), digest(&two), "{} and {}", one, two);
    }

    // R-63
    #[test]
    fn values_that_differ_have_digests_that_differ(
        one in tree(),
        two in tree(),
        choices in prop::collection::vec(any::<u8>(), 1..64),
    ) {
        let (first, second) = (spell(&one, &choices), spell(&two, &choices));
        prop_assert_eq!(one == two, digest(&first) == digest(&second), "{} and {}", first, second);
    }

    #[test]
    fn any_text_has_a_digest(text in ".*") {
        prop_assert_eq!(digest(&text), digest(&text));
    }
}

// R-63
#[test]
fn every_change_of_meaning_changes_the_digest() {
    let spellings = [
        r#"{"a":1}"#,
        r#"{"a":-1}"#,
        r#"{"a":"1"}"#,
        r#"{"a":[1]}"#,
        r#"{"a":null}"#,
        r#"{"b":1}"#,
        r#"{"A":1}"#,
        r#"{"a":1,"b":1}"#,
        r#"{"a":1,"a":1}"#,
        r#"{"a":1,"a":2}"#,
        r#"{"a":2,"a":1}"#,
        r#"{"a":10}"#,
        r#"{"a":0.1}"#,
        r#"{"a":0}"#,
        r#"{"a":-0}"#,
        r#"{"a":18446744073709551616}"#,
        r#"{"a":18446744073709551617}"#,
        r#"{"a":1e400}"#,
        r#"{"a":1e401}"#,
        r#"{"a":1e99999999999999999999}"#,
        r#"{"a":"\u00e9"}"#,
        r#"{"a":"e\u0301"}"#,
        r#"{"a":"\ud83d"}"#,
        r#"{"a":"\ud83e"}"#,
        r#"{"a":[1,2]}"#,
        r#"{"a":[2,1]}"#,
        r#"{"a":[[1],2]}"#,
        r#"{"a":[[1,2]]}"#,
        r#"{"a":1"#,
        r#"{"a":1}}"#,
        "{}",
        "[]",
        "null",
    ];
    for (at, one) in spellings.iter().enumerate() {
        for two in &spellings[at + 1..] {
            assert_ne!(digest(one), digest(two), "{one} and {two}");
        }
    }
}

// R-63
#[test]
fn equal_meanings_have_one_digest() {
    let pairs = [
        ("", "{}"),
        (" \n", " { } "),
        (r#"{"a":1}"#, r#"{"a":1.0}"#),
        (r#"{"a":100}"#, r#"{"a":1E+2}"#),
        (r#"{"a":0}"#, r#"{"a":0.00e7}"#),
        (r#"{"a":"é"}"#, r#"{"\u0061":"\u00e9"}"#),
        (r#"{"a":"😀"}"#, r#"{"a":"\ud83d\ude00"}"#),
        (
            r#"{"a":18446744073709551616}"#,
            r#"{"a":184467440737095516160e-1}"#,
        ),
    ];
    for (one, two) in pairs {
        assert_eq!(digest(one), digest(two), "{one} and {two}");
    }
}

// R-63
#[test]
fn the_tool_is_part_of_the_digest() {
    let of = |tool: &str, json: &str| Digest::of(tool, &json.into());
    assert_ne!(of("read", "{}"), of("write", "{}"));
    assert_ne!(of("a", r#""b""#), of("as1:b", ""));
}

#[test]
fn deep_nesting_counts_as_it_is_written() {
    let deep = |space: &str| ["[".repeat(100_000), space.to_owned(), "]".repeat(100_000)].concat();
    assert_eq!(digest(&deep("")), digest(&deep("")));
    assert_ne!(digest(&deep("")), digest(&deep(" ")));
}

#[test]
fn a_digest_is_read_only_as_it_is_written() {
    let text = digest("{}").to_string();
    assert_eq!(text.parse::<Digest>(), Ok(digest("{}")));
    for wrong in [
        &text[1..],
        &text.replace(|c: char| c.is_ascii_digit(), "g"),
        &text.to_uppercase(),
        "é",
    ] {
        assert!(wrong.parse::<Digest>().is_err(), "{wrong}");
    }
}
