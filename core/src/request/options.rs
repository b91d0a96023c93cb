use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Sampling;
use crate::{Schema, Text};

/// How a model is to answer. What is not set is left to the model's defaults, then to the provider's.
///
/// ```
/// use windlass_core::{Effort, Options, Reasoning, ToolChoice};
///
/// let mine = Options::new().with_tool_choice(ToolChoice::Required).with_extra("store", false);
/// let defaults = Options::new().with_reasoning(Reasoning::effort(Effort::Low)).with_extra("store", true);
/// let merged = mine.or(&defaults);
/// assert_eq!(merged.extra["store"], false);
/// assert_eq!(merged.reasoning.and_then(|reasoning| reasoning.effort), Some(Effort::Low));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Options {
    /// How it picks its words.
    pub sampling: Sampling,
    /// Whether it must, may or must not call a tool.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tool_choice: Option<ToolChoice>,
    /// Whether it may call several tools at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parallel_calls: Option<ParallelCalls>,
    /// How much it is to think first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reasoning: Option<Reasoning>,
    /// In what form it is to answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output: Option<OutputFormat>,
    /// What of the request the provider is to cache.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache: Option<CachePolicy>,
    /// Whether the whole history is sent, or what came after the answer that the provider has stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub continuation: Option<Continuation>,
    /// What becomes of an option that the model or its wire does not have.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unsupported: Option<Unsupported>,
    /// A stable id of the end user, for the provider's abuse detection.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<Text>,
    /// Labels that the provider stores with the request.
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub metadata: IndexMap<Text, Text>,
    /// Members merged into the body of the request last, for what has no option here.
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub extra: IndexMap<Text, Value>,
    /// Headers of this request, over those of the client and the host.
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub headers: IndexMap<Text, Text>,
}

impl Options {
    /// Nothing set.
    pub fn new() -> Self {
        Options::default()
    }

    /// Sets how the model picks its words.
    #[must_use]
    pub fn with_sampling(mut self, sampling: Sampling) -> Self {
        self.sampling = sampling;
        self
    }

    /// Sets whether the model must, may or must not call a tool.
    #[must_use]
    pub fn with_tool_choice(mut self, choice: ToolChoice) -> Self {
        self.tool_choice = Some(choice);
        self
    }

    /// Sets whether the model may call several tools at once.
    #[must_use]
    pub fn with_parallel_calls(mut self, calls: ParallelCalls) -> Self {
        self.parallel_calls = Some(calls);
        self
    }

    /// Sets how much the model is to think first.
    #[must_use]
    pub fn with_reasoning(mut self, reasoning: Reasoning) -> Self {
        self.reasoning = Some(reasoning);
        self
    }

    /// Sets in what form the model is to answer.
    #[must_use]
    pub fn with_output(mut self, output: OutputFormat) -> Self {
        self.output = Some(output);
        self
    }

    /// Sets what the provider is to cache.
    #[must_use]
    pub fn with_cache(mut self, cache: CachePolicy) -> Self {
        self.cache = Some(cache);
        self
    }

    /// Sets whether the provider's stored answer is continued.
    #[must_use]
    pub fn with_continuation(mut self, continuation: Continuation) -> Self {
        self.continuation = Some(continuation);
        self
    }

    /// Sets what becomes of an option that the model does not have.
    #[must_use]
    pub fn with_unsupported(mut self, unsupported: Unsupported) -> Self {
        self.unsupported = Some(unsupported);
        self
    }

    /// Sets the id of the end user.
    #[must_use]
    pub fn with_user(mut self, user: impl Into<Text>) -> Self {
        self.user = Some(user.into());
        self
    }

    /// Adds a label that the provider stores with the request.
    #[must_use]
    pub fn with_metadata(mut self, name: impl Into<Text>, value: impl Into<Text>) -> Self {
        self.metadata.insert(name.into(), value.into());
        self
    }

    /// Adds a member to the body of the request; it is merged last, so it wins over what the other options write.
    #[must_use]
    pub fn with_extra(mut self, name: impl Into<Text>, value: impl Into<Value>) -> Self {
        self.extra.insert(name.into(), value.into());
        self
    }

    /// Adds a header to this request.
    #[must_use]
    pub fn with_header(mut self, name: impl Into<Text>, value: impl Into<Text>) -> Self {
        self.headers.insert(name.into(), value.into());
        self
    }

