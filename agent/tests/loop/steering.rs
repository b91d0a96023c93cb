//! What the user says while a run is live, and tools that change under way.

use windlass_agent::{
    Agent, AtLimit, Limits, Run, RunHandle, Steered, Steering, Stop, Toolbox, What,
};
use windlass_core::{Finish, FinishReason, Script, Scripted, State, ToolContext, tool, tool_fn};

use crate::kit::{agent, ended, history, looks, model, plot, told};

/// Steers once, when an event comes that is wanted.
async fn steered(mut run: Run, at: impl Fn(&What) -> bool) -> (Run, Vec<String>, Option<Steering>) {
    let handle = run.handle();
    let (mut events, mut steering) = (Vec::new(), None);
    while let Some(event) = run.next().await {
        if steering.is_none() && at(&event.what) {
            steering = Some(handle.steer("And Oslo?"));
        }
        events.push(event);
    }
    let words = plot(&events).split(' ').map(str::to_owned).collect();
    (run, words, steering)
}

fn scripts() -> [Script; 3] {
    [looks("c1"), Script::text("Rome."), Script::text("Oslo.")]
}

async fn check(at: impl Fn(&What) -> bool, turn: u32, expected: &[&str]) {
    let agent = agent(model("m", scripts())).build().unwrap();
    let (run, words, steering) = steered(agent.run("Go."), at).await;
    assert_eq!(
        steering.expect("it came").await,
        Steered::Delivered { turn }
    );
    let report = ended(run).await;
    assert_eq!(report.stop, Stop::Answered);
    assert_eq!(history(&report.conversation), expected);
    let told: Vec<_> = words
        .iter()
        .filter(|word| word.starts_with("steered"))
        .collect();
    assert_eq!(told, ["steered:1"]);
}

//
#[tokio::test(start_paused = true)]
async fn what_the_user_says_is_delivered_when_the_next_turn_begins() {
    let asked = |word: &'static str| {
        move |what: &What| match what {
            What::AttemptStarted(_) => word == "ask",
            What::CallStarted { .. } => word == "call",
            What::ToolStarted { .. } => word == "start",
            What::ToolEnded(_) => word == "end",
            What::TurnEnded { .. } => word == "/turn",
            What::RunStarted { .. } => word == "run",
            What::Text { .. } => word == "text",
            _ => false,
        }
    };
    check(
        asked("run"),
        1,
        &["u 1", "u 1", "a  [c1]", "o saw c1", "a Rome. []"],
    )
    .await;
    let after_calls = ["u 1", "a  [c1]", "o saw c1", "u 1", "a Rome. []"];
    for while_calls_are_open in ["ask", "call", "start", "end", "/turn"] {
        check(asked(while_calls_are_open), 2, &after_calls).await;
    }
    let after_the_last = [
        "u 1",
        "a  [c1]",
        "o saw c1",
        "a Rome. []",
        "u 1",
        "a Oslo. []",
    ];
    check(asked("text"), 3, &after_the_last).await;
}

//
#[tokio::test(start_paused = true)]
async fn it_is_refused_when_no_turn_follows() {
    let limits = |then| Limits::default().with_turns(2).at_limit(then);
    let last = |what: &What| matches!(what, What::Text { .. });
    for then in [AtLimit::Stop, AtLimit::Fail] {
        let agent = agent(model("m", scripts()))
            .limits(limits(then))
            .build()
            .unwrap();
        let (run, _, steering) = steered(agent.run("Go."), last).await;
        assert_eq!(steering.unwrap().await, Steered::Refused);
        let report = ended(run).await;
        assert_eq!(report.stop, Stop::Answered, "what was answered stays so");
        assert_eq!(history(&report.conversation).last().unwrap(), "a Rome. []");
    }
    let agent = agent(model("m", scripts())).build().unwrap();
    let (run, handle) = (agent.run("Go."), agent.run("Go.").handle());
    let of_run = run.handle();
    ended(run).await;
    assert_eq!(of_run.steer("Hello?").await, Steered::Refused, "it is over");
    assert_eq!(
        handle.steer("Hello?").await,
        Steered::Refused,
        "it was never begun"
    );
}

//
#[tokio::test(start_paused = true)]
async fn it_is_refused_when_the_run_is_cancelled_or_dropped() {
    let agent = agent(model("m", scripts())).build().unwrap();
    let mut run = agent.run("Go.");
    let handle = run.handle();
    run.next().await;
    let steering = handle.steer("And Oslo?");
    handle.cancel();
    ended(run).await;
    assert_eq!(steering.await, Steered::Refused);

    let mut run = agent.run("Go.");
    let handle = run.handle();
    run.next().await;
    let steering = handle.steer("And Oslo?");
    drop(run);
    assert_eq!(steering.await, Steered::Refused);
    assert_eq!(handle.steer("Hello?").await, Steered::Refused);

    let awaited = std::future::IntoFuture::into_future(agent.run("Go."));
    drop(awaited);
}

