use std::fmt;
use std::pin::Pin;

use serde::{Deserialize, Serialize};
use windlass_core::{Approval, CallId, Text, async_trait};

use super::{Approver, Decision, Decisions, Digest, Grant, Memory, PendingCall, suggest};

/// What is asked on one call.
///
/// ```
/// use windlass_agent::{Decision, PendingCall, Question};
/// use windlass_core::{Call, Schema, ToolSpec};
///
/// let spec = ToolSpec::new("pay", "Pays.", Schema::empty_object());
/// let question = Question::new(PendingCall::new(Call::new("call_1", "pay", r#"{"amount":5}"#), spec));
/// assert_eq!(question.pending.call.arguments.as_str(), r#"{"amount":5}"#);
/// assert_eq!(question.allow().decision, Decision::Allow);
/// let answer = question.answer(Decision::edit(r#"{"amount":4}"#));
/// assert_eq!(answer.digest, question.pending.digest, "it answers what was asked");
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Question {
    /// The call.
    pub pending: PendingCall,
    /// Grants that would allow it, the narrowest first, to offer beside a plain yes.
    pub suggestions: Vec<Grant>,
}

impl Question {
    /// Asks on a call.
    pub fn new(pending: PendingCall) -> Self {
        let suggestions = suggest::grants(&pending);
        Question {
            pending,
            suggestions,
        }
    }

    /// Lets the call run this once.
    pub fn allow(&self) -> Answer {
        self.answer(Decision::Allow)
    }

    /// Lets the call run, and remembers the grant.
    pub fn allow_by(&self, grant: Grant) -> Answer {
        self.allow().remembering(grant)
    }

    /// Denies the call this once.
    pub fn deny(&self, reason: impl Into<Text>) -> Answer {
        self.answer(Decision::deny(reason))
    }

    /// Answers with a decision.
    pub fn answer(&self, decision: Decision) -> Answer {
        Answer {
            call: self.pending.call.id.clone(),
            digest: self.pending.digest,
            decision,
            remember: None,
        }
    }
}

/// What was answered on one call, bound to what was asked: the digest is that of the question.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Answer {
    /// The call.
    pub call: CallId,
    /// What was shown of it to whoever answered.
    pub digest: Digest,
    /// What was decided.
    pub decision: Decision,
    /// What is to be remembered of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remember: Option<Grant>,
}

impl Answer {
    /// Remembers a grant as well.
    #[must_use]
    pub fn remembering(mut self, grant: Grant) -> Self {
        self.remember = Some(grant);
        self
    }
}

type Asking = Pin<Box<dyn Future<Output = Vec<Answer>> + Send>>;

/// Asks somebody, by an async function, about the calls that nothing is remembered of; once for all of them.
///
/// What is not answered stays pending. An answer with another digest than the question is no answer.
///
/// It asks about every tool but those that are never asked for. `Rules::new().with(Rule::allow()).asking(ask)` asks only about
/// those that are always asked for, see [`Rules`](super::Rules).
///
/// ```
/// use windlass_agent::{Approver, Ask, Decision, Memory, PendingCall, Question};
/// use windlass_core::{Call, CallId, Schema, ToolSpec};
///
/// # let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
/// # runtime.block_on(async {
/// let ask = Ask::new(|questions: Vec<Question>| async move {
///     // Here a program would show the questions and wait.
///     let folder = |question: &Question| question.suggestions[1].clone();
///     questions.iter().map(|question| question.allow_by(folder(question))).collect()
/// });
/// let spec = ToolSpec::new("write_file", "Writes a file.", Schema::empty_object());
/// let write = |path: &str| {
///     let call = Call::new("call_1", "write_file", format!(r#"{{"path":"{path}"}}"#));
///     PendingCall::new(call, spec.clone())
/// };
/// let decisions = ask.decide(&[write("src/lib.rs")]).await;
/// assert_eq!(decisions.on(&CallId::from("call_1")), &Decision::Allow);
/// assert_eq!(ask.memory().decide(&write("src/main.rs")), Some(Decision::Allow));
/// assert_eq!(ask.memory().decide(&write("Cargo.toml")), None);
/// # });
/// ```
pub struct Ask {
    memory: Memory,
    callback: Box<dyn Fn(Vec<Question>) -> Asking + Send + Sync>,
}

impl Ask {
    /// Asks by this function; the answers need no order.
    pub fn new<F, A>(callback: F) -> Self
    where
        F: Fn(Vec<Question>) -> A + Send + Sync + 'static,
        A: Future<Output = Vec<Answer>> + Send + 'static,
    {
        Ask {
            memory: Memory::default(),
            callback: Box::new(move |questions| Box::pin(callback(questions))),
        }
    }

    /// Sets what is remembered already, and where more is remembered.
    #[must_use]
    pub fn with_memory(mut self, memory: Memory) -> Self {
        self.memory = memory;
        self
    }

    /// What is remembered.
    pub fn memory(&self) -> &Memory {
        &self.memory
    }

    /// What needs no question. A yes of before does not count for a tool that wants to be asked for always.
    fn known(&self, call: &PendingCall) -> Option<Decision> {
        let remembered = self.memory.decide(call);
        match call.spec.approval {
            Approval::Always => remembered.filter(|decision| *decision != Decision::Allow),
            Approval::Never => remembered.or(Some(Decision::Allow)),
            _ => remembered,
        }
    }

    fn take(&self, answers: Vec<Answer>, asked: &[PendingCall], decisions: Decisions) -> Decisions {
        let was_asked = |answer: &Answer| {
            let same =
                |call: &PendingCall| call.call.id == answer.call && call.digest == answer.digest;
            asked.iter().any(same)
        };
        answers
            .into_iter()
            .filter(was_asked)
            .fold(decisions, |decisions, answer| {
                if let Some(grant) = answer.remember {
                    self.memory.push(grant);
                }
                decisions.with(answer.call, answer.decision)
            })
    }
}

#[async_trait]
impl Approver for Ask {
    async fn decide(&self, pending: &[PendingCall]) -> Decisions {
        let mut decisions = Decisions::new();
        let mut open = Vec::new();
        for call in pending {
            match self.known(call) {
                Some(decision) => decisions = decisions.with(call.call.id.clone(), decision),
                None => open.push(call.clone()),
            }
        }
        if open.is_empty() {
            return decisions;
        }
        let questions = open.iter().cloned().map(Question::new).collect();
        let answers = (self.callback)(questions).await;
        self.take(answers, &open, decisions)
    }

    fn asks(&self, pending: &PendingCall) -> bool {
        self.known(pending).is_none()
    }
}

impl fmt::Debug for Ask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ask")
            .field("memory", &self.memory)
            .finish_non_exhaustive()
    }
}
