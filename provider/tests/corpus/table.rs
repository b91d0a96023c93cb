//! Which codec reads which folder: one line a host.

use serde_json::Value;
use windlass_core::{ModelError, Request};
use windlass_provider::codec::Codec;
use windlass_provider::embed::{self, EmbedCodec};
use windlass_provider::host::Host;
use windlass_provider::hosts;
use windlass_provider::wire::anthropic::{Anthropic, Endpoint};
use windlass_provider::wire::openai_chat::{OpenAiChat, Recordings, StreamEnd, ThinkingReplay};
use windlass_provider::wire::openai_responses::{Feature, OpenAiResponses};

use super::parse;

/// What the exchanges in a folder are.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Row {
    /// Answers of a model.
    Chat(Wire),
    /// Answers of a model, among which some on Chat Completions lie.
    Mixed(Wire, Wire),
    /// Answers of models of which this codec reads those with this in their name.
    Named(&'static str, Wire),
    /// Vectors.
    Embeddings(&'static dyn EmbedCodec),
    /// Counts of the tokens of a request.
    Count(fn(&[u8]) -> Result<u64, ModelError>),
    /// Something that no codec speaks; its errors are classified like all others.
    Other(&'static str),
}

/// Reads a recorded request, or names what ours cannot say.
pub(crate) type Parse = fn(&Value) -> Result<Request, String>;

/// A host's dialect of a protocol.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wire {
    pub(crate) provider: &'static str,
    pub(crate) codec: &'static dyn Codec,
    /// Reads a recorded request; `None` where none is read.
    pub(crate) parse: Option<Parse>,
    /// Writes it again: the codec above, or its dialect that adds nothing of its own to what is asked.
    pub(crate) writer: &'static dyn Codec,
    pub(crate) family: Family,
}

/// A protocol, as far as the comparison with another client goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    Chat,
    Responses,
    Anthropic,
    Gemini,
    Bedrock,
    Cohere,
    Mistral,
    Ollama,
}

/// The row of a folder.
pub(crate) fn row(folder: &str) -> Option<Row> {
    ROWS.iter()
        .find(|(name, _)| *name == folder)
        .map(|(_, row)| *row)
}

/// OpenAI's models on Bedrock, and Mistral's, which hear.
const MANTLE: Wire = Wire {
    provider: "bedrock-mantle",
    writer: &hosts::COMPATIBLE_DIALECT.with_audio(Recordings::WithFormat),
    ..chat(&hosts::COMPATIBLE)
};

/// A host that is no constant of the crate, on Responses as OpenAI has it.
const RESPONSES: Wire = Wire {
    provider: "compatible",
    codec: &OpenAiResponses::new().with_continuation(None),
    ..responses(&hosts::OPENAI_RESPONSES)
};

const INVOKE_CODEC: Anthropic = Anthropic::new()
    .with_endpoint(Endpoint::BedrockInvoke)
    .with_version("bedrock-2023-05-31");

const SNOWFLAKE_CODEC: OpenAiChat = OpenAiChat::new()
    .with_end(StreamEnd::DoneAlone)
    .with_thinking(ThinkingReplay::Details);

const VERCEL_CODEC: OpenAiChat = OpenAiChat::new().with_thinking(ThinkingReplay::Details);

/// Claude on Bedrock, in Anthropic's own form.
const INVOKE: Wire = Wire {
    provider: "bedrock",
    codec: &INVOKE_CODEC,
    writer: &INVOKE_CODEC,
    ..anthropic(&hosts::ANTHROPIC)
};

/// Ends its streams without a finish reason.
const SNOWFLAKE: Wire = Wire {
    provider: "snowflake",
    codec: &SNOWFLAKE_CODEC,
    writer: &SNOWFLAKE_CODEC,
    ..chat(&hosts::COMPATIBLE)
};

const VERCEL: Wire = Wire {
    provider: "vercel",
    codec: &VERCEL_CODEC,
    writer: &VERCEL_CODEC,
    ..chat(&hosts::COMPATIBLE)
};

const fn chat(host: &'static Host) -> Wire {
    wire(host, parse::openai_chat::parse, Family::Chat)
}

const fn mistral(host: &'static Host) -> Wire {
    wire(host, parse::openai_chat::parse, Family::Mistral)
}

const PLAIN_RESPONSES: OpenAiResponses = OpenAiResponses::new()
    .with_continuation(None)
    .without(Feature::StrictTools);

const fn responses(host: &'static Host) -> Wire {
    Wire {
        writer: &PLAIN_RESPONSES,
        ..wire(host, parse::openai_responses::parse, Family::Responses)
    }
}

const fn anthropic(host: &'static Host) -> Wire {
    wire(host, parse::anthropic::parse, Family::Anthropic)
}

const fn gemini(host: &'static Host) -> Wire {
    wire(host, parse::gemini::parse, Family::Gemini)
}

const fn bedrock(host: &'static Host) -> Wire {
    wire(host, parse::bedrock::parse, Family::Bedrock)
}

const fn cohere(host: &'static Host) -> Wire {
    wire(host, parse::cohere::parse, Family::Cohere)
}

const fn ollama(host: &'static Host) -> Wire {
    wire(host, parse::ollama::parse, Family::Ollama)
}

const fn wire(host: &'static Host, parse: Parse, family: Family) -> Wire {
    Wire {
        provider: host.name,
        codec: host.codec,
        writer: host.codec,
        parse: Some(parse),
        family,
    }
}