    /// These options, and those of `defaults` where nothing is set. What is set always wins; the maps are merged
    /// member by member.
    #[must_use]
    pub fn or(self, defaults: &Options) -> Options {
        Options {
            sampling: self.sampling.or(&defaults.sampling),
            tool_choice: self.tool_choice.or_else(|| defaults.tool_choice.clone()),
            parallel_calls: self.parallel_calls.or(defaults.parallel_calls),
            reasoning: self.reasoning.or(defaults.reasoning),
            output: self.output.or_else(|| defaults.output.clone()),
            cache: self.cache.or_else(|| defaults.cache.clone()),
            continuation: self.continuation.or(defaults.continuation),
            unsupported: self.unsupported.or(defaults.unsupported),
            user: self.user.or_else(|| defaults.user.clone()),
            metadata: merge(self.metadata, &defaults.metadata),
            extra: merge(self.extra, &defaults.extra),
            headers: merge(self.headers, &defaults.headers),
        }
    }
}

/// The members of `set`, then those of `defaults` that are not in it.
fn merge<V: Clone>(mut set: IndexMap<Text, V>, defaults: &IndexMap<Text, V>) -> IndexMap<Text, V> {
    for (name, value) in defaults {
        if !set.contains_key(name) {
            set.insert(name.clone(), value.clone());
        }
    }
    set
}

/// Whether the model must, may or must not call a tool.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ToolChoice {
    /// It may.
    Auto,
    /// It must not.
    None,
    /// It must call one, whichever.
    Required,
    /// It must call the tool of this name.
    Tool(Text),
}

/// Whether the model may call several tools at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(clippy::exhaustive_enums, reason = "it may or it may not")]
pub enum ParallelCalls {
    /// It may.
    Allow,
    /// At most one call an answer.
    Forbid,
}

/// How much the model is to think before it answers.
///
/// ```
/// use windlass_core::{Effort, Reasoning};
///
/// assert_eq!(Reasoning::budget(8_000).budget_tokens, Some(8_000));
/// assert_eq!(Reasoning::effort(Effort::High).effort, Some(Effort::High));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Reasoning {
    /// How hard it thinks, for models that take a word.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub effort: Option<Effort>,
    /// How many tokens it may think, for models that take a number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub budget_tokens: Option<u64>,
}

impl Reasoning {
    /// Thinking as hard as the word says.
    pub fn effort(effort: Effort) -> Self {
        Reasoning {
            effort: Some(effort),
            budget_tokens: None,
        }
    }

    /// Thinking for at most this many tokens.
    pub fn budget(tokens: u64) -> Self {
        Reasoning {
            effort: None,
            budget_tokens: Some(tokens),
        }
    }
}

/// How hard a model thinks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Effort {
    /// Not at all.
    Off,
    /// As little as it can.
    Minimal,
    /// A little.
    Low,
    /// As it does by default.
    Medium,
    /// A lot.
    High,
    /// As much as it can.
    Max,
}

/// In what form the model is to answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum OutputFormat {
    /// In words.
    Text,
    /// In JSON of any shape.
    Json,
    /// In JSON of this shape.
    Schema {
        /// A name for the shape; providers want letters, digits, `_` and `-`.
        name: Text,
        /// The shape.
        schema: Schema,
    },
}

/// What of a request the provider is to cache.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CachePolicy {
    /// Nothing is marked.
    Off,
    /// The tools, the instructions and the last stable message are marked, within what the wire allows.
    Auto(CacheTime),
    /// What is named here is marked, and nothing else.
    Marked(Vec<Breakpoint>),
}

/// How long the provider is to keep what it caches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CacheTime {
    /// As long as it does by default, about five minutes.
    #[default]
    Short,
    /// An hour.
    Hour,
}

/// The request up to here is to be cached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Breakpoint {
    /// Up to the last tool.
    Tools(CacheTime),
    /// Up to this block of instructions, counted from zero.
    Instructions(usize, CacheTime),
    /// Up to this message of the conversation, counted from zero.
    Message(usize, CacheTime),
}

/// Whether the whole history is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Continuation {
    /// The whole history is sent, and the provider is asked to store nothing.
    Stateless,
    /// The provider stores its answers, and only what came after the last stored one is sent.
    Stored,
}

/// What becomes of an option that the model or its wire does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(clippy::exhaustive_enums, reason = "there is no third way")]
pub enum Unsupported {
    /// The request is refused before it is sent, with the name of the option. This is the default.
    Refuse,
    /// The option is left out, and the response says so.
    Warn,
}
