use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::de::IgnoredAny;
use serde_json::Value;

use super::ArgumentsError;
use crate::Schema;

/// The names of the members; their values are looked at by the tool.
pub(super) type Members<'a> = BTreeMap<Cow<'a, str>, IgnoredAny>;

pub(super) fn check(members: Members<'_>, schema: &Schema) -> Result<(), ArgumentsError> {
    if let Some(name) = schema.required().find(|name| !members.contains_key(*name)) {
        return Err(ArgumentsError::missing(name));
    }
    if schema.as_value().get("additionalProperties") != Some(&Value::Bool(false)) {
        return Ok(());
    }
    let known: Vec<&str> = schema.properties().map(|(name, _)| name).collect();
    match members.keys().find(|name| !known.contains(&&***name)) {
        Some(name) => Err(ArgumentsError::unknown(name, &known)),
        None => Ok(()),
    }
}
