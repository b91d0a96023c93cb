use windlass_core::Effort;

use crate::embed;
use crate::host::{Host, KeyNeed};
use crate::quota;
use crate::wire::openai_chat::{
    CacheMarks, Documents, Efforts, OpenAiChat, OutputForm, ReasoningForm, Recordings, StreamEnd,
    StreamUsage, Takes, ThinkingReplay, Turns,
};

pub(super) static EMBEDDINGS: embed::OpenAi = embed::OpenAi::new();

/// What a careful client assumes of a host that says no more than that it is compatible with OpenAI: the members that all
/// take, and a stream that is complete with its finish reason.
pub const COMPATIBLE_DIALECT: OpenAiChat = OpenAiChat::new()
    .with_end(StreamEnd::Reason)
    .with_max_tokens("max_tokens")
    .with_metadata(Takes::No)
    .with_store(Takes::No)
    .with_thinking(ThinkingReplay::Field("reasoning_content"))
    .with_audio(Recordings::Refused)
    .with_documents(Documents::Refused);

pub(super) static COMPATIBLE_WIRE: OpenAiChat = COMPATIBLE_DIALECT;
/// Any host that is compatible with OpenAI's Chat Completions; the base URL is the user's.
pub const COMPATIBLE: Host = Host::new("compatible", "http://localhost:8000/v1", &COMPATIBLE_WIRE)
    .with_embed(&EMBEDDINGS)
    .with_key(KeyNeed::Optional);

static GROQ_WIRE: OpenAiChat = COMPATIBLE_DIALECT
    .with_end(StreamEnd::Done)
    .with_max_tokens("max_completion_tokens")
    .with_efforts(Efforts::THREE.with(Effort::Off, Some("none")))
    .with_thinking(ThinkingReplay::Field("reasoning"));
/// Groq.
pub const GROQ: Host = Host::new("groq", "https://api.groq.com/openai/v1", &GROQ_WIRE)
    .with_key_vars(&["GROQ_API_KEY"])
    .with_quota(quota::GROQ);

static OPENROUTER_WIRE: OpenAiChat = OpenAiChat::new()
    .with_max_tokens("max_tokens")
    .with_reasoning(ReasoningForm::Object)
    .with_thinking(ThinkingReplay::Details)
    .with_top_k(Some("top_k"))
    .with_cache(CacheMarks::Parts(4))
    .with_documents(Documents::FileOrUrl)
    .with_store(Takes::No);
/// OpenRouter.
pub const OPENROUTER: Host = Host::new(
    "openrouter",
    "https://openrouter.ai/api/v1",
    &OPENROUTER_WIRE,
)
.with_embed(&EMBEDDINGS)
.with_key_vars(&["OPENROUTER_API_KEY"])
.with_quota(quota::OPENROUTER);

static TOGETHER_WIRE: OpenAiChat = COMPATIBLE_DIALECT.with_top_k(Some("top_k"));
/// Together.
pub const TOGETHER: Host = Host::new("together", "https://api.together.xyz/v1", &TOGETHER_WIRE)
    .with_embed(&EMBEDDINGS)
    .with_key_vars(&["TOGETHER_API_KEY"])
    .with_quota(quota::TOGETHER);

static FIREWORKS_WIRE: OpenAiChat = COMPATIBLE_DIALECT.with_top_k(Some("top_k"));
/// Fireworks.
pub const FIREWORKS: Host = Host::new(
    "fireworks",
    "https://api.fireworks.ai/inference/v1",
    &FIREWORKS_WIRE,
)
.with_embed(&EMBEDDINGS)
.with_key_vars(&["FIREWORKS_API_KEY"])
.with_quota(quota::FIREWORKS);

static CEREBRAS_WIRE: OpenAiChat = COMPATIBLE_DIALECT
    .with_max_tokens("max_completion_tokens")
    .with_thinking(ThinkingReplay::Field("reasoning"))
    .with_penalties(Takes::No)
    .with_efforts(Efforts::THREE);
/// Cerebras.
pub const CEREBRAS: Host = Host::new("cerebras", "https://api.cerebras.ai/v1", &CEREBRAS_WIRE)
    .with_key_vars(&["CEREBRAS_API_KEY"])
    .with_quota(quota::CEREBRAS);

