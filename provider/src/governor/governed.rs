use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use windlass_core::{
    Clock, ErrorKind, EventStream, Model, ModelError, Profile, Request, Witness as _,
};

use super::Governor;
use super::estimate::Estimate;
use super::events::GovernorEvent;
use super::permit::Permit;
use super::place::Place;
use super::rates::Priority;
use super::refusal::Refusal;
use super::shared::Arrival;

/// A model whose requests wait their turn at a [`Governor`]. It repeats nothing: a request that the provider refuses is an
/// error as before, and holds back those that follow.
///
/// # Panics
///
/// A request that has to wait panics outside of a tokio runtime with time.
///
/// ```
/// use windlass_core::{ErrorKind, Model, Request, Script, Scripted};
/// use windlass_provider::governor::{Governed, Governor, Queue, Rates};
///
/// # let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
/// # runtime.block_on(async {
/// let governor = Governor::new(Rates::new().with_requests(1).with_queue(Queue::None));
/// let model = Governed::new(Scripted::new([Script::text("Rome.")]), &governor);
/// model.stream(Request::new("Oslo or Rome?")).await?.response().await?;
///
/// let error = model.stream(Request::new("Why?")).await.expect_err("one a minute, and none waits");
/// assert_eq!(error.kind(), ErrorKind::RateLimited);
/// # Ok::<(), windlass_core::ModelError>(())
/// # }).expect("the script has an answer");
/// ```
#[derive(Clone)]
pub struct Governed<M> {
    model: M,
    governor: Governor,
    priority: Priority,
    deadline: Option<Duration>,
    overflow: Option<Overflow>,
    estimator: Option<Arc<Estimator>>,
}

/// Says what a request is thought to cost.
type Estimator = dyn Fn(&Request) -> Estimate + Send + Sync;

#[derive(Clone)]
struct Overflow {
    model: Arc<dyn Model>,
    longest_wait: Duration,
}

/// Why a request is not let through.
enum Turned {
    Refused(Refusal),
    /// It waited for so long.
    Late(Duration),
    /// It goes to the other model, having waited for so long.
    Away(Duration),
}

impl<M: Model> Governed<M> {
    /// Sends the requests to `model` as `governor` lets them, in the class [`Priority::Normal`].
    pub fn new(model: M, governor: &Governor) -> Self {
        Governed {
            model,
            governor: governor.clone(),
            priority: Priority::Normal,
            deadline: governor.0.deadline(),
            overflow: None,
            estimator: None,
        }
    }

    /// Sets who goes first when several wait.
    #[must_use]
    pub fn with_priority(mut self, priority: Priority) -> Self {
        self.priority = priority;
        self
    }

    /// Sets how long a request may wait, instead of what the governor's rates say.
    #[must_use]
    pub fn with_deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// Sends a request to `model` when it would wait longer than `longest_wait`, or finds no place to wait: at once where
    /// that is certain, else when the time is over. Its stream names the model that answers.
    ///
    /// ```
    /// use std::time::Duration;
    /// use windlass_core::{Model, ModelId, Profile, Request, Script, Scripted};
    /// use windlass_provider::governor::{Governed, Governor, Rates};
    ///
    /// # let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    /// # runtime.block_on(async {
    /// let small = Scripted::new([Script::text("Rome, I guess.")])
    ///     .with_profile(Profile::new(ModelId::new("local", "small")));
    /// let governor = Governor::new(Rates::new().with_requests(1));
    /// let model = Governed::new(Scripted::new([Script::text("Rome.")]), &governor)
    ///     .with_overflow(small, Duration::from_secs(5));
    ///
    /// model.stream(Request::new("Oslo or Rome?")).await?.response().await?;
    /// let second = model.stream(Request::new("Oslo or Rome?")).await?;
    /// assert_eq!(second.model().to_string(), "local/small");
    /// assert_eq!(governor.metrics().totals.degraded, 1);
    /// # Ok::<(), windlass_core::ModelError>(())
    /// # }).expect("each script has an answer");
    /// ```
    #[must_use]
    pub fn with_overflow(mut self, model: impl Model + 'static, longest_wait: Duration) -> Self {
        let model = Arc::new(model);
        self.overflow = Some(Overflow {
            model,
            longest_wait,
        });
        self
    }

