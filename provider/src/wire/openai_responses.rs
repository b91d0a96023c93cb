//! OpenAI's Responses API, and the hosts that speak it.
//!
//! An answer is a list of items: messages, reasoning, function calls, and whatever tools the provider runs itself. A
//! request sends such a list, the items of earlier answers among them.
//!
//! | item | here |
//! |---|---|
//! | `message` | one text or refusal for each of its parts; the parts of one item share [`Seal::id`](windlass_core::Seal) |
//! | `reasoning` | one thinking part: the summaries, or the open reasoning, joined by blank lines |
//! | `function_call` | a call named by its `call_id`; the item's own id is in the seal (fact 22) |
//! | all else | an [`Item`](windlass_core::Item), letter for letter: `web_search_call`, `mcp_call`, `custom_tool_call`… |
//!
//! What else an item holds (`status`, `phase`, `namespace`, the summary as it was cut) is kept in the seal and sent back.
//!
//! # What the wire surprises with
//!
//! - Everything comes up to four times: as deltas, whole, in the item, in the response (fact 23). The deltas count; the
//!   rest fills what they left out. Some hosts send no deltas, some end with an empty `output` (fact 34).
//! - Only `encrypted_content` counts from the last event: it may differ from that of the item's own event.
//! - GitHub Copilot gives an item another id at every event: items go by their `output_index` (fact 41).
//! - OpenRouter and others leave out the `event:` lines; OpenRouter ends with `[DONE]` (fact 42). The end of an answer is
//!   `response.completed`, `response.incomplete` or `response.failed` (fact 20), and nothing else.
//! - A reasoning item may be empty (fact 27) and must be sent back all the same, before the call that followed it
//!   (fact 25).
//! - mistral.rs puts the reasoning beside the output; it is passed on as an unknown event.
//!
//! # Requests
//!
//! [`Request::instructions`](windlass_core::Request::instructions) becomes the member `instructions`, blocks joined by
//! blank lines: it stands before the input, so a longer conversation extends the body, and it is sent with every request,
//! because the provider does not keep it with a stored answer. A [`System`](windlass_core::System) message becomes an
//! input item in its place.

mod decode;
mod encode;
#[cfg(test)]
mod tests;

use windlass_core::{Continuation, ModelError, Request};

use crate::codec::{Codec, Decoder, Delivery, Encode, WireRequest};
use crate::frame::{Framing, SseOptions};
use crate::wire::names::{self, Form};

/// What the wire takes as the id of a call, and as the name of a tool.
const IDS: Form = Form::ANY.up_to(64);
const NAMES: Form = Form::plain("_-").up_to(64);

/// The Responses API in the dialect of one host; [`new`](OpenAiResponses::new) is OpenAI's own.
///
/// ```
/// use windlass_provider::wire::openai_responses::{Feature, OpenAiResponses, UserMember};
///
/// const XAI: OpenAiResponses = OpenAiResponses::new().with_user_member(UserMember::User);
/// const LM_STUDIO: OpenAiResponses = OpenAiResponses::new()
///     .with_system_role("system")
///     .without(Feature::EncryptedReasoning)
///     .without(Feature::StrictTools);
/// assert!(XAI.has(Feature::EncryptedReasoning));
/// assert!(!LM_STUDIO.has(Feature::EncryptedReasoning));
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct OpenAiResponses {
    /// What follows the base URL.
    pub path: &'static str,
    /// The role of instructions within the conversation: `developer` or `system`.
    pub system_role: &'static str,
    /// The member that carries the id of the end user.
    pub user_member: UserMember,
    /// The host's words for how hard the model thinks.
    pub efforts: Efforts,
    /// What kind of summary of the reasoning is asked for (`auto`, `concise`, `detailed`), if any.
    pub summary: Option<&'static str>,
    /// What holds where a request does not say whether answers are stored; `None` leaves it to the host.
    pub continuation: Option<Continuation>,
    /// How the host writes its event stream.
    pub sse: SseOptions,
    features: u16,
}

/// Something that some hosts of this wire have and others do not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Feature {
    /// `store` says whether the host keeps the answer.
    Store,
    /// `previous_response_id` continues a stored answer.
    PreviousResponse,
    /// `include` asks for encrypted reasoning, which a host that stores nothing needs back.
    EncryptedReasoning,
    /// Items are sent back with their ids. GitHub Copilot does not know its own ids again.
    ItemIds,
    /// Tools and output schemas may be strict.
    StrictTools,
    /// The outcome of a call may hold pictures and files.
    OutcomeMedia,
    /// A message may hold recordings.
    Audio,
    /// `max_output_tokens` limits the answer.
    MaxOutputTokens,
    /// `temperature` and `top_p` are taken.
    Sampling,
    /// `metadata` labels the request.
    Metadata,
    /// `prompt_cache_retention` keeps a prompt cached for longer.
    CacheRetention,
}

