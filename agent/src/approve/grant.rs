use std::time::SystemTime;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use windlass_core::Text;

use super::within::Fit;
use super::{Decision, Digest, PendingCall, Within, canonical};

/// Which calls a grant is for: those of one tool, as far as its arguments lie inside the limits.
///
/// A call is covered only when that is certain. An argument that is missing, there twice, or written so that two
/// programs may read it in two ways, is not covered.
///
/// ```
/// use windlass_agent::Scope;
///
/// let scope = Scope::tool("write_file").path("path", "src");
/// let json = serde_json::to_string(&scope)?;
/// assert_eq!(serde_json::from_str::<Scope>(&json)?, scope);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Scope {
    /// The tool.
    pub tool: Text,
    /// The one call that it is for, if it is for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<Digest>,
    /// Inside of what each of these arguments must lie.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub limits: Vec<Limit>,
}

/// Inside of what one argument must lie.
///
/// ```
/// use windlass_agent::{Scope, Within};
///
/// let scope = Scope::tool("read").path("path", "src");
/// let limit = &scope.limits[0];
/// assert_eq!((limit.argument.as_str(), &limit.within), ("path", &Within::Path("src".into())));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Limit {
    /// The argument, a member of the top level.
    pub argument: Text,
    /// Inside of what it must lie.
    pub within: Within,
}

impl Scope {
    /// All calls of a tool.
    pub fn tool(name: impl Into<Text>) -> Self {
        Scope {
            tool: name.into(),
            call: None,
            limits: Vec::new(),
        }
    }

    /// Calls that mean the same as this one.
    pub fn exactly(call: &PendingCall) -> Self {
        Scope {
            call: Some(call.digest),
            ..Scope::tool(call.spec.name.clone())
        }
    }

    /// Limits a path, as [`Within::Path`].
    #[must_use]
    pub fn path(self, argument: impl Into<Text>, prefix: impl Into<Text>) -> Self {
        self.within(argument, Within::Path(prefix.into()))
    }

    /// Limits a URL to a domain and what is below it, as [`Within::Domain`].
    #[must_use]
    pub fn domain(self, argument: impl Into<Text>, domain: impl Into<Text>) -> Self {
        self.within(argument, Within::Domain(domain.into()))
    }

    /// Limits a command to those that begin with these words, as [`Within::Command`].
    #[must_use]
    pub fn command(self, argument: impl Into<Text>, words: impl Into<Text>) -> Self {
        self.within(argument, Within::Command(words.into()))
    }

    /// Limits an argument.
    #[must_use]
    pub fn within(mut self, argument: impl Into<Text>, within: Within) -> Self {
        self.limits.push(Limit {
            argument: argument.into(),
            within,
        });
        self
    }

    /// Whether it is certain that the call is one of these.
    pub fn covers(&self, call: &PendingCall) -> bool {
        self.fit(call) == Fit::Inside
    }

    /// Whether the call may be one of these.
    pub fn may_cover(&self, call: &PendingCall) -> bool {
        self.fit(call) != Fit::Outside
    }

    fn fit(&self, call: &PendingCall) -> Fit {
        let other_call = self.call.is_some_and(|digest| digest != call.digest);
        if self.tool != call.spec.name || other_call {
            return Fit::Outside;
        }
        let fits = self.limits.iter().map(|limit| limit.fit(call));
        fits.fold(Fit::Inside, Fit::and)
    }
}

impl Limit {
    fn fit(&self, call: &PendingCall) -> Fit {
        argument(call, &self.argument).map_or(Fit::Unsure, |value| self.within.fit(&value))
    }
}

/// An argument that is there once.
pub(super) fn argument(call: &PendingCall, name: &str) -> Option<Value> {
    canonical::member(call.call.arguments.or_empty_object(), name)
}

/// A decision that is kept: which calls it is for, what is decided, and how long.
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use windlass_agent::{Grant, Keep, Level, Scope};
///
/// let until = SystemTime::UNIX_EPOCH + Duration::from_secs(3600);
/// let grant = Grant::allow(Scope::tool("fetch_url").domain("url", "docs.rs"))
///     .keep(Keep::Always)
///     .level(Level::ReadOnly)
///     .until(until);
/// assert!(grant.is_valid(SystemTime::UNIX_EPOCH));
/// assert!(!grant.is_valid(until));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Grant {
    /// Which calls it is for.
    pub scope: Scope,
    /// What is decided on them.
    pub effect: Effect,
    /// Which of the tool's abilities it is for.
    #[serde(default)]
    pub level: Level,
    /// How long it is remembered.
    #[serde(default)]
    pub keep: Keep,
    /// From when on it no longer counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<SystemTime>,
}

/// What is decided once and for all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(
    clippy::exhaustive_enums,
    reason = "what is kept is a yes or a no; all else is decided anew"
)]
pub enum Effect {
    /// The calls run.
    Allow,
    /// They do not run.
    Deny {
        /// Why, in words the model can use.
        reason: Text,
    },
}

/// Which calls of a tool a grant is for, by what they may do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Level {
    /// Only while the tool says that it changes nothing.
    ReadOnly,
    /// Whatever the tool does.
    #[default]
    Any,
}

/// How long a decision is remembered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Keep {
    /// As long as the session.
    #[default]
    Session,
    /// Beyond it.
    Always,
}

impl Grant {
    /// Allows the calls of this scope, for the session.
    pub fn allow(scope: Scope) -> Self {
        Grant::new(scope, Effect::Allow)
    }

    /// Denies the calls of this scope, for the session. In doubt a call counts as one of them.
    pub fn deny(scope: Scope, reason: impl Into<Text>) -> Self {
        let reason = reason.into();
        Grant::new(scope, Effect::Deny { reason })
    }

    fn new(scope: Scope, effect: Effect) -> Self {
        Grant {
            scope,
            effect,
            level: Level::Any,
            keep: Keep::Session,
            expires: None,
        }
    }

    /// Sets how long it is remembered.
    #[must_use]
    pub fn keep(mut self, keep: Keep) -> Self {
        self.keep = keep;
        self
    }

    /// Sets which of the tool's abilities it is for.
    #[must_use]
    pub fn level(mut self, level: Level) -> Self {
        self.level = level;
        self
    }

    /// Sets from when on it no longer counts.
    #[must_use]
    pub fn until(mut self, expires: SystemTime) -> Self {
        self.expires = Some(expires);
        self
    }

    /// Whether it still counts.
    pub fn is_valid(&self, now: SystemTime) -> bool {
        self.expires.is_none_or(|expires| now < expires)
    }

    /// What it decides on a call, if it is for it.
    pub fn decide(&self, call: &PendingCall, now: SystemTime) -> Option<Decision> {
        let level = self.level == Level::Any || call.spec.read_only;
        if !level || !self.is_valid(now) {
            return None;
        }
        match &self.effect {
            Effect::Allow => self.scope.covers(call).then_some(Decision::Allow),
            Effect::Deny { reason } => {
                let denied = self.scope.may_cover(call);
                denied.then(|| Decision::deny(reason.clone()))
            }
        }
    }
}
