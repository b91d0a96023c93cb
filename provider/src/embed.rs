//! Embedding protocols without I/O: how texts become bytes, and how bytes become vectors.
//!
//! One request has its limit of texts. [`split`] cuts a request into ones that the host takes, and [`merge`] puts the
//! answers together again:
//!
//! ```
//! use windlass_core::{EmbedRequest, ModelError};
//! use windlass_provider::embed::{EmbedCodec, OpenAi, merge, split};
//!
//! let codec = OpenAi::new().with_max_batch(1);
//! let batches = split(&EmbedRequest::new(["Oslo", "Rome"]), codec.max_batch());
//! let mut answers = Vec::new();
//! for batch in &batches {
//!     let request = codec.encode(batch, "text-embedding-3-small")?;
//!     assert_eq!(request.path, "/embeddings");
//!     let body = br#"{"data":[{"index":0,"embedding":[0.5,1.0]}],"usage":{"prompt_tokens":1}}"#;
//!     answers.push(codec.decode(body)?);
//! }
//! let embeddings = merge(&batches, answers)?;
//! assert_eq!(embeddings.vectors, [[0.5, 1.0], [0.5, 1.0]]);
//! assert_eq!(embeddings.usage.input(), Some(2));
//! # Ok::<(), ModelError>(())
//! ```

mod batch;
mod client;
mod cohere;
mod gemini;
mod ollama;
mod open_ai;
#[cfg(test)]
mod tests;

use std::fmt;

use serde::Deserialize;
use serde_json::value::RawValue;
use windlass_core::{EmbedRequest, Embeddings, ErrorKind, ModelError, Usage};

pub use batch::{merge, split};
pub use client::EmbedClient;
pub use cohere::Cohere;
pub use gemini::Gemini;
pub use ollama::Ollama;
pub use open_ai::{OpenAi, Packing};

use crate::classify;
use crate::codec::WireRequest;
use crate::frame::Frame;
use crate::json::{Count, wire_object};
use crate::wire::lenient::{self, unreadable};

/// An embedding protocol, in the dialect of one host: plain data, without I/O and without state.
pub trait EmbedCodec: Send + Sync + fmt::Debug {
    /// Writes the request, which has at most [`max_batch`](EmbedCodec::max_batch) inputs.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unsupported`], with the name of the field, for what the wire does not have.
    fn encode(&self, request: &EmbedRequest, model: &str) -> Result<WireRequest, ModelError>;

    /// Reads the body of a good answer: one vector for each input, in their order.
    ///
    /// # Errors
    ///
    /// The error that the provider reports in place of vectors, classified; [`ErrorKind::Truncated`] for a body that was
    /// cut; or [`ErrorKind::Protocol`] for what does not decode.
    fn decode(&self, body: &[u8]) -> Result<Embeddings, ModelError>;

    /// How many inputs the host takes in one request.
    fn max_batch(&self) -> usize;
}

wire_object! {
    /// Where the hosts report a failure in place of vectors.
    struct Failure<'a> {
        "error" | "message" => words: Option<&'a RawValue>,
    }
}

/// Reads a body as a `T`.
fn read<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, ModelError> {
    lenient::parse(body).map_err(|error| match is_failure(body) {
        true => classify::in_stream(body, None),
        false => unreadable(&Frame::new(body), error),
    })
}

/// The error for a body that was read and has no vectors.
fn no_vectors(body: &[u8]) -> ModelError {
    if is_failure(body) {
        return classify::in_stream(body, None);
    }
    ModelError::new(ErrorKind::Protocol, "the answer holds no vectors")
        .with_body(&classify::redact(&String::from_utf8_lossy(body)))
}

/// The vectors of an answer, none of them empty.
fn checked(vectors: Vec<Vec<f32>>, body: &[u8]) -> Result<Embeddings, ModelError> {
    if vectors.iter().any(Vec::is_empty) {
        return Err(
            ModelError::new(ErrorKind::Protocol, "a vector of the answer is empty")
                .with_body(&classify::redact(&String::from_utf8_lossy(body))),
        );
    }
    Ok(Embeddings::new(vectors))
}

fn is_failure(body: &[u8]) -> bool {
    serde_json::from_slice::<Failure<'_>>(body).is_ok_and(|failure| failure.words.is_some())
}

/// The usage of an embedding, which is input alone.
fn usage(tokens: Count) -> Usage {
    match tokens {
        Count(Some(tokens)) => Usage::UNKNOWN.with_input(tokens),
        Count(None) => Usage::UNKNOWN,
    }
}
