//! Where a request goes when a model gave no answer, or one that is of no use: pure decisions. The loop that asks does
//! what they say.

mod adapt;
mod chain;
mod failure;
mod flaw;
mod target;

use std::sync::Arc;
use std::time::Duration;

use windlass_core::{Response, Text};

pub use adapt::{Adapted, Opaque, adapt};
pub use chain::Chain;
pub use failure::{Cause, Failure, Shortening};
pub use flaw::Flaw;
pub use target::{Target, TargetIndex};

/// Decides what becomes of a request that a model did not answer, or not well.
///
/// It is asked once the [`RetryPolicy`](windlass_core::RetryPolicy) has given up on an error, and for each finished answer.
/// It is pure: asked twice, it says the same. What may never happen, the loop prevents, whatever a strategy says: no
/// request is sent to a target that had it already, unless it was shortened or the strategy asked to wait; and nothing is
/// sent again once a tool of the answer has started.
///
/// [`Chain`] is the one that most programs need.
///
/// # Example: a smaller model when the own one is overloaded at once
///
/// ```
/// use std::time::Duration;
/// use windlass_agent::{Cause, Failure, Fallback, FallbackStrategy, Target, TargetIndex};
/// use windlass_core::{ErrorKind, ModelError, Profile};
///
/// struct Smaller([Target; 1]);
///
/// impl FallbackStrategy for Smaller {
///     fn targets(&self) -> &[Target] {
///         &self.0
///     }
///
///     fn next(&self, failure: &Failure<'_>) -> Fallback {
///         match failure.cause {
///             Cause::Error(error) if error.kind() == ErrorKind::Overloaded && failure.target == TargetIndex::OWN => {
///                 Fallback::Switch(TargetIndex::new(1))
///             }
///             _ => Fallback::Abort,
///         }
///     }
/// }
/// # use windlass_core::{ModelId, Scripted};
/// # let smaller = Smaller([Target::from(Scripted::new([]))]);
/// # let own = Profile::new(ModelId::new("host", "large"));
/// let overloaded = ModelError::new(ErrorKind::Overloaded, "");
/// let failure = Failure::new(Cause::Error(&overloaded), TargetIndex::OWN, &own);
/// assert_eq!(smaller.next(&failure), Fallback::Switch(TargetIndex::new(1)));
/// ```
pub trait FallbackStrategy: Send + Sync {
    /// The models beside the agent's own: [`TargetIndex`] 1 is the first of them. It is the same list every time.
    fn targets(&self) -> &[Target];

    /// With which target a turn begins, when `last` gave the answer before it. Without a word, each turn begins with the
    /// agent's own model.
    fn first(&self, last: Option<TargetIndex>) -> TargetIndex {
        let _ = last;
        TargetIndex::OWN
    }

    /// What to do after this failure.
    fn next(&self, failure: &Failure<'_>) -> Fallback;

    /// Whether a finished answer is of use. One that is not comes back to [`next`](FallbackStrategy::next) as
    /// [`Cause::Rejected`].
    fn review(&self, response: &Response) -> Verdict {
        let _ = response;
        Verdict::Accept
    }
}

impl<S: FallbackStrategy + ?Sized> FallbackStrategy for Arc<S> {
    fn targets(&self) -> &[Target] {
        (**self).targets()
    }

    fn first(&self, last: Option<TargetIndex>) -> TargetIndex {
        (**self).first(last)
    }

    fn next(&self, failure: &Failure<'_>) -> Fallback {
        (**self).next(failure)
    }

    fn review(&self, response: &Response) -> Verdict {
        (**self).review(response)
    }
}

/// What to do after a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fallback {
    /// Send the request to this target. What was shown of the failed answer is discarded first.
    Switch(TargetIndex),
    /// Make the conversation shorter and send the request to the same target again. If it does not get any shorter, the
    /// strategy is asked once more, with [`Shortening::Fruitless`].
    Compact,
    /// Send the request to the same target again after this time.
    Wait(Duration),
    /// Let the failure stand.
    Abort,
}

/// Whether a finished answer is of use.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verdict {
    /// It is.
    Accept,
    /// It is not, for this reason.
    Reject(Text),
}

/// Lets every failure stand and takes every answer.
///
/// ```
/// use windlass_agent::{FallbackStrategy, NoFallback};
///
/// assert!(NoFallback.targets().is_empty());
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[allow(clippy::exhaustive_structs, reason = "there is nothing to set")]
pub struct NoFallback;

impl FallbackStrategy for NoFallback {
    fn targets(&self) -> &[Target] {
        &[]
    }

    fn next(&self, _: &Failure<'_>) -> Fallback {
        Fallback::Abort
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_seam_is_object_safe() {
        fn takes(_: Option<&dyn FallbackStrategy>) {}
        takes(None);
    }
}
