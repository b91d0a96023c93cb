//! The hosts that are known, each a constant.

use crate::host::{Auth, Host, KeyNeed, Setting};
use crate::wire::anthropic::Anthropic;
#[cfg(feature = "bedrock")]
use crate::wire::bedrock::Converse;
use crate::wire::cohere::Cohere;
use crate::wire::ollama::Ollama;
use crate::wire::openai_responses::OpenAiResponses;

static ANTHROPIC_WIRE: Anthropic = Anthropic::new();
/// Anthropic
pub const ANTHROPIC: Host = Host::new("anthropic", "https://api.anthropic.com/v1", &ANTHROPIC_WIRE)
    .with_auth(Auth::Header("x-api-key"))
    .with_key_vars(&["ANTHROPIC_API_KEY"]);

static OPENAI_WIRE: OpenAiResponses = OpenAiResponses::new();
/// OpenAI, over the Responses API.
pub const OPENAI_RESPONSES: Host = Host::new(
    "openai-responses",
    "https://api.openai.com/v1",
    &OPENAI_WIRE,
)
.with_key_vars(&["OPENAI_API_KEY"]);

static COHERE_WIRE: Cohere = Cohere::new();
/// Cohere.
pub const COHERE: Host = Host::new("cohere", "https://api.cohere.com", &COHERE_WIRE)
    .with_key_vars(&["COHERE_API_KEY", "CO_API_KEY"]);

static OLLAMA_WIRE: Ollama = Ollama::new();
/// Ollama on this machine, in its own protocol.
pub const OLLAMA: Host =
    Host::new("ollama", "http://localhost:11434", &OLLAMA_WIRE).with_key(KeyNeed::Optional);

#[cfg(feature = "bedrock")]
static BEDROCK_WIRE: Converse = Converse::new();
/// Amazon Bedrock, over Converse.
#[cfg(feature = "bedrock")]
pub const BEDROCK: Host = Host::new(
    "bedrock",
    "https://bedrock-runtime.{region}.amazonaws.com",
    &BEDROCK_WIRE,
)
.with_auth(Auth::Aws("bedrock"))
.with_key_vars(&["AWS_BEARER_TOKEN_BEDROCK"])
.with_settings(&[
    Setting::new("region", &["AWS_REGION", "AWS_DEFAULT_REGION"]).with_default("us-east-1"),
]);

/// all
pub const ALL: &[&Host] = &[&ANTHROPIC, &OPENAI_RESPONSES, &COHERE, &OLLAMA, &BEDROCK];
pub(crate) fn find(name: &str) -> Option<&'static Host> {
    ALL.iter().copied().find(|host| host.name == name)
}
