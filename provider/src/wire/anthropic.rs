//! Anthropic Messages: content blocks, told apart by their index, in events that each name their type.
//!
//! The same protocol is spoken by Anthropic itself, by Azure AI Foundry, by Vertex AI and by Bedrock's InvokeModel; where
//! they differ is a field of [`Anthropic`].
//!
//! # Surprises
//!
//! - `max_tokens` is required. What is not asked for is the model's limit, else [`Anthropic::with_default_max_tokens`].
//! - Input counts exclude what a cache gave or took. The counts of `message_delta` replace those of `message_start`;
//!   with `iterations` the top counts already leave out compaction and advisors, so nothing is added up.
//! - A tool without arguments streams an empty text, and its block begins with `"input":{}`: the arguments are `{}` then,
//!   as in a whole answer.
//! - `message_start` can come twice; the first holds. A relayed stream may add `[DONE]` after the end.
//! - A stop without [`FinishReason::Stop`](windlass_core::FinishReason): `pause_turn` and `compaction` are pauses, and
//!   `model_context_window_exceeded` is a cut.
//! - Blocks of kinds that this version does not know are kept whole, as [`Item`](windlass_core::Item)s, and sent back.
//! - An answer may name a `container` that later requests must name. It is kept in the seal of the answer's last text,
//!   thinking or call, and put into the next request that has hosted tools.
//! - A call whose arguments are no JSON object is sent back as `{"INVALID_JSON": "…"}`, as Anthropic advises.
//!
//! # Example: a host of one's own
//!
//! ```
//! use windlass_provider::codec::Codec;
//! use windlass_provider::wire::anthropic::{Anthropic, Endpoint};
//!
//! static GATEWAY: Anthropic = Anthropic::new()
//!     .with_endpoint(Endpoint::Messages("/anthropic/messages"))
//!     .with_default_max_tokens(2048);
//! let codec: &'static dyn Codec = &GATEWAY;
//! # let _ = codec;
//! ```

mod count;
mod decode;
mod encode;

use windlass_core::{ModelError, Request};

use crate::codec::{Codec, Decoder, Delivery, Encode, WireRequest};
use crate::frame::{Framing, SseOptions};
use crate::wire::names::{self, Form};
use decode::MessagesDecoder;

#[cfg(test)]
mod tests;

/// What the wire takes as the id of a call, and as the name of a tool.
const IDS: Form = Form::plain("_-");
const NAMES: Form = Form::plain("_-").up_to(128);

/// Anthropic Messages in the dialect of one host.
///
/// ```
/// use windlass_provider::wire::anthropic::{Anthropic, Endpoint};
///
/// const VERTEX: Anthropic = Anthropic::new()
///     .with_endpoint(Endpoint::Vertex)
///     .with_version("vertex-2023-10-16");
/// # let _ = VERTEX;
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Anthropic {
    pub(super) endpoint: Endpoint,
    pub(super) version: &'static str,
    pub(super) betas: &'static [&'static str],
    pub(super) default_max_tokens: u64,
    pub(super) thinking: ThinkingModels,
    pub(super) output: OutputStyle,
    pub(super) system: SystemPlace,
    pub(super) first: FirstMessage,
    pub(super) hour_cache: bool,
}

impl Anthropic {
    /// Anthropic's own dialect.
    pub const fn new() -> Self {
        Anthropic {
            endpoint: Endpoint::Messages("/v1/messages"),
            version: "2023-06-01",
            betas: &[],
            default_max_tokens: 4096,
            thinking: ThinkingModels::KNOWN,
            output: OutputStyle::Config,
            system: SystemPlace::Hoisted,
            first: FirstMessage::Any,
            hour_cache: true,
        }
    }

    /// Sets where requests go, and with it where the model is named.
    #[must_use]
    pub const fn with_endpoint(mut self, endpoint: Endpoint) -> Self {
        self.endpoint = endpoint;
        self
    }

    /// Sets the version of the protocol: the header `anthropic-version`, or the member `anthropic_version` where the model
    /// is named in the path.
    #[must_use]
    pub const fn with_version(mut self, version: &'static str) -> Self {
        self.version = version;
        self
    }

