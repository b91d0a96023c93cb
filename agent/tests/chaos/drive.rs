//! Plays a run to its end, and does to it what its plan says.

use std::future::{IntoFuture, poll_fn};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use tokio::task::coop::unconstrained;
use tokio::time::{Instant, timeout};
use windlass_agent::{
    Agent, AgentEvent, AnswerEvent, AnswerMode, Answered, Answering, Observed, Observer, Report,
    Run, RunError, RunHandle, Steered, Steering,
};
use windlass_core::{CancellationToken, ToolSpec};

use crate::plan::{Act, Watch};
use crate::stage::Form;

/// What came of a run.
pub(crate) struct Played {
    /// What the consumer heard of it.
    pub(crate) events: Vec<AgentEvent>,
    /// Whether it listened to the end.
    pub(crate) listened: bool,
    /// What observers saw of this run and of those below; none where nobody looked or something was lost.
    pub(crate) seen: Option<Vec<AgentEvent>>,
    /// None when it was dropped.
    pub(crate) report: Option<Report>,
    /// How long it took to end after it was cancelled.
    pub(crate) cancelled: Option<Duration>,
    pub(crate) steered: Vec<(String, Steered)>,
}

/// Somebody who plays runs.
pub(crate) struct Driver<'p> {
    pub(crate) agent: &'p Agent,
    pub(crate) typed: Option<AnswerMode>,
    pub(crate) watch: Watch,
    pub(crate) acts: &'p [(u16, Act)],
}

/// A run as it is held now.
enum Held {
    Plain(Box<Run>),
    Typed(Box<Answering<Form>>),
    Awaited(Pin<Box<dyn Future<Output = Report>>>),
    Dropped,
}

/// What a poll came to.
enum Told {
    Event(Option<AgentEvent>),
    Over,
    Ended(Box<Report>),
}

impl Held {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Told> {
        match self {
            Held::Plain(run) => run.poll_next(cx).map(|event| match event {
                Some(event) => Told::Event(Some(event)),
                None => Told::Over,
            }),
            Held::Typed(run) => pin!(run.next()).poll(cx).map(|event| match event {
                Some(AnswerEvent::Run(event)) => Told::Event(Some(event)),
                Some(_) => Told::Event(None),
                None => Told::Over,
            }),
            Held::Awaited(run) => run.as_mut().poll(cx).map(Box::new).map(Told::Ended),
            Held::Dropped => Poll::Ready(Told::Over),
        }
    }

    fn awaited(self) -> Self {
        match self {
            Held::Plain(run) => {
                let run = run.into_future();
                Held::Awaited(Box::pin(async { report(run.await) }))
            }
            Held::Typed(run) => {
                let run = run.into_future();
                let report = |answered: Answered<Form>| answered.report;
                Held::Awaited(Box::pin(async move { self::report(run.await.map(report)) }))
            }
            held => held,
        }
    }
}

fn report(result: Result<Report, RunError>) -> Report {
    result.unwrap_or_else(RunError::into_report)
}

/// Who looks on, and what was seen.
struct Watching {
    observer: Option<Observer>,
    is_late: bool,
    seen: Vec<AgentEvent>,
    lost: u64,
    is_over: bool,
}

impl Watching {
    fn look(&mut self) {
        let Some(observer) = &mut self.observer else {
            return;
        };
        let mut cx = Context::from_waker(Waker::noop());
        loop {
            // However much there is, all of it is read now.
            let next = pin!(unconstrained(observer.next())).poll(&mut cx);
            match next {
                Poll::Ready(Some(Observed::Event(event))) => self.seen.push(event),
                Poll::Ready(Some(Observed::Lost(events))) => self.lost += events,
                Poll::Ready(_) => {
                    self.is_over = true;
                    return;
                }
                Poll::Pending => return,
            }
        }
    }
}

/// Longer than anything takes.
const FOREVER: Duration = Duration::from_secs(10_000_000);

