use std::ops::ControlFlow::{self, Break, Continue};
use std::sync::Arc;

use windlass_core::{Conversation, Entry, Tools};

use super::Weighed;
use crate::journal::{self, Compacting};
use crate::ledger::Ledger;
use crate::run::Scope;
use crate::turn::or_stop;
use crate::{
    CompactError, Compacted, Compactor, Factor, Scaled, Step, Stop, TargetIndex, What, Windows,
};

/// Makes the conversation fit in a request to this target, and says why if it does not.
///
/// Nothing is done where it fits, and where nobody compacts: then what is too large is the provider's to refuse.
pub(crate) async fn fit(
    run: &mut Ledger,
    scope: &Scope,
    tools: &Tools,
    target: TargetIndex,
) -> ControlFlow<Stop, Result<(), CompactError>> {
    if !scope.keeps_context() {
        return Continue(Ok(()));
    }
    loop {
        let weighed = run.weigh(scope, tools, target);
        let Some(compactor) = &scope.settings().compactor else {
            if let Ok(weighed) = weighed {
                tell_if_near(run, &weighed).await;
            }
            return Continue(Ok(()));
        };
        let weighed = match weighed {
            Ok(weighed) => weighed,
            Err(error) => return Continue(Err(CompactError::no_room(error))),
        };
        if weighed.taken.fits() {
            tell_if_near(run, &weighed).await;
            return Continue(Ok(()));
        }
        let Err(error) = compact(run, scope, &weighed, compactor).await? else {
            continue;
        };
        if weighed.may_fit() {
            return Continue(Ok(()));
        }
        if run.context.windows(scope) == Windows::Asked {
            return Continue(Err(error));
        }
        run.context.is_past_smallest = true;
    }
}

/// Makes the conversation smaller than what this target has just refused, where its `window` is perhaps what it said, and
/// says whether it is. What went wrong with that is on the report.
pub(crate) async fn shorten(
    run: &mut Ledger,
    scope: &Scope,
    tools: &Tools,
    (target, window): (TargetIndex, Option<u64>),
) -> ControlFlow<Stop, bool> {
    let Some(compactor) = &scope.settings().compactor else {
        return Continue(false);
    };
    let weighed = match run.weigh(scope, tools, target) {
        Ok(weighed) => weighed.refused(window),
        Err(error) => {
            run.note_compact_error(CompactError::no_room(error));
            return Continue(false);
        }
    };
    run.context.lower_ceiling(target, weighed.ceiling());
    let made = compact(run, scope, &weighed, compactor).await?;
    Continue(made.is_ok())
}

/// Makes the conversation smaller, as a step of the journal.
async fn compact(
    run: &mut Ledger,
    scope: &Scope,
    weighed: &Weighed,
    compactor: &dyn Compactor,
) -> ControlFlow<Stop, Result<(), CompactError>> {
    let step = scope.journaled(|| Step::compact(run.turn, run.context.tried));
    let (conversation, live) = (&run.conversation, run.context.live);
    let making = async { make(conversation, live, scope, (weighed, compactor)).await };
    let (made, _) = or_stop(journal::known(step, making).await.map_err(Stop::from))?;
    run.context.tried += 1;
    let Some((conversation, report)) = made.smaller else {
        let error = made.failed.unwrap_or_else(CompactError::nothing);
        run.note_compact_error(error.clone());
        return Continue(Err(error));
    };
    let compacted = Compacted {
        conversation: with_known_last(&run.conversation, conversation),
        report,
    };
    let progress = run.context.fruitless.review(&compacted);
    run.compacted(compacted, made.live).await;
    match progress {
        Ok(()) => Continue(Ok(())),
        Err(error) => {
            let stop = Stop::from(&error);
            run.note_compact_error(error);
            Break(stop)
        }
    }
}

async fn make(
    conversation: &Conversation,
    live: usize,
    scope: &Scope,
    (weighed, compactor): (&Weighed, &dyn Compactor),
) -> Compacting {
    let scaled = Scaled::new(&*scope.settings().estimator, weighed.factor());
    let work = weighed
        .room
        .work(conversation, &weighed.sections, &scaled)
        .with_live_from(live);
    let (made, failed) = match work.run(compactor).await {
        Ok(made) => (made, None),
        Err(error) => (None, Some(error)),
    };
    let first = conversation.entries().get(live);
    let is_first = |entry: &Arc<Entry>| first.is_some_and(|first| Arc::ptr_eq(first, entry));
    let live = made.as_ref().map_or(live, |made| {
        let entries = made.conversation.entries();
        entries.iter().rposition(is_first).unwrap_or(entries.len())
    });
    Compacting {
        smaller: made.map(|made| (made.conversation, made.report)),
        live,
        failed,
    }
}

/// The smaller conversation with the very last message that there was, if it is the same: one that is read back from a
/// journal must not look as if something new had been said.
fn with_known_last(before: &Conversation, smaller: Conversation) -> Conversation {
    let (Some(known), Some((read, rest))) =
        (before.entries().last(), smaller.entries().split_last())
    else {
        return smaller;
    };
    if Arc::ptr_eq(known, read) || known.message() != read.message() {
        return smaller;
    }
    let entries = rest.iter().chain([known]).cloned();
    smaller
        .with_entries(entries)
        .expect("the same messages can follow each other")
}

/// Warns once, and again when it was not near in between.
async fn tell_if_near(run: &mut Ledger, weighed: &Weighed) {
    let taken = weighed.taken;
    let was_told = std::mem::replace(&mut run.context.is_told_near, taken.is_near());
    if taken.is_near() && !was_told {
        run.tell(|| What::ContextNear(Box::new(taken))).await;
    }
}

impl Weighed {
    /// Whether it fits if a margin that is a guess is not needed.
    fn may_fit(&self) -> bool {
        !self.is_learned && self.taken.input <= self.room.input()
    }

    /// The same, once the provider has said that it does not fit: its window may be `window`, and the request must become
    /// at least a tenth smaller, whatever was estimated.
    fn refused(mut self, window: Option<u64>) -> Self {
        let told = window.map(|window| {
            self.factor
                .fitting(window.saturating_sub(self.room.reserve))
        });
        let now = self.taken.input;
        let smaller = now - now.div_ceil(10);
        let most = told.map_or(smaller, |told| told.min(smaller));
        self.room.window = most.saturating_add(self.room.reserve);
        self.factor = Factor {
            bound: 0.0,
            ..self.factor()
        };
        self
    }

    /// What a request may have by the estimator.
    fn ceiling(&self) -> u64 {
        (self.room.input() as f64 / self.factor.ratio) as u64
    }
}
