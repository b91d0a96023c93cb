use std::sync::Arc;
use std::time::Duration;

use windlass_core::{Clock, ErrorKind, Event, ModelError, Phase, Quota, Usage, Witness};

use super::gate::{Ending, Grant};
use super::shared::Shared;

/// The right to send one request. It sees the answer pass, and when it is dropped, the request has ended.
pub(super) struct Permit {
    shared: Arc<Shared>,
    grant: Grant,
    stage: Stage,
    usage: Usage,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// The provider has not seen the request.
    Unsent,
    Sent,
    /// Output has come.
    Output,
    /// It failed before any output.
    Failed,
}

impl Permit {
    pub(super) fn new(shared: &Arc<Shared>, grant: Grant) -> Self {
        Permit {
            shared: Arc::clone(shared),
            grant,
            stage: Stage::Unsent,
            usage: Usage::UNKNOWN,
        }
    }

    pub(super) fn waited(&self) -> Duration {
        self.grant.waited
    }

    /// From now on the provider may count the request.
    pub(super) fn sent(&mut self) {
        self.stage = Stage::Sent;
    }

    pub(super) fn learn(&self, quota: Option<&Quota>) {
        if let Some(quota) = quota {
            self.shared.learn(quota);
        }
    }
}

impl Witness for Permit {
    fn event(&mut self, event: &Event) {
        match event {
            Event::Usage(usage) => self.usage.update(*usage),
            Event::Started(_) | Event::Warning(_) | Event::Unknown(_) => {}
            _ => self.stage = Stage::Output,
        }
    }

    fn failed(&mut self, error: &ModelError) {
        let is_refusal = matches!(error.kind(), ErrorKind::RateLimited | ErrorKind::Overloaded);
        if let Some(wait) = error.retry_after().filter(|_| is_refusal) {
            self.shared.hold(wait);
        }
        self.learn(error.quota());
        if self.stage == Stage::Sent {
            self.stage = match never_arrived(error.kind()) {
                true => Stage::Unsent,
                false => Stage::Failed,
            };
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let ending = match self.stage {
            Stage::Unsent => Ending::Unsent,
            Stage::Failed => Ending::Failed,
            Stage::Sent | Stage::Output => Ending::Answered(self.usage),
        };
        self.shared.end(self.grant, ending);
    }
}

/// Whether a request that failed so has certainly not reached the provider.
fn never_arrived(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::Unsupported
            | ErrorKind::Connection(Phase::Connect)
            | ErrorKind::Timeout(Clock::Connect | Clock::Queue)
    )
}
