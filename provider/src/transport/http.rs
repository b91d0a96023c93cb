use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures_core::Stream;
use http_body::Body as _;
use tokio::runtime::Handle;
use windlass_core::{Clock, ErrorKind, Phase, Text};

use self::pools::Pools;
use super::{HeaderValue, HttpRequest, HttpResponse, Transport, TransportError};
use crate::secret::Secret;

mod pools;

/// How long a connection may take to be made unless the builder says otherwise.
const CONNECT: Duration = Duration::from_secs(10);

/// HTTP/1.1 and HTTP/2 over TLS, with connections that are kept and used again.
///
/// A clone shares the connections. A connection lives in the runtime that made it, so each runtime has its own.
#[derive(Clone)]
pub struct HttpTransport {
    settings: HttpTransportBuilder,
    pools: Arc<Pools>,
}

impl HttpTransport {
    /// Begins a transport of its own.
    pub fn builder() -> HttpTransportBuilder {
        HttpTransportBuilder::default()
    }

    /// The transport that all clients share that are given none: built when the first needs it, because loading the root
    /// certificates is the dearest part of a client.
    ///
    /// # Errors
    ///
    /// When TLS cannot be set up on this machine.
    pub fn shared() -> Result<Arc<HttpTransport>, TransportError> {
        static SHARED: OnceLock<Arc<HttpTransport>> = OnceLock::new();
        if let Some(shared) = SHARED.get() {
            return Ok(Arc::clone(shared));
        }
        let built = Arc::new(HttpTransport::builder().build()?);
        Ok(Arc::clone(SHARED.get_or_init(|| built)))
    }

    /// The client whose connections live in this runtime.
    fn client(&self) -> Result<reqwest::Client, TransportError> {
        let runtime = Handle::try_current().map_err(|error| {
            TransportError::new(Phase::Connect, "there is no tokio runtime to connect from")
                .with_source(error)
        })?;
        self.pools.client(runtime.id(), || self.settings.client())
    }
}

impl fmt::Debug for HttpTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("HttpTransport")
            .field(&self.settings)
            .finish()
    }
}

/// Settings of an [`HttpTransport`].
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct HttpTransportBuilder {
    connect: Option<Duration>,
    /// Its URL may hold a password.
    proxy: Option<Secret>,
    user_agent: Option<String>,
}

impl HttpTransportBuilder {
    /// Sets how long a connection may take to be made; ten seconds by default.
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.connect = Some(limit);
        self
    }

    /// Sends everything through this proxy instead of the one that the system names.
    pub fn proxy(mut self, url: impl Into<String>) -> Self {
        self.proxy = Some(Secret::new(url));
        self
    }

    /// Sets the user agent; `windlass/VERSION` by default.
    pub fn user_agent(mut self, name: impl Into<String>) -> Self {
        self.user_agent = Some(name.into());
        self
    }

    /// Builds the transport.
    ///
    /// # Errors
    ///
    /// When the proxy is no URL, the user agent is no header value, or TLS cannot be set up on this machine.
    pub fn build(self) -> Result<HttpTransport, TransportError> {
        let pools = Arc::new(Pools::new(self.client()?));
        Ok(HttpTransport {
            settings: self,
            pools,
        })
    }

    fn client(&self) -> Result<reqwest::Client, TransportError> {
        let agent = self
            .user_agent
            .clone()
            .unwrap_or_else(|| concat!("windlass/", env!("CARGO_PKG_VERSION")).to_owned());
        let mut builder = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(self.connect.unwrap_or(CONNECT))
            .user_agent(agent);
        #[cfg(all(feature = "rustls-ring", not(feature = "rustls")))]
        {
            builder = builder.tls_backend_preconfigured(ring::config()?);
        }
        if let Some(proxy) = &self.proxy {
            builder = builder.proxy(reqwest::Proxy::all(proxy.expose()).map_err(unusable)?);
        }
        builder.build().map_err(unusable)
    }
}

