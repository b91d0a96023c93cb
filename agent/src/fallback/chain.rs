use std::fmt;
use std::sync::Arc;

use windlass_core::{ErrorKind, Response, Text};

use super::{
    Cause, Failure, Fallback, FallbackStrategy, Flaw, Shortening, Target, TargetIndex, Verdict,
};

#[cfg(test)]
mod tests;

/// Goes from one target to the next, in order, until one answers.
///
/// After an error come first the targets [for its kind](Chain::on), then the agent's own model, if a turn began with
/// another, and the [targets for all kinds](Chain::then). None is proposed twice for a request, so a chain has an end.
///
/// Of the targets for all kinds, those are passed over that are known not to help: a window that is no larger after
/// [`ContextOverflow`](ErrorKind::ContextOverflow), the same provider after
/// [`ContentFiltered`](ErrorKind::ContentFiltered). They are not tried at all after
/// [`InvalidRequest`](ErrorKind::InvalidRequest), which is a mistake of the program as a rule, and
/// [`Cancelled`](ErrorKind::Cancelled).
///
/// # Example: another provider, and a large window for long conversations
///
/// ```
/// use windlass_agent::{Cause, Chain, Failure, Fallback, FallbackStrategy, Flaw, TargetIndex};
/// use windlass_core::{ErrorKind, ModelError, ModelId, Profile};
/// # let (elsewhere, large) = (windlass_core::Scripted::new([]), windlass_core::Scripted::new([]));
///
/// let chain = Chain::new()
///     .then(elsewhere)
///     .on(ErrorKind::ContextOverflow, large)
///     .rejecting([Flaw::Empty, Flaw::MalformedCall])
///     .sticky();
///
/// let own = Profile::new(ModelId::new("anthropic", "claude-sonnet-4-5"));
/// let next = |kind, tried: &[TargetIndex]| {
///     let error = ModelError::new(kind, "");
///     chain.next(&Failure::new(Cause::Error(&error), TargetIndex::OWN, &own).with_tried(tried))
/// };
/// let (elsewhere, large) = (TargetIndex::new(1), TargetIndex::new(2));
/// assert_eq!(next(ErrorKind::Overloaded, &[]), Fallback::Switch(elsewhere));
/// assert_eq!(next(ErrorKind::ContextOverflow, &[]), Fallback::Switch(large));
/// assert_eq!(next(ErrorKind::Overloaded, &[elsewhere]), Fallback::Abort);
/// ```
#[derive(Clone, Default)]
pub struct Chain {
    targets: Vec<Target>,
    routes: Vec<Route>,
    flaws: Vec<Flaw>,
    validators: Vec<Validator>,
    /// Whether a turn begins with the target that answered last.
    is_sticky: bool,
    /// Whether a conversation is made shorter before a target with a larger window is looked for.
    compacts: bool,
    /// Whether output that was shown may be taken back.
    discards: bool,
}

type Validator = Arc<dyn Fn(&Response) -> Result<(), Text> + Send + Sync>;

/// For which failures a target is.
#[derive(Clone, Copy, Debug)]
struct Route {
    /// Only for errors of this kind, or for all.
    kind: Option<ErrorKind>,
    target: TargetIndex,
}

impl Chain {
    /// A chain without targets, which lets every failure stand.
    pub fn new() -> Self {
        Chain::default()
    }

    /// Adds a target for all kinds of failures, after those that are there.
    #[must_use]
    pub fn then(self, target: impl Into<Target>) -> Self {
        self.route(None, target.into())
    }

    /// Adds a target for errors of one kind, after those of that kind that are there.
    ///
    /// It is tried without asking whether it helps. For several kinds, or for a kind and for all, add clones of one
    /// [`Target`]: they count as one, so that none is tried twice.
    #[must_use]
    pub fn on(self, kind: ErrorKind, target: impl Into<Target>) -> Self {
        self.route(Some(kind), target.into())
    }

    /// Begins each turn with the target that answered the last one, so that its prompt cache keeps working.
    ///
    /// Without it, each turn begins with the agent's own model.
    #[must_use]
    pub fn sticky(mut self) -> Self {
        self.is_sticky = true;
        self
    }

    /// Makes a conversation shorter when it does not fit, and looks for a larger window only when that does not help.
    #[must_use]
    pub fn compacting_first(mut self) -> Self {
        self.compacts = true;
        self
    }

    /// Goes on after an error although output of the answer was shown, which is then discarded.
    ///
    /// Without it, such an error stands. Answers that are [rejected](Chain::rejecting) need no such word: they came to
    /// their end, and to reject them is to take back what was shown.
    #[must_use]
    pub fn discarding_output(mut self) -> Self {
        self.discards = true;
        self
    }

    /// Rejects finished answers that have one of these flaws. Without it, a flawed answer is an answer.
    #[must_use]
    pub fn rejecting(mut self, flaws: impl IntoIterator<Item = Flaw>) -> Self {
        self.flaws.extend(flaws);
        self
    }

