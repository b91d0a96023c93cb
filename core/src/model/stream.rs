mod ready;

use std::any::Any;
use std::collections::VecDeque;
use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_core::Stream;

use crate::{Accumulator, ErrorKind, Event, ModelError, ModelId, Quota, Response, Text};

#[cfg(test)]
mod tests;

/// Where the events of an answer come from: a connection, a script, a recording.
pub trait EventSource: Send {
    /// Appends the events that have arrived since the last call; the queue is empty when it is asked.
    ///
    /// `None` means that the source has ended; after that, and after an error, it is dropped. Events that were appended
    /// in the same call are delivered before the error.
    fn poll_events(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        events: &mut VecDeque<Event>,
    ) -> Poll<Option<Result<(), ModelError>>>;
}

/// Sees an answer pass without being part of its path: what it cost, and how it ended.
///
/// It is attached by [`EventStream::witnessed_by`] and dropped with the end of the answer, or with the stream.
pub trait Witness: Send {
    /// An event has arrived; the consumer has not read it yet.
    fn event(&mut self, event: &Event);

    /// The answer ends with this error.
    fn failed(&mut self, error: &ModelError);
}

/// The events of one answer, as they arrive.
///
/// Its pace is the consumer's: nothing is read ahead while it is not polled, and dropping it closes the connection. An
/// error ends it. Whatever must live as long as the answer, a permit for instance, is attached with
/// [`holding`](EventStream::holding).
///
/// It is a [`Stream`]; [`next`](EventStream::next) serves where no extension trait is at hand.
///
/// ```
/// use windlass_core::{Event, EventStream, Finish, FinishReason, ModelId, PartIndex};
///
/// # let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
/// # runtime.block_on(async {
/// let mut answer = EventStream::from_events(ModelId::new("test", "echo"), [
///     Event::Text { part: PartIndex(0), text: "Rome.".into() },
///     Event::Finish(Finish::new(FinishReason::Stop, "stop")),
/// ]);
/// let mut shown = String::new();
/// while let Some(event) = answer.next().await {
///     if let Event::Text { text, .. } = event? {
///         shown.push_str(&text);
///     }
/// }
/// assert_eq!(shown, "Rome.");
/// # Ok::<(), windlass_core::ModelError>(())
/// # }).expect("no error in it");
/// ```
#[must_use = "an answer that is not read is thrown away"]
pub struct EventStream {
    queue: VecDeque<Event>,
    source: Option<Pin<Box<dyn EventSource>>>,
    failure: Option<ModelError>,
    about: Box<About>,
}

struct About {
    model: ModelId,
    request_id: Option<Text>,
    attempt: Option<u32>,
    quota: Option<Box<Quota>>,
    waited: Duration,
    held: Vec<Box<dyn Any + Send>>,
    witnesses: Vec<Box<dyn Witness>>,
}

impl EventStream {
    /// The answer of `model` that comes out of `source`.
    pub fn new(model: ModelId, source: impl EventSource + 'static) -> Self {
        EventStream {
            queue: VecDeque::new(),
            source: Some(Box::pin(source)),
            failure: None,
            about: Box::new(About {
                model,
                request_id: None,
                attempt: None,
                quota: None,
                waited: Duration::ZERO,
                held: Vec::new(),
                witnesses: Vec::new(),
            }),
        }
    }

    /// An answer whose events are all there.
    pub fn from_events(model: ModelId, events: impl IntoIterator<Item = Event>) -> Self {
        let mut stream = EventStream::new(model, Ended);
        stream.queue.extend(events);
        stream
    }

    /// An answer that comes out of any stream of events.
    pub fn from_stream(
        model: ModelId,
        stream: impl Stream<Item = Result<Event, ModelError>> + Send + 'static,
    ) -> Self {
        EventStream::new(model, OneByOne(Box::pin(stream)))
    }

    /// Sets the id by which the provider's support finds the request.
    pub fn with_request_id(mut self, id: impl Into<Text>) -> Self {
        self.about.request_id = Some(id.into());
        self
    }

    /// Says which attempt the answer came of, counted from one; an error in it names that.
    pub fn with_attempt(mut self, attempt: u32) -> Self {
        self.about.attempt = Some(attempt);
        self
    }

    /// Keeps `guard` until the answer has ended or is dropped.
    pub fn holding(mut self, guard: impl Any + Send) -> Self {
        self.about.held.push(Box::new(guard));
        self
    }

    /// Shows every event and the error to `witness`, from the first that has not been read yet.
    ///
    /// ```
    /// use windlass_core::{Event, EventStream, ModelError, ModelId, Usage, Witness};
    ///
    /// /// Says what an answer cost.
    /// struct Meter;
    ///
    /// impl Witness for Meter {
    ///     fn event(&mut self, event: &Event) {
    ///         if let Event::Usage(usage) = event {
    ///             println!("{usage} so far");
    ///         }
    ///     }
    ///     fn failed(&mut self, error: &ModelError) {
    ///         println!("{error}");
    ///     }
    /// }
    ///
    /// let answer = EventStream::from_events(ModelId::new("test", "echo"), []).witnessed_by(Meter);
    /// ```
    pub fn witnessed_by(mut self, mut witness: impl Witness + 'static) -> Self {
        self.queue.iter().for_each(|event| witness.event(event));
        if let Some(error) = &self.failure {
            witness.failed(error);
        }
        // Where nothing more arrives, the end has been, and the witness is dropped as with any end.
        if self.source.is_some() {
            self.about.witnesses.push(Box::new(witness));
        }
        self
    }

