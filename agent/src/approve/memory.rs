use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use super::{Decision, Grant, Keep, PendingCall};

/// The decisions that are remembered. What denies a call counts more than what allows it.
///
/// ```
/// use std::time::SystemTime;
/// use windlass_agent::{Decision, Grant, Grants, Keep, PendingCall, Scope};
/// use windlass_core::{Call, Schema, ToolSpec};
///
/// let grants = Grants::new()
///     .with(Grant::allow(Scope::tool("write_file").path("path", "src")))
///     .with(Grant::deny(Scope::tool("write_file").path("path", "src/gen"), "it is generated"));
/// let decide = |path: &str| {
///     let spec = ToolSpec::new("write_file", "Writes a file.", Schema::empty_object());
///     let call = Call::new("call_1", "write_file", format!(r#"{{"path":"{path}"}}"#));
///     grants.decide(&PendingCall::new(call, spec), SystemTime::UNIX_EPOCH)
/// };
/// assert_eq!(decide("src/lib.rs"), Some(Decision::Allow));
/// assert_eq!(decide("src/gen/api.rs"), Some(Decision::deny("it is generated")));
/// assert_eq!(decide("src/a/../../Cargo.toml"), Some(Decision::deny("it is generated")));
/// assert_eq!(decide("srcs/lib.rs"), None);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Grants(Vec<Grant>);

impl Grants {
    /// Nothing is remembered.
    pub fn new() -> Self {
        Grants::default()
    }

    /// Remembers one more decision.
    #[must_use]
    pub fn with(mut self, grant: Grant) -> Self {
        self.push(grant);
        self
    }

    /// Remembers one more decision.
    pub fn push(&mut self, grant: Grant) {
        if !self.0.contains(&grant) {
            self.0.push(grant);
        }
    }

    /// What is remembered, in the order it was decided.
    pub fn iter(&self) -> impl Iterator<Item = &Grant> {
        self.0.iter()
    }

    /// Forgets what is not to be remembered.
    pub fn retain(&mut self, keep: impl FnMut(&Grant) -> bool) {
        self.0.retain(keep);
    }

    /// What outlives the session and has not expired.
    #[must_use]
    pub fn lasting(&self, now: SystemTime) -> Self {
        let lasts = |grant: &&Grant| grant.keep == Keep::Always && grant.is_valid(now);
        Grants(self.0.iter().filter(lasts).cloned().collect())
    }

    /// What was decided on such a call, if anything was.
    pub fn decide(&self, call: &PendingCall, now: SystemTime) -> Option<Decision> {
        let decided = self.0.iter().filter_map(|grant| grant.decide(call, now));
        decided.reduce(|one, two| if one == Decision::Allow { two } else { one })
    }
}

/// The grants of a session, shared by all who ask for them, and the clock that they expire by. Cheap to clone.
///
/// ```
/// use windlass_agent::{Decision, Grant, Grants, Memory, PendingCall, Scope};
/// use windlass_core::{Call, Schema, ToolSpec};
///
/// let memory = Memory::new(Grants::new());
/// memory.push(Grant::allow(Scope::tool("read")));
/// let spec = ToolSpec::new("read", "Reads.", Schema::empty_object());
/// let call = PendingCall::new(Call::new("call_1", "read", "{}"), spec);
/// assert_eq!(memory.decide(&call), Some(Decision::Allow));
/// ```
#[derive(Clone)]
pub struct Memory(Arc<Shared>);

struct Shared {
    grants: Mutex<Grants>,
    clock: Box<dyn Fn() -> SystemTime + Send + Sync>,
}

impl Memory {
    /// Remembers these grants, by the system's clock.
    pub fn new(grants: Grants) -> Self {
        Memory::with_clock(grants, SystemTime::now)
    }

    /// Remembers these grants, by a clock of the caller's.
    pub fn with_clock(
        grants: Grants,
        clock: impl Fn() -> SystemTime + Send + Sync + 'static,
    ) -> Self {
        Memory(Arc::new(Shared {
            grants: Mutex::new(grants),
            clock: Box::new(clock),
        }))
    }

    /// Remembers one more decision.
    pub fn push(&self, grant: Grant) {
        self.lock().push(grant);
    }

    /// What is remembered now.
    pub fn grants(&self) -> Grants {
        self.lock().clone()
    }

    /// What is to be remembered beyond the session.
    pub fn lasting(&self) -> Grants {
        self.lock().lasting((self.0.clock)())
    }

    /// What was decided on such a call, if anything was.
    pub fn decide(&self, call: &PendingCall) -> Option<Decision> {
        self.lock().decide(call, (self.0.clock)())
    }

    fn lock(&self) -> MutexGuard<'_, Grants> {
        self.0.grants.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Memory {
    fn default() -> Self {
        Memory::new(Grants::new())
    }
}

impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Memory").field(&self.grants()).finish()
    }
}
