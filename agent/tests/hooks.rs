//! Hooks and observers of whole runs.

use std::sync::{Arc, Mutex};

use windlass_agent::{
    After, Agent, At, Before, Hook, Limits, Observed, Observer, Report, Stop, What,
};
use windlass_core::{
    Assistant, Call, Finish, FinishReason, Outcome, OutcomePart, Request, Response, Script,
    Scripted, async_trait, tool,
};

/// What a hook of these tests does.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Does {
    Nothing,
    ChangeRequest,
    ReplaceAnswer,
    RefuseRequest,
    ChangeAnswer,
    RefuseAnswer,
    ChangeCall,
    ReplaceCall,
    RefuseCall,
    ChangeOutcome,
    Panic,
}

use Does::*;

/// Does one thing, and writes down where it was asked.
struct Hand {
    does: Does,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Hand {
    fn does(&self, what: Does, moment: &str, at: &At) -> bool {
        let mut asked = self.asked.lock().expect("no hook panics with it");
        asked.push(format!("{moment} {}.{}", at.turn, at.attempt));
        self.does == what
    }
}

#[async_trait]
impl Hook for Hand {
    async fn before_model(&self, request: &mut Request, at: &At) -> Before<Response> {
        if self.does(ChangeRequest, "before model", at) {
            *request = request.clone().with_instructions("Be brief.");
        }
        let answer = Assistant::new("It was 9 °C.");
        let finish = Finish::new(FinishReason::Stop, "stop");
        match self.does {
            ReplaceAnswer => Before::Replace(Response::new(answer, finish)),
            RefuseRequest => Before::refuse("it is late"),
            _ => Before::Go,
        }
    }

    async fn after_model(&self, response: &mut Response, at: &At) -> After {
        if self.does(ChangeAnswer, "after model", at) && response.message.calls().count() == 0 {
            response.message = Assistant::new("It is cool.");
        }
        match self.does {
            RefuseAnswer => After::refuse("it is too cold"),
            _ => After::Keep,
        }
    }

