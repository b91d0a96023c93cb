use std::fmt;
use std::future::{IntoFuture, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::sync::OwnedSemaphorePermit;
use windlass_core::{CancellationToken, Conversation, Options, State};

use super::inner::Task;
use super::{Busy, Session, SessionError, SessionErrorKind};
use crate::{AgentEvent, Journal, Limits, Observer, Report, Run, RunHandle, RunId};

/// A run of a session: awaited or iterated as a [`Run`] is. When it ends, however, its conversation becomes the session's.
///
/// It takes its place in the session when it is first polled. Where that is refused, [`next`](SessionRun::next) gives nothing
/// and awaiting it says why. Dropping it before its end forgets it, as [`Interrupt::Forget`](super::Interrupt) does.
///
/// ```
/// use windlass_agent::{Agent, Session, What};
/// use windlass_core::{Script, Scripted};
///
/// # let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
/// # runtime.block_on(async {
/// let session = Session::new(Agent::builder(Scripted::new([Script::text("In Rome.")])).build()?);
/// let mut run = session.run("Is it warmer in Oslo or in Rome?");
/// while let Some(event) = run.next().await {
///     if let What::Text { text, .. } = event.what {
///         print!("{text}");
///     }
/// }
/// assert_eq!(session.conversation().len(), 2);
/// assert_eq!(run.await?.to_string(), "In Rome.");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # }).expect("the script has an answer");
/// ```
#[must_use = "a run does nothing before it is awaited or iterated"]
pub struct SessionRun {
    session: Session,
    // Before the seat: its tools are stopped before the next run can begin.
    run: Run,
    stage: Stage,
}

enum Stage {
    New(Task),
    Queued(Task, Turn),
    Live { _seat: Seat },
    Over,
    Refused(Option<SessionError>),
}

/// Waits for the run's turn; nothing if it is cancelled meanwhile.
type Turn = Pin<Box<dyn Future<Output = Option<OwnedSemaphorePermit>> + Send>>;

/// The one place of a live run. Leaving it without a report forgets the run.
struct Seat {
    session: Session,
    _permit: OwnedSemaphorePermit,
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.session.lock().abandon();
    }
}

impl SessionRun {
    pub(super) fn new(session: &Session, task: Task) -> Self {
        let agent = session.lock().agent.clone();
        SessionRun {
            session: session.clone(),
            run: Run::new(agent, Conversation::new()),
            stage: Stage::New(task),
        }
    }

    fn map(mut self, set: impl FnOnce(Run) -> Run) -> Self {
        self.run = set(self.run);
        self
    }

    /// Sets the id that events and the report carry; a random one unless it is set.
    pub fn with_id(self, id: RunId) -> Self {
        self.map(|run| run.with_id(id))
    }

    /// Sets the token by which the run is cancelled too; what it won is kept then.
    pub fn with_cancel(self, cancel: CancellationToken) -> Self {
        self.map(|run| run.with_cancel(cancel))
    }

    /// Sets limits in place of the agent's.
    pub fn with_limits(self, limits: Limits) -> Self {
        self.map(|run| run.with_limits(limits))
    }

    /// Sets options over the agent's, for this run alone.
    pub fn with_options(self, options: Options) -> Self {
        self.map(|run| run.with_options(options))
    }

    /// Sets what the tools of this run share, in place of the agent's.
    pub fn with_state(self, state: State) -> Self {
        self.map(|run| run.with_state(state))
    }

    /// Writes down what the run does, and plays what is written there already: see [`Journal`].
    pub fn with_journal(self, journal: impl Journal + 'static) -> Self {
        self.map(|run| run.with_journal(journal))
    }

    /// The id that events and the report carry.
    pub fn id(&self) -> &RunId {
        self.run.id()
    }

    /// A hand on the run from outside.
    pub fn handle(&self) -> RunHandle {
        self.run.handle()
    }

    /// Watches the run beside its consumer; a slow observer loses events of its own and holds nobody back.
    pub fn observe(&self) -> Observer {
        self.run.observe()
    }

    /// What happens next; nothing after [`What::RunEnded`](crate::What::RunEnded), and nothing at all where the session
    /// refuses the run.
    ///
    /// # Cancel safety
    ///
    /// No event is lost when the future is dropped.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime, once a tool runs or something is waited for.
    pub async fn next(&mut self) -> Option<AgentEvent> {
        poll_fn(|cx| self.poll_next(cx)).await
    }

