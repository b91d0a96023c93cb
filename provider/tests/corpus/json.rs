//! Where two JSON values differ.

use serde_json::{Map, Value};

/// How many differences are told.
const TOLD: usize = 3;

/// How much of a value is told.
const SHOWN: usize = 90;

/// The first places at which `found` is not what was `expected`; `None` when they are equal. The order of members makes
/// no difference, and numbers are compared by value.
pub(crate) fn difference(expected: &Value, found: &Value) -> Option<String> {
    let mut all = Vec::new();
    compare("", expected, found, &mut all);
    let more = all.len().saturating_sub(TOLD);
    all.truncate(TOLD);
    let told = all.join("; ");
    match (told.is_empty(), more) {
        (true, _) => None,
        (false, 0) => Some(told),
        (false, more) => Some(format!("{told}; and {more} more")),
    }
}

fn compare(path: &str, expected: &Value, found: &Value, all: &mut Vec<String>) {
    match (expected, found) {
        (Value::Object(expected), Value::Object(found)) => objects(path, expected, found, all),
        (Value::Array(expected), Value::Array(found)) => {
            for (at, (expected, found)) in expected.iter().zip(found).enumerate() {
                compare(&format!("{path}[{at}]"), expected, found, all);
            }
            if expected.len() != found.len() {
                let extra = expected.get(found.len()).or(found.get(expected.len()));
                let extra = extra.map(shown).unwrap_or_default();
                let (expected, found) = (expected.len(), found.len());
                all.push(format!(
                    "`{path}` has {found} items, expected {expected}: {extra}"
                ));
            }
        }
        _ if is_same(expected, found) => {}
        _ => all.push(format!(
            "`{path}` is {}, expected {}",
            shown_from(found, expected),
            shown_from(expected, found)
        )),
    }
}

fn objects(
    path: &str,
    expected: &Map<String, Value>,
    found: &Map<String, Value>,
    all: &mut Vec<String>,
) {
    let inner = |name: &str| {
        if path.is_empty() {
            name.to_owned()
        } else {
            format!("{path}.{name}")
        }
    };
    for (name, value) in expected {
        match found.get(name) {
            Some(there) => compare(&inner(name), value, there, all),
            None => all.push(format!("`{}` is missing: {}", inner(name), shown(value))),
        }
    }
    for (name, value) in found {
        if !expected.contains_key(name) {
            all.push(format!("`{}` is too much: {}", inner(name), shown(value)));
        }
    }
}

fn is_same(one: &Value, two: &Value) -> bool {
    match (one, two) {
        (Value::Number(a), Value::Number(b)) => a == b || a.as_f64() == b.as_f64(),
        _ => one == two,
    }
}

fn shown(value: &Value) -> String {
    cut(&value.to_string())
}

/// A value from shortly before the place at which its text differs from that of the other.
fn shown_from(value: &Value, other: &Value) -> String {
    let (text, other) = (value.to_string(), other.to_string());
    let same = text.chars().zip(other.chars()).take_while(|(a, b)| a == b);
    match same.count() {
        start @ 40.. => {
            let rest: String = text.chars().skip(start - 20).collect();
            format!("…{}", cut(&rest))
        }
        _ => cut(&text),
    }
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

/// Every string in `value`, names of members apart.
pub(crate) fn strings<'v>(value: &'v Value, found: &mut Vec<&'v str>) {
    match value {
        Value::String(text) => found.push(text),
        Value::Array(items) => items.iter().for_each(|item| strings(item, found)),
        Value::Object(members) => members.values().for_each(|item| strings(item, found)),
        _ => {}
    }
}
