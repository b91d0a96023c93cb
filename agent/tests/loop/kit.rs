//! Models, tools and the plot of a run, in words short enough for a case.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::time::{Instant, sleep};
use windlass_agent::{Agent, AgentBuilder, AgentEvent, Report, Run, RunError, Target, What};
use windlass_core::{
    Assistant, Conversation, EventStream, Message, Model, ModelError, ModelId, Outcome,
    OutcomeStatus, Profile, Request, Script, Scripted, State, ToolContext, ToolError, async_trait,
    tool,
};

/// A model of this name.
pub(crate) fn model(name: &str, scripts: impl IntoIterator<Item = Script>) -> Scripted {
    Scripted::new(scripts).with_profile(Profile::new(ModelId::new("test", name.to_owned())))
}

/// An agent of this model with all the tools.
pub(crate) fn agent(model: impl Into<Target>) -> AgentBuilder {
    Agent::builder(model)
        .tool(look)
        .tool(nap)
        .tool(fail)
        .tool(fatal)
        .tool(panic)
        .state(State::new().with(Ran::default()))
}

/// A call of `look`.
pub(crate) fn looks(id: &str) -> Script {
    Script::call(id, "look", &format!(r#"{{"at":"{id}"}}"#))
}

/// The calls that ran, in order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ran(Arc<Mutex<Vec<String>>>);

impl Ran {
    pub(crate) fn calls(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }

    fn note(context: &ToolContext) {
        if let Some(ran) = context.state().get::<Ran>() {
            ran.0.lock().unwrap().push(context.call().to_string());
        }
    }
}

/// Looks at something.
#[tool]
fn look(
    #[context] context: &ToolContext,
    /// At what.
    at: String,
) -> String {
    Ran::note(context);
    format!("saw {at}")
}

/// Sleeps.
#[tool]
async fn nap(
    #[context] context: &ToolContext,
    /// How long, in milliseconds.
    ms: u64,
) -> String {
    Ran::note(context);
    sleep(Duration::from_millis(ms)).await;
    "slept".to_owned()
}

/// Fails.
#[tool]
fn fail(#[context] context: &ToolContext) -> Result<String, ToolError> {
    Ran::note(context);
    Err(ToolError::failed("it does not work"))
}

/// Ends the run.
#[tool]
fn fatal(#[context] context: &ToolContext) -> Result<String, ToolError> {
    Ran::note(context);
    Err(ToolError::fatal("the disk is gone"))
}

/// Panics.
#[tool]
fn panic(#[context] context: &ToolContext) -> String {
    Ran::note(context);
    panic!("out of cheese")
}

/// A model that takes a while before it answers, and notes when it was asked.
#[derive(Clone)]
pub(crate) struct Slow {
    model: Scripted,
    takes: Duration,
    began: Instant,
    asked: Arc<Mutex<Vec<Duration>>>,
}

impl Slow {
    pub(crate) fn new(model: Scripted, takes: Duration) -> Self {
        Slow {
            model,
            takes,
            began: Instant::now(),
            asked: Arc::default(),
        }
    }

    /// When it was asked, counted from when it was made.
    pub(crate) fn asked(&self) -> Vec<Duration> {
        self.asked.lock().unwrap().clone()
    }
}

#[async_trait]
impl Model for Slow {
    fn profile(&self) -> &Profile {
        self.model.profile()
    }

    async fn stream(&self, request: Request) -> Result<EventStream, ModelError> {
        self.asked.lock().unwrap().push(self.began.elapsed());
        sleep(self.takes).await;
        self.model.stream(request).await
    }
}

/// The report of a run, however it ended.
pub(crate) async fn ended(run: Run) -> Report {
    run.await.unwrap_or_else(RunError::into_report)
}

/// All events of a run, and its report.
pub(crate) async fn told(mut run: Run) -> (Vec<AgentEvent>, Report) {
    let mut events = Vec::new();
    while let Some(event) = run.next().await {
        events.push(event);
    }
    (events, ended(run).await)
}

/// What happened, a word for an event; deltas of one part are put together.
pub(crate) fn plot(events: &[AgentEvent]) -> String {
    let mut plot = String::new();
    let mut in_text = false;
    for event in events {
        let (word, is_text) = match &event.what {
            What::Text { text, .. } => (text.to_string(), true),
            what => (word(what), false),
        };
        if word.is_empty() {
            continue;
        }
        match (in_text, is_text) {
            (false, true) => plot.push_str(" \""),
            (true, false) => plot.push_str("\" "),
            (false, false) => plot.push(' '),
            (true, true) => {}
        }
        in_text = is_text;
        plot.push_str(&word);
    }
    plot.trim().to_owned()
}

fn word(what: &What) -> String {
    match what {
        What::RunStarted { .. } => "run".into(),
        What::TurnStarted => "turn".into(),
        What::AttemptStarted(started) => format!("ask:{}", started.model.model),
        What::Thinking { text, .. } => format!("~{}", text.trim()),
        What::Refusal { text, .. } => format!("!{}", text.trim()),
        What::CallStarted { call, .. } => format!("call:{call}"),
        What::CallReady(call) => format!("ready:{}", call.id),
        What::AttemptEnded(record) => match (&record.error, &record.rejected) {
            (Some(error), _) => format!("failed:{:?}", error.kind),
            (None, Some(why)) => format!("rejected:{why}"),
            (None, None) => "answered".into(),
        },
        What::Retrying { wait, .. } => format!("wait:{wait:?}"),
        What::Switched(switched) => format!("to:{}", switched.to.model),
        What::Discarded => "void".into(),
        What::Compacted(_) => "compacted".into(),
        What::LimitNear(near) => format!("near:{}", near.limit),
        What::Steered { messages } => format!("steered:{messages}"),
        What::ApprovalAsked(calls) => {
            let ids: Vec<_> = calls.iter().map(|call| call.call.id.as_str()).collect();
            format!("asked:{}", ids.join(","))
        }
        What::ToolStarted { call, .. } => format!("start:{call}"),
        What::ToolProgress { call, .. } => format!("progress:{call}"),
        What::ToolEnded(ended) => format!("end:{}:{:?}", ended.outcome.call, ended.outcome.status),
        What::TurnEnded { .. } => "/turn".into(),
        What::RunEnded(_) => "/run".into(),
        _ => String::new(),
    }
}

/// The plot without what frames it: runs and turns.
pub(crate) fn scenes(events: &[AgentEvent]) -> String {
    let is_frame = |event: &&AgentEvent| {
        !matches!(
            event.what,
            What::RunStarted { .. }
                | What::TurnStarted
                | What::TurnEnded { .. }
                | What::RunEnded(_)
        )
    };
    let events: Vec<_> = events.iter().filter(is_frame).cloned().collect();
    plot(&events)
}

/// Who said what, a line for a message: `u`, `a` with its calls, `o` with the status of each outcome.
pub(crate) fn history(conversation: &Conversation) -> Vec<String> {
    conversation.messages().map(said).collect()
}

fn said(message: &Message) -> String {
    match message {
        Message::User(user) => format!("u {}", user.parts.len()),
        Message::Assistant(answer) => answered(answer),
        Message::Outcomes(outcomes) => {
            let status = |outcome: &Outcome| match outcome.status {
                OutcomeStatus::Success => outcome.text(),
                status => format!("{status:?}"),
            };
            let all: Vec<_> = outcomes.0.iter().map(status).collect();
            format!("o {}", all.join(", "))
        }
        Message::System(_) => "s".into(),
    }
}

fn answered(answer: &Assistant) -> String {
    let calls: Vec<_> = answer.calls().map(|call| call.id.as_str()).collect();
    let mark = if answer.completion.is_whole() {
        "a"
    } else {
        "a…"
    };
    format!("{mark} {} [{}]", answer.text().trim(), calls.join(","))
}

/// The conversation is one that every provider takes.
pub(crate) fn assert_legal(case: &str, conversation: &Conversation) {
    let (_, repairs) = Conversation::repair(conversation.messages().cloned());
    assert!(repairs.is_empty(), "{case}: {repairs:?}");
}
