mod blocking;

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;

pub use blocking::Blocking;

use crate::{CallId, Text, ToolError};

/// What a tool knows of the call it serves.
///
/// ```
/// use windlass_core::{State, ToolContext};
///
/// struct Shop {
///     open: bool,
/// }
///
/// let context = ToolContext::new("call_1").with_state(State::new().with(Shop { open: true }));
/// assert!(context.state().get::<Shop>().is_some_and(|shop| shop.open));
/// assert_eq!(context.attempt(), 1);
/// ```
#[derive(Clone)]
pub struct ToolContext {
    call: CallId,
    attempt: u32,
    attempts: u32,
    cancel: CancellationToken,
    progress: Option<Arc<dyn Fn(Progress) + Send + Sync>>,
    state: State,
    blocking: Option<Arc<dyn Blocking>>,
}

impl ToolContext {
    /// The context of the first and only attempt at this call.
    pub fn new(call: impl Into<CallId>) -> Self {
        ToolContext::within(call, CancellationToken::new(), State::new())
    }

    /// The same in a run that is cancelled by this token and shares this state.
    pub fn within(call: impl Into<CallId>, cancel: CancellationToken, state: State) -> Self {
        ToolContext {
            call: call.into(),
            attempt: 1,
            attempts: 1,
            cancel,
            progress: None,
            state,
            blocking: None,
        }
    }

    /// Sets which attempt this is, and how many there can be.
    #[must_use]
    pub fn with_attempt(mut self, attempt: u32, attempts: u32) -> Self {
        (self.attempt, self.attempts) = (attempt, attempts);
        self
    }

    /// Sets the token by which the call is cancelled.
    #[must_use]
    pub fn with_cancel(mut self, cancel: CancellationToken) -> Self {
        self.cancel = cancel;
        self
    }

    /// Sets who is told of progress; it must not block.
    #[must_use]
    pub fn with_progress(mut self, listener: impl Fn(Progress) + Send + Sync + 'static) -> Self {
        self.progress = Some(Arc::new(listener));
        self
    }

    /// Sets what the tools of a run share.
    #[must_use]
    pub fn with_state(mut self, state: State) -> Self {
        self.state = state;
        self
    }

    /// Sets where work that blocks its thread is done; without it, it is done where the tool runs.
    #[must_use]
    pub fn with_blocking(mut self, blocking: Arc<dyn Blocking>) -> Self {
        self.blocking = Some(blocking);
        self
    }

    /// The call.
    pub fn call(&self) -> &CallId {
        &self.call
    }

    /// Which attempt this is, counted from one.
    pub fn attempt(&self) -> u32 {
        self.attempt
    }

    /// Whether there will be no further attempt.
    pub fn is_last_attempt(&self) -> bool {
        self.attempt >= self.attempts
    }

    /// Whether the run is being cancelled.
    pub fn is_cancelled(&self) -> bool {
        self.cancel.is_cancelled()
    }

    /// Waits until the run is being cancelled.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost when the future is dropped.
    pub async fn cancelled(&self) {
        self.cancel.cancelled().await;
    }

    /// The token by which the call is cancelled, for work that wants one of its own.
    pub fn cancel_token(&self) -> &CancellationToken {
        &self.cancel
    }

    /// Tells how far the tool has come. It never blocks; of several reports nobody has read yet the latest counts.
    pub fn report(&self, progress: Progress) {
        if let Some(listener) = &self.progress {
            listener(progress);
        }
    }

    /// What the tools of a run share.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Does work that blocks its thread off the threads that async tools run on. A panic of it goes on in the caller.
    ///
    /// # Errors
    ///
    /// A failure, when the run was over before the work could begin.
    ///
    /// # Cancel safety
    ///
    /// Work that has begun goes on to its end when the future is dropped; long work asks a clone of the context now and
    /// then whether it [is cancelled](ToolContext::is_cancelled).
    pub async fn blocking<T, F>(&self, work: F) -> Result<T, ToolError>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        match &self.blocking {
            Some(threads) => blocking::run(&**threads, work).await,
            None => Ok(work()),
        }
    }
}

impl fmt::Debug for ToolContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ToolContext")
            .field("call", &self.call)
            .field("attempt", &self.attempt)
            .field("attempts", &self.attempts)
            .finish_non_exhaustive()
    }
}

/// How far a tool has come.
///
/// ```
/// use windlass_core::Progress;
///
/// let half = Progress::new("copied 50 of 100 files").with_done(0.5);
/// assert_eq!(half.done, Some(0.5));
/// ```
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[non_exhaustive]
pub struct Progress {
    /// What to show.
    pub message: Text,
    /// The share that is done, from 0 to 1.
    pub done: Option<f64>,
}

impl Progress {
    /// Progress of unknown extent.
    pub fn new(message: impl Into<Text>) -> Self {
        Progress {
            message: message.into(),
            done: None,
        }
    }

    /// Sets the share that is done, from 0 to 1.
    #[must_use]
    pub fn with_done(mut self, share: f64) -> Self {
        self.done = Some(share);
        self
    }
}

/// What the tools of a run share: one value of each type.
#[derive(Clone, Default)]
pub struct State(Arc<HashMap<TypeId, Arc<dyn Any + Send + Sync>>>);

impl State {
    /// Nothing is shared.
    pub fn new() -> Self {
        State::default()
    }

    /// Adds a value, in place of another one of its type.
    #[must_use]
    pub fn with<T: Send + Sync + 'static>(self, value: T) -> Self {
        self.with_shared(Arc::new(value))
    }

    /// Adds a value that the program keeps too; the tools ask for it as a `T`.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use windlass_core::State;
    ///
    /// struct Shop {
    ///     open: bool,
    /// }
    ///
    /// let shop = Arc::new(Shop { open: true });
    /// let state = State::new().with_shared(Arc::clone(&shop));
    /// assert!(state.get::<Shop>().is_some_and(|shop| shop.open));
    /// ```
    #[must_use]
    pub fn with_shared<T: Send + Sync + 'static>(mut self, value: Arc<T>) -> Self {
        Arc::make_mut(&mut self.0).insert(TypeId::of::<T>(), value);
        self
    }

    /// The value of this type, to keep.
    pub fn shared<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        Arc::clone(self.0.get(&TypeId::of::<T>())?).downcast().ok()
    }

    /// The value of this type.
    pub fn get<T: Send + Sync + 'static>(&self) -> Option<&T> {
        self.0.get(&TypeId::of::<T>())?.downcast_ref()
    }
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "State({} values)", self.0.len())
    }
}
