use std::fmt;
use std::future::poll_fn;
use std::sync::Arc;

use async_trait::async_trait;
use windlass_core::{EmbedRequest, Embedder, Embeddings, ErrorKind, ModelError, ModelId, Options};

use super::{EmbedCodec, merge, split};
use crate::client::{Parts, Timer};
use crate::transport::HttpResponse;

/// An embedding model of a host.
///
/// A request with more inputs than the host takes at once is sent in several, one after the other; the vectors come back
/// in the order of the inputs, with the usage of all.
///
/// ```
/// use windlass_provider::{Client, hosts};
///
/// let embedder = Client::builder(hosts::OPENAI, "text-embedding-3-small").key("sk-…").build_embedder()?;
/// # let _ = embedder;
/// # Ok::<(), windlass_provider::ConnectError>(())
/// ```
#[derive(Clone)]
pub struct EmbedClient {
    parts: Arc<Parts>,
    codec: &'static dyn EmbedCodec,
}

impl EmbedClient {
    pub(crate) fn new(parts: Parts, codec: &'static dyn EmbedCodec) -> Self {
        EmbedClient {
            parts: Arc::new(parts),
            codec,
        }
    }

    /// The model that makes the vectors.
    pub fn model(&self) -> &ModelId {
        &self.parts.profile.id
    }

    async fn batch(
        &self,
        request: &EmbedRequest,
        timer: &mut Timer,
    ) -> Result<Embeddings, ModelError> {
        let wire = self.codec.encode(request, &self.model().model)?;
        let http = self.parts.http_request(wire, &Options::new()).await?;
        let response = self.parts.send(http, timer).await?;
        let body = self.whole(response, timer).await?;
        self.codec.decode(&body)
    }

    async fn whole(
        &self,
        mut response: HttpResponse,
        timer: &mut Timer,
    ) -> Result<Vec<u8>, ModelError> {
        let mut body = Vec::new();
        loop {
            match timer
                .watch(poll_fn(|context| response.body.as_mut().poll_next(context)))
                .await?
            {
                Some(Ok(chunk)) if body.len() + chunk.len() > self.parts.max_response => {
                    let what =
                        format!("the answer has more than {} bytes", self.parts.max_response);
                    return Err(ModelError::new(ErrorKind::Protocol, what)
                        .with_hint("raise `max_response`"));
                }
                Some(Ok(chunk)) => body.extend_from_slice(&chunk),
                Some(Err(error)) => {
                    return Err(ModelError::new(error.kind(), error.to_string()).with_source(error));
                }
                None => return Ok(body),
            }
        }
    }
}

#[async_trait]
impl Embedder for EmbedClient {
    async fn embed(&self, request: EmbedRequest) -> Result<Embeddings, ModelError> {
        let batches = split(&request, self.codec.max_batch());
        let mut answers = Vec::with_capacity(batches.len());
        for batch in &batches {
            let mut timer = Timer::start(self.parts.clocks);
            let answer = self.batch(batch, &mut timer).await;
            answers.push(answer.map_err(|error| self.parts.decorate(error))?);
        }
        merge(&batches, answers)
    }
}

impl fmt::Debug for EmbedClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EmbedClient")
            .field("model", &format_args!("{}", self.model()))
            .field("codec", &self.codec)
            .finish_non_exhaustive()
    }
}
