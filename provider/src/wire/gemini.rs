//! Gemini's `generateContent`, as the Gemini API and Vertex AI speak it.
//!
//! The base URL of Vertex AI holds project, location and publisher; all else is the same but for the fields of
//! [`Gemini`]. The Interactions API is another protocol, with its own events, and not spoken here.
//!
//! # Surprises
//!
//! The numbers are those of the facts that recordings of the wire show.
//!
//! - A stream has no terminal event: it ends, and only a finish reason tells a whole answer from a cut one (76). Text can
//!   follow a first finish reason (88), so the decoder reads to the end of the body.
//! - Calls mostly have no id and are matched by name and order (78); an id that the model gave is sent back (79).
//! - A call ends an answer with `STOP` like any other (80).
//! - A signature sits on one part and must be sent back on exactly this part: on the first of parallel calls (82), on a
//!   text, also an empty one at the end (83). A part with a signature is therefore never joined with its neighbours, and
//!   what signs a picture is an item after it.
//! - A blocked prompt is an answer without candidates (86): it ends [`Filtered`](windlass_core::FinishReason::Filtered).
//! - Arguments can be streamed value by value, each with its path (99).
//! - A model of the third generation refuses a call of the current turn without a signature. Calls that another provider
//!   made are sent with [`Gemini::foreign_signature`].

mod decode;
mod encode;
mod shape;
#[cfg(test)]
mod tests;

use windlass_core::{ModelError, Request, Text};

use crate::codec::{Codec, Decoder, Delivery, Encode, WireRequest};
use crate::frame::{Framing, LastEvent, SseOptions};
use crate::wire::names::{self, Form};
use decode::GeminiDecoder;

/// What the wire takes as the name of a tool, in declarations and calls alike.
const NAMES: Form = Form::plain("_-").up_to(64).with_letter_first();

/// The protocol of Gemini, in the dialect of one host.
///
/// ```
/// use windlass_provider::wire::gemini::{Gemini, Labels};
///
/// static VERTEX: Gemini = Gemini::new().with_labels(Labels::Sent);
/// assert_eq!(VERTEX.labels, Labels::Sent);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Gemini {
    /// In which member schemas are sent.
    pub schemas: Schemas,
    /// How an effort to think is put.
    pub thinking: ThinkingControl,
    /// Whether the readable thoughts are asked for when thinking is set.
    pub thoughts: Thoughts,
    /// Where the pictures and files of an outcome are sent.
    pub outcome_media: OutcomeMedia,
    /// Whether the ids of calls are sent back.
    pub call_ids: CallIds,
    /// Whether the host stores labels with a request.
    pub labels: Labels,
    /// What stands for the signature of a call that another provider's model made; empty where the host takes calls
    /// without one.
    pub foreign_signature: &'static str,
}

/// In which member schemas are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Schemas {
    /// As `parameters` and `responseSchema`, in a subset of OpenAPI 3.0: every model takes them.
    OpenApi,
    /// As `parametersJsonSchema` and `responseJsonSchema`, JSON Schema as it is.
    JsonSchema,
}

/// How an effort to think is put.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ThinkingControl {
    /// As `thinkingBudget`, a number of tokens: every model that thinks takes it.
    Budget,
    /// As `thinkingLevel`, a word, which models of the third generation prefer and older ones refuse.
    Level,
}

/// Whether the readable thoughts are asked for when thinking is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Thoughts {
    /// They are.
    Included,
    /// They are not.
    Hidden,
}

/// Where the pictures and files of an outcome are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OutcomeMedia {
    /// After all outcomes of the turn, each behind a line that says whose it is: every model takes it.
    After,
    /// In the outcome itself, which models of the third generation take.
    Inside,
}

/// Whether the ids of calls are sent back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CallIds {
    /// They are, but for those that were made up here because the model gave none.
    Sent,
    /// They are not: the host does not know the member.
    Omitted,
}

/// Whether the host stores labels with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Labels {
    /// It does, as Vertex AI.
    Sent,
    /// It does not, as the Gemini API.
    Unknown,
}

impl Gemini {
    /// The dialect of the Gemini API, in the form that every model takes.
    pub const fn new() -> Self {
        Gemini {
            schemas: Schemas::OpenApi,
            thinking: ThinkingControl::Budget,
            thoughts: Thoughts::Included,
            outcome_media: OutcomeMedia::After,
            call_ids: CallIds::Sent,
            labels: Labels::Unknown,
            foreign_signature: "skip_thought_signature_validator",
        }
    }

    /// Sets in which member schemas are sent.
    #[must_use]
    pub const fn with_schemas(mut self, schemas: Schemas) -> Self {
        self.schemas = schemas;
        self
    }

    /// Sets how an effort to think is put.
    #[must_use]
    pub const fn with_thinking(mut self, thinking: ThinkingControl) -> Self {
        self.thinking = thinking;
        self
    }

    /// Sets whether readable thoughts are asked for.
    #[must_use]
    pub const fn with_thoughts(mut self, thoughts: Thoughts) -> Self {
        self.thoughts = thoughts;
        self
    }

    /// Sets where the pictures and files of an outcome are sent.
    #[must_use]
    pub const fn with_outcome_media(mut self, place: OutcomeMedia) -> Self {
        self.outcome_media = place;
        self
    }

    /// Sets whether the ids of calls are sent back.
    #[must_use]
    pub const fn with_call_ids(mut self, ids: CallIds) -> Self {
        self.call_ids = ids;
        self
    }

    /// Sets whether the host stores labels.
    #[must_use]
    pub const fn with_labels(mut self, labels: Labels) -> Self {
        self.labels = labels;
        self
    }

    /// Sets what stands for the signature of another provider's call.
    #[must_use]
    pub const fn with_foreign_signature(mut self, signature: &'static str) -> Self {
        self.foreign_signature = signature;
        self
    }
}

impl Default for Gemini {
    fn default() -> Self {
        Gemini::new()
    }
}

impl Codec for Gemini {
    fn encode(&self, call: &Encode<'_>) -> Result<WireRequest, ModelError> {
        encode::encode(self, call)
    }

    fn decoder(&self, request: &Request, delivery: Delivery) -> Box<dyn Decoder> {
        let decoder = GeminiDecoder::new(request, delivery);
        names::restore(Box::new(decoder), request, NAMES)
    }

    /// A stream without `alt=sse` is one JSON array, and an error can be one too (77).
    fn framing(&self, content_type: &str, delivery: Delivery) -> Framing {
        let media_type = content_type.split(';').next().unwrap_or_default().trim();
        if delivery == Delivery::Whole || media_type.ends_with("json") {
            return Framing::JsonArray;
        }
        Framing::Sse(SseOptions::new().last_event(LastEvent::Dispatch))
    }
}

/// The path of a request for an answer of `model`, which is a name or a resource (`tunedModels/mine`).
fn path(model: &Text, delivery: Delivery) -> String {
    let mut path = String::from(if model.contains('/') { "/" } else { "/models/" });
    for byte in model.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'@' | b'/' => {
                path.push(char::from(byte));
            }
            _ => path.push_str(&format!("%{byte:02X}")),
        }
    }
    path.push_str(match delivery {
        Delivery::Streamed => ":streamGenerateContent?alt=sse",
        Delivery::Whole => ":generateContent",
    });
    path
}
