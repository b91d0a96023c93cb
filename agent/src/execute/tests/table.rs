//! Whatever happens to a call, it has one outcome, and its neighbours have theirs.

use std::time::Duration;

use windlass_core::{Call, CancellationToken, OutcomeStatus, ToolError, ToolOutput};

use super::kit::{Ran, Toy, calls, run_with, toolbox};
use crate::{Approver, Decision, Decisions, Engine, PendingCall, RunScope};

/// Denies calls of `forbidden`.
struct Careful;

#[windlass_core::async_trait]
impl Approver for Careful {
    async fn decide(&self, pending: &[PendingCall]) -> Decisions {
        Decisions::for_all(pending, |call| match call.call.name == "forbidden" {
            true => Decision::deny("not today"),
            false => Decision::Allow,
        })
    }
}

fn toys() -> Vec<Toy> {
    let fails = |name: &str, error: fn() -> ToolError| {
        Toy::new(name, move |_, _| async move { Err(error()) })
    };
    let hang = Duration::from_secs(3600);
    vec![
        Toy::says("ok", "fine"),
        fails("failed", || ToolError::failed("the disk is full")),
        fails("silent", || ToolError::failed(" ")),
        fails("retry", || ToolError::retry("use the English name")),
        fails("fatal", || ToolError::fatal("the licence has expired")),
        Toy::new("panic", |_, _| async { panic!("index {} out of range", 7) }),
        Toy::new("panic_at_once", |_, _| -> std::future::Ready<_> {
            panic!("at once")
        }),
        Toy::new("large", |_, _| async {
            Ok(ToolOutput::from("é".repeat(40)))
        })
        .with_spec(|spec| spec.with_max_output(7)),
        Toy::new("large_failure", |_, _| async {
            Err(ToolError::failed("é".repeat(40)))
        })
        .with_spec(|spec| spec.with_max_output(7)),
        Toy::sleeps("hang", hang).with_spec(|spec| spec.with_timeout(Duration::from_secs(30))),
        Toy::sleeps("hang_by_default", hang),
        Toy::says("strict", "ran").with_check(|arguments| arguments.parse::<Strict>().map(drop)),
        Toy::says("check_panics", "ran").with_check(|_| panic!("in the check")),
        Toy::says("forbidden", "ran"),
    ]
}

#[derive(serde::Deserialize)]
struct Strict {
    #[serde(rename = "days")]
    _days: u8,
}

/// Runs the call between two that are fine.
async fn between_neighbours(name: &str, arguments: &str, id: &str) -> Ran {
    let mut asked = calls(&[("ok", "{}"), (name, arguments), ("ok", "{}")]);
    asked[1] = Call::new(id, name, arguments);
    let engine = Engine::new().with_approver(Careful);
    let ran = run_with(&engine, &toolbox(toys()), asked, &RunScope::new()).await;
    for neighbour in [0, 2] {
        let outcome = &ran.settled.outcomes[neighbour];
        assert_eq!(
            (outcome.status, &*outcome.text()),
            (OutcomeStatus::Success, "fine"),
            "beside {name}"
        );
    }
    assert!(ran.settled.is_complete());
    ran
}

//
#[tokio::test(start_paused = true)]
async fn one_outcome_each_and_siblings_untouched() {
    use OutcomeStatus as Status;
    let unknown = "there is no tool named `strickt`; the tools are `strict`, `ok`, `failed`, `silent`, `retry`, `fatal`, `panic`, \
                   `panic_at_once`, `large`, `large_failure`, `hang`, `hang_by_default`, `check_panics`, `forbidden`";
    #[rustfmt::skip]
    let cases = [
        ("ok", "{}", "c1", Status::Success, "fine"),
        ("ok", "", "c1", Status::Success, "fine"),
        ("failed", "{}", "c1", Status::Failed, "the disk is full"),
        ("silent", "{}", "c1", Status::Failed, "`silent` failed and did not say why"),
        ("retry", "{}", "c1", Status::Failed, "use the English name\n[mend the call of `retry` and make it again; 2 more tries after that]"),
        ("fatal", "{}", "c1", Status::Failed, "the licence has expired"),
        ("panic", "{}", "c1", Status::Panicked, "`panic` panicked: index 7 out of range"),
        ("panic_at_once", "{}", "c1", Status::Panicked, "`panic_at_once` panicked: at once"),
        ("check_panics", "{}", "c1", Status::Panicked, "`check_panics` panicked: in the check"),
        ("large", "{}", "c1", Status::Success, "ééé\n[cut here: the first 6 of 80 bytes are shown]"),
        ("large_failure", "{}", "c1", Status::Failed, "ééé\n[cut here: the first 6 of 80 bytes are shown]"),
        ("hang", "{}", "c1", Status::TimedOut, "`hang` took longer than 30s and was stopped"),
        ("hang_by_default", "{}", "c1", Status::TimedOut, "`hang_by_default` took longer than 120s and was stopped"),
        ("strickt", "{}", "c1", Status::UnknownTool, unknown),
        ("strict", "{\"days\":", "c1", Status::BadArguments, "the arguments of `strict` do not match, and it did not run: the JSON ends too early: EOF while parsing a value at line 1 column 8"),
        ("strict", "days=1", "c1", Status::BadArguments, "the arguments of `strict` do not match, and it did not run: not JSON: expected value at line 1 column 1"),
        ("strict", "{\"days\":300}", "c1", Status::BadArguments, "the arguments of `strict` do not match, and it did not run: `days`: expected an integer from 0 to 255, found integer 300"),
        ("strict", "", "c1", Status::BadArguments, "the arguments of `strict` do not match, and it did not run: `days` is missing"),
        ("ok", "{}", "c0", Status::DuplicateId, "not run: another call of the same answer has the id `c0`; make this one again"),
        ("forbidden", "{}", "c1", Status::Denied, "`forbidden` was not allowed to run: not today"),
    ];
    for (name, arguments, id, status, text) in cases {
        let ran = between_neighbours(name, arguments, id).await;
        let outcome = &ran.settled.outcomes[1];
        assert_eq!(
            (outcome.status, &*outcome.text()),
            (status, text),
            "{name} {arguments}"
        );
        assert_eq!(ran.settled.fatal.is_some(), name == "fatal");
    }
}

//
#[tokio::test(start_paused = true)]
async fn a_cancelled_call_has_its_outcome_beside_one_that_is_done() {
    let cancel = CancellationToken::new();
    let stop = cancel.clone();
    let stops = Toy::new("stop", move |_, _| {
        stop.cancel();
        async { Ok(ToolOutput::from("stopped")) }
    });
    let tools = toolbox([stops, Toy::sleeps("hang", Duration::from_secs(60))]);
    let scope = RunScope::new().with_cancel(cancel);
    let ran = run_with(
        &Engine::new(),
        &tools,
        calls(&[("hang", "{}"), ("stop", "{}")]),
        &scope,
    )
    .await;
    assert_eq!(ran.settled.outcomes[0].status, OutcomeStatus::Cancelled);
    assert_eq!(
        ran.texts(),
        [
            "cancelled while it ran; it is not known what it did",
            "stopped"
        ]
    );
}