/// The member of a request that carries the id of the end user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum UserMember {
    /// `safety_identifier`, as OpenAI has it now.
    SafetyIdentifier,
    /// `user`, as OpenAI had it before and other hosts have it.
    User,
    /// There is none.
    Missing,
}

/// The words of `reasoning.effort`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(
    clippy::exhaustive_structs,
    reason = "one word for each effort; written as a literal by hosts"
)]
pub struct Efforts {
    /// Not at all.
    pub off: &'static str,
    /// As little as it can.
    pub minimal: &'static str,
    /// A little.
    pub low: &'static str,
    /// As it does by default.
    pub medium: &'static str,
    /// A lot.
    pub high: &'static str,
    /// As much as it can.
    pub max: &'static str,
}

impl Efforts {
    /// OpenAI's words.
    pub const OPENAI: Efforts = Efforts {
        off: "none",
        minimal: "minimal",
        low: "low",
        medium: "medium",
        high: "high",
        max: "xhigh",
    };
}

impl OpenAiResponses {
    /// OpenAI's own dialect: nothing is stored unless a request says so, and reasoning comes encrypted.
    pub const fn new() -> Self {
        OpenAiResponses {
            path: "/responses",
            system_role: "developer",
            user_member: UserMember::SafetyIdentifier,
            efforts: Efforts::OPENAI,
            summary: None,
            continuation: Some(Continuation::Stateless),
            sse: SseOptions::new(),
            features: u16::MAX,
        }
        .without(Feature::Audio)
    }

    /// Sets what follows the base URL.
    #[must_use]
    pub const fn with_path(mut self, path: &'static str) -> Self {
        self.path = path;
        self
    }

    /// Sets the role of instructions within the conversation.
    #[must_use]
    pub const fn with_system_role(mut self, role: &'static str) -> Self {
        self.system_role = role;
        self
    }

    /// Sets the member that carries the id of the end user.
    #[must_use]
    pub const fn with_user_member(mut self, member: UserMember) -> Self {
        self.user_member = member;
        self
    }

    /// Sets the host's words for how hard the model thinks.
    #[must_use]
    pub const fn with_efforts(mut self, efforts: Efforts) -> Self {
        self.efforts = efforts;
        self
    }

    /// Asks for a summary of the reasoning wherever a request asks for reasoning.
    #[must_use]
    pub const fn with_summary(mut self, summary: Option<&'static str>) -> Self {
        self.summary = summary;
        self
    }

    /// Sets what holds where a request does not say whether answers are stored.
    #[must_use]
    pub const fn with_continuation(mut self, continuation: Option<Continuation>) -> Self {
        self.continuation = continuation;
        self
    }

    /// Sets how the host writes its event stream.
    #[must_use]
    pub const fn with_sse(mut self, sse: SseOptions) -> Self {
        self.sse = sse;
        self
    }

    /// Says that the host has this.
    #[must_use]
    pub const fn with(mut self, feature: Feature) -> Self {
        self.features |= 1 << feature as u16;
        self
    }

    /// Says that the host does not have this.
    #[must_use]
    pub const fn without(mut self, feature: Feature) -> Self {
        self.features &= !(1 << feature as u16);
        self
    }

    /// Whether the host has this.
    pub const fn has(&self, feature: Feature) -> bool {
        self.features & (1 << feature as u16) != 0
    }
}

impl Default for OpenAiResponses {
    fn default() -> Self {
        OpenAiResponses::new()
    }
}

impl Codec for OpenAiResponses {
    fn encode(&self, call: &Encode<'_>) -> Result<WireRequest, ModelError> {
        encode::encode(self, call)
    }

    fn decoder(&self, request: &Request, delivery: Delivery) -> Box<dyn Decoder> {
        let first_call_number = request.conversation.next_call_number();
        let decoder = decode::ResponsesDecoder::new(first_call_number, delivery);
        names::restore(Box::new(decoder), request, NAMES)
    }

    /// By the media type, because some hosts stream what was asked for whole and the other way round.
    fn framing(&self, content_type: &str, delivery: Delivery) -> Framing {
        let is = |name| content_type.to_ascii_lowercase().contains(name);
        if is("event-stream") {
            Framing::Sse(self.sse)
        } else if is("json") || delivery == Delivery::Whole {
            Framing::Json
        } else {
            Framing::Sse(self.sse)
        }
    }
}
