//! What a model is asked.

mod options;
mod sampling;

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub use options::{
    Breakpoint, CachePolicy, CacheTime, Continuation, Effort, Options, OutputFormat, ParallelCalls,
    Reasoning, ToolChoice, Unsupported,
};
pub use sampling::Sampling;

use crate::encodings::Encodings;
use crate::{Conversation, EncodingKey, HostedTool, Text, ToolSpec};

#[cfg(test)]
mod tests;

/// What a model is asked: the conversation, what it is told beside it, the tools it has, and how it is to answer.
///
/// A clone shares everything and copies no message.
///
/// ```
/// use windlass_core::{Options, Request, Sampling};
///
/// let request = Request::new("Is it warmer in Oslo or in Rome?")
///     .with_instructions("Answer in one sentence.")
///     .with_options(Options::new().with_sampling(Sampling::new().with_temperature(0.2)));
/// assert_eq!(request.conversation.len(), 1);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Request {
    /// What was said so far.
    pub conversation: Conversation,
    /// What the model is told before it, in blocks; the stable ones first, so that a provider can cache them.
    #[serde(default, with = "blocks")]
    pub instructions: Arc<[Text]>,
    /// The tools it may call.
    #[serde(default)]
    pub tools: Tools,
    /// How it is to answer.
    #[serde(default)]
    pub options: Options,
    /// How long it has waited in queues. No provider is told; a clock for the whole request began that much earlier.
    pub waited: Duration,
}

impl Request {
    /// A request that asks for an answer to `conversation`.
    pub fn new(conversation: impl Into<Conversation>) -> Self {
        Request {
            conversation: conversation.into(),
            ..Request::default()
        }
    }

    /// Adds a block of instructions after those that are there.
    #[must_use]
    pub fn with_instructions(mut self, block: impl Into<Text>) -> Self {
        self.instructions = self
            .instructions
            .iter()
            .cloned()
            .chain([block.into()])
            .collect();
        self
    }

    /// Sets the tools that the model may call.
    #[must_use]
    pub fn with_tools(mut self, tools: impl Into<Tools>) -> Self {
        self.tools = tools.into();
        self
    }

    /// Sets how the model is to answer.
    #[must_use]
    pub fn with_options(mut self, options: Options) -> Self {
        self.options = options;
        self
    }

    /// Adds to how long it has waited in queues.
    #[must_use]
    pub fn after_waiting(mut self, wait: Duration) -> Self {
        self.waited = self.waited.saturating_add(wait);
        self
    }
}

/// The tools of a request, in a fixed order: cheap to clone, with what they look like on the wires they were sent over.
///
/// ```
/// use windlass_core::{Schema, ToolSpec, Tools};
///
/// let weather = ToolSpec::new("weather", "The weather in a city right now.", Schema::empty_object());
/// let tools = Tools::from([weather]);
/// assert_eq!(tools.specs()[0].name, "weather");
/// ```
#[derive(Clone, Debug, Default)]
pub struct Tools(Arc<ToolList>);

#[derive(Debug, Default, Serialize, Deserialize)]
struct ToolList {
    #[serde(default)]
    specs: Vec<ToolSpec>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    hosted: Vec<HostedTool>,
    #[serde(skip)]
    encodings: Encodings,
}

impl Tools {
    /// Tools that the program runs, and tools that the provider runs itself.
    pub fn new(
        specs: impl IntoIterator<Item = ToolSpec>,
        hosted: impl IntoIterator<Item = HostedTool>,
    ) -> Self {
        let (specs, hosted) = (specs.into_iter().collect(), hosted.into_iter().collect());
        Tools(Arc::new(ToolList {
            specs,
            hosted,
            encodings: Encodings::default(),
        }))
    }

    /// The tools that the program runs.
    pub fn specs(&self) -> &[ToolSpec] {
        &self.0.specs
    }

    /// The tools that the provider runs itself.
    pub fn hosted(&self) -> &[HostedTool] {
        &self.0.hosted
    }

    /// Whether there are no tools at all.
    pub fn is_empty(&self) -> bool {
        self.0.specs.is_empty() && self.0.hosted.is_empty()
    }

    /// What the tools look like on a wire: made by `encode` the first time, kept for later requests.
    ///
    /// # Errors
    ///
    /// Those of `encode`; nothing is kept then.
    pub fn encoding<E>(
        &self,
        key: &EncodingKey,
        encode: impl FnOnce(&mut Vec<u8>) -> Result<(), E>,
    ) -> Result<&[u8], E> {
        self.0.encodings.get_or_encode(key, encode)
    }
}

impl<I: IntoIterator<Item = ToolSpec>> From<I> for Tools {
    fn from(specs: I) -> Self {
        Tools::new(specs, [])
    }
}

/// Two are the same when they say the same of the same tools, in the same order.
impl PartialEq for Tools {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
            || (self.specs() == other.specs() && self.hosted() == other.hosted())
    }
}

impl Serialize for Tools {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        ToolList::serialize(&self.0, serializer)
    }
}

impl<'de> Deserialize<'de> for Tools {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        ToolList::deserialize(deserializer).map(|list| Tools(Arc::new(list)))
    }
}

/// Blocks of instructions, as a list.
mod blocks {
    use std::sync::Arc;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use crate::Text;

    pub(super) fn serialize<S: Serializer>(
        blocks: &Arc<[Text]>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        blocks.as_ref().serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Arc<[Text]>, D::Error> {
        Vec::deserialize(deserializer).map(Arc::from)
    }
}
