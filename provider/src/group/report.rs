use std::time::Duration;

use serde::{Deserialize, Serialize};
use windlass_core::{ErrorKind, ModelId, Text};

use super::Target;
use super::health::Standing;
use super::live::Live;

/// How the targets of a group are: plain data.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GroupReport {
    /// Each target, in the order in which they were named.
    pub targets: Vec<TargetReport>,
}

/// How one target is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TargetReport {
    /// Its label.
    pub label: Text,
    /// Its model.
    pub model: ModelId,
    /// Whether it is sent requests.
    pub state: TargetState,
    /// How long it cools from now on.
    pub cools_for: Option<Duration>,
    /// How its last request that counted failed.
    pub last_failure: Option<ErrorKind>,
    /// How many requests are under way.
    pub in_flight: u32,
    /// How many requests were sent.
    pub requests: u64,
    /// How many of them failed, before output or after it.
    pub failures: u64,
    /// How long it lately took to the first output; not known when that is a minute ago.
    pub latency: Option<Duration>,
}

/// Whether a target is sent requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TargetState {
    /// It is.
    Open,
    /// It is left alone.
    Cooling,
    /// It has cooled; the next request that comes finds out whether it is well.
    Due,
    /// One request is finding out whether it is well.
    Probing,
}

impl TargetReport {
    pub(super) fn new(target: &Target, live: &Live, now: Duration) -> Self {
        let (state, cools_for) = match live.health.standing(now) {
            Standing::Open => (TargetState::Open, None),
            Standing::Due => (TargetState::Due, None),
            Standing::Cooling { until } => (TargetState::Cooling, Some(until.saturating_sub(now))),
            Standing::Probing => (TargetState::Probing, None),
        };
        TargetReport {
            label: target.label.clone(),
            model: target.model.profile().id.clone(),
            state,
            cools_for,
            last_failure: live.health.last_failure(),
            in_flight: live.in_flight,
            requests: live.requests,
            failures: live.failures,
            latency: live.latency(now),
        }
    }
}
