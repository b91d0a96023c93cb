//! Modes in which the host enforces the schema, so that every object is closed and every value has a type.

mod dialect;
mod nullable;

use serde_json::{Value, json};

use super::keywords::{self, Keywords, Notes};
use dialect::{Dialect, Optional, Recursion};
use nullable::nullable;

pub(super) use dialect::{ANTHROPIC, STRICT, STRICT_PLAIN};

/// How many properties, and how many values of `enum`, OpenAI takes in one schema.
const PROPERTIES: usize = 5000;
const VALUES: usize = 1000;

/// Keywords of objects and lists whose shape a strict mode cannot express.
const OPEN: [&str; 7] = [
    "patternProperties",
    "propertyNames",
    "prefixItems",
    "additionalItems",
    "unevaluatedProperties",
    "unevaluatedItems",
    "$dynamicRef",
];

/// Keywords that say what a value looks like. Beside a reference or alternatives they would have to be joined with these.
const SHAPE: [&str; 7] = [
    "type",
    "properties",
    "required",
    "additionalProperties",
    "items",
    "enum",
    "const",
];

/// The schema in this dialect, if it can be expressed.
pub(super) fn lower(schema: &Value, dialect: &Dialect) -> Option<Value> {
    let mut root = schema.as_object()?.clone();
    if keywords::is_bare_object(&root) {
        root.insert("properties".to_owned(), json!({}));
    }
    let mut walk = Walk {
        root: schema,
        dialect,
        properties: 0,
        values: 0,
    };
    let mut lowered = walk.schema(&root, 0)?;
    let definitions = walk.definitions(&root)?;
    lowered.extend(definitions);
    let object = lowered.get("type") == Some(&json!("object"));
    let sized = walk.properties <= PROPERTIES && walk.values <= VALUES;
    (object && sized).then(|| lowered.into())
}

struct Walk<'a> {
    root: &'a Value,
    dialect: &'a Dialect,
    properties: usize,
    values: usize,
}

impl Walk<'_> {
    fn definitions(&mut self, root: &Keywords) -> Option<Keywords> {
        let mut lowered = Keywords::new();
        for keyword in ["$defs", "definitions"] {
            if let Some(definitions) = root.get(keyword) {
                let definitions = definitions.as_object()?.iter();
                let definitions = definitions
                    .map(|(name, schema)| Some((name.clone(), self.inner(schema, 0)?)))
                    .collect::<Option<Keywords>>()?;
                lowered.insert(keyword.to_owned(), definitions.into());
            }
        }
        Some(lowered)
    }

    fn inner(&mut self, schema: &Value, depth: usize) -> Option<Value> {
        let keywords = schema.as_object()?;
        (!keywords::is_bare_object(keywords)).then_some(())?;
        self.schema(keywords, depth).map(Value::Object)
    }

    fn schema(&mut self, keywords: &Keywords, depth: usize) -> Option<Keywords> {
        if keywords.get("nullable") == Some(&Value::Bool(true)) {
            let mut rest = keywords.clone();
            rest.shift_remove("nullable");
            return nullable(self.schema(&rest, depth)?.into())
                .as_object()
                .cloned();
        }
        if keywords.contains_key("allOf") {
            return self.schema(&keywords::joined(keywords)?, depth);
        }
        if OPEN.iter().any(|keyword| keywords.contains_key(*keyword)) {
            return None;
        }
        if keywords.contains_key("$ref") {
            return self.reference(keywords);
        }
        match keywords::alternatives(keywords) {
            Some(schemas) => self.alternatives(keywords, schemas, depth),
            None => self.typed(keywords, depth),
        }
    }

    /// A reference stands alone, so what is said beside it goes around it.
    fn reference(&mut self, keywords: &Keywords) -> Option<Keywords> {
        let target = keywords.get("$ref")?.as_str()?;
        let local = ["#/$defs/", "#/definitions/"];
        let known = target == "#" || local.iter().any(|start| target.starts_with(start));
        keywords::resolve(self.root, target).filter(|_| known)?;
        let recursion = self.dialect.recursion == Recursion::Refused;
        if recursion && is_recursive(self.root, target, &mut Vec::new()) {
            return None;
        }
        if SHAPE.iter().any(|keyword| keywords.contains_key(*keyword)) {
            return None;
        }
        let (kept, notes) = words(keywords, &["$ref"]);
        let reference = Keywords::from_iter([("$ref".to_owned(), json!(target))]);
        Some(around(reference, kept, notes))
    }

    fn alternatives(
        &mut self,
        keywords: &Keywords,
        schemas: &[Value],
        depth: usize,
    ) -> Option<Keywords> {
        let mut shape = SHAPE.iter().filter(|keyword| **keyword != "type");
        let mixed = shape.any(|keyword| keywords.contains_key(*keyword));
        if mixed
            || schemas.is_empty()
            || keywords.contains_key("anyOf") && keywords.contains_key("oneOf")
        {
            return None;
        }
        let schemas = schemas.iter().map(|schema| self.inner(schema, depth));
        let schemas = schemas.collect::<Option<Vec<_>>>()?;
        let named = keywords::types(keywords);
        let within = |schema: &Value| {
            schema
                .get("type")
                .is_some_and(|name| named.iter().any(|one| name == one))
        };
        if !named.is_empty() && !schemas.iter().all(within) {
            return None;
        }
        let (mut kept, notes) = words(keywords, &["anyOf", "oneOf", "type"]);
        kept.insert("anyOf".to_owned(), schemas.into());
        notes.describe(&mut kept);
        Some(kept)
    }

    fn typed(&mut self, keywords: &Keywords, depth: usize) -> Option<Keywords> {
        let mut types = keywords::types(keywords);
        if types.is_empty() {
            types = keywords::types_of_values(keywords);
        }
        if types.is_empty() {
            types.extend(keywords::implied_type(keywords));
        }
        let structured = types.contains(&"object") || types.contains(&"array");
        if types.is_empty() || structured && is_listed(keywords) {
            return None;
        }
        let structure = [
            "type",
            "properties",
            "required",
            "additionalProperties",
            "items",
        ];
        let (mut lowered, notes) = self.remarks(keywords, &structure)?;
        if types.contains(&"object") {
            lowered.extend(self.object(keywords, depth + 1)?);
        }
        if types.contains(&"array") {
            lowered.insert(
                "items".to_owned(),
                self.inner(keywords.get("items")?, depth + 1)?,
            );
        }
        lowered.insert("type".to_owned(), one_or_many(types));
        notes.describe(&mut lowered);
        (depth < self.dialect.depth).then_some(lowered)
    }

    fn object(&mut self, keywords: &Keywords, depth: usize) -> Option<Keywords> {
        if keywords
            .get("additionalProperties")
            .is_some_and(|more| *more != Value::Bool(false))
        {
            return None;
        }
        let properties = keywords.get("properties")?.as_object()?;
        self.properties += properties.len();
        let required = keywords.get("required").and_then(Value::as_array);
        let required: Vec<_> = required
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        if !required.iter().all(|name| properties.contains_key(*name)) {
            return None;
        }
        let mut lowered = Keywords::new();
        for (name, schema) in properties {
            let mut inner = self.inner(schema, depth)?;
            if self.dialect.optional == Optional::Null && !required.contains(&name.as_str()) {
                inner = nullable(inner);
            }
            lowered.insert(name.clone(), inner);
        }
        let names: Vec<_> = match self.dialect.optional {
            Optional::Null => lowered.keys().cloned().collect(),
            Optional::Missing => required.into_iter().map(str::to_owned).collect(),
        };
        Some(Keywords::from_iter([
            ("properties".to_owned(), lowered.into()),
            ("required".to_owned(), names.into()),
            ("additionalProperties".to_owned(), json!(false)),
        ]))
    }

    /// What is kept of the keywords that give no structure, and what becomes a note.
    fn remarks(&mut self, keywords: &Keywords, structure: &[&str]) -> Option<(Keywords, Notes)> {
        let (mut kept, mut notes) = (Keywords::new(), Notes::default());
        for (keyword, value) in keywords {
            if structure.contains(&keyword.as_str()) {
                continue;
            }
            if keyword == "enum" {
                self.values += value.as_array()?.len();
            }
            if is_listing(keyword) && holds_structure(value) {
                return None;
            }
            if self.dialect.keeps(keyword, value) {
                kept.insert(keyword.clone(), value.clone());
            } else {
                notes.add(keyword, value);
            }
        }
        Some((kept, notes))
    }
}

