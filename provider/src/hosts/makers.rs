use crate::embed;
use crate::host::{Auth, Host, Setting};
use crate::quota;
use crate::wire::anthropic::{Anthropic, Endpoint};
#[cfg(feature = "bedrock")]
use crate::wire::bedrock::Converse;
use crate::wire::cohere::Cohere;
use crate::wire::gemini::{Gemini, Labels};
use crate::wire::openai_chat::{
    CallIds, Documents, Efforts, OpenAiChat, OutputForm, ReasoningCount, ReasoningForm, Recordings,
    StreamUsage, Takes, ThinkingReplay,
};
use crate::wire::openai_responses::{OpenAiResponses, UserMember};
use windlass_core::Effort;

static OPENAI_EMBEDDINGS: embed::OpenAi = embed::OpenAi::new();

static OPENAI_CHAT_WIRE: OpenAiChat = OpenAiChat::new();
/// OpenAI, over Chat Completions.
pub const OPENAI: Host = Host::new("openai", "https://api.openai.com/v1", &OPENAI_CHAT_WIRE)
    .with_embed(&OPENAI_EMBEDDINGS)
    .with_key_vars(&["OPENAI_API_KEY"]);

static OPENAI_RESPONSES_WIRE: OpenAiResponses = OpenAiResponses::new();
/// OpenAI, over the Responses API.
pub const OPENAI_RESPONSES: Host = Host::new(
    "openai-responses",
    "https://api.openai.com/v1",
    &OPENAI_RESPONSES_WIRE,
)
.with_key_vars(&["OPENAI_API_KEY"]);

const AZURE_KEYS: &[&str] = &["AZURE_OPENAI_API_KEY"];
const AZURE_RESOURCE: Setting = Setting::new(
    "resource",
    &["AZURE_OPENAI_RESOURCE", "AZURE_RESOURCE_NAME"],
);

/// Azure OpenAI, over Chat Completions on its version 1 surface. The model is the name of the deployment.
pub const AZURE_OPENAI: Host = Host::new(
    "azure-openai",
    "https://{resource}.openai.azure.com/openai/v1",
    &OPENAI_CHAT_WIRE,
)
.with_embed(&OPENAI_EMBEDDINGS)
.with_auth(Auth::Header("api-key"))
.with_key_vars(AZURE_KEYS)
.with_settings(&[AZURE_RESOURCE]);

/// Azure OpenAI, over the Responses API. The model is the name of the deployment.
pub const AZURE_OPENAI_RESPONSES: Host = Host::new(
    "azure-openai-responses",
    "https://{resource}.openai.azure.com/openai/v1",
    &OPENAI_RESPONSES_WIRE,
)
.with_auth(Auth::Header("api-key"))
.with_key_vars(AZURE_KEYS)
.with_settings(&[AZURE_RESOURCE]);

/// Azure OpenAI, over Chat Completions on its older surface, where the address names the deployment and an API version.
pub const AZURE_OPENAI_DEPLOYMENT: Host = Host::new(
    "azure-openai-deployment",
    "https://{resource}.openai.azure.com/openai/deployments/{model}",
    &OPENAI_CHAT_WIRE,
)
.with_embed(&OPENAI_EMBEDDINGS)
.with_auth(Auth::Header("api-key"))
.with_key_vars(AZURE_KEYS)
.with_settings(&[
    AZURE_RESOURCE,
    Setting::new("api-version", &["OPENAI_API_VERSION"]).with_default("2024-10-21"),
])
.with_query(&[("api-version", "{api-version}")]);

static ANTHROPIC_WIRE: Anthropic = Anthropic::new();
/// Anthropic.
pub const ANTHROPIC: Host = Host::new("anthropic", "https://api.anthropic.com", &ANTHROPIC_WIRE)
    .with_auth(Auth::Header("x-api-key"))
    .with_key_vars(&["ANTHROPIC_API_KEY"])
    .with_quota(quota::ANTHROPIC);

static GEMINI_WIRE: Gemini = Gemini::new();
static GEMINI_EMBEDDINGS: embed::Gemini = embed::Gemini::new();
/// Gemini, with an API key.
pub const GEMINI: Host = Host::new(
    "gemini",
    "https://generativelanguage.googleapis.com/v1beta",
    &GEMINI_WIRE,
)
.with_embed(&GEMINI_EMBEDDINGS)
.with_auth(Auth::Header("x-goog-api-key"))
.with_key_vars(&["GEMINI_API_KEY", "GOOGLE_API_KEY"]);

const VERTEX_KEYS: &[&str] = &["VERTEX_ACCESS_TOKEN"];
const VERTEX_SETTINGS: &[Setting] = &[
    Setting::new("project", &["GOOGLE_CLOUD_PROJECT"]),
    Setting::new("location", &["GOOGLE_CLOUD_LOCATION"]).with_default("us-central1"),
];

