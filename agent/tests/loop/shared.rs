//! Agents and runs between tasks and threads: what can be sent, how large it is, and a hundred runs at once.

use std::future::IntoFuture;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::task::JoinSet;
use windlass_agent::{
    Agent, AgentBuilder, AgentEvent, Observer, Report, Run, RunError, RunHandle, RunId, Running,
    Steered, Steering, What,
};
use windlass_core::{
    Call, Event, EventStream, Finish, FinishReason, Message, Model, ModelError, ModelId, PartIndex,
    Profile, Request, Text, Usage, async_trait, tool,
};

use crate::kit::ended;

// R-86
#[test]
fn what_programs_send_between_threads_can_be_sent() {
    fn can_be_shared<T: Send + Sync + Clone + 'static>() {}
    fn can_be_sent<T: Send + Unpin + 'static>() {}
    can_be_shared::<Agent>();
    can_be_shared::<RunHandle>();
    can_be_shared::<Report>();
    can_be_shared::<RunError>();
    can_be_shared::<AgentEvent>();
    can_be_sent::<AgentBuilder>();
    can_be_sent::<Run>();
    can_be_sent::<Running>();
    can_be_sent::<Steering>();
    can_be_sent::<Observer>();
}

// R-20
#[test]
fn what_is_moved_often_is_small() {
    let pointer = size_of::<usize>();
    assert_eq!(size_of::<Agent>(), pointer);
    assert_eq!(size_of::<RunHandle>(), pointer);
    assert_eq!(size_of::<RunError>(), pointer);
    assert!(size_of::<What>() <= 64, "{}", size_of::<What>());
    assert!(size_of::<AgentEvent>() <= 96, "{}", size_of::<AgentEvent>());
    assert!(size_of::<Run>() <= 128, "{}", size_of::<Run>());
}

/// Calls a tool with what the user said, and then says what the tool said.
struct Echo(Profile);

#[async_trait]
impl Model for Echo {
    fn profile(&self) -> &Profile {
        &self.0
    }

    async fn stream(&self, request: Request) -> Result<EventStream, ModelError> {
        let part = PartIndex(0);
        let last = request.conversation.messages().next_back();
        let text = |text: String| Event::Text {
            part,
            text: Text::from(text),
        };
        let usage = Event::Usage(Usage::UNKNOWN.with_input(10).with_output(1));
        let mut events = match last {
            Some(Message::Outcomes(outcomes)) => vec![text(outcomes.0[0].text())],
            Some(Message::User(user)) => {
                let said = user.parts.iter().find_map(|part| match part {
                    windlass_core::UserPart::Text(text) => Some(text.as_str()),
                    _ => None,
                });
                let call = Call::new("c1", "shout", "");
                let arguments = format!(r#"{{"words":"{}"}}"#, said.unwrap_or_default());
                let start = windlass_core::CallStart::new(call.id, call.name);
                let call = Box::new(start);
                let text = arguments.into();
                vec![Event::Call { part, call }, Event::Arguments { part, text }]
            }
            _ => vec![],
        };
        let reason = match events.len() {
            2 => FinishReason::Calls,
            _ => FinishReason::Stop,
        };
        events.extend([usage, Event::Finish(Finish::new(reason, ""))]);
        Ok(EventStream::from_events(self.0.id.clone(), events))
    }
}

/// How many shout now, and how many did at most.
static SHOUTING: AtomicUsize = AtomicUsize::new(0);
static LOUDEST: AtomicUsize = AtomicUsize::new(0);

/// Shouts.
#[tool]
async fn shout(
    /// What.
    words: String,
) -> String {
    LOUDEST.fetch_max(
        SHOUTING.fetch_add(1, Ordering::SeqCst) + 1,
        Ordering::SeqCst,
    );
    tokio::time::sleep(Duration::from_secs(1)).await;
    SHOUTING.fetch_sub(1, Ordering::SeqCst);
    words.to_uppercase()
}

fn echo() -> Agent {
    let model = Echo(Profile::new(ModelId::new("test", "echo")));
    Agent::builder(model).tool(shout).build().unwrap()
}

// R-71, R-86
#[tokio::test(start_paused = true)]
async fn a_hundred_runs_share_an_agent_and_nothing_else() {
    let agent = echo();
    let observer = agent.observe();
    let mut tasks = JoinSet::new();
    for at in 0..100_u32 {
        let run = agent
            .run(format!("run {at}"))
            .with_id(RunId::new(at.to_string()));
        tasks.spawn(async move { (at, ended(run).await) });
    }
    let began = tokio::time::Instant::now();
    while let Some(joined) = tasks.join_next().await {
        let (at, report) = joined.unwrap();
        assert_eq!(report.text(), format!("RUN {at}"));
        assert_eq!(report.run.as_str(), at.to_string());
        assert_eq!(
            (report.turns, report.calls, report.conversation.len()),
            (2, 1, 4)
        );
        assert_eq!(report.usage, Usage::UNKNOWN.with_input(20).with_output(2));
        assert_eq!(report.left[0].used, 2, "limits are each run's own");
    }
    assert_eq!(began.elapsed(), Duration::from_secs(1), "all at once");
    assert!(LOUDEST.load(Ordering::SeqCst) >= 100);
    drop(observer);
}

// R-86
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn runs_move_between_threads() {
    /// Says it back in small letters, at once.
    #[tool]
    fn shout(
        /// What.
        words: String,
    ) -> String {
        words.to_lowercase()
    }

    let model = Echo(Profile::new(ModelId::new("test", "echo")));
    let agent = Agent::builder(model).tool(shout).build().unwrap();
    let mut tasks = JoinSet::new();
    for at in 0..100_u32 {
        let agent = agent.clone();
        tasks.spawn(async move {
            let mut run = agent.run(format!("RUN {at}"));
            run.next().await;
            run.next().await;
            (
                at,
                tokio::task::spawn_blocking(move || run)
                    .await
                    .unwrap()
                    .await,
            )
        });
    }
    while let Some(joined) = tasks.join_next().await {
        let (at, result) = joined.unwrap();
        assert_eq!(result.unwrap().text(), format!("run {at}"));
    }
}

// R-57
#[tokio::test(start_paused = true)]
async fn a_run_that_is_dropped_lets_go_of_its_agent() {
    let held = Arc::new(());
    let state = windlass_core::State::new().with_shared(Arc::clone(&held));
    let model = Echo(Profile::new(ModelId::new("test", "echo")));
    let agent = Agent::builder(model)
        .tool(shout)
        .state(state)
        .build()
        .unwrap();
    let mut run = agent.run("Go.");
    while let Some(event) = run.next().await {
        if let What::ToolStarted { .. } = event.what {
            break;
        }
    }
    let handle = run.handle();
    let steering = handle.steer("More!");
    drop((run, agent));
    tokio::task::yield_now().await;
    assert_eq!(Arc::strong_count(&held), 1);
    assert_eq!(steering.await, Steered::Refused);
}

// R-57
#[tokio::test(start_paused = true)]
async fn an_awaited_run_can_be_raced_and_dropped() {
    let run = echo().run("Go.");
    let handle = run.handle();
    let raced = tokio::time::timeout(Duration::from_millis(500), run.into_future()).await;
    assert!(raced.is_err());
    assert_eq!(handle.steer("More!").await, Steered::Refused);
}
