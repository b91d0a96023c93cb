//! One order of keywords for equal schemas.
//!
//! What depends on the order the author wrote, a map of hashes, or a feature of some other crate in the build would
//! give other bytes for the same schema, and other bytes cost the provider's prompt cache.

use serde_json::{Map, Value};

/// The keywords that come first, roughly as people read a schema: what it is, then what is in it.
const FIRST: [&str; 18] = [
    "$schema",
    "$id",
    "$ref",
    "type",
    "title",
    "description",
    "const",
    "enum",
    "format",
    "pattern",
    "properties",
    "required",
    "additionalProperties",
    "prefixItems",
    "items",
    "anyOf",
    "oneOf",
    "allOf",
];

/// The keywords that come after all others, because they only hold what others refer to.
const LAST: [&str; 2] = ["$defs", "definitions"];

/// Orders the keywords of a schema and of all schemas inside it.
pub(super) fn schema(value: Value) -> Value {
    let Value::Object(keywords) = value else {
        return value;
    };
    let mut keywords: Vec<_> = keywords.into_iter().collect();
    keywords.sort_by(|(one, _), (two, _)| (rank(one), one).cmp(&(rank(two), two)));
    keywords
        .into_iter()
        .map(|(keyword, value)| within(keyword, value))
        .collect()
}

fn rank(keyword: &str) -> usize {
    let first = FIRST.iter().position(|known| *known == keyword);
    first.unwrap_or(FIRST.len() + usize::from(LAST.contains(&keyword)))
}

fn within(keyword: String, value: Value) -> (String, Value) {
    let value = match keyword.as_str() {
        "properties" | "patternProperties" | "dependentSchemas" | "$defs" | "definitions"
        | "dependencies" => named(value),
        "allOf" | "anyOf" | "oneOf" | "prefixItems" | "items" => one_or_many(value),
        "additionalProperties"
        | "additionalItems"
        | "propertyNames"
        | "contains"
        | "not"
        | "if"
        | "then"
        | "else"
        | "unevaluatedItems"
        | "unevaluatedProperties"
        | "contentSchema" => schema(value),
        _ => data(value),
    };
    (keyword, value)
}

/// Schemas under names that somebody else chose: their order is kept.
fn named(value: Value) -> Value {
    match value {
        Value::Object(schemas) => schemas
            .into_iter()
            .map(|(name, value)| (name, schema(value)))
            .collect(),
        other => other,
    }
}

fn one_or_many(value: Value) -> Value {
    match value {
        Value::Array(schemas) => schemas.into_iter().map(schema).collect(),
        one => schema(one),
    }
}

/// A plain value, such as a default: the order of its members means nothing, and may be that of a hash map.
fn data(value: Value) -> Value {
    match value {
        Value::Object(members) => Value::Object(sorted(members)),
        Value::Array(items) => items.into_iter().map(data).collect(),
        scalar => scalar,
    }
}

fn sorted(members: Map<String, Value>) -> Map<String, Value> {
    let mut members: Vec<_> = members
        .into_iter()
        .map(|(name, value)| (name, data(value)))
        .collect();
    members.sort_by(|(one, _), (two, _)| one.cmp(two));
    members.into_iter().collect()
}
