use windlass_core::{ErrorKind, ModelError};

/// Why a governor lets a request neither through nor wait. It is the [`source`](std::error::Error::source) of the error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// As many wait as may.
    #[error("the queue is full")]
    QueueFull,
    /// A limit is zero.
    #[error("a limit of zero lets nothing through")]
    NoQuota,
    /// The governor takes no more requests.
    #[error("the governor is drained and takes no new requests")]
    Draining,
    /// The governor was shut down.
    #[error("the governor was shut down")]
    ShutDown,
}

impl Refusal {
    /// The error of a request that was refused; only that of a full queue may pass.
    pub(super) fn into_error(self) -> ModelError {
        let (kind, hint) = match self {
            Refusal::QueueFull => (
                ErrorKind::RateLimited,
                "send fewer requests at a time, or let more of them wait: `Rates::with_queue`",
            ),
            Refusal::NoQuota => (
                ErrorKind::QuotaExhausted,
                "raise the limits of the governor: a limit of zero refuses everything",
            ),
            Refusal::Draining => (
                ErrorKind::Cancelled,
                "send it after `Governor::resume`, or not at all",
            ),
            Refusal::ShutDown => (ErrorKind::Cancelled, "nothing; the program is ending"),
        };
        ModelError::new(kind, self.to_string())
            .with_hint(hint)
            .with_source(self)
    }
}
