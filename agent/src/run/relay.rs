//! The answer of a model while it arrives: read, folded, and shown.

use std::task::{Context, Poll, ready};
use std::time::Duration;

use windlass_core::{
    Accumulator, CallId, ErrorKind, Event, EventStream, ModelError, PartIndex, Text, Usage,
};

use super::Outbox;
use crate::journal::Asked;
use crate::limits::Watch;
use crate::trace::AttemptSpan;
use crate::{AgentEvent, Reached, RunId, What};

/// How many events are folded before the run looks up, when nobody listens.
const BURST: u32 = 64;

/// An answer on its way. The turn that asked for it lends it to the run, which polls it without going through the turn.
pub(crate) struct Relay {
    stream: EventStream,
    pub(crate) answer: Accumulator,
    /// What was used for what the model took back.
    discarded: Usage,
    /// How it ended; none while it has not.
    end: Option<End>,
    watch: Watch,
    shown: Shown,
    span: AttemptSpan,
}

/// How an answer ended.
enum End {
    /// The stream is over, with a finish or without.
    Over,
    Failed(ModelError),
    /// It used up what the run has left.
    Spent(Reached),
}

/// How its events are told.
pub(crate) struct Shown {
    run: RunId,
    turn: u32,
    attempt: u32,
    thinking: ThinkingEvents,
    /// The ids of the calls, by their part.
    calls: Vec<(PartIndex, CallId)>,
}

/// Whether thinking is among the events of a run. It is kept and sent back to the model in any case.
///
/// ```
/// use windlass_agent::{Agent, ThinkingEvents, What};
/// use windlass_core::{Script, Scripted};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let model = Scripted::new([Script::thinking("Hm.").then_text("In Rome.")]);
/// let agent = Agent::builder(model).thinking(ThinkingEvents::Hide).build()?;
/// let mut run = agent.run("Where is it warmer?");
/// while let Some(event) = run.next().await {
///     assert!(!matches!(event.what, What::Thinking { .. }));
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums, reason = "shown or not shown")]
pub enum ThinkingEvents {
    /// It is.
    #[default]
    Show,
    /// It is not.
    Hide,
}

/// What a poll came to.
pub(crate) enum Step {
    Event(AgentEvent),
    /// Much was folded, nothing is to be told.
    Again,
    Ended,
}

impl Shown {
    pub(crate) fn new(run: RunId, turn: u32, attempt: u32, thinking: ThinkingEvents) -> Self {
        Shown {
            run,
            turn,
            attempt,
            thinking,
            calls: Vec::new(),
        }
    }
}

impl Relay {
    pub(crate) fn new(stream: EventStream, watch: Watch, shown: Shown, span: AttemptSpan) -> Self {
        Relay {
            answer: Accumulator::of(stream.model().clone()),
            discarded: Usage::UNKNOWN,
            stream,
            end: None,
            watch,
            shown,
            span,
        }
    }

    pub(crate) fn request_id(&self) -> Option<&str> {
        self.stream.request_id()
    }

    /// What was used so far, for what the model took back too.
    pub(crate) fn usage(&self) -> Usage {
        self.discarded + self.answer.usage()
    }

    /// What came of asking for the answer.
    pub(crate) fn into_asked(self) -> Asked {
        let (usage, estimated) = (self.usage(), self.estimated());
        let request_id = self.stream.request_id().map(Text::from);
        let (answer, spent) = match self.end {
            Some(End::Failed(error)) => (Err(with_partial(error, &self.answer)), None),
            Some(End::Spent(reached)) => {
                let error =
                    ModelError::new(ErrorKind::Cancelled, "the budget of the run is used up");
                (Err(with_partial(error, &self.answer)), Some(reached))
            }
            _ => match self.answer.finish() {
                Ok(response) => (Ok(response), None),
                Err(cut) => {
                    let error = "the answer ended without a finish";
                    let error = ModelError::new(ErrorKind::Truncated, error).in_stream();
                    (Err(with_partial(error, &cut)), None)
                }
            },
        };
        Asked {
            answer,
            usage,
            estimated,
            request_id,
            spent,
            duration: Duration::ZERO,
            waited: self.stream.waited(),
        }
    }

    /// What the text so far comes to in tokens.
    pub(crate) fn estimated(&self) -> u64 {
        self.watch.estimated()
    }

    pub(crate) fn poll(&mut self, cx: &mut Context<'_>, outbox: &Outbox) -> Poll<Step> {
        let span = self.span.clone();
        span.within(|| self.read(cx, outbox))
    }

    fn read(&mut self, cx: &mut Context<'_>, outbox: &Outbox) -> Poll<Step> {
        for _ in 0..BURST {
            if self.end.is_some() {
                return Poll::Ready(Step::Ended);
            }
            let event = match ready!(self.stream.poll_event(cx)) {
                Some(Ok(event)) => event,
                Some(Err(error)) => {
                    self.end = Some(End::Failed(error));
                    continue;
                }
                None => {
                    self.end = Some(End::Over);
                    continue;
                }
            };
            if let Some(event) = self.fold(event, outbox) {
                return Poll::Ready(Step::Event(event));
            }
        }
        Poll::Ready(Step::Again)
    }

    /// Takes an event in, and says what of it the consumer is told.
    fn fold(&mut self, event: Event, outbox: &Outbox) -> Option<AgentEvent> {
        if let Event::Discarded { .. } = event {
            self.discarded = self.usage();
        }
        if let Err(error) = self.answer.push(&event) {
            self.end = Some(End::Failed(error.into()));
            return None;
        }
        if let Some(reached) = self.watch.count(&event) {
            self.end = Some(End::Spent(reached));
        }
        if !outbox.is_heard() {
            return None;
        }
        let event = self.shown.event(event)?;
        outbox.show(&event);
        outbox.has_consumer().then_some(event)
    }
}

impl Shown {
    fn event(&mut self, event: Event) -> Option<AgentEvent> {
        let what = self.what(event)?;
        Some(AgentEvent::new(
            self.run.clone(),
            self.turn,
            self.attempt,
            what,
        ))
    }

    fn what(&mut self, event: Event) -> Option<What> {
        Some(match event {
            Event::Text { part, text } => What::Text { part, text },
            Event::Thinking { part, text } => match self.thinking {
                ThinkingEvents::Show => What::Thinking { part, text },
                ThinkingEvents::Hide => return None,
            },
            Event::Refusal { part, text } => What::Refusal { part, text },
            Event::Call { part, call } => {
                self.calls.push((part, call.id.clone()));
                What::CallStarted {
                    call: call.id,
                    name: call.name,
                }
            }
            Event::Arguments { part, text } => What::Arguments {
                call: self.call(part)?,
                text,
            },
            Event::Usage(usage) => What::Usage(usage),
            Event::Discarded { .. } => {
                self.calls.clear();
                What::Discarded
            }
            Event::Finish(_) | Event::Seal { .. } => return None,
            other => What::Output(Box::new(other)),
        })
    }

    fn call(&self, part: PartIndex) -> Option<CallId> {
        let mut calls = self.calls.iter().rev();
        calls.find(|(at, _)| *at == part).map(|(_, id)| id.clone())
    }
}

/// The error with what had come before it.
fn with_partial(error: ModelError, answer: &Accumulator) -> ModelError {
    match answer.has_output() {
        true => error.with_partial(answer.partial()).after_output(),
        false => error,
    }
}