/// What is said about a schema, where nothing else may stand beside what gives it its structure.
fn words(keywords: &Keywords, structure: &[&str]) -> (Keywords, Notes) {
    let (mut kept, mut notes) = (Keywords::new(), Notes::default());
    for (keyword, value) in keywords {
        match keyword.as_str() {
            "title" | "description" => {
                kept.insert(keyword.clone(), value.clone());
            }
            keyword if structure.contains(&keyword) => {}
            keyword => notes.add(keyword, value),
        }
    }
    (kept, notes)
}

fn is_listing(keyword: &str) -> bool {
    matches!(keyword, "enum" | "const")
}

/// Whether a listed value is a list or an object, which no host takes there.
fn holds_structure(value: &Value) -> bool {
    let inside = |value: &Value| value.is_array() || value.is_object();
    value.is_object()
        || value
            .as_array()
            .is_some_and(|values| values.iter().any(inside))
}

/// Whether the values of a schema are listed, so that their shape need not be told.
fn is_listed(keywords: &Keywords) -> bool {
    keywords.keys().any(|keyword| is_listing(keyword))
}

fn around(schema: Keywords, mut remarks: Keywords, notes: Notes) -> Keywords {
    notes.describe(&mut remarks);
    if remarks.is_empty() {
        return schema;
    }
    remarks.insert("anyOf".to_owned(), json!([schema]));
    remarks
}

fn one_or_many(types: Vec<&str>) -> Value {
    match types[..] {
        [one] => one.into(),
        _ => types.into(),
    }
}

/// Whether a reference leads back to itself.
fn is_recursive<'a>(root: &'a Value, target: &'a str, open: &mut Vec<&'a str>) -> bool {
    if target == "#" || open.contains(&target) {
        return true;
    }
    open.push(target);
    let recursive = keywords::resolve(root, target).is_some_and(|schema| {
        let mut inside = Vec::new();
        references(schema, &mut inside);
        inside
            .into_iter()
            .any(|inner| is_recursive(root, inner, open))
    });
    open.pop();
    recursive
}

fn references<'a>(schema: &'a Value, found: &mut Vec<&'a str>) {
    match schema {
        Value::Object(keywords) => {
            found.extend(keywords.get("$ref").and_then(Value::as_str));
            keywords.values().for_each(|inner| references(inner, found));
        }
        Value::Array(schemas) => schemas.iter().for_each(|inner| references(inner, found)),
        _ => {}
    }
}