    /// [`next`](SessionRun::next) for those who poll.
    pub fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<AgentEvent>> {
        self.poll_with(cx, Run::poll_next)
    }

    fn poll_with(
        &mut self,
        cx: &mut Context<'_>,
        poll: fn(&mut Run, &mut Context<'_>) -> Poll<Option<AgentEvent>>,
    ) -> Poll<Option<AgentEvent>> {
        ready!(self.poll_begin(cx));
        if matches!(self.stage, Stage::Refused(_)) {
            return Poll::Ready(None);
        }
        let event = ready!(poll(&mut self.run, cx));
        if let (Stage::Live { .. }, Some(report)) = (&self.stage, self.run.report()) {
            self.session.lock().end(report);
            self.stage = Stage::Over;
        }
        Poll::Ready(event)
    }

    /// Waits for the run's turn, and begins it.
    fn poll_begin(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if let Stage::Queued(_, turn) = &mut self.stage {
            let permit = ready!(turn.as_mut().poll(cx));
            if let Stage::Queued(task, _) = std::mem::replace(&mut self.stage, Stage::Over) {
                self.stage = match permit {
                    Some(permit) => self.begin(task, permit),
                    None => refused(SessionErrorKind::Cancelled),
                };
            }
        }
        if !matches!(self.stage, Stage::New(_)) {
            return Poll::Ready(());
        }
        if let Stage::New(task) = std::mem::replace(&mut self.stage, Stage::Over) {
            let gate = Arc::clone(self.session.gate());
            let busy = self.session.lock().busy;
            self.stage = match (Arc::clone(&gate).try_acquire_owned(), busy) {
                (Ok(permit), _) => self.begin(task, permit),
                (Err(_), Busy::Refuse) => refused(SessionErrorKind::Busy),
                (Err(_), Busy::Queue) => {
                    let token = self.run.cancel_token().clone();
                    let turn = async move {
                        let permit = token.run_until_cancelled(gate.acquire_owned()).await?;
                        Some(permit.expect("the gate is never closed"))
                    };
                    Stage::Queued(task, Box::pin(turn))
                }
            };
        }
        match self.stage {
            Stage::Queued(..) => self.poll_begin(cx),
            _ => Poll::Ready(()),
        }
    }

    fn begin(&mut self, task: Task, permit: OwnedSemaphorePermit) -> Stage {
        let mut inner = self.session.lock();
        match inner.begin(task, self.run.handle()) {
            Ok((conversation, resumed)) => {
                let tie = inner.tie.clone();
                drop(inner);
                self.run.join(tie, conversation, resumed);
                Stage::Live {
                    _seat: Seat {
                        session: self.session.clone(),
                        _permit: permit,
                    },
                }
            }
            Err(error) => Stage::Refused(Some(error)),
        }
    }
}

fn refused(kind: SessionErrorKind) -> Stage {
    Stage::Refused(Some(SessionError::new(kind)))
}

/// Awaits what a run comes to.
impl IntoFuture for SessionRun {
    type Output = Result<Report, SessionError>;
    type IntoFuture = SessionRunning;

    fn into_future(self) -> SessionRunning {
        SessionRunning(self)
    }
}

/// A run of a session that is awaited.
///
/// # Cancel safety
///
/// Dropping it cancels the run at once and forgets it.
#[must_use = "futures do nothing unless polled"]
#[derive(Debug)]
pub struct SessionRunning(SessionRun);

impl Future for SessionRunning {
    type Output = Result<Report, SessionError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let run = &mut self.0;
        loop {
            if let Stage::Refused(error) = &mut run.stage {
                let error = error.take().expect("a run is not polled after its end");
                return Poll::Ready(Err(error));
            }
            if let Stage::Over = run.stage {
                let report = run.run.take_report();
                let report = report.expect("a run is not polled after its end");
                return Poll::Ready(report.into_result().map_err(SessionError::from));
            }
            ready!(run.poll_with(cx, Run::poll_silently));
        }
    }
}

impl fmt::Debug for SessionRun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let stage = match self.stage {
            Stage::New(_) => "new",
            Stage::Queued(..) => "queued",
            Stage::Live { .. } => "live",
            Stage::Over => "over",
            Stage::Refused(_) => "refused",
        };
        f.debug_struct("SessionRun")
            .field("id", self.run.id())
            .field("stage", &stage)
            .finish_non_exhaustive()
    }
}
