//! What happens before anything runs: validation, repair, approval.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::time::sleep;
use windlass_core::{
    Approval, Arguments, Assistant, Call, CancellationToken, Completion, Finish, FinishReason,
    Outcome, OutcomeStatus, Response, Safety, Schema, ToolOutput, async_trait,
};

use super::kit::{Toy, assert_legal, calls, run, run_with, toolbox};
use crate::{
    Approver, Decision, Decisions, Engine, PendingCall, Problem, Repair, RunScope, Toolbox,
};

#[derive(serde::Deserialize)]
struct City {
    #[serde(rename = "city")]
    _city: String,
}

/// Says what it was called with.
fn weather() -> Toy {
    Toy::new("weather", |arguments: Arguments, _| async move {
        Ok(ToolOutput::from(arguments.text().clone()))
    })
    .with_check(|arguments| arguments.parse::<City>().map(drop))
}

// R-51
#[tokio::test(start_paused = true)]
async fn all_calls_are_checked_before_the_first_runs() {
    let log: Arc<Mutex<Vec<&str>>> = Arc::default();
    let (checks, runs) = (Arc::clone(&log), Arc::clone(&log));
    let toy = Toy::new("toy", move |_, _| {
        runs.lock().unwrap().push("run");
        async { Ok(ToolOutput::new()) }
    });
    let toy = toy.with_check(move |_| {
        checks.lock().unwrap().push("check");
        Ok(())
    });
    run(&toolbox([toy]), calls(&[("toy", "{}"); 3])).await;
    assert_eq!(
        *log.lock().unwrap(),
        ["check", "check", "check", "run", "run", "run"]
    );
}

