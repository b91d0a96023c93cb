use std::cmp::Reverse;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use windlass_core::{Chance, Prices};

#[cfg(test)]
mod tests;

/// Which of the targets that are well is sent a request: a pure function of what is known of them.
///
/// Where two are equal, the one that was named first is taken.
///
/// ```
/// use windlass_core::Chance;
/// use windlass_provider::group::{Candidate, Strategy};
///
/// let targets = [Candidate::new().with_in_flight(3), Candidate::new().with_in_flight(1)];
/// assert_eq!(Strategy::InOrder.choose(&targets, Chance::NONE), Some(0));
/// assert_eq!(Strategy::LeastBusy.choose(&targets, Chance::NONE), Some(1));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Strategy {
    /// The first one; the others stand by.
    #[default]
    InOrder,
    /// By chance, in the ratio of the weights. A weight of zero stands by.
    Weighted,
    /// The one that has the fewest requests under way.
    LeastBusy,
    /// The one that lately took the least time to its first output. One that is not known gets a single request to find
    /// out; a time that is a minute old is no longer known.
    Fastest,
    /// The one with the lowest price for three tokens of input and one of output. Unknown prices come last.
    Cheapest,
}

/// What is known of a target when one is chosen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Candidate {
    /// Its share of the requests.
    pub weight: u32,
    /// How many of its requests are under way.
    pub in_flight: u32,
    /// How long it lately took to the first output.
    pub latency: Option<Duration>,
    /// What its model costs.
    pub prices: Option<Prices>,
}

impl Candidate {
    /// A target of weight one of which nothing is known.
    pub fn new() -> Self {
        Candidate {
            weight: 1,
            ..Candidate::default()
        }
    }

    /// Sets its share of the requests.
    #[must_use]
    pub fn with_weight(mut self, weight: u32) -> Self {
        self.weight = weight;
        self
    }

    /// Sets how many of its requests are under way.
    #[must_use]
    pub fn with_in_flight(mut self, requests: u32) -> Self {
        self.in_flight = requests;
        self
    }

    /// Sets how long it lately took to the first output.
    #[must_use]
    pub fn with_latency(mut self, latency: impl Into<Option<Duration>>) -> Self {
        self.latency = latency.into();
        self
    }

    /// Sets what its model costs.
    #[must_use]
    pub fn with_prices(mut self, prices: impl Into<Option<Prices>>) -> Self {
        self.prices = prices.into();
        self
    }

    /// Lower is better; whoever is unknown and already asked waits for the answer.
    fn slowness(&self) -> (u8, Duration) {
        match self.latency {
            None if self.in_flight == 0 => (0, Duration::ZERO),
            Some(latency) => (1, latency),
            None => (2, Duration::ZERO),
        }
    }

    fn price(&self) -> (Reverse<bool>, u128) {
        let prices = self.prices.unwrap_or_default();
        let price = 3 * u128::from(prices.input) + u128::from(prices.output);
        (Reverse(self.prices.is_some()), price)
    }
}

impl Strategy {
    /// The place of the target to send to; `None` where there is none.
    pub fn choose(self, targets: &[Candidate], chance: Chance) -> Option<usize> {
        let places = 0..targets.len();
        match self {
            Strategy::InOrder => places.min(),
            Strategy::Weighted => by_weight(targets, chance),
            Strategy::LeastBusy => places.min_by_key(|place| targets[*place].in_flight),
            Strategy::Fastest => places.min_by_key(|place| targets[*place].slowness()),
            Strategy::Cheapest => places.min_by_key(|place| targets[*place].price()),
        }
    }
}

fn by_weight(targets: &[Candidate], chance: Chance) -> Option<usize> {
    let whole: u64 = targets.iter().map(|target| u64::from(target.weight)).sum();
    let Some(last) = whole.checked_sub(1) else {
        return (!targets.is_empty()).then_some(0);
    };
    let drawn = chance.part_of(Duration::from_nanos(last)).as_nanos();
    let mut passed = 0;
    targets.iter().position(|target| {
        passed += u128::from(target.weight);
        drawn < passed
    })
}
