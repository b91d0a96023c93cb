use serde::Serialize;
use windlass_core::{EmbedKind, EmbedRequest, Embeddings, ModelError};

use super::{EmbedCodec, checked, no_vectors, read, usage};
use crate::body::{Body, Separated, write_json};
use crate::codec::WireRequest;
use crate::json::{Count, wire_object};

/// Gemini's `batchEmbedContents`. The answer of `embedContent`, with one vector, is read too.
///
/// Extra members go into each of the requests of a batch, because the batch itself has no others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gemini {
    max_batch: usize,
}

impl Gemini {
    /// The protocol as the Gemini API speaks it.
    #[must_use]
    pub const fn new() -> Self {
        Gemini { max_batch: 100 }
    }

    /// Sets how many inputs the host takes in one request.
    #[must_use]
    pub const fn with_max_batch(mut self, inputs: usize) -> Self {
        self.max_batch = inputs;
        self
    }
}

impl Default for Gemini {
    fn default() -> Self {
        Gemini::new()
    }
}

#[derive(Serialize)]
struct Head<'a> {
    model: &'a str,
    #[serde(rename = "taskType", skip_serializing_if = "Option::is_none")]
    task_type: Option<&'static str>,
    #[serde(
        rename = "outputDimensionality",
        skip_serializing_if = "Option::is_none"
    )]
    dimensions: Option<u32>,
}

#[derive(Serialize)]
struct Content<'a> {
    parts: [Part<'a>; 1],
}

#[derive(Serialize)]
struct Part<'a> {
    text: &'a str,
}

wire_object! {
    struct Answer {
        "embeddings" => embeddings: Option<Vec<Vector>>,
        "embedding" => embedding: Option<Vector>,
        "usageMetadata" => usage: Tokens,
    }
}

wire_object! {
    struct Vector {
        "values" => values: Vec<f32>,
    }
}

wire_object! {
    struct Tokens {
        "promptTokenCount" => prompt: Count,
    }
}

impl EmbedCodec for Gemini {
    fn encode(&self, request: &EmbedRequest, model: &str) -> Result<WireRequest, ModelError> {
        let model = resource(model);
        let head = Head {
            model: &model,
            task_type: request.kind.and_then(task_type),
            dimensions: request.dimensions,
        };
        let mut out = br#"{"requests":["#.to_vec();
        let mut between = Separated::new();
        for text in &request.inputs {
            let parts = [Part { text }];
            let mut body = Body::begin(&head, &request.extra, 128)?;
            body.member("content", |out| write_json(out, &Content { parts }))?;
            between.next(&mut out);
            out.extend_from_slice(&body.end());
        }
        out.extend_from_slice(b"]}");
        Ok(WireRequest::new(
            format!("/{model}:batchEmbedContents"),
            out,
        ))
    }

    fn decode(&self, body: &[u8]) -> Result<Embeddings, ModelError> {
        let answer: Answer = read(body)?;
        let one = answer.embedding.map(|vector| vec![vector]);
        let vectors = answer.embeddings.or(one).ok_or_else(|| no_vectors(body))?;
        let vectors = vectors.into_iter().map(|vector| vector.values).collect();
        Ok(checked(vectors, body)?.with_usage(usage(answer.usage.prompt)))
    }

    fn max_batch(&self) -> usize {
        self.max_batch
    }
}

/// The model as the API names it, `models/…` unless it says so itself.
fn resource(model: &str) -> String {
    if model.contains('/') {
        model.to_owned()
    } else {
        format!("models/{model}")
    }
}

fn task_type(kind: EmbedKind) -> Option<&'static str> {
    match kind {
        EmbedKind::Query => Some("RETRIEVAL_QUERY"),
        EmbedKind::Document => Some("RETRIEVAL_DOCUMENT"),
        EmbedKind::Similarity => Some("SEMANTIC_SIMILARITY"),
        EmbedKind::Classification => Some("CLASSIFICATION"),
        EmbedKind::Clustering => Some("CLUSTERING"),
        _ => None,
    }
}
