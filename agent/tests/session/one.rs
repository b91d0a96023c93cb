//! One run at a time: a second is refused, or waits for its turn.

use tokio::task::JoinSet;
use windlass_agent::{Busy, Interrupt, Session, SessionErrorKind, Steered, What};
use windlass_core::{CancellationToken, Script};

use crate::kit::{agent, json, texts};

fn napping(texts: &[&str]) -> Session {
    let naps = texts
        .iter()
        .flat_map(|text| [Script::call(text, "nap", "{}"), Script::text(text)]);
    Session::new(agent(naps).build().unwrap())
}

// R-84
#[tokio::test(start_paused = true)]
async fn a_second_run_is_refused_and_so_is_everything_that_would_change_the_conversation() {
    let session = napping(&["one"]);
    let mut live = session.run("First?");
    live.next().await;
    assert_eq!(session.status().live.as_ref(), Some(live.id()));
    let kind = |result: Result<(), windlass_agent::SessionError>| result.unwrap_err().kind();
    let mut second = session.run("Second?");
    assert_eq!(second.next().await, None);
    assert_eq!(kind(second.await.map(drop)), SessionErrorKind::Busy);
    assert_eq!(
        kind(session.go_on().await.map(drop)),
        SessionErrorKind::Busy
    );
    assert_eq!(kind(session.clear()), SessionErrorKind::Busy);
    assert_eq!(kind(session.undo().map(drop)), SessionErrorKind::Busy);
    assert_eq!(kind(session.undo_to(0)), SessionErrorKind::Busy);
    assert_eq!(
        kind(session.compact_now().await.map(drop)),
        SessionErrorKind::Busy
    );
    live.await.unwrap();
    assert_eq!(session.status().messages, 4);
    session.clear().unwrap();
}

// R-84
#[tokio::test(start_paused = true)]
async fn queued_runs_go_one_after_the_other_in_order() {
    let session = napping(&["one", "two", "three", "four"]).with_busy(Busy::Queue);
    let mut runs = JoinSet::new();
    for question in ["1?", "2?", "3?", "4?"] {
        runs.spawn(session.run(question).into_future());
    }
    let mut answers = Vec::new();
    while let Some(ended) = runs.join_next().await {
        answers.push(ended.unwrap().unwrap().text());
    }
    assert_eq!(answers, ["one", "two", "three", "four"]);
    let said = json(&session.conversation());
    let asked: Vec<_> = said
        .iter()
        .filter(|said| said.starts_with(r#"{"user""#))
        .collect();
    assert!(
        asked
            .iter()
            .zip(1..)
            .all(|(said, number)| said.contains(&format!("{number}?")))
    );
    assert_eq!(asked.len(), 4);
}

// R-84
#[tokio::test(start_paused = true)]
async fn who_waits_can_be_cancelled_or_dropped_and_holds_nobody_up() {
    let session = napping(&["one", "two"]).with_busy(Busy::Queue);
    let token = CancellationToken::new();
    let mut runs = JoinSet::new();
    runs.spawn(session.run("First?").into_future());
    runs.spawn(
        session
            .run("Cancelled.")
            .with_cancel(token.clone())
            .into_future(),
    );
    let dropped = runs.spawn(session.run("Dropped.").into_future());
    runs.spawn(session.run("Second?").into_future());
    tokio::task::yield_now().await;
    token.cancel();
    dropped.abort();
    let mut ended = Vec::new();
    while let Some(result) = runs.join_next().await {
        match result {
            Ok(Ok(report)) => ended.push(report.text()),
            Ok(Err(error)) => ended.push(error.to_string()),
            Err(error) => assert!(error.is_cancelled()),
        }
    }
    assert_eq!(
        ended,
        ["the run was cancelled before it was its turn", "one", "two"]
    );
    assert_eq!(session.status().messages, 8);
}

// R-84
#[tokio::test(start_paused = true)]
async fn a_compaction_waits_for_its_turn_like_a_run() {
    let session = napping(&["one"]).with_busy(Busy::Queue);
    let run = session.run("First?");
    let (ran, compacted) = tokio::join!(biased; run.into_future(), session.compact_now());
    assert!(ran.is_ok());
    assert_eq!(compacted.unwrap_err().kind(), SessionErrorKind::NoCompactor);
}

// R-84
#[tokio::test(start_paused = true)]
async fn an_interrupt_is_for_the_live_run_alone() {
    let session = napping(&["one", "two"]).with_busy(Busy::Queue);
    let mut runs = JoinSet::new();
    runs.spawn(session.run("First?").into_future());
    runs.spawn(session.run("Second?").into_future());
    while session.status().live.is_none() {
        tokio::task::yield_now().await;
    }
    session.interrupt(Interrupt::Forget);
    let first = runs.join_next().await.unwrap().unwrap();
    assert!(first.is_err());
    let second = runs.join_next().await.unwrap().unwrap();
    assert!(second.is_ok());
    let said = json(&session.conversation());
    assert!(said[0].contains("Second?"), "{said:?}");
}

#[tokio::test(start_paused = true)]
async fn what_is_said_meanwhile_is_part_of_the_run() {
    let session = napping(&["one"]);
    assert_eq!(session.steer("Nobody is there.").await, Steered::Refused);
    let mut run = session.run("First?");
    while let Some(event) = run.next().await {
        if let What::CallStarted { .. } = event.what {
            drop(session.steer("Hurry."));
        }
    }
    assert_eq!(run.await.unwrap().turns, 2);
    assert_eq!(session.status().messages, 5);
}

#[tokio::test(start_paused = true)]
async fn a_failed_run_leaves_what_was_said_and_can_be_gone_on_with() {
    let session = Session::new(texts(["Here."]).build().unwrap());
    session.run("First?").await.unwrap();
    let error = session.run("Second?").await.unwrap_err();
    assert_eq!(error.kind(), SessionErrorKind::Run);
    assert_eq!(session.status().messages, 3);
    session.set_agent(texts(["There."]).build().unwrap());
    let report = session.go_on().await.unwrap();
    assert_eq!(
        (report.text().as_str(), session.status().messages),
        ("There.", 4)
    );
    let begins: Vec<_> = session.runs().iter().map(|run| run.begins).collect();
    assert_eq!(begins, [0, 2, 3]);
}
