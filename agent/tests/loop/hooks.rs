//! Hooks at their four moments: what they change, and what they cannot.

use std::future::pending;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::time::{sleep, timeout};
use windlass_agent::{
    After, Agent, At, AtLimit, Before, Cancel, Hook, LimitKind, Limits, Report, Stop, What,
};
use windlass_core::{
    Assistant, AssistantPart, Call, Finish, FinishReason, Options, Outcome, OutcomeStatus, Request,
    Response, Script, Scripted, Text, TextPart, ToolChoice, async_trait,
};

use crate::kit::{agent, assert_legal, ended, history, looks, model, plot, told};

/// What a hook does at a moment.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Does {
    Nothing,
    Changes,
    Replaces,
    Refuses,
    Panics,
    Waits(Duration),
    Hangs,
}

use Does::{Changes, Hangs, Nothing, Panics, Refuses, Replaces, Waits};

/// Does what it is told to, and notes when it was asked.
#[derive(Clone)]
struct Told {
    name: &'static str,
    before_model: Does,
    after_model: Does,
    before_call: Does,
    after_call: Does,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Told {
    fn new() -> Self {
        Told {
            name: "h",
            before_model: Nothing,
            after_model: Nothing,
            before_call: Nothing,
            after_call: Nothing,
            asked: Arc::default(),
        }
    }

    fn note(&self, moment: &str, at: &At) {
        let note = format!("{}:{moment}:{}.{}", self.name, at.turn, at.attempt);
        self.asked.lock().unwrap().push(note);
    }

    async fn act(does: Does) {
        match does {
            Panics => panic!("out of cheese"),
            Waits(time) => sleep(time).await,
            Hangs => pending().await,
            _ => {}
        }
    }
}

fn response(text: &str) -> Response {
    let finish = Finish::new(FinishReason::Stop, "hook");
    Response::new(Assistant::new(text.to_owned()), finish)
}

#[async_trait]
impl Hook for Told {
    fn name(&self) -> &str {
        self.name
    }

    async fn before_model(&self, request: &mut Request, at: &At) -> Before<Response> {
        self.note("before_model", at);
        Told::act(self.before_model).await;
        match self.before_model {
            Changes => {
                let asked = std::mem::take(request);
                *request = asked.with_instructions("Be brief.");
                Before::Go
            }
            Replaces => Before::Replace(response("From the hook.")),
            Refuses => Before::refuse("not now"),
            _ => Before::Go,
        }
    }

    async fn after_model(&self, response: &mut Response, at: &At) -> After {
        self.note("after_model", at);
        Told::act(self.after_model).await;
        match self.after_model {
            Changes => {
                response.message.parts = vec![TextPart::new("In other words.").into()];
                After::Keep
            }
            Refuses => After::refuse("not that"),
            _ => After::Keep,
        }
    }

    async fn before_call(&self, call: &mut Call, at: &At) -> Before<Outcome> {
        self.note("before_call", at);
        Told::act(self.before_call).await;
        match self.before_call {
            Changes => {
                call.arguments = r#"{"at":"stars"}"#.into();
                call.name = "fatal".into();
                Before::Go
            }
            Replaces => Before::Replace(Outcome::success(call, "from the hook")),
            Refuses => Before::refuse("not this"),
            _ => Before::Go,
        }
    }

