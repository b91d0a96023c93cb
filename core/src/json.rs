//! JSON that is kept as it was written.

use std::fmt;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

use crate::Text;

/// One JSON value as its exact text: spaces, key order and number spelling included.
///
/// Stored as a string, so that a file of lines stays one.
///
/// ```
/// use windlass_core::JsonText;
///
/// let item = JsonText::parse(r#"{ "b": 1.0, "a": 2 }"#)?;
/// assert_eq!(item.as_str(), r#"{ "b": 1.0, "a": 2 }"#);
/// assert!(JsonText::parse("{").is_err());
/// # Ok::<(), windlass_core::JsonTextError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct JsonText(Text);

impl JsonText {
    /// Takes over `text` if it is one JSON value.
    ///
    /// # Errors
    ///
    /// When the text is not JSON; the error says where.
    pub fn parse(text: impl Into<Text>) -> Result<Self, JsonTextError> {
        let text = text.into();
        serde_json::from_str::<&RawValue>(&text).map_err(JsonTextError)?;
        Ok(JsonText(text))
    }

    /// The JSON of `value`.
    ///
    /// # Errors
    ///
    /// When `value` has no JSON form: a map with keys that are not strings, for instance.
    pub fn of<T: Serialize + ?Sized>(value: &T) -> Result<Self, JsonTextError> {
        serde_json::to_string(value)
            .map(|json| JsonText(json.into()))
            .map_err(JsonTextError)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text as a cheap-clone string.
    pub fn text(&self) -> &Text {
        &self.0
    }
}

/// Already checked by the parser that lent it.
impl From<&RawValue> for JsonText {
    fn from(raw: &RawValue) -> Self {
        JsonText(raw.get().into())
    }
}

impl fmt::Display for JsonText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for JsonText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        JsonText::parse(Text::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

/// A text that is not JSON, or a value that has no JSON form.
#[derive(Debug, thiserror::Error)]
#[error("not a JSON value: {0}")]
pub struct JsonTextError(serde_json::Error);
