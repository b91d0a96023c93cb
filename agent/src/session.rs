//! A session: one conversation over many runs, of which one is live at a time.

mod back;
mod change;
mod compact;
mod context;
mod error;
mod inner;
mod past;
mod run;
mod saved;
mod status;

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use windlass_core::{Conversation, User};

use crate::ledger::{Books, Tally};
use crate::run::Tie;
use crate::{Agent, Decisions, Paused, RunHandle, RunId, Steering};

pub use error::{SessionError, SessionErrorKind};
pub use past::PastRun;
pub use run::{SessionRun, SessionRunning};
pub use saved::SessionState;
pub use status::{SessionId, SessionStatus};

use context::Context;
use inner::{Inner, Task};

/// A conversation over many runs of an agent. Clones are of the same session.
///
/// One run is live at a time; a second is refused, or waits for its turn: see [`Busy`]. What a run has come to becomes part of
/// the session when the run ends, whole or not at all. A single question needs no session: [`Agent::run`] is enough.
///
/// # Example: two questions
///
/// ```
/// use windlass_agent::{Agent, Session};
/// use windlass_core::{Script, Scripted};
///
/// # let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
/// # runtime.block_on(async {
/// let model = Scripted::new([Script::text("In Rome."), Script::text("Cairo is warmer still.")]);
/// let session = Session::new(Agent::builder(model).build()?);
/// session.run("Is it warmer in Oslo or in Rome?").await?;
/// let report = session.run("And in Cairo?").await?;
/// assert_eq!(report.to_string(), "Cairo is warmer still.");
/// assert_eq!(session.status().messages, 4);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # }).expect("the script has two answers");
/// ```
///
/// # Example: interrupt a run and forget it
///
/// ```
/// use windlass_agent::{Agent, Interrupt, Session, What};
/// use windlass_core::{Script, Scripted};
///
/// # let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
/// # runtime.block_on(async {
/// let session = Session::new(Agent::builder(Scripted::new([Script::text("It all began …")])).build()?);
/// let mut run = session.run("Tell me a story.");
/// while let Some(event) = run.next().await {
///     if let What::Text { .. } = event.what {
///         session.interrupt(Interrupt::Forget);
///     }
/// }
/// assert!(session.conversation().is_empty());
/// # Ok::<(), windlass_agent::ToolboxError>(())
/// # }).expect("no tools, no trouble");
/// ```
#[derive(Clone)]
pub struct Session(Arc<Shared>);

struct Shared {
    /// One permit: the right to change the conversation. Who waits for it gets it in order.
    gate: Arc<Semaphore>,
    inner: Mutex<Inner>,
}

/// What becomes of a run that begins while another one of its session is live.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(
    clippy::exhaustive_enums,
    reason = "a second run goes at once or never"
)]
pub enum Busy {
    /// It is refused, with [`SessionErrorKind::Busy`].
    #[default]
    Refuse,
    /// It waits until those before it are over, in the order in which they were first polled. A run that waits must be polled
    /// or dropped, and a tool of a live run must not wait for another run of the same session.
    Queue,
}

/// What becomes of the messages of a run that is interrupted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums, reason = "they stay or they go")]
pub enum Interrupt {
    /// The session is as it was before the run, to the letter. What the run used is counted all the same.
    Forget,
    /// They stay: a cut answer is marked as partial, calls have outcomes that say they were cancelled, and the run is marked
    /// by its [stop](PastRun::stop).
    Keep,
}

impl Session {
    /// A session in which nothing was said yet.
    pub fn new(agent: Agent) -> Self {
        let tie = Tie {
            id: SessionId::random(),
            books: Books::of_session(Tally::default()).into(),
            prefix: Arc::new(agent.settings().prefix.clone().into()),
        };
        let conversation = Conversation::new();
        Session::of(Inner {
            tie,
            created_at: SystemTime::now(),
            context: Context::of(&agent, &conversation),
            agent,
            busy: Busy::default(),
            conversation,
            past: Arc::default(),
            live: None,
            waiting: None,
        })
    }

    fn of(inner: Inner) -> Self {
        Session(Arc::new(Shared {
            gate: Arc::new(Semaphore::new(1)),
            inner: inner.into(),
        }))
    }

