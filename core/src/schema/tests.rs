use serde_json::{Value, json};

use super::{Schema, SchemaErrorKind};

mod derived;
mod laws;
mod nulls;

/// Every `$ref` in a schema, wherever it stands.
fn references(value: &Value) -> Vec<&str> {
    match value {
        Value::Object(members) => {
            let own = members.get("$ref").and_then(Value::as_str);
            own.into_iter()
                .chain(members.values().flat_map(references))
                .collect()
        }
        Value::Array(items) => items.iter().flat_map(references).collect(),
        _ => Vec::new(),
    }
}

#[track_caller]
fn check_references(schema: &Schema, expected: &[&str]) {
    let references = references(schema.as_value());
    for reference in &references {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(
            schema.as_value().pointer(pointer).is_some(),
            "`{reference}` leads nowhere in {schema:?}"
        );
    }
    assert_eq!(references, expected);
}

#[test]
fn takes_objects_and_booleans_only() {
    assert_eq!(Schema::from_value(json!(true)).unwrap().as_json(), "true");
    assert_eq!(Schema::from_value(json!({})).unwrap().as_json(), "{}");
    for (value, found) in [
        (json!(null), "null"),
        (json!(1), "a number"),
        (json!("x"), "a string"),
        (json!([]), "an array"),
    ] {
        let error = Schema::from_value(value).unwrap_err();
        assert_eq!(error.kind(), SchemaErrorKind::NotASchema);
        assert_eq!(
            error.to_string(),
            format!("a schema is an object or a boolean, and this is {found}")
        );
        assert!(std::error::Error::source(&error).is_none());
    }
}

#[test]
fn says_where_text_is_not_json() {
    let error = Schema::from_json("{\"type\": object}").unwrap_err();
    assert_eq!(error.kind(), SchemaErrorKind::NotJson);
    assert_eq!(error.to_string(), "the text of the schema is not JSON");
    let cause = std::error::Error::source(&error).unwrap().to_string();
    assert_eq!(cause, "expected value at line 1 column 10");
    assert_eq!(error.hint(), "correct the text where the cause says");
}

#[test]
fn deserializing_fails_with_the_same_words() {
    let error = serde_json::from_str::<Schema>("[]").unwrap_err();
    assert_eq!(
        error.to_string(),
        "a schema is an object or a boolean, and this is an array"
    );
}

// R-25
#[test]
fn keywords_come_in_one_order_and_properties_in_theirs() {
    let schema = Schema::from_json(
        r##"{
            "$defs": {"z": {"minimum": 1, "type": "integer"}, "a": true},
            "x-note": {"b": 1, "a": [{"d": 1, "c": 2}]},
            "required": ["type"],
            "properties": {
                "type": {"description": "D", "title": "T", "enum": ["b", "a"], "type": "string"},
                "default": {"items": {"$ref": "#/$defs/z", "description": "D"}, "type": "array"}
            },
            "description": "Doc.",
            "additionalProperties": {"maxLength": 3, "minLength": 1, "type": "string"},
            "type": "object"
        }"##,
    );
    let expected = concat!(
        r##"{"type":"object","description":"Doc.","properties":{"##,
        r##""type":{"type":"string","title":"T","description":"D","enum":["b","a"]},"##,
        r##""default":{"type":"array","items":{"$ref":"#/$defs/z","description":"D"}}},"##,
        r##""required":["type"],"additionalProperties":{"type":"string","maxLength":3,"minLength":1},"##,
        r##""x-note":{"a":[{"c":2,"d":1}],"b":1},"##,
        r##""$defs":{"z":{"type":"integer","minimum":1},"a":true}}"##,
    );
    assert_eq!(schema.unwrap().as_json(), expected);
}

#[test]
fn what_somebody_wrote_stays() {
    let json = r#"{"$schema":"http://json-schema.org/draft-07/schema#","type":"integer","title":"Count","format":"uint8"}"#;
    assert_eq!(Schema::from_json(json).unwrap().as_json(), json);
}

#[test]
fn accessors_take_malformed_keywords_for_absent() {
    for value in [
        json!(true),
        json!({}),
        json!({"type": ["object"], "properties": [], "required": {"a": 1}}),
    ] {
        let schema = Schema::from_value(value).unwrap();
        assert!(!schema.is_object());
        assert_eq!(schema.properties().count(), 0);
        assert_eq!(schema.required().count(), 0);
    }
    let mixed = Schema::from_value(json!({"required": ["a", 1, "b"]})).unwrap();
    assert!(mixed.required().eq(["a", "b"]));
}

#[test]
fn shows_its_text() {
    assert_eq!(
        format!("{:?}", Schema::empty_object()),
        r#"Schema({"type":"object","properties":{}})"#
    );
}

#[test]
fn clones_share_the_text() {
    let schema = Schema::empty_object();
    assert_eq!(schema.as_json().as_ptr(), schema.clone().as_json().as_ptr());
}
