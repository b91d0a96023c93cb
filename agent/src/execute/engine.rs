use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::time::Duration;

use windlass_core::{Attempt, Backoff, Call, Chance, Decision, Outcome, RetryPolicy, ToolSpec};

use super::prepare::{self, Prepared};
use super::{Execution, RunScope};
use crate::{Approver, Decisions, PendingCall, Repair, Toolbox};

/// How calls are run: who repairs and allows them, when they are repeated, and the limits of tools that set none.
///
/// # Example: run the calls of an answer
///
/// ```
/// use windlass_agent::{Engine, RunScope, ToolEvent, Toolbox};
/// use windlass_core::{
///     Arguments, ArgumentsError, Call, Schema, Tool, ToolContext, ToolError, ToolOutput, ToolSpec, async_trait,
/// };
///
/// struct Weather(ToolSpec);
///
/// #[derive(serde::Deserialize)]
/// struct City {
///     city: String,
/// }
///
/// #[async_trait]
/// impl Tool for Weather {
///     fn spec(&self) -> &ToolSpec {
///         &self.0
///     }
///
///     fn check(&self, arguments: &Arguments) -> Result<(), ArgumentsError> {
///         arguments.parse::<City>().map(drop)
///     }
///
///     async fn call(&self, arguments: &Arguments, _: &ToolContext) -> Result<ToolOutput, ToolError> {
///         let City { city } = arguments.parse()?;
///         Ok(ToolOutput::from(format!("4 °C in {city}")))
///     }
/// }
///
/// # let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
/// # runtime.block_on(async {
/// let weather = Weather(ToolSpec::new("weather", "The weather in a city.", Schema::empty_object()));
/// let toolbox = Toolbox::new().with(weather)?;
/// let calls = vec![
///     Call::new("call_1", "weather", r#"{"city":"Oslo"}"#),
///     Call::new("call_2", "weather", r#"{"town":"Rome"}"#),
/// ];
///
/// let (engine, scope) = (Engine::new(), RunScope::new());
/// let prepared = engine.prepare(&toolbox, calls, &scope).await;
/// let mut execution = engine.start(prepared, &scope);
/// while let Some(event) = execution.next().await {
///     if let ToolEvent::Finished { call, duration, .. } = event {
///         println!("{call} took {duration:?}");
///     }
/// }
/// let outcomes = execution.finish().outcomes;
/// assert_eq!(outcomes[0].text(), "4 °C in Oslo");
/// assert_eq!(
///     outcomes[1].text(),
///     "the arguments of `weather` do not match, and it did not run: `city` is missing",
/// );
/// # Ok::<(), windlass_agent::ToolboxError>(())
/// # }).expect("the names differ");
/// ```
#[derive(Clone)]
pub struct Engine(Arc<Settings>);

#[derive(Clone)]
struct Settings {
    approver: Option<Arc<dyn Approver>>,
    repair: Option<Arc<dyn Repair>>,
    retry: Arc<dyn RetryPolicy>,
    chance: Arc<dyn Fn() -> Chance + Send + Sync>,
    timeout: Duration,
    max_output: usize,
    retries: u32,
}

impl Default for Engine {
    fn default() -> Self {
        Engine::new()
    }
}

impl Engine {
    /// Asks nobody and repairs nothing; a tool has two minutes and 64 KiB of output, the model may mend the calls of a
    /// tool three times in a run, and failures that may pass are repeated as [`Backoff`] says.
    pub fn new() -> Self {
        Engine(Arc::new(Settings {
            approver: None,
            repair: None,
            retry: Arc::new(Backoff::default()),
            chance: Arc::new(|| Chance::new(RandomState::new().hash_one(0_u8))),
            timeout: Duration::from_secs(120),
            max_output: 64 * 1024,
            retries: 3,
        }))
    }

    fn set(mut self, set: impl FnOnce(&mut Settings)) -> Self {
        set(Arc::make_mut(&mut self.0));
        self
    }

    /// Sets who says whether a call may run.
    #[must_use]
    pub fn with_approver(self, approver: impl Approver + 'static) -> Self {
        self.set(|settings| settings.approver = Some(Arc::new(approver)))
    }

    /// Sets who mends calls that cannot run.
    #[must_use]
    pub fn with_repair(self, repair: impl Repair + 'static) -> Self {
        self.set(|settings| settings.repair = Some(Arc::new(repair)))
    }

    /// Sets when idempotent tools are run again after a failure that may pass.
    ///
    /// The policy sees such a failure as that of a server.
    #[must_use]
    pub fn with_retry(self, policy: impl RetryPolicy + 'static) -> Self {
        self.set(|settings| settings.retry = Arc::new(policy))
    }

