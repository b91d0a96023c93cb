use std::fmt;

use serde::Serialize;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use windlass_core::{EmbedKind, EmbedRequest, Embeddings, ModelError};

use super::{EmbedCodec, checked, no_vectors, read, usage};
use crate::body::{Body, write_json};
use crate::codec::WireRequest;
use crate::json::{Count, wire_object};

/// Cohere's embeddings, version 2. The answers of version 1 are read too.
///
/// The host wants to know what the vectors are for: where the request does not say, they are of documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cohere {
    path: &'static str,
    max_batch: usize,
}

impl Cohere {
    /// The protocol as Cohere itself speaks it.
    #[must_use]
    pub const fn new() -> Self {
        Cohere {
            path: "/v2/embed",
            max_batch: 96,
        }
    }

    /// Sets what follows the base URL.
    #[must_use]
    pub const fn with_path(mut self, path: &'static str) -> Self {
        self.path = path;
        self
    }

    /// Sets how many inputs the host takes in one request.
    #[must_use]
    pub const fn with_max_batch(mut self, inputs: usize) -> Self {
        self.max_batch = inputs;
        self
    }
}

impl Default for Cohere {
    fn default() -> Self {
        Cohere::new()
    }
}

#[derive(Serialize)]
struct Head<'a> {
    model: &'a str,
    input_type: &'static str,
    embedding_types: [&'static str; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    output_dimension: Option<u32>,
}

wire_object! {
    struct Answer {
        "embeddings" => embeddings: Vectors,
        "meta" => meta: Meta,
    }
}

wire_object! {
    struct Meta {
        "tokens" => tokens: Tokens,
        "billed_units" => billed: Tokens,
    }
}

wire_object! {
    struct Tokens {
        "input_tokens" => input: Count,
    }
}

wire_object! {
    struct ByType {
        "float" => float: Option<Vec<Vec<f32>>>,
    }
}

impl EmbedCodec for Cohere {
    fn encode(&self, request: &EmbedRequest, model: &str) -> Result<WireRequest, ModelError> {
        let head = Head {
            model,
            input_type: input_type(request.kind),
            embedding_types: ["float"],
            output_dimension: request.dimensions,
        };
        let mut body = Body::begin(&head, &request.extra, 256)?;
        body.member("texts", |out| write_json(out, &request.inputs))?;
        Ok(WireRequest::new(self.path, body.end()))
    }

    fn decode(&self, body: &[u8]) -> Result<Embeddings, ModelError> {
        let answer: Answer = read(body)?;
        let vectors = answer.embeddings.0.ok_or_else(|| no_vectors(body))?;
        let Meta { tokens, billed } = answer.meta;
        let input = Count(tokens.input.0.or(billed.input.0));
        Ok(checked(vectors, body)?.with_usage(usage(input)))
    }

    fn max_batch(&self) -> usize {
        self.max_batch
    }
}

fn input_type(kind: Option<EmbedKind>) -> &'static str {
    match kind {
        Some(EmbedKind::Query) => "search_query",
        Some(EmbedKind::Classification) => "classification",
        Some(EmbedKind::Similarity | EmbedKind::Clustering) => "clustering",
        _ => "search_document",
    }
}

/// The vectors, by type or, in version 1, bare.
#[derive(Debug, Default)]
struct Vectors(Option<Vec<Vec<f32>>>);

impl<'de> Deserialize<'de> for Vectors {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;

        impl<'de> Visitor<'de> for Either {
            type Value = Vectors;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("vectors, or an object of them")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Vectors, A::Error> {
                let by_type = ByType::deserialize(MapAccessDeserializer::new(map))?;
                Ok(Vectors(by_type.float))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Vectors, A::Error> {
                Vec::deserialize(SeqAccessDeserializer::new(list)).map(|list| Vectors(Some(list)))
            }
        }

        deserializer.deserialize_any(Either)
    }
}
