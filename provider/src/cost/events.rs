use serde::{Deserialize, Serialize};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use windlass_core::Text;

/// Something to know about a budget; amounts in micro-dollars.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CostEvent {
    /// A scope has spent a part of its budget. It is said once for each threshold.
    Warning {
        /// The scope.
        scope: Text,
        /// The threshold, in per cent.
        percent: u8,
        /// What the scope has spent.
        spent: u64,
        /// What it may spend.
        limit: u64,
    },
    /// A budget refused a request.
    Refused {
        /// The scope whose budget it is.
        scope: Text,
        /// What the scope has spent.
        spent: u64,
        /// What it may spend.
        limit: u64,
        /// What the request costs at least.
        at_least: u64,
    },
    /// So many events came too fast for this observer and are lost to it.
    Missed {
        /// How many.
        events: u64,
    },
}

/// What happens to the budgets of a meter, from when it was asked for.
///
/// It keeps the last 64 events for an observer that is slow. What it loses is told as [`CostEvent::Missed`]; nobody
/// waits for it.
///
/// ```
/// use windlass_core::{Model, ModelError, ModelId, Prices, Profile, Request, Script, Scripted, Usage};
/// use windlass_provider::cost::{Budget, CostEvent, CostMeter, Metered};
///
/// # let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
/// # runtime.block_on(async {
/// let answer = Script::text("Rome.").with_usage(Usage::UNKNOWN.with_input(900));
/// let profile = Profile::new(ModelId::new("test", "m")).with_prices(Prices::new(1_000_000, 5_000_000));
/// let meter = CostMeter::new();
/// let run = meter.scope("run 1").with_budget(Budget::new(1_000));
/// let mut events = meter.observe();
///
/// let model = Metered::new(Scripted::new([answer]).with_profile(profile), &run);
/// model.stream(Request::new("?")).await?.response().await?;
/// let warning = events.next().await.expect("90 % are spent");
/// assert!(matches!(warning, CostEvent::Warning { percent: 80, spent: 900, .. }));
/// # Ok::<(), ModelError>(())
/// # }).expect("an answer comes");
/// ```
#[derive(Debug)]
pub struct CostEvents {
    receiver: Receiver<CostEvent>,
}

/// How many events are kept for a slow observer.
pub(super) const KEPT: usize = 64;

impl CostEvents {
    pub(super) fn new(receiver: Receiver<CostEvent>) -> Self {
        CostEvents { receiver }
    }

    /// The next event; `None` when the meter and all its scopes are gone.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost when the future is dropped.
    pub async fn next(&mut self) -> Option<CostEvent> {
        match self.receiver.recv().await {
            Ok(event) => Some(event),
            Err(RecvError::Lagged(events)) => Some(CostEvent::Missed { events }),
            Err(RecvError::Closed) => None,
        }
    }
}
