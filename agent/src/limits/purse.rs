mod account;
mod spent;

use std::iter::successors;
use std::sync::Arc;

use std::time::Duration;

use tokio::time::Instant;
use windlass_core::Usage;

use super::{AtLimit, Left, LimitKind, Limits, Near, Reached, Turns};
use account::Account;
use spent::{Need, Over, Spent};

/// What one run may spend and has spent. Clones are of the same run.
///
/// The purse of a sub-agent's run knows its parent's: what it takes is taken there too, and a limit of any run above it
/// holds for it. Check and spending are one step for the whole chain, so runs beside each other cannot both take what is
/// left. Locks are taken from a run to its parent and held for no await.
#[derive(Clone)]
pub(crate) struct Purse(Arc<Account>);

/// How many of the calls of an answer may run.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Taken {
    /// The first ones, in call order.
    pub granted: u32,
    /// Why not all.
    pub reached: Option<Reached>,
}

/// How long an answer may get; `None` is any length.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct OutputLeft {
    /// Reasoning included.
    pub output: Option<Budget>,
    pub reasoning: Option<Budget>,
}

/// So many tokens, and the limit that is reached with the last of them.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Budget {
    pub tokens: u64,
    pub reached: Reached,
}

impl Purse {
    /// The purse of a run that begins now, below that of its parent.
    pub(crate) fn new(limits: Limits, parent: Option<&Purse>) -> Self {
        Purse(Arc::new(Account::new(limits, parent.cloned())))
    }

    /// Takes a turn whose request is estimated at so many tokens, unless that or any more spending is not allowed.
    pub(crate) fn begin_turn(&self, tokens: u64) -> Result<(), Reached> {
        self.release();
        self.draw(&Need::turn(tokens), &Spent::take_turn)
    }

    /// Takes the turn that [`AtLimit::LastTurn`] grants. From here on the limits of this run hold no requests back, but those
    /// on time and on the tokens of a request; those of the runs above do.
    pub(crate) fn begin_last_turn(&self) -> Result<(), Reached> {
        self.0.lock().is_last = true;
        self.draw(&Need::turn(0).lifted(), &Spent::take_turn)
    }

    /// Reserves what a request is estimated to send, until it is charged or the next one is estimated.
    pub(crate) fn before_request(&self, tokens: u64) -> Result<(), Reached> {
        self.release();
        let need = Need::request(tokens);
        let need = match self.0.lock().is_last {
            true => need.lifted(),
            false => need,
        };
        self.draw(&need, &|spent| spent.reserve(tokens))?;
        self.0.lock().open = tokens;
        Ok(())
    }

    /// Takes as many calls as are left, at most those wanted.
    pub(crate) fn take_calls(&self, wanted: u32) -> Taken {
        let (granted, over) = self.0.take_calls(wanted);
        let reached = over.map(|over| self.reached(over));
        Taken { granted, reached }
    }

    /// Counts what an attempt used, once for each attempt, and what it cost in micro-dollars where its price is known.
    ///
    /// Input that is unknown counts as it was estimated before the request, if there was any answer; what else is unknown
    /// counts nothing. Where a provider reports nothing of an answer that it gave, the caller puts an estimate there: a token
    /// for four bytes.
    pub(crate) fn charge(&self, usage: Usage, cost: Option<u64>) {
        let open = std::mem::take(&mut self.0.lock().open);
        let usage = match usage.total_input() {
            None if open > 0 && !usage.is_unknown() => usage.with_input(open),
            _ => usage,
        };
        for run in self.chain() {
            let mut spent = run.lock();
            spent.unreserve(open);
            spent.charge(usage, cost);
        }
    }

    /// Counts the calls of a turn that succeeded and are new: with adaptive turns, one or more of them add a turn.
    pub(crate) fn progress(&self, new_successes: u32) {
        if new_successes > 0 {
            for run in self.chain() {
                let mut spent = run.lock();
                spent.earned = spent.earned.saturating_add(1);
            }
        }
    }

    /// Whether progress matters to this run or one above it.
    pub(crate) fn is_adaptive(&self) -> bool {
        self.chain()
            .any(|run| matches!(run.limits.turns, Turns::Adaptive { .. }))
    }

    /// Whether the size of a request matters to this run or one above it.
    pub(crate) fn counts_requests(&self) -> bool {
        let limits = [
            LimitKind::InputTokens,
            LimitKind::TotalTokens,
            LimitKind::RequestTokens,
        ];
        let is_set = |run: &Account, limit| run.limits.allowed(limit, 0).is_some();
        self.chain()
            .any(|run| limits.into_iter().any(|limit| is_set(run, limit)))
    }

