use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use windlass_core::{Call, CallId, ToolSpec};

use super::{Answer, Decision, Digest, Question};

/// A call that waits for a decision: what will run, and the tool as it was when the model saw it.
///
/// ```
/// use windlass_agent::PendingCall;
/// use windlass_core::{Call, Schema, ToolSpec};
///
/// let spec = ToolSpec::new("delete", "Deletes a file.", Schema::empty_object());
/// let one = PendingCall::new(Call::new("call_1", "delete", r#"{"path":"a", "force":1}"#), spec.clone());
/// let two = PendingCall::new(Call::new("call_2", "delete", r#"{"force":1.0,"path":"\u0061"}"#), spec);
/// assert_eq!(one.digest, two.digest);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PendingCall {
    /// The call, as it will run.
    pub call: Call,
    /// The tool it will run.
    pub spec: ToolSpec,
    /// What a decision is bound to: the tool and what the arguments mean.
    pub digest: Digest,
}

impl PendingCall {
    /// A call of this tool.
    pub fn new(call: Call, spec: ToolSpec) -> Self {
        let digest = Digest::of(&spec.name, &call.arguments);
        PendingCall { call, spec, digest }
    }

    /// Whether the call is still the one that the digest was made of.
    pub fn is_intact(&self) -> bool {
        self.call.name == self.spec.name
            && self.digest == Digest::of(&self.spec.name, &self.call.arguments)
    }
}

/// The calls of an answer that wait for a decision, to be saved and taken up again in another process.
///
/// A decision is bound to what was shown to whoever took it: a set whose arguments were changed does not resume, and
/// an [`Answer`] to other arguments is refused. Who can write the stored set can also write fitting digests into it;
/// therefore [`resume`](PendingSet::resume) compares with the calls of the conversation, and takes the tools as they
/// are now.
///
/// # Example: ask in one process, go on in another
///
/// ```
/// use windlass_agent::{Answer, Decision, PendingCall, PendingSet, Question};
/// use windlass_core::{Call, Schema, ToolSpec};
///
/// let call = Call::new("call_1", "pay", r#"{"amount":100}"#);
/// let pay = ToolSpec::new("pay", "Pays.", Schema::empty_object());
/// let saved = serde_json::to_string(&PendingSet::new([PendingCall::new(call.clone(), pay.clone())]))?;
///
/// // Somewhere else, somebody looks at the set and answers.
/// let shown: PendingSet = serde_json::from_str(&saved)?;
/// let answers: Vec<Answer> = shown.questions().iter().map(Question::allow).collect();
///
/// // The run goes on with what the conversation holds.
/// let stored: PendingSet = serde_json::from_str(&saved)?;
/// let mut pending = stored.resume([&call], |name| (name == "pay").then(|| pay.clone()))?;
/// let (allowed, decision) = pending.settle(answers.into_iter().next().expect("one"))?;
/// assert_eq!((allowed.call, decision), (call, Decision::Allow));
/// assert!(pending.is_empty());
///
/// let forged = saved.replace("100", "999");
/// let forged: PendingSet = serde_json::from_str(&forged)?;
/// assert!(forged.check().is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PendingSet(Vec<PendingCall>);

impl PendingSet {
    /// These calls wait.
    pub fn new(calls: impl IntoIterator<Item = PendingCall>) -> Self {
        PendingSet(calls.into_iter().collect())
    }

