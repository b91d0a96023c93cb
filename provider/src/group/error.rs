use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use windlass_core::{ErrorKind, ModelError, Text};

use super::Group;
use super::health::Standing;

/// Why no target of a group answered: what became of each one that was asked, and of each that was not.
///
/// It is the [source](std::error::Error::source) of the error that a group gives. A group whose request one target
/// refused for good, or that has one target only, gives that target's error itself.
#[derive(Clone, Debug)]
pub struct GroupError {
    causes: Vec<Cause>,
}

/// What became of one target.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Cause {
    /// The target, by its label.
    pub target: Text,
    /// How it failed; it was not asked where there is none.
    pub error: Option<ModelError>,
    /// How its last request failed, if one did: why it cools.
    pub last_failure: Option<ErrorKind>,
    /// How long it cools from now on; zero where another request is finding out whether it is well.
    pub cools_for: Option<Duration>,
}

impl GroupError {
    /// What became of each target: those that were asked, in that order, then the others.
    pub fn causes(&self) -> &[Cause] {
        &self.causes
    }
}

impl fmt::Display for GroupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, cause) in self.causes.iter().enumerate() {
            let separator = if place == 0 { "" } else { "; " };
            write!(f, "{separator}{cause}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.error {
            Some(error) => write!(f, "`{}` said: {error}", self.target)?,
            None => write!(f, "`{}`", self.target)?,
        }
        match (self.cools_for, self.last_failure) {
            (Some(Duration::ZERO), _) => write!(f, " is being tried by another request"),
            (Some(time), Some(kind)) if self.error.is_none() => {
                write!(f, " cools for {:.1} s after: {kind}", time.as_secs_f64())
            }
            (Some(time), _) => write!(f, " (cools for {:.1} s)", time.as_secs_f64()),
            (None, _) if self.error.is_none() => write!(f, " was not asked"),
            (None, _) => Ok(()),
        }
    }
}

impl Cause {
    /// In a few words; the whole is in the error's source.
    fn brief(&self) -> String {
        match (&self.error, self.cools_for) {
            (Some(error), _) => format!("`{}`: {}", self.target, error.kind()),
            _ => self.to_string(),
        }
    }
}

impl StdError for GroupError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        let last = self
            .causes
            .iter()
            .rev()
            .find_map(|cause| cause.error.as_ref());
        last.map(|error| error as _)
    }
}

/// The error of a request whose targets failed with these errors, in this order.
pub(super) fn exhausted(group: &Group, mut tried: Vec<(usize, ModelError)>) -> ModelError {
    let is_final = |error: &ModelError| group.is_final(error);
    if let [(_, error)] = &tried[..]
        && (is_final(error) || group.targets.len() == 1)
    {
        return tried.remove(0).1;
    }
    let error = GroupError {
        causes: causes(group, tried),
    };
    let kind = kind(&error.causes, is_final);
    let brief: Vec<String> = error.causes.iter().map(Cause::brief).collect();
    let what = format!("no target answered: {}", brief.join("; "));
    let wrapped = ModelError::new(kind, what).with_hint(hint(kind));
    match wait(&error.causes, group).filter(|_| kind.is_transient()) {
        Some(wait) => wrapped.with_retry_after(wait).with_source(error),
        None => wrapped.with_source(error),
    }
}

fn causes(group: &Group, tried: Vec<(usize, ModelError)>) -> Vec<Cause> {
    group.shared.with(|targets, now| {
        let cause = |index: usize, error: Option<ModelError>| Cause {
            target: group.targets[index].label.clone(),
            error,
            last_failure: targets[index].health.last_failure(),
            cools_for: match targets[index].health.standing(now) {
                Standing::Cooling { until } => Some(until.saturating_sub(now)),
                Standing::Probing => Some(Duration::ZERO),
                Standing::Open | Standing::Due => None,
            },
        };
        let untried = (0..targets.len()).filter(|index| tried.iter().all(|(one, _)| one != index));
        let untried: Vec<_> = untried.map(|index| cause(index, None)).collect();
        let numbered = tried.into_iter().zip(1..).map(|((index, error), number)| {
            let error = match error.attempt() {
                Some(_) => error,
                None => error.with_attempt(number),
            };
            cause(index, Some(error))
        });
        numbered.chain(untried).collect()
    })
}

/// The kind of the error that ended it; else one that may pass, if there is one, so that a retry around the group knows.
fn kind(causes: &[Cause], is_final: impl Fn(&ModelError) -> bool) -> ErrorKind {
    let errors = || causes.iter().rev().filter_map(|cause| cause.error.as_ref());
    let ended = errors().find(|error| is_final(error) || error.is_transient());
    if let Some(error) = ended {
        return error.kind();
    }
    let is_cooling = |cause: &Cause| cause.error.is_none() && cause.cools_for.is_some();
    if causes.iter().any(is_cooling) {
        return ErrorKind::Overloaded;
    }
    errors()
        .next()
        .map_or(ErrorKind::Overloaded, ModelError::kind)
}

/// When the first target may be asked again; at once where one of them does not cool.
fn wait(causes: &[Cause], group: &Group) -> Option<Duration> {
    let until = |cause: &Cause| match cause.cools_for {
        Some(Duration::ZERO) => group.policy.cool_down,
        other => other.unwrap_or_default(),
    };
    let soonest = causes.iter().map(until).min();
    soonest.filter(|wait| !wait.is_zero())
}

fn hint(kind: ErrorKind) -> &'static str {
    if kind.is_transient() {
        "come back after `retry_after` or in a while, or add a target; the causes say what is wrong with each"
    } else {
        "mend what the causes say of each target, or add another target"
    }
}
