use proptest::prelude::*;

use super::*;

/// Whether OpenAI would take the schema for its strict mode: written from its documentation, apart from the lowering.
fn is_strict(schema: &Value) -> Result<(), String> {
    const KNOWN: [&str; 23] = [
        "type",
        "title",
        "description",
        "enum",
        "const",
        "format",
        "pattern",
        "properties",
        "required",
        "additionalProperties",
        "items",
        "anyOf",
        "$ref",
        "$defs",
        "definitions",
        "minimum",
        "maximum",
        "exclusiveMinimum",
        "exclusiveMaximum",
        "multipleOf",
        "minItems",
        "maxItems",
        "",
    ];
    let Value::Object(keywords) = schema else {
        return Err(format!("no object: {schema}"));
    };
    if let Some(word) = keywords.keys().find(|word| !KNOWN.contains(&word.as_str())) {
        return Err(format!("`{word}` is not permitted"));
    }
    if keywords.contains_key("$ref") && keywords.len() > 1 {
        return Err("`$ref` has something beside it".to_owned());
    }
    if !["type", "anyOf", "$ref"]
        .iter()
        .any(|word| keywords.contains_key(*word))
    {
        return Err(format!("no type: {schema}"));
    }
    let listed = keywords.contains_key("enum") || keywords.contains_key("const");
    let is = |name: &str| {
        keywords.get("type").is_some_and(|kind| {
            *kind == name
                || kind
                    .as_array()
                    .is_some_and(|kinds| kinds.iter().any(|kind| kind == name))
        })
    };
    if is("object") && !listed {
        let names: Vec<_> = keywords["properties"]
            .as_object()
            .ok_or("no properties")?
            .keys()
            .collect();
        let required: Vec<_> = keywords["required"]
            .as_array()
            .ok_or("no required")?
            .iter()
            .filter_map(Value::as_str)
            .collect();
        if names != required || keywords["additionalProperties"] != json!(false) {
            return Err(format!("not closed: {schema}"));
        }
    }
    if is("array") && !listed {
        is_strict(keywords.get("items").ok_or("no items")?)?;
    }
    for word in ["properties", "$defs", "definitions"] {
        let inner = keywords
            .get(word)
            .and_then(Value::as_object)
            .into_iter()
            .flatten();
        inner.map(|(_, schema)| schema).try_for_each(is_strict)?;
    }
    let any = keywords.get("anyOf").and_then(Value::as_array);
    any.into_iter().flatten().try_for_each(is_strict)
}

/// Whether Gemini would take the schema: its fields, one type each, items in lists, nothing beside `anyOf`.
fn is_gemini(schema: &Value) -> Result<(), String> {
    const KNOWN: [&str; 22] = [
        "type",
        "format",
        "title",
        "description",
        "nullable",
        "enum",
        "items",
        "maxItems",
        "minItems",
        "properties",
        "required",
        "minProperties",
        "maxProperties",
        "minimum",
        "maximum",
        "minLength",
        "maxLength",
        "pattern",
        "example",
        "anyOf",
        "propertyOrdering",
        "default",
    ];
    let Value::Object(keywords) = schema else {
        return Err(format!("no object: {schema}"));
    };
    if let Some(word) = keywords.keys().find(|word| !KNOWN.contains(&word.as_str())) {
        return Err(format!("`{word}` is not permitted"));
    }
    if let Some(any) = keywords.get("anyOf") {
        let any = any
            .as_array()
            .filter(|any| any.len() > 1)
            .ok_or("too few alternatives")?;
        if keywords.len() > 1 {
            return Err(format!("something beside `anyOf`: {schema}"));
        }
        return any.iter().try_for_each(is_gemini);
    }
    if !keywords.get("type").is_some_and(Value::is_string) {
        return Err(format!("not one type: {schema}"));
    }
    if let Some(values) = keywords.get("enum") {
        let strings = values.as_array().is_some_and(|values| {
            values
                .iter()
                .all(|value| value.as_str().is_some_and(|text| !text.is_empty()))
        });
        if !strings || keywords["type"] != "string" {
            return Err(format!("bad `enum`: {schema}"));
        }
    }
    if keywords["type"] == "array" {
        is_gemini(keywords.get("items").ok_or("no items")?)?;
    }
    let properties = keywords.get("properties").and_then(Value::as_object);
    let required = keywords
        .get("required")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    for name in required.filter_map(Value::as_str) {
        if !properties.is_some_and(|properties| properties.contains_key(name)) {
            return Err(format!("`{name}` is required but unknown"));
        }
    }
    properties
        .into_iter()
        .flatten()
        .map(|(_, schema)| schema)
        .try_for_each(is_gemini)
}

