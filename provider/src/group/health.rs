//! Whether a target is sent requests: a state machine without a clock. Times are counted from when the group was made.

mod recent;

use std::time::Duration;

use windlass_core::{ErrorKind, ModelError};

use super::policy::{Blame, HealthPolicy};
use recent::Recent;

#[cfg(test)]
mod tests;

/// The health of one target.
#[derive(Debug, Default)]
pub(super) struct Health {
    state: State,
    /// Failures since the last whole answer.
    row: u32,
    /// How often it cooled since the last whole answer.
    cooled: u32,
    probes: u32,
    recent: Recent,
    last_failure: Option<ErrorKind>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Open,
    Cooling {
        until: Duration,
    },
    /// The probe of this number was let through, and nothing has come of it yet.
    Probing(u32),
}

/// What may be sent to a target now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    Open,
    /// It has cooled, and one request may find out whether it is well.
    Due,
    Cooling {
        until: Duration,
    },
    Probing,
}

/// In which standing a request was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pass {
    Usual,
    /// Probes are numbered, because one that was answered may still be under way when the next is sent.
    Probe(u32),
}

/// A failure, as far as health goes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Failure {
    kind: ErrorKind,
    blame: Blame,
    retry_after: Option<Duration>,
}

impl Failure {
    pub(super) fn of(error: &ModelError, policy: &HealthPolicy) -> Self {
        Failure {
            kind: error.kind(),
            blame: policy.blame_of(error),
            retry_after: error.retry_after(),
        }
    }

    /// How long the target is to be left alone whatever the thresholds say.
    fn asked(&self) -> Option<Duration> {
        match self.blame {
            Blame::Cools(time) => Some(time.max(self.retry_after.unwrap_or_default())),
            _ => self.retry_after,
        }
    }
}

impl Health {
    pub(super) fn standing(&self, now: Duration) -> Standing {
        match self.state {
            State::Open => Standing::Open,
            State::Cooling { until } if until <= now => Standing::Due,
            State::Cooling { until } => Standing::Cooling { until },
            State::Probing(_) => Standing::Probing,
        }
    }

    pub(super) fn last_failure(&self) -> Option<ErrorKind> {
        self.last_failure
    }

    /// A request is sent, whatever the standing: who has no other target sends it all the same.
    pub(super) fn begin(&mut self) -> Pass {
        if self.state == State::Open {
            return Pass::Usual;
        }
        self.probes = self.probes.wrapping_add(1);
        self.state = State::Probing(self.probes);
        Pass::Probe(self.probes)
    }

    /// Output came. A probe opens the target again, on trial: the next failure closes it for longer.
    pub(super) fn output(&mut self, pass: Pass, policy: &HealthPolicy) {
        if pass != Pass::Usual && self.state != State::Open {
            self.state = State::Open;
            self.row = policy.in_a_row.unwrap_or(1).saturating_sub(1);
            self.recent = Recent::default();
        }
    }

    /// A whole answer came.
    pub(super) fn answered(&mut self, now: Duration, policy: &HealthPolicy) {
        if self.state == State::Open {
            (self.row, self.cooled) = (0, 0);
            self.recent.add(now, policy.share, recent::Outcome::Good);
        }
    }

    /// The request failed.
    pub(super) fn failed(
        &mut self,
        pass: Pass,
        now: Duration,
        failure: Failure,
        policy: &HealthPolicy,
    ) {
        if failure.blame == Blame::Nothing {
            return self.given_up(pass, now);
        }
        self.last_failure = Some(failure.kind);
        let asked = failure.asked();
        match self.state {
            State::Open => {
                self.row = self.row.saturating_add(1);
                self.recent.add(now, policy.share, recent::Outcome::Failed);
                if asked.is_some() || self.has_failed_too_often(now, policy) {
                    self.cool(now, asked, policy);
                }
            }
            State::Probing(probe) if pass == Pass::Probe(probe) => {
                self.cool(now, asked, policy);
            }
            State::Probing(_) => {}
            // It was sent before the target began to cool, so it tells nothing new but how long to wait.
            State::Cooling { until } => {
                let asked = now.saturating_add(asked.unwrap_or_default());
                self.state = State::Cooling {
                    until: until.max(asked),
                };
            }
        }
    }

    /// The caller gave the request up, or it failed by no fault of the target: a probe has found out nothing.
    pub(super) fn given_up(&mut self, pass: Pass, now: Duration) {
        if let Pass::Probe(probe) = pass
            && self.state == State::Probing(probe)
        {
            self.state = State::Cooling { until: now };
        }
    }

    fn has_failed_too_often(&self, now: Duration, policy: &HealthPolicy) -> bool {
        policy.in_a_row.is_some_and(|limit| self.row >= limit)
            || policy
                .share
                .is_some_and(|share| self.recent.reaches(now, share))
    }

    fn cool(&mut self, now: Duration, asked: Option<Duration>, policy: &HealthPolicy) {
        let time = policy.cool_down(self.cooled).max(asked.unwrap_or_default());
        self.cooled = self.cooled.saturating_add(1);
        self.row = 0;
        self.recent = Recent::default();
        self.state = State::Cooling {
            until: now.saturating_add(time),
        };
    }
}
