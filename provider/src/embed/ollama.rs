use serde::Serialize;
use windlass_core::{EmbedRequest, Embeddings, ModelError};

use super::{EmbedCodec, checked, no_vectors, read, usage};
use crate::body::{Body, write_json};
use crate::codec::WireRequest;
use crate::json::{Count, JsonStr, wire_object};

/// Ollama's own `/api/embed`. The answer of the older `/api/embeddings`, with one vector, is read too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ollama {
    path: &'static str,
    max_batch: usize,
}

impl Ollama {
    /// The protocol as the server on one's own machine speaks it.
    #[must_use]
    pub const fn new() -> Self {
        Ollama {
            path: "/api/embed",
            max_batch: 512,
        }
    }

    /// Sets what follows the base URL.
    #[must_use]
    pub const fn with_path(mut self, path: &'static str) -> Self {
        self.path = path;
        self
    }

    /// Sets how many inputs are sent in one request; the server itself has no limit.
    #[must_use]
    pub const fn with_max_batch(mut self, inputs: usize) -> Self {
        self.max_batch = inputs;
        self
    }
}

impl Default for Ollama {
    fn default() -> Self {
        Ollama::new()
    }
}

#[derive(Serialize)]
struct Head<'a> {
    model: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    dimensions: Option<u32>,
}

wire_object! {
    struct Answer<'a> {
        "model" => model: Option<JsonStr<'a>>,
        "embeddings" => embeddings: Option<Vec<Vec<f32>>>,
        "embedding" => embedding: Option<Vec<f32>>,
        "prompt_eval_count" => prompt: Count,
    }
}

impl EmbedCodec for Ollama {
    fn encode(&self, request: &EmbedRequest, model: &str) -> Result<WireRequest, ModelError> {
        let head = Head {
            model,
            dimensions: request.dimensions,
        };
        let mut body = Body::begin(&head, &request.extra, 256)?;
        body.member("input", |out| write_json(out, &request.inputs))?;
        Ok(WireRequest::new(self.path, body.end()))
    }

    fn decode(&self, body: &[u8]) -> Result<Embeddings, ModelError> {
        let answer: Answer<'_> = read(body)?;
        let one = answer.embedding.map(|vector| vec![vector]);
        let vectors = answer.embeddings.or(one).ok_or_else(|| no_vectors(body))?;
        let mut embeddings = checked(vectors, body)?.with_usage(usage(answer.prompt));
        embeddings.model = answer.model.map(|model| model.text());
        Ok(embeddings)
    }

    fn max_batch(&self) -> usize {
        self.max_batch
    }
}