    /// The limits of this run that got near since this was asked last.
    pub(crate) fn near(&self) -> Vec<Near> {
        let mut spent = self.0.lock();
        let mut near = Vec::new();
        for limit in LimitKind::ALL {
            let Some((allowed, used)) = self.0.amounts(&spent, limit) else {
                continue;
            };
            let is_near = limit != LimitKind::RequestTokens && self.0.limits.is_near(used, allowed);
            if is_near && !spent.told[limit] {
                spent.told[limit] = true;
                near.push(Near {
                    limit,
                    allowed,
                    used,
                });
            }
        }
        near
    }

    /// What the next answer may hold by the limits of this run and those above it.
    pub(crate) fn output_left(&self) -> OutputLeft {
        OutputLeft {
            output: self.budget(&[LimitKind::OutputTokens, LimitKind::TotalTokens]),
            reasoning: self.budget(&[LimitKind::ReasoningTokens]),
        }
    }

    /// How long the run has taken, this time and before it was begun again.
    pub(crate) fn elapsed(&self) -> Duration {
        Duration::from_millis(self.0.elapsed())
    }

    /// Says how long the run had taken when it was last known.
    pub(crate) fn set_elapsed(&self, elapsed: Duration) {
        let millis = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
        self.0.set_elapsed(millis);
    }

    /// When the time of this run or of one above it is over, whichever comes first.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.first_deadline().map(|(at, _)| at)
    }

    /// The limit that is reached at the deadline; there must be one.
    pub(crate) fn time_is_over(&self) -> Reached {
        let (_, over) = self.first_deadline().expect("the deadline passed");
        self.reached(over)
    }

    /// What is left of each limit of this run.
    pub(crate) fn left(&self) -> Vec<Left> {
        let spent = self.0.lock();
        let left = LimitKind::ALL.into_iter().filter_map(|limit| {
            let (allowed, used) = self.0.amounts(&spent, limit)?;
            let unpriced = match limit {
                LimitKind::Cost => spent.unpriced,
                _ => 0,
            };
            Some(Left {
                limit,
                allowed,
                used,
                unpriced,
            })
        });
        left.collect()
    }

    /// This run and those above it.
    fn chain(&self) -> impl Iterator<Item = &Account> {
        successors(Some(&*self.0), |run| {
            run.parent.as_ref().map(|parent| &*parent.0)
        })
    }

    fn first_deadline(&self) -> Option<(Instant, Over)> {
        self.chain()
            .filter_map(Account::deadline)
            .min_by_key(|(at, _)| *at)
    }

    fn draw(&self, need: &Need, take: &dyn Fn(&mut Spent)) -> Result<(), Reached> {
        self.0.draw(need, take).map_err(|over| self.reached(over))
    }

    /// The smallest room that one of these limits leaves.
    fn budget(&self, limits: &[LimitKind]) -> Option<Budget> {
        let rooms = self.chain().enumerate().flat_map(|(depth, run)| {
            let rooms = limits
                .iter()
                .filter_map(move |limit| run.room(*limit, depth));
            rooms.map(move |(tokens, over)| (tokens, over.seen_from(depth)))
        });
        let (tokens, over) = rooms.min_by_key(|(tokens, _)| *tokens)?;
        let reached = self.reached(over);
        Some(Budget { tokens, reached })
    }

    /// Gives back what the last request had reserved, if it was not charged.
    fn release(&self) {
        let open = std::mem::take(&mut self.0.lock().open);
        if open > 0 {
            self.chain().for_each(|run| run.lock().unreserve(open));
        }
    }

    /// What happens at a limit: as this run says, but there is one last turn at most, none that time or the size of a request
    /// does not allow, and none for a limit of a parent, because that turn is the parent's.
    fn reached(&self, over: Over) -> Reached {
        let is_hard = matches!(over.limit, LimitKind::Time | LimitKind::RequestTokens);
        let then = match self.0.limits.then {
            AtLimit::LastTurn if over.is_above || is_hard || self.0.lock().is_last => AtLimit::Stop,
            then => then,
        };
        let Over {
            limit,
            allowed,
            used,
            ..
        } = over;
        Reached {
            limit,
            allowed,
            used,
            then,
        }
    }
}
