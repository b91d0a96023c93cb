use super::compatible::{COMPATIBLE_DIALECT, COMPATIBLE_WIRE, EMBEDDINGS};
use crate::embed;
use crate::host::{Host, KeyNeed};
use crate::wire::ollama::Ollama;
use crate::wire::openai_chat::{OpenAiChat, ReasoningForm, Takes, ThinkingReplay};

static OLLAMA_WIRE: Ollama = Ollama::new();
static OLLAMA_EMBEDDINGS: embed::Ollama = embed::Ollama::new();
/// Ollama on this machine, in its own protocol.
pub const OLLAMA: Host = Host::new("ollama", "http://localhost:11434", &OLLAMA_WIRE)
    .with_embed(&OLLAMA_EMBEDDINGS)
    .with_key_vars(&["OLLAMA_API_KEY"])
    .with_key(KeyNeed::Optional);

static OLLAMA_OPENAI_WIRE: OpenAiChat = COMPATIBLE_DIALECT
    .with_thinking(ThinkingReplay::Field("reasoning"))
    .with_reasoning(ReasoningForm::EnableThinking)
    .with_outcome_images(Takes::Yes);
/// Ollama on this machine, as it speaks OpenAI's protocol.
pub const OLLAMA_OPENAI: Host = Host::new(
    "ollama-openai",
    "http://localhost:11434/v1",
    &OLLAMA_OPENAI_WIRE,
)
.with_embed(&EMBEDDINGS)
.with_key(KeyNeed::Optional);

/// LM Studio on this machine.
pub const LMSTUDIO: Host = Host::new("lmstudio", "http://localhost:1234/v1", &COMPATIBLE_WIRE)
    .with_embed(&EMBEDDINGS)
    .with_key(KeyNeed::Optional);

static LLAMACPP_WIRE: OpenAiChat = COMPATIBLE_DIALECT
    .with_top_k(Some("top_k"))
    .with_video(Takes::Yes)
    .with_outcome_images(Takes::Yes);
/// The server of llama.cpp on this machine.
pub const LLAMACPP: Host = Host::new("llamacpp", "http://localhost:8080/v1", &LLAMACPP_WIRE)
    .with_embed(&EMBEDDINGS)
    .with_key(KeyNeed::Optional);

static VLLM_WIRE: OpenAiChat = COMPATIBLE_DIALECT.with_top_k(Some("top_k"));
/// vLLM on this machine.
pub const VLLM: Host = Host::new("vllm", "http://localhost:8000/v1", &VLLM_WIRE)
    .with_embed(&EMBEDDINGS)
    .with_key(KeyNeed::Optional);

/// SGLang on this machine.
pub const SGLANG: Host = Host::new("sglang", "http://localhost:30000/v1", &VLLM_WIRE)
    .with_embed(&EMBEDDINGS)
    .with_key(KeyNeed::Optional);

/// A LiteLLM proxy on this machine.
pub const LITELLM: Host = Host::new("litellm", "http://localhost:4000/v1", &COMPATIBLE_WIRE)
    .with_embed(&EMBEDDINGS)
    .with_key_vars(&["LITELLM_API_KEY"])
    .with_key(KeyNeed::Optional);
