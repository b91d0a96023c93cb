//! The seam to the network: a request goes out, the head of a response comes back, its body streams.
//!
//! Everything above it is free of I/O. The one that ships is [`HttpTransport`] (feature `http`); another HTTP client, a
//! recording or a test takes its place by implementing [`Transport`].

#[cfg(feature = "http")]
mod http;

use std::error::Error as StdError;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures_core::Stream;
use windlass_core::{ErrorKind, Phase, Text};

#[cfg(feature = "http")]
pub use http::{HttpTransport, HttpTransportBuilder};

use crate::secret::Secret;

/// Sends one request.
#[async_trait]
pub trait Transport: Send + Sync + fmt::Debug {
    /// Sends the request and waits for the head of the response. Redirects are not followed.
    ///
    /// # Errors
    ///
    /// When no response came; any status is a response.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future, or later the body, closes the connection.
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportError>;
}

#[async_trait]
impl<T: Transport + ?Sized> Transport for Arc<T> {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        (**self).send(request).await
    }
}

/// A POST request, ready to be sent.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct HttpRequest {
    /// The whole address.
    pub url: String,
    /// The headers, each name once.
    pub headers: Vec<(Text, HeaderValue)>,
    /// The body, one piece.
    pub body: Bytes,
}

impl HttpRequest {
    /// A request with this body to this address.
    pub fn new(url: impl Into<String>, body: impl Into<Bytes>) -> Self {
        HttpRequest {
            url: url.into(),
            headers: Vec::new(),
            body: body.into(),
        }
    }

    /// The value of a header, unless it is secret.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find_map(|(known, value)| match value {
            HeaderValue::Plain(value) if known.eq_ignore_ascii_case(name) => Some(value.as_str()),
            _ => None,
        })
    }

    /// Sets a header, in place of one of the same name.
    pub fn set_header(&mut self, name: impl Into<Text>, value: impl Into<HeaderValue>) {
        let (name, value) = (name.into(), value.into());
        match self
            .headers
            .iter_mut()
            .find(|(known, _)| known.eq_ignore_ascii_case(&name))
        {
            Some((_, known)) => *known = value,
            None => self.headers.push((name, value)),
        }
    }
}

/// The value of a header; secret ones never show.
#[derive(Clone, Debug)]
#[allow(clippy::exhaustive_enums, reason = "a value is secret or not")]
pub enum HeaderValue {
    /// Anyone may see it.
    Plain(Text),
    /// It holds a key.
    Secret(Secret),
}

impl HeaderValue {
    /// The value, to be sent.
    pub fn expose(&self) -> &str {
        match self {
            HeaderValue::Plain(value) => value,
            HeaderValue::Secret(value) => value.expose(),
        }
    }
}

impl<T: Into<Text>> From<T> for HeaderValue {
    fn from(value: T) -> Self {
        HeaderValue::Plain(value.into())
    }
}

impl From<Secret> for HeaderValue {
    fn from(value: Secret) -> Self {
        HeaderValue::Secret(value)
    }
}

/// The body of a response, as it arrives.
pub type BodyStream = Pin<Box<dyn Stream<Item = Result<Bytes, TransportError>> + Send>>;

/// The head of a response, and its body.
#[non_exhaustive]
pub struct HttpResponse {
    /// The status.
    pub status: u16,
    /// The headers, their names in lower case.
    pub headers: Vec<(Text, Text)>,
    /// The body.
    pub body: BodyStream,
}

impl HttpResponse {
    /// A response with this head and body.
    pub fn new(status: u16, headers: Vec<(Text, Text)>, body: BodyStream) -> Self {
        HttpResponse {
            status,
            headers,
            body,
        }
    }

    /// The value of a header; `name` in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }
}

impl fmt::Debug for HttpResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpResponse")
            .field("status", &self.status)
            .field("headers", &self.headers)
            .finish_non_exhaustive()
    }
}

/// No response came, or its body broke off.
#[derive(Debug, thiserror::Error)]
#[error("{what}")]
pub struct TransportError {
    kind: ErrorKind,
    what: Text,
    #[source]
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl TransportError {
    /// The connection failed in this phase.
    pub fn new(phase: Phase, what: impl Into<Text>) -> Self {
        TransportError {
            kind: ErrorKind::Connection(phase),
            what: what.into(),
            source: None,
        }
    }

    /// Sets the kind of error that this becomes: a time-out while connecting, for instance.
    #[must_use]
    pub fn with_kind(mut self, kind: ErrorKind) -> Self {
        self.kind = kind;
        self
    }

    /// Attaches the cause.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// What kind of error this is.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }
}

/// How long each part of a request may take. The clocks are separate, and an error names the one that ran out.
///
/// ```
/// use std::time::Duration;
/// use windlass_provider::transport::Clocks;
///
/// let patient = Clocks::new().with_first_output(Duration::from_secs(900));
/// assert_eq!(patient.idle, Some(Duration::from_secs(180)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Clocks {
    /// From sending to the first event of the answer. Five minutes by default: a hard question takes its time.
    pub first_output: Option<Duration>,
    /// Between two events of the answer. Keep-alive comments and pings are no events; a consumer that pauses stops the
    /// clock. Three minutes by default.
    pub idle: Option<Duration>,
    /// From sending to the end of the answer. An hour by default.
    pub total: Option<Duration>,
}

impl Default for Clocks {
    fn default() -> Self {
        Clocks::new()
    }
}

impl Clocks {
    /// Five minutes to the first event, three between events, an hour in all.
    pub const fn new() -> Self {
        Clocks {
            first_output: Some(Duration::from_secs(300)),
            idle: Some(Duration::from_secs(180)),
            total: Some(Duration::from_secs(3600)),
        }
    }

    /// No limit but the connection's own.
    pub const fn unlimited() -> Self {
        Clocks {
            first_output: None,
            idle: None,
            total: None,
        }
    }

    /// Sets the time to the first event.
    #[must_use]
    pub const fn with_first_output(mut self, limit: Duration) -> Self {
        self.first_output = Some(limit);
        self
    }

    /// Sets the time between two events.
    #[must_use]
    pub const fn with_idle(mut self, limit: Duration) -> Self {
        self.idle = Some(limit);
        self
    }

    /// Sets the time for the whole answer.
    #[must_use]
    pub const fn with_total(mut self, limit: Duration) -> Self {
        self.total = Some(limit);
        self
    }
}