    /// The calls that wait, in call order.
    pub fn calls(&self) -> &[PendingCall] {
        &self.0
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What to ask about them.
    pub fn questions(&self) -> Vec<Question> {
        self.0.iter().cloned().map(Question::new).collect()
    }

    /// Checks that each call is the one its digest was made of, and that no two share an id.
    ///
    /// # Errors
    ///
    /// Names the first call of which this does not hold.
    pub fn check(&self) -> Result<(), PendingError> {
        let mut ids = BTreeSet::new();
        for pending in &self.0 {
            let id = &pending.call.id;
            if !pending.is_intact() {
                return Err(PendingError::new(PendingErrorKind::Tampered, id));
            }
            if !ids.insert(id) {
                return Err(PendingError::new(PendingErrorKind::Duplicate, id));
            }
        }
        Ok(())
    }

    /// Takes up a stored set: its calls must be calls of the conversation, unchanged, to tools that are still there.
    ///
    /// # Errors
    ///
    /// Names the first call that was changed, that the conversation does not hold, or whose tool is gone.
    pub fn resume<'a>(
        mut self,
        calls: impl IntoIterator<Item = &'a Call>,
        tool: impl Fn(&str) -> Option<ToolSpec>,
    ) -> Result<Self, PendingError> {
        self.check()?;
        let calls: Vec<&Call> = calls.into_iter().collect();
        for pending in &mut self.0 {
            let id = &pending.call.id;
            let failed = |kind| PendingError::new(kind, id);
            let call = calls.iter().find(|call| call.id == *id);
            let call = call.ok_or_else(|| failed(PendingErrorKind::UnknownCall))?;
            let spec = tool(&pending.spec.name);
            let spec = spec.ok_or_else(|| failed(PendingErrorKind::UnknownTool))?;
            let resumed = PendingCall::new((*call).clone(), spec);
            if resumed.digest != pending.digest || resumed.call.name != pending.call.name {
                return Err(failed(PendingErrorKind::Tampered));
            }
            *pending = resumed;
        }
        Ok(self)
    }

    /// Takes an answer; the call it answers waits no longer, unless the answer is [`Decision::Later`].
    ///
    /// # Errors
    ///
    /// When no such call waits, or its arguments are not those that were shown to whoever answered.
    pub fn settle(&mut self, answer: Answer) -> Result<(PendingCall, Decision), PendingError> {
        let found = self
            .0
            .iter()
            .position(|pending| pending.call.id == answer.call);
        let failed = |kind| PendingError::new(kind, &answer.call);
        let at = found.ok_or_else(|| failed(PendingErrorKind::UnknownCall))?;
        let pending = &self.0[at];
        if !pending.is_intact() || pending.digest != answer.digest {
            return Err(failed(PendingErrorKind::Tampered));
        }
        let pending = match answer.decision {
            Decision::Later => pending.clone(),
            _ => self.0.remove(at),
        };
        Ok((pending, answer.decision))
    }
}

/// Why a set does not resume or an answer is not taken.
///
/// ```
/// use windlass_agent::{PendingCall, PendingErrorKind, PendingSet};
/// use windlass_core::{Call, Schema, ToolSpec};
///
/// let spec = ToolSpec::new("pay", "Pays.", Schema::empty_object());
/// let waits = PendingSet::new([PendingCall::new(Call::new("call_1", "pay", r#"{"amount":5}"#), spec)]);
/// let forged = serde_json::to_string(&waits)?.replace(":5}", ":500}");
/// let forged: PendingSet = serde_json::from_str(&forged)?;
/// let error = forged.check().expect_err("it is not what was asked about");
/// assert_eq!(error.kind(), PendingErrorKind::Tampered);
/// assert_eq!(error.hint(), "ask again about the call as it is, and find out who changed it");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("call `{call}`: {kind}")]
pub struct PendingError {
    kind: PendingErrorKind,
    call: CallId,
}

/// What is wrong with a pending call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum PendingErrorKind {
    /// It is not the call that was asked about.
    #[error("it is not what was asked about: the tool or its arguments were changed")]
    Tampered,
    /// Nobody waits for it.
    #[error("no such call waits for an answer")]
    UnknownCall,
    /// Its tool is gone.
    #[error("its tool is no longer there")]
    UnknownTool,
    /// Another call has the same id.
    #[error("another call has the same id")]
    Duplicate,
}

impl PendingError {
    fn new(kind: PendingErrorKind, call: &CallId) -> Self {
        PendingError {
            kind,
            call: call.clone(),
        }
    }

    /// What is wrong.
    pub fn kind(&self) -> PendingErrorKind {
        self.kind
    }

    /// What to do about it, in one line.
    pub fn hint(&self) -> &'static str {
        match self.kind {
            PendingErrorKind::Tampered => {
                "ask again about the call as it is, and find out who changed it"
            }
            PendingErrorKind::UnknownCall => {
                "drop answers that were given before, and resume with the conversation that the set was saved with"
            }
            PendingErrorKind::UnknownTool => {
                "resume with an agent that has the tools of the one that paused"
            }
            PendingErrorKind::Duplicate => "restore the set as it was saved",
        }
    }

    /// The call that it is wrong with.
    pub fn call(&self) -> &CallId {
        &self.call
    }
}
