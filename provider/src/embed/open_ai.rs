use std::fmt;

use serde::Serialize;
use serde::de::{Deserialize, Deserializer, Error, SeqAccess, Visitor};
use windlass_core::{
    EmbedKind, EmbedRequest, Embeddings, ErrorKind, ModelError, Text, decode_base64,
};

use super::{EmbedCodec, checked, no_vectors, read, usage};
use crate::body::{Body, unsupported, write_json};
use crate::codec::WireRequest;
use crate::json::{Count, JsonStr, wire_object};

/// The protocol of OpenAI's embeddings, in the dialect of one host: also that of Azure, Mistral, OpenRouter,
/// Perplexity, llama.cpp and many more.
///
/// A vector that comes as a list of numbers is read whatever was asked for; one that comes in base64 is read as the
/// [`Packing`] says.
///
/// ```
/// use windlass_provider::embed::{OpenAi, Packing};
///
/// static PACKED: OpenAi = OpenAi::new().with_encoding_format("base64");
/// static SMALL: OpenAi = OpenAi::new().with_path("/v1/embeddings").with_packing(Packing::I8).with_max_batch(512);
/// static PLAIN: OpenAi = OpenAi::new().without_dimensions();
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenAi {
    path: &'static str,
    encoding_format: Option<&'static str>,
    packing: Packing,
    dimensions: Option<&'static str>,
    kind: Option<Kinds>,
    max_batch: usize,
}

/// What a vector in base64 holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Packing {
    /// Floats of 32 bits, little-endian.
    #[default]
    F32,
    /// Signed bytes. They are given as the numbers they are, which changes no angle between vectors.
    I8,
}

/// How a host is told questions from documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Kinds {
    member: &'static str,
    query: &'static str,
    document: &'static str,
}

impl OpenAi {
    /// The protocol as OpenAI itself speaks it, with vectors as lists of numbers.
    #[must_use]
    pub const fn new() -> Self {
        OpenAi {
            path: "/embeddings",
            encoding_format: None,
            packing: Packing::F32,
            dimensions: Some("dimensions"),
            kind: None,
            max_batch: 2_048,
        }
    }

    /// Sets what follows the base URL.
    #[must_use]
    pub const fn with_path(mut self, path: &'static str) -> Self {
        self.path = path;
        self
    }

    /// Sets the `encoding_format` that is asked for; `base64` is a quarter of the size.
    #[must_use]
    pub const fn with_encoding_format(mut self, format: &'static str) -> Self {
        self.encoding_format = Some(format);
        self
    }

    /// Sets what a vector in base64 holds.
    #[must_use]
    pub const fn with_packing(mut self, packing: Packing) -> Self {
        self.packing = packing;
        self
    }

    /// Sets the member that has the number of dimensions.
    #[must_use]
    pub const fn with_dimensions(mut self, member: &'static str) -> Self {
        self.dimensions = Some(member);
        self
    }

    /// Says that the host has no choice of dimensions.
    #[must_use]
    pub const fn without_dimensions(mut self) -> Self {
        self.dimensions = None;
        self
    }

    /// Sets the member that tells questions from documents, and its words for them.
    #[must_use]
    pub const fn with_kind(
        mut self,
        member: &'static str,
        query: &'static str,
        document: &'static str,
    ) -> Self {
        self.kind = Some(Kinds {
            member,
            query,
            document,
        });
        self
    }

    /// Sets how many inputs the host takes in one request.
    #[must_use]
    pub const fn with_max_batch(mut self, inputs: usize) -> Self {
        self.max_batch = inputs;
        self
    }
}

impl Default for OpenAi {
    fn default() -> Self {
        OpenAi::new()
    }
}

#[derive(Serialize)]
struct Head<'a> {
    model: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    encoding_format: Option<&'static str>,
}

wire_object! {
    struct Answer<'a> {
        "data" => data: Option<Vec<Datum<'a>>>,
        "model" => model: Option<JsonStr<'a>>,
        "usage" => usage: Tokens,
    }
}

wire_object! {
    struct Datum<'a> {
        "index" => index: Count,
        "embedding" => vector: Vector<'a>,
    }
}

wire_object! {
    struct Tokens {
        "prompt_tokens" => prompt: Count,
        "total_tokens" => total: Count,
    }
}

