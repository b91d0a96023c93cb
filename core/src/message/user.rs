use serde::{Deserialize, Serialize};

use super::{Document, Media};
use crate::Text;

/// An instruction that the program gives at one point of a conversation.
///
/// The lasting ones belong in [`Request::instructions`](crate::Request::instructions).
///
/// ```
/// use windlass_core::System;
///
/// assert_eq!(System::new("The user has switched to German.").text, "The user has switched to German.");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct System {
    /// What the model is told.
    pub text: Text,
}

impl System {
    /// An instruction with this text.
    pub fn new(text: impl Into<Text>) -> Self {
        System { text: text.into() }
    }
}

/// What the user says: text, and media beside it.
///
/// ```
/// use windlass_core::{Media, User, UserPart};
///
/// let question = User::new("What is on this picture?").with(Media::from_bytes("image/png", &[0x89, 0x50]));
/// assert!(matches!(question.parts[..], [UserPart::Text(_), UserPart::Image(_)]));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct User {
    /// The parts, in the order they are to be read.
    pub parts: Vec<UserPart>,
}

impl User {
    /// A message of one text.
    pub fn new(text: impl Into<Text>) -> Self {
        User {
            parts: vec![UserPart::Text(text.into())],
        }
    }

    /// A message of these parts.
    pub fn from_parts(parts: impl IntoIterator<Item = UserPart>) -> Self {
        User {
            parts: parts.into_iter().collect(),
        }
    }

    /// Adds a part at the end.
    #[must_use]
    pub fn with(mut self, part: impl Into<UserPart>) -> Self {
        self.parts.push(part.into());
        self
    }
}

impl<T: Into<Text>> From<T> for User {
    fn from(text: T) -> Self {
        User::new(text)
    }
}

/// A part of what the user says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum UserPart {
    /// Words.
    Text(Text),
    /// A picture.
    Image(Media),
    /// A recording.
    Audio(Media),
    /// A film.
    Video(Media),
    /// A file to be read, a PDF for instance.
    Document(Document),
}

impl From<Document> for UserPart {
    fn from(document: Document) -> Self {
        UserPart::Document(document)
    }
}

/// Sorts by the media type: `image/…`, `audio/…` and `video/…` become the part of that name, all else a document.
impl From<Media> for UserPart {
    fn from(media: Media) -> Self {
        match media.mime.split('/').next() {
            Some("image") => UserPart::Image(media),
            Some("audio") => UserPart::Audio(media),
            Some("video") => UserPart::Video(media),
            _ => UserPart::Document(Document::new(media)),
        }
    }
}

impl From<&str> for UserPart {
    fn from(text: &str) -> Self {
        UserPart::Text(text.into())
    }
}

impl From<String> for UserPart {
    fn from(text: String) -> Self {
        UserPart::Text(text.into())
    }
}

impl From<Text> for UserPart {
    fn from(text: Text) -> Self {
        UserPart::Text(text)
    }
}
