//! OpenAI's Chat Completions, the wire that most hosts speak, each a little differently.
//!
//! The fields of [`OpenAiChat`] are what hosts do differently; a host is one constant. Decoding is lenient where hosts
//! differ in what they send, so most fields are about requests.
//!
//! Surprises of this wire:
//!
//! - A chunk may have no choices: the usage comes in one, Azure's and Copilot's first chunk is one (facts 2, 16, 168).
//! - Usage comes after the finish reason, with it, twice, or in `x_groq` (2, 128, 133, 138, 145).
//! - `[DONE]` is missing at some hosts (161, 163), and so is the finish reason at another.
//! - Calls are told apart by index, by id where several share an index, or by position; a call may come whole in one
//!   chunk, without an index (5, 127, 131, 141, 142).
//! - Thinking is `reasoning_content`, `reasoning`, `reasoning_details` or a part of the content (129, 132, 139, 146).
//! - An error may come in the middle: beside the choices, in place of them, or as an event of its own (140, 148).
//! - xAI counts reasoning on top of the output (143).
//! - No order is named between the fields of a message. Parts stand as thinking, content, refusal, media, calls.
//!
//! Further choices of a request for several are no part of the message: they come as
//! [`Event::Unknown`](windlass_core::Event::Unknown) of the kind `choice`. The log of tools that Groq runs comes as one of
//! the kind `executed_tools`.

use windlass_core::{ModelError, Request};

use crate::codec::{Codec, Decoder, Delivery, Encode, WireRequest};
use crate::frame::{Framing, LastEvent, SseOptions};
use crate::wire::names::{self, Form};

mod decode;
mod dialect;
mod encode;
#[cfg(test)]
mod tests;

/// What the wire takes as the name of a tool.
const NAMES: Form = Form::plain("_-").up_to(64);

pub use dialect::{
    CacheMarks, CallIds, Documents, Efforts, EmptyContent, OutputForm, ReasoningCount,
    ReasoningForm, Recordings, StreamEnd, StreamUsage, Takes, ThinkingReplay, ToolSchemas, Turns,
};

/// Chat Completions in the dialect of one host.
///
/// ```
/// use windlass_provider::wire::openai_chat::{OpenAiChat, StreamEnd, ThinkingReplay};
///
/// /// A host that leaves out `[DONE]` and wants its thinking back.
/// const MY_HOST: OpenAiChat = OpenAiChat::new()
///     .with_end(StreamEnd::Reason)
///     .with_max_tokens("max_tokens")
///     .with_thinking(ThinkingReplay::Field("reasoning_content"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenAiChat {
    end: StreamEnd,
    stream_usage: StreamUsage,
    reasoning_count: ReasoningCount,
    system_role: &'static str,
    max_tokens: &'static str,
    reasoning: ReasoningForm,
    efforts: Efforts,
    thinking: ThinkingReplay,
    tool_schemas: ToolSchemas,
    output: OutputForm,
    parallel_calls: Takes,
    required_choice: &'static str,
    seed: Option<&'static str>,
    top_k: Option<&'static str>,
    stop: Takes,
    penalties: Takes,
    user: Option<&'static str>,
    metadata: Takes,
    store: Takes,
    cache: CacheMarks,
    call_ids: CallIds,
    empty_content: EmptyContent,
    turns: Turns,
    images: Takes,
    audio: Recordings,
    video: Takes,
    documents: Documents,
    outcome_images: Takes,
    prefix: Option<&'static str>,
}

impl OpenAiChat {
    /// The dialect of OpenAI itself.
    pub const fn new() -> Self {
        OpenAiChat {
            end: StreamEnd::Done,
            stream_usage: StreamUsage::Asked,
            reasoning_count: ReasoningCount::Within,
            system_role: "system",
            max_tokens: "max_completion_tokens",
            reasoning: ReasoningForm::Effort,
            efforts: Efforts::ALL,
            thinking: ThinkingReplay::Dropped,
            tool_schemas: ToolSchemas::Plain,
            output: OutputForm::Schema,
            parallel_calls: Takes::Yes,
            required_choice: "required",
            seed: Some("seed"),
            top_k: None,
            stop: Takes::Yes,
            penalties: Takes::Yes,
            user: Some("user"),
            metadata: Takes::Yes,
            store: Takes::Yes,
            cache: CacheMarks::Ignored,
            call_ids: CallIds::Any,
            empty_content: EmptyContent::Omitted,
            turns: Turns::Any,
            images: Takes::Yes,
            audio: Recordings::WithFormat,
            video: Takes::No,
            documents: Documents::File,
            outcome_images: Takes::No,
            prefix: None,
        }
    }

    /// Sets by what a stream shows that it is complete.
    #[must_use]
    pub const fn with_end(mut self, end: StreamEnd) -> Self {
        self.end = end;
        self
    }

    /// Sets whether the host is asked to report the tokens of a stream.
    #[must_use]
    pub const fn with_stream_usage(mut self, stream_usage: StreamUsage) -> Self {
        self.stream_usage = stream_usage;
        self
    }

    /// Sets how the host counts the tokens of reasoning.
    #[must_use]
    pub const fn with_reasoning_count(mut self, reasoning_count: ReasoningCount) -> Self {
        self.reasoning_count = reasoning_count;
        self
    }

    /// Sets the role of instructions: `system` or `developer`.
    #[must_use]
    pub const fn with_system_role(mut self, system_role: &'static str) -> Self {
        self.system_role = system_role;
        self
    }

    /// Sets the member that limits the output.
    #[must_use]
    pub const fn with_max_tokens(mut self, max_tokens: &'static str) -> Self {
        self.max_tokens = max_tokens;
        self
    }

