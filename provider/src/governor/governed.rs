use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use windlass_core::{
    Clock, ErrorKind, EventStream, Model, ModelError, Profile, Request, Witness as _,
};

use super::Governor;
use super::estimate::Estimate;
use super::events::GovernorEvent;
use super::permit::Permit;
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

    fn estimate(&self, request: &Request) -> Estimate {
        match &self.estimator {
            Some(estimate) => estimate(request),
            None => Estimate::of(request, self.model.profile()),
        }
    }

    async fn turn(&self, need: Estimate) -> Result<Permit, Turned> {
        let bound = self.overflow.as_ref().map(|other| other.longest_wait);
        let mut place = match self.governor.0.arrive(need, self.priority, bound) {
            Arrival::Granted(permit) => return Ok(permit),
            Arrival::Queued(place) => place,
            Arrival::Late => return Err(Turned::Away(Duration::ZERO)),
            Arrival::Refused(refusal) => return Err(Turned::Refused(refusal)),
        };
        let mut limit = bound.into_iter().chain(self.deadline).min();
        loop {
            if let Some(answer) = place.wait(limit).await {
                return answer.map_err(Turned::Refused);
            }
            let waited = limit.take().unwrap_or_default();
            let ticket = place.ticket();
            let (event, turned) = match bound == Some(waited) {
                true => (
                    GovernorEvent::Degraded {
                        longest_wait: waited,
                    },
                    Turned::Away(waited),
                ),
                false => (GovernorEvent::TimedOut { ticket }, Turned::Late(waited)),
            };
            if place.leave(event) {
                return Err(turned);
            }
            // It was let through at the last moment, so the answer is on its way.
        }
    }

    fn error(&self, turned: &Turned) -> ModelError {
        let error = match turned {
            Turned::Refused(refusal) => refusal.into_error(),
            Turned::Late(waited) | Turned::Away(waited) => ModelError::new(
                ErrorKind::Timeout(Clock::Queue),
                format!("its turn did not come within {waited:?}"),
            ),
        };
        error.with_model(self.model.profile().id.clone())
    }
}

// Written out, because the attribute would keep the request twice while it waits.
impl<M: Model> Model for Governed<M> {
    fn profile(&self) -> &Profile {
        self.model.profile()
    }

    fn stream<'a, 'f>(
        &'a self,
        request: Request,
    ) -> Pin<Box<dyn Future<Output = Result<EventStream, ModelError>> + Send + 'f>>
    where
        'a: 'f,
        Self: 'f,
    {
        Box::pin(async move {
            let mut permit = match (self.turn(self.estimate(&request)).await, &self.overflow) {
                (Ok(permit), _) => permit,
                (Err(Turned::Away(waited)), Some(other)) => {
                    let stream = other.model.stream(request.after_waiting(waited)).await?;
                    let waited = stream.waited() + waited;
                    return Ok(stream.with_waited(waited));
                }
                (Err(turned), _) => return Err(self.error(&turned)),
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
        })
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