    /// Sets where the chance in the waits between attempts comes from.
    #[must_use]
    pub fn with_chance(self, chance: impl Fn() -> Chance + Send + Sync + 'static) -> Self {
        self.set(|settings| settings.chance = Arc::new(chance))
    }

    /// Sets how long an attempt of a tool may take that does not say so itself.
    #[must_use]
    pub fn with_timeout(self, timeout: Duration) -> Self {
        self.set(|settings| settings.timeout = timeout)
    }

    /// Sets how many bytes of text the model is shown of a tool that does not say so itself.
    #[must_use]
    pub fn with_max_output(self, bytes: usize) -> Self {
        self.set(|settings| settings.max_output = bytes)
    }

    /// Sets how often in a run the model may mend calls of a tool that does not say so itself.
    #[must_use]
    pub fn with_retries(self, retries: u32) -> Self {
        self.set(|settings| settings.retries = retries)
    }

    /// Finds the tools of these calls, checks all arguments, and asks who must be asked. Nothing runs yet.
    ///
    /// The calls are the [`runnable_calls`](windlass_core::Response::runnable_calls) of a response: none, unless it came to
    /// a normal end.
    ///
    /// # Cancel safety
    ///
    /// Nothing has happened when the future is dropped, apart from what a repair and an approver did. When the run is
    /// cancelled meanwhile, the calls count as cancelled.
    pub async fn prepare(&self, toolbox: &Toolbox, calls: Vec<Call>, scope: &RunScope) -> Prepared {
        let calls = calls.into_iter().map(|call| (call, None));
        let mut prepared = self.examine(toolbox, calls, scope).await;
        let waiting = prepared.undecided(self);
        let decisions = match waiting.is_empty() {
            true => None,
            false => Some(self.ask(&waiting, scope).await),
        };
        prepared.decided(decisions.as_ref(), toolbox, scope);
        prepared
    }

    /// Asks the approver; nothing is decided when the run is cancelled meanwhile or nobody is there.
    pub(crate) async fn ask(&self, waiting: &[PendingCall], scope: &RunScope) -> Decisions {
        let Some(approver) = self.approver() else {
            return Decisions::new();
        };
        let deciding = scope.cancel.run_until_cancelled(approver.decide(waiting));
        deciding.await.unwrap_or_default()
    }

    /// The first half of [`prepare`](Engine::prepare), for calls of which some may have their outcome already.
    pub(crate) async fn examine(
        &self,
        toolbox: &Toolbox,
        calls: impl IntoIterator<Item = (Call, Option<Outcome>)>,
        scope: &RunScope,
    ) -> Prepared {
        prepare::examine_all(self, toolbox, calls, scope).await
    }

    /// Checks pending calls again that were decided on, perhaps in another process. Nobody is asked.
    ///
    /// A call that is not the one that was asked for is refused. [`Settled::waiting`](crate::Settled::waiting) gives
    /// the calls in order; those that were held need a decision like the others.
    pub fn resume(
        &self,
        toolbox: &Toolbox,
        pending: Vec<PendingCall>,
        decisions: &Decisions,
    ) -> Prepared {
        prepare::resume(toolbox, pending, decisions)
    }

    /// Starts the calls that may run.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime.
    pub fn start(&self, prepared: Prepared, scope: &RunScope) -> Execution {
        Execution::new(self, prepared, scope)
    }

    pub(crate) fn approver(&self) -> Option<&Arc<dyn Approver>> {
        self.0.approver.as_ref()
    }

    pub(super) fn repair(&self) -> Option<&dyn Repair> {
        self.0.repair.as_deref()
    }

    pub(super) fn decide(&self, attempt: &Attempt<'_>) -> Decision {
        self.0.retry.decide(attempt)
    }

    pub(super) fn chance(&self) -> Chance {
        (self.0.chance)()
    }

    pub(super) fn timeout(&self, spec: &ToolSpec) -> Duration {
        spec.timeout.unwrap_or(self.0.timeout)
    }

    pub(super) fn max_output(&self, spec: &ToolSpec) -> usize {
        spec.max_output.unwrap_or(self.0.max_output)
    }

    pub(super) fn retries(&self, spec: &ToolSpec) -> u32 {
        spec.retries.unwrap_or(self.0.retries)
    }
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine")
            .field("timeout", &self.0.timeout)
            .field("max_output", &self.0.max_output)
            .field("retries", &self.0.retries)
            .finish_non_exhaustive()
    }
}
