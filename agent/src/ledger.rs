//! What counts of a run: settled on every path, whatever became of the turn that was at work on it.

mod books;
mod open;

use std::sync::{Arc, Mutex, PoisonError};

use tokio::time::Instant;
use windlass_core::{
    Assistant, Call, Conversation, ErrorKind, JsonText, Message, ModelError, ModelId, Outcome,
    OutcomeStatus, Outcomes, Profile, Request, Response, ToolError, User, Warning,
};

use crate::context::Context;
use crate::hook::{At, HookPanicked, Hooks};
use crate::journal::{Asked, Source};
use crate::limits::Fresh;
use crate::output::Way;
use crate::run::{Outbox, Relay, Scope};
use crate::trace::{AttemptSpan, RunSpan, TurnSpan};
use crate::{
    AgentEvent, AttemptRecord, CompactError, CompactReport, Compacted, Decisions, Failed, Guard,
    Paused, PendingSet, PrefixChange, PrefixGuard, Reached, Report, RunId, Settled, Stop,
    TargetIndex, ToolEvent, Toolbox, What,
};

pub(crate) use books::{Books, Tally};
pub(crate) use open::OpenCalls;

/// What a run has won, and what is under way.
pub(crate) struct Ledger {
    pub(crate) run: RunId,
    outbox: Arc<Outbox>,
    began: Instant,
    pub(crate) conversation: Conversation,
    /// Zero before the first.
    pub(crate) turn: u32,
    is_turn_open: bool,
    attempt: u32,
    open_attempt: Option<OpenAttempt>,
    running: Option<OpenCalls>,
    /// Whether the calls of the last answer were made in this run, so that nobody can have begun them elsewhere.
    has_own_calls: bool,
    /// What came of asking a model while it is written down or shown again.
    unheard: Option<(Asked, Source)>,
    /// An answer that has come to its end and is not in the conversation yet.
    pub(crate) answer: Option<Response>,
    /// What came of an answer that failed or was broken off.
    partial: Option<Assistant>,
    /// What a paused run brought along, and what was decided.
    pub(crate) resumed: Option<(Paused, Decisions)>,
    /// The outcomes of a paused run, of the calls that had not to wait.
    pub(crate) earlier: Vec<Outcome>,
    pub(crate) toolbox: Toolbox,
    pub(crate) span: RunSpan,
    turn_span: TurnSpan,
    pub(crate) guard: Option<Guard>,
    pub(crate) fresh: Fresh,
    /// What the requests before looked like.
    pub(crate) prefix: Arc<Mutex<PrefixGuard>>,
    prefix_changes: Vec<PrefixChange>,
    books: Arc<Books>,
    /// The model that answered last.
    pub(crate) answered: Option<TargetIndex>,
    /// Whether the provider paused the last answer, so that the next one continues it.
    pub(crate) is_paused_answer: bool,
    /// Whether the last answer would have ended the run, had the user not said more.
    pub(crate) is_answered: bool,
    /// The limit that makes this turn the last.
    pub(crate) last_turn: Option<Reached>,
    /// How often the model was shown that its answer does not fit.
    pub(crate) unfit: u32,
    /// How the last answer was asked for, and what it holds, where it is to be of a type.
    pub(crate) way: Option<Way>,
    pub(crate) value: Option<JsonText>,
    /// What its requests take of their window.
    pub(crate) context: Context,
    calls: u32,
    attempts: Vec<AttemptRecord>,
    compactions: Vec<CompactReport>,
    compact_error: Option<CompactError>,
    warnings: Vec<Warning>,
    paused: Option<Paused>,
    error: Option<ModelError>,
    tool_error: Option<ToolError>,
}

struct OpenAttempt {
    record: AttemptRecord,
    began: Instant,
    span: AttemptSpan,
}

/// What came of asking a model, once it is noted.
pub(crate) enum Heard {
    /// The answer is in the ledger.
    Whole,
    Failed(ModelError),
    /// The answer used up what the run has left.
    Spent(Reached),
}

