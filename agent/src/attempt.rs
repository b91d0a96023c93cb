//! The only place where a model is asked again: the same one after a wait, another one, or about a shorter conversation.

mod shorten;

use std::ops::ControlFlow::{self, Break, Continue};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::yield_now;
use tokio::time::{Instant, sleep};
use windlass_core::{
    Assistant, AssistantPart, Attempt, Decision, EventStream, Model as _, ModelError, PartIndex,
    Request, Response, Text,
};

use crate::context::fit;
use crate::hook::{After, At, Before, HookPanicked};
use crate::journal::{self, Asked, Source, Waited};
use crate::ledger::{Heard, Ledger};
use crate::output::Way;
use crate::prefix::cache_by_default;
use crate::run::{Relay, Scope, Shown, ThinkingEvents};
use crate::turn::or_stop;
use crate::{
    AttemptStarted, Because, Cause, CompactError, Failed, Failure, Fallback, FallbackStrategy as _,
    JournalError, Shortening, Step, Stop, Switched, TargetIndex, Verdict, What, adapt,
};

/// An answer that was taken.
pub(crate) struct Answer {
    pub(crate) response: Response,
    /// How the model was asked for a typed answer.
    pub(crate) way: Option<Way>,
}

/// Why an attempt gave no answer that could be taken.
enum Miss {
    Error(ModelError),
    Rejected {
        response: Box<Response>,
        why: Text,
    },
    /// Nobody was asked: the request would not fit, and was not made to.
    TooLarge {
        error: ModelError,
        why: CompactError,
    },
}

/// Asks until an answer can be taken, or nobody is left to ask.
pub(crate) async fn answer(
    run: &mut Ledger,
    scope: &Scope,
    request: Request,
    fits: Result<(), CompactError>,
) -> ControlFlow<Stop, Answer> {
    let target = scope.first_target(run.answered);
    let mut asking = Asking {
        run,
        scope,
        request,
        target,
        fits,
        tried: Vec::new(),
        number: 0,
        total: 0,
        elapsed: Duration::ZERO,
        shortening: Shortening::Untried,
    };
    loop {
        let miss = match std::mem::replace(&mut asking.fits, Ok(())) {
            Err(why) => asking.too_large(why),
            Ok(()) => match asking.attempt().await? {
                Ok(answer) => return Continue(answer),
                Err(miss) => miss,
            },
        };
        asking.recover(miss).await?;
    }
}

/// The attempts at one answer.
struct Asking<'a> {
    run: &'a mut Ledger,
    scope: &'a Scope,
    request: Request,
    target: TargetIndex,
    /// Whether the request fits there.
    fits: Result<(), CompactError>,
    /// The targets that were given up.
    tried: Vec<TargetIndex>,
    /// How often this target was asked, and all of them.
    number: u32,
    total: u32,
    /// What the attempts and waits took: the same when they come from the journal.
    elapsed: Duration,
    shortening: Shortening,
}

