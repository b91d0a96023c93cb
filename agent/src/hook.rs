//! What looks over the shoulder of a run, and may step in.

mod hooks;
mod panicked;

use std::any::type_name;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use windlass_core::{Call, Outcome, Request, Response, Text, async_trait};

use crate::RunId;

pub(crate) use hooks::Hooks;
pub use panicked::{HookPanicked, Moment};

#[cfg(test)]
mod tests;

/// Sees what goes to a model and to a tool and what comes back, and may change it, answer instead, or refuse.
///
/// Every method does nothing unless it is written. Those that come before are asked in the order in which the hooks
/// were added, those that come after in reverse order. The first that replaces or refuses decides: the later ones are
/// not asked before. After is told to all hooks, also of what a hook made up.
///
/// What the user was shown while the model spoke is not called back: a change in [`after_model`](Hook::after_model) is
/// in the conversation and in the report, and the events hold what the model said.
///
/// Limits are checked apart from hooks, which cannot change them. A hook that panics ends the run, and what it was
/// at stays as it was before.
///
/// # Example: nobody deletes below `/etc`, and keys stay here
///
/// ```
/// use windlass_agent::{At, Before, Hook};
/// use windlass_core::{Call, Outcome, OutcomePart, async_trait};
///
/// struct Careful;
///
/// #[async_trait]
/// impl Hook for Careful {
///     async fn before_call(&self, call: &mut Call, _at: &At) -> Before<Outcome> {
///         match call.name == "delete" && call.arguments.as_str().contains("/etc") {
///             true => Before::refuse("nothing is deleted below `/etc`"),
///             false => Before::Go,
///         }
///     }
///
///     async fn after_call(&self, _call: &Call, outcome: &mut Outcome, _at: &At) {
///         for part in &mut outcome.parts {
///             if let OutcomePart::Text(text) = part {
///                 *text = text.replace("sk-123", "***").into();
///             }
///         }
///     }
/// }
///
/// # let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
/// # runtime.block_on(async {
/// let at = At::new(windlass_agent::RunId::new("run_1"), 1, 1);
/// let mut call = Call::new("call_1", "delete", r#"{"path":"/etc/hosts"}"#);
/// assert!(matches!(Careful.before_call(&mut call, &at).await, Before::Refuse(_)));
/// let mut outcome = Outcome::success(&call, "the key is sk-123");
/// Careful.after_call(&call, &mut outcome, &at).await;
/// assert_eq!(outcome.text(), "the key is ***");
/// # });
/// ```
///
/// # Cancel safety
///
/// When the run is cancelled, the future of a hook is dropped at its next await. What it changed so far is then not
/// kept. A hook is still told of the outcomes that are left then, and has twice the grace time of the tools for that.
#[async_trait]
pub trait Hook: Send + Sync {
    /// What a report calls the hook: the name of its type, unless it says otherwise.
    fn name(&self) -> &str {
        type_name::<Self>()
    }

    /// Before a model is asked, at each attempt anew; the request is as this model will get it.
    ///
    /// A replacement is taken as the model's answer, and no model is asked. A refusal ends the run.
    async fn before_model(&self, request: &mut Request, at: &At) -> Before<Response> {
        let _ = (request, at);
        Before::Go
    }

    /// After an answer has come to its end, before it is in the conversation and before its calls run.
    ///
    /// A refusal ends the run.
    async fn after_model(&self, response: &mut Response, at: &At) -> After {
        let _ = (response, at);
        After::Keep
    }

    /// Before a call is checked and run, for the calls of an answer in their order.
    ///
    /// Only its arguments can be changed; its id, name and seal stay as the model wrote them, and so does the whole
    /// call in the conversation. A replacement is the outcome without running the tool. A refusal is an outcome too, a
    /// [denied](windlass_core::OutcomeStatus::Denied) one with the reason, and the run goes on.
    async fn before_call(&self, call: &mut Call, at: &At) -> Before<Outcome> {
        let _ = (call, at);
        Before::Go
    }

    /// After a call has its outcome, of whatever kind, before the model is shown it.
    ///
    /// The outcome stays that of this call: its id and name cannot be changed. A hook whose future was dropped is told
    /// again if the run goes on, of the outcome as it was.
    async fn after_call(&self, call: &Call, outcome: &mut Outcome, at: &At) {
        let _ = (call, outcome, at);
    }
}

#[async_trait]
impl<H: Hook + ?Sized> Hook for Arc<H> {
    fn name(&self) -> &str {
        (**self).name()
    }

    async fn before_model(&self, request: &mut Request, at: &At) -> Before<Response> {
        (**self).before_model(request, at).await
    }

    async fn after_model(&self, response: &mut Response, at: &At) -> After {
        (**self).after_model(response, at).await
    }

    async fn before_call(&self, call: &mut Call, at: &At) -> Before<Outcome> {
        (**self).before_call(call, at).await
    }

    async fn after_call(&self, call: &Call, outcome: &mut Outcome, at: &At) {
        (**self).after_call(call, outcome, at).await;
    }
}

/// What a hook says before something is done.
///
/// ```
/// use windlass_agent::Before;
/// use windlass_core::Outcome;
///
/// let before: Before<Outcome> = Before::refuse("not on a Sunday");
/// assert_eq!(before, Before::Refuse("not on a Sunday".into()));
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Before<T> {
    /// It is done, with what the hook changed.
    Go,
    /// It is not done; this is taken for what came of it.
    Replace(T),
    /// It is not done, for this reason.
    Refuse(Text),
}

impl<T> Before<T> {
    /// It is not done, for this reason.
    pub fn refuse(reason: impl Into<Text>) -> Self {
        Before::Refuse(reason.into())
    }
}

/// What a hook says of an answer.
///
/// ```
/// use windlass_agent::After;
///
/// assert_eq!(After::refuse("it names a customer"), After::Refuse("it names a customer".into()));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum After {
    /// It counts, with what the hook changed.
    Keep,
    /// It does not count, for this reason.
    Refuse(Text),
}

impl After {
    /// It does not count, for this reason.
    pub fn refuse(reason: impl Into<Text>) -> Self {
        After::Refuse(reason.into())
    }
}

/// Where in a run something is.
///
/// ```
/// use windlass_agent::{At, RunId};
///
/// let at = At::new(RunId::new("run_1"), 2, 1);
/// assert_eq!((at.run.as_str(), at.turn, at.attempt), ("run_1", 2, 1));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct At {
    /// The run.
    pub run: RunId,
    /// The turn of the run, counted from one.
    pub turn: u32,
    /// The attempt of the turn, counted from one.
    pub attempt: u32,
}

impl At {
    /// This attempt of this turn of this run.
    pub fn new(run: RunId, turn: u32, attempt: u32) -> Self {
        At { run, turn, attempt }
    }

    /// The attempt after this one.
    pub(crate) fn next_attempt(mut self) -> Self {
        self.attempt = self.attempt.saturating_add(1);
        self
    }
}
