//! How a run is steered and cancelled from outside.

use std::collections::VecDeque;
use std::fmt;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use tokio::sync::oneshot;
use windlass_core::{CancellationToken, User};

use crate::{RunId, Toolbox};

/// A hand on a run from outside: cheap to clone, and of no effect once the run is over.
///
/// Tools find the one of their run in their [`State`](windlass_core::State).
///
/// ```
/// use windlass_agent::{Agent, Steered};
/// use windlass_core::{Script, Scripted};
///
/// # let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
/// # runtime.block_on(async {
/// let agent = Agent::builder(Scripted::new([Script::text("Rome, and Oslo.")])).build()?;
/// let run = agent.run("Where is it warmer?");
/// let handle = run.handle();
/// let steering = handle.steer("And colder?");
/// let report = run.await.expect("the script has an answer");
/// assert_eq!(report.conversation.len(), 3);
/// assert_eq!(steering.await, Steered::Delivered { turn: 1 });
/// assert_eq!(handle.steer("Hello?").await, Steered::Refused);
/// # Ok::<(), windlass_agent::ToolboxError>(())
/// # }).expect("no tools, no trouble");
/// ```
#[derive(Clone)]
pub struct RunHandle(Arc<Control>);

pub(crate) struct Control {
    run: RunId,
    cancel: CancellationToken,
    after_turn: AtomicBool,
    desk: Mutex<Desk>,
}

/// What waits for the next turn.
#[derive(Default)]
struct Desk {
    closed: bool,
    inbox: VecDeque<(User, oneshot::Sender<Steered>)>,
    toolbox: Option<Toolbox>,
}

/// What became of something that the user said while a run was live.
///
/// ```
/// use windlass_agent::{Agent, Steered};
/// use windlass_core::{Script, Scripted};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let model = Scripted::new([Script::text("In Rome."), Script::text("In Oslo.")]);
/// let run = Agent::builder(model).build()?.run("Where is it warmer?");
/// let (before, handle) = (run.handle().steer("And in winter?"), run.handle());
/// run.await?;
/// assert_eq!(before.await, Steered::Delivered { turn: 1 });
/// assert_eq!(handle.steer("And in spring?").await, Steered::Refused);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums, reason = "it came or it did not")]
pub enum Steered {
    /// It is part of the conversation; the model sees it in this turn.
    Delivered {
        /// The turn, counted from one.
        turn: u32,
    },
    /// The run was over before another turn began, and the conversation does not have it.
    Refused,
}

/// Waits for what becomes of a message; it need not be waited for.
///
/// # Cancel safety
///
/// Dropping it changes nothing for the run.
#[derive(Debug)]
pub struct Steering(oneshot::Receiver<Steered>);

impl Steering {
    /// There is no run to say it to.
    pub(crate) fn refused() -> Self {
        Steering(oneshot::channel().1)
    }
}

impl Future for Steering {
    type Output = Steered;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Steered> {
        // A sender that is gone is a run that is gone.
        let received = Pin::new(&mut self.0).poll(cx);
        received.map(|steered| steered.unwrap_or(Steered::Refused))
    }
}

impl RunHandle {
    pub(crate) fn new(control: Arc<Control>) -> Self {
        RunHandle(control)
    }

    /// The run.
    pub fn run(&self) -> &RunId {
        &self.0.run
    }

    /// Cancels the run at once. It settles what runs, and its report holds what it won.
    pub fn cancel(&self) {
        self.0.cancel.cancel();
    }

    /// Ends the run when its turn is over. A turn that ends with an answer ends it as answered.
    pub fn cancel_after_turn(&self) {
        self.0.after_turn.store(true, Ordering::Relaxed);
    }

    /// Says something to the model while the run is live. It is delivered when the next turn begins; an answer that
    /// would have been the last is followed by another turn.
    pub fn steer(&self, message: impl Into<User>) -> Steering {
        let (told, steering) = oneshot::channel();
        let mut desk = self.0.desk();
        if desk.closed {
            // The receiver may be gone, and then nobody wants to know.
            let _ = told.send(Steered::Refused);
        } else {
            desk.inbox.push_back((message.into(), told));
        }
        Steering(steering)
    }

    /// Gives the run other tools from the next turn on.
    pub fn set_tools(&self, toolbox: Toolbox) {
        self.0.desk().toolbox = Some(toolbox);
    }
}

impl fmt::Debug for RunHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunHandle")
            .field("run", &self.0.run)
            .field("is_cancelled", &self.0.cancel.is_cancelled())
            .finish_non_exhaustive()
    }
}

impl Control {
    pub(crate) fn new(run: RunId, cancel: CancellationToken) -> Self {
        Control {
            run,
            cancel,
            after_turn: AtomicBool::new(false),
            desk: Mutex::default(),
        }
    }

    pub(crate) fn run(&self) -> &RunId {
        &self.run
    }

    pub(crate) fn cancel_token(&self) -> &CancellationToken {
        &self.cancel
    }

    pub(crate) fn ends_after_turn(&self) -> bool {
        self.after_turn.load(Ordering::Relaxed)
    }

    pub(crate) fn has_mail(&self) -> bool {
        !self.desk().inbox.is_empty()
    }

    /// What the user said since the last turn; each is to be told what became of it.
    pub(crate) fn take_mail(&self) -> VecDeque<(User, oneshot::Sender<Steered>)> {
        std::mem::take(&mut self.desk().inbox)
    }

    pub(crate) fn take_tools(&self) -> Option<Toolbox> {
        self.desk().toolbox.take()
    }

    /// Refuses what waits and what is still to come.
    pub(crate) fn close(&self) {
        let mut desk = self.desk();
        desk.closed = true;
        for (_, told) in desk.inbox.drain(..) {
            // The receiver may be gone, and then nobody wants to know.
            let _ = told.send(Steered::Refused);
        }
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
