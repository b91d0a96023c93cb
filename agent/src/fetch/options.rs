use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::guard::Guard;
use super::resolve::{Resolver, SystemResolver};

/// How URLs are fetched: for how long, how much, and by whose name service.
///
/// ```
/// use std::time::Duration;
/// use windlass_agent::FetchOptions;
///
/// let options = FetchOptions::new()
///     .timeout(Duration::from_secs(10))
///     .max_bytes(200_000);
/// ```
#[derive(Clone)]
pub struct FetchOptions {
    pub(super) timeout: Duration,
    pub(super) max_bytes: usize,
    pub(super) resolver: Arc<dyn Resolver>,
    pub(super) guard: Guard,
}

impl FetchOptions {
    /// Half a minute, one megabyte, the system's name service, and nothing that is not public.
    pub fn new() -> Self {
        FetchOptions {
            timeout: Duration::from_secs(30),
            max_bytes: 1_000_000,
            resolver: Arc::new(SystemResolver),
            guard: Guard::default(),
        }
    }

    /// Sets how long a fetch may take, with all redirects.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Sets how large a response may be; a larger one is refused.
    #[must_use]
    pub fn max_bytes(mut self, bytes: usize) -> Self {
        self.max_bytes = bytes;
        self
    }

    /// Sets who turns names into addresses; what comes of it is checked all the same.
    #[must_use]
    pub fn resolver(mut self, resolver: impl Resolver + 'static) -> Self {
        self.resolver = Arc::new(resolver);
        self
    }

    /// Also fetches from this machine, by its loopback addresses: for tests and for servers beside the agent.
    #[must_use]
    pub fn allow_loopback(mut self) -> Self {
        self.guard = Guard::with_loopback();
        self
    }
}

impl Default for FetchOptions {
    fn default() -> Self {
        FetchOptions::new()
    }
}

impl fmt::Debug for FetchOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FetchOptions")
            .field("timeout", &self.timeout)
            .field("max_bytes", &self.max_bytes)
            .field("guard", &self.guard)
            .finish_non_exhaustive()
    }
}
