use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;
use windlass_core::{Event, ModelError, Witness};

use super::health::{Failure, Health, Pass, Standing};
use super::policy::HealthPolicy;

/// How long a measured latency says something.
const LATELY: Duration = Duration::from_secs(60);

/// What happens at the targets, shared by all clones of a group.
#[derive(Debug)]
pub(super) struct Shared {
    begun: Instant,
    targets: Mutex<Vec<Live>>,
}

/// What happens at one target.
#[derive(Debug, Default)]
pub(super) struct Live {
    pub(super) health: Health,
    pub(super) in_flight: u32,
    pub(super) requests: u64,
    pub(super) failures: u64,
    latency: Option<Latency>,
}

#[derive(Clone, Copy, Debug)]
struct Latency {
    mean: Duration,
    at: Duration,
}

impl Shared {
    pub(super) fn new(targets: usize) -> Self {
        Shared {
            begun: Instant::now(),
            targets: Mutex::new((0..targets).map(|_| Live::default()).collect()),
        }
    }

    /// Acts on all targets at once, with the time since the group was made.
    pub(super) fn with<T>(&self, act: impl FnOnce(&mut [Live], Duration) -> T) -> T {
        let now = self.begun.elapsed();
        let mut targets = self.targets.lock().unwrap_or_else(PoisonError::into_inner);
        act(&mut targets, now)
    }
}

impl Live {
    /// Whether a group with other targets may send here.
    pub(super) fn is_open(&self, now: Duration) -> bool {
        matches!(self.health.standing(now), Standing::Open | Standing::Due)
    }

    pub(super) fn latency(&self, now: Duration) -> Option<Duration> {
        let latency = self.latency?;
        (now.saturating_sub(latency.at) < LATELY).then_some(latency.mean)
    }

    /// Moves three tenths of the way to the new time, so that a handful of answers make up the mean.
    fn took(&mut self, time: Duration, now: Duration) {
        let mean = self.latency(now).map_or(time, |mean| {
            (mean
                .saturating_mul(7)
                .saturating_add(time.saturating_mul(3)))
                / 10
        });
        self.latency = Some(Latency { mean, at: now });
    }

    pub(super) fn begin(&mut self) -> Pass {
        self.in_flight += 1;
        self.requests += 1;
        self.health.begin()
    }
}

/// A request under way. However it ends, the target is less busy after it, and its health knows what came of it.
#[derive(Debug)]
pub(super) struct Busy {
    shared: Arc<Shared>,
    policy: Arc<HealthPolicy>,
    target: usize,
    pass: Pass,
    begun: Instant,
    has_ended: bool,
}

impl Busy {
    /// A request for which [`Live::begin`] was called.
    pub(super) fn new(
        shared: &Arc<Shared>,
        policy: &Arc<HealthPolicy>,
        target: usize,
        pass: Pass,
    ) -> Self {
        Busy {
            shared: Arc::clone(shared),
            policy: Arc::clone(policy),
            target,
            pass,
            begun: Instant::now(),
            has_ended: false,
        }
    }

    pub(super) fn target(&self) -> usize {
        self.target
    }

    fn with(&self, act: impl FnOnce(&mut Live, Duration)) {
        self.shared
            .with(|targets, now| act(&mut targets[self.target], now));
    }

    /// Output came.
    pub(super) fn output(&self) {
        self.with(|live, now| {
            live.took(self.begun.elapsed(), now);
            live.health.output(self.pass, &self.policy);
        });
    }

    /// The request failed.
    pub(super) fn refused(&mut self, error: &ModelError) {
        self.has_ended = true;
        let failure = Failure::of(error, &self.policy);
        self.with(|live, now| {
            live.failures += 1;
            live.health.failed(self.pass, now, failure, &self.policy);
        });
    }
}

impl Witness for Busy {
    fn event(&mut self, event: &Event) {
        if matches!(event, Event::Finish(_)) && !self.has_ended {
            self.has_ended = true;
            self.with(|live, now| live.health.answered(now, &self.policy));
        }
    }

    fn failed(&mut self, error: &ModelError) {
        if !self.has_ended {
            self.refused(error);
        }
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.with(|live, now| {
            live.in_flight -= 1;
            if !self.has_ended {
                live.health.given_up(self.pass, now);
            }
        });
    }
}
