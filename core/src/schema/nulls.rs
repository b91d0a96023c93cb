//! Nulls that a strict mode made the model write.

use serde_json::{Map, Value};

use super::Schema;

type Keywords = Map<String, Value>;

/// How many references may follow each other without a value between them.
const REFERENCES: u8 = 16;

impl Schema {
    /// Takes out of `value` every null that stands for a property that is left out: where the schema does not require the
    /// property and does not take null.
    ///
    /// A strict mode asks for every property, so models write null for what they would leave out, and they have come to do
    /// so without one.
    ///
    /// ```
    /// use serde_json::json;
    /// use windlass_core::Schema;
    ///
    /// let schema = Schema::from_value(json!({
    ///     "type": "object",
    ///     "properties": {"days": {"type": "integer", "default": 3}, "unit": {"type": ["string", "null"]}},
    /// }))?;
    /// let mut arguments = json!({"days": null, "unit": null});
    /// schema.drop_nulls(&mut arguments);
    /// assert_eq!(arguments, json!({"unit": null}));
    /// # Ok::<(), windlass_core::SchemaError>(())
    /// ```
    pub fn drop_nulls(&self, value: &mut Value) {
        let root = self.as_value();
        within(root, root, value, REFERENCES);
    }
}

fn within(root: &Value, schema: &Value, value: &mut Value, references: u8) {
    let (Value::Object(keywords), Some(left)) = (schema, references.checked_sub(1)) else {
        return;
    };
    if let Some(target) = keywords.get("$ref").and_then(Value::as_str)
        && let Some(target) = resolve(root, target)
    {
        within(root, target, value, left);
    }
    for word in ["anyOf", "oneOf", "allOf"] {
        let schemas = keywords.get(word).and_then(Value::as_array);
        for schema in schemas.into_iter().flatten() {
            if word == "allOf" || fits(root, schema, value, left) {
                within(root, schema, value, left);
            }
        }
    }
    match value {
        Value::Object(members) => properties(root, keywords, members),
        Value::Array(elements) => {
            if let Some(items) = keywords.get("items") {
                let each = elements.iter_mut();
                each.for_each(|element| within(root, items, element, REFERENCES));
            }
        }
        _ => {}
    }
}

fn properties(root: &Value, keywords: &Keywords, members: &mut Keywords) {
    let properties = keywords.get("properties").and_then(Value::as_object);
    for (name, schema) in properties.into_iter().flatten() {
        let Some(member) = members.get_mut(name) else {
            continue;
        };
        if !member.is_null() {
            within(root, schema, member, REFERENCES);
        } else if !requires(keywords, name) && !takes_null(root, schema, REFERENCES) {
            members.shift_remove(name);
        }
    }
}

/// Whether an alternative may be the one that was meant: what it requires is there, and what it fixes is so.
fn fits(root: &Value, schema: &Value, value: &Value, references: u8) -> bool {
    let Some(left) = references.checked_sub(1) else {
        return false;
    };
    if let Some(target) = schema.get("$ref").and_then(Value::as_str) {
        return resolve(root, target).is_some_and(|target| fits(root, target, value, left));
    }
    let Value::Object(members) = value else {
        return true;
    };
    let required = schema.get("required").and_then(Value::as_array);
    let mut required = required.into_iter().flatten().filter_map(Value::as_str);
    let fixed = |name: &String, schema: &Value| match (schema.get("const"), members.get(name)) {
        (Some(fixed), Some(member)) => fixed == member,
        _ => true,
    };
    let properties = schema.get("properties").and_then(Value::as_object);
    let mut properties = properties.into_iter().flatten();
    required.all(|name| members.contains_key(name))
        && properties.all(|(name, schema)| fixed(name, schema))
}

fn requires(keywords: &Keywords, name: &str) -> bool {
    let required = keywords.get("required").and_then(Value::as_array);
    required.is_some_and(|names| names.iter().any(|known| known == name))
}

fn takes_null(root: &Value, schema: &Value, references: u8) -> bool {
    let Some(left) = references.checked_sub(1) else {
        return true;
    };
    let inner = |schema: &Value| takes_null(root, schema, left);
    if let Some(target) = schema.get("$ref").and_then(Value::as_str) {
        return resolve(root, target).is_none_or(inner);
    }
    let schemas = |word: &str| schema.get(word).and_then(Value::as_array);
    if let Some(all) = schemas("allOf") {
        return all.iter().all(inner);
    }
    if let Some(any) = schemas("anyOf").or_else(|| schemas("oneOf")) {
        return any.iter().any(inner);
    }
    fits_null(schema)
}

/// Whether null fits what the schema itself says, apart from references and alternatives.
fn fits_null(schema: &Value) -> bool {
    let Value::Object(keywords) = schema else {
        return *schema == Value::Bool(true);
    };
    let fixed = keywords.get("const").map(Value::is_null);
    let listed = || {
        let values = keywords.get("enum")?.as_array()?;
        Some(values.contains(&Value::Null))
    };
    let typed = || match keywords.get("type")? {
        Value::Array(types) => Some(types.iter().any(|name| name == "null")),
        name => Some(name == "null"),
    };
    let nullable = keywords.get("nullable") == Some(&Value::Bool(true));
    nullable || fixed.or_else(listed).or_else(typed).unwrap_or(true)
}

/// Finds what a reference within the schema refers to.
fn resolve<'a>(root: &'a Value, reference: &str) -> Option<&'a Value> {
    root.pointer(&reference.strip_prefix('#')?.replace("%25", "%"))
}
