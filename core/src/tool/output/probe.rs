//! How `#[tool]` turns what a function returned into an output.
//!
//! Where the attribute is expanded the type is known, so of several methods of one name the compiler takes the one that
//! needs the fewest references: that for an error with a kind before that for any error, that for texts and media before
//! that for anything with a JSON form. The last of each row takes every type and states its bound on the method, so that a
//! type that fits nowhere is named in one readable error.
#![allow(
    missing_docs,
    clippy::missing_errors_doc,
    reason = "only expansions name what is in here, and each trait has the one method"
)]

use std::fmt::Display;
use std::marker::PhantomData;

use serde::Serialize;
use serde_json::Value;

use crate::{IntoOutput, Text, ToolError, ToolOutput};

/// The type of a value, to look methods up by.
#[derive(Debug)]
pub struct Probe<T>(PhantomData<T>);

impl<T> Probe<T> {
    /// The type of this value.
    pub fn of(_: &T) -> Self {
        Probe(PhantomData)
    }
}

/// Turns the value of a call into what the model is shown, or leaves the function with the error.
#[doc(hidden)]
#[macro_export]
macro_rules! __output {
    ($call:expr) => {{
        #[allow(unused_imports, reason = "each type needs one of each row")]
        use $crate::__private::probe::{
            OtherError as _, OtherValue as _, OutputValue as _, Plain as _, Probe as __Probe,
            TypedError as _,
        };
        let result = $call;
        let value = (&&&__Probe::of(&result)).split(result)?;
        (&&__Probe::of(&value)).show(value)
    }};
}

/// Writes the JSON of a default where it has one.
#[doc(hidden)]
#[macro_export]
macro_rules! __default_json {
    ($value:expr) => {{
        #[allow(unused_imports, reason = "each type needs one of the two")]
        use $crate::__private::probe::{NoJson as _, Probe as __Probe, WithJson as _};
        (&&__Probe::of($value)).json($value)
    }};
}

/// For errors that say themselves what they mean for the run.
pub trait TypedError<T, E> {
    fn split(&self, result: Result<T, E>) -> Result<T, ToolError>;
}

impl<T, E: Into<ToolError>> TypedError<T, E> for &&Probe<Result<T, E>> {
    fn split(&self, result: Result<T, E>) -> Result<T, ToolError> {
        result.map_err(Into::into)
    }
}

/// For all other errors: the model is told of them.
pub trait OtherError<T, E> {
    fn split(&self, result: Result<T, E>) -> Result<T, ToolError>
    where
        E: Failure;
}

impl<T, E> OtherError<T, E> for &Probe<Result<T, E>> {
    fn split(&self, result: Result<T, E>) -> Result<T, ToolError>
    where
        E: Failure,
    {
        result.map_err(|error| ToolError::failed(error.words()))
    }
}

/// For what is no `Result`.
pub trait Plain<T> {
    fn split(&self, value: T) -> Result<T, ToolError>;
}

impl<T> Plain<T> for Probe<T> {
    fn split(&self, value: T) -> Result<T, ToolError> {
        Ok(value)
    }
}

/// For what is shown as it is.
pub trait OutputValue<T> {
    fn show(&self, value: T) -> Result<ToolOutput, ToolError>;
}

impl<T: IntoOutput> OutputValue<T> for &Probe<T> {
    fn show(&self, value: T) -> Result<ToolOutput, ToolError> {
        value.into_output()
    }
}

/// For what is shown as JSON.
pub trait OtherValue<T> {
    fn show(&self, value: T) -> Result<ToolOutput, ToolError>
    where
        T: Shown;
}

impl<T> OtherValue<T> for Probe<T> {
    fn show(&self, value: T) -> Result<ToolOutput, ToolError>
    where
        T: Shown,
    {
        value.json()
    }
}

/// For defaults that the schema can name.
pub trait WithJson<T> {
    fn json(&self, value: &T) -> Option<Value>;
}

impl<T: Serialize> WithJson<T> for &Probe<T> {
    fn json(&self, value: &T) -> Option<Value> {
        serde_json::to_value(value).ok()
    }
}

/// For all other defaults.
pub trait NoJson<T> {
    fn json(&self, value: &T) -> Option<Value>;
}

impl<T> NoJson<T> for Probe<T> {
    fn json(&self, _: &T) -> Option<Value> {
        None
    }
}

/// An error that a tool may return.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no error that a tool can return",
    label = "the model cannot be told of it",
    note = "implement `std::fmt::Display`, so that the model can be told what failed"
)]
pub trait Failure {
    fn words(&self) -> Text;
}

#[diagnostic::do_not_recommend]
impl<E: Display> Failure for E {
    fn words(&self) -> Text {
        self.to_string().into()
    }
}

/// A value that a tool may return.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is nothing that a tool can return",
    label = "the model cannot be shown it",
    note = "derive `serde::Serialize`, or return text, media, a file or a `ToolOutput`"
)]
pub trait Shown {
    fn json(&self) -> Result<ToolOutput, ToolError>;
}

#[diagnostic::do_not_recommend]
impl<T: Serialize> Shown for T {
    fn json(&self) -> Result<ToolOutput, ToolError> {
        Ok(ToolOutput::json(self)?)
    }
}
