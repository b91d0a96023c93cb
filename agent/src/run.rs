//! A run: awaited for what it comes to, or iterated for its events. Both are the same machine.

mod handle;
mod outbox;
mod relay;
mod scope;
mod stopper;

use std::fmt;
use std::future::{IntoFuture, poll_fn};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use windlass_core::{CancellationToken, Conversation, Options, State};

use crate::agent::Agent;
use crate::ledger::{Books, Ledger};
use crate::output::Shape;
use crate::subagent::Family;
use crate::{
    AgentEvent, Decisions, Journal, Limits, Observer, Paused, PrefixGuard, Report, RunEnded,
    RunError, RunId, SessionId, What, turn,
};

pub use handle::{RunHandle, Steered, Steering};
pub use relay::ThinkingEvents;

pub(crate) use handle::Control;
pub(crate) use outbox::{Halt, Outbox};
pub(crate) use relay::{Relay, Shown};
pub(crate) use scope::Scope;

use outbox::Posted;
use relay::Step;
use stopper::Stopper;

#[cfg(test)]
mod tests;

/// One run of an agent: all turns up to a stop.
///
/// Await it for its [`Report`], or iterate it with [`next`](Run::next) for its events; what it does is the same. It does
/// nothing before it is polled and drives itself when it is: not polling it holds everything back but the tools that are
/// running, and dropping it cancels it at once.
///
/// # Example: stream the words, then look at the report
///
/// ```
/// use windlass_agent::{Agent, What};
/// use windlass_core::{Script, Scripted};
///
/// # let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
/// # runtime.block_on(async {
/// let agent = Agent::builder(Scripted::new([Script::text("It is warmer in Rome.")])).build()?;
/// let mut run = agent.run("Is it warmer in Oslo or in Rome?");
/// while let Some(event) = run.next().await {
///     if let What::Text { text, .. } = event.what {
///         print!("{text}");
///     }
/// }
/// let report = run.await?;
/// assert_eq!(report.turns, 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # }).expect("the script has an answer");
/// ```
#[must_use = "a run does nothing before it is awaited or iterated"]
pub struct Run {
    control: Arc<Control>,
    outbox: Arc<Outbox>,
    phase: Phase,
}

enum Phase {
    /// Nothing has happened yet.
    New(Box<Setup>),
    Live(Live),
    /// The terminal event is out.
    Over(Option<Box<Report>>),
}

/// What a run is started with.
pub(crate) struct Setup {
    pub(crate) agent: Agent,
    pub(crate) conversation: Conversation,
    pub(crate) limits: Option<Limits>,
    pub(crate) options: Options,
    pub(crate) state: Option<State>,
    pub(crate) shape: Option<Shape>,
    pub(crate) resumed: Option<(Paused, Decisions)>,
    pub(crate) family: Option<Arc<Family>>,
    pub(crate) journal: Option<Arc<dyn Journal>>,
    pub(crate) session: Option<Tie>,
}

/// What the runs of a session have in common.
#[derive(Clone)]
pub(crate) struct Tie {
    pub(crate) id: SessionId,
    pub(crate) books: Arc<Books>,
    pub(crate) prefix: Arc<Mutex<PrefixGuard>>,
}

struct Live {
    drive: Pin<Box<dyn Future<Output = Report> + Send>>,
    /// The answer that is arriving.
    relay: Option<Box<Relay>>,
    stopper: Stopper,
}

impl Run {
    pub(crate) fn new(agent: Agent, conversation: Conversation) -> Self {
        let observers = agent.settings().observers.clone();
        Run {
            control: Arc::new(Control::new(RunId::random(), CancellationToken::new())),
            outbox: Arc::new(Outbox::new(observers)),
            phase: Phase::New(Box::new(Setup {
                agent,
                conversation,
                limits: None,
                options: Options::default(),
                state: None,
                shape: None,
                resumed: None,
                family: None,
                journal: None,
                session: None,
            })),
        }
    }

    /// Sets the id that events and the report carry; a random one unless it is set. Handles that were taken before are of no
    /// effect.
    pub fn with_id(self, id: RunId) -> Self {
        let cancel = self.control.cancel_token().clone();
        self.with_control(Control::new(id, cancel))
    }

    /// Sets a token by which the run is cancelled too. Cancelling the run does not cancel the token, which others may share. Handles
    /// that were taken before are of no effect.
    pub fn with_cancel(self, cancel: CancellationToken) -> Self {
        let run = self.control.run().clone();
        self.with_control(Control::new(run, cancel.child_token()))
    }

    /// Sets limits in place of the agent's.
    pub fn with_limits(self, limits: Limits) -> Self {
        self.set(|setup| setup.limits = Some(limits))
    }

