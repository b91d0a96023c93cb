//! Serde's words, in those of JSON.

use serde::de::{Expected, Unexpected};
use serde_json::Value;

/// Member names in a path are the model's words, and may be of any length.
pub(super) const LONGEST_NAME: usize = 60;

/// A string that was found is shown up to here.
const LONGEST_STRING: usize = 60;

pub(super) fn found(found: Unexpected<'_>) -> String {
    match found {
        Unexpected::Bool(value) => format!("`{value}`"),
        Unexpected::Unsigned(number) => format!("integer {number}"),
        Unexpected::Signed(number) => format!("integer {number}"),
        Unexpected::Float(number) => format!("number {number}"),
        Unexpected::Str(text) => string(text),
        Unexpected::Unit | Unexpected::Option => "null".to_owned(),
        Unexpected::Seq => "an array".to_owned(),
        Unexpected::Map => "an object".to_owned(),
        other => other.to_string(),
    }
}

pub(super) fn found_value(value: &Value) -> String {
    match value {
        Value::Null => found(Unexpected::Unit),
        Value::Bool(value) => found(Unexpected::Bool(*value)),
        Value::Number(number) if number.is_f64() => format!("number {number}"),
        Value::Number(number) => format!("integer {number}"),
        Value::String(text) => string(text),
        Value::Array(_) => found(Unexpected::Seq),
        Value::Object(_) => found(Unexpected::Map),
    }
}

/// A type of JSON Schema.
pub(super) fn type_name(name: &str) -> &str {
    match name {
        "object" => "an object",
        "array" => "an array",
        "string" => "a string",
        "boolean" => "a boolean",
        "integer" => "an integer",
        "number" => "a number",
        other => other,
    }
}

fn string(text: &str) -> String {
    let shown: String = text.chars().take(LONGEST_STRING).collect();
    let rest = if shown.len() < text.len() { "…" } else { "" };
    format!("string {shown:?}{rest}")
}

pub(super) fn expected(expected: &dyn Expected) -> String {
    let expected = expected.to_string();
    let words = match expected.as_str() {
        "u8" => "an integer from 0 to 255",
        "u16" => "an integer from 0 to 65535",
        "u32" => "an integer from 0 to 4294967295",
        "u64" | "u128" | "usize" => "an integer from 0 up",
        "i8" => "an integer from -128 to 127",
        "i16" => "an integer from -32768 to 32767",
        "i32" => "an integer from -2147483648 to 2147483647",
        "i64" | "i128" | "isize" => "an integer",
        "f32" | "f64" => "a number",
        "a sequence" => "an array",
        "a map" => "an object",
        "unit" => "null",
        "a borrowed string" => "a string without escapes",
        other => other,
    };
    words.to_owned()
}

pub(super) fn one_of(names: &[&str]) -> String {
    match names {
        [] => "nothing".to_owned(),
        [name] => format!("`{name}`"),
        names => format!("one of `{}`", names.join("`, `")),
    }
}

/// The path says where it is, and the model does not count columns.
pub(super) fn without_position(mut message: String) -> String {
    if let Some(at) = message.rfind(" at line ") {
        message.truncate(at);
    }
    message
}
