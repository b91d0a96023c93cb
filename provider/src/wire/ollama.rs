//! Ollama's own protocol, `/api/chat`: one JSON object a line.
//!
//! What surprises, with the numbers of the protocol's facts:
//!
//! - The body is newline-delimited JSON, no event stream. The line with `done: true` ends it and has the reason and the
//!   counts; either count can be missing, the prompt's where the whole prompt was cached (153).
//! - A call comes whole, in one line, with its arguments as an object (154). Older servers give it no id, so one is
//!   synthesised; such an id is not sent back. Newer ones number the calls, but the number of a call says nothing that
//!   its place does not.
//! - Thinking stands in `thinking`, beside `content` (155). Neither says when it is over, so both end with the answer,
//!   and the order of a message is always thinking, text, calls.
//! - A failure after the first line is a line `{"error": "…"}` under status 200.
//! - `done_reason` is `load` or `unload` for a request without messages. Old servers have no `done_reason`.
//!
//! # What is sent
//!
//! - Sampling goes into `options`, by Ollama's own names (`num_predict`, `top_k`); what has no option here goes there by
//!   `extra`: `{"options": {"num_ctx": 32768}}`, and `keep_alive` beside it.
//! - The wire has pictures in base64 only, and they stand beside the text, so their place within it is lost. Documents
//!   of text are framed within the text.
//! - There is no tool choice. [`ToolChoice::None`](windlass_core::ToolChoice::None) sends no tools.
//! - An effort becomes `think`, a budget the nearest level:
//!
//! | reasoning | `think` |
//! |---|---|
//! | neither effort nor budget | `true` |
//! | `Off`, a budget of 0 | `false` |
//! | `Minimal`, `Low`, up to 4,096 tokens | `"low"` |
//! | `Medium`, up to 16,384 tokens | `"medium"` |
//! | `High`, up to 65,536 tokens | `"high"` |
//! | `Max`, more | `"max"` |

mod decode;
mod encode;
#[cfg(test)]
mod tests;

use windlass_core::{ModelError, Request};

use crate::codec::{Codec, Decoder, Delivery, Encode, WireRequest};
use crate::frame::{Framing, SseOptions};

/// Ollama's own protocol, in the dialect of one host.
///
/// ```
/// use windlass_provider::wire::ollama::Ollama;
///
/// static LONG: Ollama = Ollama::new().with_context(65_536);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ollama {
    path: &'static str,
    context: Option<u32>,
}

impl Ollama {
    /// The protocol as the server on one's own machine speaks it.
    #[must_use]
    pub const fn new() -> Self {
        Ollama {
            path: "/api/chat",
            context: None,
        }
    }

    /// Sets what follows the base URL.
    #[must_use]
    pub const fn with_path(mut self, path: &'static str) -> Self {
        self.path = path;
        self
    }

    /// Sets how many tokens of context the server gives the model. Without it the server takes a small default and
    /// silently cuts what is longer.
    #[must_use]
    pub const fn with_context(mut self, tokens: u32) -> Self {
        self.context = Some(tokens);
        self
    }
}

impl Default for Ollama {
    fn default() -> Self {
        Ollama::new()
    }
}

impl Codec for Ollama {
    fn encode(&self, call: &Encode<'_>) -> Result<WireRequest, ModelError> {
        encode::request(self, call)
    }

    fn decoder(&self, request: &Request, _: Delivery) -> Box<dyn Decoder> {
        Box::new(decode::Answer::new(request.conversation.next_call_number()))
    }

    fn framing(&self, content_type: &str, delivery: Delivery) -> Framing {
        if content_type.contains("event-stream") {
            Framing::Sse(SseOptions::new())
        } else if content_type.contains("ndjson") || delivery == Delivery::Streamed {
            Framing::Ndjson
        } else {
            Framing::Json
        }
    }
}
