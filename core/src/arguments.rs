//! The arguments of a call, and what is wrong with them.

mod check;
mod error;
mod members;
mod read;
mod words;

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

pub use error::{ArgumentsError, ArgumentsErrorKind};
pub use members::Members;
pub(crate) use read::read_member;

use crate::{Schema, Text};

#[cfg(test)]
mod tests;

/// The arguments of a call: the exact text that was received, whether or not it is JSON.
///
/// Nothing is replaced: text that does not parse stays as it is, so that the model can be told what was wrong with it.
///
/// ```
/// use windlass_core::Arguments;
///
/// #[derive(serde::Deserialize)]
/// struct City<'a> {
///     city: &'a str,
/// }
///
/// let arguments = Arguments::from(r#"{"city":"Oslo"}"#);
/// assert_eq!(arguments.parse::<City>()?.city, "Oslo");
///
/// let cut = Arguments::from(r#"{"city":"Os"#);
/// let error = cut.parse::<City>().err().expect("it was cut");
/// assert!(error.is_cut());
/// assert_eq!(cut.as_str(), r#"{"city":"Os"#);
/// # Ok::<(), windlass_core::ArgumentsError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Arguments(Text);

impl Arguments {
    /// The text as received.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text as a cheap-clone string.
    pub fn text(&self) -> &Text {
        &self.0
    }

    /// Whether the model wrote nothing but white space.
    pub fn is_blank(&self) -> bool {
        self.0.trim().is_empty()
    }

    /// Whether the text is one JSON value.
    pub fn is_json(&self) -> bool {
        serde_json::from_str::<&RawValue>(&self.0).is_ok()
    }

    /// The text, or `{}` in place of blank text: what a wire that wants JSON is sent.
    pub fn or_empty_object(&self) -> &str {
        if self.is_blank() { "{}" } else { &self.0 }
    }

    /// Reads the arguments as a `T`, which may borrow from them.
    ///
    /// Blank text is read as `{}`; that fails where something is required.
    ///
    /// # Errors
    ///
    /// When the text is not JSON or not a `T`; the error says where and why, in words a model can act on.
    pub fn parse<'a, T: Deserialize<'a>>(&'a self) -> Result<T, ArgumentsError> {
        read::read(self.or_empty_object())
    }

    /// Checks types, choices, required and unknown members against `schema`, all the way down.
    ///
    /// This is for tools that do not [`parse`](Arguments::parse) into a type. What a schema says beyond that (limits,
    /// patterns, alternatives, references) is not looked at.
    ///
    /// ```
    /// use windlass_core::{Arguments, Schema};
    ///
    /// let schema = Schema::from_json(r#"{"type":"object","properties":{"days":{"type":"integer"}}}"#)?;
    /// let error = Arguments::from(r#"{"days":"two"}"#).check(&schema).expect_err("not a number");
    /// assert_eq!(error.to_string(), "`days`: expected an integer, found string \"two\"");
    /// # Ok::<(), windlass_core::SchemaError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// When the text is not JSON, or something in it is not what the schema says.
    pub fn check(&self, schema: &Schema) -> Result<(), ArgumentsError> {
        check::check(&self.parse()?, schema.as_value())
    }
}

impl<T: Into<Text>> From<T> for Arguments {
    fn from(text: T) -> Self {
        Arguments(text.into())
    }
}

impl fmt::Display for Arguments {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
