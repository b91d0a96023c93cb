use std::fmt;

use serde::{Deserialize, Serialize};

use super::Seal;
use crate::{Arguments, Text};

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
