//! What counts of a run: settled on every path, whatever became of the turn that was at work on it.

mod books;
mod open;

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use windlass_core::{
    Assistant, Call, Conversation, Message, ModelError, Outcome, OutcomeStatus, Outcomes,
    ToolError, Usage, User, Warning,
};

use crate::run::{Outbox, Relay};
use crate::{
    AgentEvent, AttemptRecord, Compaction, Failed, Guard, Paused, Reached, Report, RunId, Stop,
    TargetIndex, What,
};

pub(crate) use books::Books;
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
    open_calls: Option<OpenCalls>,
    /// What came of an answer that failed for good or was broken off.
    partial: Option<Assistant>,
    /// Outcomes that a paused run brought along.
    pub(crate) earlier: Option<Paused>,
    pub(crate) books: Arc<Books>,
    pub(crate) guard: Option<Guard>,
    /// The model that answered last.
    pub(crate) answered: Option<TargetIndex>,
    /// The limit that makes this turn the last.
    pub(crate) last_turn: Option<Reached>,
    /// How often the model was shown that its answer does not fit.
    pub(crate) unfit: u32,
    /// Tokens of the conversation as the model counted them last, and how many messages it counted.
    pub(crate) counted: Option<(u64, usize)>,
    calls: u32,
    attempts: Vec<AttemptRecord>,
    compactions: Vec<Compaction>,
    warnings: Vec<Warning>,
    paused: Option<Paused>,
    error: Option<ModelError>,
    tool_error: Option<ToolError>,
}

struct OpenAttempt {
    record: AttemptRecord,
    began: Instant,
}

