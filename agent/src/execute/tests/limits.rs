use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::time::{Instant, sleep};
use windlass_core::{
    Attempt, Backoff, Chance, Decision, Media, Never, OutcomePart, OutcomeStatus, Progress,
    RetryPolicy, Safety, ToolContext, ToolError, ToolErrorKind, ToolOutput, ToolSpec,
};

use super::kit::{Toy, calls, run, run_with, toolbox};
use crate::{Engine, RunScope, ToolEvent};

/// Again after a second, up to three attempts.
struct ThreeAttempts;

impl RetryPolicy for ThreeAttempts {
    fn decide(&self, attempt: &Attempt<'_>) -> Decision {
        match attempt.number {
            1 | 2 if attempt.error.is_transient() => Decision::Retry(Duration::from_secs(1)),
            _ => Decision::GiveUp,
        }
    }
}

/// Fails so often, then is fine; tells its attempt and whether it is the last.
fn flaky(failures: u32, error: fn() -> ToolError) -> Toy {
    Toy::new("flaky", move |_, context: ToolContext| async move {
        match context.attempt() > failures {
            true => Ok(ToolOutput::from(format!(
                "attempt {}, last: {}",
                context.attempt(),
                context.is_last_attempt()
            ))),
            false => Err(error()),
        }
    })
}

fn busy() -> ToolError {
    ToolError::failed("busy").transient()
}

type Spec = fn(ToolSpec) -> ToolSpec;

