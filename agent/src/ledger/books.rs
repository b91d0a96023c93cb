use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use windlass_core::{ModelId, Profile, Usage};

use crate::Limits;
use crate::limits::Purse;

/// What a run and its sub-agents have used. A sub-agent's books charge those of its parent.
pub(crate) struct Books {
    parent: Option<Arc<Books>>,
    purse: Purse,
    tally: Mutex<Tally>,
}

/// What was used so far.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Tally {
    pub(crate) usage: Usage,
    pub(crate) models: Vec<(ModelId, Usage)>,
    pub(crate) cost: u64,
    pub(crate) unpriced: u64,
    pub(crate) attempts: u64,
}

impl Books {
    pub(crate) fn new(purse: Purse, parent: Option<Arc<Books>>) -> Self {
        Books {
            parent,
            purse,
            tally: Mutex::default(),
        }
    }

    /// The books of a session: what its runs are charged is charged here, too.
    pub(crate) fn of_session(tally: Tally) -> Self {
        Books {
            parent: None,
            purse: Purse::new(Limits::default(), None),
            tally: tally.into(),
        }
    }

    /// Everything at once.
    pub(crate) fn so_far(&self) -> Tally {
        self.tally().clone()
    }

    /// Notes that a model is asked.
    pub(crate) fn begin_attempt(&self) {
        let mut books = Some(self);
        while let Some(own) = books {
            let mut tally = own.tally();
            tally.attempts = tally.attempts.saturating_add(1);
            drop(tally);
            books = own.parent.as_deref();
        }
    }

    pub(crate) fn purse(&self) -> &Purse {
        &self.purse
    }

    /// Notes what was reported of an answer. Limits count at least `shown`, an estimate of the text of one that was not
    /// reported to its end.
    pub(crate) fn charge(&self, profile: &Profile, usage: Usage, shown: u64) {
        let price = |usage| profile.prices.map(|prices| prices.cost(usage));
        let counted = match usage.output().unwrap_or(0) < shown {
            true => usage.with_output(shown),
            false => usage,
        };
        self.purse.charge(counted, price(counted));
        if usage.is_unknown() {
            return;
        }
        let mut books = Some(self);
        while let Some(own) = books {
            own.tally().add(&profile.id, usage, price(usage));
            books = own.parent.as_deref();
        }
    }

    /// Notes what it took to make the conversation smaller.
    pub(crate) fn charge_compaction(&self, usage: Usage, cost: Option<u64>) {
        if usage.is_unknown() {
            return;
        }
        self.purse.charge(usage, cost);
        let mut books = Some(self);
        while let Some(own) = books {
            own.tally().sum(usage, cost);
            books = own.parent.as_deref();
        }
    }

    pub(crate) fn usage(&self) -> Usage {
        self.tally().usage
    }

    pub(crate) fn models(&self) -> Vec<(ModelId, Usage)> {
        self.tally().models.clone()
    }

    pub(crate) fn cost(&self) -> u64 {
        self.tally().cost
    }

    pub(crate) fn unpriced(&self) -> u64 {
        self.tally().unpriced
    }

    fn tally(&self) -> MutexGuard<'_, Tally> {
        self.tally.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Tally {
    fn sum(&mut self, usage: Usage, cost: Option<u64>) {
        self.usage += usage;
        match cost {
            Some(cost) => self.cost = self.cost.saturating_add(cost),
            None => self.unpriced = self.unpriced.saturating_add(1),
        }
    }

    fn add(&mut self, model: &ModelId, usage: Usage, cost: Option<u64>) {
        self.sum(usage, cost);
        match self.models.iter_mut().find(|(known, _)| known == model) {
            Some((_, sum)) => *sum += usage,
            None => self.models.push((model.clone(), usage)),
        }
    }
}
