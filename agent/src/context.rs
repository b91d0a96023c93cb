//! What the requests of a run take of their window, and what is done when they do not fit.
//!
//! It is the one owner of these numbers: whether a request fits, the limits on tokens, the warning and the report rest on
//! the same count. A run that wants none of it pays nothing for it.

mod fit;
mod tally;

use windlass_core::{Conversation, Model as _, Profile, Request, Tools, Usage};

use crate::agent::Settings;
use crate::compact::live_from;
use crate::ledger::Ledger;
use crate::run::Scope;
use crate::{
    BudgetError, ContextUse, Factor, FallbackStrategy as _, Fruitless, Reported, Room, Sections,
    Target, TargetIndex, Windows,
};

pub(crate) use fit::{fit, shorten};

use tally::Tally;

/// What is known of the context of a run.
#[derive(Default)]
pub(crate) struct Context {
    tally: Tally,
    /// How far estimates are off, for each target of which that is known: as it was when the turn began, so that the turn
    /// decides the same when it is played again.
    factors: Vec<Option<Factor>>,
    /// What was counted of the last request by the target that had it.
    reported: Option<(TargetIndex, Reported)>,
    /// How much more than it was made with the last request to a target was sent with: hooks, shapes and other models
    /// change requests.
    skew: Option<(TargetIndex, i64)>,
    /// The request under way, by the estimator.
    sent: Option<(TargetIndex, u64)>,
    used: Option<ContextUse>,
    is_told_near: bool,
    /// What a request may have by the estimator, for each target that refused a larger one.
    ceilings: Vec<(TargetIndex, u64)>,
    /// Where the run began in the conversation.
    live: usize,
    /// How often a compaction was tried.
    tried: usize,
    /// Whether the smallest window of the chain turned out to be too small for what must stay.
    is_past_smallest: bool,
    fruitless: Fruitless,
}

/// How far estimates are off as far as it is known now, for each target; nothing where nobody wants to know.
pub(crate) fn factors(scope: &Scope) -> Vec<Option<Factor>> {
    if !scope.keeps_context() {
        return Vec::new();
    }
    let settings = scope.settings();
    let others = settings.fallback.targets();
    let learned = |target: &Target| {
        let factor = settings.calibration.learned(&target.model.profile().id);
        factor.map(Factor::rounded)
    };
    [&settings.own]
        .into_iter()
        .chain(others)
        .map(learned)
        .collect()
}

/// A request beside the room that it has.
struct Weighed {
    room: Room,
    sections: Sections,
    factor: Factor,
    /// Whether the factor is more than a guess.
    is_learned: bool,
    taken: ContextUse,
}

impl Context {
    /// Notes where the run begins.
    pub(crate) fn begin(&mut self, conversation: &Conversation) {
        self.live = live_from(conversation);
    }

    /// Decides by these factors from now on.
    pub(crate) fn rest_on(&mut self, factors: Vec<Option<Factor>>) {
        self.factors = factors;
    }

    /// What the last request took.
    pub(crate) fn used(&self) -> Option<ContextUse> {
        self.used
    }

    /// How many tokens the next request will have, as far as it can be told before it is made.
    pub(crate) fn estimate(
        &mut self,
        said: &Conversation,
        tools: &Tools,
        scope: &Scope,
        target: TargetIndex,
    ) -> u64 {
        let sections = self.sections(said, tools, scope, target);
        let tokens = self.tokens(&sections, target);
        let room = scope.settings().compactor.as_ref();
        let room = room.and_then(|_| self.room(scope, target, self.windows(scope)).ok());
        room.map_or(tokens, |room| tokens.min(room.input()))
    }

    /// Notes that a request is about to be sent, and how it was made; says how many tokens it has.
    pub(crate) fn sending(
        &mut self,
        scope: &Scope,
        target: TargetIndex,
        made: &Request,
        request: &Request,
    ) -> u64 {
        let estimator = &*scope.settings().estimator;
        let frame = (&made.instructions, &made.tools);
        let plain = self.tally.count(&made.conversation, frame, estimator);
        let sections = match tally::is_same(made, request) {
            true => plain,
            false => Sections::of(request, estimator),
        };
        let (estimated, plain) = (sections.total(), plain.total());
        self.skew = Some((target, difference(estimated, plain)));
        self.sent = Some((target, estimated));
        let room = self.room(scope, target, self.windows(scope));
        let (factor, reported) = (self.factor(target), self.reported(target));
        let room = room.ok();
        self.used = room.map(|room| room.weigh(&sections, factor.unwrap_or_default(), reported));
        self.tokens(&sections, target)
    }

    /// Learns from what was reported of the request under way.
    pub(crate) fn heard(&mut self, scope: &Scope, profile: &Profile, usage: Usage) {
        let Some((target, estimated)) = self.sent.take() else {
            return;
        };
        let calibration = &scope.settings().calibration;
        calibration.learn(&profile.id, estimated, usage);
        if let Some(reported) = Reported::new(estimated, usage) {
            self.reported = Some((target, reported));
        }
    }

