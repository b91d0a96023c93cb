use std::future::poll_fn;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::Duration;

use tokio::runtime::{Builder, Handle};
use tokio::task::yield_now;
use tokio::time::{Instant, advance, sleep};
use windlass_core::{
    Call, CancellationToken, Outcome, OutcomeStatus, Safety, ToolContext, ToolError, ToolOutput,
    ToolSpec,
};

use super::kit::{Alive, Toy, assert_legal, calls, run_with, toolbox};
use crate::{Engine, Execution, RunScope, ToolEvent, Toolbox};

fn second(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// Is alive while it sleeps, three naps of ten milliseconds.
fn napping(name: &str, alive: &Alive) -> Toy {
    let alive = alive.clone();
    Toy::new(name, move |_, context: ToolContext| {
        let life = alive.begin();
        async move {
            let _life = life;
            for _ in 0..3 {
                sleep(Duration::from_millis(10)).await;
                context.report(windlass_core::Progress::new("a nap"));
            }
            Ok(ToolOutput::from("rested"))
        }
    })
}

async fn start(tools: &Toolbox, asked: Vec<Call>, scope: &RunScope) -> Execution {
    let engine = Engine::new();
    let prepared = engine.prepare(tools, asked, scope).await;
    engine.start(prepared, scope)
}

//
#[tokio::test(start_paused = true)]
async fn after_a_drop_no_tool_runs_and_no_task_is_alive() {
    let alive = Alive::default();
    let tools = toolbox([
        napping("nap", &alive),
        napping("alone", &alive).with_spec(|spec| spec.with_safety(Safety::Exclusive)),
    ]);
    let tasks = || Handle::current().metrics().num_alive_tasks();
    let before = tasks();
    let mut execution = start(
        &tools,
        calls(&[("nap", "{}"), ("nap", "{}"), ("alone", "{}")]),
        &RunScope::new(),
    )
    .await;
    for _ in 0..2 {
        assert!(matches!(
            execution.next().await,
            Some(ToolEvent::Started { .. })
        ));
    }
    assert_eq!((alive.count(), tasks()), (2, before + 2));
    drop(execution);
    yield_now().await;
    assert_eq!((alive.count(), tasks()), (0, before));
    advance(second(10)).await;
    assert_eq!(alive.count(), 0, "what waited does not begin");
}

//
#[tokio::test(start_paused = true)]
async fn cancelling_signals_then_waits_then_stops() {
    let polite = Toy::new("polite", |_, context: ToolContext| async move {
        context.cancelled().await;
        sleep(second(1)).await;
        Ok(ToolOutput::from("cleaned up"))
    });
    let alive = Alive::default();
    let deaf = {
        let alive = alive.clone();
        Toy::new("deaf", move |_, _| {
            let life = alive.begin();
            async move {
                let _life = life;
                sleep(second(3600)).await;
                Ok(ToolOutput::new())
            }
        })
    };
    let late = Toy::says("late", "ran").with_spec(|spec| spec.with_safety(Safety::Exclusive));
    let tools = toolbox([polite, deaf, late]);
    let asked = calls(&[("polite", "{}"), ("deaf", "{}"), ("late", "{}")]);
    let scope = RunScope::new().with_grace(second(3));
    let mut execution = start(&tools, asked.clone(), &scope).await;
    for _ in 0..2 {
        execution.next().await;
    }
    let began = Instant::now();
    execution.settle().await;
    assert_eq!(began.elapsed(), second(3), "the grace time, and no more");
    assert_eq!(alive.count(), 0, "stopped before settling ends");
    let outcomes = execution.finish().outcomes;
    assert_legal(&asked, &outcomes);
    let statuses: Vec<_> = outcomes.iter().map(|outcome| outcome.status).collect();
    assert_eq!(
        statuses,
        [
            OutcomeStatus::Success,
            OutcomeStatus::Cancelled,
            OutcomeStatus::Cancelled
        ]
    );
    assert_eq!(outcomes[2].text(), "not run: the run was cancelled");
}

//
#[tokio::test(start_paused = true)]
async fn settling_ends_as_soon_as_the_last_tool_does() {
    let polite = Toy::new("polite", |_, context: ToolContext| async move {
        context.cancelled().await;
        Ok(ToolOutput::from("cleaned up"))
    });
    let mut execution = start(
        &toolbox([polite]),
        calls(&[("polite", "{}")]),
        &RunScope::new(),
    )
    .await;
    execution.next().await;
    let began = Instant::now();
    execution.settle().await;
    assert_eq!(began.elapsed(), Duration::ZERO);
    assert_eq!(execution.finish().outcomes[0].text(), "cleaned up");
}

/// Takes events for as many polls as `polls` says, and says whether the calls ended before.
async fn take(execution: &mut Execution, mut polls: usize) -> bool {
    poll_fn(|cx| {
        loop {
            match execution.poll_next(cx) {
                Poll::Ready(None) => return Poll::Ready(true),
                _ if polls == 0 => return Poll::Ready(false),
                Poll::Ready(Some(_)) => polls -= 1,
                Poll::Pending => {
                    polls -= 1;
                    return Poll::Pending;
                }
            }
        }
    })
    .await
}

//
#[tokio::test(start_paused = true)]
async fn cancelled_at_every_poll_each_call_has_one_outcome_and_nothing_runs_on() {
    let asked = calls(&[
        ("nap", "{}"),
        ("alone", "{}"),
        ("nothing", "{}"),
        ("nap", "{}"),
        ("nap", "{"),
    ]);
    for drops in [false, true] {
        for polls in 0.. {
            let alive = Alive::default();
            let tools = toolbox([
                napping("nap", &alive),
                napping("alone", &alive).with_spec(|spec| spec.with_safety(Safety::Exclusive)),
            ]);
            let cancel = CancellationToken::new();
            let scope = RunScope::new()
                .with_cancel(cancel.clone())
                .with_grace(Duration::from_millis(15));
            let mut execution = start(&tools, asked.clone(), &scope).await;
            let is_over = take(&mut execution, polls).await;
            cancel.cancel();
            if drops {
                drop(execution);
                yield_now().await;
            } else {
                execution.settle().await;
                assert_legal(&asked, &execution.finish().outcomes);
            }
            assert_eq!(alive.count(), 0, "after {polls} polls");
            if is_over {
                assert!(polls > 20, "{polls} polls are few");
                break;
            }
        }
    }
}

//
#[tokio::test(start_paused = true)]
async fn a_run_that_is_cancelled_before_it_starts_runs_nothing() {
    let scope = RunScope::new();
    scope.cancel_token().cancel();
    let ran = run_with(
        &Engine::new(),
        &toolbox([Toy::says("a", "ran")]),
        calls(&[("a", "{}"), ("b", "{}")]),
        &scope,
    )
    .await;
    assert_eq!(ran.settled.outcomes[0].status, OutcomeStatus::Cancelled);

    let scope = RunScope::new();
    let engine = Engine::new();
    let prepared = engine
        .prepare(
            &toolbox([Toy::says("a", "ran")]),
            calls(&[("a", "{}")]),
            &scope,
        )
        .await;
    scope.cancel_token().cancel();
    let mut execution = engine.start(prepared, &scope);
    execution.settle().await;
    assert_eq!(
        execution.finish().outcomes[0].text(),
        "not run: the run was cancelled"
    );
}

//
#[tokio::test(start_paused = true)]
async fn what_a_tool_left_behind_learns_that_it_is_over() {
    let left: Arc<Mutex<Option<CancellationToken>>> = Arc::default();
    let (leave, look) = (Arc::clone(&left), left);
    let forgetful = Toy::new("forgetful", move |_, context: ToolContext| {
        *leave.lock().unwrap() = Some(context.cancel_token().clone());
        async {
            sleep(second(3600)).await;
            Ok(ToolOutput::new())
        }
    });
    let later = Toy::new("later", move |_, _| {
        let is_over = look.lock().unwrap().as_ref().unwrap().is_cancelled();
        async move { Ok(ToolOutput::from(format!("over: {is_over}"))) }
    });
    let tools = toolbox([
        forgetful.with_spec(|spec| spec.with_timeout(second(1))),
        later.with_spec(|spec| spec.with_safety(Safety::Exclusive)),
    ]);
    let asked = calls(&[("forgetful", "{}"), ("later", "{}")]);
    let ran = run_with(&Engine::new(), &tools, asked, &RunScope::new()).await;
    assert_eq!(ran.settled.outcomes[0].status, OutcomeStatus::TimedOut);
    assert_eq!(ran.texts()[1], "over: true");
}

//
#[tokio::test(start_paused = true)]
async fn a_wait_for_another_attempt_ends_with_a_cancel_and_there_is_none() {
    let busy = Toy::new("busy", |_, _| async {
        Err(ToolError::failed("busy").with_retry_after(second(20)))
    });
    let tools = toolbox([busy.with_spec(ToolSpec::idempotent)]);
    let mut execution = start(&tools, calls(&[("busy", "{}")]), &RunScope::new()).await;
    execution.next().await;
    advance(second(1)).await;
    let began = Instant::now();
    execution.settle().await;
    assert_eq!(began.elapsed(), Duration::ZERO);
    assert_eq!(execution.worker.board.attempts(0), 1);
    assert_eq!(execution.finish().outcomes[0].text(), "busy");
}

//
#[tokio::test(start_paused = true)]
async fn a_call_that_waits_for_a_place_does_not_begin_after_a_cancel() {
    let alive = Alive::default();
    let scope = RunScope::new().with_concurrency(1).with_grace(second(1));
    let asked = calls(&[("nap", "{}"), ("nap", "{}")]);
    let mut execution = start(&toolbox([napping("nap", &alive)]), asked, &scope).await;
    execution.next().await;
    assert_eq!(alive.count(), 1);
    execution.settle().await;
    let texts: Vec<_> = execution
        .finish()
        .outcomes
        .iter()
        .map(Outcome::text)
        .collect();
    assert_eq!(texts, ["rested", "not run: the run was cancelled"]);
}

/// Blocks its thread until it is cancelled, and counts how often it began.
fn blocking(begun: &Arc<AtomicUsize>) -> Toy {
    let begun = Arc::clone(begun);
    Toy::new("block", move |_, context: ToolContext| {
        let begun = Arc::clone(&begun);
        async move {
            let inside = context.clone();
            let work = move || {
                begun.fetch_add(1, Ordering::SeqCst);
                while !inside.is_cancelled() {
                    std::thread::yield_now();
                }
            };
            context.blocking(work).await?;
            Ok(ToolOutput::from("ended by itself"))
        }
    })
}

//
#[test]
fn blocking_work_is_told_of_a_cancel_and_what_has_not_begun_does_not_begin() {
    for drops in [false, true] {
        let begun = Arc::new(AtomicUsize::new(0));
        let mut one_thread = Builder::new_current_thread();
        let runtime = one_thread
            .enable_time()
            .max_blocking_threads(1)
            .build()
            .unwrap();
        runtime.block_on(async {
            let asked = calls(&[("block", "{}"), ("block", "{}")]);
            let mut execution = start(&toolbox([blocking(&begun)]), asked, &RunScope::new()).await;
            while begun.load(Ordering::SeqCst) == 0 {
                let _ = poll_fn(|cx| Poll::Ready(execution.poll_next(cx))).await;
                yield_now().await;
            }
            if !drops {
                execution.settle().await;
                let texts: Vec<_> = execution
                    .finish()
                    .outcomes
                    .iter()
                    .map(Outcome::text)
                    .collect();
                assert_eq!(
                    texts,
                    [
                        "ended by itself",
                        "the run was over before the work could begin"
                    ]
                );
            }
        });
        drop(runtime);
        assert_eq!(begun.load(Ordering::SeqCst), 1);
    }
}
