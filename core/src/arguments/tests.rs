use std::borrow::Cow;
use std::collections::BTreeMap;

use proptest::prelude::{Just, Strategy, any, prop_oneof, proptest};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::*;

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Search<'a> {
    filters: Vec<Filter<'a>>,
    limit: Option<u8>,
    by_day: BTreeMap<u32, Unit>,
    by_name: BTreeMap<Cow<'a, str>, (i8, f64)>,
    order: Option<Order>,
    page: Page,
    id: i128,
    #[serde(borrow)]
    rest: Option<&'a RawValue>,
    any: serde_json::Value,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Filter<'a> {
    city: &'a str,
    unit: Unit,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Unit {
    Celsius,
    Kelvin,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Order {
    Ascending,
    Field { name: String },
    Many(Vec<Unit>),
    Pair(u8, u8),
}

#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(try_from = "u32")]
struct Page(u32);

impl TryFrom<u32> for Page {
    type Error = &'static str;

    fn try_from(number: u32) -> Result<Self, Self::Error> {
        let page = Some(Page(number)).filter(|page| page.0 < 100);
        page.ok_or("there are only 100 pages")
    }
}

// R-52
#[test]
fn the_error_says_where_what_was_expected_and_what_was_found() {
    #[rustfmt::skip]
    let cases = [
        (r#"{"filters":[{"city":"Oslo","unit":"kelvin"},{"city":5,"unit":"kelvin"}]}"#, "`filters[1].city`: expected a string without escapes, found integer 5"),
        (r#"{"filters":[{"city":"Oslo","unit":"celcius"}]}"#, "`filters[0].unit`: expected one of `celsius`, `kelvin`, found string \"celcius\"; did you mean `celsius`?"),
        (r#"{"filters":[{"city":"Oslo","unit":7}]}"#, "`filters[0].unit`: expected one of `celsius`, `kelvin`, found integer 7"),
        (r#"{"filters":[{"city":"Oslo"}]}"#, "`filters[0].unit` is missing"),
        (r#"{"filters":[{"citty":"Oslo"}]}"#, "`filters[0].citty`: not known, expected one of `city`, `unit`; did you mean `city`?"),
        (r#"{"filters":[{"city":"a","city":"b"}]}"#, "`filters[0].city`: it is there twice"),
        (r#"{"filters":{}}"#, "`filters`: expected an array, found an object"),
        (r#"{"filters":null}"#, "`filters`: expected an array, found null"),
        (r#"{"limit":300}"#, "`limit`: expected an integer from 0 to 255, found integer 300"),
        (r#"{"limit":-1}"#, "`limit`: expected an integer from 0 to 255, found integer -1"),
        (r#"{"limit":1.5}"#, "`limit`: expected an integer from 0 to 255, found number 1.5"),
        (r#"{"limit":"ten"}"#, "`limit`: expected an integer from 0 to 255, found string \"ten\""),
        (r#"{"by_day":{"7":"kelvin","8":true}}"#, "`by_day.8`: expected one of `celsius`, `kelvin`, found `true`"),
        (r#"{"by_name":{"\u00e9":[1,2],"x":[1]}}"#, "`by_name.x`: expected a tuple of size 2, found 1 elements"),
        (r#"{"by_name":{"\u00e9":[1,[]]}}"#, "`by_name.é[1]`: expected a number, found an array"),
        (r#"{"order":"up"}"#, "`order`: expected one of `ascending`, `field`, `many`, `pair`, found string \"up\""),
        (r#"{"order":{"field":{"name":[]}}}"#, "`order.field.name`: expected a string, found an array"),
        (r#"{"order":{"field":{}}}"#, "`order.field.name` is missing"),
        (r#"{"order":{"many":["kelvin",3]}}"#, "`order.many[1]`: expected one of `celsius`, `kelvin`, found integer 3"),
        (r#"{"order":{"pair":[1,"x"]}}"#, "`order.pair[1]`: expected an integer from 0 to 255, found string \"x\""),
        (r#"{"page":100}"#, "`page`: there are only 100 pages"),
        (r#"[1]"#, "the arguments: expected an object, found an array"),
        (r#""text""#, "the arguments: expected an object, found string \"text\""),
        (r#"{"limit":1"#, "the JSON ends too early: EOF while parsing an object at line 1 column 10"),
        (r#"{"limit":-"#, "the JSON ends too early: invalid number at line 1 column 10"),
        (r#"{"limit":1e"#, "the JSON ends too early: invalid number at line 1 column 11"),
        (r#"{"limit":-}"#, "not JSON: invalid number at line 1 column 11"),
        (r#"{"limit":"ten",]"#, "not JSON: key must be a string at line 1 column 16"),
        (r#"{} {}"#, "not JSON: trailing characters at line 1 column 4"),
        ("limit=5", "not JSON: expected value at line 1 column 1"),
    ];
    for (text, expected) in cases {
        let arguments = Arguments::from(text);
        let error = arguments.parse::<Search<'_>>().unwrap_err();
        assert_eq!(error.to_string(), expected, "{text}");
        assert_eq!(arguments.as_str(), text, "nothing is replaced");
    }
}

#[test]
fn what_serde_json_reads_is_read_the_same() {
    let text = r#" {
        "filters": [{"city": "Oslo", "unit": "kelvin"}, {"unit": {"celsius": null}, "city": "Rome"}],
        "limit": 3, "by_day": {"7": "kelvin"}, "by_name": {"\u00e9": [1, 2], "x": [-1, 2e3]},
        "order": {"field": {"name": "a\nb"}}, "page": 99, "id": 170141183460469231731687303715884105727,
        "rest": {"a" : [1, 2 ]}, "any": {"x": [null, true, 1.5, {"y": "z"}]}
    } "#;
    let arguments = Arguments::from(text);
    let read: Search<'_> = arguments.parse().unwrap();
    assert_eq!(read.filters[1].city, "Rome");
    assert_eq!(read.rest.unwrap().get(), r#"{"a" : [1, 2 ]}"#);
    assert_eq!(
        format!("{read:?}"),
        format!("{:?}", serde_json::from_str::<Search<'_>>(text).unwrap())
    );
    for order in [
        r#""ascending""#,
        r#"{"many":["kelvin"]}"#,
        r#"{"pair":[1,2]}"#,
        "null",
    ] {
        let arguments = Arguments::from(format!(r#"{{"order":{order}}}"#));
        let read: Search<'_> = arguments.parse().unwrap();
        let plain: Search<'_> = serde_json::from_str(arguments.as_str()).unwrap();
        assert_eq!(read.order, plain.order);
    }
}

// R-52
#[test]
fn blank_arguments_mean_an_empty_object_only_where_nothing_is_required() {
    for blank in ["", " ", "\n\t"] {
        let arguments = Arguments::from(blank);
        assert!(arguments.parse::<Search<'_>>().is_ok());
        let error = arguments.parse::<Filter<'_>>().unwrap_err();
        assert_eq!(error.to_string(), "`city` is missing");
    }
}

// R-52
#[test]
fn text_that_is_no_json_is_kept_and_named() {
    let cut = Arguments::from(r#"{"a": [1, 2"#);
    assert!(!cut.is_json());
    assert_eq!(cut.or_empty_object(), r#"{"a": [1, 2"#);
    assert!(cut.parse::<serde_json::Value>().unwrap_err().is_cut());
    let nonsense = Arguments::from("nonsense");
    let error = nonsense.parse::<serde_json::Value>().unwrap_err();
    assert_eq!(error.kind(), ArgumentsErrorKind::NotJson);
}

// R-52
#[test]
fn a_message_is_short_whatever_the_arguments_are() {
    let long = "é".repeat(100_000);
    let texts = [
        format!(r#"{{"{long}":1}}"#),
        format!(r#"{{"limit":"{long}"}}"#),
        format!(r#"{{"order":"{long}"}}"#),
        format!(r#"{{"by_name":{{"{long}":[1,"{long}"]}}}}"#),
        format!(r#"{{"by_day":{{"{long}":1}}}}"#),
        "[".repeat(100_000),
        format!(r#"{{"any":{}1{}}}"#, "[".repeat(1000), "]".repeat(1000)),
    ];
    for text in texts {
        let arguments = Arguments::from(text);
        let error = arguments.parse::<Search<'_>>().unwrap_err();
        assert!(error.to_string().len() < 1000, "{error}");
    }
}

// R-52
#[test]
fn without_a_type_the_schema_is_the_measure() {
    let schema = Schema::from_json(
        r#"{"type": "object", "required": ["city"], "additionalProperties": false, "properties": {
            "city": {"type": "string"},
            "days": {"type": ["integer", "null"]},
            "unit": {"enum": ["celsius", "kelvin", 7]},
            "stops": {"type": "array", "items": {"type": "object", "required": ["at"], "properties": {"at": {"type": "number"}}}},
            "free": true
        }}"#,
    );
    let schema = schema.unwrap();
    #[rustfmt::skip]
    let cases = [
        (r#"{"city":"Oslo"}"#, ""),
        (r#"{"city":"Oslo","days":null,"unit":7,"stops":[{"at":1,"by":"bus"}],"free":[{}]}"#, ""),
        (r#"{"city":"Oslo","days":2.0}"#, ""),
        ("", "`city` is missing"),
        (r#"{"days":1}"#, "`city` is missing"),
        (r#"{"city":1}"#, "`city`: expected a string, found integer 1"),
        (r#"{"city":"Oslo","days":1.5}"#, "`days`: expected an integer or null, found number 1.5"),
        (r#"{"city":"Oslo","unit":"celcius"}"#, "`unit`: expected one of `celsius`, `kelvin`, `7`, found string \"celcius\"; did you mean `celsius`?"),
        (r#"{"city":"Oslo","stops":[{"at":1},{"by":"bus"}]}"#, "`stops[1].at` is missing"),
        (r#"{"city":"Oslo","stops":[{"at":false}]}"#, "`stops[0].at`: expected a number, found `false`"),
        (r#"{"city":"Oslo","day.s":2}"#, "`day.s`: not known, expected one of `city`, `days`, `unit`, `stops`, `free`; did you mean `days`?"),
        ("[]", "the arguments: expected an object, found an array"),
        (r#"{"city":"#, "the JSON ends too early: EOF while parsing a value at line 1 column 8"),
    ];
    for (text, expected) in cases {
        let found = Arguments::from(text).check(&schema).err();
        let found = found.map(|error| error.to_string()).unwrap_or_default();
        assert_eq!(found, expected, "{text}");
    }
    assert_eq!(
        Arguments::from("5").check(&Schema::from_json("true").unwrap()),
        Ok(())
    );
}

#[test]
fn strings_are_borrowed_from_the_text() {
    let arguments = Arguments::from(r#"{"city":"Oslo, the capital of Norway","unit":"kelvin"}"#);
    let city = arguments.parse::<Filter<'_>>().unwrap().city;
    let text = arguments.as_str().as_bytes().as_ptr_range();
    assert!(text.contains(&city.as_ptr()));
}

fn json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<f64>().prop_map(Into::into),
        ".{0,8}".prop_map(Into::into),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        let members = proptest::collection::vec((".{0,8}", inner.clone()), 0..6);
        prop_oneof![
            proptest::collection::vec(inner, 0..6).prop_map(Into::into),
            members.prop_map(|members| serde_json::Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn every_json_value_is_read_as_serde_json_reads_it(value in json()) {
        let text = value.to_string();
        let plain: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(Arguments::from(text).parse::<serde_json::Value>().unwrap(), plain);
    }

    // R-52
    #[test]
    fn text_that_is_cut_anywhere_is_cut_and_nothing_else(value in json()) {
        let text = serde_json::json!({"any": value}).to_string();
        let cuts = (1..text.len()).filter(|at| text.is_char_boundary(*at));
        for cut in cuts {
            let error = Arguments::from(&text[..cut]).parse::<Search<'_>>().unwrap_err();
            assert!(error.is_cut(), "{}: {error}", &text[..cut]);
        }
    }
}
