use serde_json::{Value, json};

use crate::schema::keywords::{self, Keywords};

/// The schema, with null allowed too.
pub(super) fn nullable(schema: Value) -> Value {
    let Value::Object(mut keywords) = schema else {
        return schema;
    };
    if keywords.contains_key("$ref") {
        return json!({"anyOf": [keywords, {"type": "null"}]});
    }
    if let Some(Value::Array(schemas)) = keywords.get_mut("anyOf") {
        if !schemas.iter().any(keywords::accepts_null) {
            schemas.push(json!({"type": "null"}));
        }
        return keywords.into();
    }
    if let Some(value) = keywords.shift_remove("const") {
        keywords.insert("enum".to_owned(), json!([value]));
    }
    admit(&mut keywords, "enum", Value::Null);
    admit(&mut keywords, "type", "null".into());
    keywords.into()
}

/// Adds a value to a keyword that holds one or a list of them.
fn admit(keywords: &mut Keywords, keyword: &str, value: Value) {
    match keywords.get_mut(keyword) {
        Some(Value::Array(known)) if !known.contains(&value) => known.push(value),
        Some(known @ Value::String(_)) if *known != value => {
            *known = Value::Array(vec![known.take(), value]);
        }
        _ => {}
    }
}