    /// Sets the id by which traces know it; a random one unless it is set.
    #[must_use]
    pub fn with_id(self, id: SessionId) -> Self {
        self.lock().tie.id = id;
        self
    }

    /// Sets when it was begun; now unless it is set.
    #[must_use]
    pub fn with_created_at(self, time: SystemTime) -> Self {
        self.lock().created_at = time;
        self
    }

    /// Sets what becomes of a run that begins while another one is live.
    #[must_use]
    pub fn with_busy(self, busy: Busy) -> Self {
        self.lock().busy = busy;
        self
    }

    /// Runs the agent, as it is now, on all that was said and what the user says.
    pub fn run(&self, message: impl Into<User>) -> SessionRun {
        SessionRun::new(self, Task::Say(message.into()))
    }

    /// Runs the agent on what was said, without another word: after a limit, for instance.
    pub fn go_on(&self) -> SessionRun {
        SessionRun::new(self, Task::GoOn)
    }

    /// Goes on with the run whose calls wait for these decisions.
    ///
    /// It is the same run to the session: to forget it forgets what came before the pause, too.
    pub fn resume(&self, decisions: Decisions) -> SessionRun {
        SessionRun::new(self, Task::Resume(decisions))
    }

    /// Interrupts the run that is live, and says which.
    ///
    /// The run settles what is under way and ends; who polls it gets its report. What is said here holds even if the run comes
    /// to its own end meanwhile. A run whose calls wait for decisions is over at once. Runs in the queue stay there.
    pub fn interrupt(&self, how: Interrupt) -> Option<RunId> {
        let mut inner = self.lock();
        if let Some(live) = &mut inner.live {
            live.interrupt = Some(how);
            live.handle.cancel();
            return Some(live.handle.run().clone());
        }
        inner.waiting.as_ref()?;
        let run = inner.past.last().map(|run| run.run.clone());
        inner.settle_waiting(how);
        run
    }

    /// Says something to the live run; refused where there is none.
    pub fn steer(&self, message: impl Into<User>) -> Steering {
        match self.handle() {
            Some(handle) => handle.steer(message),
            None => Steering::refused(),
        }
    }

    /// A hand on the run that is live.
    pub fn handle(&self) -> Option<RunHandle> {
        self.lock().live.as_ref().map(|live| live.handle.clone())
    }

    /// How it stands.
    pub fn status(&self) -> SessionStatus {
        let inner = self.lock();
        let Tally {
            usage,
            models,
            cost,
            unpriced,
            attempts,
        } = inner.tie.books.so_far();
        let waiting = inner.waiting.as_ref();
        SessionStatus {
            id: inner.tie.id.clone(),
            created_at: inner.created_at,
            messages: inner.conversation.len(),
            context: inner.context.used(),
            usage,
            models,
            cost,
            unpriced,
            attempts,
            runs: inner.past.len(),
            live: inner.live.as_ref().map(|live| live.handle.run().clone()),
            waiting: waiting.map_or(0, |waiting| waiting.paused.waiting.calls().len()),
        }
    }

    /// All that was said, without what a live run has come to so far. Shared, not copied.
    pub fn conversation(&self) -> Conversation {
        self.lock().conversation.clone()
    }

    /// The runs whose messages it has, oldest first.
    pub fn runs(&self) -> Vec<PastRun> {
        self.lock().past.to_vec()
    }

    /// The run whose calls wait for decisions.
    pub fn paused(&self) -> Option<Paused> {
        let inner = self.lock();
        inner.waiting.as_ref().map(|waiting| waiting.paused.clone())
    }

    /// The agent that the next run is of.
    pub fn agent(&self) -> Agent {
        self.lock().agent.clone()
    }

    /// The session while no run is live and none can begin.
    fn alone(&self) -> Result<OwnedSemaphorePermit, SessionError> {
        let permit = Arc::clone(self.gate()).try_acquire_owned();
        permit.map_err(|_| SessionError::new(SessionErrorKind::Busy))
    }

    fn gate(&self) -> &Arc<Semaphore> {
        &self.0.gate
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let status = self.status();
        f.debug_struct("Session")
            .field("id", &status.id)
            .field("messages", &status.messages)
            .field("live", &status.live)
            .finish_non_exhaustive()
    }
}
