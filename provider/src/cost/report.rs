use std::ops::AddAssign;

use serde::{Deserialize, Serialize};
use windlass_core::{ModelId, Prices, Text, Usage};

use super::Budget;

/// What a number of requests cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Totals {
    /// What is known to have been spent; each request is rounded up.
    pub micro_dollars: u64,
    /// How many requests were answered, whole or in part.
    pub requests: u64,
    /// How many of them asked a model whose prices are not known. They cost more than nothing, but nobody knows what.
    pub unpriced: u64,
    /// How many of the others were answered without a report of usage, most often because they were given up early.
    pub unreported: u64,
    /// The tokens that were reported.
    pub usage: Usage,
}

impl Default for Totals {
    fn default() -> Self {
        Totals {
            micro_dollars: 0,
            requests: 0,
            unpriced: 0,
            unreported: 0,
            usage: Usage::UNKNOWN,
        }
    }
}

impl Totals {
    /// One request with this usage at these prices.
    pub fn of(prices: Option<Prices>, usage: Usage) -> Self {
        let is_unreported = prices.is_some() && usage.is_unknown();
        Totals {
            micro_dollars: prices.map_or(0, |prices| prices.cost(usage)),
            requests: 1,
            unpriced: u64::from(prices.is_none()),
            unreported: u64::from(is_unreported),
            usage,
        }
    }
}

impl AddAssign for Totals {
    fn add_assign(&mut self, other: Self) {
        self.micro_dollars = self.micro_dollars.saturating_add(other.micro_dollars);
        self.requests = self.requests.saturating_add(other.requests);
        self.unpriced = self.unpriced.saturating_add(other.unpriced);
        self.unreported = self.unreported.saturating_add(other.unreported);
        self.usage += other.usage;
    }
}

/// What was spent, on what and by whom: plain data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CostReport {
    /// Everything, with the scopes that are open.
    pub whole: ScopeReport,
    /// For each model that answered.
    pub models: Vec<ModelCost>,
    /// For each label.
    pub labels: Vec<LabelCost>,
}

/// What one model cost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ModelCost {
    /// The model.
    pub model: ModelId,
    /// What it cost.
    pub totals: Totals,
}

/// What was spent under one label.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LabelCost {
    /// The label.
    pub label: Text,
    /// What was spent.
    pub totals: Totals,
}

/// What was spent in one scope.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ScopeReport {
    /// Its name.
    pub name: Text,
    /// What was spent in it, the scopes in it included, also those that are closed.
    pub totals: Totals,
    /// How much it may spend.
    pub budget: Option<Budget>,
    /// How much requests that are under way cost at least, in micro-dollars.
    pub reserved: u64,
    /// Which thresholds of the budget were reached, in per cent.
    pub warned: Vec<u8>,
    /// How many requests its budget refused.
    pub refused: u64,
    /// The open scopes in it, oldest first.
    pub scopes: Vec<ScopeReport>,
}
