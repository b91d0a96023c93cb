//! A model that repeats its attempts, for those who have no agent.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use tokio::time::{Instant, sleep};
use windlass_core::{
    Attempt, Chance, Decision, EventStream, Model, ModelError, Profile, Request, RetryPolicy,
};

use crate::chance::Dice;

#[cfg(test)]
mod tests;

/// Repeats the attempts of a model while nothing of the answer was shown, as a [`RetryPolicy`] says.
///
/// A stream that breaks before its first output is repeated as well as a request that is refused, so
/// [`stream`](Model::stream) gives an answer only once output has arrived; until then no more is kept than the start, the
/// warnings and the counts that came before it. After that nothing is repeated, whatever the policy says: what was shown
/// would be shown twice. Then the error comes out of the stream, and names the attempt like that of the last one.
///
/// An agent repeats attempts itself and can take back what was shown. Do not stack the two: four attempts of four
/// attempts are sixteen. Around a [`Group`](crate::group::Group) it is well placed, because the group comes back with all
/// its targets; inside one it keeps the next target waiting.
///
/// # Example: a provider that is busy for a moment
///
/// ```
/// use windlass_core::{Backoff, ErrorKind, Model, ModelError, Request, Script, Scripted};
/// use windlass_provider::retrying::Retrying;
///
/// # let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
/// # runtime.expect("a runtime").block_on(async {
/// let busy = Script::refuse(ModelError::new(ErrorKind::Overloaded, "no room"));
/// let model = Scripted::new([busy.clone(), busy, Script::text("Rome.")]);
/// let model = Retrying::new(model, Backoff::new().with_attempts(3));
///
/// let answer = model.stream(Request::new("Oslo or Rome?")).await?.response().await?;
/// assert_eq!(answer.message.text(), "Rome.");
/// # Ok::<(), ModelError>(())
/// # }).expect("the third attempt succeeds");
/// ```
#[derive(Clone)]
pub struct Retrying<M> {
    model: M,
    policy: Arc<dyn RetryPolicy>,
    dice: Dice,
}

impl<M> Retrying<M> {
    /// Repeats attempts of `model` as `policy` says.
    pub fn new(model: M, policy: impl RetryPolicy + 'static) -> Self {
        Retrying {
            model,
            policy: Arc::new(policy),
            dice: Dice::default(),
        }
    }

    /// Sets where waits draw their chance from; from the system otherwise.
    ///
    /// ```
    /// use windlass_core::{Backoff, Chance, Scripted};
    /// use windlass_provider::retrying::Retrying;
    ///
    /// let model = Retrying::new(Scripted::new([]), Backoff::new()).with_chance(|| Chance::NONE);
    /// ```
    #[must_use]
    pub fn with_chance(mut self, draw: impl Fn() -> Chance + Send + Sync + 'static) -> Self {
        self.dice = Dice::new(draw);
        self
    }
}

impl<M: Model> Retrying<M> {
    async fn attempt(&self, request: Request, number: u32) -> Result<EventStream, ModelError> {
        let opened = self.model.stream(request).await;
        let mut stream = opened
            .map_err(|error| error.with_attempt(number))?
            .with_attempt(number);
        stream.ready().await?;
        Ok(stream)
    }
}

/// # Cancel safety
///
/// Dropping the future gives up the attempt or the wait that it is in; nothing goes on behind it.
#[async_trait]
impl<M: Model> Model for Retrying<M> {
    fn profile(&self) -> &Profile {
        self.model.profile()
    }

    async fn stream(&self, request: Request) -> Result<EventStream, ModelError> {
        let begun = Instant::now();
        let mut number = 1;
        loop {
            let error = match self.attempt(request.clone(), number).await {
                Ok(stream) => return Ok(stream),
                Err(error) => error,
            };
            let failed = Attempt::new(number, &error)
                .with_elapsed(begun.elapsed())
                .with_chance(self.dice.throw());
            let Decision::Retry(wait) = self.policy.decide(&failed) else {
                return Err(error);
            };
            sleep(wait).await;
            number = number.saturating_add(1);
        }
    }
}

impl<M: fmt::Debug> fmt::Debug for Retrying<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Retrying")
            .field("model", &self.model)
            .finish_non_exhaustive()
    }
}
