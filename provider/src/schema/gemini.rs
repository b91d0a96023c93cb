//! Gemini's subset of OpenAPI 3.0.
//!
//! Beside `anyOf` nothing else may stand, on Vertex at least, so what is said there goes into each alternative.

mod words;

use serde_json::{Value, json};

use super::keywords::{self, Keywords, Notes, describe};
use words::Words;

/// Keywords that are taken, by the type that they are about.
const KEPT: [(&str, &[&str]); 5] = [
    ("", &["title", "description", "nullable", "example"]),
    (
        "object",
        &["minProperties", "maxProperties", "propertyOrdering"],
    ),
    ("array", &["minItems", "maxItems"]),
    ("string", &["minLength", "maxLength", "pattern"]),
    ("number", &["minimum", "maximum"]),
];

/// Values of `format`, by type.
const FORMATS: [(&str, &[&str]); 3] = [
    ("string", &["date-time", "enum"]),
    ("integer", &["int32", "int64"]),
    ("number", &["float", "double"]),
];

/// Keywords that are about the values of one type and mean nothing for those of another.
const ABOUT: [(&str, &[&str]); 4] = [
    (
        "object",
        &[
            "properties",
            "required",
            "additionalProperties",
            "patternProperties",
            "propertyNames",
            "minProperties",
            "maxProperties",
            "dependentRequired",
            "propertyOrdering",
        ],
    ),
    (
        "array",
        &[
            "items",
            "prefixItems",
            "minItems",
            "maxItems",
            "uniqueItems",
            "contains",
        ],
    ),
    ("string", &["minLength", "maxLength", "pattern"]),
    (
        "number",
        &[
            "minimum",
            "maximum",
            "exclusiveMinimum",
            "exclusiveMaximum",
            "multipleOf",
        ],
    ),
];

/// How many schemas one schema may become when what it refers to is written out in its places.
const SCHEMAS: usize = 5000;

/// How deep schemas may lie inside each other.
const DEPTH: usize = 64;

pub(super) fn lower(schema: &Value) -> Value {
    let mut walk = Walk {
        root: schema,
        open: vec!["#".to_owned()],
        left: SCHEMAS,
    };
    walk.schema(schema).into()
}

struct Walk<'a> {
    root: &'a Value,
    /// The references that are being written out.
    open: Vec<String>,
    left: usize,
}

