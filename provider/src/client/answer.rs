use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use windlass_core::{ErrorKind, Event, EventSource, ModelError, Text, Warning};

use super::Parts;
use super::exchange::unreachable_host;
use super::timer::Timer;
use crate::codec::{self, Decoder};
use crate::frame::Framer;
use crate::transport::BodyStream;

/// The body of a good response on its way to events: chunk, frames, events, nothing between.
pub(super) struct Answer {
    parts: Arc<Parts>,
    body: BodyStream,
    framer: Framer,
    decoder: Box<dyn Decoder>,
    timer: Timer,
    received: usize,
    ended: bool,
    id: Option<Text>,
    warnings: Vec<Warning>,
}

/// How long a host may leave the body open after the answer's end, before it is taken for ended.
const TAIL: Duration = Duration::from_millis(500);

impl Answer {
    pub(super) fn new(
        parts: Arc<Parts>,
        body: BodyStream,
        framer: Framer,
        decoder: Box<dyn Decoder>,
        timer: Timer,
    ) -> Self {
        Answer {
            parts,
            body,
            framer,
            decoder,
            timer,
            received: 0,
            ended: false,
            id: None,
            warnings: Vec::new(),
        }
    }

    /// Names the request, for errors.
    pub(super) fn with_id(mut self, id: Option<Text>) -> Self {
        self.id = id;
        self
    }

    /// Has the answer begin with what was left out of the request.
    pub(super) fn with_warnings(mut self, warnings: Vec<Warning>) -> Self {
        self.warnings = warnings;
        self
    }

    fn chunk(&mut self, chunk: &[u8], events: &mut VecDeque<Event>) -> Result<(), ModelError> {
        self.received = self.received.saturating_add(chunk.len());
        if self.received > self.parts.max_response {
            return Err(too_large(self.parts.max_response));
        }
        codec::feed(&mut self.framer, &mut *self.decoder, chunk, events)
    }

    fn end(&mut self, events: &mut VecDeque<Event>) -> Result<(), ModelError> {
        self.ended = true;
        codec::finish(&mut self.framer, &mut *self.decoder, events)
    }

    fn decorate(&self, error: ModelError) -> ModelError {
        let error = self.parts.decorate(error.in_stream());
        match (&self.id, error.request_id()) {
            (Some(id), None) => error.with_request_id(id.clone()),
            _ => error,
        }
    }
}

impl EventSource for Answer {
    fn poll_events(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        events: &mut VecDeque<Event>,
    ) -> Poll<Option<Result<(), ModelError>>> {
        let this = &mut *self;
        if this.ended {
            return Poll::Ready(None);
        }
        if !this.warnings.is_empty() {
            events.extend(
                this.warnings
                    .drain(..)
                    .map(|warning| Event::Warning(Box::new(warning))),
            );
            return Poll::Ready(Some(Ok(())));
        }
        this.timer.wait();
        loop {
            let step = match this.body.as_mut().poll_next(context) {
                Poll::Ready(Some(Ok(chunk))) => this.chunk(&chunk, events),
                // A host may drop the connection when it has said all.
                Poll::Ready(Some(Err(_))) if this.decoder.is_complete() => this.end(events),
                Poll::Ready(Some(Err(error))) => Err(unreachable_host(error)),
                Poll::Ready(None) => this.end(events),
                Poll::Pending if !events.is_empty() => Ok(()),
                Poll::Pending => match this.timer.poll(context) {
                    Poll::Ready(_) if this.decoder.is_complete() => this.end(events),
                    Poll::Ready(late) => Err(late),
                    Poll::Pending => return Poll::Pending,
                },
            };
            if let Err(error) = step {
                return Poll::Ready(Some(Err(this.decorate(error))));
            }
            if this.decoder.is_complete() {
                this.timer.shorten(TAIL);
            }
            if !events.is_empty() || this.ended {
                this.timer.progress();
                return Poll::Ready(Some(Ok(())));
            }
        }
    }
}

fn too_large(cap: usize) -> ModelError {
    ModelError::new(
        ErrorKind::Protocol,
        format!("the answer has more than {cap} bytes"),
    )
    .with_hint(
        "raise `max_response` of the client if the host is to be trusted with that much memory",
    )
}
