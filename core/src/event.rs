//! The grammar of an answer: what a model may say, and in which order.
//!
//! ```text
//! answer  = warning* started? item* finish
//! item    = part | usage | warning | unknown | discarded
//! part    = opening (piece | late)* end? late*      pieces of different parts may interleave
//! late    = seal | citation of a text | item again
//! ```
//!
//! - [`Event::Started`] comes before everything but warnings, or not at all.
//! - A part opens with its first event: [`Text`](Event::Text), [`Thinking`](Event::Thinking),
//!   [`Refusal`](Event::Refusal), [`Call`](Event::Call), [`Media`](Event::Media) or [`Item`](Event::Item). It keeps its
//!   kind; an empty text opens it too.
//! - [`Arguments`](Event::Arguments) continue a call, a [`Citation`](Event::Citation) a text. A [`Seal`](Event::Seal)
//!   continues any part but an item.
//! - A later [`Item`](Event::Item) for a part that is one takes the place of the earlier, also after its end: some
//!   providers say at last what they had left open.
//! - After [`PartEnd`](Event::PartEnd) only a `Seal`, such an `Item`, and a `Citation` of a text may name the part,
//!   because some providers sign and cite late.
//! - [`Usage`](Event::Usage) may come any number of times; the newest report of a count holds.
//! - [`Finish`](Event::Finish) comes once, and nothing after it.
//! - [`Discarded`](Event::Discarded) takes back everything before it; a new answer follows.
//!
//! [`Accumulator`](crate::Accumulator) refuses any other order with an [`OrderError`] that names it. Parts stand in the
//! message in the order of their [`PartIndex`], whatever the order of their events.

use serde::{Deserialize, Serialize};

use crate::{CallId, Citation, FinishReason, Item, JsonText, Media, Seal, Text, Usage};

/// One thing that happens while a model answers.
///
/// At most 40 bytes: what is big and rare is boxed, and a short text is inline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Event {
    /// The provider has begun to answer.
    Started(Box<Started>),
    /// Words for the user.
    Text {
        /// The part they belong to.
        part: PartIndex,
        /// The words that are new.
        text: Text,
    },
    /// Readable thinking.
    Thinking {
        /// The part it belongs to.
        part: PartIndex,
        /// The words that are new.
        text: Text,
    },
    /// Words by which the model declines.
    Refusal {
        /// The part they belong to.
        part: PartIndex,
        /// The words that are new.
        text: Text,
    },
    /// The model begins to ask for a tool.
    Call {
        /// The part that the call is.
        part: PartIndex,
        /// Its id and name.
        call: Box<CallStart>,
    },
    /// A piece of the arguments of a call.
    Arguments {
        /// The call it belongs to.
        part: PartIndex,
        /// The text that is new.
        text: Text,
    },
    /// What a text rests on.
    Citation {
        /// The text it belongs to.
        part: PartIndex,
        /// The citation.
        citation: Box<Citation>,
    },
    /// A picture or recording, whole.
    Media {
        /// The part that it is.
        part: PartIndex,
        /// The content.
        media: Box<Media>,
    },
    /// Something of the provider's own, whole; it replaces what was said of the part before.
    Item {
        /// The part that it is.
        part: PartIndex,
        /// The thing.
        item: Box<Item>,
    },
    /// What only the provider can read of a part; what it says replaces what was said before.
    Seal {
        /// The part it belongs to.
        part: PartIndex,
        /// The seal.
        seal: Box<Seal>,
    },
    /// A part is complete.
    PartEnd {
        /// The part.
        part: PartIndex,
    },
    /// Token counts so far; a count that is known replaces what was reported before.
    Usage(Usage),
    /// Something was asked for that the model will not do as asked.
    Warning(Box<Warning>),
    /// Something that the wire's decoder does not know, passed on as it came.
    Unknown(Box<Unknown>),
    /// The answer is complete.
    Finish(Finish),
    /// Everything so far is void: the attempt failed, and the next one starts over.
    Discarded {
        /// The attempt that is void, counted from one.
        attempt: u32,
    },
}

impl Event {
    /// Whether a user may have been shown something of it, or the answer is complete with it: after that, the request is
    /// not sent again without a word.
    ///
    /// ```
    /// use windlass_core::{Event, PartIndex, Started};
    ///
    /// assert!(!Event::Started(Box::new(Started::new())).is_output());
    /// assert!(Event::Text { part: PartIndex(0), text: "Rome.".into() }.is_output());
    /// ```
    pub fn is_output(&self) -> bool {
        !matches!(
            self,
            Event::Started(_) | Event::Usage(_) | Event::Warning(_) | Event::Unknown(_)
        )
    }
}

/// A part of an answer, by the place it will have among the parts.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct PartIndex(pub u32);

impl PartIndex {
    /// The place after this one.
    #[must_use]
    pub fn next(self) -> Self {
        PartIndex(self.0.saturating_add(1))
    }
}

/// What the provider says when it begins.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Started {
    /// The provider's id of the answer.
    pub id: Option<Text>,
    /// The model that answers, as the provider names it.
    pub model: Option<Text>,
}

impl Started {
    /// Neither id nor model are known.
    pub fn new() -> Self {
        Started::default()
    }

    /// Sets the provider's id of the answer.
    #[must_use]
    pub fn with_id(mut self, id: impl Into<Text>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// Sets the name of the model that answers.
    #[must_use]
    pub fn with_model(mut self, model: impl Into<Text>) -> Self {
        self.model = Some(model.into());
        self
    }
}

/// The id and the name of a call that begins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CallStart {
    /// By what the outcome will name the call.
    pub id: CallId,
    /// The tool, as the model wrote it.
    pub name: Text,
}

impl CallStart {
    /// A call of `name`.
    pub fn new(id: impl Into<CallId>, name: impl Into<Text>) -> Self {
        CallStart {
            id: id.into(),
            name: name.into(),
        }
    }
}

/// Something was asked for that the model will not do as asked, and the caller allowed that.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Warning {
    /// The option, by its name in [`Options`](crate::Options).
    pub option: Text,
    /// What became of it.
    pub message: Text,
}

impl Warning {
    /// A warning about one option.
    pub fn new(option: impl Into<Text>, message: impl Into<Text>) -> Self {
        Warning {
            option: option.into(),
            message: message.into(),
        }
    }
}

/// Something that the wire's decoder does not know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Unknown {
    /// The provider's name for the kind of thing.
    pub kind: Text,
    /// The whole of it.
    pub json: JsonText,
}

impl Unknown {
    /// Something of this kind.
    pub fn new(kind: impl Into<Text>, json: JsonText) -> Self {
        Unknown {
            kind: kind.into(),
            json,
        }
    }
}

/// Why an answer ended, normalised and in the provider's own word.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Finish {
    /// The reason in one vocabulary for all providers.
    pub reason: FinishReason,
    /// The provider's word for it.
    pub raw: Text,
}

impl Finish {
    /// An end with this reason.
    pub fn new(reason: FinishReason, raw: impl Into<Text>) -> Self {
        Finish {
            reason,
            raw: raw.into(),
        }
    }
}

/// Events in an order that no answer can have. The decoder or the model that sent them is at fault.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("impossible event order: {what}")]
pub struct OrderError {
    what: String,
}

impl OrderError {
    pub(crate) fn new(what: String) -> Self {
        OrderError { what }
    }
}
