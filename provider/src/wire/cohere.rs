//! Cohere's chat protocol, version 2. Version 1, with its `chat_history`, is not spoken.
//!
//! What surprises, with the numbers of the protocol's facts:
//!
//! - The reason and the usage are in `message-end`, under `delta`, and `data: [DONE]` follows (120, 121). A failure
//!   inside the stream is a `message-end` with the reason `ERROR`; the answer before it does not count.
//! - Before calls the model writes a plan, in events of its own (122). It is given out as
//!   [`Thinking`](windlass_core::Thinking) whose seal says `"tool_plan"`, and goes back as `tool_plan`. A message is
//!   always content, plan, calls, whatever the order of the events.
//! - A call without parameters can have empty or `null` arguments (123).
//! - `billed_units` is the bill and `tokens` the count; the count includes the tokens that came from the cache, and is
//!   what [`Usage`](windlass_core::Usage) holds (124).
//! - Citations come after the text they belong to, and name it only if there are several; so a text ends with the answer.
//!   Those of a plan or of thinking belong to no text and are passed on as
//!   [`Event::Unknown`](windlass_core::Event::Unknown).
//! - Errors have their text in `message`, where an answer has its message (125).
//!
//! # What is sent
//!
//! - Documents of text go into `documents`, as `doc:0`, `doc:1`, …, because only those are cited; the wire takes no other.
//!   Outcomes that are JSON objects or documents of text go as documents too, others as text.
//! - The wire has no named tool choice: it is `REQUIRED` where the tool is the only one, refused otherwise.
//! - `strict_tools`, `citation_options`, `safety_mode` and `priority` are for
//!   [`Options::extra`](windlass_core::Options::extra).
//! - A budget becomes `thinking.token_budget`, an effort this one:
//!
//! | reasoning | `thinking` |
//! |---|---|
//! | `Off`, a budget of 0 | disabled |
//! | `Minimal` | 1,024 tokens |
//! | `Low` | 4,096 tokens |
//! | `Medium` | 16,384 tokens |
//! | `High` | 32,768 tokens |
//! | `Max`, neither effort nor budget | enabled without a limit |

mod decode;
mod encode;
mod one_or_many;
#[cfg(test)]
mod tests;

use windlass_core::{ModelError, Request};

use crate::codec::{Codec, Decoder, Delivery, Encode, WireRequest};
use crate::frame::{Framing, SseOptions};
use crate::wire::names::{self, Form};

/// What the seal of a tool plan says, as JSON.
const TOOL_PLAN: &str = r#""tool_plan""#;

/// What the wire takes as the name of a tool.
const NAMES: Form = Form::plain("_-").up_to(64);

/// Cohere's chat protocol, in the dialect of one host.
///
/// ```
/// use windlass_provider::wire::cohere::Cohere;
///
/// static GATEWAY: Cohere = Cohere::new().with_path("/cohere/v2/chat");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cohere {
    path: &'static str,
}

impl Cohere {
    /// The protocol as Cohere itself speaks it.
    #[must_use]
    pub const fn new() -> Self {
        Cohere { path: "/v2/chat" }
    }

    /// Sets what follows the base URL.
    #[must_use]
    pub const fn with_path(mut self, path: &'static str) -> Self {
        self.path = path;
        self
    }
}

impl Default for Cohere {
    fn default() -> Self {
        Cohere::new()
    }
}

impl Codec for Cohere {
    fn encode(&self, call: &Encode<'_>) -> Result<WireRequest, ModelError> {
        encode::request(self, call)
    }

    fn decoder(&self, request: &Request, _: Delivery) -> Box<dyn Decoder> {
        let decoder = decode::Answer::new(request.conversation.next_call_number());
        names::restore(Box::new(decoder), request, NAMES)
    }

    fn framing(&self, content_type: &str, delivery: Delivery) -> Framing {
        let whole = delivery == Delivery::Whole || content_type.contains("json");
        if whole && !content_type.contains("event-stream") {
            Framing::Json
        } else {
            Framing::Sse(SseOptions::new())
        }
    }
}
