//! What requests cost: totals in micro-dollars, and budgets that are kept before anything is sent.
//!
//! - A [`CostMeter`] adds up, over all, for each model and for each label.
//! - A [`Scope`] adds up for one thing: a session, a run, a customer. What is charged to it is charged to the scopes it
//!   lies in. It may have a [`Budget`].
//! - [`Metered`] is a model whose answers are charged to a scope.
//!
//! Prices are those of the model's [`Profile`](windlass_core::Profile), and what is counted is what the provider reports.
//! What cannot be priced is not taken for free: it is counted as [`unpriced`](Totals::unpriced) or
//! [`unreported`](Totals::unreported).
//!
//! # Example: a budget for a session, and what its runs cost
//!
//! ```
//! use windlass_core::{Model, ModelError, ModelId, Prices, Profile, Request, Script, Scripted, Usage};
//! use windlass_provider::cost::{Budget, CostMeter, Metered};
//!
//! # let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
//! # runtime.block_on(async {
//! let answer = Script::text("Rome.").with_usage(Usage::UNKNOWN.with_input(1_000).with_output(200));
//! let profile = Profile::new(ModelId::new("test", "m")).with_prices(Prices::new(3_000_000, 15_000_000));
//! let model = Scripted::new([answer.clone(), answer]).with_profile(profile);
//!
//! let meter = CostMeter::new();
//! let session = meter.scope("session 7").with_budget(Budget::new(5_000));
//! let run = session.scope("run 1");
//! let model = Metered::new(model, &run).with_label("team key");
//!
//! model.stream(Request::new("Oslo or Rome?")).await?.response().await?;
//! assert_eq!(run.totals().micro_dollars, 6_000);
//! assert_eq!(session.remaining(), Some(0));
//!
//! let refused = model.stream(Request::new("Really?")).await.expect_err("nothing is left");
//! assert_eq!(refused.to_string(), "test/m: quota exhausted (`budget`): the budget of `session 7` is used up");
//! # Ok::<(), ModelError>(())
//! # }).expect("the first answer comes");
//! ```

mod books;
mod budget;
mod events;
mod metered;
mod report;
mod scope;

pub use budget::{Budget, BudgetError};
pub use events::{CostEvent, CostEvents};
pub use metered::Metered;
pub use report::{CostReport, LabelCost, ModelCost, ScopeReport, Totals};
pub use scope::Scope;

use scope::Meter;
use windlass_core::Text;

/// The [code](windlass_core::ModelError::code) of a request that a budget refused.
pub const BUDGET_CODE: &str = "budget";

/// Adds up what requests cost. A clone shares everything.
#[derive(Clone, Debug)]
pub struct CostMeter {
    whole: Scope,
}

impl Default for CostMeter {
    fn default() -> Self {
        CostMeter::new()
    }
}

impl CostMeter {
    /// A meter that has seen nothing.
    pub fn new() -> Self {
        CostMeter {
            whole: Meter::open(),
        }
    }

    /// Opens a scope. It lives as long as somebody holds it, or a model or scope in it; two of the same name are two.
    #[must_use]
    pub fn scope(&self, name: impl Into<Text>) -> Scope {
        self.whole.scope(name)
    }

    /// The scope that everything is charged to; a budget of it holds for all.
    pub fn whole(&self) -> &Scope {
        &self.whole
    }

    /// What was spent, on what, and in which scopes that are open.
    pub fn report(&self) -> CostReport {
        self.whole.meter().books().report()
    }

    /// Tells of warnings and refusals from now on.
    pub fn observe(&self) -> CostEvents {
        self.whole.meter().observe()
    }
}

#[cfg(test)]
mod tests;
