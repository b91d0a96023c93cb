//! Models, tools and a session of three runs.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::time::sleep;
use windlass_agent::{Agent, AgentBuilder, Approver, Decision, Decisions, PendingCall, Session};
use windlass_core::{
    Backoff, Conversation, ErrorKind, EventStream, Message, Model, ModelError, ModelId, Profile,
    Request, Script, Scripted, Usage, async_trait, tool,
};

/// Looks at something.
#[tool]
pub(crate) fn look(
    /// At what.
    at: String,
) -> String {
    format!("saw {at}")
}

/// Sleeps.
#[tool]
pub(crate) async fn nap() -> String {
    for _ in 0..3 {
        sleep(Duration::from_millis(10)).await;
    }
    "slept".to_owned()
}

/// Takes a while to allow what it is asked.
struct Slowly;

#[async_trait]
impl Approver for Slowly {
    async fn decide(&self, pending: &[PendingCall]) -> Decisions {
        sleep(Duration::from_secs(1)).await;
        Decisions::for_all(pending, |_| Decision::Allow)
    }
}

/// Leaves every decision to somebody else.
pub(crate) struct Later;

#[async_trait]
impl Approver for Later {
    async fn decide(&self, _: &[PendingCall]) -> Decisions {
        Decisions::new()
    }
}

/// Scripts with usage, so that there is something to count.
pub(crate) fn used(script: Script) -> Script {
    script.with_usage(Usage::UNKNOWN.with_input(100).with_output(10))
}

pub(crate) fn texts<const N: usize>(texts: [&str; N]) -> AgentBuilder {
    Agent::builder(Scripted::new(texts.map(|text| used(Script::text(text)))))
}

/// An agent of these scripts with the tools.
pub(crate) fn agent(scripts: impl IntoIterator<Item = Script>) -> AgentBuilder {
    let scripts: Vec<_> = scripts.into_iter().map(used).collect();
    Agent::builder(Scripted::new(scripts)).tool(look).tool(nap)
}

pub(crate) fn model(name: &'static str, scripts: impl IntoIterator<Item = Script>) -> Scripted {
    Scripted::new(scripts).with_profile(Profile::new(ModelId::new("test", name)))
}

/// What the user says in three runs, and what it comes to: tools, a retry and an approval are among it.
pub(crate) const QUESTIONS: [&str; 3] = ["First?", "Second?", "Third?"];

pub(crate) fn three() -> Agent {
    let overloaded = ModelError::new(ErrorKind::Overloaded, "no room");
    agent([
        Script::call("a1", "look", r#"{"at":"one"}"#),
        Script::text("It is one of them."),
        Script::thinking("Let me sleep on it.")
            .then_text("Let me see.")
            .then_call("b1", "nap", "{}")
            .then_call("b2", "look", r#"{"at":"two"}"#),
        Script::refuse(overloaded.clone()),
        Script::text("It is the second of").fail(overloaded),
        Script::text("It is the second of them."),
        Script::text("A last look.").then_call("c1", "nap", "{}"),
        Script::text("It is the third of them."),
    ])
    .approver(Slowly)
    .retry(Backoff::new().discarding_output())
    .build()
    .unwrap()
}

/// Runs a question to its end.
pub(crate) async fn ask(session: &Session, question: &str) -> String {
    let ran = session.run(question).await;
    ran.unwrap_or_else(|error| error.into_report().expect("it ran"))
        .text()
}

pub(crate) fn json(conversation: &Conversation) -> Vec<String> {
    let written = |message| serde_json::to_string(message).unwrap();
    conversation.messages().map(written).collect()
}

/// That every provider takes it.
pub(crate) fn assert_legal(case: &str, conversation: &Conversation) {
    let (_, repairs) = Conversation::repair(conversation.messages().cloned());
    assert!(repairs.is_empty(), "{case}: {repairs:?}");
    let first = conversation.messages().next();
    assert!(
        first.is_none_or(|first| matches!(first, Message::User(_))),
        "{case}"
    );
}

/// A model that answers whatever it is asked, and keeps the requests: a call first where the user says so, then words.
#[derive(Clone)]
pub(crate) struct Parrot {
    profile: Profile,
    pub(crate) requests: Arc<Mutex<Vec<Request>>>,
}

impl Parrot {
    pub(crate) fn new() -> Self {
        Parrot {
            profile: Profile::new(ModelId::new("test", "parrot")),
            requests: Arc::default(),
        }
    }
}

#[async_trait]
impl Model for Parrot {
    fn profile(&self) -> &Profile {
        &self.profile
    }

    async fn stream(&self, request: Request) -> Result<EventStream, ModelError> {
        let number = request.conversation.len();
        let script = match request.conversation.messages().next_back() {
            Some(Message::User(said)) if format!("{said:?}").contains("look") => {
                Script::call(&format!("call_{number}"), "look", r#"{"at":"it"}"#)
            }
            _ => Script::text(format!("Answer {number}.")),
        };
        self.requests.lock().unwrap().push(request.clone());
        Scripted::new([script]).stream(request).await
    }
}
