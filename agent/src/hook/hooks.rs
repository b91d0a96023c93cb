use std::borrow::Cow;
use std::sync::Arc;

use windlass_core::{Call, Outcome, Request, Response};

use super::{After, At, Before, Hook, HookPanicked, Moment};
use crate::execute::{caught, denied};

/// The hooks of an agent, asked in order before and in reverse order after.
///
/// Without hooks, nothing is copied or allocated, and every method is done at its first poll.
#[derive(Clone, Default)]
pub(crate) struct Hooks(Arc<[Arc<dyn Hook>]>);

impl Hooks {
    /// These hooks, in this order.
    pub(crate) fn new(hooks: impl IntoIterator<Item = Arc<dyn Hook>>) -> Self {
        Hooks(hooks.into_iter().collect())
    }

    /// The hooks, in order.
    pub(crate) fn to_vec(&self) -> Vec<Arc<dyn Hook>> {
        self.0.to_vec()
    }

    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Asks before a model is asked. `request` is the copy of one attempt: a hook may have changed it also when it
    /// refuses or panics.
    pub(crate) async fn before_model(
        &self,
        request: &mut Request,
        at: &At,
    ) -> Result<Before<Response>, HookPanicked> {
        for hook in self.0.iter() {
            let asked = async { hook.before_model(request, at).await };
            match watched(&**hook, Moment::BeforeModel, asked).await? {
                Before::Go => {}
                decided => return Ok(decided),
            }
        }
        Ok(Before::Go)
    }

    /// Tells of an answer. It is changed by one hook after the other, each wholly or not at all.
    pub(crate) async fn after_model(
        &self,
        response: &mut Response,
        at: &At,
    ) -> Result<After, HookPanicked> {
        for hook in self.0.iter().rev() {
            let mut changed = response.clone();
            let told = async { hook.after_model(&mut changed, at).await };
            match watched(&**hook, Moment::AfterModel, told).await? {
                After::Keep => *response = changed,
                refused => return Ok(refused),
            }
        }
        Ok(After::Keep)
    }

    /// Asks before a call is checked and run. `call` is the copy that runs: its arguments alone can be changed.
    ///
    /// A refusal comes back as the outcome that it is.
    pub(crate) async fn before_call(
        &self,
        call: &mut Call,
        at: &At,
    ) -> Result<Option<Outcome>, HookPanicked> {
        for hook in self.0.iter() {
            let mut changed = call.clone();
            let asked = async { hook.before_call(&mut changed, at).await };
            let before = watched(&**hook, Moment::BeforeCall, asked).await?;
            match before {
                Before::Go => call.arguments = changed.arguments,
                Before::Replace(outcome) => return Ok(Some(of_call(call, outcome))),
                Before::Refuse(reason) => return Ok(Some(denied(call, &reason))),
            }
        }
        Ok(None)
    }

    /// Tells what came of a call. The outcome is changed once all hooks are done or one has panicked, so that they can
    /// be told again when the future is dropped.
    pub(crate) async fn after_call(
        &self,
        call: &Call,
        outcome: &mut Outcome,
        at: &At,
    ) -> Result<(), HookPanicked> {
        let mut seen = Cow::Borrowed(&*outcome);
        let mut told = Ok(());
        for hook in self.0.iter().rev() {
            let mut changed = seen.clone().into_owned();
            let asked = async { hook.after_call(call, &mut changed, at).await };
            told = watched(&**hook, Moment::AfterCall, asked).await;
            if told.is_err() {
                break;
            }
            seen = Cow::Owned(of_call(call, changed));
        }
        if let Cow::Owned(seen) = seen {
            *outcome = seen;
        }
        told
    }
}

/// The outcome, as that of this call whatever it says itself.
fn of_call(call: &Call, outcome: Outcome) -> Outcome {
    Outcome::from_parts(call, outcome.status, outcome.parts)
}

async fn watched<T>(
    hook: &dyn Hook,
    moment: Moment,
    future: impl Future<Output = T>,
) -> Result<T, HookPanicked> {
    let ended = caught(future).await;
    ended.map_err(|message| HookPanicked::new(hook.name(), moment, message))
}
