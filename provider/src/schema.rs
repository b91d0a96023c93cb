//! A tool's schema, lowered to what a wire accepts.
//!
//! Hosts take subsets of JSON Schema, and each another. What a subset has no word for goes into the description in the
//! schema's own words, `(minLength: 3; default: "kelvin")`, so that the model still reads it. What a subset cannot express
//! at all, such as a map in a mode where every property must be listed, makes the schema stay as it is, and the host is
//! not asked for the strict mode: a tool that works loosely is better than one that cannot be called.
//!
//! Lowering what was lowered changes nothing, and the text is canonical, so that a host's prompt cache holds.

mod closed;
mod gemini;
mod keywords;

use serde_json::{Map, Value};
use windlass_core::Schema;

#[cfg(test)]
mod tests;

/// What a wire accepts in a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SchemaRules {
    /// JSON Schema as it is, but that an object without properties says so, because some hosts insist.
    Any,
    /// OpenAI's strict mode: every property required, additional ones refused, a subset of the keywords. An optional
    /// property may be null instead, which [`Schema::drop_nulls`] undoes.
    Strict,
    /// The same without limits of values, `format` and `pattern`, for hosts that refuse them.
    StrictPlain,
    /// What Anthropic takes for structured output and strict tools: additional properties refused, optional ones allowed,
    /// no recursion, no limits of values. Bedrock takes the same for structured output.
    AnthropicOutput,
    /// Gemini's subset of OpenAPI 3.0: no references, one type each, strings alone in `enum`.
    Gemini,
}

/// A schema as a wire accepts it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Lowered {
    /// The schema.
    pub schema: Value,
    /// Whether the host may be told to enforce it: some schemas cannot be expressed in a strict mode, and then stay as
    /// they are.
    pub strict: bool,
}

/// Lowers `schema` to what a wire accepts. What cannot be expressed moves into a description.
///
/// ```
/// use serde_json::json;
/// use windlass_core::Schema;
/// use windlass_provider::schema::{SchemaRules, lower};
///
/// let schema = Schema::from_value(json!({
///     "type": "object",
///     "properties": {"city": {"type": "string", "minLength": 2}, "days": {"type": "integer", "default": 3}},
///     "required": ["city"],
/// }))?;
/// let lowered = lower(&schema, SchemaRules::Strict);
/// assert!(lowered.strict);
/// assert_eq!(lowered.schema, json!({
///     "type": "object",
///     "properties": {
///         "city": {"type": "string", "description": "(minLength: 2)"},
///         "days": {"type": ["integer", "null"], "description": "(default: 3)"},
///     },
///     "required": ["city", "days"],
///     "additionalProperties": false,
/// }));
/// # Ok::<(), windlass_core::SchemaError>(())
/// ```
pub fn lower(schema: &Schema, rules: SchemaRules) -> Lowered {
    let closed = |dialect| closed::lower(schema.as_value(), dialect);
    let strict = match rules {
        SchemaRules::Any => None,
        SchemaRules::Strict => closed(&closed::STRICT),
        SchemaRules::StrictPlain => closed(&closed::STRICT_PLAIN),
        SchemaRules::AnthropicOutput => closed(&closed::ANTHROPIC),
        SchemaRules::Gemini => {
            return Lowered {
                schema: canonical(gemini::lower(schema.as_value())),
                strict: false,
            };
        }
    };
    Lowered {
        strict: strict.is_some(),
        schema: strict.map_or_else(|| listed(schema.as_value()), canonical),
    }
}

/// The schema, with an empty list of properties if it is that of an object without any.
fn listed(schema: &Value) -> Value {
    match schema {
        Value::Object(keywords) if keywords::is_bare_object(keywords) => {
            let mut keywords = keywords.clone();
            keywords.insert("properties".to_owned(), Map::new().into());
            canonical(keywords.into())
        }
        other => other.clone(),
    }
}

fn canonical(schema: Value) -> Value {
    match Schema::from_value(schema.clone()) {
        Ok(ordered) => ordered.as_value().clone(),
        Err(_) => schema,
    }
}
