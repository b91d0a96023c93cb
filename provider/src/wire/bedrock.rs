//! Amazon Bedrock: Converse and ConverseStream, one protocol for the models of many makers.
//!
//! What surprises:
//!
//! - A stream is binary, each event a message with its name in a header; the same answer whole is one JSON object (104).
//! - A text has no start, only deltas; calls, results of hosted tools and images have one (105).
//! - The reason of the end comes before the usage, so the end is the end of the body (106).
//! - Every payload has a padding `p` of random length (107).
//! - Arguments are fragments of text in a stream and an object in a whole answer (108); there may be none (109).
//! - A stream can fail after status 200, in a message of the type `exception` (112).
//! - What a guardrail found comes as `trace`; it is passed on as [`Event::Unknown`](windlass_core::Event::Unknown) (114).
//! - Cache counts may come twice under two names (115).
//! - Hosted tools answer inside the model's turn: their calls and results are items, kept as content blocks (117).
//! - Cache points are content blocks of their own (118).
//!
//! What the wire asks of a request, and how it is met:
//!
//! - The first message is the user's, or the request is refused before it is sent.
//! - There is no way to forbid calls. [`ToolChoice::None`](windlass_core::ToolChoice::None) leaves the tools out, unless
//!   the history has calls: then Bedrock wants the tools, and the option is reported as one that the wire lacks.
//! - A history with calls needs tools. Where the request has none, those that were called are named without parameters and
//!   described as gone.
//! - A document needs a text beside it: a message without one gets [`BESIDE_A_DOCUMENT`].
//! - The result of a tool needs content: an empty one gets `(no output)`.
//! - Ids of calls and names of documents that the wire does not take are replaced, always by the same.
//! - Instructions in the middle of the conversation move to the end of `system`.

use windlass_core::{ModelError, ModelId, Request};

use crate::codec::{Codec, Decoder, Delivery, Encode, WireRequest};
use crate::frame::Framing;
use crate::schema::SchemaRules;
use crate::wire::names::{self, Form};

mod decode;
mod encode;
mod family;
mod shapes;
#[cfg(test)]
mod tests;

pub use self::encode::BESIDE_A_DOCUMENT;
pub use self::family::{CachePoints, FAMILIES, Family, ReasoningForm, ThinkingReplay, TopK};

/// What every model takes as the id of a call; ids of the model's own maker are sent back as they came.
const IDS: Form = Form::plain("_-").up_to(64);
const OWN_IDS: Form = Form::plain("_-.:").up_to(64);

/// What the wire takes as the name of a tool.
const NAMES: Form = Form::plain("_-").up_to(64);

/// The protocol Converse of Amazon Bedrock.
///
/// ```
/// use windlass_core::{EncodingKey, ModelId, Profile, Request};
/// use windlass_provider::codec::{Codec, Encode};
/// use windlass_provider::wire::bedrock::Converse;
///
/// static BEDROCK: Converse = Converse::new();
///
/// let request = Request::new("Is it warmer in Oslo or in Rome?");
/// let profile = Profile::new(ModelId::new("bedrock", "us.amazon.nova-lite-v1:0"));
/// let sent = BEDROCK.encode(&Encode::new(&request, &profile, &EncodingKey::new("docs")))?;
/// assert_eq!(sent.path, "/model/us.amazon.nova-lite-v1%3A0/converse-stream");
/// # Ok::<(), windlass_core::ModelError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Converse {
    /// In what the models of different makers differ; the first that fits a model's name counts.
    pub families: &'static [Family],
    /// What is accepted in the schema of a tool. Under [`SchemaRules::Strict`], tools are marked as strict.
    pub tool_schemas: SchemaRules,
    /// What is accepted in the schema of an answer.
    pub output_schemas: SchemaRules,
}

impl Converse {
    /// The protocol as Amazon offers it.
    #[must_use]
    pub const fn new() -> Self {
        Converse {
            families: FAMILIES,
            tool_schemas: SchemaRules::Any,
            output_schemas: SchemaRules::Strict,
        }
    }

    /// Sets in what the models of different makers differ.
    #[must_use]
    pub const fn with_families(mut self, families: &'static [Family]) -> Self {
        self.families = families;
        self
    }

    /// Sets what is accepted in the schema of a tool.
    #[must_use]
    pub const fn with_tool_schemas(mut self, rules: SchemaRules) -> Self {
        self.tool_schemas = rules;
        self
    }

    /// Sets what is accepted in the schema of an answer.
    #[must_use]
    pub const fn with_output_schemas(mut self, rules: SchemaRules) -> Self {
        self.output_schemas = rules;
        self
    }

    /// What is known of the models like this one.
    fn family(&self, model: &str) -> Family {
        let known = self
            .families
            .iter()
            .find(|family| model.contains(family.marker));
        known.copied().unwrap_or(Family::UNKNOWN)
    }

    /// Whether the model of `call` reads the opaque values of an answer by `origin`: the same maker made both.
    fn reads_opaque(&self, call: &Encode<'_>, origin: Option<&ModelId>) -> bool {
        call.reads_opaque(origin)
            && origin.is_none_or(|origin| {
                self.family(&origin.model).maker == self.family(call.model()).maker
            })
    }
}

impl Default for Converse {
    fn default() -> Self {
        Converse::new()
    }
}

impl Codec for Converse {
    fn encode(&self, call: &Encode<'_>) -> Result<WireRequest, ModelError> {
        encode::request(self, call)
    }

    fn decoder(&self, request: &Request, _: Delivery) -> Box<dyn Decoder> {
        let decoder = decode::Answer::new(request.conversation.next_call_number());
        names::restore(Box::new(decoder), request, NAMES)
    }

    fn framing(&self, content_type: &str, delivery: Delivery) -> Framing {
        let media_type = content_type.split(';').next().unwrap_or_default().trim();
        match (media_type, delivery) {
            ("application/vnd.amazon.eventstream", _) => Framing::AwsEventStream,
            ("application/json", _) | (_, Delivery::Whole) => Framing::Json,
            (_, Delivery::Streamed) => Framing::AwsEventStream,
        }
    }
}
