use serde::{Deserialize, Serialize};

use crate::{Text, encode_base64};

/// A picture, a recording, a film or a file: its media type and where its content is.
///
/// ```
/// use windlass_core::{Media, Source};
///
/// let pixel = Media::from_bytes("image/png", b"\x89PNG");
/// assert_eq!(pixel.source, Source::Base64("iVBORw==".into()));
/// let photo = Media::from_url("image/jpeg", "https://example.com/cat.jpg").with_detail("low");
/// assert_eq!(photo.detail.as_deref(), Some("low"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Media {
    /// The media type, `image/png` for instance; empty where it is not known.
    #[serde(default, skip_serializing_if = "str::is_empty")]
    pub mime: Text,
    /// Where the content is.
    pub source: Source,
    /// How closely the model is to look, in the provider's words (`low`, `high`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<Text>,
}

impl Media {
    /// Media whose content is at `source`.
    pub fn new(mime: impl Into<Text>, source: Source) -> Self {
        Media {
            mime: mime.into(),
            source,
            detail: None,
        }
    }

    /// Media with this content; it is encoded once, here.
    pub fn from_bytes(mime: impl Into<Text>, bytes: &[u8]) -> Self {
        Media::new(mime, Source::Base64(encode_base64(bytes).into()))
    }

    /// Media that the provider fetches from `url`.
    pub fn from_url(mime: impl Into<Text>, url: impl Into<Text>) -> Self {
        Media::new(mime, Source::Url(url.into()))
    }

    /// Says how closely the model is to look.
    #[must_use]
    pub fn with_detail(mut self, detail: impl Into<Text>) -> Self {
        self.detail = Some(detail.into());
        self
    }
}

/// Where the content of [`Media`] is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Source {
    /// Here, in standard base64 with padding, as every wire wants it.
    Base64(Text),
    /// Here, as plain text (documents only).
    Text(Text),
    /// At this address, which the provider fetches.
    Url(Text),
    /// In the provider's file store, under this id.
    File(Text),
}

/// A file that the model is to read.
///
/// ```
/// use windlass_core::{Document, Media};
///
/// let report = Document::new(Media::from_bytes("application/pdf", b"%PDF-1.7")).with_name("report.pdf");
/// assert_eq!(report.name.as_deref(), Some("report.pdf"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Document {
    /// Its content.
    pub media: Media,
    /// A name or title that the model sees.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Text>,
    /// What the model is told about the document beside its content.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<Text>,
    /// Whether the answer is to cite the document, where the provider leaves the choice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub citations: Option<bool>,
}

impl Document {
    /// A document with this content.
    pub fn new(media: Media) -> Self {
        Document {
            media,
            name: None,
            context: None,
            citations: None,
        }
    }

    /// A document of plain text.
    pub fn from_text(text: impl Into<Text>) -> Self {
        Document::new(Media::new(
            Text::from_static("text/plain"),
            Source::Text(text.into()),
        ))
    }

    /// Gives it a name that the model sees.
    #[must_use]
    pub fn with_name(mut self, name: impl Into<Text>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Tells the model something about it.
    #[must_use]
    pub fn with_context(mut self, context: impl Into<Text>) -> Self {
        self.context = Some(context.into());
        self
    }

    /// Asks for citations of it, or asks for none.
    #[must_use]
    pub fn with_citations(mut self, wanted: bool) -> Self {
        self.citations = Some(wanted);
        self
    }
}