    /// Sets how long the run may take; the agent's other limits stay. What it has by then is in its report.
    ///
    /// A future that is dropped by a timeout around it has no report.
    ///
    /// ```
    /// use std::time::Duration;
    /// use windlass_agent::{Agent, LimitKind, Stop};
    /// use windlass_core::{Script, Scripted, tool};
    ///
    /// /// Waits for the ship.
    /// #[tool]
    /// async fn wait() {
    ///     tokio::time::sleep(Duration::from_secs(3600)).await;
    /// }
    ///
    /// # let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().expect("a runtime");
    /// # runtime.block_on(async {
    /// let model = Scripted::new([Script::text("Let me look. ").then_call("call_1", "wait", "{}")]);
    /// let agent = Agent::builder(model).tool(wait).build()?;
    /// let report = agent.run("Is the ship in?").with_time(Duration::from_secs(10)).await?;
    /// assert!(matches!(&report.stop, Stop::Limit(reached) if reached.limit == LimitKind::Time));
    /// assert_eq!(report.text(), "Let me look. ");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// # }).expect("a limit is no failure");
    /// ```
    pub fn with_time(self, time: Duration) -> Self {
        self.set(|setup| {
            let agent = &setup.agent.settings().limits;
            let limits = setup.limits.take().unwrap_or_else(|| agent.clone());
            setup.limits = Some(limits.with_time(time));
        })
    }

    /// Sets options over the agent's.
    pub fn with_options(self, options: Options) -> Self {
        self.set(|setup| setup.options = options)
    }

    /// Sets what the tools of this run share, in place of the agent's.
    pub fn with_state(self, state: State) -> Self {
        self.set(|setup| setup.state = Some(state))
    }

    /// Writes down what the run does, and plays what is written there already: see [`Journal`].
    pub fn with_journal(self, journal: impl Journal + 'static) -> Self {
        self.set(|setup| setup.journal = Some(Arc::new(journal)))
    }

    pub(crate) fn with_resumed(self, paused: Paused, decisions: Decisions) -> Self {
        self.set(|setup| setup.resumed = Some((paused, decisions)))
    }

    pub(crate) fn with_shape(self, shape: Shape) -> Self {
        self.set(|setup| setup.shape = Some(shape))
    }

    pub(crate) fn with_family(self, family: Option<Arc<Family>>) -> Self {
        self.set(|setup| setup.family = family)
    }

    fn with_control(mut self, control: Control) -> Self {
        self.control.close();
        self.control = Arc::new(control);
        self
    }

    /// Begins with what a session has come to meanwhile.
    pub(crate) fn join(
        &mut self,
        session: Tie,
        conversation: Conversation,
        resumed: Option<(Paused, Decisions)>,
    ) {
        if let Phase::New(setup) = &mut self.phase {
            setup.session = Some(session);
            setup.conversation = conversation;
            setup.resumed = resumed;
        }
    }

    fn set(mut self, set: impl FnOnce(&mut Setup)) -> Self {
        if let Phase::New(setup) = &mut self.phase {
            set(setup);
        }
        self
    }

    /// The id that events and the report carry.
    pub fn id(&self) -> &RunId {
        self.control.run()
    }

    /// A hand on the run from outside.
    pub fn handle(&self) -> RunHandle {
        RunHandle::new(Arc::clone(&self.control))
    }

    /// Watches the run beside its consumer; a slow observer loses events of its own and holds nobody back.
    pub fn observe(&self) -> Observer {
        self.outbox.observe()
    }

    /// What happens next; nothing after [`What::RunEnded`].
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

    /// [`next`](Run::next) for those who poll.
    pub fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<AgentEvent>> {
        self.outbox.listen(true);
        self.poll_event(cx)
    }

    /// The same where nobody takes the events: none is made but those that are there already.
    pub(crate) fn poll_silently(&mut self, cx: &mut Context<'_>) -> Poll<Option<AgentEvent>> {
        self.outbox.listen(false);
        self.poll_event(cx)
    }

    pub(crate) fn cancel_token(&self) -> &CancellationToken {
        self.control.cancel_token()
    }

    /// What it came to, once it is over and nobody has taken it.
    pub(crate) fn report(&self) -> Option<&Report> {
        match &self.phase {
            Phase::Over(report) => report.as_deref(),
            _ => None,
        }
    }

    pub(crate) fn take_report(&mut self) -> Option<Box<Report>> {
        match &mut self.phase {
            Phase::Over(report) => report.take(),
            _ => None,
        }
    }

    fn poll_event(&mut self, cx: &mut Context<'_>) -> Poll<Option<AgentEvent>> {
        loop {
            match &mut self.phase {
                Phase::New(_) => self.start(),
                Phase::Live(live) => match live.poll(cx, &self.outbox) {
                    Poll::Pending => return Poll::Pending,
                    Poll::Ready(Ok(event)) => return Poll::Ready(Some(event)),
                    Poll::Ready(Err(report)) => return Poll::Ready(Some(self.end(*report))),
                },
                Phase::Over(_) => return Poll::Ready(None),
            }
        }
    }

    fn start(&mut self) {
        let over = Phase::Over(None);
        let Phase::New(setup) = std::mem::replace(&mut self.phase, over) else {
            return;
        };
        let (ledger, scope) = scope::open(*setup, &self.control, &self.outbox);
        let span = ledger.span.clone();
        let stopper = Stopper::new(self.control.cancel_token(), scope.deadline());
        self.phase = Phase::Live(Live {
            drive: Box::pin(span.around(drive(ledger, scope))),
            relay: None,
            stopper,
        });
    }