/// What becomes of the beginning of an answer that was cut.
///
/// ```
/// use windlass_agent::{Agent, PartialAnswers};
/// use windlass_core::{Backoff, Never, Script, Scripted};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let cut = || Scripted::new([Script::text("It is warmer in").cut()]);
/// for (partials, messages) in [(PartialAnswers::Keep, 2), (PartialAnswers::Drop, 1)] {
///     let agent = Agent::builder(cut()).retry(Never).partial_answers(partials).build()?;
///     let error = agent.run("Where is it warmer?").await.expect_err("it was cut");
///     assert_eq!(error.report().conversation.len(), messages);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums, reason = "kept or not kept")]
pub enum PartialAnswers {
    /// It stays in the conversation, marked as partial.
    #[default]
    Keep,
    /// The conversation does not have it.
    Drop,
}

impl Ledger {
    pub(crate) fn new(
        run: RunId,
        outbox: Arc<Outbox>,
        conversation: Conversation,
        books: Arc<Books>,
    ) -> Self {
        Ledger {
            run,
            outbox,
            began: Instant::now(),
            conversation,
            turn: 0,
            is_turn_open: false,
            attempt: 0,
            open_attempt: None,
            running: None,
            has_own_calls: false,
            unheard: None,
            answer: None,
            partial: None,
            resumed: None,
            earlier: Vec::new(),
            toolbox: Toolbox::new(),
            span: RunSpan::default(),
            turn_span: TurnSpan::default(),
            guard: None,
            fresh: Fresh::default(),
            prefix: Arc::default(),
            prefix_changes: Vec::new(),
            books,
            answered: None,
            is_paused_answer: false,
            is_answered: false,
            last_turn: None,
            unfit: 0,
            way: None,
            value: None,
            context: Context::default(),
            calls: 0,
            attempts: Vec::new(),
            compactions: Vec::new(),
            compact_error: None,
            warnings: Vec::new(),
            paused: None,
            error: None,
            tool_error: None,
        }
    }

    /// Tells of something that happened; nothing is made of it when nobody listens.
    pub(crate) async fn tell(&self, what: impl FnOnce() -> What) {
        if self.outbox.is_heard() {
            let event = AgentEvent::new(self.run.clone(), self.turn, self.attempt, what());
            self.outbox.emit(event).await;
        }
    }

    pub(crate) fn outbox(&self) -> &Arc<Outbox> {
        &self.outbox
    }

    pub(crate) fn attempt_number(&self) -> u32 {
        self.attempt
    }

    pub(crate) fn has_open_calls(&self) -> bool {
        self.conversation.open_calls().next().is_some()
    }

    /// The calls that have no outcome in the conversation yet.
    pub(crate) fn open_calls(&self) -> Vec<Call> {
        self.conversation.open_calls().cloned().collect()
    }

    pub(crate) async fn begin_turn(&mut self) {
        self.turn = self.turn.saturating_add(1);
        self.attempt = 0;
        self.is_turn_open = true;
        self.turn_span = self.span.turn(self.turn);
        self.tell(|| What::TurnStarted).await;
    }

    pub(crate) async fn end_turn(&mut self) {
        if std::mem::take(&mut self.is_turn_open) {
            let usage = self.books.usage();
            self.turn_span = TurnSpan::default();
            self.tell(|| What::TurnEnded { usage }).await;
        }
    }

    /// Notes that a model is about to be asked.
    pub(crate) fn begin_attempt(&mut self, target: TargetIndex, model: ModelId, request: &Request) {
        self.attempt = self.attempt.saturating_add(1);
        self.books.begin_attempt();
        self.with_prefix(|prefix| prefix.asking(&model, request));
        self.open_attempt = Some(OpenAttempt {
            span: self.turn_span.attempt(self.attempt, &model, request),
            record: AttemptRecord::new(self.turn, self.attempt, target, model),
            began: Instant::now(),
        });
    }

