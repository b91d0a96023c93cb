//! The seam to models: one request, one attempt, one stream of events.

mod profile;
mod stream;

use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

pub use profile::{Abilities, Ability, Prices, Profile};
pub use stream::{EventSource, EventStream, Witness};

use crate::{ModelError, Request, Text};

/// Something that answers requests: a provider's client, a script, or a wrapper around another model.
///
/// A call of [`stream`](Model::stream) is one attempt. Nothing is repeated here; who wants that puts a retry policy
/// around it.
///
/// ```
/// use std::sync::Arc;
/// use windlass_core::{async_trait, EventStream, Model, ModelError, Profile, Request};
///
/// /// Counts what is asked of another model.
/// struct Counted<M> {
///     inner: M,
///     asked: std::sync::atomic::AtomicU64,
/// }
///
/// #[async_trait]
/// impl<M: Model> Model for Counted<M> {
///     fn profile(&self) -> &Profile {
///         self.inner.profile()
///     }
///
///     async fn stream(&self, request: Request) -> Result<EventStream, ModelError> {
///         self.asked.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
///         self.inner.stream(request).await
///     }
/// }
/// ```
#[async_trait]
pub trait Model: Send + Sync {
    /// What is known of the model before it is asked.
    fn profile(&self) -> &Profile;

    /// Sends the request and gives the stream of its answer once the provider has accepted it.
    ///
    /// # Errors
    ///
    /// When the request cannot be sent, or the provider refuses it. What fails later comes out of the stream.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future gives up the attempt; dropping the stream closes the connection.
    async fn stream(&self, request: Request) -> Result<EventStream, ModelError>;
}

#[async_trait]
impl<M: Model + ?Sized> Model for Arc<M> {
    fn profile(&self) -> &Profile {
        (**self).profile()
    }

    async fn stream(&self, request: Request) -> Result<EventStream, ModelError> {
        (**self).stream(request).await
    }
}

#[async_trait]
impl<M: Model + ?Sized> Model for Box<M> {
    fn profile(&self) -> &Profile {
        (**self).profile()
    }

    async fn stream(&self, request: Request) -> Result<EventStream, ModelError> {
        (**self).stream(request).await
    }
}

#[async_trait]
impl<M: Model + ?Sized> Model for &M {
    fn profile(&self) -> &Profile {
        (**self).profile()
    }

    async fn stream(&self, request: Request) -> Result<EventStream, ModelError> {
        (**self).stream(request).await
    }
}

/// Which model of which provider.
///
/// ```
/// use windlass_core::ModelId;
///
/// let id: ModelId = "openrouter/anthropic/claude-sonnet-4.5".parse()?;
/// assert_eq!((id.provider.as_str(), id.model.as_str()), ("openrouter", "anthropic/claude-sonnet-4.5"));
/// assert_eq!(id.to_string(), "openrouter/anthropic/claude-sonnet-4.5");
/// # Ok::<(), std::convert::Infallible>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ModelId {
    /// The host that serves it, `anthropic` for instance.
    pub provider: Text,
    /// The model, as the host names it.
    pub model: Text,
}

impl ModelId {
    /// The model of this name at this host.
    pub fn new(provider: impl Into<Text>, model: impl Into<Text>) -> Self {
        ModelId {
            provider: provider.into(),
            model: model.into(),
        }
    }
}

/// Reads `provider/model`; without a slash, the provider is empty.
impl FromStr for ModelId {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        let (provider, model) = text.split_once('/').unwrap_or(("", text));
        Ok(ModelId::new(provider, model))
    }
}

impl fmt::Display for ModelId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.provider.is_empty() {
            return f.write_str(&self.model);
        }
        write!(f, "{}/{}", self.provider, self.model)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_seam_is_object_safe() {
        fn takes(_: Option<&dyn Model>) {}
        takes(None);
    }
}
