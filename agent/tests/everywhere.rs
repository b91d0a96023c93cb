//! A run of four turns with thinking and three tools at a time is broken off at every poll, failed at every event and cut
//! at every event. Whatever happens, nothing that was won is lost and nothing goes on.

#[path = "everywhere/checks.rs"]
mod checks;
#[path = "common/laws.rs"]
mod laws;
#[path = "everywhere/stage.rs"]
mod stage;

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

use windlass_agent::{Cancel, Report, Run, RunError, Stop};
use windlass_core::{Backoff, ErrorKind, ModelError, Never, RetryPolicy, Script};

use checks::{Told, check};
use stage::{Stage, answers, quiet};

/// Polls a run to its end, and does something before one of the polls.
async fn drive(run: &mut Run, at: usize, mut act: impl FnMut()) -> (Told, usize) {
    let (mut told, mut polls) = (Told::default(), 0);
    loop {
        let event = poll_fn(|cx| {
            if polls == at {
                act();
            }
            polls += 1;
            run.poll_next(cx)
        });
        match event.await {
            Some(event) => told.push(event),
            None => return (told, polls),
        }
    }
}

//
#[tokio::test(start_paused = true)]
async fn cancelled_at_every_poll() {
    let mut run = Stage::new(answers()).agent(Never).run("Go.");
    let (_, polls) = drive(&mut run, usize::MAX, || {}).await;
    assert!(polls > 100, "there are {polls} polls to cancel at");
    for at in 0..polls {
        let stage = Stage::new(answers());
        let mut run = stage.agent(Never).run("Go.");
        let handle = run.handle();
        let (told, _) = drive(&mut run, at, || handle.cancel()).await;
        let report = ended(run).await;
        let is_over = matches!(report.stop, Stop::Answered | Stop::Cancelled(Cancel::Now));
        assert!(is_over, "at poll {at}: {:?}", report.stop);
        check(&format!("cancelled at poll {at}"), &told, &report, &stage);
    }
}

//
#[tokio::test(start_paused = true)]
async fn cancelled_at_every_poll_while_nobody_listens() {
    for at in 0..200 {
        let stage = Stage::new(answers());
        let run = stage.agent(Never).run("Go.");
        let handle = run.handle();
        let (mut running, mut polls) = (pin!(run.into_future()), 0);
        let result = poll_fn(|cx| {
            if polls == at {
                handle.cancel();
            }
            polls += 1;
            running.as_mut().poll(cx)
        });
        let result = result.await;
        let report = result.unwrap_or_else(RunError::into_report);
        check(
            &format!("cancelled at poll {at}"),
            &Told::nobody(),
            &report,
            &stage,
        );
    }
}

//
#[tokio::test(start_paused = true)]
async fn ended_after_the_turn_of_every_poll() {
    for at in 0..200 {
        let stage = Stage::new(answers());
        let mut run = stage.agent(Never).run("Go.");
        let handle = run.handle();
        let (told, _) = drive(&mut run, at, || handle.cancel_after_turn()).await;
        let report = ended(run).await;
        assert_eq!(stage.stopped(), 0, "at poll {at}: no tool is stopped");
        check(
            &format!("ended after the turn of poll {at}"),
            &told,
            &report,
            &stage,
        );
    }
}

//
#[tokio::test(start_paused = true)]
async fn dropped_at_every_poll() {
    for at in 0..200 {
        let stage = Stage::new(answers());
        let mut run = stage.agent(Never).run("Go.");
        let mut polls = 0;
        poll_fn(|cx| {
            while polls < at {
                polls += 1;
                match run.poll_next(cx) {
                    Poll::Ready(None) => return Poll::Ready(()),
                    Poll::Ready(Some(_)) => {}
                    Poll::Pending => return Poll::Pending,
                }
            }
            Poll::Ready(())
        })
        .await;
        drop(run);
        quiet().await;
        assert_eq!(stage.alive(), 0, "dropped at poll {at}");
    }
}

/// Every answer broken at every event, as `how` breaks it, and whole when it is asked for again.
async fn broken<P: RetryPolicy + Clone + 'static>(
    what: &str,
    policy: P,
    how: impl Fn(Script) -> Script,
) -> usize {
    let mut cases = 0;
    for (turn, answer) in answers().iter().enumerate() {
        for events in 0..answer.len() {
            let mut scripts: Vec<_> = answers();
            let again = scripts[turn].clone();
            scripts[turn].truncate(events);
            scripts.insert(turn + 1, again);
            let scripts = scripts.into_iter().enumerate().map(|(place, events)| {
                let script = Script::events(events);
                if place == turn { how(script) } else { script }
            });
            let stage = Stage::of(scripts);
            let mut run = stage.agent(policy.clone()).run("Go.");
            let (told, _) = drive(&mut run, usize::MAX, || {}).await;
            let report = ended(run).await;
            let case = format!("{what}, answer {turn} after {events} events");
            check(&case, &told, &report, &stage);
            same_when_awaited(&case, policy.clone(), &stage, &report).await;
            cases += 1;
        }
    }
    cases
}

/// Nobody listens, and it comes out the same.
async fn same_when_awaited(
    case: &str,
    policy: impl RetryPolicy + 'static,
    stage: &Stage,
    iterated: &Report,
) {
    let again = stage.again();
    let awaited = ended(again.agent(policy).run("Go.")).await;
    assert_eq!(awaited.stop, iterated.stop, "{case}");
    let bytes =
        |report: &Report| serde_json::to_string(&report.conversation).expect("it has a form");
    assert_eq!(bytes(&awaited), bytes(iterated), "{case}");
}

//
#[tokio::test(start_paused = true)]
async fn failed_and_cut_at_every_event() {
    let error = || ModelError::new(ErrorKind::Server, "boom");
    let failed = |script: Script| script.fail(error());
    let cut = |script: Script| script.cut();
    let mut cases = 0;
    cases += broken("failed", Never, failed).await;
    cases += broken("failed, tried again", Backoff::new(), failed).await;
    let discarding = Backoff::new().discarding_output();
    cases += broken(
        "failed, tried again also after output",
        discarding.clone(),
        failed,
    )
    .await;
    cases += broken("cut", Never, cut).await;
    cases += broken("cut, tried again", Backoff::new(), cut).await;
    cases += broken("cut, tried again also after output", discarding, cut).await;
    assert!(cases > 200, "{cases} cases");
}

//
#[tokio::test(start_paused = true)]
async fn failed_at_every_event_and_cancelled_at_every_poll_of_the_way_out() {
    let error = ModelError::new(ErrorKind::Overloaded, "no room");
    let policy = Backoff::new().discarding_output();
    for events in 0..answers()[0].len() {
        let scripts = || {
            let mut scripts = answers();
            let again = scripts[0].clone();
            scripts[0].truncate(events);
            let first = Script::events(scripts.remove(0)).fail(error.clone());
            let rest = [again].into_iter().chain(scripts).map(Script::events);
            std::iter::once(first).chain(rest).collect::<Vec<_>>()
        };
        for at in 0..3 * events + 20 {
            let stage = Stage::of(scripts());
            let mut run = stage.agent(policy.clone()).run("Go.");
            let handle = run.handle();
            let (told, _) = drive(&mut run, at, || handle.cancel()).await;
            let report = ended(run).await;
            let case = format!("failed after {events} events, cancelled at poll {at}");
            check(&case, &told, &report, &stage);
        }
    }
}

async fn ended(run: Run) -> Report {
    run.await.unwrap_or_else(RunError::into_report)
}
