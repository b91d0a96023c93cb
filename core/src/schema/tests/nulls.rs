use super::*;

fn check(schema: Value, mut arguments: Value, expected: Value) {
    let schema = Schema::from_value(schema).unwrap();
    schema.drop_nulls(&mut arguments);
    assert_eq!(arguments, expected);
}

/// The schema of an object with one property, which is required.
fn with(property: Value) -> Value {
    json!({"type": "object", "properties": {"p": property}, "required": ["p"]})
}

//
#[test]
fn a_null_that_stands_for_nothing_is_dropped() {
    let days = json!({"type": "object", "properties": {"days": {"type": "integer"}}});
    check(
        days.clone(),
        json!({"days": null, "more": null}),
        json!({"more": null}),
    );
    check(
        with(days.clone()),
        json!({"p": {"days": null}}),
        json!({"p": {}}),
    );
    check(
        with(json!({"type": "array", "items": days})),
        json!({"p": [{"days": null}, null]}),
        json!({"p": [{}, null]}),
    );
}

//
#[test]
fn a_null_that_means_something_stays() {
    let nullable = [
        json!({"type": ["integer", "null"]}),
        json!({"anyOf": [{"type": "integer"}, {"type": "null"}]}),
        json!({"enum": [1, null]}),
        json!({"const": null}),
        json!({"type": "integer", "nullable": true}),
        json!({}),
        json!(true),
    ];
    for property in nullable {
        let object = json!({"type": "object", "properties": {"p": property}});
        check(object, json!({"p": null}), json!({"p": null}));
    }
    check(
        with(json!({"type": "integer"})),
        json!({"p": null}),
        json!({"p": null}),
    );
}

//
#[test]
fn references_and_alternatives_are_followed() {
    let node = json!({
        "type": "object",
        "properties": {"next": {"$ref": "#"}, "size": {"type": "integer"}},
    });
    check(
        node,
        json!({"size": null, "next": {"size": null, "next": null}}),
        json!({"next": {}}),
    );
    let shapes = json!({"type": "object", "properties": {"shape": {"anyOf": [
        {"type": "object", "properties": {"kind": {"const": "dot"}, "label": {"type": ["string", "null"]}}, "required": ["kind"]},
        {"type": "object", "properties": {"kind": {"const": "box"}, "label": {"type": "string"}}, "required": ["kind"]},
    ]}}});
    check(
        shapes.clone(),
        json!({"shape": {"kind": "dot", "label": null}}),
        json!({"shape": {"kind": "dot", "label": null}}),
    );
    check(
        shapes,
        json!({"shape": {"kind": "box", "label": null}}),
        json!({"shape": {"kind": "box"}}),
    );
}

#[test]
fn circles_and_wrong_arguments_are_left_alone() {
    let circle = json!({"$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}, "type": "object", "properties": {"p": {"$ref": "#/$defs/a"}}});
    check(circle.clone(), json!({"p": null}), json!({"p": null}));
    check(circle, json!({"p": {"q": null}}), json!({"p": {"q": null}}));
    check(json!({"$ref": "#"}), json!({"p": null}), json!({"p": null}));
    check(json!(true), json!([null]), json!([null]));
    check(
        with(json!({"type": "object"})),
        json!("text"),
        json!("text"),
    );
}
