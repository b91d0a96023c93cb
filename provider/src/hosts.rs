//! The hosts that are known, each a constant: where it is, which variable holds its key, which wire it speaks, and in
//! what dialect.
//!
//! Adding one is a constant here and a line in [`ALL`]; one of your own can stand in your own crate, see
//! [`Host`]. For a server that speaks OpenAI's protocol and is not listed, [`COMPATIBLE`] takes any base URL:
//!
//! ```
//! use windlass_provider::{Client, hosts};
//!
//! let model = Client::builder(hosts::COMPATIBLE, "my-model").base_url("http://localhost:9000/v1").build()?;
//! # Ok::<(), windlass_provider::ConnectError>(())
//! ```

mod compatible;
mod local;
mod makers;

pub use compatible::*;
pub use local::*;
pub use makers::*;

use crate::host::Host;

#[cfg(test)]
mod tests;

/// All of them, the makers of models first.
pub const ALL: &[&Host] = &[
    &OPENAI,
    &OPENAI_RESPONSES,
    &AZURE_OPENAI,
    &AZURE_OPENAI_RESPONSES,
    &AZURE_OPENAI_DEPLOYMENT,
    &ANTHROPIC,
    &GEMINI,
    &VERTEX,
    &VERTEX_ANTHROPIC,
    #[cfg(feature = "bedrock")]
    &BEDROCK,
    &COHERE,
    &MISTRAL,
    &DEEPSEEK,
    &GROQ,
    &XAI,
    &XAI_RESPONSES,
    &OPENROUTER,
    &TOGETHER,
    &FIREWORKS,
    &CEREBRAS,
    &PERPLEXITY,
    &SAMBANOVA,
    &AI21,
    &ANYSCALE,
    &NVIDIA,
    &MOONSHOT,
    &ZAI,
    &DASHSCOPE,
    &HUGGINGFACE,
    &COPILOT,
    &OLLAMA,
    &OLLAMA_OPENAI,
    &LMSTUDIO,
    &LLAMACPP,
    &VLLM,
    &SGLANG,
    &LITELLM,
    &COMPATIBLE,
];

/// The host of this name.
///
/// ```
/// use windlass_provider::hosts;
///
/// assert_eq!(hosts::find("groq").map(|host| host.key_vars), Some(&["GROQ_API_KEY"][..]));
/// assert!(hosts::find("nobody").is_none());
/// ```
pub fn find(name: &str) -> Option<&'static Host> {
    ALL.iter().copied().find(|host| host.name == name)
}
