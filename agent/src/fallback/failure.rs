use std::time::Duration;

use windlass_core::{ErrorKind, FinishReason, ModelError, Profile, Response};

use super::{Target, TargetIndex};

/// A request that failed at one target: all that a [`FallbackStrategy`](super::FallbackStrategy) may rest on.
///
/// ```
/// use std::time::Duration;
/// use windlass_agent::{Cause, Failure, Shortening, TargetIndex};
/// use windlass_core::{ErrorKind, ModelError, ModelId, Profile};
///
/// let own = Profile::new(ModelId::new("host", "large"));
/// let error = ModelError::new(ErrorKind::ContextOverflow, "");
/// let failure = Failure::new(Cause::Error(&error), TargetIndex::OWN, &own)
///     .with_shortening(Shortening::Done)
///     .with_attempts(2)
///     .with_elapsed(Duration::from_secs(3));
/// assert!(!failure.delivered);
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Failure<'a> {
    /// What went wrong.
    pub cause: Cause<'a>,
    /// Where.
    pub target: TargetIndex,
    /// What is known of the agent's own model; that of the others is in their targets.
    pub own: &'a Profile,
    /// The targets that had this request before, in order; `target` counts as tried whether it is here or not.
    pub tried: &'a [TargetIndex],
    /// Whether output of the failed attempt was shown.
    pub delivered: bool,
    /// What came of making the conversation of this request shorter.
    pub shortening: Shortening,
    /// How many attempts this request took, over all targets.
    pub attempts: u32,
    /// The time since the first of them began.
    pub elapsed: Duration,
}

impl<'a> Failure<'a> {
    /// The first attempt of a request, failed at once at `target`.
    pub fn new(cause: Cause<'a>, target: TargetIndex, own: &'a Profile) -> Self {
        let delivered = match cause {
            Cause::Error(error) => error.is_after_output(),
            Cause::Rejected { .. } => false,
        };
        Failure {
            cause,
            target,
            own,
            tried: &[],
            delivered,
            shortening: Shortening::Untried,
            attempts: 1,
            elapsed: Duration::ZERO,
        }
    }

    /// Sets the targets that had this request before.
    #[must_use]
    pub fn with_tried(mut self, tried: &'a [TargetIndex]) -> Self {
        self.tried = tried;
        self
    }

    /// Says that output of the attempt was shown.
    #[must_use]
    pub fn after_output(mut self) -> Self {
        self.delivered = true;
        self
    }

    /// Says what came of making the conversation shorter.
    #[must_use]
    pub fn with_shortening(mut self, shortening: Shortening) -> Self {
        self.shortening = shortening;
        self
    }

    /// Sets how many attempts the request took.
    #[must_use]
    pub fn with_attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts;
        self
    }

    /// Sets the time since the first attempt began.
    #[must_use]
    pub fn with_elapsed(mut self, elapsed: Duration) -> Self {
        self.elapsed = elapsed;
        self
    }

    /// Whether the request was sent to this target.
    pub fn has_tried(&self, target: TargetIndex) -> bool {
        target == self.target || self.tried.contains(&target)
    }

    /// What is known of a target's model, `targets` being those of the strategy.
    pub(super) fn profile<'t>(&self, target: TargetIndex, targets: &'t [Target]) -> &'t Profile
    where
        'a: 't,
    {
        target
            .of(targets)
            .map_or(self.own, |target| target.model.profile())
    }
}

/// What went wrong at a target.
///
/// ```
/// use windlass_agent::Cause;
/// use windlass_core::{Assistant, ErrorKind, Finish, FinishReason, ModelError, Response};
///
/// let error = ModelError::new(ErrorKind::Overloaded, "no room");
/// assert_eq!(Cause::Error(&error).kind(), Some(ErrorKind::Overloaded));
/// let response = Response::new(Assistant::new(""), Finish::new(FinishReason::Stop, "stop"));
/// assert_eq!(Cause::Rejected { response: &response, why: "it is empty" }.kind(), None);
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Cause<'a> {
    /// There was no answer, or not all of it.
    Error(&'a ModelError),
    /// The answer came to its end and is of no use.
    Rejected {
        /// The answer.
        response: &'a Response,
        /// Why [`review`](super::FallbackStrategy::review) rejected it.
        why: &'a str,
    },
}

impl Cause<'_> {
    /// The kind of the error; an answer that a filter took away is of the kind of a request that it refused.
    pub fn kind(&self) -> Option<ErrorKind> {
        match self {
            Cause::Error(error) => Some(error.kind()),
            Cause::Rejected { response, .. } => {
                let filtered = response.finish.reason == FinishReason::Filtered;
                filtered.then_some(ErrorKind::ContentFiltered)
            }
        }
    }
}

/// What came of making the conversation of a request shorter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Shortening {
    /// Nobody asked for it yet.
    #[default]
    Untried,
    /// The request was sent again with a shorter conversation.
    Done,
    /// The conversation did not get any shorter.
    Fruitless,
}
