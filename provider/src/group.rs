//! Several targets behind one model: each request goes to one that is well, and on to the next when that fails.

mod error;
mod health;
mod live;
mod policy;
mod profile;
mod report;
mod strategy;

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use windlass_core::{Chance, ErrorKind, EventStream, Model, ModelError, Profile, Request, Text};

pub use error::{Cause, GroupError};
pub use policy::{Blame, FailureShare, HealthPolicy};
pub use report::{GroupReport, TargetReport, TargetState};
pub use strategy::{Candidate, Strategy};

use crate::chance::Dice;
use live::{Busy, Shared};

#[cfg(test)]
mod tests;

/// A model that sends each request to one of several targets.
///
/// Which one, a [`Strategy`] says. When a target fails before output, and another may do better, the request goes on to
/// the next; no target is asked twice, and an answer that was shown in part is not begun anew. When none answers, the
/// error lists what became of each ([`GroupError`]).
///
/// A target that keeps failing is left alone for a while, as a [`HealthPolicy`] says. Then one request finds out whether
/// it is well, while the others go elsewhere. A group of one never locks itself out: its target is always asked. When all
/// cool, requests are refused at once, with the time of the first to come back in
/// [`retry_after`](ModelError::retry_after).
///
/// A clone shares the health and the counts. Put [`Retrying`](crate::retrying::Retrying) around a group, not into it: the
/// next target is a better second attempt than the same one. Meters belong into it, one around each target, because
/// prices and keys differ.
///
/// # Example: a second host stands by
///
/// ```
/// use windlass_core::{ErrorKind, Model, ModelError, Request, Script, Scripted};
/// use windlass_provider::group::{Group, Target};
///
/// # let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
/// # runtime.block_on(async {
/// let busy = Scripted::new([Script::refuse(ModelError::new(ErrorKind::Overloaded, "no room"))]);
/// let spare = Scripted::new([Script::text("Rome.")]);
/// let group = Group::new(Target::new("anthropic", busy)).with_target(Target::new("bedrock", spare));
///
/// let answer = group.stream(Request::new("Oslo or Rome?")).await?.response().await?;
/// assert_eq!(answer.message.text(), "Rome.");
/// assert_eq!(group.report().targets[0].failures, 1);
/// # Ok::<(), ModelError>(())
/// # }).expect("the spare answers");
/// ```
///
/// # Example: the one with the lowest price
///
/// ```
/// use windlass_core::{Model, ModelId, Prices, Profile, Script, Scripted};
/// use windlass_provider::group::{Group, Strategy, Target};
///
/// let model = |name, price| {
///     let profile = Profile::new(ModelId::new("test", name)).with_prices(Prices::new(price, 5 * price));
///     Target::new(name, Scripted::new([Script::text("Rome.")]).with_profile(profile))
/// };
/// let group = Group::new(model("dear", 3_000_000))
///     .with_target(model("cheap", 150_000))
///     .with_strategy(Strategy::Cheapest);
/// ```
#[derive(Clone)]
pub struct Group {
    targets: Vec<Target>,
    profile: Profile,
    strategy: Strategy,
    policy: Arc<HealthPolicy>,
    final_kinds: Arc<[ErrorKind]>,
    dice: Dice,
    shared: Arc<Shared>,
}

/// A model in a group, under a label.
#[derive(Clone)]
pub struct Target {
    label: Text,
    weight: u32,
    model: Arc<dyn Model>,
}

impl Target {
    /// A target of weight one. The label stands for it in reports and errors.
    pub fn new(label: impl Into<Text>, model: impl Model + 'static) -> Self {
        Target {
            label: label.into(),
            weight: 1,
            model: Arc::new(model),
        }
    }

    /// Sets its share of the requests, for [`Strategy::Weighted`].
    #[must_use]
    pub fn with_weight(mut self, weight: u32) -> Self {
        self.weight = weight;
        self
    }
}

impl Group {
    /// A group of one target.
    pub fn new(target: Target) -> Self {
        Group {
            profile: target.model.profile().clone(),
            targets: vec![target],
            strategy: Strategy::default(),
            policy: Arc::new(HealthPolicy::new()),
            final_kinds: [ErrorKind::InvalidRequest, ErrorKind::Cancelled].into(),
            dice: Dice::default(),
            shared: Arc::new(Shared::new(1)),
        }
    }