    async fn after_call(&self, _: &Call, outcome: &mut Outcome, at: &At) {
        self.note("after_call", at);
        Told::act(self.after_call).await;
        if matches!(self.after_call, Changes | Waits(_)) {
            let text = outcome.text().replace("saw", "saw through");
            outcome.parts = vec![text.as_str().into()];
        }
    }
}

fn scripts() -> [Script; 2] {
    [looks("c1").then_text("Hm."), Script::text("Done.")]
}

fn hooked(model: &Scripted, hook: Told) -> Agent {
    agent(model.clone()).hook(hook).build().unwrap()
}

async fn check(hook: Told, stop: Stop, requests: usize, expected: &[&str]) -> Report {
    let (model, again) = (model("m", scripts()), hook.clone());
    let (events, report) = told(hooked(&model, hook).run("Go.")).await;
    assert_eq!(report.stop, stop);
    assert_eq!(model.requests().len(), requests);
    assert_eq!(history(&report.conversation)[1..], *expected);
    assert_legal("hooked", &report.conversation);
    assert_eq!(plot(&events).matches("/run").count(), 1);
    let awaited = ended(hooked(&crate::kit::model("m", scripts()), again).run("Go.")).await;
    assert_eq!(
        awaited.conversation, report.conversation,
        "also when it is awaited"
    );
    report
}

const AS_IT_IS: [&str; 3] = ["a Hm. [c1]", "o saw c1", "a Done. []"];

// R-87
#[tokio::test(start_paused = true)]
async fn a_hook_that_does_nothing_changes_nothing() {
    check(Told::new(), Stop::Answered, 2, &AS_IT_IS).await;
}

// R-61, R-87
#[tokio::test(start_paused = true)]
async fn before_a_model_a_hook_changes_replaces_or_refuses() {
    let does = |before_model| Told {
        before_model,
        ..Told::new()
    };
    let model = model("m", scripts());
    let report = ended(hooked(&model, does(Changes)).run("Go.")).await;
    assert_eq!(report.stop, Stop::Answered);
    for request in model.requests() {
        let blocks: Vec<_> = request.instructions.iter().map(Text::as_str).collect();
        assert_eq!(
            blocks,
            ["Be brief."],
            "each attempt begins with the agent's own"
        );
    }
    let report = check(does(Replaces), Stop::Answered, 0, &["a From the hook. []"]).await;
    assert_eq!(report.attempts, [], "nobody was asked");
    check(does(Refuses), Stop::Hook("not now".into()), 0, &[]).await;
}

// R-69, R-87
#[tokio::test(start_paused = true)]
async fn an_answer_that_a_hook_gives_is_shown_and_told_to_hooks() {
    let hook = Told {
        before_model: Replaces,
        ..Told::new()
    };
    let model = model("m", []);
    let (events, _) = told(hooked(&model, hook.clone()).run("Go.")).await;
    assert_eq!(plot(&events), "run turn \"From the hook.\" /turn /run");
    let asked = hook.asked.lock().unwrap();
    assert_eq!(*asked, ["h:before_model:1.1", "h:after_model:1.1"]);
}

// R-49, R-63, R-87
#[tokio::test(start_paused = true)]
async fn before_a_call_a_hook_changes_replaces_or_refuses() {
    let does = |before_call| Told {
        before_call,
        ..Told::new()
    };
    let with = |outcome| ["a Hm. [c1]", outcome, "a Done. []"];
    check(does(Changes), Stop::Answered, 2, &with("o saw stars")).await;
    let report = check(does(Replaces), Stop::Answered, 2, &with("o from the hook")).await;
    assert_eq!(report.calls, 0);
    check(does(Refuses), Stop::Answered, 2, &with("o Denied")).await;
}

// R-87
#[tokio::test(start_paused = true)]
async fn after_a_call_a_hook_changes_what_the_model_sees() {
    let does = Told {
        after_call: Changes,
        ..Told::new()
    };
    let expected = ["a Hm. [c1]", "o saw through c1", "a Done. []"];
    check(does, Stop::Answered, 2, &expected).await;
}

// R-87
#[tokio::test(start_paused = true)]
async fn hooks_are_asked_in_order_before_and_in_reverse_after() {
    let asked = Arc::default();
    let hook = |name| Told {
        name,
        asked: Arc::clone(&asked),
        ..Told::new()
    };
    let agent = agent(model("m", scripts())).hook(hook("a")).hook(hook("b"));
    ended(agent.build().unwrap().run("Go.")).await;
    let expected = [
        "a:before_model:1.1",
        "b:before_model:1.1",
        "b:after_model:1.1",
        "a:after_model:1.1",
        "a:before_call:1.1",
        "b:before_call:1.1",
        "b:after_call:1.1",
        "a:after_call:1.1",
        "a:before_model:2.1",
        "b:before_model:2.1",
        "b:after_model:2.1",
        "a:after_model:2.1",
    ];
    assert_eq!(*asked.lock().unwrap(), expected);
}

// R-57, R-65
#[tokio::test(start_paused = true)]
async fn a_change_after_a_call_counts_also_when_the_run_is_cancelled_meanwhile() {
    let hook = Told {
        after_call: Waits(Duration::from_secs(1)),
        ..Told::new()
    };
    let agent = hooked(&model("m", scripts()), hook);
    let run = agent.run("Go.");
    let handle = run.handle();
    let cancel = async {
        sleep(Duration::from_millis(500)).await;
        handle.cancel();
    };
    let (report, ()) = tokio::join!(ended(run), cancel);
    assert_eq!(report.stop, Stop::Cancelled(Cancel::Now));
    assert_eq!(
        history(&report.conversation)[1..],
        ["a Hm. [c1]", "o saw through c1"]
    );
}

// R-57, R-65
#[tokio::test(start_paused = true)]
async fn a_hook_that_hangs_does_not_keep_a_run_from_being_cancelled() {
    let none = Told::new();
    let hooks: [fn(&mut Told); 4] = [
        |hook| hook.before_model = Hangs,
        |hook| hook.after_model = Hangs,
        |hook| hook.before_call = Hangs,
        |hook| hook.after_call = Hangs,
    ];
    let left: [&[&str]; 4] = [
        &[],
        &["a Hm. [c1]", "o Cancelled"],
        &["a Hm. [c1]", "o Cancelled"],
        &["a Hm. [c1]", "o saw c1"],
    ];
    for (at, (change, left)) in hooks.into_iter().zip(left).enumerate() {
        let mut hook = none.clone();
        change(&mut hook);
        let run = hooked(&model("m", scripts()), hook).run("Go.");
        let handle = run.handle();
        let cancel = async {
            sleep(Duration::from_secs(1)).await;
            handle.cancel();
        };
        let both = async { tokio::join!(ended(run), cancel) };
        let both = timeout(Duration::from_secs(60), both).await;
        let (report, ()) = both.unwrap_or_else(|_| panic!("moment {at}: it hangs"));
        assert_eq!(report.stop, Stop::Cancelled(Cancel::Now));
        assert_eq!(history(&report.conversation)[1..], *left, "moment {at}");
    }
}

/// Tries to get more than the limits allow.
struct Greedy;

#[async_trait]
impl Hook for Greedy {
    async fn before_model(&self, request: &mut Request, _: &At) -> Before<Response> {
        let forced = Options::new().with_tool_choice(ToolChoice::Required);
        request.options = forced;
        let asked = std::mem::take(request);
        *request = asked.with_instructions("More! ".repeat(1_000));
        Before::Go
    }

