use serde::{Deserialize, Serialize};

use super::{Call, Citation, Item, Media, Seal};
use crate::{ModelId, Text};

/// What the model answered.
///
/// ```
/// use windlass_core::{Assistant, Call};
///
/// let answer = Assistant::new("Let me look.").with(Call::new("call_1", "weather", "{}"));
/// assert_eq!(answer.text(), "Let me look.");
/// assert_eq!(answer.calls().count(), 1);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Assistant {
    /// The parts, in the order the model gave them.
    pub parts: Vec<AssistantPart>,
    /// The model that gave the answer, and so the only one that can read its [`Seal`]s and [`Item`]s.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<ModelId>,
    /// The provider's id of the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Text>,
    /// Whether the answer came to its end.
    #[serde(default, skip_serializing_if = "Completion::is_whole")]
    pub completion: Completion,
}

impl Assistant {
    /// An answer of one text, from nobody in particular.
    pub fn new(text: impl Into<Text>) -> Self {
        Assistant::default().with(TextPart::new(text))
    }

    /// An answer of these parts.
    pub fn from_parts(parts: impl IntoIterator<Item = AssistantPart>) -> Self {
        Assistant {
            parts: parts.into_iter().collect(),
            ..Assistant::default()
        }
    }

    /// Adds a part at the end.
    #[must_use]
    pub fn with(mut self, part: impl Into<AssistantPart>) -> Self {
        self.parts.push(part.into());
        self
    }

    /// Says which model gave the answer.
    #[must_use]
    pub fn with_origin(mut self, origin: ModelId) -> Self {
        self.origin = Some(origin);
        self
    }

    /// Says by what id the provider knows the answer.
    #[must_use]
    pub fn with_id(mut self, id: impl Into<Text>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// Says whether the answer came to its end.
    #[must_use]
    pub fn with_completion(mut self, completion: Completion) -> Self {
        self.completion = completion;
        self
    }

    /// The calls, in order.
    pub fn calls(&self) -> impl Iterator<Item = &Call> {
        self.parts.iter().filter_map(|part| match part {
            AssistantPart::Call(call) => Some(call),
            _ => None,
        })
    }

    /// The words of the answer, without thinking and refusals, as one string.
    pub fn text(&self) -> String {
        let texts = self.parts.iter().filter_map(|part| match part {
            AssistantPart::Text(part) => Some(part.text.as_str()),
            _ => None,
        });
        texts.collect()
    }
}

/// Whether an answer came to its end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Completion {
    /// The model came to an end of its own or hit a limit that it reported.
    #[default]
    Whole,
    /// The answer was cut by a cancel or a broken connection.
    Partial,
}

impl Completion {
    /// Whether the answer came to its end.
    pub fn is_whole(&self) -> bool {
        *self == Completion::Whole
    }
}

/// A part of an answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AssistantPart {
    /// Words for the user.
    Text(TextPart),
    /// What the model thought before it spoke.
    Thinking(Thinking),
    /// A tool that the program is to run.
    Call(Call),
    /// Words by which the model declines.
    Refusal(TextPart),
    /// A picture or recording that the model made.
    Media(MediaPart),
    /// Something of the provider's own that is kept as it came: a hosted tool's call or result, for instance.
    Item(Item),
}

/// Words, with what they rest on.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TextPart {
    /// The words.
    pub text: Text,
    /// What they rest on, in the order given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub citations: Vec<Citation>,
    /// What only the provider can read of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seal: Option<Box<Seal>>,
}

impl TextPart {
    /// Words without citations.
    pub fn new(text: impl Into<Text>) -> Self {
        TextPart {
            text: text.into(),
            ..TextPart::default()
        }
    }

    /// Adds a citation.
    #[must_use]
    pub fn with_citation(mut self, citation: Citation) -> Self {
        self.citations.push(citation);
        self
    }

    /// Attaches what only the provider can read.
    #[must_use]
    pub fn with_seal(mut self, seal: Seal) -> Self {
        self.seal = Some(Box::new(seal));
        self
    }
}

/// A picture or recording that the model made.
///
/// ```
/// use windlass_core::{Media, MediaPart, Seal};
///
/// let picture = Media::from_bytes("image/png", b"\x89PNG");
/// let part = MediaPart::new(picture).with_seal(Seal::new().with_signature("EqQB…"));
/// assert_eq!(part.media.mime, "image/png");
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct MediaPart {
    /// Its content.
    pub media: Media,
    /// What only the provider can read of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seal: Option<Box<Seal>>,
}

impl MediaPart {
    /// Media without a seal.
    pub fn new(media: Media) -> Self {
        MediaPart { media, seal: None }
    }

    /// Attaches what only the provider can read.
    #[must_use]
    pub fn with_seal(mut self, seal: Seal) -> Self {
        self.seal = Some(Box::new(seal));
        self
    }
}

/// What the model thought: readable text, a signature over it, or a payload that only the provider can read.
///
/// ```
/// use windlass_core::{Seal, Thinking};
///
/// let signed = Thinking::new("Oslo is north.").with_seal(Seal::new().with_signature("EqQB…"));
/// assert_eq!(signed.signature(), Some("EqQB…"));
/// let hidden = Thinking::encrypted_only("gAAAA…");
/// assert_eq!((hidden.text.as_str(), hidden.encrypted()), ("", Some("gAAAA…")));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Thinking {
    /// The readable text; empty where the provider hides it.
    #[serde(default, skip_serializing_if = "str::is_empty")]
    pub text: Text,
    /// What only the provider can read of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seal: Option<Box<Seal>>,
}

impl Thinking {
    /// Readable thinking.
    pub fn new(text: impl Into<Text>) -> Self {
        Thinking {
            text: text.into(),
            seal: None,
        }
    }

    /// Thinking that the provider redacted or encrypted.
    pub fn encrypted_only(payload: impl Into<Text>) -> Self {
        Thinking::new("").with_seal(Seal::new().with_encrypted(payload))
    }

    /// Attaches what only the provider can read.
    #[must_use]
    pub fn with_seal(mut self, seal: Seal) -> Self {
        self.seal = Some(Box::new(seal));
        self
    }

    /// The signature over the text.
    pub fn signature(&self) -> Option<&str> {
        self.seal.as_ref()?.signature.as_deref()
    }

    /// The redacted or encrypted payload.
    pub fn encrypted(&self) -> Option<&str> {
        self.seal.as_ref()?.encrypted.as_deref()
    }
}

impl From<TextPart> for AssistantPart {
    fn from(part: TextPart) -> Self {
        AssistantPart::Text(part)
    }
}

impl From<Thinking> for AssistantPart {
    fn from(part: Thinking) -> Self {
        AssistantPart::Thinking(part)
    }
}

impl From<Call> for AssistantPart {
    fn from(part: Call) -> Self {
        AssistantPart::Call(part)
    }
}

impl From<MediaPart> for AssistantPart {
    fn from(part: MediaPart) -> Self {
        AssistantPart::Media(part)
    }
}

impl From<Media> for AssistantPart {
    fn from(media: Media) -> Self {
        MediaPart::new(media).into()
    }
}

impl From<Item> for AssistantPart {
    fn from(part: Item) -> Self {
        AssistantPart::Item(part)
    }
}