impl Walk<'_> {
    fn schema(&mut self, schema: &Value) -> Keywords {
        let Some(left) = self.left.checked_sub(1) else {
            return cut("object", "too large to be written out here");
        };
        self.left = left;
        match schema {
            Value::Object(keywords) => self.object(keywords),
            Value::Bool(false) => anything("no value fits here"),
            _ => anything("any JSON value"),
        }
    }

    fn object(&mut self, keywords: &Keywords) -> Keywords {
        if keywords.contains_key("allOf") {
            return self.all(keywords);
        }
        if let Some(target) = keywords.get("$ref").and_then(Value::as_str) {
            return self.reference(keywords, target);
        }
        if let Some(schemas) = keywords::alternatives(keywords)
            && !schemas.is_empty()
        {
            return self.alternatives(keywords, schemas);
        }
        self.types(keywords)
    }

    fn all(&mut self, keywords: &Keywords) -> Keywords {
        if let Some(joined) = keywords::joined(keywords) {
            return self.object(&joined);
        }
        let mut rest = keywords.clone();
        let all = rest.shift_remove("allOf").unwrap_or_default();
        let mut notes = Notes::default();
        notes.add("allOf", &all);
        notes.describe(&mut rest);
        self.object(&rest)
    }

    fn reference(&mut self, keywords: &Keywords, target: &str) -> Keywords {
        let mut beside = keywords.clone();
        beside.shift_remove("$ref");
        let found = keywords::resolve(self.root, target).and_then(Value::as_object);
        let again = self.open.iter().any(|open| open == target);
        let Some(found) = found.filter(|_| !again && self.open.len() < DEPTH) else {
            let name = target.rsplit('/').next().unwrap_or_default();
            let types = found.map(keywords::types).unwrap_or_default();
            let kind = types.iter().find(|kind| **kind != "null").copied();
            let mut short = cut(kind.unwrap_or("object"), &shape(name));
            let words = short.get("description").cloned();
            if let (Some(before), Some(words)) = (beside.get("description"), words) {
                short.insert("description".to_owned(), before.clone());
                describe(&mut short, words.as_str().unwrap_or_default());
            }
            return short;
        };
        let whole = keywords::join(beside.clone(), found);
        self.open.push(target.to_owned());
        let mut lowered = self.object(whole.as_ref().unwrap_or(found));
        self.open.pop();
        if whole.is_none() {
            let mut words = Words::taken_from(&mut beside);
            words.note(&beside);
            words.say_of(&mut lowered);
        }
        lowered
    }

    fn alternatives(&mut self, keywords: &Keywords, schemas: &[Value]) -> Keywords {
        let mut beside = keywords.clone();
        beside.shift_remove("anyOf");
        beside.shift_remove("oneOf");
        let mut words = Words::taken_from(&mut beside);
        let null = schemas.iter().any(keywords::is_null);
        let schemas = schemas.iter().filter(|schema| !keywords::is_null(schema));
        let with =
            |schema: &Value| Some(keywords::join(schema.as_object()?.clone(), &beside)?.into());
        let whole: Option<Vec<Value>> = schemas.clone().map(with).collect();
        let whole = whole.unwrap_or_else(|| {
            words.note(&beside);
            schemas.cloned().collect()
        });
        let lowered = whole.iter().map(|schema| self.schema(schema)).collect();
        words.around(lowered, null)
    }

    /// One schema for each type, because only one may be named.
    fn types(&mut self, keywords: &Keywords) -> Keywords {
        let mut types = keywords::types(keywords);
        if types.is_empty() {
            types = keywords::types_of_values(keywords);
        }
        if types.is_empty() {
            types.extend(keywords::implied_type(keywords));
        }
        let null = types.len() > 1 && types.contains(&"null");
        types.retain(|name| *name != "null" || !null);
        match types[..] {
            [] => {
                let mut any = anything("any JSON value");
                let mut rest = keywords.clone();
                let mut words = Words::taken_from(&mut rest);
                words.note(&rest);
                words.say_of_each(any.get_mut("anyOf"));
                any
            }
            [name] => {
                let mut lowered = self.typed(keywords, name);
                if null {
                    lowered.insert("nullable".to_owned(), json!(true));
                }
                lowered
            }
            _ => {
                let mut beside = keywords.clone();
                let words = Words::taken_from(&mut beside);
                let lowered = types
                    .iter()
                    .map(|name| self.typed(&about(&beside, name), name));
                let lowered = lowered.collect();
                words.around(lowered, null)
            }
        }
    }

    fn typed(&mut self, keywords: &Keywords, name: &str) -> Keywords {
        let kind = name.to_ascii_lowercase();
        let mut lowered = Keywords::from_iter([("type".to_owned(), json!(name))]);
        let mut notes = Notes::default();
        for (keyword, value) in keywords {
            match keyword.as_str() {
                "type" | "items" => {}
                "properties" if kind == "object" => {
                    let properties = value.as_object().into_iter().flatten();
                    let properties =
                        properties.map(|(name, schema)| (name.clone(), self.schema(schema).into()));
                    lowered.insert(keyword.clone(), properties.collect::<Keywords>().into());
                }
                "required" => required(keywords, &mut lowered, &mut notes),
                "enum" | "const" => values(keyword, value, &kind, (&mut lowered, &mut notes)),
                "additionalProperties" if *value == Value::Bool(false) => {}
                _ if is_kept(keyword, value, &kind) => {
                    lowered.insert(keyword.clone(), value.clone());
                }
                _ => notes.add(keyword, value),
            }
        }
        if kind == "array" {
            let items = self.items(keywords);
            lowered.insert("items".to_owned(), items.into());
        }
        notes.describe(&mut lowered);
        lowered
    }

    /// A list must say what is in it. Of a tuple it says what may be in any place; which, stands in the description.
    fn items(&mut self, keywords: &Keywords) -> Keywords {
        let places = keywords.get("prefixItems").and_then(Value::as_array);
        match (keywords.get("items"), places) {
            (Some(schema @ Value::Object(_)), None) => self.schema(schema),
            (_, Some(places)) if !places.is_empty() => {
                let mut distinct: Vec<&Value> = Vec::new();
                let all = places
                    .iter()
                    .chain(keywords.get("items").filter(|items| items.is_object()));
                for place in all {
                    if !distinct.contains(&place) {
                        distinct.push(place);
                    }
                }
                let lowered = distinct
                    .into_iter()
                    .map(|place| self.schema(place))
                    .collect();
                Words::default().around(lowered, false)
            }
            _ => anything("any JSON value"),
        }
    }
}

