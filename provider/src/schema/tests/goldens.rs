use super::*;

/// A schema, and what becomes of it in OpenAI's strict mode and for Gemini.
fn check(property: Value, strict: Option<Value>, gemini: Value) {
    let object = with(property.clone());
    let actual = lowered(object.clone(), SchemaRules::Strict);
    match strict {
        Some(strict) => assert_eq!(actual.schema, strict_with(strict), "{property}"),
        None => assert_eq!(actual.schema, object, "{property}"),
    }
    let actual = lowered(object, SchemaRules::Gemini);
    assert_eq!(actual.schema, with(gemini), "{property}");
}

fn same(property: Value) {
    check(property.clone(), Some(property.clone()), property);
}

fn anything(words: &str) -> Value {
    let of = |kind: &str| json!({"type": kind, "nullable": true, "description": words});
    json!({"anyOf": [of("string"), of("number"), of("boolean"), of("object")]})
}

//
#[test]
fn plain_schemas_stay() {
    same(json!({"type": "string", "description": "A city."}));
    same(json!({"type": "integer", "minimum": 0, "maximum": 255}));
    same(json!({"type": "boolean", "title": "Flag"}));
    same(json!({"type": "string", "pattern": "^[a-z]+$"}));
    same(json!({"type": "string", "enum": ["a", "b"]}));
    same(json!({"type": "array", "items": {"type": "number"}, "minItems": 1, "maxItems": 3}));
    same(json!({"type": "string", "format": "date-time"}));
}

//
#[test]
fn a_limit_without_a_keyword_becomes_a_note() {
    check(
        json!({"type": "string", "minLength": 1, "maxLength": 9, "description": "A name."}),
        Some(json!({"type": "string", "description": "A name. (maxLength: 9; minLength: 1)"})),
        json!({"type": "string", "minLength": 1, "maxLength": 9, "description": "A name."}),
    );
    check(
        json!({"type": "number", "exclusiveMinimum": 0, "multipleOf": 0.5}),
        Some(json!({"type": "number", "exclusiveMinimum": 0, "multipleOf": 0.5})),
        json!({"type": "number", "description": "(exclusiveMinimum: 0; multipleOf: 0.5)"}),
    );
    check(
        json!({"type": "string", "format": "uri", "default": "x", "examples": ["y"], "$comment": "z"}),
        Some(
            json!({"type": "string", "description": "(format: \"uri\"; default: \"x\"; examples: [\"y\"])"}),
        ),
        json!({"type": "string", "description": "(format: \"uri\"; default: \"x\"; examples: [\"y\"])"}),
    );
    check(
        json!({"type": "string", "format": "email"}),
        Some(json!({"type": "string", "format": "email"})),
        json!({"type": "string", "description": "(format: \"email\")"}),
    );
    check(
        json!({"type": "array", "items": {"type": "string"}, "uniqueItems": true}),
        Some(
            json!({"type": "array", "items": {"type": "string"}, "description": "(uniqueItems: true)"}),
        ),
        json!({"type": "array", "items": {"type": "string"}, "description": "(uniqueItems: true)"}),
    );
    check(
        json!({"type": "string", "not": {"const": "x"}}),
        Some(json!({"type": "string", "description": "(not: {\"const\":\"x\"})"})),
        json!({"type": "string", "description": "(not: {\"const\":\"x\"})"}),
    );
}

//
#[test]
fn listed_values() {
    check(
        json!({"const": "a"}),
        Some(json!({"type": "string", "const": "a"})),
        json!({"type": "string", "enum": ["a"]}),
    );
    check(
        json!({"const": 5}),
        Some(json!({"type": "integer", "const": 5})),
        json!({"type": "integer", "description": "(const: 5)"}),
    );
    check(
        json!({"type": "integer", "enum": [1, 2]}),
        Some(json!({"type": "integer", "enum": [1, 2]})),
        json!({"type": "integer", "description": "(enum: [1,2])"}),
    );
    check(
        json!({"enum": ["a", null]}),
        Some(json!({"type": ["null", "string"], "enum": ["a", null]})),
        json!({"type": "string", "enum": ["a"], "nullable": true}),
    );
    check(
        json!({"type": "string", "enum": ["", "a"]}),
        Some(json!({"type": "string", "enum": ["", "a"]})),
        json!({"type": "string", "description": "(enum: [\"\",\"a\"])"}),
    );
    check(
        json!({"enum": [{"a": 1}]}),
        None,
        json!({"type": "object", "description": "(enum: [{\"a\":1}])"}),
    );
}

