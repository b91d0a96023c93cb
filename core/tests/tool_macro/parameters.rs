//! What parameters can be, how the model is told of them, and what they are read as.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use windlass_core::{State, Text, Tool, ToolContext, ToolErrorKind, tool};

use crate::{call, try_call};

#[track_caller]
fn check_schema(tool: &dyn Tool, expected: &str) {
    assert_eq!(tool.spec().parameters.as_json(), expected);
}

/// The weather in a city right now.
///
/// # Panics
///
/// The model is not told of this.
#[tool]
async fn weather(
    /// City name, in English.
    city: String,
    /// How many days to look ahead.
    days: Option<u8>,
) -> String {
    format!("{city} in {} days", days.unwrap_or(0))
}

#[test]
fn an_async_function_is_a_tool_and_can_be_called() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    assert_eq!(
        runtime.block_on(weather("Oslo".into(), Some(2))),
        "Oslo in 2 days"
    );
    assert_eq!(
        call(&weather, r#"{"city":"Oslo","days":2}"#),
        "Oslo in 2 days"
    );
    assert_eq!(call(&weather, r#"{"city":"Oslo"}"#), "Oslo in 0 days");
    assert_eq!(
        call(&weather, r#"{"city":"Oslo","days":null}"#),
        "Oslo in 0 days"
    );
    assert_eq!(weather.spec().name, "weather");
    assert_eq!(
        weather.spec().description,
        "The weather in a city right now."
    );
    check_schema(
        &weather,
        concat!(
            r#"{"type":"object","properties":{"#,
            r#""city":{"type":"string","description":"City name, in English."},"#,
            r#""days":{"type":["integer","null"],"description":"How many days to look ahead.","maximum":255,"minimum":0}},"#,
            r#""required":["city"],"additionalProperties":false}"#,
        ),
    );
}

/// The time of day.
#[tool]
fn time() -> &'static str {
    "12:00"
}

#[test]
fn a_function_without_parameters_takes_an_empty_object_or_nothing() {
    assert_eq!(time(), "12:00");
    for arguments in ["{}", "", " "] {
        assert_eq!(call(&time, arguments), "12:00");
    }
    check_schema(
        &time,
        r#"{"type":"object","properties":{},"additionalProperties":false}"#,
    );
}

/// Joins texts.
#[tool]
#[allow(
    clippy::too_many_arguments,
    clippy::needless_lifetimes,
    reason = "each is lent in another way"
)]
fn join<'x>(
    /// Lent.
    a: &str,
    /// Lent, with a lifetime of its own.
    b: &'x str,
    /// Lent or owned.
    c: Cow<'_, str>,
    /// May be absent.
    d: Option<&str>,
    /// Many.
    e: &[String],
    /// May be absent too.
    f: Option<&[u8]>,
    /// Something of another crate.
    g: &Text,
    /// And that may be absent.
    h: Option<&Text>,
) -> String {
    format!("{a}{b}{c}{d:?}{e:?}{f:?}{g}{h:?}")
}