fn leaf() -> impl Strategy<Value = Value> {
    let leaves = vec![
        json!({"type": "string"}),
        json!({"type": "string", "minLength": 2, "format": "email", "title": "T"}),
        json!({"type": ["integer", "null"], "minimum": 0, "default": 3}),
        json!({"type": ["string", "number"], "pattern": "^a", "exclusiveMinimum": 1, "description": "Either."}),
        json!({"enum": ["a", "b", null]}),
        json!({"enum": ["", 1, 2.5]}),
        json!({"const": "fixed"}),
        json!({"const": 7, "description": "Seven."}),
        json!({"type": "boolean", "enum": [true]}),
        json!({"type": "null"}),
        json!({"$ref": "#"}),
        json!({"$ref": "#/$defs/node", "description": "A node."}),
        json!({"$ref": "#/$defs/name"}),
        json!({"$ref": "https://elsewhere.example/schema"}),
        json!({"type": "object"}),
        json!({"type": "object", "additionalProperties": {"type": "string"}}),
        json!({"type": "array"}),
        json!({}),
        json!({"not": {"type": "string"}, "description": "No text."}),
        json!(true),
        json!(false),
    ];
    prop::sample::select(leaves)
}

fn inner() -> impl Strategy<Value = Value> {
    leaf().prop_recursive(4, 24, 4, |inner| {
        let some = || prop::collection::vec(inner.clone(), 0..4);
        prop_oneof![
            3 => (some(), 0_usize..4).prop_map(|(schemas, required)| object(schemas, required)),
            1 => inner.clone().prop_map(|items| json!({"type": "array", "items": items, "minItems": 2, "uniqueItems": true})),
            1 => some().prop_map(|places| json!({"type": "array", "prefixItems": places, "items": false})),
            1 => some().prop_map(|schemas| json!({"anyOf": schemas, "description": "Any of them."})),
            1 => some().prop_map(|schemas| json!({"oneOf": schemas, "type": "object", "default": null})),
            1 => some().prop_map(|schemas| json!({"allOf": schemas, "title": "All"})),
        ]
    })
}

fn object(schemas: Vec<Value>, required: usize) -> Value {
    let names: Vec<_> = (0..schemas.len())
        .map(|number| format!("p{number}"))
        .collect();
    let properties: Map<_, _> = names.iter().cloned().zip(schemas).collect();
    json!({"type": "object", "properties": properties, "required": names.iter().take(required).collect::<Vec<_>>()})
}

fn root() -> impl Strategy<Value = Value> {
    (prop::collection::vec(inner(), 0..4), 0_usize..4, inner()).prop_map(
        |(schemas, required, name)| {
            let mut root = object(schemas, required);
            root["$defs"] = json!({
                "node": {"type": "object", "properties": {"next": {"$ref": "#/$defs/node"}}},
                "name": name,
            });
            root
        },
    )
}

proptest! {
    // R-28
    #[test]
    fn strict_schemas_are_strict(value in root()) {
        for rules in [SchemaRules::Strict, SchemaRules::StrictPlain] {
            let lowered = lowered(value.clone(), rules);
            if lowered.strict {
                prop_assert_eq!(is_strict(&lowered.schema), Ok(()));
            } else {
                prop_assert_eq!(lowered.schema, schema(value.clone()).as_value().clone());
            }
        }
    }

    // R-28
    #[test]
    fn gemini_takes_every_schema(value in root()) {
        let lowered = lowered(value, SchemaRules::Gemini);
        prop_assert_eq!(is_gemini(&lowered.schema), Ok(()));
    }

    // R-28
    #[test]
    fn anthropics_schemas_are_stable(value in root()) {
        let lowered = lowered(value, SchemaRules::AnthropicOutput);
        prop_assert!(!lowered.strict || !lowered.schema.to_string().contains(r#""$ref":"#) || lowered.schema.get("$defs").is_some());
    }
}
