use serde_json::{Value, json};
use windlass_core::Schema;

use super::*;

mod goldens;
mod laws;

fn schema(value: Value) -> Schema {
    Schema::from_value(value).unwrap()
}

/// Lowers a schema, and what comes out once more: nothing may change the second time.
fn lowered(value: Value, rules: SchemaRules) -> Lowered {
    let once = lower(&schema(value), rules);
    let twice = lower(&schema(once.schema.clone()), rules);
    assert_eq!(twice, once, "{rules:?} is not stable");
    assert_eq!(twice.schema.to_string(), once.schema.to_string());
    once
}

/// The schema of an object with one property, which is required.
fn with(property: Value) -> Value {
    json!({"type": "object", "properties": {"p": property}, "required": ["p"]})
}

fn strict_with(property: Value) -> Value {
    let mut object = with(property);
    object["additionalProperties"] = json!(false);
    object
}