    async fn before_call(&self, call: &mut Call, at: &At) -> Before<Outcome> {
        if self.does(ChangeCall, "before call", at) {
            *call = Call::new("call_9", "delete", r#"{"city":"Rome"}"#);
        }
        match self.does {
            ReplaceCall => Before::Replace(Outcome::success(call, "7 °C, as an hour ago")),
            RefuseCall => Before::refuse("Oslo is closed"),
            _ => Before::Go,
        }
    }

    async fn after_call(&self, _: &Call, outcome: &mut Outcome, at: &At) {
        if self.does(ChangeOutcome, "after call", at) {
            outcome.parts = vec![OutcomePart::Text("some degrees".into())];
        }
        if self.does == Panic {
            panic!("the hook is broken");
        }
    }
}

/// The weather in a city.
#[tool]
fn weather(
    /// City name.
    city: String,
) -> String {
    format!("9 °C in {city}")
}

struct Ran {
    report: Report,
    asked: Vec<String>,
    model: Arc<Scripted>,
}

impl Ran {
    /// What the model is shown of its call, if it made one.
    fn outcome(&self) -> String {
        let mut calls = self.report.conversation.calls();
        let outcome = calls.next().and_then(|(_, outcome)| outcome);
        outcome.map(Outcome::text).unwrap_or_default()
    }
}

/// Runs an agent that asks for the weather, with a hook that does this.
async fn run(does: Does, limits: Limits) -> Ran {
    let scripts = [
        Script::call("call_1", "weather", r#"{"city":"Oslo"}"#),
        Script::text("It is 9 °C."),
    ];
    let model = Arc::new(Scripted::new(scripts));
    let asked = Arc::default();
    let hook = Hand {
        does,
        asked: Arc::clone(&asked),
    };
    let agent = Agent::builder(Arc::clone(&model))
        .tool(weather)
        .limits(limits);
    let run = agent
        .hook(hook)
        .build()
        .expect("the names differ")
        .run("How warm is it?");
    let report = run.await.unwrap_or_else(|error| error.report().clone());
    let asked = asked.lock().expect("no hook panics with it").clone();
    Ran {
        report,
        asked,
        model,
    }
}

/// Runs with the hook, and looks at how the run ended, what came of the call, and what was answered in the end.
#[track_caller]
fn check(ran: &Ran, stop: Stop, outcome: &str, answer: &str) {
    assert_eq!(ran.report.stop, stop);
    assert_eq!(ran.outcome(), outcome);
    assert_eq!(ran.report.text(), answer);
    assert_eq!(ran.report.conversation.open_calls().count(), 0);
}

const OUTCOME: &str = "9 °C in Oslo";
const ANSWER: &str = "It is 9 °C.";

#[tokio::test]
async fn a_hook_is_asked_at_each_moment() {
    let ran = run(Nothing, Limits::default()).await;
    check(&ran, Stop::Answered, OUTCOME, ANSWER);
    let moments = [
        "before model 1.1",
        "after model 1.1",
        "before call 1.1",
        "after call 1.1",
        "before model 2.1",
        "after model 2.1",
    ];
    assert_eq!(ran.asked, moments);
}

#[tokio::test]
async fn a_hook_changes_what_a_model_is_asked_and_what_it_answered() {
    let ran = run(ChangeRequest, Limits::default()).await;
    check(&ran, Stop::Answered, OUTCOME, ANSWER);
    for request in ran.model.requests() {
        assert_eq!(request.instructions.concat(), "Be brief.");
    }
    let ran = run(ChangeAnswer, Limits::default()).await;
    check(&ran, Stop::Answered, OUTCOME, "It is cool.");
}

#[tokio::test]
async fn a_hook_answers_instead_of_a_model_and_the_answer_is_shown_to_hooks() {
    let ran = run(ReplaceAnswer, Limits::default()).await;
    check(&ran, Stop::Answered, "", "It was 9 °C.");
    assert_eq!(ran.model.requests().len(), 0);
    assert_eq!(ran.asked, ["before model 1.1", "after model 1.1"]);
}

#[tokio::test]
async fn a_hook_ends_a_run_by_refusing_or_by_its_panic() {
    let ran = run(RefuseRequest, Limits::default()).await;
    check(&ran, Stop::Hook("it is late".into()), "", "");
    assert_eq!(ran.model.requests().len(), 0);
    let ran = run(RefuseAnswer, Limits::default()).await;
    assert_eq!(ran.report.stop, Stop::Hook("it is too cold".into()));
    assert_eq!(ran.model.requests().len(), 1);
    let ran = run(Panic, Limits::default()).await;
    let Stop::Hook(why) = &ran.report.stop else {
        panic!("{:?}", ran.report.stop);
    };
    assert!(why.ends_with("the hook is broken"), "{why}");
    assert_eq!(
        ran.outcome(),
        OUTCOME,
        "the tool ran, and its outcome is there"
    );
}

#[tokio::test]
async fn a_hook_changes_answers_and_refuses_calls() {
    let ran = run(ChangeCall, Limits::default()).await;
    check(&ran, Stop::Answered, "9 °C in Rome", ANSWER);
    let (call, _) = ran.report.conversation.calls().next().unwrap();
    let said = (call.id.as_str(), &*call.name, call.arguments.as_str());
    assert_eq!(said, ("call_1", "weather", r#"{"city":"Oslo"}"#));
    let ran = run(ReplaceCall, Limits::default()).await;
    check(&ran, Stop::Answered, "7 °C, as an hour ago", ANSWER);
    let ran = run(RefuseCall, Limits::default()).await;
    let denied = "`weather` was not allowed to run: Oslo is closed";
    check(&ran, Stop::Answered, denied, ANSWER);
    let ran = run(ChangeOutcome, Limits::default()).await;
    check(&ran, Stop::Answered, "some degrees", ANSWER);
}

// R-67
#[tokio::test]
async fn a_hook_does_not_get_round_a_limit() {
    for does in [Nothing, ReplaceCall, RefuseCall, ChangeCall] {
        let ran = run(does, Limits::default().with_calls(0)).await;
        assert!(
            matches!(ran.report.stop, Stop::Limit(_)),
            "{does:?}: {:?}",
            ran.report.stop
        );
        assert_eq!(
            ran.outcome(),
            "not run: the run has used up its calls",
            "{does:?}"
        );
        let ran = run(does, Limits::default().with_turns(1)).await;
        assert!(
            matches!(ran.report.stop, Stop::Limit(_)),
            "{does:?}: {:?}",
            ran.report.stop
        );
    }
}

async fn heard(mut observer: Observer) -> (usize, u64, bool) {
    let (mut events, mut lost, mut ended) = (0, 0, false);
    while let Some(told) = observer.next().await {
        match told {
            Observed::Event(event) => {
                events += 1;
                ended = matches!(event.what, What::RunEnded(_));
            }
            Observed::Lost(more) => lost += more,
            _ => {}
        }
    }
    (events, lost, ended)
}

// R-71
#[tokio::test]
async fn an_observer_that_does_not_listen_loses_its_own_events_and_nothing_of_the_run() {
    let words = "word ".repeat(3000);
    let agent = Agent::builder(Scripted::new([Script::text(&words)]))
        .build()
        .unwrap();
    let mut run = agent.run("Talk.");
    let (slow, gone) = (run.observe(), run.observe());
    drop(gone);
    let (mut told, mut text) = (0, String::new());
    while let Some(event) = run.next().await {
        told += 1;
        if let What::Text { text: words, .. } = event.what {
            text.push_str(&words);
        }
    }
    let (events, lost, ended) = heard(slow).await;
    assert!(told > 3000, "{told}");
    assert_eq!((events, lost, ended), (1024, told - 1024, true));
    let report = run.await.unwrap();
    assert_eq!(
        (text.as_str(), report.text()),
        (words.as_str(), words.clone())
    );
}
