//! Who says whether a call may run.
//!
//! An [`Approver`] is asked after the arguments were checked, for exactly what will run.

mod ask;
mod canonical;
mod decision;
mod digest;
mod grant;
mod memory;
mod pending;
mod rules;
mod suggest;
mod within;

use std::sync::Arc;

use windlass_core::async_trait;

pub use ask::{Answer, Ask, Question};
pub use decision::{Decision, Decisions};
pub(crate) use digest::write_canonical;
pub use digest::{Digest, DigestError};
pub use grant::{Effect, Grant, Keep, Level, Limit, Scope};
pub use memory::{Grants, Memory};
pub use pending::{PendingCall, PendingError, PendingErrorKind, PendingSet};
pub use rules::{Rule, Rules};
pub use within::Within;

/// Decides which calls of an answer may run.
///
/// It is asked once for all calls that nothing was wrong with. A call that it decides [`Decision::Later`] on, or does
/// not mention, stays pending while the others go on.
///
/// # Example: nothing runs at night
///
/// ```
/// use windlass_agent::{Approver, Decision, Decisions, PendingCall};
/// use windlass_core::async_trait;
///
/// struct OfficeHours {
///     hour: u8,
/// }
///
/// #[async_trait]
/// impl Approver for OfficeHours {
///     async fn decide(&self, pending: &[PendingCall]) -> Decisions {
///         let open = (8..18).contains(&self.hour);
///         Decisions::for_all(pending, |call| match open || call.spec.read_only {
///             true => Decision::Allow,
///             false => Decision::deny("nothing is changed outside office hours"),
///         })
///     }
/// }
/// ```
#[async_trait]
pub trait Approver: Send + Sync {
    /// Decides on each of these calls.
    ///
    /// # Cancel safety
    ///
    /// The future may be dropped when the run is cancelled; then nothing runs, and the calls may be asked for again.
    async fn decide(&self, pending: &[PendingCall]) -> Decisions;

    /// Whether somebody will be asked about this call, so that a run can say so first. Only told, never relied on.
    fn asks(&self, pending: &PendingCall) -> bool {
        let _ = pending;
        true
    }
}

#[async_trait]
impl<A: Approver + ?Sized> Approver for Arc<A> {
    async fn decide(&self, pending: &[PendingCall]) -> Decisions {
        (**self).decide(pending).await
    }

    fn asks(&self, pending: &PendingCall) -> bool {
        (**self).asks(pending)
    }
}

#[async_trait]
impl<A: Approver + ?Sized> Approver for Box<A> {
    async fn decide(&self, pending: &[PendingCall]) -> Decisions {
        (**self).decide(pending).await
    }

    fn asks(&self, pending: &PendingCall) -> bool {
        (**self).asks(pending)
    }
}

/// Lets every call run.
///
/// ```
/// use windlass_agent::{AllowAll, Approver, Decision, PendingCall};
/// use windlass_core::{Call, CallId, Schema, ToolSpec};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let spec = ToolSpec::new("pay", "Pays.", Schema::empty_object());
/// let decisions = AllowAll.decide(&[PendingCall::new(Call::new("call_1", "pay", "{}"), spec)]).await;
/// assert_eq!(decisions.on(&CallId::from("call_1")), &Decision::Allow);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct AllowAll;

#[async_trait]
impl Approver for AllowAll {
    async fn decide(&self, pending: &[PendingCall]) -> Decisions {
        Decisions::for_all(pending, |_| Decision::Allow)
    }

    fn asks(&self, _: &PendingCall) -> bool {
        false
    }
}

/// Lets no call run.
///
/// ```
/// use windlass_agent::{DenyAll, Approver, Decision, PendingCall};
/// use windlass_core::{Call, CallId, Schema, ToolSpec};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let spec = ToolSpec::new("pay", "Pays.", Schema::empty_object());
/// let decisions = DenyAll.decide(&[PendingCall::new(Call::new("call_1", "pay", "{}"), spec)]).await;
/// assert_eq!(decisions.on(&CallId::from("call_1")), &Decision::deny("no tool may run here"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct DenyAll;

#[async_trait]
impl Approver for DenyAll {
    async fn decide(&self, pending: &[PendingCall]) -> Decisions {
        Decisions::for_all(pending, |_| Decision::deny("no tool may run here"))
    }

    fn asks(&self, _: &PendingCall) -> bool {
        false
    }
}

#[cfg(test)]
mod tests;
