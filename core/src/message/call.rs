use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::Seal;
use crate::Text;

/// The id by which an outcome names its call.
///
/// ```
/// use windlass_core::CallId;
///
/// assert_eq!(CallId::from("call_7").as_str(), "call_7");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CallId(Text);

impl CallId {
    /// An id with this text.
    pub fn new(id: impl Into<Text>) -> Self {
        CallId(id.into())
    }

    /// The id as the provider wrote it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The id as a cheap-clone string.
    pub fn text(&self) -> &Text {
        &self.0
    }
}

impl<T: Into<Text>> From<T> for CallId {
    fn from(id: T) -> Self {
        CallId::new(id)
    }
}

impl fmt::Display for CallId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What the model asks for: a tool, by name, with arguments.
///
/// ```
/// use windlass_core::Call;
///
/// let call = Call::new("call_1", "weather", r#"{"city":"Oslo"}"#);
/// assert_eq!(call.arguments.as_str(), r#"{"city":"Oslo"}"#);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Call {
    /// By what the outcome names it.
    pub id: CallId,
    /// The tool, as the model wrote it.
    pub name: Text,
    /// The arguments, as the model wrote them.
    pub arguments: Arguments,
    /// What only the provider can read of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seal: Option<Box<Seal>>,
}

impl Call {
    /// A call of `name`.
    pub fn new(
        id: impl Into<CallId>,
        name: impl Into<Text>,
        arguments: impl Into<Arguments>,
    ) -> Self {
        Call {
            id: id.into(),
            name: name.into(),
            arguments: arguments.into(),
            seal: None,
        }
    }

    /// Attaches what only the provider can read.
    #[must_use]
    pub fn with_seal(mut self, seal: Seal) -> Self {
        self.seal = Some(Box::new(seal));
        self
    }
}

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
/// assert_eq!(error.to_string(), "arguments do not match: EOF while parsing a string at line 1 column 11");
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
        serde_json::from_str(self.or_empty_object()).map_err(ArgumentsError)
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

/// Arguments that are not JSON, or not what the tool takes.
#[derive(Debug, thiserror::Error)]
#[error("arguments do not match: {0}")]
pub struct ArgumentsError(serde_json::Error);

impl ArgumentsError {
    /// Whether the text ended too early: the model was probably cut.
    pub fn is_cut(&self) -> bool {
        self.0.is_eof()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // R-52
    #[test]
    fn blank_arguments_mean_an_empty_object_only_where_nothing_is_required() {
        #[derive(Debug, Deserialize)]
        struct Nothing {}
        #[derive(Debug, Deserialize)]
        struct Needs {
            #[serde(rename = "city")]
            _city: String,
        }
        for blank in ["", " ", "\n\t"] {
            assert!(Arguments::from(blank).parse::<Nothing>().is_ok());
            let error = Arguments::from(blank).parse::<Needs>().unwrap_err();
            assert!(
                error.to_string().contains("missing field `city`"),
                "{error}"
            );
        }
    }

    // R-52
    #[test]
    fn text_that_is_no_json_is_kept_and_named() {
        let cut = Arguments::from(r#"{"a": [1, 2"#);
        assert!(!cut.is_json());
        assert_eq!(cut.or_empty_object(), r#"{"a": [1, 2"#);
        assert!(cut.parse::<serde_json::Value>().unwrap_err().is_cut());
        assert!(
            !Arguments::from("nonsense")
                .parse::<serde_json::Value>()
                .unwrap_err()
                .is_cut()
        );
    }
}
