mod into;
pub mod probe;

use std::borrow::Cow;

use serde::Serialize;

pub use into::{IntoOutput, Json};

use crate::{Document, JsonText, JsonTextError, Media, OutcomePart, Text, UserPart};

/// What a tool gives the model: text, JSON, pictures, files.
///
/// ```
/// use windlass_core::{Media, ToolOutput};
///
/// assert_eq!(ToolOutput::from("4 °C").parts.len(), 1);
/// let chart = ToolOutput::from("Temperatures of the week:").with(Media::from_bytes("image/png", b"\x89PNG"));
/// assert_eq!(chart.parts.len(), 2);
/// let json = ToolOutput::json(&[1, 2, 3])?;
/// assert_eq!(json.parts[0].as_text(), Some("[1,2,3]"));
/// # Ok::<(), windlass_core::JsonTextError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct ToolOutput {
    /// The parts, in the order the model is shown them.
    pub parts: Vec<OutcomePart>,
}

impl ToolOutput {
    /// Nothing to show.
    pub fn new() -> Self {
        ToolOutput::default()
    }

    /// The JSON of `value`.
    ///
    /// # Errors
    ///
    /// When `value` has no JSON form: a map with keys that are not strings, for instance.
    pub fn json<T: Serialize + ?Sized>(value: &T) -> Result<Self, JsonTextError> {
        Ok(ToolOutput::new().with(OutcomePart::Json(JsonText::of(value)?)))
    }

    /// Adds a part at the end.
    #[must_use]
    pub fn with(mut self, part: impl Into<OutcomePart>) -> Self {
        self.parts.push(part.into());
        self
    }
}

impl<P: Into<OutcomePart>> From<P> for ToolOutput {
    fn from(part: P) -> Self {
        let parts = vec![part.into()];
        ToolOutput { parts }
    }
}

impl From<&str> for OutcomePart {
    fn from(text: &str) -> Self {
        OutcomePart::Text(text.into())
    }
}

impl From<String> for OutcomePart {
    fn from(text: String) -> Self {
        OutcomePart::Text(text.into())
    }
}

impl From<Cow<'_, str>> for OutcomePart {
    fn from(text: Cow<'_, str>) -> Self {
        OutcomePart::Text(text.into())
    }
}

impl From<Text> for OutcomePart {
    fn from(text: Text) -> Self {
        OutcomePart::Text(text)
    }
}

impl From<JsonText> for OutcomePart {
    fn from(json: JsonText) -> Self {
        OutcomePart::Json(json)
    }
}

/// Sorts by the media type, as for [`UserPart`]; a film becomes a document.
impl From<Media> for OutcomePart {
    fn from(media: Media) -> Self {
        match UserPart::from(media) {
            UserPart::Image(media) => OutcomePart::Image(media),
            UserPart::Audio(media) => OutcomePart::Audio(media),
            UserPart::Video(media) => OutcomePart::Document(crate::Document::new(media)),
            UserPart::Document(document) => OutcomePart::Document(document),
            UserPart::Text(text) => OutcomePart::Text(text),
        }
    }
}

impl From<Document> for OutcomePart {
    fn from(document: Document) -> Self {
        OutcomePart::Document(document)
    }
}