static VERTEX_WIRE: Gemini = Gemini::new().with_labels(Labels::Sent);
/// Gemini on Vertex AI. Its keys are tokens that expire: give the client a
/// [`TokenSource`](crate::auth::TokenSource). For the location `global`, set the base URL.
pub const VERTEX: Host = Host::new(
    "vertex",
    "https://{location}-aiplatform.googleapis.com/v1/projects/{project}/locations/{location}/publishers/google",
    &VERTEX_WIRE,
)
.with_key_vars(VERTEX_KEYS)
.with_settings(VERTEX_SETTINGS);

static VERTEX_ANTHROPIC_WIRE: Anthropic = Anthropic::new()
    .with_endpoint(Endpoint::Vertex)
    .with_version("vertex-2023-10-16");
/// Claude on Vertex AI, with the same keys as [`VERTEX`].
pub const VERTEX_ANTHROPIC: Host = Host::new(
    "vertex-anthropic",
    "https://{location}-aiplatform.googleapis.com/v1/projects/{project}/locations/{location}/publishers/anthropic",
    &VERTEX_ANTHROPIC_WIRE,
)
.with_key_vars(VERTEX_KEYS)
.with_settings(VERTEX_SETTINGS)
.with_quota(quota::ANTHROPIC);

#[cfg(feature = "bedrock")]
static BEDROCK_WIRE: Converse = Converse::new();
/// Amazon Bedrock, over Converse: with a Bedrock key, or with AWS credentials that sign each request.
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

static COHERE_WIRE: Cohere = Cohere::new();
static COHERE_EMBEDDINGS: embed::Cohere = embed::Cohere::new();
/// Cohere.
pub const COHERE: Host = Host::new("cohere", "https://api.cohere.com", &COHERE_WIRE)
    .with_embed(&COHERE_EMBEDDINGS)
    .with_key_vars(&["COHERE_API_KEY", "CO_API_KEY"])
    .with_quota(quota::COHERE);

static MISTRAL_WIRE: OpenAiChat = OpenAiChat::new()
    .with_stream_usage(StreamUsage::Unasked)
    .with_max_tokens("max_tokens")
    .with_required_choice("any")
    .with_seed(Some("random_seed"))
    .with_call_ids(CallIds::Nine)
    .with_thinking(ThinkingReplay::Parts)
    .with_efforts(
        Efforts::NONE
            .with(Effort::Off, Some("none"))
            .with(Effort::High, Some("high")),
    )
    .with_documents(Documents::DocumentUrl)
    .with_audio(Recordings::Plain)
    .with_prefix(Some("prefix"))
    .with_user(None)
    .with_metadata(Takes::No)
    .with_store(Takes::No);
static MISTRAL_EMBEDDINGS: embed::OpenAi = embed::OpenAi::new().with_dimensions("output_dimension");
/// Mistral.
pub const MISTRAL: Host = Host::new("mistral", "https://api.mistral.ai/v1", &MISTRAL_WIRE)
    .with_embed(&MISTRAL_EMBEDDINGS)
    .with_key_vars(&["MISTRAL_API_KEY"])
    .with_quota(quota::MISTRAL);

static DEEPSEEK_WIRE: OpenAiChat = OpenAiChat::new()
    .with_max_tokens("max_tokens")
    .with_reasoning(ReasoningForm::Thinking)
    .with_efforts(
        Efforts::NONE
            .with(Effort::High, Some("high"))
            .with(Effort::Max, Some("max")),
    )
    .with_thinking(ThinkingReplay::Field("reasoning_content"))
    .with_output(OutputForm::Object)
    .with_seed(None)
    .with_user(None)
    .with_metadata(Takes::No)
    .with_store(Takes::No)
    .with_prefix(Some("prefix"))
    .with_images(Takes::No)
    .with_audio(Recordings::Refused)
    .with_documents(Documents::Refused);
/// DeepSeek.
pub const DEEPSEEK: Host = Host::new("deepseek", "https://api.deepseek.com", &DEEPSEEK_WIRE)
    .with_key_vars(&["DEEPSEEK_API_KEY"]);

static XAI_WIRE: OpenAiChat = OpenAiChat::new()
    .with_reasoning_count(ReasoningCount::OnTop)
    .with_thinking(ThinkingReplay::Field("reasoning_content"))
    .with_efforts(
        Efforts::NONE
            .with(Effort::Low, Some("low"))
            .with(Effort::High, Some("high")),
    )
    .with_metadata(Takes::No)
    .with_store(Takes::No)
    .with_audio(Recordings::Refused)
    .with_documents(Documents::Refused);
/// xAI, over Chat Completions.
pub const XAI: Host =
    Host::new("xai", "https://api.x.ai/v1", &XAI_WIRE).with_key_vars(&["XAI_API_KEY"]);

static XAI_RESPONSES_WIRE: OpenAiResponses =
    OpenAiResponses::new().with_user_member(UserMember::User);
/// xAI, over the Responses API.
pub const XAI_RESPONSES: Host =
    Host::new("xai-responses", "https://api.x.ai/v1", &XAI_RESPONSES_WIRE)
        .with_key_vars(&["XAI_API_KEY"]);
