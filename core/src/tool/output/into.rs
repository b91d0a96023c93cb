use std::borrow::Cow;
use std::sync::Arc;

use serde::Serialize;

use super::ToolOutput;
use crate::{Document, JsonText, Media, OutcomePart, Text, ToolError};

/// What a tool made of a closure may return.
///
/// Text, media, files and [`ToolOutput`] are shown as they are, `()` as nothing, and [`Json`] shows the JSON of any other
/// value. A `Result` of these may carry any error that `?` turns into a [`ToolError`].
///
/// A function with `#[tool]` may return more: any `Serialize` without a wrapper, and any error that can be displayed.
///
/// ```
/// use windlass_core::{IntoOutput, Json};
///
/// let output = Json([1, 2, 3]).into_output()?;
/// assert_eq!(output.parts[0].as_text(), Some("[1,2,3]"));
/// let failed: Result<&str, std::num::ParseIntError> = "eighty".parse::<u16>().map(|_| "a port");
/// assert_eq!(failed.into_output().unwrap_err().message(), "invalid digit found in string");
/// # Ok::<(), windlass_core::ToolError>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no output of a tool",
    label = "neither text, media, a file nor `ToolOutput`",
    note = "return `Json(value)` for a value that implements `Serialize`",
    note = "in a `Result`, the error must implement `std::error::Error`, or be a `ToolError`"
)]
pub trait IntoOutput {
    /// What the model is shown, or how the tool failed.
    ///
    /// # Errors
    ///
    /// When the value is an error, or has no form that a model could be shown.
    fn into_output(self) -> Result<ToolOutput, ToolError>;
}

/// A value whose JSON the model is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[allow(
    clippy::exhaustive_structs,
    reason = "it is a wrapper and nothing else"
)]
pub struct Json<T>(pub T);

impl<T: Serialize> IntoOutput for Json<T> {
    fn into_output(self) -> Result<ToolOutput, ToolError> {
        Ok(ToolOutput::json(&self.0)?)
    }
}

impl<T: IntoOutput, E: Into<ToolError>> IntoOutput for Result<T, E> {
    fn into_output(self) -> Result<ToolOutput, ToolError> {
        self.map_err(Into::into)?.into_output()
    }
}

impl IntoOutput for ToolOutput {
    fn into_output(self) -> Result<ToolOutput, ToolError> {
        Ok(self)
    }
}

impl IntoOutput for () {
    fn into_output(self) -> Result<ToolOutput, ToolError> {
        Ok(ToolOutput::new())
    }
}

macro_rules! parts {
    ($($part:ty),*) => {$(
        impl IntoOutput for $part {
            fn into_output(self) -> Result<ToolOutput, ToolError> {
                Ok(ToolOutput::from(self))
            }
        }

        impl IntoOutput for Vec<$part> {
            fn into_output(self) -> Result<ToolOutput, ToolError> {
                Ok(self.into_iter().fold(ToolOutput::new(), ToolOutput::with))
            }
        }
    )*};
}

parts!(OutcomePart, Media, Document);

macro_rules! texts {
    ($($text:ty),*) => {$(
        impl IntoOutput for $text {
            fn into_output(self) -> Result<ToolOutput, ToolError> {
                Ok(ToolOutput::from(Text::from(self)))
            }
        }
    )*};
}

texts!(&str, String, Text, Cow<'_, str>, Box<str>, Arc<str>, char);

impl IntoOutput for JsonText {
    fn into_output(self) -> Result<ToolOutput, ToolError> {
        Ok(ToolOutput::from(self))
    }
}