/// What becomes of the beginning of an answer that was cut.
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
            open_calls: None,
            partial: None,
            earlier: None,
            books,
            guard: None,
            answered: None,
            last_turn: None,
            unfit: 0,
            counted: None,
            calls: 0,
            attempts: Vec::new(),
            compactions: Vec::new(),
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

    pub(crate) fn elapsed(&self) -> Duration {
        self.began.elapsed()
    }

    pub(crate) fn attempts(&self) -> &[AttemptRecord] {
        &self.attempts
    }

    pub(crate) async fn begin_turn(&mut self) {
        self.turn = self.turn.saturating_add(1);
        self.attempt = 0;
        self.is_turn_open = true;
        self.tell(|| What::TurnStarted).await;
    }

    pub(crate) async fn end_turn(&mut self) {
        if std::mem::take(&mut self.is_turn_open) {
            let usage = self.books.usage();
            self.tell(|| What::TurnEnded { usage }).await;
        }
    }

    /// Notes that a model is about to be asked.
    pub(crate) fn begin_attempt(&mut self, target: TargetIndex, model: windlass_core::ModelId) {
        self.attempt = self.attempt.saturating_add(1);
        self.open_attempt = Some(OpenAttempt {
            record: AttemptRecord::new(self.turn, self.attempt, target, model),
            began: Instant::now(),
        });
    }

    /// Changes what is noted of the attempt under way.
    pub(crate) fn note(&mut self, note: impl FnOnce(&mut AttemptRecord)) {
        if let Some(open) = &mut self.open_attempt {
            note(&mut open.record);
        }
    }

    /// Notes that the attempt under way is over, and what it took.
    pub(crate) async fn end_attempt(&mut self) {
        let Some(OpenAttempt { mut record, began }) = self.open_attempt.take() else {
            return;
        };
        record.duration = began.elapsed();
        if self.outbox.is_heard() {
            let told = record.clone();
            self.attempts.push(record);
            self.tell(|| What::AttemptEnded(Box::new(told))).await;
        } else {
            self.attempts.push(record);
        }
    }

    /// Keeps what a failed attempt had said, in case that it was the last one.
    pub(crate) fn keep_partial(&mut self, partial: Option<Assistant>) {
        self.partial = partial;
    }

    /// Makes void what the failed attempt had said: another answer follows.
    pub(crate) async fn discard(&mut self) {
        if self.partial.take().is_some() {
            self.tell(|| What::Discarded).await;
        }
    }

    pub(crate) fn note_error(&mut self, error: Option<ModelError>) {
        self.error = error;
    }

    pub(crate) fn note_tool_error(&mut self, error: ToolError) {
        self.tool_error = Some(error);
    }

    pub(crate) fn note_pause(&mut self, paused: Paused) {
        self.paused = Some(paused);
    }

    pub(crate) fn note_warnings(&mut self, warnings: Vec<Warning>) {
        for warning in warnings {
            if !self.warnings.contains(&warning) {
                self.warnings.push(warning);
            }
        }
    }

    pub(crate) fn note_calls(&mut self, calls: u32) {
        self.calls = self.calls.saturating_add(calls);
    }

    pub(crate) async fn compacted(&mut self, conversation: Conversation, made: Compaction) {
        self.conversation = conversation;
        self.counted = None;
        self.compactions.push(made);
        self.tell(|| What::Compacted(Box::new(made))).await;
    }

    /// Adds what the user says; the calls before it have their outcomes.
    pub(crate) fn push_user(&mut self, message: User) -> Result<(), Stop> {
        let pushed = self.conversation.push_user(message);
        pushed.map_err(|error| Stop::Illegal(error.to_string().into()))
    }

    pub(crate) fn push_answer(&mut self, answer: Assistant) -> Result<(), Stop> {
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

    pub(crate) fn open(&mut self, calls: OpenCalls) -> &mut OpenCalls {
        self.open_calls.insert(calls)
    }

    pub(crate) fn open_calls(&mut self) -> Option<&mut OpenCalls> {
        self.open_calls.as_mut()
    }

    pub(crate) fn take_open_calls(&mut self) -> Option<OpenCalls> {
        self.open_calls.take()
    }

    /// Brings everything that is under way to its end, so that the conversation is legal and nothing runs any more.
    pub(crate) async fn settle(&mut self, partials: PartialAnswers) {
        if let Some(relay) = self.outbox.take_returned() {
            self.broken_off(&relay);
        }
        self.end_attempt().await;
        self.settle_calls().await;
        self.push_partial(partials);
        if self.paused.is_none() {
            self.conversation.interrupt();
        }
        self.end_turn().await;
    }

    /// Notes what had come of an answer that nobody waits for any more.
    fn broken_off(&mut self, relay: &Relay) {
        let answer = &relay.answer;
        let usage = answer.usage();
        self.note(|record| {
            record.usage = usage;
            record.has_output = answer.has_output();
            record.request_id = relay.request_id().map(Into::into);
        });
        if let Some(open) = &mut self.open_attempt {
            let gave_up = ModelError::new(windlass_core::ErrorKind::Cancelled, "")
                .with_model(open.record.model.clone());
            open.record.error = Some(Failed::from(&gave_up));
            self.books.charge(&open.record.model, usage, None);
        }
        self.partial = answer.has_output().then(|| answer.partial());
    }

    async fn settle_calls(&mut self) {
        let Some(mut open) = self.open_calls.take() else {
            return;
        };
        open.cancel();
        while let Some(what) = open.next().await {
            if let Some(what) = what {
                self.tell(|| what).await;
            }
        }
        let settled = open.finish();
        if let Some(fatal) = settled.fatal.clone() {
            self.tool_error.get_or_insert(fatal);
        }
        self.push_settled(settled.outcomes);
    }

    /// Pushes the outcomes that there are, and says of the other open calls that they did not run.
    fn push_settled(&mut self, mut settled: Vec<Outcome>) {
        let outcomes: Vec<_> = self
            .conversation
            .open_calls()
            .map(|call| {
                let at = settled.iter().position(|outcome| outcome.call == call.id);
                at.map_or_else(
                    || not_run(call, "not run: the run was cancelled"),
                    |at| settled.remove(at),
                )
            })
            .collect();
        if !outcomes.is_empty() {
            self.conversation
                .push_outcomes(outcomes)
                .expect("one outcome for each open call, in order");
        }
    }

    fn push_partial(&mut self, partials: PartialAnswers) {
        let Some(partial) = self.partial.take() else {
            return;
        };
        let nothing_open = self.conversation.open_calls().next().is_none();
        if partials == PartialAnswers::Keep && nothing_open && !partial.parts.is_empty() {
            self.push_answer(partial)
                .expect("an answer can follow when no call is open");
            self.call_off("not run: the answer was cut");
        }
    }

    pub(crate) fn into_report(self, stop: Stop) -> Report {
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
            compactions: self.compactions,
            warnings: self.warnings,
            left: Vec::new(),
            paused: self.paused,
            error: self.error,
            tool_error: self.tool_error,
        }
    }

    pub(crate) fn usage(&self) -> Usage {
        self.books.usage()
    }
}

fn not_run(call: &Call, why: &str) -> Outcome {
    Outcome::new(call, OutcomeStatus::Cancelled, why)
}