fn is_kept(keyword: &str, value: &Value, kind: &str) -> bool {
    let listed = |table: &[(&str, &[&str])], kind: &str, word: &str| {
        let row = table.iter().find(|(about, _)| *about == kind);
        row.is_some_and(|(_, words)| words.contains(&word))
    };
    if keyword == "format" {
        return value
            .as_str()
            .is_some_and(|format| listed(&FORMATS, kind, format));
    }
    let kind = if kind == "integer" { "number" } else { kind };
    listed(&KEPT, "", keyword) || listed(&KEPT, kind, keyword)
}

/// The keywords without those that are about another type.
fn about(keywords: &Keywords, kind: &str) -> Keywords {
    let kind = if kind == "integer" { "number" } else { kind };
    let foreign = |keyword: &str| {
        let mut others = ABOUT.iter().filter(|(about, _)| *about != kind);
        others.any(|(_, words)| words.contains(&keyword))
    };
    let own = keywords.iter().filter(|(keyword, _)| !foreign(keyword));
    own.map(|(keyword, value)| (keyword.clone(), value.clone()))
        .collect()
}

/// Only properties that are listed may be required.
fn required(keywords: &Keywords, lowered: &mut Keywords, notes: &mut Notes) {
    let properties = keywords.get("properties").and_then(Value::as_object);
    let listed = |name: &&Value| {
        let name = name.as_str().unwrap_or_default();
        properties.is_some_and(|properties| properties.contains_key(name))
    };
    let names = keywords.get("required").and_then(Value::as_array);
    let (listed, others): (Vec<_>, Vec<_>) = names.into_iter().flatten().partition(listed);
    if !listed.is_empty() {
        lowered.insert("required".to_owned(), json!(listed));
    }
    if !others.is_empty() {
        notes.add("required", &json!(others));
    }
}

/// Only strings that are not empty may be listed.
fn values(keyword: &str, value: &Value, kind: &str, (lowered, notes): (&mut Keywords, &mut Notes)) {
    let values = match value {
        Value::Array(values) if keyword == "enum" => values.clone(),
        one => vec![one.clone()],
    };
    let (nulls, values): (Vec<_>, Vec<_>) = values.into_iter().partition(Value::is_null);
    let named = |value: &Value| value.as_str().is_some_and(|text| !text.is_empty());
    if kind == "string" && !values.is_empty() && values.iter().all(named) {
        lowered.insert("enum".to_owned(), values.into());
    } else if kind != "null" {
        notes.add(keyword, value);
    }
    if !nulls.is_empty() && kind != "null" {
        lowered.insert("nullable".to_owned(), json!(true));
    }
}

/// Every kind of value.
fn anything(words: &str) -> Keywords {
    let kinds = ["string", "number", "boolean", "object"];
    let kinds = kinds
        .map(|kind| json!({"type": kind, "nullable": true, "description": format!("({words})")}));
    Keywords::from_iter([("anyOf".to_owned(), json!(kinds))])
}

/// A schema in place of one that is not written out.
fn cut(kind: &str, words: &str) -> Keywords {
    let mut short = Keywords::from_iter([
        ("type".to_owned(), json!(kind)),
        ("description".to_owned(), json!(format!("({words})"))),
    ]);
    if kind == "array" {
        short.insert("items".to_owned(), anything("any JSON value").into());
    }
    short
}

fn shape(name: &str) -> String {
    match name {
        "#" | "" => "has the shape of the whole".to_owned(),
        name => format!("has the shape of `{name}`, which is described where it stands first"),
    }
}