/// How often which tool fails and how; the text, the attempts and the seconds that come of it.
type Case = (Spec, u32, fn() -> ToolError, &'static str, u32, u64);

//
#[tokio::test(start_paused = true)]
async fn failures_that_may_pass_are_repeated_by_the_policy_if_the_tool_is_idempotent() {
    let harmless: Spec = |spec| spec.idempotent().with_retries(0);
    let risky: Spec = |spec| spec.with_retries(0);
    #[rustfmt::skip]
    let cases: [Case; 6] = [
        (harmless, 0, busy, "attempt 1, last: false", 1, 0),
        (harmless, 1, busy, "attempt 2, last: false", 2, 1),
        (harmless, 2, busy, "attempt 3, last: true", 3, 2),
        (harmless, 3, busy, "busy", 3, 2),
        (harmless, 1, || ToolError::failed("broken"), "broken", 1, 0),
        (risky, 1, busy, "busy", 1, 0),
    ];
    for (spec, failures, error, text, attempts, seconds) in cases {
        let tools = toolbox([flaky(failures, error).with_spec(spec)]);
        let engine = Engine::new().with_retry(ThreeAttempts);
        let began = Instant::now();
        let ran = run_with(&engine, &tools, calls(&[("flaky", "{}")]), &RunScope::new()).await;
        assert_eq!(ran.texts(), [text], "{failures} failures");
        assert_eq!(began.elapsed(), Duration::from_secs(seconds));
        assert_eq!(ran.finished("c0"), (Duration::from_secs(seconds), attempts));
    }
}

//
#[tokio::test(start_paused = true)]
async fn the_waits_come_from_the_policy_the_chance_and_the_tool() {
    let idempotent = |toy: Toy| toolbox([toy.with_spec(ToolSpec::idempotent)]);
    let time = |engine: Engine, toy: Toy| async move {
        let began = Instant::now();
        run_with(
            &engine,
            &idempotent(toy),
            calls(&[("flaky", "{}")]),
            &RunScope::new(),
        )
        .await;
        began.elapsed()
    };
    let backoff = || Engine::new().with_retry(Backoff::new().with_first(Duration::from_secs(4)));
    let lowest = backoff().with_chance(|| Chance::NONE);
    let highest = backoff().with_chance(|| Chance::new(u64::MAX));
    assert_eq!(time(lowest, flaky(1, busy)).await, Duration::ZERO);
    assert_eq!(time(highest, flaky(1, busy)).await, Duration::from_secs(4));
    let later = || ToolError::failed("busy").with_retry_after(Duration::from_secs(20));
    assert_eq!(
        time(backoff().with_chance(|| Chance::NONE), flaky(1, later)).await,
        Duration::from_secs(20)
    );
    assert_eq!(
        time(Engine::new().with_retry(Never), flaky(1, later)).await,
        Duration::ZERO
    );
}

//
#[tokio::test(start_paused = true)]
async fn the_model_may_mend_calls_as_often_as_the_tool_says_in_a_run() {
    let picky = Toy::new("picky", |_, context: ToolContext| async move {
        let last = context.is_last_attempt();
        Err(ToolError::retry(format!("no such city, last: {last}")))
    });
    let tools = toolbox([picky.with_spec(|spec| spec.with_retries(2))]);
    let scope = RunScope::new();
    let mut texts = Vec::new();
    for _ in 0..4 {
        let ran = run_with(&Engine::new(), &tools, calls(&[("picky", "{}")]), &scope).await;
        assert_eq!(ran.settled.outcomes[0].status, OutcomeStatus::Failed);
        texts.extend(ran.texts());
    }
    let mend = "mend the call of `picky` and make it again";
    assert_eq!(
        texts,
        [
            format!("no such city, last: false\n[{mend}; 1 more tries after that]"),
            format!("no such city, last: false\n[{mend}; this is the last try]"),
            "no such city, last: true\n[this was tried too often: do something else]".to_owned(),
            "no such city, last: true\n[this was tried too often: do something else]".to_owned(),
        ]
    );
    assert_eq!(scope.retries().used("picky"), 2);
    let ran = run_with(
        &Engine::new().with_retries(0),
        &toolbox([flaky(9, || ToolError::retry("no"))]),
        calls(&[("flaky", "{}")]),
        &RunScope::new(),
    )
    .await;
    assert_eq!(
        ran.texts(),
        ["no\n[this was tried too often: do something else]"]
    );
}

//
#[tokio::test(start_paused = true)]
async fn after_a_fatal_failure_what_runs_ends_and_what_waits_does_not_begin() {
    let fatal = Toy::new("fatal", |_, _| async {
        sleep(Duration::from_secs(1)).await;
        Err(ToolError::fatal("the licence has expired"))
    });
    let alone = Toy::says("alone", "ran").with_spec(|spec| spec.with_safety(Safety::Exclusive));
    let tools = toolbox([fatal, alone, Toy::sleeps("slow", Duration::from_secs(5))]);
    let ran = run(
        &tools,
        calls(&[("slow", "{}"), ("fatal", "{}"), ("alone", "{}")]),
    )
    .await;
    assert_eq!(
        ran.texts(),
        [
            "slept",
            "the licence has expired",
            "not run: another call ended the run"
        ]
    );
    assert_eq!(ran.settled.fatal.unwrap().kind(), ToolErrorKind::Fatal);
}

//
#[tokio::test(start_paused = true)]
async fn every_limit_of_the_engine_holds_where_the_tool_sets_none() {
    let tools = toolbox([
        Toy::sleeps("slow", Duration::from_secs(10)),
        Toy::sleeps("patient", Duration::from_secs(10))
            .with_spec(|spec| spec.with_timeout(Duration::MAX)),
        Toy::says("says", "12345"),
        Toy::says("says_all", "12345").with_spec(|spec| spec.with_max_output(5)),
    ]);
    let engine = Engine::new()
        .with_timeout(Duration::from_secs(5))
        .with_max_output(2);
    let asked = calls(&[
        ("slow", "{}"),
        ("patient", "{}"),
        ("says", "{}"),
        ("says_all", "{}"),
    ]);
    let ran = run_with(&engine, &tools, asked, &RunScope::new()).await;
    let note = |shown: &str, total: usize| {
        format!("{shown}\n[cut here: the first 2 of {total} bytes are shown]")
    };
    assert_eq!(
        ran.texts()[1..],
        [note("sl", 5), note("12", 5), "12345".to_owned()]
    );
    assert_eq!(ran.settled.outcomes[0].status, OutcomeStatus::TimedOut);
}

//
#[tokio::test(start_paused = true)]
async fn of_progress_the_latest_is_told_and_before_the_outcome() {
    let busy = Toy::new("busy", |_, context: ToolContext| async move {
        for step in 1..=10_000 {
            context.report(Progress::new(format!("step {step}")));
        }
        sleep(Duration::from_secs(1)).await;
        context.report(Progress::new("half").with_done(0.5));
        context.report(Progress::new("all").with_done(1.0));
        Ok(ToolOutput::from("done"))
    });
    let ran = run(&toolbox([busy]), calls(&[("busy", "{}")])).await;
    let told: Vec<String> = ran
        .events
        .iter()
        .map(|event| match event {
            ToolEvent::Started { .. } => "started".to_owned(),
            ToolEvent::Progress { progress, .. } => progress.message.to_string(),
            ToolEvent::Finished { outcome, .. } => outcome.text(),
        })
        .collect();
    assert_eq!(told, ["started", "step 10000", "all", "done"]);
}

//
#[tokio::test(start_paused = true)]
async fn progress_after_the_outcome_is_not_told() {
    let kept = Arc::new(Mutex::new(None));
    let keep = Arc::clone(&kept);
    let leaky = Toy::new("leaky", move |_, context: ToolContext| {
        *keep.lock().unwrap() = Some(context);
        async { Ok(ToolOutput::from("done")) }
    });
    let late = Toy::new("late", move |_, _| {
        let context = kept.lock().unwrap().clone().unwrap();
        async move {
            sleep(Duration::from_secs(1)).await;
            context.report(Progress::new("too late"));
            Ok(ToolOutput::from("done"))
        }
    });
    let ran = run(
        &toolbox([leaky, late]),
        calls(&[("leaky", "{}"), ("late", "{}")]),
    )
    .await;
    assert!(
        !ran.events
            .iter()
            .any(|event| matches!(event, ToolEvent::Progress { .. }))
    );
}

//
#[tokio::test(start_paused = true)]
async fn outcomes_carry_what_the_tool_gave() {
    let chart = || Media::from_bytes("image/png", b"\x89PNG");
    let draws = Toy::new("draw", move |_, _| async move {
        Ok(ToolOutput::json(&[1, 2])?.with("see").with(chart()))
    });
    let ran = run(&toolbox([draws]), calls(&[("draw", "{}")])).await;
    let parts = &ran.settled.outcomes[0].parts;
    assert!(matches!(&parts[0], OutcomePart::Json(json) if json.as_str() == "[1,2]"));
    assert_eq!(
        parts[1..],
        [OutcomePart::from("see"), OutcomePart::from(chart())]
    );
}

//
#[tokio::test]
async fn blocking_work_leaves_the_thread_free_and_its_panic_is_caught() {
    let here = std::thread::current().id();
    let blocks = Toy::new("block", move |_, context: ToolContext| async move {
        let there = context.blocking(|| std::thread::current().id()).await?;
        Ok(ToolOutput::from(format!("elsewhere: {}", there != here)))
    });
    let panics = Toy::new("panic", |_, context: ToolContext| async move {
        context.blocking(|| panic!("in the pool")).await
    });
    let ran = run(
        &toolbox([blocks, panics]),
        calls(&[("block", "{}"), ("panic", "{}")]),
    )
    .await;
    assert_eq!(
        ran.texts(),
        ["elsewhere: true", "`panic` panicked: in the pool"]
    );
}

struct PanicsWhenDropped;

impl Drop for PanicsWhenDropped {
    fn drop(&mut self) {
        panic!("in a drop");
    }
}

//
#[tokio::test(start_paused = true)]
async fn a_panic_of_what_is_dropped_at_the_deadline_is_caught() {
    let bad = Toy::new("bad", |_, _| async {
        let _held = PanicsWhenDropped;
        sleep(Duration::from_secs(3600)).await;
        Ok(ToolOutput::new())
    });
    let tools = toolbox([bad, Toy::says("ok", "fine")]);
    let ran = run(&tools, calls(&[("bad", "{}"), ("ok", "{}")])).await;
    assert_eq!(ran.texts(), ["`bad` panicked: in a drop", "fine"]);
    assert_eq!(ran.finished("c0"), (Duration::from_secs(120), 1));
}

#[tokio::test(start_paused = true)]
async fn tools_share_the_state_of_the_run() {
    let counts = |name: &str| {
        Toy::new(name, |_, context: ToolContext| async move {
            let count = context
                .state()
                .get::<AtomicU32>()
                .ok_or(ToolError::fatal("no state"))?;
            Ok(ToolOutput::from(
                (count.fetch_add(1, Ordering::SeqCst) + 1).to_string(),
            ))
        })
    };
    let scope = RunScope::new().with_state(windlass_core::State::new().with(AtomicU32::new(0)));
    let ran = run_with(
        &Engine::new(),
        &toolbox([counts("a"), counts("b")]),
        calls(&[("a", "{}"), ("b", "{}"), ("a", "{}")]),
        &scope,
    )
    .await;
    assert_eq!(ran.texts(), ["1", "2", "3"]);
}
