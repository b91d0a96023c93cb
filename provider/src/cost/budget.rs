use serde::{Deserialize, Serialize};
use windlass_core::Text;

/// How much a scope may spend, in micro-dollars: $0.50 is 500,000.
///
/// A request is refused before it is sent when the scope has nothing left, or less than the request costs at least: its
/// input as an [`Estimate`](crate::governor::Estimate) has it, as if nothing of it were cached. What an answer costs is known only afterwards, so requests that are under way
/// may take a scope over its budget.
///
/// A model without prices cannot be held to a budget: its requests are refused only when nothing is left.
///
/// ```
/// use windlass_provider::cost::Budget;
///
/// let budget = Budget::new(500_000).with_warnings([50, 90]);
/// assert_eq!(budget.micro_dollars, 500_000);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Budget {
    /// How much may be spent.
    pub micro_dollars: u64,
    /// At which parts of it to warn, in per cent.
    pub warn_at: Vec<u8>,
}

impl Budget {
    /// So much, with a warning when 80 % of it is spent.
    pub fn new(micro_dollars: u64) -> Self {
        Budget {
            micro_dollars,
            warn_at: vec![80],
        }
    }

    /// Sets at which parts of it to warn, in per cent.
    #[must_use]
    pub fn with_warnings(mut self, percent: impl IntoIterator<Item = u8>) -> Self {
        self.warn_at = percent.into_iter().collect();
        self
    }

    /// The thresholds that `spent` has reached.
    pub(super) fn reached(&self, spent: u64) -> impl Iterator<Item = u8> {
        let limit = u128::from(self.micro_dollars);
        let spent = u128::from(spent) * 100;
        let thresholds = self.warn_at.iter().copied();
        thresholds.filter(move |percent| spent >= limit * u128::from(*percent))
    }
}

/// Why a budget refused a request; all amounts in micro-dollars.
///
/// It is the [source](std::error::Error::source) of the error that [`Metered`](super::Metered) gives.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "of {limit} micro-dollars {spent} are spent and {reserved} reserved, and the request costs at least {at_least}"
)]
#[non_exhaustive]
pub struct BudgetError {
    /// The scope whose budget it is.
    pub scope: Text,
    /// How much it may spend.
    pub limit: u64,
    /// How much it has spent.
    pub spent: u64,
    /// How much requests that are under way cost at least.
    pub reserved: u64,
    /// How much the request costs at least.
    pub at_least: u64,
}