    /// The one place where a run ends.
    fn end(&mut self, report: Report) -> AgentEvent {
        let ended = RunEnded::new(
            report.stop.clone(),
            report.usage,
            report.turns,
            report.duration,
        );
        let what = What::RunEnded(Box::new(ended));
        let attempt = report.attempts.last().map_or(0, |attempt| attempt.number);
        let event = AgentEvent::new(report.run.clone(), report.turns, attempt, what);
        self.outbox.show(&event);
        self.outbox.close();
        self.phase = Phase::Over(Some(Box::new(report)));
        event
    }
}

impl Live {
    /// The next event, or the report when there is none to come.
    fn poll(
        &mut self,
        cx: &mut Context<'_>,
        outbox: &Outbox,
    ) -> Poll<Result<AgentEvent, Box<Report>>> {
        loop {
            if let Some(halt) = self.stopper.look() {
                outbox.halt(halt);
            }
            match self.step(cx, outbox) {
                Poll::Ready(Some(done)) => return Poll::Ready(done),
                Poll::Ready(None) => {}
                // Only now is anybody to wake the run when it is stopped.
                Poll::Pending if outbox.halted().is_some() => return Poll::Pending,
                Poll::Pending => match self.stopper.poll(cx) {
                    Poll::Ready(halt) => outbox.halt(halt),
                    Poll::Pending => return Poll::Pending,
                },
            }
        }
    }

    fn step(
        &mut self,
        cx: &mut Context<'_>,
        outbox: &Outbox,
    ) -> Poll<Option<Result<AgentEvent, Box<Report>>>> {
        if let Some(mut relay) = self.relay.take() {
            if outbox.halted().is_none() {
                match relay.poll(cx, outbox) {
                    Poll::Pending => {
                        self.relay = Some(relay);
                        return Poll::Pending;
                    }
                    Poll::Ready(Step::Event(event)) => {
                        self.relay = Some(relay);
                        return Poll::Ready(Some(Ok(event)));
                    }
                    Poll::Ready(Step::Again) => {
                        // Others are to have their turn, also when an answer never has to be waited for.
                        self.relay = Some(relay);
                        cx.waker().wake_by_ref();
                        return Poll::Pending;
                    }
                    Poll::Ready(Step::Ended) => {}
                }
            }
            outbox.give_back(relay);
        }
        if let Poll::Ready(report) = self.drive.as_mut().poll(cx) {
            return Poll::Ready(Some(Err(Box::new(report))));
        }
        match outbox.take() {
            Some(Posted::Event(event)) => Poll::Ready(Some(Ok(event))),
            Some(Posted::Relay(relay)) => {
                self.relay = Some(relay);
                Poll::Ready(None)
            }
            Some(Posted::Deadline(deadline)) => {
                self.stopper.until(deadline);
                Poll::Ready(None)
            }
            None => Poll::Pending,
        }
    }
}

/// What waits to be said to a run that is dropped is refused.
impl Drop for Run {
    fn drop(&mut self) {
        self.control.close();
    }
}

/// All turns up to a stop, and then whatever it takes to leave nothing open.
async fn drive(mut ledger: Ledger, scope: Scope) -> Report {
    let outbox = Arc::clone(ledger.outbox());
    let given = outbox.unless_halted(scope.given(&mut ledger)).await;
    let parent = scope.parent().cloned();
    ledger.tell(|| What::RunStarted { parent }).await;
    let turns = async {
        match given {
            Ok(Err(stop)) => stop,
            _ => turn::turns(&mut ledger, &scope).await,
        }
    };
    let stop = outbox.unless_halted(turns).await;
    let stop = stop.unwrap_or_else(|halt| scope.halted(halt));
    scope.control.close();
    ledger.settle(&scope).await;
    scope.report(ledger, stop)
}

/// Awaits what a run comes to.
impl IntoFuture for Run {
    type Output = Result<Report, RunError>;
    type IntoFuture = Running;

    fn into_future(self) -> Running {
        Running(self)
    }
}

/// A run that is awaited.
///
/// # Cancel safety
///
/// Dropping it cancels the run at once.
#[must_use = "futures do nothing unless polled"]
#[derive(Debug)]
pub struct Running(Run);

impl Future for Running {
    type Output = Result<Report, RunError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let run = &mut self.0;
        loop {
            if let Phase::Over(report) = &mut run.phase {
                let report = report.take().expect("a run is not polled after its end");
                return Poll::Ready(report.into_result());
            }
            match run.poll_silently(cx) {
                Poll::Pending => return Poll::Pending,
                // An event that was on its way when the consumer began to wait for the end.
                Poll::Ready(_) => {}
            }
        }
    }
}

impl fmt::Debug for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let phase = match self.phase {
            Phase::New(_) => "new",
            Phase::Live(_) => "live",
            Phase::Over(_) => "over",
        };
        f.debug_struct("Run")
            .field("id", self.control.run())
            .field("phase", &phase)
            .finish_non_exhaustive()
    }
}
