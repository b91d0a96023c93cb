mod spent;

use std::iter::successors;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;
use windlass_core::Usage;

use super::{AtLimit, Left, LimitKind, Limits, Near, Reached, Turns};
use spent::{Need, Over, Spent};

/// What one run may spend and has spent. Clones are of the same run.
///
/// The purse of a sub-agent's run knows its parent's: what it takes is taken there too, and a limit of any run above it
/// holds for it. Check and spending are one step for the whole chain, so runs beside each other cannot both take what is
/// left. Locks are taken from a run to its parent and held for no await.
#[derive(Clone)]
pub(crate) struct Purse(Arc<Inner>);

struct Inner {
    limits: Limits,
    parent: Option<Purse>,
    begun: Instant,
    spent: Mutex<Spent>,
}

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

/// When time is over, and the limit that is reached then.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Deadline {
    pub at: Instant,
    pub reached: Reached,
}

impl Purse {
    /// The purse of a run that begins now, below that of its parent.
    pub(crate) fn new(limits: Limits, parent: Option<&Purse>) -> Self {
        Purse(Arc::new(Inner {
            limits,
            parent: parent.cloned(),
            begun: Instant::now(),
            spent: Mutex::default(),
        }))
    }

    /// Takes a turn, unless that or any more spending is not allowed.
    pub(crate) fn begin_turn(&self) -> Result<(), Reached> {
        self.draw(&Need::turn(), &Spent::take_turn)
    }

    /// Takes the turn that [`AtLimit::LastTurn`] grants. From here on the limits of this run hold no requests back, but those
    /// on time and on the tokens of a request; those of the runs above do.
    pub(crate) fn begin_last_turn(&self) -> Result<(), Reached> {
        self.0.lock().is_last = true;
        self.draw(&Need::turn().lifted(), &Spent::take_turn)
    }

    /// Reserves what a request is estimated to send, until it is charged or the next one is estimated.
    pub(crate) fn before_request(&self, tokens: u64) -> Result<(), Reached> {
        self.release();
        let need = match self.0.lock().is_last {
            true => Need::request(tokens).lifted(),
            false => Need::request(tokens),
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
    /// What is unknown counts nothing. Where a provider reports nothing of an answer that it gave, the caller puts an
    /// estimate there: a token for four bytes of what was sent and of what came.
    pub(crate) fn charge(&self, usage: Usage, cost: Option<u64>) {
        self.release();
        for run in self.chain() {
            run.lock().charge(usage, cost);
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
        let is_set = |run: &Inner, limit| run.limits.allowed(limit, 0).is_some();
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

    /// When the time of this run or of one above it is over, whichever comes first.
    pub(crate) fn deadline(&self) -> Option<Deadline> {
        let deadlines = self.chain().enumerate().filter_map(|(depth, run)| {
            let (at, allowed) = run.deadline()?;
            let over = Over::used_up(LimitKind::Time, allowed);
            Some((at, if depth == 0 { over } else { over.above() }))
        });
        let (at, over) = deadlines.min_by_key(|(at, _)| *at)?;
        let reached = self.reached(over);
        Some(Deadline { at, reached })
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
    fn chain(&self) -> impl Iterator<Item = &Inner> {
        successors(Some(&*self.0), |run| {
            run.parent.as_ref().map(|parent| &*parent.0)
        })
    }

    fn draw(&self, need: &Need, take: &dyn Fn(&mut Spent)) -> Result<(), Reached> {
        self.0.draw(need, take).map_err(|over| self.reached(over))
    }

    /// The smallest room that one of these limits leaves.
    fn budget(&self, limits: &[LimitKind]) -> Option<Budget> {
        let rooms = self.chain().enumerate().flat_map(|(depth, run)| {
            let rooms = limits
                .iter()
                .filter_map(move |limit| run.room(*limit, depth > 0));
            rooms.map(move |(tokens, over)| (tokens, if depth == 0 { over } else { over.above() }))
        });
        let (tokens, over) = rooms.min_by_key(|(tokens, _)| *tokens)?;
        let reached = self.reached(over);
        Some(Budget { tokens, reached })
    }

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

impl Inner {
    fn lock(&self) -> MutexGuard<'_, Spent> {
        self.spent.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes from this run and all above it, or from none of them.
    fn draw(&self, need: &Need, take: &dyn Fn(&mut Spent)) -> Result<(), Over> {
        let mut spent = self.lock();
        self.check(&spent, need)?;
        if let Some(parent) = &self.parent {
            let need = need.clone().above();
            parent.0.draw(&need, take).map_err(Over::above)?;
        }
        take(&mut spent);
        Ok(())
    }

    fn check(&self, spent: &Spent, need: &Need) -> Result<(), Over> {
        for limit in LimitKind::ALL {
            let (amount, allowed) = (need.of(limit), self.limits.allowed(limit, spent.earned));
            let Some(allowed) = allowed.filter(|_| amount > 0) else {
                continue;
            };
            let taken = match limit {
                LimitKind::Time => self.elapsed(),
                limit => spent.taken(limit),
            };
            if taken.saturating_add(amount) > allowed {
                let estimate = if amount > 1 { amount } else { 0 };
                let used = taken.saturating_add(estimate);
                return Err(Over {
                    used,
                    ..Over::used_up(limit, allowed)
                });
            }
        }
        Ok(())
    }

    /// Takes calls from this run and all above it, as many as all of them allow.
    fn take_calls(&self, wanted: u32) -> (u32, Option<Over>) {
        let mut spent = self.lock();
        let allowed = self.limits.allowed(LimitKind::Calls, 0);
        let room = allowed.map(|allowed| allowed.saturating_sub(spent.used[LimitKind::Calls]));
        let room = room.map_or(wanted, |room| {
            u32::try_from(room).unwrap_or(wanted).min(wanted)
        });
        let (granted, above) = match &self.parent {
            Some(parent) => parent.0.take_calls(room),
            None => (room, None),
        };
        spent.add(LimitKind::Calls, u64::from(granted));
        let own = allowed.filter(|_| room < wanted);
        let own = own.map(|allowed| Over::used_up(LimitKind::Calls, allowed));
        (granted, above.map(Over::above).or(own))
    }

    /// How many tokens of an answer a limit leaves.
    fn room(&self, limit: LimitKind, is_above: bool) -> Option<(u64, Over)> {
        let allowed = self.limits.allowed(limit, 0)?;
        let spent = self.lock();
        let is_lifted = spent.is_last && !is_above;
        (!is_lifted).then(|| {
            let tokens = allowed.saturating_sub(spent.taken(limit));
            (tokens, Over::used_up(limit, allowed))
        })
    }

    /// What a limit allows and what was used of it.
    fn amounts(&self, spent: &Spent, limit: LimitKind) -> Option<(u64, u64)> {
        let used = match limit {
            LimitKind::Time => self.elapsed(),
            limit => spent.used[limit],
        };
        Some((self.limits.allowed(limit, spent.earned)?, used))
    }

    fn deadline(&self) -> Option<(Instant, u64)> {
        let allowed = self.limits.allowed(LimitKind::Time, 0)?;
        // A time that the clock cannot hold does not end.
        let at = self.begun.checked_add(Duration::from_millis(allowed))?;
        Some((at, allowed))
    }

    fn elapsed(&self) -> u64 {
        u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

impl Drop for Inner {
    /// A run that ends in the midst of a request gives back to its parents what it had reserved.
    fn drop(&mut self) {
        let spent = self.spent.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let (1.., Some(parent)) = (spent.open, &self.parent) {
            parent
                .chain()
                .for_each(|run| run.lock().unreserve(spent.open));
        }
    }
}