//
#[tokio::test(start_paused = true)]
async fn ending_after_the_turn_refuses_what_waits() {
    let agent = agent(model("m", scripts())).build().unwrap();
    let mut run = agent.run("Go.");
    let handle = run.handle();
    let mut steering = None;
    while let Some(event) = run.next().await {
        if matches!(event.what, What::Text { .. }) {
            steering = Some(handle.steer("And Oslo?"));
            handle.cancel_after_turn();
        }
    }
    assert_eq!(steering.unwrap().await, Steered::Refused);
    assert_eq!(ended(run).await.stop, Stop::Answered);
}

//
#[tokio::test(start_paused = true)]
async fn several_messages_come_in_order_and_nobody_has_to_wait_for_the_outcome() {
    let model = model("m", [Script::text("Three.")]);
    let agent = agent(model.clone()).build().unwrap();
    let run = agent.run("One.");
    let handle = run.handle();
    drop(handle.steer("Two."));
    let three = handle.clone().steer("Three.");
    let (events, report) = told(run).await;
    assert_eq!(three.await, Steered::Delivered { turn: 1 });
    assert!(plot(&events).contains("steered:2"));
    assert_eq!(model.requests()[0].conversation.len(), 3);
    assert_eq!(report.turns, 1);
}

/// Gives the run another tool, and says something to it.
#[tool]
fn learn(#[context] context: &ToolContext) -> Result<String, &'static str> {
    let handle = context.state().get::<RunHandle>().ok_or("no run")?;
    let recite = tool_fn("recite", "Recites.", |_: Nothing| async { "a poem" });
    let toolbox = Toolbox::new().with(recite).map_err(|_| "no name")?;
    handle.set_tools(toolbox);
    drop(handle.steer("You have learned."));
    Ok("learned".to_owned())
}

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Nothing {}

//
#[tokio::test(start_paused = true)]
async fn tools_that_change_count_from_the_next_turn_on() {
    let scripts = [
        Script::call("c1", "learn", "{}").then_call("c2", "recite", "{}"),
        Script::call("c3", "learn", "{}").then_call("c4", "recite", "{}"),
        Script::text("Done."),
    ];
    let model = Scripted::new(scripts);
    let agent = Agent::builder(model.clone()).tool(learn).build().unwrap();
    let report = ended(agent.run("Go.")).await;
    let expected = [
        "u 1",
        "a  [c1,c2]",
        "o learned, UnknownTool",
        "u 1",
        "a  [c3,c4]",
        "o UnknownTool, a poem",
        "a Done. []",
    ];
    assert_eq!(history(&report.conversation), expected);
    let names = model.requests().into_iter().map(|request| {
        let names = request.tools.specs().iter();
        names
            .map(|spec| spec.name.to_string())
            .collect::<Vec<_>>()
            .join(",")
    });
    assert_eq!(names.collect::<Vec<_>>(), ["learn", "recite", "recite"]);
    let names: Vec<_> = agent.toolbox().names().collect();
    assert_eq!(names, ["learn"], "the agent's own stay");
}

//
#[tokio::test(start_paused = true)]
async fn a_hidden_tool_cannot_be_called() {
    let toolbox = Toolbox::new().with(learn).unwrap().hide("learn").unwrap();
    let scripts = [Script::call("c1", "learn", "{}"), Script::text("Done.")];
    let agent = Agent::builder(Scripted::new(scripts)).tools(toolbox);
    let agent = agent.state(State::new()).build().unwrap();
    let report = ended(agent.run("Go.")).await;
    assert_eq!(history(&report.conversation)[2], "o UnknownTool");
}

//
#[tokio::test(start_paused = true)]
async fn an_answer_that_was_paused_is_continued_before_the_user_is_heard() {
    let paused = Script::text("Hm.").with_finish(Finish::new(FinishReason::Paused, "pause"));
    let scripts = [paused, Script::text("Rome."), Script::text("Oslo.")];
    let agent = agent(model("m", scripts)).build().unwrap();
    let at_once = |what: &What| matches!(what, What::Text { .. });
    let (run, _, steering) = steered(agent.run("Go."), at_once).await;
    assert_eq!(steering.unwrap().await, Steered::Delivered { turn: 3 });
    let expected = ["u 1", "a Hm. []", "a Rome. []", "u 1", "a Oslo. []"];
    assert_eq!(history(&ended(run).await.conversation), expected);
}