const ROWS: &[(&str, Row)] = &[
    ("alibaba", Row::Chat(chat(&hosts::DASHSCOPE))),
    (
        "anthropic-count-tokens",
        Row::Count(Anthropic::decode_count),
    ),
    (
        "anthropic-messages",
        Row::Chat(anthropic(&hosts::ANTHROPIC)),
    ),
    ("azure-anthropic", Row::Chat(anthropic(&hosts::ANTHROPIC))),
    ("azure-openai-chat", Row::Chat(chat(&hosts::AZURE_OPENAI))),
    (
        "azure-openai-embeddings",
        Row::Embeddings(&embed::OpenAi::new()),
    ),
    (
        "azure-openai-responses",
        Row::Mixed(
            responses(&hosts::AZURE_OPENAI_RESPONSES),
            chat(&hosts::AZURE_OPENAI),
        ),
    ),
    ("bedrock-converse", Row::Chat(bedrock(&hosts::BEDROCK))),
    ("bedrock-invoke", Row::Named("claude", INVOKE)),
    ("bedrock-mantle", Row::Chat(MANTLE)),
    ("bedrock-mantle-responses", Row::Chat(RESPONSES)),
    ("cerebras", Row::Chat(chat(&hosts::CEREBRAS))),
    ("cohere-embeddings", Row::Embeddings(&embed::Cohere::new())),
    (
        "cohere-v1",
        Row::Other("Cohere's first chat protocol, which the second replaced"),
    ),
    ("cohere-v2", Row::Chat(cohere(&hosts::COHERE))),
    ("copilot", Row::Chat(chat(&hosts::COPILOT))),
    ("copilot-responses", Row::Chat(RESPONSES)),
    ("crusoe", Row::Chat(chat(&hosts::COMPATIBLE))),
    ("deepseek", Row::Chat(chat(&hosts::DEEPSEEK))),
    ("deepseek-responses", Row::Chat(RESPONSES)),
    ("doubleword", Row::Chat(chat(&hosts::COMPATIBLE))),
    ("gemini", Row::Chat(gemini(&hosts::GEMINI))),
    ("gemini-embeddings", Row::Embeddings(&embed::Gemini::new())),
    (
        "gemini-interactions",
        Row::Other("Gemini's Interactions protocol"),
    ),
    ("gpustack", Row::Chat(chat(&hosts::COMPATIBLE))),
    ("groq", Row::Chat(chat(&hosts::GROQ))),
    ("heroku", Row::Chat(chat(&hosts::COMPATIBLE))),
    ("huggingface", Row::Chat(chat(&hosts::HUGGINGFACE))),
    ("llamacpp", Row::Chat(chat(&hosts::LLAMACPP))),
    (
        "llamacpp-embeddings",
        Row::Embeddings(&embed::OpenAi::new()),
    ),
    ("llamacpp-responses", Row::Chat(RESPONSES)),
    ("lmstudio-responses", Row::Chat(RESPONSES)),
    ("mistral", Row::Chat(mistral(&hosts::MISTRAL))),
    ("mistral-embeddings", Row::Embeddings(&embed::OpenAi::new())),
    ("mistralrs", Row::Chat(chat(&hosts::COMPATIBLE))),
    ("mistralrs-responses", Row::Chat(RESPONSES)),
    ("moonshotai", Row::Chat(chat(&hosts::MOONSHOT))),
    (
        "ollama",
        Row::Mixed(ollama(&hosts::OLLAMA), chat(&hosts::OLLAMA_OPENAI)),
    ),
    ("ollama-openai", Row::Chat(chat(&hosts::OLLAMA_OPENAI))),
    (
        "ollama-openai-embeddings",
        Row::Embeddings(&embed::Ollama::new()),
    ),
    ("openai-chat", Row::Chat(chat(&hosts::OPENAI))),
    ("openai-compat-other", Row::Chat(chat(&hosts::COMPATIBLE))),
    ("openai-compat-other-responses", Row::Chat(RESPONSES)),
    ("openai-embeddings", Row::Embeddings(&embed::OpenAi::new())),
    (
        "openai-responses",
        Row::Mixed(responses(&hosts::OPENAI_RESPONSES), chat(&hosts::OPENAI)),
    ),
    ("openai-responses-chatgpt", Row::Chat(RESPONSES)),
    ("openrouter", Row::Chat(chat(&hosts::OPENROUTER))),
    (
        "openrouter-embeddings",
        Row::Embeddings(&embed::OpenAi::new()),
    ),
    (
        "openrouter-responses",
        Row::Mixed(RESPONSES, chat(&hosts::OPENROUTER)),
    ),
    ("perplexity", Row::Chat(chat(&hosts::PERPLEXITY))),
    (
        "perplexity-embeddings",
        Row::Embeddings(&embed::OpenAi::new()),
    ),
    ("sglang", Row::Chat(chat(&hosts::SGLANG))),
    ("snowflake", Row::Chat(SNOWFLAKE)),
    ("venice", Row::Chat(chat(&hosts::COMPATIBLE))),
    ("vercel-gateway", Row::Chat(VERCEL)),
    (
        "vertex-anthropic",
        Row::Chat(anthropic(&hosts::VERTEX_ANTHROPIC)),
    ),
    ("vertex-gemini", Row::Chat(gemini(&hosts::VERTEX))),
    ("vllm", Row::Chat(chat(&hosts::VLLM))),
    ("xai", Row::Chat(chat(&hosts::XAI))),
    (
        "xai-responses",
        Row::Mixed(responses(&hosts::XAI_RESPONSES), chat(&hosts::XAI)),
    ),
    ("zai", Row::Chat(chat(&hosts::ZAI))),
];