impl Asking<'_> {
    /// Asks once, and tells of it.
    async fn attempt(&mut self) -> ControlFlow<Stop, Result<Answer, Miss>> {
        let scope = self.scope;
        self.number = self.number.saturating_add(1);
        self.total = self.total.saturating_add(1);
        let (mut request, way) = self.prepared();
        let at = scope.at(self.run).next_attempt();
        match or_stop(
            scope
                .hooks()
                .before_model(&mut request, &at)
                .await
                .map_err(panicked),
        )? {
            Before::Go => {}
            Before::Refuse(why) => return Break(Stop::Hook(why)),
            Before::Replace(response) => return self.replaced(response, way, &at).await,
        }
        let tokens = self.weigh(&request);
        or_stop(scope.purse().before_request(tokens).map_err(Stop::Limit))?;
        self.run.discard().await;
        self.begin(&request).await;
        let (asked, source) = or_stop(self.ask(request).await.map_err(Stop::from))?;
        if source == Source::Journal {
            self.run.keep_unheard(asked.clone(), source);
            self.show_again(&asked).await;
        }
        self.elapsed += asked.duration;
        let profile = scope.profile(self.target);
        self.run.context.heard(scope, profile, asked.usage);
        match self.run.heard(asked, profile, source) {
            Heard::Whole => self.review(way).await,
            Heard::Spent(reached) => {
                self.run.end_attempt().await;
                Break(Stop::Limit(reached))
            }
            Heard::Failed(error) => {
                self.run.end_attempt().await;
                Continue(Err(Miss::Error(error)))
            }
        }
    }

    /// Takes an answer that a hook gave. It is in the ledger while it is shown, because what a turn holds is forfeit when
    /// it is broken off.
    async fn replaced(
        &mut self,
        mut response: Response,
        way: Option<Way>,
        at: &At,
    ) -> ControlFlow<Stop, Result<Answer, Miss>> {
        let reviewed = review(self.scope, &mut response, at).await;
        or_stop(reviewed.map_err(Stop::Hook))?;
        self.run.discard().await;
        let said = response.message.clone();
        self.run.answer = Some(response);
        self.show(&said).await;
        let response = self.run.answer.take().expect("nobody else takes it");
        Continue(Ok(Answer { response, way }))
    }

    /// How many tokens a request has, as far as that matters to anybody.
    fn weigh(&mut self, request: &Request) -> u64 {
        match self.scope.keeps_context() {
            true => {
                let context = &mut self.run.context;
                context.sending(self.scope, self.target, &self.request, request)
            }
            false => 0,
        }
    }

    /// Asks the model, unless the journal has what came of it.
    async fn ask(&mut self, request: Request) -> Result<(Asked, Source), JournalError> {
        let scope = self.scope;
        let (turn, number) = (self.run.turn, self.run.attempt_number());
        let step = scope.journaled(|| Step::attempt(turn, number, &request));
        let ask = pin!(async {
            let began = Instant::now();
            // Through the pointer itself it would be boxed twice.
            let asked = (*scope.target(self.target).model).stream(request);
            let asked = self.run.attempt_span().around(asked).await;
            let mut asked = match asked {
                Ok(stream) => self.listen(stream).await,
                Err(error) => Asked::refused(error),
            };
            asked.duration = began.elapsed();
            if scope.journal.is_some() {
                self.run.keep_unheard(asked.clone(), Source::Live);
            }
            asked
        });
        journal::known(step, ask).await
    }

    /// The request as this target gets it.
    fn prepared(&mut self) -> (Request, Option<Way>) {
        let target = self.scope.target(self.target);
        let profile = target.model.profile();
        let mut request = self.request.clone();
        if self.target != TargetIndex::OWN {
            let adapted = adapt(&request, profile, target.opaque);
            self.run.note_warnings(adapted.warnings);
            request = adapted.request;
            request.options = target.options.clone().or(&request.options);
        }
        cache_by_default(&mut request.options, profile);
        self.scope.restrain(self.run, &mut request);
        let shape = self.scope.shape.as_ref();
        let way = shape.map(|shape| shape.prepare(&mut request, profile));
        (request, way)
    }

    async fn begin(&mut self, request: &Request) {
        let model = self.scope.profile(self.target).id.clone();
        self.run.begin_attempt(self.target, model.clone(), request);
        self.run
            .tell(|| {
                let started = AttemptStarted::new(model, Arc::new(request.clone()));
                What::AttemptStarted(Box::new(started))
            })
            .await;
    }

    /// Shows an answer that did not come from a model now.
    async fn show(&mut self, answer: &Assistant) {
        for (part, said) in (0..).map(PartIndex).zip(&answer.parts) {
            let what = match said {
                AssistantPart::Text(said) => What::Text {
                    part,
                    text: said.text.clone(),
                },
                AssistantPart::Refusal(said) => What::Refusal {
                    part,
                    text: said.text.clone(),
                },
                AssistantPart::Thinking(said)
                    if self.scope.settings().thinking == ThinkingEvents::Show =>
                {
                    What::Thinking {
                        part,
                        text: said.text.clone(),
                    }
                }
                _ => continue,
            };
            self.run.tell(|| what).await;
        }
    }

    /// Shows what the journal has of an answer, once and whole.
    async fn show_again(&mut self, asked: &Asked) {
        match &asked.answer {
            Ok(response) => self.show(&response.message).await,
            Err(error) => {
                if let Some(partial) = error.partial() {
                    self.show(partial).await;
                }
            }
        }
    }

    /// Hands the answer to the run, which reads, folds and shows it.
    async fn listen(&mut self, stream: EventStream) -> Asked {
        let run = &mut *self.run;
        let thinking = self.scope.settings().thinking;
        let shown = Shown::new(run.run.clone(), run.turn, run.attempt_number(), thinking);
        let span = run.attempt_span();
        let relay = Box::new(Relay::new(stream, self.scope.watch(), shown, span));
        run.outbox().clone().relay(relay).await.into_asked()
    }

    /// Shows the answer to the hooks and to the strategy.
    async fn review(&mut self, way: Option<Way>) -> ControlFlow<Stop, Result<Answer, Miss>> {
        let at = self.scope.at(self.run);
        let span = self.run.attempt_span();
        let response = self.run.answer.as_mut().expect("it was just heard");
        span.answered(response);
        let reviewed = review(self.scope, response, &at).await;
        let finish = response.finish.clone();
        let verdict = self.scope.settings().fallback.review(response);
        self.run.note(|record| record.finish = Some(finish));
        if let Err(why) = reviewed {
            self.rejected(why.clone()).await;
            return Break(Stop::Hook(why));
        }
        if let Verdict::Reject(why) = &verdict {
            self.rejected(why.clone()).await;
        } else {
            self.run.end_attempt().await;
            self.run.answered = Some(self.target);
        }
        let response = self.run.answer.take().expect("nobody else takes it");
        match verdict {
            Verdict::Reject(why) => {
                if !response.message.parts.is_empty() {
                    self.run.keep_partial(response.message.clone());
                }
                let response = Box::new(response);
                Continue(Err(Miss::Rejected { response, why }))
            }
            _ => Continue(Ok(Answer { response, way })),
        }
    }

    async fn rejected(&mut self, why: Text) {
        self.run.note(|record| record.rejected = Some(why));
        self.run.end_attempt().await;
    }

    /// Decides what is done about a failure, and does it; stops the run when that is nothing.
    async fn recover(&mut self, miss: Miss) -> ControlFlow<Stop> {
        if let Miss::Error(error) = &miss
            && self.waits(error, &miss).await?
        {
            return Continue(());
        }
        loop {
            match self.next(&miss) {
                Fallback::Switch(to) if self.is_new(to) => return self.switch(to).await,
                next @ (Fallback::Compact | Fallback::Abort) if self.may_shorten(&miss, next) => {
                    if self.shorten(&miss).await? {
                        return Continue(());
                    }
                }
                Fallback::Wait(wait) if miss.was_sent() && self.scope.has_time_for(wait) => {
                    return self.waits_as_told(wait, &miss).await;
                }
                _ => return Break(self.give_up(miss)),
            }
        }
    }

    /// How long to wait before the same target is asked again, if it is to be.
    fn retry_after(&self, error: &ModelError) -> Option<Duration> {
        let mut attempt = Attempt::new(self.number, error)
            .with_elapsed(self.elapsed)
            .with_chance(self.scope.chance());
        if self.run.has_partial() {
            attempt = attempt.after_output();
        }
        match self.scope.settings().retry.decide(&attempt) {
            Decision::Retry(wait) => Some(wait).filter(|wait| self.scope.has_time_for(*wait)),
            _ => None,
        }
    }

    /// Waits, if the same target is to be asked again, and says whether it is.
    async fn waits(&mut self, error: &ModelError, miss: &Miss) -> ControlFlow<Stop, bool> {
        let scope = self.scope;
        let step = scope.journaled(|| Step::wait(self.run.turn, self.total));
        let wait = async {
            let wait = self.retry_after(error);
            if let Some(wait) = wait {
                self.wait(wait, miss).await;
            }
            Waited { wait }
        };
        let (waited, source) = or_stop(journal::known(step, wait).await.map_err(Stop::from))?;
        if let (Some(wait), Source::Journal) = (waited.wait, source) {
            self.tell_of_wait(wait, miss).await;
        }
        self.elapsed += waited.wait.unwrap_or_default();
        Continue(waited.wait.is_some())
    }

    /// Waits as the strategy says; a wait that the journal has is over.
    async fn waits_as_told(&mut self, wait: Duration, miss: &Miss) -> ControlFlow<Stop> {
        let step = self
            .scope
            .journaled(|| Step::fallback(self.run.turn, self.total));
        let waiting = async {
            self.wait(wait, miss).await;
            Waited { wait: Some(wait) }
        };
        let (_, source) = or_stop(journal::known(step, waiting).await.map_err(Stop::from))?;
        if source == Source::Journal {
            self.tell_of_wait(wait, miss).await;
        }
        self.elapsed += wait;
        Continue(())
    }

    /// Waits. No time is no matter for a timer, which would make a millisecond of it; others have their turn all the same.
    async fn wait(&self, wait: Duration, miss: &Miss) {
        self.tell_of_wait(wait, miss).await;
        match wait.is_zero() {
            true => yield_now().await,
            false => sleep(wait).await,
        }
    }

    async fn tell_of_wait(&self, wait: Duration, miss: &Miss) {
        let because = || match miss {
            Miss::Error(error) | Miss::TooLarge { error, .. } => {
                Because::Failed(Failed::from(error))
            }
            Miss::Rejected { why, .. } => Because::Rejected(why.clone()),
        };
        let what = || What::Retrying {
            wait,
            because: Box::new(because()),
        };
        self.run.tell(what).await;
    }

    fn next(&self, miss: &Miss) -> Fallback {
        let (cause, shortening) = match miss {
            Miss::Error(error) => (Cause::Error(error), self.shortening),
            Miss::Rejected { response, why } => {
                (Cause::Rejected { response, why }, self.shortening)
            }
            Miss::TooLarge { error, .. } => (Cause::Error(error), Shortening::Fruitless),
        };
        let own = self.scope.profile(TargetIndex::OWN);
        let mut failure = Failure::new(cause, self.target, own)
            .with_tried(&self.tried)
            .with_shortening(shortening)
            .with_attempts(self.total)
            .with_elapsed(self.elapsed);
        if self.run.has_partial() {
            failure = failure.after_output();
        }
        self.scope.settings().fallback.next(&failure)
    }

    /// Whether a target is there and was not tried for this answer.
    fn is_new(&self, to: TargetIndex) -> bool {
        let targets = self.scope.settings().fallback.targets();
        let is_there = to == TargetIndex::OWN || to.of(targets).is_some();
        is_there && to != self.target && !self.tried.contains(&to)
    }

    /// Asks another target from here on, and makes the conversation fit there.
    async fn switch(&mut self, to: TargetIndex) -> ControlFlow<Stop> {
        let from = std::mem::replace(&mut self.target, to);
        self.tried.push(from);
        self.number = 0;
        let model = |target| self.scope.profile(target).id.clone();
        let switched = || What::Switched(Box::new(Switched::new(model(from), model(to))));
        self.run.tell(switched).await;
        self.fits = fit(self.run, self.scope, &self.request.tools, to).await?;
        self.request.conversation = self.run.conversation.clone();
        Continue(())
    }

    fn give_up(&mut self, miss: Miss) -> Stop {
        match miss {
            Miss::Error(error) => {
                let error = error.with_attempt(self.total);
                let failed = Box::new(Failed::from(&error));
                self.run.note_error(Some(error));
                Stop::Failed(failed)
            }
            Miss::Rejected { why, .. } => Stop::Rejected(why),
            Miss::TooLarge { why, .. } => Stop::from(&why),
        }
    }
}

impl Miss {
    /// Whether anybody was asked.
    fn was_sent(&self) -> bool {
        !matches!(self, Miss::TooLarge { .. })
    }
}

/// Shows an answer to the hooks, whoever gave it; they may say why it does not count.
async fn review(scope: &Scope, response: &mut Response, at: &At) -> Result<(), Text> {
    match scope.hooks().after_model(response, at).await {
        Ok(After::Keep) => Ok(()),
        Ok(After::Refuse(why)) => Err(why),
        Err(panicked) => Err(panicked.to_string().into()),
    }
}

fn panicked(panicked: HookPanicked) -> Stop {
    Stop::Hook(panicked.to_string().into())
}