    /// Sets what a request is thought to cost, instead of [`Estimate::of`].
    #[must_use]
    pub fn with_estimate(
        mut self,
        estimate: impl Fn(&Request) -> Estimate + Send + Sync + 'static,
    ) -> Self {
        self.estimator = Some(Arc::new(estimate));
        self
    }

    /// The governor.
    pub fn governor(&self) -> &Governor {
        &self.governor
    }

    async fn turn(&self, request: &Request) -> Result<Permit, Turned> {
        let need = match &self.estimator {
            Some(estimate) => estimate(request),
            None => Estimate::of(request, self.model.profile()),
        };
        let bound = self.overflow.as_ref().map(|other| other.longest_wait);
        match self.governor.0.arrive(need, self.priority, bound) {
            Arrival::Granted(permit) => Ok(permit),
            Arrival::Queued(place) => self.wait(place, bound).await,
            Arrival::Late => Err(Turned::Away(Duration::ZERO)),
            Arrival::Refused(refusal) => Err(Turned::Refused(refusal)),
        }
    }

    async fn wait(&self, mut place: Place, bound: Option<Duration>) -> Result<Permit, Turned> {
        let limit = bound.into_iter().chain(self.deadline).min();
        let answer = match (place.wait(limit).await, limit) {
            (Some(answer), _) => Some(answer),
            (None, Some(longest_wait)) if limit == bound => {
                place.leave(GovernorEvent::Degraded { longest_wait }).await
            }
            (None, _) => {
                let ticket = place.ticket();
                place.leave(GovernorEvent::TimedOut { ticket }).await
            }
        };
        match (answer, limit) {
            (Some(answer), _) => answer.map_err(Turned::Refused),
            (None, limit) if limit == bound => Err(Turned::Away(limit.unwrap_or_default())),
            (None, limit) => Err(Turned::Late(limit.unwrap_or_default())),
        }
    }

    /// Sends a request that was not let through to the other model, if there is one and that helps.
    async fn elsewhere(&self, turned: Turned, request: Request) -> Result<EventStream, ModelError> {
        let error = match (turned, &self.overflow) {
            (Turned::Away(waited), Some(other)) => return other.take(request, waited).await,
            (Turned::Refused(refusal), _) => refusal.into_error(),
            (Turned::Late(waited) | Turned::Away(waited), _) => ModelError::new(
                ErrorKind::Timeout(Clock::Queue),
                format!("its turn did not come within {waited:?}"),
            ),
        };
        Err(error.with_model(self.model.profile().id.clone()))
    }
}

impl Overflow {
    async fn take(&self, request: Request, waited: Duration) -> Result<EventStream, ModelError> {
        let stream = self.model.stream(request.after_waiting(waited)).await?;
        let waited = stream.waited() + waited;
        Ok(stream.with_waited(waited))
    }
}

#[async_trait]
impl<M: Model> Model for Governed<M> {
    fn profile(&self) -> &Profile {
        self.model.profile()
    }

    async fn stream(&self, request: Request) -> Result<EventStream, ModelError> {
        let mut permit = match self.turn(&request).await {
            Ok(permit) => permit,
            Err(turned) => return self.elsewhere(turned, request).await,
        };
        let waited = permit.waited();
        permit.sent();
        match self.model.stream(request.after_waiting(waited)).await {
            Ok(stream) => {
                permit.learn(stream.quota());
                let waited = stream.waited() + waited;
                Ok(stream.with_waited(waited).witnessed_by(permit))
            }
            Err(error) => {
                permit.failed(&error);
                Err(error)
            }
        }
    }
}

impl<M: fmt::Debug> fmt::Debug for Governed<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Governed")
            .field("model", &self.model)
            .field("governor", &self.governor)
            .field("priority", &self.priority)
            .finish_non_exhaustive()
    }
}
