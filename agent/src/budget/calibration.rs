use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use windlass_core::{ModelId, Usage};

use super::Factor;

#[cfg(test)]
mod tests;

/// What a report counts after the next one, as a share of what that counts.
const FORGETTING: f64 = 0.7;
/// How much of the error bound stays when a report is nearer than it allows.
const EASING: f64 = 0.8;
/// The least error bound.
const LEAST_BOUND: f64 = 0.05;
/// Between what limits a ratio is believed.
const RATIOS: (f64, f64) = (0.1, 10.0);

/// Learns from reported usage how far estimates are off, for each model. Clones share what they learn.
///
/// Two ways to estimate compete for each model: the estimate as it is, and the estimate times the ratio of what was
/// reported lately. The one that was nearer to the latest reports gives the [`Factor`], so that learning never makes
/// estimates worse for long.
///
/// ```
/// use windlass_agent::Calibration;
/// use windlass_core::{ModelId, Usage};
///
/// let model = ModelId::new("openai", "gpt-5");
/// let calibration = Calibration::new();
/// for estimated in [1_000, 2_000, 4_000] {
///     calibration.learn(&model, estimated, Usage::UNKNOWN.with_input(estimated * 5 / 4));
/// }
/// assert_eq!(calibration.factor(&model).tokens(8_000), 10_000);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Calibration(Arc<Mutex<HashMap<ModelId, Learned>>>);

/// What was learned of a model.
#[derive(Clone, Copy, Debug)]
struct Learned {
    /// The logarithms of the ratios of reports, summed; a recent one counts more.
    logs: f64,
    /// What they count together.
    weight: f64,
    plain: Way,
    corrected: Way,
}

/// A way to estimate: how far it was off.
#[derive(Clone, Copy, Debug)]
struct Way {
    loss: f64,
    bound: f64,
}

impl Calibration {
    /// Nothing is learned yet.
    pub fn new() -> Self {
        Calibration::default()
    }

    /// Learns from a request for which the estimator gave `estimated` tokens and the provider reported `usage`.
    ///
    /// A report without input tokens teaches nothing.
    pub fn learn(&self, model: &ModelId, estimated: u64, usage: Usage) {
        let Some(reported) = usage.total_input().filter(|reported| *reported > 0) else {
            return;
        };
        if estimated > 0 {
            self.with(|models| {
                let learned = models.entry(model.clone()).or_default();
                learned.learn(estimated as f64, reported as f64);
            });
        }
    }

    /// How far estimates for this model are off.
    pub fn factor(&self, model: &ModelId) -> Factor {
        self.learned(model).unwrap_or_default()
    }

    /// The same, if anything was reported.
    pub fn learned(&self, model: &ModelId) -> Option<Factor> {
        self.with(|models| models.get(model).map(Learned::factor))
    }

    /// A poisoned lock is no matter: what is learned is whole after each step.
    fn with<T>(&self, look: impl FnOnce(&mut HashMap<ModelId, Learned>) -> T) -> T {
        look(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Default for Learned {
    fn default() -> Self {
        let untried = Way {
            loss: 0.0,
            bound: Factor::default().bound,
        };
        Learned {
            logs: 0.0,
            weight: 0.0,
            plain: untried,
            corrected: untried,
        }
    }
}

impl Learned {
    fn learn(&mut self, estimated: f64, reported: f64) {
        self.plain.judge(estimated, reported);
        if self.weight > 0.0 {
            self.corrected.judge(estimated * self.ratio(), reported);
        }
        self.logs = self.logs * FORGETTING + (reported / estimated).ln();
        self.weight = self.weight * FORGETTING + 1.0;
    }

    fn ratio(&self) -> f64 {
        (self.logs / self.weight).exp().clamp(RATIOS.0, RATIOS.1)
    }

    fn factor(&self) -> Factor {
        let (ratio, way) = match self.corrected.loss <= self.plain.loss {
            true => (self.ratio(), self.corrected),
            false => (1.0, self.plain),
        };
        Factor {
            ratio,
            bound: way.bound,
        }
    }
}

impl Way {
    /// Too much is as wrong as too little: twice is as far off as half.
    fn judge(&mut self, guess: f64, reported: f64) {
        let off = (reported / guess).ln().abs();
        self.loss = self.loss * FORGETTING + off;
        self.bound = off.exp_m1().max(self.bound * EASING).max(LEAST_BOUND);
    }
}
