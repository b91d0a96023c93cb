use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;

use super::rates::Priority;

/// How many events are kept for an observer that is slow.
pub(super) const KEPT: usize = 256;

/// Something that happened at a governor. `ticket` is the number of a request, counted as they came.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[non_exhaustive]
pub enum GovernorEvent {
    /// A request waits.
    Queued {
        /// Which request.
        ticket: u64,
        /// Its class.
        priority: Priority,
        /// How many were waiting when it came.
        ahead: usize,
    },
    /// A request is let through.
    Granted {
        /// Which request.
        ticket: u64,
        /// Its class.
        priority: Priority,
        /// How long it waited.
        waited: Duration,
    },
    /// Nobody goes for this long, because the provider said so.
    Held {
        /// How long.
        wait: Duration,
    },
    /// A request is neither let through nor waits, or waited in vain.
    Refused {
        /// Why.
        reason: String,
    },
    /// A request waited too long.
    TimedOut {
        /// Which request.
        ticket: u64,
    },
    /// A request was given up while it waited.
    Cancelled {
        /// Which request.
        ticket: u64,
    },
    /// A request goes to another model, because here it would wait too long.
    Degraded {
        /// The longest that it would have waited.
        longest_wait: Duration,
    },
    /// This observer was too slow for so many events before the next one.
    Missed {
        /// How many.
        count: u64,
    },
}

/// The events of a governor, as they happen.
#[derive(Debug)]
pub struct GovernorEvents(broadcast::Receiver<GovernorEvent>);

impl GovernorEvents {
    pub(super) fn new(events: broadcast::Receiver<GovernorEvent>) -> Self {
        GovernorEvents(events)
    }

    /// The next event; `None` when the governor is gone.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost when the future is dropped.
    pub async fn next(&mut self) -> Option<GovernorEvent> {
        match self.0.recv().await {
            Ok(event) => Some(event),
            Err(RecvError::Lagged(count)) => Some(GovernorEvent::Missed { count }),
            Err(RecvError::Closed) => None,
        }
    }
}
