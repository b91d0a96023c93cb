use std::future::poll_fn;
use std::task::{Context, Poll};

use super::EventStream;
use crate::{ErrorKind, Event, ModelError, ModelId};

impl EventStream {
    /// Waits until output has arrived, and takes nothing: what was read so far is still to come.
    ///
    /// Where it fails, nothing of the answer was shown, and the request may be sent again.
    ///
    /// # Errors
    ///
    /// What ended the answer before any [output](Event::is_output); [`ErrorKind::Truncated`] when it ended without an
    /// error. The stream has nothing more to give then.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost when the future is dropped.
    ///
    /// ```
    /// use windlass_core::{ErrorKind, Model, ModelError, Request, Script, Scripted};
    ///
    /// # let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    /// # runtime.block_on(async {
    /// let no_room = ModelError::new(ErrorKind::Overloaded, "no room");
    /// let model = Scripted::new([Script::new().fail(no_room), Script::text("Rome.")]);
    /// let mut first = model.stream(Request::new("Oslo or Rome?")).await?;
    /// assert_eq!(first.ready().await.expect_err("no room").kind(), ErrorKind::Overloaded);
    /// let mut second = model.stream(Request::new("Oslo or Rome?")).await?;
    /// second.ready().await?;
    /// assert_eq!(second.response().await?.message.text(), "Rome.");
    /// # Ok::<(), ModelError>(())
    /// # }).expect("the second answer comes");
    /// ```
    pub async fn ready(&mut self) -> Result<(), ModelError> {
        let mut seen = 0;
        poll_fn(|context| self.poll_ready(context, &mut seen)).await
    }

    /// `seen` events of the queue are known to be no output.
    fn poll_ready(
        &mut self,
        context: &mut Context<'_>,
        seen: &mut usize,
    ) -> Poll<Result<(), ModelError>> {
        loop {
            if self.queue.range(*seen..).any(Event::is_output) {
                return Poll::Ready(Ok(()));
            }
            *seen = self.queue.len();
            if let Some(error) = self.failure.take() {
                self.queue.clear();
                return Poll::Ready(Err(error));
            }
            if self.source.is_none() {
                self.queue.clear();
                return Poll::Ready(Err(self.named(truncated(self.model().clone()))));
            }
            // A source is asked with an empty queue.
            let mut kept = std::mem::take(&mut self.queue);
            let polled = self.poll_source(context);
            kept.append(&mut self.queue);
            self.queue = kept;
            if polled.is_pending() && self.queue.len() == *seen {
                return Poll::Pending;
            }
        }
    }
}

fn truncated(model: ModelId) -> ModelError {
    ModelError::new(ErrorKind::Truncated, "the answer ended before any output")
        .in_stream()
        .with_model(model)
}