static PERPLEXITY_WIRE: OpenAiChat = COMPATIBLE_DIALECT
    .with_stream_usage(StreamUsage::Unasked)
    .with_top_k(Some("top_k"))
    .with_turns(Turns::Alternate)
    .with_parallel_calls(Takes::No)
    .with_stop(Takes::No)
    .with_seed(None)
    .with_user(None)
    .with_documents(Documents::FileUrl);
/// Perplexity.
pub const PERPLEXITY: Host = Host::new("perplexity", "https://api.perplexity.ai", &PERPLEXITY_WIRE)
    .with_key_vars(&["PERPLEXITY_API_KEY"]);

/// SambaNova.
pub const SAMBANOVA: Host = Host::new("sambanova", "https://api.sambanova.ai/v1", &COMPATIBLE_WIRE)
    .with_key_vars(&["SAMBANOVA_API_KEY"]);

static AI21_WIRE: OpenAiChat = COMPATIBLE_DIALECT
    .with_stream_usage(StreamUsage::Unasked)
    .with_output(OutputForm::Object)
    .with_images(Takes::No);
/// AI21.
pub const AI21: Host = Host::new("ai21", "https://api.ai21.com/studio/v1", &AI21_WIRE)
    .with_key_vars(&["AI21_API_KEY"]);

/// Anyscale.
pub const ANYSCALE: Host = Host::new(
    "anyscale",
    "https://api.endpoints.anyscale.com/v1",
    &COMPATIBLE_WIRE,
)
.with_key_vars(&["ANYSCALE_API_KEY"]);

/// NVIDIA.
pub const NVIDIA: Host = Host::new(
    "nvidia",
    "https://integrate.api.nvidia.com/v1",
    &COMPATIBLE_WIRE,
)
.with_key_vars(&["NVIDIA_API_KEY"]);

static MOONSHOT_WIRE: OpenAiChat = COMPATIBLE_DIALECT
    .with_reasoning(ReasoningForm::Thinking)
    .with_efforts(Efforts::NONE);
/// Moonshot.
pub const MOONSHOT: Host = Host::new("moonshot", "https://api.moonshot.ai/v1", &MOONSHOT_WIRE)
    .with_key_vars(&["MOONSHOT_API_KEY"]);

static ZAI_WIRE: OpenAiChat = COMPATIBLE_DIALECT
    .with_reasoning(ReasoningForm::Thinking)
    .with_efforts(Efforts::NONE)
    .with_output(OutputForm::Object)
    .with_penalties(Takes::No)
    .with_parallel_calls(Takes::No);
/// Z.AI.
pub const ZAI: Host =
    Host::new("zai", "https://api.z.ai/api/paas/v4", &ZAI_WIRE).with_key_vars(&["ZAI_API_KEY"]);

static DASHSCOPE_WIRE: OpenAiChat = COMPATIBLE_DIALECT
    .with_reasoning(ReasoningForm::EnableThinking)
    .with_cache(CacheMarks::Parts(4))
    .with_top_k(Some("top_k"))
    .with_audio(Recordings::WithFormat);
/// DashScope, Alibaba's, outside of China; within, set the base URL.
pub const DASHSCOPE: Host = Host::new(
    "dashscope",
    "https://dashscope-intl.aliyuncs.com/compatible-mode/v1",
    &DASHSCOPE_WIRE,
)
.with_embed(&EMBEDDINGS)
.with_key_vars(&["DASHSCOPE_API_KEY"]);

/// The router of Hugging Face.
pub const HUGGINGFACE: Host = Host::new(
    "huggingface",
    "https://router.huggingface.co/v1",
    &COMPATIBLE_WIRE,
)
.with_key_vars(&["HF_TOKEN"]);

static COPILOT_WIRE: OpenAiChat = COMPATIBLE_DIALECT
    .with_thinking(ThinkingReplay::Field("reasoning_text"))
    .with_user(None)
    .with_seed(None);
/// GitHub Copilot. Its keys are tokens that expire: give the client a [`TokenSource`](crate::auth::TokenSource).
pub const COPILOT: Host = Host::new("copilot", "https://api.githubcopilot.com", &COPILOT_WIRE)
    .with_key_vars(&["GITHUB_COPILOT_TOKEN"])
    .with_headers(&[
        ("editor-version", "windlass/0.1"),
        ("copilot-integration-id", "vscode-chat"),
    ]);
