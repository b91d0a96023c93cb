//! Arguments against a schema, for tools without a type to read them as.

use serde_json::{Map, Value};

use super::{ArgumentsError, words};
use crate::nearest_name;

/// Checks types, choices, and the members of objects, all the way down. What else a schema says is the tool's to check.
pub(super) fn check(value: &Value, schema: &Value) -> Result<(), ArgumentsError> {
    within(value, schema, &mut String::new())
}

fn within(value: &Value, schema: &Value, path: &mut String) -> Result<(), ArgumentsError> {
    let Value::Object(keywords) = schema else {
        return Ok(());
    };
    type_of(value, keywords, path)?;
    choice(value, keywords, path)?;
    match value {
        Value::Object(members) => object(members, keywords, path),
        Value::Array(elements) => match keywords.get("items") {
            Some(items) => array(elements, items, path),
            None => Ok(()),
        },
        _ => Ok(()),
    }
}

fn type_of(value: &Value, schema: &Map<String, Value>, path: &str) -> Result<(), ArgumentsError> {
    let types: Vec<&str> = match schema.get("type") {
        Some(Value::String(name)) => vec![name],
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
        _ => return Ok(()),
    };
    if types.is_empty() || types.iter().any(|name| is_of(value, name)) {
        return Ok(());
    }
    let names: Vec<&str> = types.iter().map(|name| words::type_name(name)).collect();
    Err(ArgumentsError::mismatch(path, &names.join(" or ")).with_found(&words::found_value(value)))
}

fn is_of(value: &Value, type_name: &str) -> bool {
    match type_name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        "number" => value.is_number(),
        // A number without a fraction is an integer, however it is spelt.
        "integer" => {
            let float = value.as_f64();
            value.is_i64() || value.is_u64() || float.is_some_and(|float| float.fract() == 0.0)
        }
        _ => true,
    }
}

fn choice(value: &Value, schema: &Map<String, Value>, path: &str) -> Result<(), ArgumentsError> {
    let Some(Value::Array(choices)) = schema.get("enum") else {
        return Ok(());
    };
    if choices.contains(value) {
        return Ok(());
    }
    let name = |choice: &Value| match choice {
        Value::String(name) => name.clone(),
        other => other.to_string(),
    };
    let names: Vec<String> = choices.iter().map(name).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let error = ArgumentsError::mismatch(path, &words::one_of(&names));
    let error = error.with_found(&words::found_value(value));
    let given = value.as_str();
    match given.and_then(|given| nearest_name(given, names.iter().copied())) {
        Some(name) => Err(error.with_nearest(name)),
        None => Err(error),
    }
}

fn object(
    members: &Map<String, Value>,
    schema: &Map<String, Value>,
    path: &mut String,
) -> Result<(), ArgumentsError> {
    let required = schema.get("required").and_then(Value::as_array);
    let mut required = required.into_iter().flatten().filter_map(Value::as_str);
    if let Some(name) = required.find(|name| !members.contains_key(*name)) {
        return at_member(path, name, |path| Err(ArgumentsError::missing(path)));
    }
    let properties = schema.get("properties").and_then(Value::as_object);
    let property = |name: &str| properties.and_then(|properties| properties.get(name));
    let is_closed = schema.get("additionalProperties") == Some(&Value::Bool(false))
        && !schema.contains_key("patternProperties");
    for (name, value) in members {
        at_member(path, name, |path| match property(name) {
            Some(schema) => within(value, schema, path),
            None if is_closed => {
                let known = properties.into_iter().flat_map(Map::keys);
                let known: Vec<&str> = known.map(String::as_str).collect();
                Err(ArgumentsError::unknown_member(path, name, &known))
            }
            None => Ok(()),
        })?;
    }
    Ok(())
}

fn array(elements: &[Value], items: &Value, path: &mut String) -> Result<(), ArgumentsError> {
    let length = path.len();
    for (at, element) in elements.iter().enumerate() {
        path.push_str(&format!("[{at}]"));
        within(element, items, path)?;
        path.truncate(length);
    }
    Ok(())
}

fn at_member<T>(path: &mut String, name: &str, inside: impl FnOnce(&mut String) -> T) -> T {
    let length = path.len();
    if length > 0 {
        path.push('.');
    }
    path.extend(name.chars().take(words::LONGEST_NAME));
    let result = inside(path);
    path.truncate(length);
    result
}