    /// Rejects finished answers for which `check` gives an error, which says why.
    ///
    /// It sees every answer, those with calls too.
    ///
    /// ```
    /// use windlass_agent::{Chain, FallbackStrategy, Verdict};
    /// use windlass_core::{Assistant, Finish, FinishReason, Response};
    ///
    /// let chain = Chain::new().with_validator(|response| match response.message.text().contains("°C") {
    ///     true => Ok(()),
    ///     false => Err("there is no temperature in it"),
    /// });
    /// let response = Response::new(Assistant::new("Rome."), Finish::new(FinishReason::Stop, "stop"));
    /// assert_eq!(chain.review(&response), Verdict::Reject("there is no temperature in it".into()));
    /// ```
    #[must_use]
    pub fn with_validator<W: Into<Text>>(
        mut self,
        check: impl Fn(&Response) -> Result<(), W> + Send + Sync + 'static,
    ) -> Self {
        let check = move |response: &Response| check(response).map_err(Into::into);
        self.validators.push(Arc::new(check));
        self
    }

    fn route(mut self, kind: Option<ErrorKind>, target: Target) -> Self {
        let known = self.targets.iter().position(|known| known.is(&target));
        let place = known.unwrap_or(self.targets.len());
        if known.is_none() {
            self.targets.push(target);
        }
        let number = u32::try_from(place + 1).expect("a chain has fewer than four billion targets");
        let target = TargetIndex::new(number);
        self.routes.push(Route { kind, target });
        self
    }

    /// Whether anything may be done about the failure at all.
    fn may_heal(&self, failure: &Failure<'_>) -> bool {
        match failure.cause {
            Cause::Error(_) => self.discards || !failure.delivered,
            Cause::Rejected { .. } => true,
        }
    }

    fn is_to_compact(&self, failure: &Failure<'_>) -> bool {
        self.compacts
            && failure.cause.kind() == Some(ErrorKind::ContextOverflow)
            && failure.shortening == Shortening::Untried
    }

    /// The targets for the failure in the order they are tried, whether they were or not.
    fn candidates(&self, failure: &Failure<'_>) -> impl Iterator<Item = TargetIndex> {
        let kind = failure.cause.kind();
        let of = move |wanted: Option<ErrorKind>| {
            let routes = self.routes.iter();
            routes
                .filter(move |route| route.kind == wanted)
                .map(|route| route.target)
        };
        let own_kind = kind.into_iter().flat_map(move |kind| of(Some(kind)));
        let for_all = [TargetIndex::OWN].into_iter().chain(of(None));
        own_kind.chain(for_all.filter(move |target| self.may_help(failure, *target)))
    }

    /// Whether it is not known that a target that was not chosen for the kind of error fails as well.
    fn may_help(&self, failure: &Failure<'_>, target: TargetIndex) -> bool {
        let failed = failure.profile(failure.target, &self.targets);
        let next = failure.profile(target, &self.targets);
        match failure.cause.kind() {
            Some(ErrorKind::Cancelled | ErrorKind::InvalidRequest) => false,
            Some(ErrorKind::ContentFiltered) => next.id.provider != failed.id.provider,
            Some(ErrorKind::ContextOverflow) => {
                match (next.context_window, failed.context_window) {
                    (Some(next), Some(failed)) => next > failed,
                    _ => true,
                }
            }
            _ => true,
        }
    }
}

impl FallbackStrategy for Chain {
    fn targets(&self) -> &[Target] {
        &self.targets
    }

    fn first(&self, last: Option<TargetIndex>) -> TargetIndex {
        last.filter(|_| self.is_sticky).unwrap_or_default()
    }

    fn next(&self, failure: &Failure<'_>) -> Fallback {
        if !self.may_heal(failure) {
            return Fallback::Abort;
        }
        if self.is_to_compact(failure) {
            return Fallback::Compact;
        }
        let mut untried = self
            .candidates(failure)
            .filter(|target| !failure.has_tried(*target));
        untried.next().map_or(Fallback::Abort, Fallback::Switch)
    }

    fn review(&self, response: &Response) -> Verdict {
        if let Some(flaw) = self.flaws.iter().find(|flaw| flaw.is_in(response)) {
            return Verdict::Reject(Text::from_static(flaw.words()));
        }
        let complaint = self
            .validators
            .iter()
            .find_map(|check| check(response).err());
        complaint.map_or(Verdict::Accept, Verdict::Reject)
    }
}

impl fmt::Debug for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Chain")
            .field("targets", &self.targets)
            .field("routes", &self.routes)
            .field("flaws", &self.flaws)
            .field("validators", &self.validators.len())
            .field("is_sticky", &self.is_sticky)
            .field("compacts", &self.compacts)
            .field("discards", &self.discards)
            .finish()
    }
}
