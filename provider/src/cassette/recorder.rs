use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use async_trait::async_trait;
use bytes::Bytes;
use futures_core::Stream;
use indexmap::IndexMap;
use serde_json::Value;

use super::{Cassette, Exchange, Piece, RecordedRequest, RecordedResponse};
use crate::classify::{redact, redact_secret};
use crate::transport::{
    BodyStream, HeaderValue, HttpRequest, HttpResponse, Transport, TransportError,
};

/// A transport that records what passes through another one.
///
/// Keys are not recorded: secret headers are left out, the key is taken out of every text, and so is whatever looks like one.
/// Of the response, only headers that tell something about it are kept.
///
/// ```no_run
/// use windlass_provider::cassette::Recorder;
/// use windlass_provider::transport::HttpTransport;
/// use windlass_provider::{Client, hosts};
///
/// let recorder = Recorder::new(HttpTransport::shared()?);
/// let model = Client::builder(hosts::OPENAI, "gpt-5").from_env()?.transport(recorder.clone()).build()?;
/// // … ask the model, then:
/// recorder.cassette().save("tests/cassettes/weather.json")?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Recorder<T> {
    inner: T,
    tape: Tape,
}

#[derive(Clone, Debug, Default)]
struct Tape(Arc<Mutex<Cassette>>);

impl Tape {
    fn cassette(&self) -> MutexGuard<'_, Cassette> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T: Transport> Recorder<T> {
    /// Records what passes through `inner`.
    pub fn new(inner: T) -> Self {
        Recorder {
            inner,
            tape: Tape::default(),
        }
    }

    /// What was recorded so far, bodies that are still coming included as far as they have come.
    pub fn cassette(&self) -> Cassette {
        self.tape.cassette().clone()
    }
}

#[async_trait]
impl<T: Transport> Transport for Recorder<T> {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        let secrets: Vec<_> = request
            .headers
            .iter()
            .filter_map(|(_, value)| secret(value))
            .collect();
        let recorded = recorded_request(&request);
        let mut response = self.inner.send(request).await?;
        let place = {
            let mut cassette = self.tape.cassette();
            cassette.exchanges.push(Exchange {
                request: recorded,
                response: recorded_head(&response, &secrets),
            });
            cassette.exchanges.len() - 1
        };
        let body = std::mem::replace(&mut response.body, Box::pin(Nothing));
        response.body = Box::pin(Recording {
            body,
            tape: self.tape.clone(),
            place,
            secrets,
        });
        Ok(response)
    }
}

/// The secret of a header, without the word that says of what kind it is.
fn secret(value: &HeaderValue) -> Option<String> {
    match value {
        HeaderValue::Plain(_) => None,
        HeaderValue::Secret(secret) => secret.expose().rsplit(' ').next().map(str::to_owned),
    }
}

/// The request without its host and its key.
pub(super) fn recorded_request(request: &HttpRequest) -> RecordedRequest {
    let secrets: Vec<_> = request
        .headers
        .iter()
        .filter_map(|(_, value)| secret(value))
        .collect();
    let (_, rest) = request.url.split_once("://").unwrap_or(("", &request.url));
    let path = rest.find('/').map_or("/", |at| &rest[at..]);
    let plain = request
        .headers
        .iter()
        .filter_map(|(name, value)| match value {
            HeaderValue::Plain(value) => Some((name.to_ascii_lowercase(), clean(value, &secrets))),
            HeaderValue::Secret(_) => None,
        });
    let text = clean(&String::from_utf8_lossy(&request.body), &secrets);
    let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
    RecordedRequest {
        path: clean(path, &secrets),
        headers: plain.collect(),
        body,
    }
}

fn recorded_head(response: &HttpResponse, secrets: &[String]) -> RecordedResponse {
    let telling = response.headers.iter().filter(|(name, _)| tells(name));
    let headers: IndexMap<_, _> = telling
        .map(|(name, value)| (name.to_string(), clean(value, secrets)))
        .collect();
    RecordedResponse {
        status: response.status,
        headers,
        body: Vec::new(),
        broken: None,
    }
}

/// Whether a header of a response says something that a client reads.
fn tells(name: &str) -> bool {
    name == "content-type"
        || [
            "retry-after",
            "ratelimit",
            "request-id",
            "errortype",
            "requestid",
        ]
        .iter()
        .any(|word| name.contains(word))
}

/// Text without the secrets, and without what looks like one.
fn clean(text: &str, secrets: &[String]) -> String {
    let known = secrets.iter().fold(text.to_owned(), |text, secret| {
        redact_secret(&text, secret).into_owned()
    });
    redact(&known).into_owned()
}

/// A body on its way, written down as it passes.
struct Recording {
    body: BodyStream,
    tape: Tape,
    place: usize,
    secrets: Vec<String>,
}

impl Stream for Recording {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let polled = self.body.as_mut().poll_next(context);
        let mut cassette = self.tape.cassette();
        let response = cassette
            .exchanges
            .get_mut(self.place)
            .map(|exchange| &mut exchange.response);
        if let (Poll::Ready(Some(item)), Some(response)) = (&polled, response) {
            match item {
                Ok(bytes) => response.body.push(piece(bytes, &self.secrets)),
                Err(error) => response.broken = Some(clean(&error.to_string(), &self.secrets)),
            }
        }
        drop(cassette);
        polled
    }
}

/// The bytes as they came; only a known key is taken out of them.
fn piece(bytes: &Bytes, secrets: &[String]) -> Piece {
    match Piece::of(bytes) {
        Piece::Text(text) => Piece::Text(secrets.iter().fold(text, |text, secret| {
            redact_secret(&text, secret).into_owned()
        })),
        other => other,
    }
}

struct Nothing;

impl Stream for Nothing {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(None)
    }
}