// R-51
#[tokio::test(start_paused = true)]
async fn tools_run_only_when_the_response_finished_normally() {
    use FinishReason as Reason;
    let asked = calls(&[("toy", "{}"), ("toy", r#"{"again":1}"#)]);
    let whole = asked
        .iter()
        .cloned()
        .fold(Assistant::default(), Assistant::with);
    let partial = whole.clone().with_completion(Completion::Partial);
    let cases = [
        (&whole, Reason::Calls, 2),
        (&whole, Reason::Stop, 2),
        (&whole, Reason::StopSequence, 2),
        (&whole, Reason::Length, 0),
        (&whole, Reason::Filtered, 0),
        (&whole, Reason::Refused, 0),
        (&whole, Reason::Paused, 0),
        (&whole, Reason::MalformedCall, 0),
        (&whole, Reason::Other, 0),
        (&partial, Reason::Calls, 0),
    ];
    for (message, reason, expected) in cases {
        let runs = Arc::new(AtomicU32::new(0));
        let counter = Arc::clone(&runs);
        let toy = Toy::new("toy", move |_, _| {
            counter.fetch_add(1, Ordering::SeqCst);
            async { Ok(ToolOutput::new()) }
        });
        let response = Response::new(message.clone(), Finish::new(reason, ""));
        let runnable = response.runnable_calls().cloned().collect();
        let ran = run(&toolbox([toy]), runnable).await;
        assert_eq!(runs.load(Ordering::SeqCst), expected, "{reason:?}");
        assert_eq!(ran.settled.outcomes.len(), expected as usize, "{reason:?}");
    }
}

// R-53
#[tokio::test(start_paused = true)]
async fn an_unknown_tool_is_answered_with_those_there_are_now() {
    let tools = toolbox([Toy::says("time", ""), weather(), Toy::says("secret", "")]);
    let asked = || calls(&[("secret", "{}"), ("wether", "{}")]);
    let known = "the tools are `time`, `weather`, `secret`";
    let ran = run(&tools, asked()).await;
    assert_eq!(
        ran.texts()[1],
        "there is no tool named `wether`; the tools are `weather`, `time`, `secret`"
    );
    assert!(!ran.texts()[0].contains(known));

    // R-61
    let hidden = tools.hide("secret").unwrap();
    let ran = run(&hidden, asked()).await;
    assert_eq!(
        ran.texts()[0],
        "there is no tool named `secret`; the tools are `time`, `weather`"
    );
    assert_eq!(
        run(&Toolbox::new(), asked()).await.texts()[0],
        "there is no tool named `secret`; there are no tools now"
    );
}

// R-61
#[tokio::test(start_paused = true)]
async fn what_the_model_saw_is_what_is_dispatched() {
    let seen = toolbox([Toy::says("tool", "the old one")]);
    let engine = Engine::new();
    let prepared = engine
        .prepare(&seen, calls(&[("tool", "{}")]), &RunScope::new())
        .await;
    let changed = seen
        .clone()
        .replace(Toy::says("tool", "the new one"))
        .unwrap();
    let mut execution = engine.start(prepared, &RunScope::new());
    while execution.next().await.is_some() {}
    assert_eq!(execution.finish().outcomes[0].text(), "the old one");
    assert_eq!(
        run(&changed, calls(&[("tool", "{}")])).await.texts(),
        ["the new one"]
    );
    let renamed = seen.rename("tool", "gadget").unwrap();
    assert_eq!(
        run(&renamed, calls(&[("gadget", "{}")])).await.texts(),
        ["the old one"]
    );
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Trip {
    #[serde(rename = "city")]
    _city: String,
    #[serde(rename = "days", default)]
    _days: u8,
}

// R-52
#[tokio::test(start_paused = true)]
async fn nulls_of_a_strict_mode_are_what_was_left_out_and_others_are_errors() {
    let schema = r#"{"type":"object","properties":{"city":{"type":"string"},"days":{"type":"integer","default":0}},"required":["city"]}"#;
    let mut trip = Toy::new("trip", |arguments: Arguments, _| async move {
        Ok(ToolOutput::from(arguments.text().clone()))
    })
    .with_check(|arguments| arguments.parse::<Trip>().map(drop));
    trip.spec.parameters = Schema::from_json(schema).unwrap();
    let bad = "the arguments of `trip` do not match, and it did not run: ";
    let cases = [
        (r#"{ "city": "Oslo" }"#, r#"{ "city": "Oslo" }"#.to_owned()),
        (
            r#"{"city":"Oslo","days":null}"#,
            r#"{"city":"Oslo"}"#.to_owned(),
        ),
        (
            r#"{"city":null,"days":null}"#,
            format!("{bad}`city`: expected a string, found null"),
        ),
        (
            r#"{"city":"Oslo","days":"two"}"#,
            format!("{bad}`days`: expected an integer from 0 to 255, found string \"two\""),
        ),
        (
            r#"["Oslo",null]"#,
            format!("{bad}the arguments: expected an object, found an array"),
        ),
    ];
    let tools = toolbox([trip]);
    for (arguments, text) in cases {
        let ran = run(&tools, calls(&[("trip", arguments)])).await;
        assert_eq!(ran.texts(), [text], "{arguments}");
    }
}

/// Mends names by a table and arguments by adding a city; counts how often it is asked.
#[derive(Clone, Default)]
struct Mender(Arc<AtomicU32>);

#[async_trait]
impl Repair for Mender {
    async fn repair(&self, call: &Call, problem: &Problem, _: &Toolbox) -> Option<Call> {
        self.0.fetch_add(1, Ordering::SeqCst);
        match (&*call.name, problem) {
            ("wether", Problem::UnknownTool { known, .. }) => Some(Call::new(
                "another id",
                known[0].clone(),
                call.arguments.text().clone(),
            )),
            ("weather", Problem::Arguments { error, .. }) if error.path() == "city" => {
                Some(Call::new("c", "weather", r#"{"city":"Oslo"}"#))
            }
            ("worse", _) => Some(Call::new("c", "weather", "[]")),
            ("panic", _) => panic!("cannot"),
            _ => None,
        }
    }
}

// R-64
#[tokio::test(start_paused = true)]
async fn a_repair_is_tried_once_checked_again_and_its_failure_told() {
    let tools = toolbox([weather()]);
    let no_tool = |name: &str| format!("there is no tool named `{name}`; the tools are `weather`");
    let cases = [
        ("weather", r#"{"city":"Rome"}"#, r#"{"city":"Rome"}"#.to_owned(), 0),
        ("wether", r#"{"city":"Rome"}"#, r#"{"city":"Rome"}"#.to_owned(), 1),
        ("weather", "{}", r#"{"city":"Oslo"}"#.to_owned(), 1),
        ("weather", "5", "the arguments of `weather` do not match, and it did not run: the arguments: expected an object, found integer 5".to_owned(), 1),
        ("time", "{}", no_tool("time"), 1),
        ("worse", "{}", no_tool("worse") + "; a repair was tried, and then the arguments of `weather` do not match, and it did not run: the arguments: expected an object, found an array", 1),
        ("wether", "{}", no_tool("wether") + "; a repair was tried, and then the arguments of `weather` do not match, and it did not run: `city` is missing", 1),
        ("panic", "{}", no_tool("panic") + "; a repair was tried, and panicked: cannot", 1),
    ];
    for (name, arguments, text, asked) in cases {
        let mender = Mender::default();
        let engine = Engine::new().with_repair(mender.clone());
        let ran = run_with(
            &engine,
            &tools,
            calls(&[(name, arguments)]),
            &RunScope::new(),
        )
        .await;
        assert_eq!(ran.texts(), [text], "{name} {arguments}");
        assert_eq!(mender.0.load(Ordering::SeqCst), asked);
        let outcome = &ran.settled.outcomes[0];
        assert_eq!(
            (outcome.call.as_str(), &*outcome.name),
            ("c0", name),
            "the call as the model made it"
        );
    }
}

/// Decides by the name of the tool, and notes what it was asked.
#[derive(Clone, Default)]
struct ByName(Arc<Mutex<Vec<String>>>);

#[async_trait]
impl Approver for ByName {
    async fn decide(&self, pending: &[PendingCall]) -> Decisions {
        let shown = pending
            .iter()
            .map(|call| format!("{} {}", call.call.name, call.call.arguments));
        self.0
            .lock()
            .unwrap()
            .push(shown.collect::<Vec<_>>().join(", "));
        Decisions::for_all(pending, |call| match &*call.call.name {
            "denied" => Decision::deny("not today"),
            "edited" => Decision::edit(r#"{"city":"Rome"}"#),
            "edited_badly" => Decision::edit("{}"),
            "later" => Decision::Later,
            _ => Decision::Allow,
        })
    }
}

fn cities(names: &[&str]) -> Toolbox {
    let toy = |name: &&str| {
        let mut toy = weather();
        toy.spec.name = (*name).into();
        toy
    };
    toolbox(names.iter().map(toy))
}

// R-63
#[tokio::test(start_paused = true)]
async fn approval_is_asked_once_after_validation_for_exactly_what_will_run() {
    let approver = ByName::default();
    let engine = Engine::new()
        .with_approver(approver.clone())
        .with_repair(Mender::default());
    let tools = cities(&["weather", "denied", "edited", "edited_badly"]);
    let oslo = r#"{"city":"Oslo"}"#;
    let asked = calls(&[
        ("weather", "{}"),
        ("denied", oslo),
        ("edited", oslo),
        ("edited_badly", oslo),
        ("denied", "5"),
        ("nothing", "{}"),
    ]);
    let ran = run_with(&engine, &tools, asked, &RunScope::new()).await;
    let texts = ran.texts();
    assert_eq!(
        *approver.0.lock().unwrap(),
        [format!(
            "weather {oslo}, denied {oslo}, edited {oslo}, edited_badly {oslo}"
        )]
    );
    assert_eq!(
        texts[..3],
        [
            oslo,
            "`denied` was not allowed to run: not today",
            r#"{"city":"Rome"}"#
        ]
    );
    assert_eq!(
        texts[3],
        "the arguments of `edited_badly` do not match, and it did not run: `city` is missing"
    );
    let statuses: Vec<_> = ran
        .settled
        .outcomes
        .iter()
        .map(|outcome| outcome.status)
        .collect();
    use OutcomeStatus::{BadArguments, Denied, Success, UnknownTool};
    assert_eq!(
        statuses,
        [
            Success,
            Denied,
            Success,
            BadArguments,
            BadArguments,
            UnknownTool
        ]
    );
}

// R-63
#[tokio::test(start_paused = true)]
async fn answered_calls_go_on_and_the_others_are_resumed() {
    let oslo = r#"{"city":"Oslo"}"#;
    let tools = cities(&["weather", "later"])
        .combine(toolbox([
            Toy::says("alone", "ran").with_spec(|spec| spec.with_safety(Safety::Exclusive))
        ]))
        .unwrap();
    let engine = Engine::new().with_approver(ByName::default());
    let mut asked = calls(&[
        ("weather", oslo),
        ("later", oslo),
        ("weather", oslo),
        ("alone", "{}"),
    ]);
    asked.push(Call::new("c1", "weather", oslo));
    let ran = run_with(&engine, &tools, asked.clone(), &RunScope::new()).await;
    let ids = |calls: &[PendingCall]| {
        calls
            .iter()
            .map(|call| call.call.id.to_string())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        ran.texts()[..2],
        [oslo, oslo],
        "what does not conflict goes on"
    );
    assert_eq!(ids(&ran.settled.pending), ["c1"]);
    // R-50
    assert_eq!(ids(&ran.settled.held), ["c3"], "what conflicts waits");
    assert!(!ran.settled.is_complete());

    let waiting = || ran.settled.waiting(&asked);
    let decisions = Decisions::new()
        .with("c1", Decision::Allow)
        .with("c3", Decision::Allow);
    let mut execution = engine.start(
        engine.resume(&tools, waiting(), &decisions),
        &RunScope::new(),
    );
    while execution.next().await.is_some() {}
    let whole = ran.settled.clone().resumed(&asked, execution.finish());
    assert!(whole.is_complete());
    assert_legal(&asked, &whole.outcomes);
    let texts: Vec<_> = whole.outcomes.iter().map(Outcome::text).collect();
    let again = "not run: another call of the same answer has the id `c1`; make this one again";
    assert_eq!(texts, [oslo, oslo, oslo, "ran", again]);

    let mut tampered = waiting();
    tampered[0].call.arguments = r#"{"city":"Rome"}"#.into();
    let mut execution = engine.start(
        engine.resume(&tools, tampered, &decisions),
        &RunScope::new(),
    );
    while execution.next().await.is_some() {}
    let outcomes = execution.finish().outcomes;
    assert_eq!(
        outcomes[0].text(),
        "`later` was not allowed to run: it is not the call that was asked for"
    );
    assert_eq!(outcomes[1].text(), "ran");
}

// R-63
#[tokio::test(start_paused = true)]
async fn a_tool_that_must_be_approved_does_not_run_where_nobody_can_be_asked() {
    let careful = Toy::says("delete", "ran").with_spec(|spec| spec.with_approval(Approval::Always));
    let ran = run(
        &toolbox([careful, Toy::says("look", "ran")]),
        calls(&[("delete", "{}"), ("look", "{}")]),
    )
    .await;
    assert_eq!(
        ran.texts(),
        [
            "`delete` was not allowed to run: it needs approval, and there is nobody to ask",
            "ran"
        ]
    );
}

struct Slow;

#[async_trait]
impl Approver for Slow {
    async fn decide(&self, _: &[PendingCall]) -> Decisions {
        sleep(Duration::from_secs(3600)).await;
        Decisions::new()
    }
}

#[async_trait]
impl Repair for Slow {
    async fn repair(&self, _: &Call, _: &Problem, _: &Toolbox) -> Option<Call> {
        sleep(Duration::from_secs(3600)).await;
        None
    }
}

// R-57
#[tokio::test(start_paused = true)]
async fn a_run_that_is_cancelled_while_it_asks_runs_nothing() {
    for engine in [
        Engine::new().with_approver(Slow),
        Engine::new().with_repair(Slow),
    ] {
        let cancel = CancellationToken::new();
        let scope = RunScope::new().with_cancel(cancel.clone());
        let (tools, asked) = (
            cities(&["weather"]),
            calls(&[("weather", r#"{"city":"Oslo"}"#), ("nothing", "{}")]),
        );
        let stop = async {
            sleep(Duration::from_secs(1)).await;
            cancel.cancel();
        };
        let (prepared, ()) = tokio::join!(engine.prepare(&tools, asked, &scope), stop);
        assert_eq!(prepared.jobs().count(), 0);
        let mut execution = engine.start(prepared, &scope);
        execution.settle().await;
        let outcomes = execution.finish().outcomes;
        assert_eq!(outcomes.len(), 2);
        assert!(
            outcomes
                .iter()
                .any(|outcome| outcome.status == OutcomeStatus::Cancelled)
        );
    }
}
