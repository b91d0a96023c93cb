//! The schemas of types, as the model reads them.
#![allow(dead_code, reason = "the types are here for their schemas")]

use std::collections::{BTreeMap, HashMap};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Schema, check_references};

#[track_caller]
fn check<T: JsonSchema>(expected: &str) {
    assert_eq!(Schema::of::<T>().as_json(), expected);
}

#[test]
fn scalars_lose_formats_and_keep_limits() {
    check::<String>(r#"{"type":"string"}"#);
    check::<bool>(r#"{"type":"boolean"}"#);
    check::<f64>(r#"{"type":"number"}"#);
    check::<f32>(r#"{"type":"number"}"#);
    check::<i64>(r#"{"type":"integer"}"#);
    check::<u64>(r#"{"type":"integer","minimum":0}"#);
    check::<usize>(r#"{"type":"integer","minimum":0}"#);
    check::<i8>(r#"{"type":"integer","maximum":127,"minimum":-128}"#);
    check::<Option<u32>>(r#"{"type":["integer","null"],"minimum":0}"#);
    check::<std::net::Ipv4Addr>(r#"{"type":"string","format":"ipv4"}"#);
    check::<serde_json::Value>("{}");
}

#[test]
fn every_number_loses_its_format() {
    type Numbers = (
        i8,
        i16,
        i32,
        i64,
        i128,
        isize,
        u8,
        u16,
        u32,
        u64,
        u128,
        (usize, f32, f64),
    );
    let schema = Schema::of::<Numbers>();
    assert!(!schema.as_json().contains("format"), "{schema:?}");
}

#[derive(JsonSchema)]
struct Ticket {
    #[schemars(extend("format" = "uint64"), with = "String")]
    number: u64,
}

#[test]
fn a_number_format_of_a_string_stays() {
    check::<Ticket>(
        r#"{"type":"object","properties":{"number":{"type":"string","format":"uint64"}},"required":["number"]}"#,
    );
}

#[test]
fn collections() {
    check::<Vec<String>>(r#"{"type":"array","items":{"type":"string"}}"#);
    check::<BTreeMap<String, bool>>(
        r#"{"type":"object","additionalProperties":{"type":"boolean"}}"#,
    );
    check::<(String, u8)>(concat!(
        r#"{"type":"array","prefixItems":[{"type":"string"},{"type":"integer","maximum":255,"minimum":0}],"#,
        r#""maxItems":2,"minItems":2}"#,
    ));
}

/// Looks for flights.
///
/// Prices are in euros,
/// taxes included.
#[derive(Deserialize, JsonSchema)]
struct Search {
    /// Where to.
    to: Place,
    from: Option<Place>,
    #[serde(default)]
    direct: bool,
    #[serde(default = "one")]
    seats: u8,
}

#[derive(Deserialize, JsonSchema)]
struct Place {
    city: String,
}

fn one() -> u8 {
    1
}

// R-25
#[test]
fn nested_structs_are_written_out_in_the_order_of_declaration() {
    check::<Search>(concat!(
        r#"{"type":"object","description":"Looks for flights.\n\nPrices are in euros,\ntaxes included.","#,
        r#""properties":{"#,
        r#""to":{"type":"object","description":"Where to.","#,
        r#""properties":{"city":{"type":"string"}},"required":["city"]},"#,
        r#""from":{"type":["object","null"],"#,
        r#""properties":{"city":{"type":"string"}},"required":["city"]},"#,
        r#""direct":{"type":"boolean","default":false},"#,
        r#""seats":{"type":"integer","default":1,"maximum":255,"minimum":0}},"#,
        r#""required":["to"]}"#,
    ));
}

#[test]
fn tells_properties_and_which_are_required() {
    let schema = Schema::of::<Search>();
    assert!(schema.is_object());
    assert!(
        schema
            .properties()
            .map(|(name, _)| name)
            .eq(["to", "from", "direct", "seats"])
    );
    assert!(schema.required().eq(["to"]));
}

#[derive(JsonSchema)]
#[schemars(title = "Search terms")]
struct Titled {}

#[test]
fn a_title_that_says_more_than_the_name_stays() {
    check::<Titled>(r#"{"type":"object","title":"Search terms"}"#);
}

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Unit {
    Celsius,
    Kelvin,
}

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Documented {
    /// The way there.
    There,
    /// The way back.
    Back,
}

#[derive(Deserialize, JsonSchema)]
#[serde(tag = "kind")]
enum Tagged {
    Circle { radius: f64 },
    Point,
}

#[derive(Deserialize, JsonSchema)]
enum External {
    Amount(f64),
    Nothing,
}

#[derive(Deserialize, JsonSchema)]
#[serde(untagged)]
enum Untagged {
    Name(String),
    Number(u32),
}

#[test]
fn enums() {
    check::<Unit>(r#"{"type":"string","enum":["celsius","kelvin"]}"#);
    check::<Documented>(concat!(
        r#"{"oneOf":[{"type":"string","description":"The way there.","const":"there"},"#,
        r#"{"type":"string","description":"The way back.","const":"back"}]}"#,
    ));
    check::<Tagged>(concat!(
        r#"{"oneOf":[{"type":"object","properties":{"kind":{"type":"string","const":"Circle"},"#,
        r#""radius":{"type":"number"}},"required":["kind","radius"]},"#,
        r#"{"type":"object","properties":{"kind":{"type":"string","const":"Point"}},"required":["kind"]}]}"#,
    ));
    check::<External>(concat!(
        r#"{"oneOf":[{"type":"string","enum":["Nothing"]},"#,
        r#"{"type":"object","properties":{"Amount":{"type":"number"}},"required":["Amount"],"#,
        r#""additionalProperties":false}]}"#,
    ));
    check::<Untagged>(r#"{"anyOf":[{"type":"string"},{"type":"integer","minimum":0}]}"#);
}

#[derive(Deserialize, JsonSchema)]
struct Tree {
    name: String,
    children: Vec<Tree>,
}

#[derive(Deserialize, JsonSchema)]
struct Forest {
    oldest: Tree,
    trees: Vec<Tree>,
}

#[derive(Deserialize, JsonSchema)]
struct Folder {
    entries: Vec<Entry>,
}

#[derive(Deserialize, JsonSchema)]
enum Entry {
    File(u64),
    Folder(Box<Folder>),
    Link(Box<Entry>),
}

#[test]
fn a_type_that_contains_itself_is_referred_to() {
    check::<Tree>(concat!(
        r##"{"type":"object","properties":{"name":{"type":"string"},"##,
        r##""children":{"type":"array","items":{"$ref":"#"}}},"required":["name","children"]}"##,
    ));
    check_references(&Schema::of::<Tree>(), &["#"]);
    check_references(
        &Schema::of::<Forest>(),
        &["#/$defs/Tree", "#/$defs/Tree", "#/$defs/Tree"],
    );
    check_references(
        &Schema::of::<Folder>(),
        &["#", "#/$defs/Entry", "#", "#/$defs/Entry"],
    );
}

// R-25
#[test]
fn recursive_schemas_survive_json() {
    for schema in [
        Schema::of::<Tree>(),
        Schema::of::<Forest>(),
        Schema::of::<Folder>(),
    ] {
        let json = serde_json::to_string(&schema).unwrap();
        assert_eq!(json, schema.as_json());
        assert_eq!(serde_json::from_str::<Schema>(&json).unwrap(), schema);
    }
}

#[derive(Deserialize, Serialize, JsonSchema)]
struct Weights {
    #[serde(default = "some_weights")]
    weights: HashMap<String, u8>,
}

fn some_weights() -> HashMap<String, u8> {
    ('a'..='j')
        .zip(0..)
        .map(|(name, weight)| (name.to_string(), weight))
        .collect()
}

// R-25
#[test]
fn defaults_from_hash_maps_are_the_same_bytes_each_time() {
    let first = Schema::of::<Weights>();
    assert!(
        first.as_json().contains(r#""default":{"a":0,"b":1,"c":2,"#),
        "{first:?}"
    );
    for _ in 0..20 {
        assert_eq!(Schema::of::<Weights>().as_json(), first.as_json());
    }
}

// R-25
#[test]
fn two_calls_give_the_same_bytes() {
    assert_eq!(
        Schema::of::<Search>().as_json(),
        Schema::of::<Search>().as_json()
    );
    assert_eq!(
        Schema::of::<Folder>().as_json(),
        Schema::of::<Folder>().as_json()
    );
}
