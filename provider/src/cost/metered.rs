use async_trait::async_trait;
use windlass_core::{
    ErrorKind, Event, EventStream, Model, ModelError, ModelId, Prices, Profile, Request, Text,
    Usage, Witness,
};

use super::scope::Reserved;
use super::{BUDGET_CODE, BudgetError, CostMeter, Scope, Totals};
use crate::governor::Estimate;

/// A model whose answers are charged to a [`Scope`].
///
/// An answer is charged with what was reported of it: when its finish arrives, when it fails, or when it is dropped. A
/// request that is not answered at all is not charged. When the scope, or one around it, has nothing left or less than
/// the request costs at least, it is refused with [`ErrorKind::QuotaExhausted`] and the code [`BUDGET_CODE`], and nothing
/// is sent.
///
/// Put it around the model that has the prices and the key: inside [`Retrying`](crate::retrying::Retrying), so that each
/// attempt is charged, and inside a [`Group`](crate::group::Group), around each target.
///
/// # Example: what a key costs
///
/// ```
/// use windlass_core::{Model, ModelError, ModelId, Prices, Profile, Request, Script, Scripted, Usage};
/// use windlass_provider::cost::{CostMeter, Metered};
///
/// # let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
/// # runtime.block_on(async {
/// let answer = Script::text("Rome.").with_usage(Usage::UNKNOWN.with_input(100).with_output(20));
/// let profile = Profile::new(ModelId::new("test", "m")).with_prices(Prices::new(1_000_000, 5_000_000));
/// let meter = CostMeter::new();
/// let model = Metered::new(Scripted::new([answer]).with_profile(profile), &meter).with_label("team key");
///
/// model.stream(Request::new("Oslo or Rome?")).await?.response().await?;
/// let report = meter.report();
/// assert_eq!(report.labels[0].label, "team key");
/// assert_eq!(report.labels[0].totals.micro_dollars, 200);
/// # Ok::<(), ModelError>(())
/// # }).expect("an answer comes");
/// ```
#[derive(Clone, Debug)]
pub struct Metered<M> {
    model: M,
    scope: Scope,
    label: Option<Text>,
}

impl<M> Metered<M> {
    /// Charges the answers of `model` to `scope`, or to the whole of a meter.
    pub fn new(model: M, scope: impl Into<Scope>) -> Self {
        Metered {
            model,
            scope: scope.into(),
            label: None,
        }
    }

    /// Sets under which label the meter adds up as well: the name of a key, for instance, never the key itself.
    #[must_use]
    pub fn with_label(mut self, label: impl Into<Text>) -> Self {
        self.label = Some(label.into());
        self
    }
}

impl<M: Model> Metered<M> {
    fn reserve(&self, request: &Request) -> Result<Reserved, ModelError> {
        let profile = self.model.profile();
        // A request is measured only where a budget asks.
        let at_least = match (profile.prices, self.scope.remaining()) {
            (Some(prices), Some(_)) => {
                let tokens = Estimate::of(request, profile).input;
                prices.cost(Usage::UNKNOWN.with_input(tokens))
            }
            _ => 0,
        };
        let reserved = self.scope.reserve(at_least);
        reserved.map_err(|error| refused(error).with_model(profile.id.clone()))
    }
}

/// # Cancel safety
///
/// Dropping the future gives back what was set aside; dropping the stream charges what was reported.
#[async_trait]
impl<M: Model> Model for Metered<M> {
    fn profile(&self) -> &Profile {
        self.model.profile()
    }

    async fn stream(&self, request: Request) -> Result<EventStream, ModelError> {
        let reserved = self.reserve(&request)?;
        let stream = self.model.stream(request).await?;
        let charge = Charge {
            reserved: Some(reserved),
            model: stream.model().clone(),
            label: self.label.clone(),
            prices: self.model.profile().prices,
            discarded: Usage::UNKNOWN,
            usage: Usage::UNKNOWN,
        };
        Ok(stream.witnessed_by(charge))
    }
}

impl From<&CostMeter> for Scope {
    fn from(meter: &CostMeter) -> Self {
        meter.whole().clone()
    }
}

fn refused(error: BudgetError) -> ModelError {
    let what = if error.spent < error.limit {
        "does not hold the request"
    } else {
        "is used up"
    };
    let what = format!("the budget of `{}` {what}", error.scope);
    ModelError::new(ErrorKind::QuotaExhausted, what)
        .with_code(BUDGET_CODE)
        .with_hint("raise the budget of the scope, or charge another one; nothing was sent")
        .with_source(error)
}

/// Adds up what an answer reports, and charges it once.
struct Charge {
    /// `None` once it is charged.
    reserved: Option<Reserved>,
    model: ModelId,
    label: Option<Text>,
    prices: Option<Prices>,
    /// What attempts cost that are void.
    discarded: Usage,
    usage: Usage,
}

impl Charge {
    fn settle(&mut self) {
        if let Some(reserved) = self.reserved.take() {
            let cost = Totals::of(self.prices, self.discarded + self.usage);
            reserved.charge(&self.model, self.label.as_ref(), cost);
        }
    }
}

impl Witness for Charge {
    fn event(&mut self, event: &Event) {
        match event {
            Event::Usage(report) => self.usage.update(*report),
            Event::Discarded { .. } => {
                self.discarded += std::mem::replace(&mut self.usage, Usage::UNKNOWN);
            }
            Event::Finish(_) => self.settle(),
            _ => {}
        }
    }

    fn failed(&mut self, _: &ModelError) {
        self.settle();
    }
}

impl Drop for Charge {
    fn drop(&mut self) {
        self.settle();
    }
}