impl EmbedCodec for OpenAi {
    fn encode(&self, request: &EmbedRequest, model: &str) -> Result<WireRequest, ModelError> {
        let head = Head {
            model,
            encoding_format: self.encoding_format,
        };
        let mut body = Body::begin(&head, &request.extra, 256)?;
        if let Some(dimensions) = request.dimensions {
            let why = "the host has no choice of dimensions";
            let member = self
                .dimensions
                .ok_or_else(|| unsupported("dimensions", why))?;
            body.member(member, |out| write_json(out, &dimensions))?;
        }
        if let Some((member, word)) = self.kind.zip(request.kind).and_then(word) {
            body.member(member, |out| write_json(out, word))?;
        }
        body.member("input", |out| write_json(out, &request.inputs))?;
        Ok(WireRequest::new(self.path, body.end()))
    }

    fn decode(&self, body: &[u8]) -> Result<Embeddings, ModelError> {
        let answer: Answer<'_> = read(body)?;
        let data = answer.data.ok_or_else(|| no_vectors(body))?;
        let mut embeddings = checked(in_order(data, self.packing)?, body)?;
        let Tokens { prompt, total } = answer.usage;
        embeddings.usage = usage(Count(prompt.0.or(total.0)));
        embeddings.model = answer.model.map(|model| model.text());
        Ok(embeddings)
    }

    fn max_batch(&self) -> usize {
        self.max_batch
    }
}

fn word((kinds, kind): (Kinds, EmbedKind)) -> Option<(&'static str, &'static str)> {
    match kind {
        EmbedKind::Query => Some((kinds.member, kinds.query)),
        EmbedKind::Document => Some((kinds.member, kinds.document)),
        _ => None,
    }
}

/// The vectors by their index; one without an index stands where it came.
fn in_order(data: Vec<Datum<'_>>, packing: Packing) -> Result<Vec<Vec<f32>>, ModelError> {
    let mut placed: Vec<(u64, Vec<f32>)> = Vec::with_capacity(data.len());
    for (place, datum) in (0..).zip(data) {
        let vector = datum.vector.numbers(packing)?;
        placed.push((datum.index.0.unwrap_or(place), vector));
    }
    placed.sort_by_key(|(index, _)| *index);
    if (0..)
        .zip(&placed)
        .any(|(place, (index, _))| place != *index)
    {
        return Err(protocol(
            "the indexes of the vectors are not those of the inputs",
        ));
    }
    Ok(placed.into_iter().map(|(_, vector)| vector).collect())
}

fn protocol(message: impl Into<Text>) -> ModelError {
    ModelError::new(ErrorKind::Protocol, message)
}

/// A vector as it comes: numbers, or bytes in base64.
#[derive(Debug)]
enum Vector<'a> {
    Numbers(Vec<f32>),
    Base64(JsonStr<'a>),
}

impl Default for Vector<'_> {
    fn default() -> Self {
        Vector::Numbers(Vec::new())
    }
}

impl Vector<'_> {
    fn numbers(self, packing: Packing) -> Result<Vec<f32>, ModelError> {
        let text = match self {
            Vector::Numbers(numbers) => return Ok(numbers),
            Vector::Base64(text) => text,
        };
        let bytes =
            decode_base64(text.as_str()).ok_or_else(|| protocol("a vector is not base64"))?;
        match packing {
            Packing::I8 => Ok(bytes
                .into_iter()
                .map(|byte| f32::from(byte.cast_signed()))
                .collect()),
            Packing::F32 => floats(&bytes)
                .ok_or_else(|| protocol(format!("{} bytes are no floats of 4", bytes.len()))),
        }
    }
}

fn floats(bytes: &[u8]) -> Option<Vec<f32>> {
    let (floats, rest) = bytes.as_chunks::<4>();
    rest.is_empty()
        .then(|| floats.iter().copied().map(f32::from_le_bytes).collect())
}

impl<'de: 'a, 'a> Deserialize<'de> for Vector<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;

        impl<'de> Visitor<'de> for Either {
            type Value = Vector<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of numbers or a string in base64")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
                let mut numbers = Vec::new();
                while let Some(number) = list.next_element()? {
                    numbers.push(number);
                }
                Ok(Vector::Numbers(numbers))
            }

            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
                let text = serde::de::value::BorrowedStrDeserializer::new(text);
                JsonStr::deserialize(text).map(Vector::Base64)
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
                let text = serde::de::value::StrDeserializer::new(text);
                JsonStr::deserialize(text).map(Vector::Base64)
            }
        }

        deserializer.deserialize_any(Either)
    }
}