    /// Sets how the host is told to reason.
    #[must_use]
    pub const fn with_reasoning(mut self, reasoning: ReasoningForm) -> Self {
        self.reasoning = reasoning;
        self
    }

    /// Sets the host's words for efforts.
    #[must_use]
    pub const fn with_efforts(mut self, efforts: Efforts) -> Self {
        self.efforts = efforts;
        self
    }

    /// Sets how thinking is sent back.
    #[must_use]
    pub const fn with_thinking(mut self, thinking: ThinkingReplay) -> Self {
        self.thinking = thinking;
        self
    }

    /// Sets in what mode the host reads the schemas of tools.
    #[must_use]
    pub const fn with_tool_schemas(mut self, tool_schemas: ToolSchemas) -> Self {
        self.tool_schemas = tool_schemas;
        self
    }

    /// Sets how the host is told the shape of its answer.
    #[must_use]
    pub const fn with_output(mut self, output: OutputForm) -> Self {
        self.output = output;
        self
    }

    /// Sets whether the host takes `parallel_tool_calls`.
    #[must_use]
    pub const fn with_parallel_calls(mut self, parallel_calls: Takes) -> Self {
        self.parallel_calls = parallel_calls;
        self
    }

    /// Sets the word for a tool choice that leaves the tool open but not the call.
    #[must_use]
    pub const fn with_required_choice(mut self, required_choice: &'static str) -> Self {
        self.required_choice = required_choice;
        self
    }

    /// Sets the member for the seed.
    #[must_use]
    pub const fn with_seed(mut self, seed: Option<&'static str>) -> Self {
        self.seed = seed;
        self
    }

    /// Sets the member for the number of likeliest words.
    #[must_use]
    pub const fn with_top_k(mut self, top_k: Option<&'static str>) -> Self {
        self.top_k = top_k;
        self
    }

    /// Sets whether the host takes texts that end the answer.
    #[must_use]
    pub const fn with_stop(mut self, stop: Takes) -> Self {
        self.stop = stop;
        self
    }

    /// Sets whether the host takes penalties.
    #[must_use]
    pub const fn with_penalties(mut self, penalties: Takes) -> Self {
        self.penalties = penalties;
        self
    }

    /// Sets the member for the id of the end user.
    #[must_use]
    pub const fn with_user(mut self, user: Option<&'static str>) -> Self {
        self.user = user;
        self
    }

    /// Sets whether the host takes labels.
    #[must_use]
    pub const fn with_metadata(mut self, metadata: Takes) -> Self {
        self.metadata = metadata;
        self
    }

    /// Sets whether the host can be told to store nothing.
    #[must_use]
    pub const fn with_store(mut self, store: Takes) -> Self {
        self.store = store;
        self
    }

    /// Sets whether the host caches what is marked.
    #[must_use]
    pub const fn with_cache(mut self, cache: CacheMarks) -> Self {
        self.cache = cache;
        self
    }

    /// Sets what ids of calls the host takes.
    #[must_use]
    pub const fn with_call_ids(mut self, call_ids: CallIds) -> Self {
        self.call_ids = call_ids;
        self
    }

    /// Sets what stands for the content of an answer of nothing but calls.
    #[must_use]
    pub const fn with_empty_content(mut self, empty_content: EmptyContent) -> Self {
        self.empty_content = empty_content;
        self
    }

    /// Sets in what order the host takes messages.
    #[must_use]
    pub const fn with_turns(mut self, turns: Turns) -> Self {
        self.turns = turns;
        self
    }

    /// Sets whether the host takes pictures.
    #[must_use]
    pub const fn with_images(mut self, images: Takes) -> Self {
        self.images = images;
        self
    }

    /// Sets in what form the host takes recordings.
    #[must_use]
    pub const fn with_audio(mut self, audio: Recordings) -> Self {
        self.audio = audio;
        self
    }

    /// Sets whether the host takes films.
    #[must_use]
    pub const fn with_video(mut self, video: Takes) -> Self {
        self.video = video;
        self
    }

    /// Sets in what form the host takes documents.
    #[must_use]
    pub const fn with_documents(mut self, documents: Documents) -> Self {
        self.documents = documents;
        self
    }

    /// Sets whether outcomes may hold pictures; they are described otherwise.
    #[must_use]
    pub const fn with_outcome_images(mut self, outcome_images: Takes) -> Self {
        self.outcome_images = outcome_images;
        self
    }

    /// Sets the member that marks a last message of the assistant as the beginning of the answer.
    #[must_use]
    pub const fn with_prefix(mut self, prefix: Option<&'static str>) -> Self {
        self.prefix = prefix;
        self
    }
}

impl Default for OpenAiChat {
    fn default() -> Self {
        OpenAiChat::new()
    }
}

impl Codec for OpenAiChat {
    fn encode(&self, call: &Encode<'_>) -> Result<WireRequest, ModelError> {
        encode::encode(self, call)
    }

    fn decoder(&self, request: &Request, delivery: Delivery) -> Box<dyn Decoder> {
        let decoder = decode::ChatDecoder::new(self, request, delivery);
        names::restore(Box::new(decoder), request, NAMES)
    }

    /// The media type decides, because hosts answer a request for a stream with a plain body when it fails.
    fn framing(&self, content_type: &str, delivery: Delivery) -> Framing {
        let is = |name: &str| content_type.trim_start().starts_with(name);
        match delivery {
            _ if is("application/json") => Framing::Json,
            Delivery::Whole if !is("text/event-stream") => Framing::Json,
            // Some hosts leave out the last blank line; a last event that was cut does not decode.
            _ => Framing::Sse(SseOptions::new().last_event(LastEvent::Dispatch)),
        }
    }
}
