//! What the rules have in common: reading the keywords of a schema, joining schemas, and notes in descriptions.

use serde_json::{Map, Value};

/// The keywords of one schema.
pub(super) type Keywords = Map<String, Value>;

/// Keywords that say nothing to a model.
const SILENT: [&str; 9] = [
    "$schema",
    "$id",
    "$anchor",
    "$dynamicAnchor",
    "$comment",
    "$defs",
    "definitions",
    "readOnly",
    "writeOnly",
];

/// What a schema says that its dialect has no keyword for.
#[derive(Debug, Default)]
pub(super) struct Notes(Vec<String>);

impl Notes {
    /// Takes down a keyword, unless it means nothing to a model.
    pub(super) fn add(&mut self, keyword: &str, value: &Value) {
        let empty = match keyword {
            "default" => value.is_null(),
            "deprecated" | "uniqueItems" => *value == Value::Bool(false),
            _ => SILENT.contains(&keyword) || keyword.starts_with("x-"),
        };
        if !empty {
            self.0.push(format!("{keyword}: {value}"));
        }
    }

    /// Puts the notes behind the description.
    pub(super) fn describe(self, keywords: &mut Keywords) {
        if self.0.is_empty() {
            return;
        }
        let notes = format!("({})", self.0.join("; "));
        describe(keywords, &notes);
    }
}

/// Adds words to the description.
pub(super) fn describe(keywords: &mut Keywords, words: &str) {
    let before = keywords.get("description").and_then(Value::as_str);
    let whole = match before {
        Some(before) if !before.is_empty() => format!("{before} {words}"),
        _ => words.to_owned(),
    };
    keywords.insert("description".to_owned(), whole.into());
}

/// The names of the types that a schema allows.
pub(super) fn types(keywords: &Keywords) -> Vec<&str> {
    match keywords.get("type") {
        Some(Value::String(name)) => vec![name],
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

/// The types of the values that a schema lists, where it does not name them.
pub(super) fn types_of_values(keywords: &Keywords) -> Vec<&'static str> {
    let listed = keywords.get("enum").and_then(Value::as_array);
    let mut types: Vec<_> = match keywords.get("const") {
        Some(value) => vec![type_of(value)],
        None => listed.into_iter().flatten().map(type_of).collect(),
    };
    types.sort_unstable();
    types.dedup();
    types
}

/// The type that keywords are about, where a schema does not name it.
pub(super) fn implied_type(keywords: &Keywords) -> Option<&'static str> {
    const IMPLIED: [(&str, &[&str]); 4] = [
        (
            "object",
            &["properties", "required", "additionalProperties"],
        ),
        ("array", &["items", "prefixItems", "minItems", "maxItems"]),
        ("string", &["pattern", "minLength", "maxLength"]),
        ("number", &["minimum", "maximum", "multipleOf"]),
    ];
    let row = IMPLIED
        .iter()
        .find(|(_, about)| about.iter().any(|word| keywords.contains_key(*word)));
    row.map(|row| row.0)
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// Whether this is an object of which no property is known.
pub(super) fn is_bare_object(keywords: &Keywords) -> bool {
    types(keywords) == ["object"] && !keywords.contains_key("properties")
}

/// The schemas of which one must fit.
pub(super) fn alternatives(keywords: &Keywords) -> Option<&Vec<Value>> {
    ["anyOf", "oneOf"]
        .iter()
        .find_map(|name| keywords.get(*name)?.as_array())
}

/// Whether null fits a schema. References are not followed.
pub(super) fn accepts_null(schema: &Value) -> bool {
    let Value::Object(keywords) = schema else {
        return *schema == Value::Bool(true);
    };
    if keywords.get("nullable") == Some(&Value::Bool(true))
        || keywords.get("const") == Some(&Value::Null)
    {
        return true;
    }
    if let Some(values) = keywords.get("enum").and_then(Value::as_array) {
        return values.contains(&Value::Null);
    }
    if let Some(schemas) = alternatives(keywords) {
        return schemas.iter().any(accepts_null);
    }
    let types = types(keywords);
    let unsaid = types.is_empty()
        && !["const", "$ref", "allOf"]
            .iter()
            .any(|word| keywords.contains_key(*word));
    unsaid || types.contains(&"null")
}

/// Whether a schema is that of null alone.
pub(super) fn is_null(schema: &Value) -> bool {
    let constant = schema.get("const").is_some_and(Value::is_null);
    constant
        || schema
            .get("type")
            .is_some_and(|name| *name == "null" || *name == serde_json::json!(["null"]))
}

/// Finds what a reference within the schema refers to.
pub(super) fn resolve<'a>(root: &'a Value, reference: &str) -> Option<&'a Value> {
    root.pointer(&reference.strip_prefix('#')?.replace("%25", "%"))
}

/// Joins the schemas of `allOf` with what stands beside them, if one schema can say the same.
pub(super) fn joined(keywords: &Keywords) -> Option<Keywords> {
    let mut rest = keywords.clone();
    let Some(Value::Array(all)) = rest.shift_remove("allOf") else {
        return None;
    };
    all.iter()
        .try_fold(rest, |whole, part| join(whole, part.as_object()?))
}

/// Joins two schemas that must both fit, if one schema can say the same.
pub(super) fn join(mut one: Keywords, other: &Keywords) -> Option<Keywords> {
    for (keyword, value) in other {
        let Some(known) = one.get_mut(keyword) else {
            one.insert(keyword.clone(), value.clone());
            continue;
        };
        match (keyword.as_str(), known, value) {
            (_, known, value) if known == value => {}
            ("properties", Value::Object(known), Value::Object(more)) => {
                join_properties(known, more)?;
            }
            ("required", Value::Array(known), Value::Array(more)) => {
                let new = more.iter().filter(|name| !known.contains(name)).cloned();
                let new: Vec<_> = new.collect();
                known.extend(new);
            }
            ("title" | "description" | "default" | "examples", _, _) => {}
            _ => return None,
        }
    }
    Some(one)
}

fn join_properties(known: &mut Keywords, more: &Keywords) -> Option<()> {
    for (name, schema) in more {
        let same = known.entry(name.clone()).or_insert_with(|| schema.clone());
        if same != schema {
            return None;
        }
    }
    Some(())
}
