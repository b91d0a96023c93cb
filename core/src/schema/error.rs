//! Why something is no schema.

use std::error::Error;
use std::fmt;

use serde_json::Value;

/// Why something could not be taken as a [`Schema`](super::Schema).
#[derive(Debug)]
pub struct SchemaError(Problem);

#[derive(Debug)]
enum Problem {
    NotJson(serde_json::Error),
    /// Carries the JSON type of the value instead.
    NotASchema(&'static str),
}

/// What kind of problem a [`SchemaError`] tells about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SchemaErrorKind {
    /// The text is not JSON.
    NotJson,
    /// The value is neither an object nor a boolean.
    NotASchema,
}

impl SchemaError {
    pub(super) fn not_json(error: serde_json::Error) -> Self {
        Self(Problem::NotJson(error))
    }

    pub(super) fn not_a_schema(value: &Value) -> Self {
        Self(Problem::NotASchema(match value {
            Value::Null => "null",
            Value::Bool(_) => "a boolean",
            Value::Number(_) => "a number",
            Value::String(_) => "a string",
            Value::Array(_) => "an array",
            Value::Object(_) => "an object",
        }))
    }

    /// Gives the kind of problem, to decide by.
    #[must_use]
    pub fn kind(&self) -> SchemaErrorKind {
        match self.0 {
            Problem::NotJson(_) => SchemaErrorKind::NotJson,
            Problem::NotASchema(_) => SchemaErrorKind::NotASchema,
        }
    }

    /// Says what to do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self.0 {
            Problem::NotJson(_) => "correct the text where the cause says",
            Problem::NotASchema(_) => r#"write it as an object, such as `{"type":"string"}`"#,
        }
    }
}

impl fmt::Display for SchemaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Problem::NotJson(_) => f.write_str("the text of the schema is not JSON"),
            Problem::NotASchema(found) => {
                write!(f, "a schema is an object or a boolean, and this is {found}")
            }
        }
    }
}

impl Error for SchemaError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.0 {
            Problem::NotJson(error) => Some(error),
            Problem::NotASchema(_) => None,
        }
    }
}