#[test]
fn what_is_lent_may_have_escapes() {
    let arguments =
        r#"{"a":"\"a\"","b":"b","c":"\u00e4","d":"\n","e":["x"],"f":[1],"g":"g","h":"h"}"#;
    let expected = r#""a"bäSome("\n")["x"]Some([1])gSome("h")"#;
    assert_eq!(call(&join, arguments), expected);
    assert_eq!(
        call(&join, r#"{"a":"a","b":"b","c":"c","e":[],"g":""}"#),
        "abcNone[]NoneNone"
    );
}

/// Looks at a text without a copy.
#[tool]
async fn address(
    /// The text.
    text: &str,
) -> usize {
    text.as_ptr() as usize
}

#[test]
fn text_without_escapes_is_not_copied() {
    let arguments =
        windlass_core::Arguments::from(r#"{"text":"a text that is too long to be kept inline"}"#);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let context = ToolContext::new("call_1");
    let output = runtime
        .block_on(address.call(&arguments, &context))
        .unwrap();
    let expected = arguments.as_str().as_ptr() as usize + r#"{"text":""#.len();
    assert_eq!(
        output.parts[0].as_text(),
        Some(expected.to_string().as_str())
    );
}

#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Unit {
    Celsius,
    Kelvin,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[allow(dead_code, reason = "it is only shown")]
struct Filter {
    /// The field to look at.
    field: String,
    /// What it must be.
    values: Vec<i32>,
}

/// Without `Serialize`, the schema cannot name the default.
#[derive(Debug, Default, Deserialize, JsonSchema)]
struct Page(#[allow(dead_code, reason = "it is only shown")] u32);

/// Searches.
#[tool]
#[allow(clippy::too_many_arguments, reason = "each is read in another way")]
fn search(
    /// The unit.
    #[default = Unit::Celsius]
    unit: Unit,
    /// What to search for.
    #[default = "everything"]
    words: &str,
    /// How many.
    #[default = 10]
    limit: u32,
    /// Which page.
    #[default]
    page: Page,
    /// Filters.
    #[default = Vec::new()]
    filters: Vec<Filter>,
    /// Labels.
    #[rename = "labels"]
    tags: Option<BTreeMap<String, bool>>,
    /// The kind.
    r#type: Option<Unit>,
) -> String {
    format!("{unit:?} {words} {limit} {page:?} {filters:?} {tags:?} {type:?}")
}

#[test]
fn defaults_stand_in_for_what_is_left_out() {
    assert_eq!(
        call(&search, "{}"),
        "Celsius everything 10 Page(0) [] None None"
    );
    let arguments = r#"{"unit":"kelvin","words":"w","limit":1,"page":2,"filters":[{"field":"a","values":[1]}],
                        "labels":{"x":true},"type":"kelvin"}"#;
    let expected =
        r#"Kelvin w 1 Page(2) [Filter { field: "a", values: [1] }] Some({"x": true}) Some(Kelvin)"#;
    assert_eq!(call(&search, arguments), expected);
}

#[test]
fn nested_types_and_defaults_are_in_the_schema() {
    check_schema(
        &search,
        concat!(
            r#"{"type":"object","properties":{"#,
            r#""unit":{"type":"string","description":"The unit.","enum":["celsius","kelvin"],"default":"celsius"},"#,
            r#""words":{"type":"string","description":"What to search for.","default":"everything"},"#,
            r#""limit":{"type":"integer","description":"How many.","default":10,"minimum":0},"#,
            r#""page":{"type":"integer","description":"Which page.","minimum":0},"#,
            r#""filters":{"type":"array","description":"Filters.","items":{"type":"object","properties":{"#,
            r#""field":{"type":"string","description":"The field to look at."},"#,
            r#""values":{"type":"array","description":"What it must be.","items":{"type":"integer"}}},"#,
            r#""required":["field","values"]}},"#,
            r#""labels":{"type":["object","null"],"description":"Labels.","additionalProperties":{"type":"boolean"}},"#,
            r#""type":{"type":["string","null"],"description":"The kind.","enum":["celsius","kelvin",null]}},"#,
            r#""additionalProperties":false}"#,
        ),
    );
}

#[derive(Debug, Deserialize, JsonSchema)]
struct Tree {
    /// Below it.
    below: Vec<Tree>,
}

/// Counts.
#[tool]
fn count(
    /// The tree.
    tree: Tree,
) -> usize {
    fn size(tree: &Tree) -> usize {
        1 + tree.below.iter().map(size).sum::<usize>()
    }
    size(&tree)
}

#[test]
fn a_type_that_contains_itself_is_referred_to_within_the_schema() {
    assert_eq!(call(&count, r#"{"tree":{"below":[{"below":[]}]}}"#), "2");
    let schema = &count.spec().parameters;
    assert!(
        schema.as_value().pointer("/$defs/Tree").is_some(),
        "{schema:?}"
    );
    assert!(
        schema.as_json().contains(r##""$ref":"#/$defs/Tree""##),
        "{schema:?}"
    );
}

struct Shop {
    name: &'static str,
}

/// Says where it is.
#[tool(undocumented)]
async fn place(#[state] shop: &Shop, street: &str, #[context] call: &ToolContext) -> String {
    format!("{} {street} {}", shop.name, call.call())
}

#[test]
fn the_program_gives_state_and_context() {
    let context = ToolContext::new("call_7").with_state(State::new().with(Shop { name: "Rope" }));
    let output = try_call(&place, r#"{"street":"Quay"}"#, &context).unwrap();
    assert_eq!(output.parts[0].as_text(), Some("Rope Quay call_7"));
    assert_eq!(place.spec().parameters.properties().count(), 1);
}

/// Counts one more.
#[tool]
fn sell(#[state] sold: &AtomicU32) -> u32 {
    sold.fetch_add(1, Ordering::SeqCst) + 1
}

#[test]
fn the_program_keeps_state_that_it_shares() {
    let sold = Arc::new(AtomicU32::new(6));
    let state = State::new().with_shared(Arc::clone(&sold));
    let context = ToolContext::new("call_1").with_state(state);
    let output = try_call(&sell, "{}", &context).unwrap();
    assert_eq!(output.parts[0].as_text(), Some("7"));
    assert_eq!(sold.load(Ordering::SeqCst), 7);
}

// R-54
#[test]
fn state_that_is_not_there_ends_the_run_and_is_named() {
    let error = try_call(&place, r#"{"street":"Quay"}"#, &ToolContext::new("call_1")).unwrap_err();
    assert_eq!(error.kind(), ToolErrorKind::Fatal);
    assert!(
        error
            .message()
            .ends_with("parameters::Shop`, which the tool needs"),
        "{error}"
    );
}

/// Its names are those of the expansion and of itself.
#[tool(undocumented)]
fn echo(echo: String, arguments: u8, context: u8, members: u8, __given: u8) -> String {
    format!("{echo}{arguments}{context}{members}{__given}")
}

#[test]
fn names_of_parameters_do_not_meet_those_of_the_expansion() {
    assert_eq!(echo("x".into(), 1, 2, 3, 4), "x1234");
    let arguments = r#"{"echo":"x","arguments":1,"context":2,"members":3,"__given":4}"#;
    assert_eq!(call(&echo, arguments), "x1234");
}

/// Goes down.
#[tool]
fn down(
    /// From where.
    mut from: u32,
) -> u32 {
    from = from.saturating_sub(1);
    if from == 0 { from } else { down(from) }
}

#[test]
fn a_function_can_call_itself_and_be_passed_on() {
    assert_eq!(call(&down, r#"{"from":5}"#), "0");
    assert_eq!([3].map(*down), [0]);
}