    async fn after_model(&self, response: &mut Response, _: &At) -> After {
        response.finish = Finish::new(FinishReason::Calls, "hook");
        for at in 0..5 {
            let call = Call::new(format!("more_{at}"), "look", r#"{"at":"more"}"#);
            response.message.parts.push(AssistantPart::Call(call));
        }
        After::Keep
    }
}

// R-67
#[tokio::test(start_paused = true)]
async fn a_hook_cannot_get_round_a_limit() {
    let limits = || Limits::default();
    for (limits, kind, requests, calls) in [
        (limits().with_turns(2), LimitKind::Turns, 2, 12),
        (
            limits().with_turns(2).at_limit(AtLimit::LastTurn),
            LimitKind::Turns,
            3,
            12,
        ),
        (limits().with_calls(8), LimitKind::Calls, 2, 8),
        (
            limits().with_request_tokens(1_000),
            LimitKind::RequestTokens,
            0,
            0,
        ),
    ] {
        let model = model("m", (0..9).map(|at| looks(&format!("c{at}"))));
        let agent = agent(model.clone()).hook(Greedy).without_guard();
        let report = ended(agent.limits(limits.clone()).build().unwrap().run("Go.")).await;
        assert!(
            matches!(&report.stop, Stop::Limit(at) if at.limit == kind),
            "{:?}",
            report.stop
        );
        assert_eq!(
            (model.requests().len(), report.calls),
            (requests, calls),
            "{limits}"
        );
        assert_legal("greedy", &report.conversation);
    }
}

/// Answers every request with another call, so that no model is ever asked.
struct Answers;

#[async_trait]
impl Hook for Answers {
    async fn before_model(&self, request: &mut Request, _: &At) -> Before<Response> {
        let id = format!("c{}", request.conversation.len());
        let call = Call::new(id, "look", r#"{"at":"it"}"#);
        let finish = Finish::new(FinishReason::Calls, "hook");
        Before::Replace(Response::new(Assistant::default().with(call), finish))
    }
}

// R-67
#[tokio::test(start_paused = true)]
async fn a_hook_that_answers_for_ever_comes_to_the_limit_of_turns() {
    let model = model("m", []);
    let limits = Limits::default().with_turns(7);
    let agent = agent(model).hook(Answers).without_guard().limits(limits);
    let (events, report) = told(agent.build().unwrap().run("Go.")).await;
    assert!(matches!(&report.stop, Stop::Limit(at) if at.limit == LimitKind::Turns));
    assert_eq!((report.turns, report.calls), (7, 7));
    let outcomes = events.iter().filter(|event| {
        matches!(&event.what, What::ToolEnded(ended) if ended.outcome.status == OutcomeStatus::Success)
    });
    assert_eq!(outcomes.count(), 7);
}

// R-55, R-69
#[tokio::test(start_paused = true)]
async fn a_hook_that_panics_ends_the_run_and_leaves_what_it_was_at() {
    let stop = |moment: &str| {
        let why = format!("the hook `h` panicked {moment}: out of cheese");
        Stop::Hook(why.into())
    };
    let none = Told::new();
    let hook = |change: fn(&mut Told)| {
        let mut hook = none.clone();
        change(&mut hook);
        hook
    };
    let before = hook(|hook| hook.before_model = Panics);
    check(before, stop("before a model was asked"), 0, &[]).await;
    let off = ["a Hm. [c1]", "o Cancelled"];
    let after = hook(|hook| hook.after_model = Panics);
    check(after, stop("after a model answered"), 1, &off).await;
    let before = hook(|hook| hook.before_call = Panics);
    check(before, stop("before a call"), 1, &off).await;
    let after = hook(|hook| hook.after_call = Panics);
    check(after, stop("after a call"), 1, &["a Hm. [c1]", "o saw c1"]).await;
}

// R-51, R-87
#[tokio::test(start_paused = true)]
async fn after_a_model_a_hook_changes_or_refuses() {
    let does = |after_model| Told {
        after_model,
        ..Told::new()
    };
    check(does(Changes), Stop::Answered, 1, &["a In other words. []"]).await;
    let expected = ["a Hm. [c1]", "o Cancelled"];
    let report = check(does(Refuses), Stop::Hook("not that".into()), 1, &expected).await;
    let attempt = &report.attempts[0];
    assert_eq!(attempt.rejected.as_deref(), Some("not that"));
    assert!(!attempt.is_success());
}