    /// Sets what the provider says of its limits.
    pub fn with_quota(mut self, quota: Quota) -> Self {
        self.about.quota = Some(Box::new(quota));
        self
    }

    /// Sets how long the request waited in a queue before it was sent.
    pub fn with_waited(mut self, wait: Duration) -> Self {
        self.about.waited = wait;
        self
    }

    /// What the provider says of its limits.
    pub fn quota(&self) -> Option<&Quota> {
        self.about.quota.as_deref()
    }

    /// How long the request waited in a queue before it was sent.
    pub fn waited(&self) -> Duration {
        self.about.waited
    }

    /// The model that answers.
    pub fn model(&self) -> &ModelId {
        &self.about.model
    }

    /// The id by which the provider's support finds the request.
    pub fn request_id(&self) -> Option<&str> {
        self.about.request_id.as_deref()
    }

    /// The next event; `None` after the last one or after an error.
    ///
    /// # Errors
    ///
    /// Whatever ends the answer before its end.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost when the future is dropped.
    pub async fn next(&mut self) -> Option<Result<Event, ModelError>> {
        poll_fn(|context| self.poll_event(context)).await
    }

    /// [`next`](EventStream::next) for those who poll.
    pub fn poll_event(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Event, ModelError>>> {
        loop {
            if let Some(event) = self.queue.pop_front() {
                return Poll::Ready(Some(Ok(event)));
            }
            if let Some(error) = self.failure.take() {
                return Poll::Ready(Some(Err(error)));
            }
            if self.source.is_none() {
                return Poll::Ready(None);
            }
            if self.poll_source(context).is_pending() && self.queue.is_empty() {
                return Poll::Pending;
            }
        }
    }

    /// Reads the whole answer.
    ///
    /// # Errors
    ///
    /// Whatever ends the answer before its end, with what had arrived attached; [`ErrorKind::Truncated`] when it ends
    /// without a finish.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future closes the connection, and what had arrived is lost.
    pub async fn response(mut self) -> Result<Response, ModelError> {
        let mut answer = Accumulator::of(self.about.model.clone());
        while let Some(event) = self.next().await {
            if let Err(error) = event.and_then(|event| Ok(answer.push(&event)?)) {
                return Err(self.failed(error, &answer));
            }
        }
        answer.finish().map_err(|cut| {
            let error = ModelError::new(ErrorKind::Truncated, "the answer ended without a finish")
                .in_stream();
            self.failed(error, &cut)
        })
    }

    fn failed(&self, mut error: ModelError, answer: &Accumulator) -> ModelError {
        if error.model().is_none() {
            error = error.with_model(self.about.model.clone());
        }
        if answer.has_output() {
            error = error.with_partial(answer.partial()).after_output();
        }
        error
    }

    /// Asks the source for more, into the empty queue; an error waits until the events before it are taken.
    fn poll_source(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let Some(source) = &mut self.source else {
            return Poll::Ready(());
        };
        let polled = source.as_mut().poll_events(context, &mut self.queue);
        let polled = polled.map(|end| end.map(|result| result.map_err(|error| self.named(error))));
        if !self.about.witnesses.is_empty() {
            let failed = match &polled {
                Poll::Ready(Some(Err(error))) => Some(error),
                _ => None,
            };
            self.show(failed);
        }
        match polled {
            Poll::Ready(Some(Ok(()))) => {}
            Poll::Ready(Some(Err(error))) => {
                self.failure = Some(error);
                self.end();
            }
            Poll::Ready(None) => self.end(),
            Poll::Pending => return Poll::Pending,
        }
        Poll::Ready(())
    }

    /// The error with the attempt that it ended.
    fn named(&self, error: ModelError) -> ModelError {
        match self.about.attempt {
            Some(attempt) => error.with_attempt(attempt),
            None => error,
        }
    }

    /// Lets go of the connection and of whatever was held.
    fn end(&mut self) {
        self.source = None;
        self.about.witnesses.clear();
        self.about.held.clear();
    }

    /// Shows the witnesses what has just arrived.
    fn show(&mut self, error: Option<&ModelError>) {
        for witness in &mut self.about.witnesses {
            self.queue.iter().for_each(|event| witness.event(event));
            error.into_iter().for_each(|error| witness.failed(error));
        }
    }
}

impl Stream for EventStream {
    type Item = Result<Event, ModelError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_event(context)
    }
}

impl fmt::Debug for EventStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventStream")
            .field("model", &self.about.model)
            .field("queued", &self.queue.len())
            .field("ended", &self.source.is_none())
            .finish_non_exhaustive()
    }
}

struct Ended;

impl EventSource for Ended {
    fn poll_events(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        _: &mut VecDeque<Event>,
    ) -> Poll<Option<Result<(), ModelError>>> {
        Poll::Ready(None)
    }
}

struct OneByOne<S>(Pin<Box<S>>);

impl<S: Stream<Item = Result<Event, ModelError>> + Send> EventSource for OneByOne<S> {
    fn poll_events(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        events: &mut VecDeque<Event>,
    ) -> Poll<Option<Result<(), ModelError>>> {
        self.0
            .as_mut()
            .poll_next(context)
            .map(|item| item.map(|event| event.map(|event| events.push_back(event))))
    }
}