impl Driver<'_> {
    /// Plays a run, from before its first poll.
    pub(crate) async fn play(&self, run: Run) -> Played {
        let observer = match self.watch {
            Watch::Nobody => None,
            Watch::Agent => Some(self.agent.observe()),
            Watch::Run | Watch::Late => Some(run.observe()),
        };
        let mut watching = Watching {
            observer,
            is_late: self.watch == Watch::Late,
            seen: Vec::new(),
            lost: 0,
            is_over: false,
        };
        // A handle is of no effect any more when a token is set, so that comes first.
        let run = run.with_cancel(CancellationToken::new());
        let handle = run.handle();
        let mut held = match self.typed {
            Some(mode) => Held::Typed(Box::new(run.answer::<Form>().with_mode(mode))),
            None => Held::Plain(Box::new(run)),
        };
        let mut acting = Acting::default();
        let playing = self.events(&mut held, &handle, &mut acting, &mut watching);
        let (events, report) = timeout(FOREVER, playing).await.expect("it comes to an end");
        let listened = matches!(held, Held::Plain(_) | Held::Typed(_));
        let cancelled = acting.cancelled.map(|at| at.elapsed());
        let report = match report {
            None if !matches!(held, Held::Dropped) => match held.awaited() {
                Held::Awaited(run) => Some(run.await),
                _ => None,
            },
            report => report,
        };
        let mut steered = Vec::new();
        for (words, steering) in acting.steered {
            steered.push((words, steering.await));
        }
        watching.look();
        let is_whole = watching.observer.is_some() && watching.lost == 0;
        Played {
            events,
            listened,
            seen: is_whole.then_some(watching.seen),
            report,
            cancelled,
            steered,
        }
    }

    async fn events(
        &self,
        held: &mut Held,
        handle: &RunHandle,
        acting: &mut Acting,
        watching: &mut Watching,
    ) -> (Vec<AgentEvent>, Option<Report>) {
        let mut events = Vec::new();
        loop {
            let told = poll_fn(|cx| {
                while let Some(act) = acting.due(self.acts) {
                    self.act(act, held, handle, acting);
                }
                acting.polls += 1;
                if !watching.is_late {
                    watching.look();
                }
                held.poll(cx)
            });
            match told.await {
                Told::Event(event) => events.extend(event),
                Told::Over => return (events, None),
                Told::Ended(report) => return (events, Some(*report)),
            }
        }
    }

    fn act(&self, act: Act, held: &mut Held, handle: &RunHandle, acting: &mut Acting) {
        match act {
            Act::Cancel => {
                handle.cancel();
                acting.cancelled.get_or_insert_with(Instant::now);
            }
            Act::CancelAfterTurn => handle.cancel_after_turn(),
            Act::Steer => {
                let words = format!("steered {}", acting.steered.len());
                let steering = handle.steer(words.as_str());
                acting.steered.push((words, steering));
            }
            Act::SetTools(every) => {
                let mut at = 0;
                let keep = |_: &ToolSpec| {
                    at += 1;
                    at % every == 0
                };
                handle.set_tools(self.agent.toolbox().clone().filter(keep));
            }
            Act::Drop => *held = Held::Dropped,
            Act::Await => {
                let now = std::mem::replace(held, Held::Dropped);
                *held = now.awaited();
            }
        }
    }
}

/// What was done to a run.
#[derive(Default)]
struct Acting {
    polls: usize,
    done: usize,
    cancelled: Option<Instant>,
    steered: Vec<(String, Steering)>,
}

impl Acting {
    /// What is to be done before this poll.
    fn due(&mut self, acts: &[(u16, Act)]) -> Option<Act> {
        let (at, act) = acts.get(self.done)?;
        (usize::from(*at) <= self.polls).then(|| {
            self.done += 1;
            *act
        })
    }
}

/// Lets whatever was aborted go.
pub(crate) async fn quiet() {
    for _ in 0..12 {
        tokio::task::yield_now().await;
    }
}
