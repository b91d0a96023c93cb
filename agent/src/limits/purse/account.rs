use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::spent::{Need, Over, Spent};
use super::{LimitKind, Limits, Purse};

/// The limits of one run and what was spent of them.
pub(super) struct Account {
    pub(super) limits: Limits,
    pub(super) parent: Option<Purse>,
    begun: Instant,
    /// What the run had taken before it was begun again from a journal, in milliseconds.
    earlier: AtomicU64,
    spent: Mutex<Spent>,
}

impl Account {
    pub(super) fn new(limits: Limits, parent: Option<Purse>) -> Self {
        Account {
            limits,
            parent,
            begun: Instant::now(),
            earlier: AtomicU64::new(0),
            spent: Mutex::default(),
        }
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Spent> {
        self.spent.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes from this run and all above it, or from none of them.
    pub(super) fn draw(&self, need: &Need, take: &dyn Fn(&mut Spent)) -> Result<(), Over> {
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
                // One stands for "any more", which is no estimate to tell of.
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
    pub(super) fn take_calls(&self, wanted: u32) -> (u32, Option<Over>) {
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

    /// How many tokens of an answer a limit leaves to a run so deep below.
    pub(super) fn room(&self, limit: LimitKind, depth: usize) -> Option<(u64, Over)> {
        let allowed = self.limits.allowed(limit, 0)?;
        let spent = self.lock();
        if spent.is_last && depth == 0 {
            return None;
        }
        let tokens = allowed.saturating_sub(spent.taken(limit));
        Some((tokens, Over::used_up(limit, allowed)))
    }

    /// What a limit allows and what was used of it.
    pub(super) fn amounts(&self, spent: &Spent, limit: LimitKind) -> Option<(u64, u64)> {
        let used = match limit {
            LimitKind::Time => self.elapsed(),
            limit => spent.used[limit],
        };
        Some((self.limits.allowed(limit, spent.earned)?, used))
    }

    pub(super) fn deadline(&self) -> Option<(Instant, Over)> {
        let allowed = self.limits.allowed(LimitKind::Time, 0)?;
        // A time that the clock cannot hold does not end.
        let left = allowed.saturating_sub(self.earlier.load(Ordering::Relaxed));
        let at = self.begun.checked_add(Duration::from_millis(left))?;
        Some((at, Over::used_up(LimitKind::Time, allowed)))
    }

    pub(super) fn elapsed(&self) -> u64 {
        let now = u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        now.saturating_add(self.earlier.load(Ordering::Relaxed))
    }

    /// Says how long the run has taken, this time and before.
    pub(super) fn set_elapsed(&self, millis: u64) {
        self.earlier.store(0, Ordering::Relaxed);
        let earlier = millis.saturating_sub(self.elapsed());
        self.earlier.store(earlier, Ordering::Relaxed);
    }
}

impl Drop for Account {
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