    /// Adds a target after the others. Counts and health begin anew, and are no longer those of clones.
    #[must_use]
    pub fn with_target(mut self, target: Target) -> Self {
        self.profile = profile::common(self.profile, target.model.profile());
        self.targets.push(target);
        self.shared = Arc::new(Shared::new(self.targets.len()));
        self
    }

    /// Sets how a target is chosen; [`Strategy::InOrder`] otherwise.
    #[must_use]
    pub fn with_strategy(mut self, strategy: Strategy) -> Self {
        self.strategy = strategy;
        self
    }

    /// Sets when a target is left alone.
    #[must_use]
    pub fn with_health(mut self, policy: HealthPolicy) -> Self {
        self.policy = Arc::new(policy);
        self
    }

    /// Sets the kinds of error that no other target heals, so that none is asked; [`ErrorKind::InvalidRequest`] and
    /// [`ErrorKind::Cancelled`] otherwise.
    #[must_use]
    pub fn with_final_kinds(mut self, kinds: impl IntoIterator<Item = ErrorKind>) -> Self {
        self.final_kinds = kinds.into_iter().collect();
        self
    }

    /// Sets where [`Strategy::Weighted`] draws its chance from; from the system otherwise.
    #[must_use]
    pub fn with_chance(mut self, draw: impl Fn() -> Chance + Send + Sync + 'static) -> Self {
        self.dice = Dice::new(draw);
        self
    }

    /// How the targets are now.
    pub fn report(&self) -> GroupReport {
        self.shared.with(|live, now| GroupReport {
            targets: self
                .targets
                .iter()
                .zip(live)
                .map(|(target, live)| TargetReport::new(target, live, now))
                .collect(),
        })
    }

    /// Whether no other target heals it. Another target may have a governor or a budget that lets the request through.
    fn is_final(&self, error: &ModelError) -> bool {
        self.final_kinds.contains(&error.kind()) && !policy::is_our_own(error)
    }

    /// Takes a target that may be asked and was not.
    fn take(&self, tried: &[(usize, ModelError)]) -> Option<Busy> {
        let chance = self.dice.throw();
        let (target, pass) = self.shared.with(|live, now| {
            let is_open = |index: &usize| self.targets.len() == 1 || live[*index].is_open(now);
            let untried = |index: &usize| tried.iter().all(|(one, _)| one != index);
            let open: Vec<usize> = (0..live.len()).filter(untried).filter(is_open).collect();
            let candidates: Vec<Candidate> = open
                .iter()
                .map(|index| Candidate {
                    weight: self.targets[*index].weight,
                    in_flight: live[*index].in_flight,
                    latency: live[*index].latency(now),
                    prices: self.targets[*index].model.profile().prices,
                })
                .collect();
            let chosen = open[self.strategy.choose(&candidates, chance)?];
            Some((chosen, live[chosen].begin()))
        })?;
        Some(Busy::new(&self.shared, &self.policy, target, pass))
    }

    async fn attempt(&self, mut busy: Busy, request: Request) -> Result<EventStream, ModelError> {
        let answer = async {
            let mut stream = self.targets[busy.target()].model.stream(request).await?;
            stream.ready().await?;
            Ok(stream)
        };
        match answer.await {
            Ok(stream) => {
                busy.output();
                Ok(stream.witnessed_by(busy))
            }
            Err(error) => {
                busy.refused(&error);
                Err(error)
            }
        }
    }
}

/// # Cancel safety
///
/// Dropping the future or the stream gives up the request; its target is no longer busy with it, and it does not count
/// against its health.
#[async_trait]
impl Model for Group {
    /// What all targets have in common: the first one's id, the smallest window, the abilities of all, and the prices
    /// where they are the same.
    fn profile(&self) -> &Profile {
        &self.profile
    }

    async fn stream(&self, request: Request) -> Result<EventStream, ModelError> {
        let mut tried = Vec::new();
        while let Some(busy) = self.take(&tried) {
            let target = busy.target();
            match self.attempt(busy, request.clone()).await {
                Ok(stream) => return Ok(stream),
                Err(error) => {
                    let is_final = self.is_final(&error);
                    tried.push((target, error));
                    if is_final {
                        break;
                    }
                }
            }
        }
        Err(error::exhausted(self, tried))
    }
}

impl fmt::Debug for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Group")
            .field("targets", &self.targets)
            .field("strategy", &self.strategy)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Target")
            .field("label", &self.label)
            .field("model", &format_args!("{}", self.model.profile().id))
            .field("weight", &self.weight)
            .finish()
    }
}