    fn with_prefix<T>(&self, act: impl FnOnce(&mut PrefixGuard) -> T) -> T {
        act(&mut self.prefix.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The span of the turn.
    pub(crate) fn turn_span(&self) -> &TurnSpan {
        &self.turn_span
    }

    /// The span of the attempt under way.
    pub(crate) fn attempt_span(&self) -> AttemptSpan {
        let open = self.open_attempt.as_ref();
        open.map(|open| open.span.clone()).unwrap_or_default()
    }

    /// Changes what is noted of the attempt under way.
    pub(crate) fn note(&mut self, note: impl FnOnce(&mut AttemptRecord)) {
        if let Some(open) = &mut self.open_attempt {
            note(&mut open.record);
        }
    }

    /// Notes that the attempt under way is over, and what it took.
    pub(crate) async fn end_attempt(&mut self) {
        let usage = self.open_attempt.as_ref().map(|open| open.record.usage);
        if let Some(usage) = usage
            && let Some(change) = self.with_prefix(|prefix| prefix.answered(self.turn, usage))
        {
            self.prefix_changes.push(change.clone());
            self.tell(|| What::PrefixChanged(Box::new(change))).await;
        }
        let Some(open) = self.open_attempt.take() else {
            return;
        };
        let mut record = open.record;
        if !record.replayed {
            record.duration = open.began.elapsed();
        }
        open.span.ended(&record);
        if self.outbox.is_heard() {
            let told = record.clone();
            self.attempts.push(record);
            self.tell(|| What::AttemptEnded(Box::new(told))).await;
        } else {
            self.attempts.push(record);
        }
    }

    /// Keeps what a failed attempt had said, in case that it was the last one.
    pub(crate) fn keep_partial(&mut self, partial: Assistant) {
        self.partial = Some(partial);
    }

    pub(crate) fn has_partial(&self) -> bool {
        self.partial.is_some()
    }

    /// Makes void what the failed attempt had said: another answer follows.
    pub(crate) async fn discard(&mut self) {
        if self.partial.take().is_some() {
            self.tell(|| What::Discarded).await;
        }
    }

    /// Keeps what came of asking a model until it is [`heard`](Ledger::heard).
    pub(crate) fn keep_unheard(&mut self, asked: Asked, source: Source) {
        self.unheard = Some((asked, source));
    }

    /// Notes what came of asking a model: a whole answer, or what there is of one.
    pub(crate) fn heard(&mut self, asked: Asked, profile: &Profile, source: Source) -> Heard {
        self.unheard = None;
        let has_output = match &asked.answer {
            Ok(response) => !response.message.parts.is_empty(),
            Err(error) => error.is_after_output(),
        };
        self.note(|record| {
            record.usage = asked.usage;
            record.has_output = has_output;
            record.request_id = asked.request_id;
            record.replayed = source == Source::Journal;
            record.duration = asked.duration;
            record.waited = asked.waited;
        });
        let is_reported = asked.answer.is_ok() && asked.usage.output().is_some();
        let shown = if is_reported { 0 } else { asked.estimated };
        self.books.charge(profile, asked.usage, shown);
        match (asked.answer, asked.spent) {
            (Ok(response), _) => {
                self.answer = Some(response);
                Heard::Whole
            }
            (Err(error), spent) => {
                self.note(|record| record.error = Some(Box::new(Failed::from(&error))));
                self.partial = error.partial().cloned();
                spent.map_or(Heard::Failed(error), Heard::Spent)
            }
        }
    }

    pub(crate) fn note_error(&mut self, error: Option<ModelError>) {
        self.error = error;
    }

    pub(crate) fn note_tool_error(&mut self, error: ToolError) {
        self.tool_error = Some(error);
    }

    pub(crate) fn note_pause(&mut self, waiting: PendingSet, outcomes: Vec<Outcome>) {
        self.paused = Some(Paused::new(self.conversation.clone(), outcomes, waiting));
    }

    pub(crate) fn note_compact_error(&mut self, error: CompactError) {
        self.compact_error = Some(error);
    }

    pub(crate) fn note_warnings(&mut self, warnings: Vec<Warning>) {
        for warning in warnings {
            if !self.warnings.contains(&warning) {
                self.warnings.push(warning);
            }
        }
    }

    /// Goes on with a smaller conversation, in which the run begins at `live`.
    pub(crate) async fn compacted(&mut self, compacted: Compacted, live: usize) {
        let Compacted {
            conversation,
            report,
        } = compacted;
        self.conversation = conversation;
        self.context.compacted(live);
        self.books.charge_compaction(report.usage, report.cost);
        self.compactions.push(report.clone());
        self.tell(|| What::Compacted(Box::new(report))).await;
    }

    /// Adds what the user says; the calls before it have their outcomes.
    pub(crate) fn push_user(&mut self, message: User) -> Result<(), Stop> {
        let pushed = self.conversation.push_user(message);
        pushed.map_err(|error| Stop::Illegal(error.to_string().into()))
    }

    pub(crate) fn push_answer(&mut self, answer: Assistant) -> Result<(), Stop> {
        let attempt = self.attempts.last();
        self.has_own_calls = attempt.is_some_and(|it| it.turn == self.turn && !it.replayed);
        let pushed = self.conversation.push_assistant(answer);
        pushed.map_err(|error| Stop::Illegal(error.to_string().into()))
    }

    pub(crate) fn push_outcomes(&mut self, outcomes: Vec<Outcome>) -> Result<(), Stop> {
        let pushed = self
            .conversation
            .push(Message::Outcomes(Outcomes(outcomes)));
        pushed.map_err(|error| Stop::Illegal(error.to_string().into()))
    }

    /// Says of every open call why it did not run.
    pub(crate) fn call_off(&mut self, why: &str) {
        let outcomes: Vec<_> = self
            .conversation
            .open_calls()
            .map(|call| not_run(call, why))
            .collect();
        if !outcomes.is_empty() {
            self.conversation
                .push_outcomes(outcomes)
                .expect("one outcome for each open call, in order");
        }
    }

    pub(crate) fn open(&mut self, calls: OpenCalls) {
        self.running = Some(calls);
    }

    /// What happens next to the calls that run.
    pub(crate) async fn next_of_calls(
        &mut self,
        hooks: &Hooks,
        at: &At,
    ) -> Option<(ToolEvent, Result<(), HookPanicked>)> {
        let running = self.running.as_mut()?;
        running.next(&self.conversation, hooks, at).await
    }

    pub(crate) async fn tell_of_call(&self, event: ToolEvent) {
        self.tell(|| event.told(&self.conversation)).await;
    }

    /// What came of the calls that ran.
    pub(crate) fn finish_calls(&mut self) -> Settled {
        let Some(open) = self.running.take() else {
            return Settled::default();
        };
        self.calls = self.calls.saturating_add(open.ran());
        open.finish()
    }

    /// Joins what came of the calls with what had come of those that had not to wait in a paused run.
    pub(crate) fn with_earlier(&mut self, settled: Settled) -> Settled {
        let outcomes = std::mem::take(&mut self.earlier);
        if outcomes.is_empty() {
            return settled;
        }
        let earlier = Settled {
            outcomes,
            ..Settled::default()
        };
        earlier.resumed(&self.open_calls(), settled)
    }

    /// Brings everything that is under way to its end, so that the conversation is legal and nothing runs any more.
    pub(crate) async fn settle(&mut self, scope: &Scope) {
        if let Some(relay) = self.outbox.take_returned() {
            self.broken_off(&relay, scope);
        }
        if let (Some((asked, source)), Some(open)) = (self.unheard.take(), &self.open_attempt) {
            self.heard(asked, scope.profile(open.record.target), source);
        }
        self.end_attempt().await;
        self.settle_calls(scope).await;
        self.push_left_over(scope.settings().partials);
        self.settle_rest();
        self.end_turn().await;
    }

    /// Gives the calls their outcomes that were not begun, unless they wait for a decision.
    fn settle_rest(&mut self) {
        if self.paused.is_some() {
            return;
        }
        match self.resumed.take() {
            Some((paused, _)) => self.push_settled(paused.outcomes),
            None if self.has_own_calls => self.call_off("not run: the run was over before"),
            None => self.conversation.interrupt(),
        }
    }

    /// Notes what had come of an answer that nobody waits for any more.
    fn broken_off(&mut self, relay: &Relay, scope: &Scope) {
        let Some(open) = &mut self.open_attempt else {
            return;
        };
        let profile = scope.profile(open.record.target);
        let gave_up = ModelError::new(ErrorKind::Cancelled, "the run was broken off");
        let gave_up = gave_up.with_model(profile.id.clone());
        open.record.error = Some(Box::new(Failed::from(&gave_up)));
        let answer = &relay.answer;
        self.note(|record| {
            record.usage = relay.usage();
            record.has_output = answer.has_output();
            record.request_id = relay.request_id().map(Into::into);
        });
        self.books.charge(profile, relay.usage(), relay.estimated());
        self.partial = answer.has_output().then(|| answer.partial());
    }

    async fn settle_calls(&mut self, scope: &Scope) {
        let Some(open) = &mut self.running else {
            return;
        };
        open.cancel(scope.settings().grace);
        let at = scope.at(self);
        // A hook that panics now has nothing left to end.
        while let Some((event, _)) = self.next_of_calls(scope.hooks(), &at).await {
            self.tell_of_call(event).await;
        }
        let settled = self.finish_calls();
        let settled = self.with_earlier(settled);
        if let Some(fatal) = settled.fatal {
            self.tool_error.get_or_insert(fatal);
        }
        self.push_settled(settled.outcomes);
    }

    /// Pushes the outcomes that there are, and says of the other open calls that they did not run.
    pub(crate) fn push_settled(&mut self, mut settled: Vec<Outcome>) {
        let calls = self.conversation.open_calls().map(|call| &call.id);
        if !calls.eq(settled.iter().map(|outcome| &outcome.call)) {
            settled = self.completed(settled);
        }
        if !settled.is_empty() {
            self.conversation
                .push_outcomes(settled)
                .expect("one outcome for each open call, in order");
        }
    }

    fn completed(&self, mut settled: Vec<Outcome>) -> Vec<Outcome> {
        let calls = self.conversation.open_calls();
        let outcomes = calls.map(|call| {
            let at = settled.iter().position(|outcome| outcome.call == call.id);
            at.map_or_else(
                || not_run(call, "not run: the run was cancelled"),
                |at| settled.remove(at),
            )
        });
        outcomes.collect()
    }

    /// Keeps an answer that nobody acted on: whole, or as far as it had come.
    fn push_left_over(&mut self, partials: PartialAnswers) {
        let whole = self.answer.take().map(|response| response.message);
        let partial = self.partial.take();
        let kept = whole.or_else(|| partial.filter(|_| partials == PartialAnswers::Keep));
        if let Some(answer) = kept
            && !answer.parts.is_empty()
            && !self.has_open_calls()
        {
            self.push_answer(answer)
                .expect("an answer can follow when no call is open");
            self.call_off("not run: the answer was broken off");
        }
    }

    pub(crate) fn into_report(self, stop: Stop) -> Report {
        self.span.ended(&stop, self.books.usage());
        Report {
            stop,
            usage: self.books.usage(),
            models: self.books.models(),
            cost: self.books.cost(),
            unpriced: self.books.unpriced(),
            turns: self.turn,
            calls: self.calls,
            duration: self.began.elapsed(),
            run: self.run,
            conversation: self.conversation,
            attempts: self.attempts,
            context: self.context.used(),
            compactions: self.compactions,
            prefix_changes: self.prefix_changes,
            warnings: self.warnings,
            left: Vec::new(),
            paused: self.paused,
            value: self.value,
            error: self.error,
            compact_error: self.compact_error,
            tool_error: self.tool_error,
        }
    }
}

fn not_run(call: &Call, why: &str) -> Outcome {
    Outcome::new(call, OutcomeStatus::Cancelled, why)
}
