//! The parameters of a function, as the model is told of them and as they are read.

mod properties;
mod str;

use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;
use serde_json::Value;

pub use self::properties::Properties;
pub use self::str::Str;
use crate::ArgumentsError;
use crate::arguments::Members;

/// What a tool can take from the model.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is nothing that a model can give to a tool",
    label = "not to be read from arguments",
    note = "derive `serde::Deserialize` and `schemars::JsonSchema`",
    note = "what the program gives is marked with `#[state]`, the call itself with `#[context]`"
)]
pub trait Argument<'a>: Deserialize<'a> + JsonSchema {}

#[diagnostic::do_not_recommend]
impl<'a, T: Deserialize<'a> + JsonSchema> Argument<'a> for T {}

/// A parameter that is read as a `T`.
///
/// All that needs to be known of `T` is kept in pointers, so that a type that cannot be read is complained of once.
pub struct Parameter<'a, T> {
    name: &'static str,
    description: &'static str,
    absent: Absent<T>,
    schema: fn(&mut SchemaGenerator) -> Schema,
    read: fn(&'a str, &str) -> Result<T, ArgumentsError>,
}

/// What a parameter is when the model does not give it.
enum Absent<T> {
    Refused,
    Given {
        value: fn() -> T,
        json: fn(&T) -> Option<Value>,
    },
}

impl<'a, T: Argument<'a>> Parameter<'a, T> {
    /// A parameter that must be given.
    pub fn required(name: &'static str, description: &'static str) -> Self {
        Parameter {
            name,
            description,
            absent: Absent::Refused,
            schema: SchemaGenerator::subschema_for::<T>,
            read: crate::arguments::read_member,
        }
    }
}

impl<'a, T: Argument<'a>> Parameter<'a, Option<T>> {
    /// A parameter that may be left out.
    pub fn optional(name: &'static str, description: &'static str) -> Self {
        let nothing = Absent::Given {
            value: || None,
            json: |_| None,
        };
        Parameter {
            absent: nothing,
            ..Parameter::required(name, description)
        }
    }
}

impl<'a, T> Parameter<'a, T> {
    /// Sets what it is when it is left out, and how that is written as JSON.
    #[must_use]
    pub fn or(self, value: fn() -> T, json: fn(&T) -> Option<Value>) -> Self {
        let absent = Absent::Given { value, json };
        Parameter { absent, ..self }
    }

    /// Takes the parameter out of the arguments.
    ///
    /// # Errors
    ///
    /// When it is missing but required, or is no `T`.
    pub fn read(self, members: &mut Members<'a>) -> Result<T, ArgumentsError> {
        match (members.take(self.name), self.absent) {
            (Some(text), _) => (self.read)(text, self.name),
            (None, Absent::Given { value, .. }) => Ok(value()),
            (None, Absent::Refused) => Err(ArgumentsError::missing(self.name)),
        }
    }
}

impl<T> fmt::Debug for Parameter<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Parameter({})", self.name)
    }
}
