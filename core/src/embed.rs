//! The seam to embedding models: texts in, vectors out.

use std::sync::Arc;

use async_trait::async_trait;
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{ModelError, Text, Usage};

/// Something that turns texts into vectors whose nearness is nearness of meaning.
///
/// ```
/// use windlass_core::{EmbedRequest, Embedder, Embeddings, ModelError, async_trait};
///
/// /// Places a text by its length, which is not much of a meaning.
/// struct Length;
///
/// #[async_trait]
/// impl Embedder for Length {
///     async fn embed(&self, request: EmbedRequest) -> Result<Embeddings, ModelError> {
///         let lengths = request.inputs.iter().map(|text| vec![text.len() as f32]);
///         Ok(Embeddings::new(lengths.collect()))
///     }
/// }
///
/// # let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
/// # runtime.block_on(async {
/// let embeddings = Length.embed(EmbedRequest::new(["Oslo", "Rome", "Reykjavik"])).await?;
/// assert_eq!(embeddings.vectors, [[4.0], [4.0], [9.0]]);
/// # Ok::<(), ModelError>(())
/// # }).expect("it embeds");
/// ```
#[async_trait]
pub trait Embedder: Send + Sync {
    /// Gives one vector for each input, in the order of the inputs.
    ///
    /// # Errors
    ///
    /// When the request cannot be sent, the provider refuses it, or the answer is not one vector for each input.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future gives up the request; nothing of it is kept.
    async fn embed(&self, request: EmbedRequest) -> Result<Embeddings, ModelError>;
}

#[async_trait]
impl<E: Embedder + ?Sized> Embedder for Arc<E> {
    async fn embed(&self, request: EmbedRequest) -> Result<Embeddings, ModelError> {
        (**self).embed(request).await
    }
}

#[async_trait]
impl<E: Embedder + ?Sized> Embedder for Box<E> {
    async fn embed(&self, request: EmbedRequest) -> Result<Embeddings, ModelError> {
        (**self).embed(request).await
    }
}

#[async_trait]
impl<E: Embedder + ?Sized> Embedder for &E {
    async fn embed(&self, request: EmbedRequest) -> Result<Embeddings, ModelError> {
        (**self).embed(request).await
    }
}

/// Texts to embed, and what the vectors are for.
///
/// ```
/// use windlass_core::{EmbedKind, EmbedRequest};
///
/// let request = EmbedRequest::new(["Where is it warm?"])
///     .with_kind(EmbedKind::Query)
///     .with_dimensions(256);
/// assert_eq!(request.inputs, ["Where is it warm?"]);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct EmbedRequest {
    /// The texts.
    pub inputs: Vec<Text>,
    /// How many numbers a vector is to have; as many as the model makes where it is not set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dimensions: Option<u32>,
    /// What the vectors are for. A model that makes no difference is not told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<EmbedKind>,
    /// Members merged into the body of the request last, for what has no field here.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub extra: IndexMap<Text, Value>,
}

impl EmbedRequest {
    /// A request for vectors of these texts.
    pub fn new<T: Into<Text>>(inputs: impl IntoIterator<Item = T>) -> Self {
        EmbedRequest {
            inputs: inputs.into_iter().map(Into::into).collect(),
            ..EmbedRequest::default()
        }
    }

    /// Sets how many numbers a vector is to have.
    #[must_use]
    pub fn with_dimensions(mut self, dimensions: u32) -> Self {
        self.dimensions = Some(dimensions);
        self
    }

    /// Sets what the vectors are for.
    #[must_use]
    pub fn with_kind(mut self, kind: EmbedKind) -> Self {
        self.kind = Some(kind);
        self
    }

    /// Adds a member to the body of the request; it is merged last and wins.
    #[must_use]
    pub fn with_extra(mut self, name: impl Into<Text>, value: impl Into<Value>) -> Self {
        self.extra.insert(name.into(), value.into());
        self
    }
}

/// What vectors are for. Some models place a question near its answers only if they are told which is which.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum EmbedKind {
    /// The texts are questions, to find documents with.
    Query,
    /// The texts are documents, to be found.
    Document,
    /// The texts are to be compared with each other.
    Similarity,
    /// The texts are to be sorted into known classes.
    Classification,
    /// The texts are to be grouped.
    Clustering,
}

/// Vectors, one for each input.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Embeddings {
    /// The vectors, in the order of the inputs.
    pub vectors: Vec<Vec<f32>>,
    /// The tokens it took.
    #[serde(default)]
    pub usage: Usage,
    /// The model that made them, as the provider names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<Text>,
}

impl Embeddings {
    /// These vectors, of unknown usage.
    pub fn new(vectors: Vec<Vec<f32>>) -> Self {
        Embeddings {
            vectors,
            ..Embeddings::default()
        }
    }

    /// Sets the tokens it took.
    #[must_use]
    pub fn with_usage(mut self, usage: Usage) -> Self {
        self.usage = usage;
        self
    }

    /// Names the model that made them.
    #[must_use]
    pub fn with_model(mut self, model: impl Into<Text>) -> Self {
        self.model = Some(model.into());
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_seam_is_object_safe_and_passes_through_pointers() {
        fn is_embedder<E: Embedder>() {}
        is_embedder::<Arc<dyn Embedder>>();
        is_embedder::<Box<dyn Embedder>>();
        is_embedder::<&dyn Embedder>();
    }

    #[test]
    fn vectors_are_stored_with_what_is_known_of_them() {
        let known = Embeddings::new(vec![vec![0.5, -1.0]])
            .with_usage(Usage::UNKNOWN.with_input(3))
            .with_model("m-1");
        let json = r#"{"vectors":[[0.5,-1.0]],"usage":{"input":3},"model":"m-1"}"#;
        assert_eq!(serde_json::to_string(&known).unwrap(), json);
        assert_eq!(serde_json::from_str::<Embeddings>(json).unwrap(), known);
        let bare: Embeddings = serde_json::from_str(r#"{"vectors":[]}"#).unwrap();
        assert_eq!(bare, Embeddings::default());
    }
}