    /// Sets the betas that every request asks for, `files-api-2025-04-14` for instance, which files of the provider's
    /// store need. A header `anthropic-beta` of the request's options takes their place.
    #[must_use]
    pub const fn with_betas(mut self, betas: &'static [&'static str]) -> Self {
        self.betas = betas;
        self
    }

    /// Sets the limit on output tokens where neither the request nor the model's profile has one.
    #[must_use]
    pub const fn with_default_max_tokens(mut self, tokens: u64) -> Self {
        self.default_max_tokens = tokens;
        self
    }

    /// Sets which models think by a budget, and which by a word.
    #[must_use]
    pub const fn with_thinking(mut self, models: ThinkingModels) -> Self {
        self.thinking = models;
        self
    }

    /// Sets how a schema for the answer is asked for.
    #[must_use]
    pub const fn with_output(mut self, output: OutputStyle) -> Self {
        self.output = output;
        self
    }

    /// Sets where the system messages of a conversation go.
    #[must_use]
    pub const fn with_system(mut self, place: SystemPlace) -> Self {
        self.system = place;
        self
    }

    /// Sets whether a conversation must begin with the user.
    #[must_use]
    pub const fn with_first(mut self, first: FirstMessage) -> Self {
        self.first = first;
        self
    }

    /// Says that the host caches for five minutes and no longer.
    #[must_use]
    pub const fn without_hour_cache(mut self) -> Self {
        self.hour_cache = false;
        self
    }
}

impl Default for Anthropic {
    fn default() -> Self {
        Anthropic::new()
    }
}

impl Codec for Anthropic {
    fn encode(&self, call: &Encode<'_>) -> Result<WireRequest, ModelError> {
        encode::encode(self, call)
    }

    fn decoder(&self, request: &Request, delivery: Delivery) -> Box<dyn Decoder> {
        let first_number = request.conversation.next_call_number();
        let decoder = MessagesDecoder::new(first_number, delivery);
        names::restore(Box::new(decoder), request, NAMES)
    }

    fn framing(&self, content_type: &str, delivery: Delivery) -> Framing {
        let is = |media_type: &str| content_type.contains(media_type);
        match (delivery, self.endpoint) {
            _ if is("text/event-stream") => Framing::Sse(SseOptions::new()),
            #[cfg(feature = "bedrock")]
            _ if is("vnd.amazon.eventstream") => Framing::AwsEventStream,
            _ if is("json") => Framing::Json,
            (Delivery::Whole, _) => Framing::Json,
            #[cfg(feature = "bedrock")]
            (Delivery::Streamed, Endpoint::BedrockInvoke) => Framing::AwsEventStream,
            (Delivery::Streamed, _) => Framing::Sse(SseOptions::new()),
        }
    }
}

/// Where requests go, and with it where the model is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Endpoint {
    /// To this path; the model is named in the body.
    Messages(&'static str),
    /// To `/models/{model}:rawPredict` or `:streamRawPredict`, as Vertex AI has it.
    Vertex,
    /// To `/model/{model}/invoke` or `/invoke-with-response-stream`, as Bedrock has it. Streams come in AWS frames, each
    /// event in base64.
    #[cfg(feature = "bedrock")]
    BedrockInvoke,
}

impl Endpoint {
    fn is_bedrock(self) -> bool {
        match self {
            #[cfg(feature = "bedrock")]
            Endpoint::BedrockInvoke => true,
            Endpoint::Messages(_) | Endpoint::Vertex => false,
        }
    }
}

/// Which models think by a budget of tokens, and which by a word: models whose names contain one of these.
///
/// A model that takes both gets what the request says; a model that is in neither list gets the word.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct ThinkingModels {
    /// These take a budget (`thinking.budget_tokens`).
    pub by_budget: &'static [&'static str],
    /// These take a word (`output_config.effort`) although they also take a budget.
    pub by_both: &'static [&'static str],
}

impl ThinkingModels {
    /// What is known of Anthropic's models. Newer ones only take a word.
    pub const KNOWN: Self = ThinkingModels {
        by_budget: &[
            "claude-3",
            "claude-sonnet-4-0",
            "claude-sonnet-4-2",
            "claude-sonnet-4@",
            "claude-sonnet-4-5",
            "claude-opus-4-0",
            "claude-opus-4-1",
            "claude-opus-4-2",
            "claude-opus-4@",
            "claude-opus-4-5",
            "claude-haiku-4-5",
        ],
        by_both: &["claude-sonnet-4-6", "claude-opus-4-6"],
    };

    /// Models with names like these take a budget, those of `by_both` also a word, all others only a word.
    pub const fn new(by_budget: &'static [&'static str], by_both: &'static [&'static str]) -> Self {
        ThinkingModels { by_budget, by_both }
    }
}

/// How a schema for the answer is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OutputStyle {
    /// By `output_config.format`.
    Config,
    /// By `output_format`, which the beta `structured-outputs-2025-11-13` had.
    Format,
    /// Not at all.
    Unsupported,
}

/// Where the system messages of a conversation go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SystemPlace {
    /// After the instructions, in order; all models take that.
    Hoisted,
    /// Where they stand, with the role `system`, which the newest models take.
    Inline,
}

/// Whether a conversation must begin with the user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FirstMessage {
    /// It may begin with an answer.
    Any,
    /// It must begin with the user; other conversations are refused before they are sent.
    User,
}
