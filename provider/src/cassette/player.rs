use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use async_trait::async_trait;
use bytes::Bytes;
use futures_core::Stream;
use windlass_core::{ErrorKind, Phase, Text};

use super::recorder::recorded_request;
use super::{Cassette, Exchange, RecordedRequest, RecordedResponse, difference};
use crate::transport::{HttpRequest, HttpResponse, Transport, TransportError};

/// A transport that plays a cassette: each request must be the one that was recorded, in the order of the recording.
///
/// A clone plays the same cassette on.
#[derive(Clone, Debug)]
pub struct Player(Arc<Mutex<VecDeque<Exchange>>>);

impl Player {
    /// A player at the beginning of `cassette`.
    pub fn new(cassette: Cassette) -> Self {
        Player(Arc::new(Mutex::new(cassette.exchanges.into())))
    }

    /// How many exchanges were not played yet.
    pub fn remaining(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}

#[async_trait]
impl Transport for Player {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        let next = self
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop_front();
        let Some(Exchange {
            request: recorded,
            response,
        }) = next
        else {
            return Err(diverged(
                "the cassette has no exchange left for this request".to_owned(),
            ));
        };
        let told = differences(&recorded, &recorded_request(&request));
        if !told.is_empty() {
            return Err(diverged(format!(
                "the request differs from the recorded one:\n{told}"
            )));
        }
        play(&response)
    }
}

/// Where a request differs from the recorded one. A header that was not recorded is nobody's business.
fn differences(recorded: &RecordedRequest, sent: &RecordedRequest) -> String {
    let mut told = String::new();
    if recorded.path != sent.path {
        told.push_str(&format!(
            "  path: recorded {}, sent {}\n",
            recorded.path, sent.path
        ));
    }
    for (name, value) in &recorded.headers {
        match sent.headers.get(name) {
            Some(other) if other == value => {}
            Some(other) => told.push_str(&format!(
                "  header {name}: recorded {value}, sent {other}\n"
            )),
            None => told.push_str(&format!("  header {name}: recorded {value}, not sent\n")),
        }
    }
    told + &difference::report(&recorded.body, &sent.body)
}

fn play(response: &RecordedResponse) -> Result<HttpResponse, TransportError> {
    let mut pieces = VecDeque::new();
    for piece in &response.body {
        pieces.push_back(Ok(Bytes::from(
            piece.bytes().map_err(|error| diverged(error.to_string()))?,
        )));
    }
    pieces.extend(
        response
            .broken
            .iter()
            .map(|why| Err(TransportError::new(Phase::Receive, why.as_str()))),
    );
    let header =
        |(name, value): (&String, &String)| (Text::from(name.as_str()), Text::from(value.as_str()));
    let headers = response.headers.iter().map(header).collect();
    Ok(HttpResponse::new(
        response.status,
        headers,
        Box::pin(Pieces(pieces)),
    ))
}

fn diverged(what: String) -> TransportError {
    TransportError::new(Phase::Send, what).with_kind(ErrorKind::InvalidRequest)
}

struct Pieces(VecDeque<Result<Bytes, TransportError>>);

impl Stream for Pieces {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(self.0.pop_front())
    }
}