    /// Forgets what was counted of a conversation that is no longer; the run begins at `live` in the one that is.
    pub(crate) fn compacted(&mut self, live: usize) {
        self.tally.forget_messages();
        self.reported = None;
        self.live = live;
    }

    fn weigh(
        &mut self,
        said: &Conversation,
        tools: &Tools,
        scope: &Scope,
        target: TargetIndex,
    ) -> Result<Weighed, BudgetError> {
        let room = self.room(scope, target, self.windows(scope))?;
        let sections = self.sections(said, tools, scope, target);
        let (learned, reported) = (self.factor(target), self.reported(target));
        let factor = learned.unwrap_or_default();
        let taken = room.weigh(&sections, factor, reported);
        Ok(Weighed {
            room,
            sections,
            factor,
            is_learned: learned.is_some(),
            taken,
        })
    }

    fn sections(
        &mut self,
        said: &Conversation,
        tools: &Tools,
        scope: &Scope,
        target: TargetIndex,
    ) -> Sections {
        let settings = scope.settings();
        let sections =
            self.tally
                .count(said, (&settings.instructions, tools), &*settings.estimator);
        let skew = self.skew.filter(|(seen, _)| *seen == target);
        sections.skewed(skew.map_or(0, |(_, skew)| skew))
    }

    /// What a provider is thought to count, without a margin.
    fn tokens(&self, sections: &Sections, target: TargetIndex) -> u64 {
        let factor = self.factor(target).unwrap_or_default();
        let (known, added) = Reported::rest(self.reported(target), sections.total());
        known.saturating_add(factor.tokens(added))
    }

    fn factor(&self, target: TargetIndex) -> Option<Factor> {
        let place = usize::try_from(target.number()).ok()?;
        self.factors.get(place).copied().flatten()
    }

    fn reported(&self, target: TargetIndex) -> Option<&Reported> {
        let (by, reported) = self.reported.as_ref()?;
        (*by == target).then_some(reported)
    }

    fn windows(&self, scope: &Scope) -> Windows {
        match self.is_past_smallest {
            true => Windows::Asked,
            false => scope.settings().windows(),
        }
    }

    fn room(
        &self,
        scope: &Scope,
        target: TargetIndex,
        windows: Windows,
    ) -> Result<Room, BudgetError> {
        let answer = scope.answer_length(target);
        let mut room = room(scope.settings(), scope.profile(target), windows, answer)?;
        let ceiling = self.ceilings.iter().find(|(of, _)| *of == target);
        if let Some((_, ceiling)) = ceiling {
            let most = self.factor(target).unwrap_or_default().tokens(*ceiling);
            room.window = room.window.min(most.saturating_add(room.reserve));
        }
        Ok(room)
    }

    /// Keeps later requests to this target below `tokens` of the estimator.
    fn lower_ceiling(&mut self, target: TargetIndex, tokens: u64) {
        self.ceilings.retain(|(of, _)| *of != target);
        self.ceilings.push((target, tokens));
    }
}

impl Ledger {
    /// How many tokens the request of the next turn will have, as far as that matters to a limit.
    pub(crate) fn estimate_next(&mut self, scope: &Scope) -> u64 {
        if !scope.purse().counts_requests() {
            return 0;
        }
        let (target, tools) = (scope.first_target(self.answered), self.toolbox.tools());
        let said = &self.conversation;
        self.context.estimate(said, tools, scope, target)
    }

    fn weigh(
        &mut self,
        scope: &Scope,
        tools: &Tools,
        target: TargetIndex,
    ) -> Result<Weighed, BudgetError> {
        let said = &self.conversation;
        self.context.weigh(said, tools, scope, target)
    }
}

/// What a request to one model may take, as these settings say, if its answer may have so many tokens.
pub(crate) fn room(
    settings: &Settings,
    asked: &Profile,
    windows: Windows,
    answer: Option<u64>,
) -> Result<Room, BudgetError> {
    let budget = settings.context.clone().unwrap_or_default();
    if windows == Windows::Asked {
        return budget.room_for([asked], answer);
    }
    let others = settings.fallback.targets().iter();
    let chain = [&settings.own].into_iter().chain(others);
    budget.room_for(chain.map(|target| target.model.profile()), answer)
}

impl Weighed {
    /// By how much the estimator is off in this very request, where that is more than usual: a compaction by the usual
    /// factor would think that there is nothing to do.
    fn factor(&self) -> Factor {
        let seen = self.taken.input as f64 / self.sections.total().max(1) as f64;
        Factor {
            ratio: self.factor.ratio.max(seen),
            ..self.factor
        }
    }
}

fn difference(one: u64, other: u64) -> i64 {
    let clamp = |tokens: u64| i64::try_from(tokens).unwrap_or(i64::MAX);
    clamp(one).saturating_sub(clamp(other))
}