//
#[test]
fn several_types() {
    check(
        json!({"type": ["string", "null"], "description": "Maybe."}),
        Some(json!({"type": ["string", "null"], "description": "Maybe."})),
        json!({"type": "string", "nullable": true, "description": "Maybe."}),
    );
    check(
        json!({"type": ["string", "integer"], "minLength": 2, "minimum": 3, "description": "Either."}),
        Some(
            json!({"type": ["string", "integer"], "minimum": 3, "description": "Either. (minLength: 2)"}),
        ),
        json!({"anyOf": [
            {"type": "string", "minLength": 2, "description": "Either."},
            {"type": "integer", "minimum": 3, "description": "Either."},
        ]}),
    );
    check(
        json!({"type": ["object", "null"], "properties": {"a": {"type": "string"}}, "required": ["a"]}),
        Some(
            json!({"type": ["object", "null"], "properties": {"a": {"type": "string"}}, "required": ["a"], "additionalProperties": false}),
        ),
        json!({"type": "object", "nullable": true, "properties": {"a": {"type": "string"}}, "required": ["a"]}),
    );
    check(
        json!({"type": "string", "nullable": true}),
        Some(json!({"type": ["string", "null"]})),
        json!({"type": "string", "nullable": true}),
    );
}

//
#[test]
fn alternatives() {
    let two = json!([{"type": "string"}, {"type": "integer"}]);
    check(
        json!({"oneOf": two, "description": "Either."}),
        Some(json!({"anyOf": two, "description": "Either."})),
        json!({"anyOf": [{"type": "string", "description": "Either."}, {"type": "integer", "description": "Either."}]}),
    );
    check(
        json!({"anyOf": [{"type": "string", "description": "Its name."}, {"type": "null"}], "description": "Maybe."}),
        Some(
            json!({"anyOf": [{"type": "string", "description": "Its name."}, {"type": "null"}], "description": "Maybe."}),
        ),
        json!({"type": "string", "nullable": true, "description": "Maybe. Its name."}),
    );
    check(
        json!({"type": "object", "properties": {"a": {"type": "string"}}, "anyOf": [{"required": ["a"]}, {"description": "Or not."}]}),
        None,
        json!({"anyOf": [
            {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]},
            {"type": "object", "properties": {"a": {"type": "string"}}, "description": "Or not."},
        ]}),
    );
    check(
        json!({"allOf": [{"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}, {"properties": {"b": {"const": 1}}, "required": ["b"]}]}),
        Some(
            json!({"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "integer", "const": 1}}, "required": ["a", "b"], "additionalProperties": false}),
        ),
        json!({"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "integer", "description": "(const: 1)"}}, "required": ["a", "b"]}),
    );
    check(
        json!({"type": "string", "allOf": [{"minLength": 1}, {"minLength": 2}]}),
        None,
        json!({"type": "string", "description": "(allOf: [{\"minLength\":1},{\"minLength\":2}])"}),
    );
    check(
        json!({"anyOf": [{"type": "null"}]}),
        Some(json!({"anyOf": [{"type": "null"}]})),
        json!({"type": "null"}),
    );
}

//
#[test]
fn what_a_strict_mode_cannot_say_stays_as_it_is() {
    check(
        json!({"type": "object", "additionalProperties": {"type": "integer"}}),
        None,
        json!({"type": "object", "description": "(additionalProperties: {\"type\":\"integer\"})"}),
    );
    check(json!({}), None, anything("(any JSON value)"));
    check(json!(true), None, anything("(any JSON value)"));
    check(
        json!({"description": "Data."}),
        None,
        anything("Data. (any JSON value)"),
    );
    check(json!(false), None, anything("(no value fits here)"));
    check(
        json!({"type": "array", "prefixItems": [{"type": "string"}, {"type": "integer"}], "minItems": 2, "maxItems": 2}),
        None,
        json!({
            "type": "array",
            "items": {"anyOf": [{"type": "string"}, {"type": "integer"}]},
            "minItems": 2,
            "maxItems": 2,
            "description": "(prefixItems: [{\"type\":\"string\"},{\"type\":\"integer\"}])",
        }),
    );
    check(
        json!({"type": "array"}),
        None,
        json!({"type": "array", "items": anything("(any JSON value)")}),
    );
    check(json!({"type": "object"}), None, json!({"type": "object"}));
}

//
#[test]
fn objects_are_closed_and_optional_properties_are_nullable() {
    let object = json!({
        "type": "object",
        "properties": {
            "a": {"type": "string"},
            "b": {"type": "integer", "default": 3, "description": "How many."},
            "c": {"const": "x"},
            "d": {"anyOf": [{"type": "string"}, {"type": "integer"}]},
            "e": {"type": ["string", "null"], "default": null},
            "f": {"$ref": "#/$defs/name"},
        },
        "required": ["a"],
        "$defs": {"name": {"type": "string"}},
    });
    let strict = lowered(object.clone(), SchemaRules::Strict);
    assert!(strict.strict);
    assert_eq!(
        strict.schema,
        json!({
            "type": "object",
            "properties": {
                "a": {"type": "string"},
                "b": {"type": ["integer", "null"], "description": "How many. (default: 3)"},
                "c": {"type": ["string", "null"], "enum": ["x", null]},
                "d": {"anyOf": [{"type": "string"}, {"type": "integer"}, {"type": "null"}]},
                "e": {"type": ["string", "null"]},
                "f": {"anyOf": [{"$ref": "#/$defs/name"}, {"type": "null"}]},
            },
            "required": ["a", "b", "c", "d", "e", "f"],
            "additionalProperties": false,
            "$defs": {"name": {"type": "string"}},
        })
    );
    let anthropic = lowered(object, SchemaRules::AnthropicOutput);
    assert!(anthropic.strict);
    assert_eq!(anthropic.schema["required"], json!(["a"]));
    assert_eq!(anthropic.schema["additionalProperties"], json!(false));
    assert_eq!(
        anthropic.schema["properties"]["f"],
        json!({"$ref": "#/$defs/name"})
    );
}

//
#[test]
fn recursion() {
    let node = json!({
        "type": "object",
        "properties": {"name": {"type": "string"}, "children": {"type": "array", "items": {"$ref": "#"}}},
        "required": ["name", "children"],
    });
    let mut closed = node.clone();
    closed["additionalProperties"] = json!(false);
    assert_eq!(lowered(node.clone(), SchemaRules::Strict).schema, closed);
    assert!(!lowered(node.clone(), SchemaRules::AnthropicOutput).strict);
    let mut cut = node.clone();
    cut["properties"]["children"]["items"] =
        json!({"type": "object", "description": "(has the shape of the whole)"});
    assert_eq!(lowered(node, SchemaRules::Gemini).schema, cut);

    let list = json!({
        "type": "object",
        "properties": {"head": {"$ref": "#/$defs/cell", "description": "The first."}},
        "required": ["head"],
        "$defs": {"cell": {"type": "object", "properties": {"next": {"$ref": "#/$defs/cell"}}}},
    });
    let strict = lowered(list.clone(), SchemaRules::Strict).schema;
    assert_eq!(
        strict["properties"]["head"],
        json!({"anyOf": [{"$ref": "#/$defs/cell"}], "description": "The first."})
    );
    let gemini = lowered(list, SchemaRules::Gemini).schema;
    let next = json!({"type": "object", "description": "(has the shape of `cell`, which is described where it stands first)"});
    assert_eq!(
        gemini["properties"]["head"],
        json!({"type": "object", "properties": {"next": next}, "description": "The first."})
    );
    assert!(gemini.get("$defs").is_none());
}

//
#[test]
fn references_without_recursion_are_written_out_for_gemini() {
    let value = json!({
        "type": "object",
        "properties": {"a": {"$ref": "#/$defs/unit", "minLength": 2}, "b": {"$ref": "#/$defs/unit"}, "c": {"$ref": "elsewhere"}},
        "$defs": {"unit": {"type": "string", "enum": ["c", "k"], "description": "A unit."}},
    });
    let gemini = lowered(value.clone(), SchemaRules::Gemini).schema;
    let unit = json!({"type": "string", "enum": ["c", "k"], "description": "A unit."});
    assert_eq!(gemini["properties"]["b"], unit);
    assert_eq!(gemini["properties"]["a"]["minLength"], 2);
    assert_eq!(gemini["properties"]["c"]["type"], "object");
    assert!(!lowered(value, SchemaRules::Strict).strict);
}

//
#[test]
fn anthropic_takes_no_limits() {
    let value =
        with(json!({"type": "array", "items": {"type": "integer", "minimum": 1}, "minItems": 2}));
    let items = json!({"type": "integer", "description": "(minimum: 1)"});
    let expected =
        strict_with(json!({"type": "array", "items": items, "description": "(minItems: 2)"}));
    assert_eq!(
        lowered(value, SchemaRules::AnthropicOutput).schema,
        expected
    );
    let one =
        with(json!({"type": "array", "items": {"type": "string", "format": "uri"}, "minItems": 1}));
    let mut closed = one.clone();
    closed["additionalProperties"] = json!(false);
    assert_eq!(lowered(one, SchemaRules::AnthropicOutput).schema, closed);
}

//
#[test]
fn plain_strict_hosts_take_no_limits_either() {
    let value = with(json!({"type": "string", "pattern": "^a", "format": "email"}));
    let expected = strict_with(
        json!({"type": "string", "description": "(format: \"email\"; pattern: \"^a\")"}),
    );
    assert_eq!(lowered(value, SchemaRules::StrictPlain).schema, expected);
}

//
#[test]
fn roots() {
    let empty = json!({"type": "object", "properties": {}});
    assert_eq!(
        lowered(json!({"type": "object"}), SchemaRules::Any).schema,
        empty
    );
    let closed =
        json!({"type": "object", "properties": {}, "required": [], "additionalProperties": false});
    assert_eq!(
        lowered(json!({"type": "object"}), SchemaRules::Strict).schema,
        closed
    );
    for root in [
        json!({"anyOf": [empty]}),
        json!({"type": "string"}),
        json!(true),
        json!({"type": ["object", "null"], "properties": {}}),
    ] {
        let strict = lowered(root.clone(), SchemaRules::Strict);
        assert!(!strict.strict, "{root}");
        assert_eq!(strict.schema, root);
        assert_eq!(lowered(root.clone(), SchemaRules::Any).schema, root);
    }
    assert!(!lowered(empty, SchemaRules::Any).strict);
}

//
#[test]
fn what_is_too_deep_or_too_large_is_not_strict() {
    let nested = |depth: usize| (0..depth).fold(json!({"type": "string"}), |inner, _| with(inner));
    assert!(lowered(nested(9), SchemaRules::Strict).strict);
    assert!(!lowered(nested(10), SchemaRules::Strict).strict);
    assert!(lowered(nested(30), SchemaRules::AnthropicOutput).strict);
    let values: Vec<_> = (0..1001).collect();
    assert!(
        !lowered(
            with(json!({"type": "integer", "enum": values})),
            SchemaRules::Strict
        )
        .strict
    );
}

//
#[test]
fn references_that_multiply_are_cut() {
    let mut definitions = Map::new();
    definitions.insert("d0".to_owned(), json!({"type": "string"}));
    for number in 1..40 {
        let below = json!({"$ref": format!("#/$defs/d{}", number - 1)});
        let pair = json!({"type": "object", "properties": {"a": below, "b": below}});
        definitions.insert(format!("d{number}"), pair);
    }
    let bomb = json!({"type": "object", "properties": {"p": {"$ref": "#/$defs/d39"}}, "$defs": definitions});
    let gemini = lower(&schema(bomb), SchemaRules::Gemini).schema.to_string();
    assert!(gemini.len() < 2_000_000);
    assert!(gemini.contains("too large"));
}