fn unusable(error: reqwest::Error) -> TransportError {
    TransportError::new(Phase::Connect, "the HTTP client cannot be set up")
        .with_kind(ErrorKind::InvalidRequest)
        .with_source(error.without_url())
}

/// TLS with ring. No provider is installed for the process, which is the program's business and not a library's.
#[cfg(all(feature = "rustls-ring", not(feature = "rustls")))]
mod ring {
    use std::sync::Arc;

    use rustls::ClientConfig;
    use rustls_platform_verifier::BuilderVerifierExt;
    use windlass_core::{ErrorKind, Phase};

    use super::TransportError;

    pub(super) fn config() -> Result<ClientConfig, TransportError> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder =
            ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let verified = builder.and_then(|builder| builder.with_platform_verifier());
        let mut config = verified.map_err(unusable)?.with_no_client_auth();
        // A configuration that is given whole names no protocols, and HTTP/2 would be lost.
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(config)
    }

    fn unusable(error: rustls::Error) -> TransportError {
        TransportError::new(Phase::Connect, "TLS cannot be set up")
            .with_kind(ErrorKind::InvalidRequest)
            .with_source(error)
    }
}

#[async_trait]
impl Transport for HttpTransport {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        let headers = header_map(&request)?;
        let sent = self
            .client()?
            .post(&request.url)
            .headers(headers)
            .body(request.body)
            .send()
            .await;
        let response = sent.map_err(|error| failed(error, Phase::Send))?;
        let status = response.status().as_u16();
        let headers = response.headers().iter();
        let headers = headers.map(|(name, value)| {
            (
                Text::from(name.as_str()),
                Text::from_utf8_lossy(value.as_bytes()),
            )
        });
        let headers = headers.collect();
        Ok(HttpResponse::new(
            status,
            headers,
            Box::pin(Chunks(response.into())),
        ))
    }
}

fn header_map(request: &HttpRequest) -> Result<reqwest::header::HeaderMap, TransportError> {
    let mut headers = reqwest::header::HeaderMap::with_capacity(request.headers.len());
    for (name, value) in &request.headers {
        let bad = |what| {
            let what = format!("header `{name}` has {what} that cannot be sent");
            TransportError::new(Phase::Send, what).with_kind(ErrorKind::InvalidRequest)
        };
        let key =
            reqwest::header::HeaderName::from_bytes(name.as_bytes()).map_err(|_| bad("a name"))?;
        let mut sent =
            reqwest::header::HeaderValue::from_str(value.expose()).map_err(|_| bad("a value"))?;
        sent.set_sensitive(matches!(value, HeaderValue::Secret(_)));
        headers.insert(key, sent);
    }
    Ok(headers)
}

/// The address is left out, because a user may have put a key into it.
fn failed(error: reqwest::Error, phase: Phase) -> TransportError {
    let (phase, what) = match phase {
        _ if error.is_connect() => (Phase::Connect, "no connection"),
        Phase::Receive => (Phase::Receive, "the connection broke while the answer came"),
        _ => (phase, "the connection broke before the answer came"),
    };
    let kind = match phase {
        Phase::Connect if error.is_timeout() => ErrorKind::Timeout(Clock::Connect),
        _ if error.is_builder() => ErrorKind::InvalidRequest,
        _ => ErrorKind::Connection(phase),
    };
    TransportError::new(phase, what)
        .with_kind(kind)
        .with_source(error.without_url())
}

/// The pieces of a body, polled without a layer between the connection and the decoder.
struct Chunks(reqwest::Body);

impl Stream for Chunks {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            match Pin::new(&mut self.0).poll_frame(context) {
                Poll::Ready(Some(Ok(frame))) => match frame.into_data() {
                    Ok(chunk) => return Poll::Ready(Some(Ok(chunk))),
                    Err(_trailers) => {}
                },
                Poll::Ready(Some(Err(error))) => {
                    return Poll::Ready(Some(Err(failed(error, Phase::Receive))));
                }
                Poll::Ready(None) => return Poll::Ready(None),
                Poll::Pending => return Poll::Pending,
            }
        }
    }
}
