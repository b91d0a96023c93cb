use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};
use windlass_core::{CancellationToken, State, Text};

use crate::trace::TurnSpan;
use crate::{Journal, Step};

/// What the tools of one run share: how it is cancelled, their state, how many run at a time, and the retry budgets.
///
/// Clones are of the same run. A tool that runs tools itself gives them a scope of their own: waiting for a place
/// while holding one could last forever.
///
/// ```
/// use std::time::Duration;
/// use windlass_agent::RunScope;
/// use windlass_core::State;
///
/// let scope = RunScope::new()
///     .with_state(State::new().with("what the tools share"))
///     .with_grace(Duration::from_secs(1))
///     .with_concurrency(8)
///     .with_tool_concurrency("browser", 1);
/// assert!(!scope.cancel_token().is_cancelled());
/// ```
#[derive(Clone)]
pub struct RunScope {
    pub(super) cancel: CancellationToken,
    pub(super) grace: Duration,
    pub(super) state: State,
    pub(super) retries: Retries,
    pub(super) permits: Permits,
    pub(super) span: TurnSpan,
    /// Where what comes of calls is written down, and the turn that they are of.
    journal: Option<(Arc<dyn Journal>, u32)>,
}

impl Default for RunScope {
    fn default() -> Self {
        RunScope::new()
    }
}

impl RunScope {
    /// A run that nobody cancels, with five seconds of grace and as many tools at a time as there are calls.
    pub fn new() -> Self {
        RunScope {
            cancel: CancellationToken::new(),
            grace: Duration::from_secs(5),
            state: State::new(),
            retries: Retries::default(),
            permits: Permits::default(),
            span: TurnSpan::default(),
            journal: None,
        }
    }

    /// Sets the token by which the run is cancelled.
    #[must_use]
    pub fn with_cancel(mut self, cancel: CancellationToken) -> Self {
        self.cancel = cancel;
        self
    }

    /// Sets how long a tool may take to end once the run is cancelled.
    #[must_use]
    pub fn with_grace(mut self, grace: Duration) -> Self {
        self.grace = grace;
        self
    }

    /// Sets what the tools share.
    #[must_use]
    pub fn with_state(mut self, state: State) -> Self {
        self.state = state;
        self
    }

    /// Sets what is left of the retry budgets.
    #[must_use]
    pub fn with_retries(mut self, retries: Retries) -> Self {
        self.retries = retries;
        self
    }

    /// Sets how many tools run at a time, at least one.
    #[must_use]
    pub fn with_concurrency(mut self, tools: usize) -> Self {
        self.permits.all = Some(semaphore(tools));
        self
    }

    /// Sets how many calls of one tool run at a time, at least one.
    #[must_use]
    pub fn with_tool_concurrency(mut self, tool: impl Into<Text>, calls: usize) -> Self {
        let tools = Arc::make_mut(&mut self.permits.tools);
        tools.insert(tool.into(), semaphore(calls));
        self
    }

    /// Sets the span in which the spans of calls are.
    #[must_use]
    pub(crate) fn with_span(mut self, span: TurnSpan) -> Self {
        self.span = span;
        self
    }

    /// Sets where what comes of the calls of a turn is written down.
    #[must_use]
    pub(crate) fn with_journal(mut self, journal: Option<&Arc<dyn Journal>>, turn: u32) -> Self {
        self.journal = journal.map(|journal| (Arc::clone(journal), turn));
        self
    }

    /// The journal, and a step of it.
    pub(super) fn journaled(&self, step: impl FnOnce(u32) -> Step) -> Option<(&dyn Journal, Step)> {
        let (journal, turn) = self.journal.as_ref()?;
        Some((&**journal, step(*turn)))
    }

    /// The token by which the run is cancelled.
    pub fn cancel_token(&self) -> &CancellationToken {
        &self.cancel
    }

    /// What was used of the retry budgets.
    pub fn retries(&self) -> &Retries {
        &self.retries
    }
}

impl fmt::Debug for RunScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunScope")
            .field("is_cancelled", &self.cancel.is_cancelled())
            .field("grace", &self.grace)
            .field("retries", &self.retries)
            .finish_non_exhaustive()
    }
}

/// How often each tool has asked the model to try again in a run. Clones count together.
#[derive(Clone, Debug, Default)]
pub struct Retries(Arc<Mutex<BTreeMap<Text, u32>>>);

impl Retries {
    /// How often a tool has asked.
    pub fn used(&self, tool: &str) -> u32 {
        let used = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        used.get(tool).copied().unwrap_or(0)
    }

    /// Counts that a tool asked, and says how many tries are left to it: none if the budget was used up before.
    pub fn spend(&self, tool: &Text, budget: u32) -> Option<u32> {
        let mut used = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let used = used.entry(tool.clone()).or_insert(0);
        let left = budget.checked_sub(*used)?.checked_sub(1)?;
        *used += 1;
        Some(left)
    }
}

#[derive(Clone, Default)]
pub(super) struct Permits {
    all: Option<Arc<Semaphore>>,
    tools: Arc<HashMap<Text, Arc<Semaphore>>>,
}

impl Permits {
    /// Whether nobody ever waits for a place.
    pub(super) fn are_unlimited(&self) -> bool {
        self.all.is_none() && self.tools.is_empty()
    }

    /// Waits for a place, first among the calls of the tool: who waits there takes no place from others.
    pub(super) async fn acquire(&self, tool: &str) -> [Option<SemaphorePermit<'_>>; 2] {
        let own = place(self.tools.get(tool)).await;
        [own, place(self.all.as_ref()).await]
    }
}

async fn place(semaphore: Option<&Arc<Semaphore>>) -> Option<SemaphorePermit<'_>> {
    let permit = semaphore?.acquire().await;
    Some(permit.expect("nobody closes the semaphore"))
}

fn semaphore(places: usize) -> Arc<Semaphore> {
    Arc::new(Semaphore::new(places.clamp(1, Semaphore::MAX_PERMITS)))
}
