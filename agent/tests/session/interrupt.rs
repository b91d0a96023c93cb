//! A session of three runs is interrupted at every poll of each: while answers stream, tools run, a retry is waited for and
//! somebody decides. What came before stays as it was, to the letter, and the session goes on.

use std::future::poll_fn;
use std::task::Poll;

use windlass_agent::{Cancel, Interrupt, Session, SessionRun, Stop};
use windlass_core::Script;

use crate::kit::{QUESTIONS, ask, assert_legal, json, model, three};

/// How a run is broken off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum How {
    Interrupt(Interrupt),
    /// It is dropped.
    Drop,
}

/// Polls a run, breaks it off before one of the polls, and says how many there were.
async fn drive(session: &Session, run: SessionRun, at: usize, how: How) -> usize {
    let (mut run, mut polls) = (Some(run), 0);
    let end = poll_fn(|cx| {
        loop {
            if polls == at {
                match how {
                    How::Interrupt(how) => drop(session.interrupt(how)),
                    How::Drop => run = None,
                }
            }
            polls += 1;
            let Some(run) = &mut run else {
                return Poll::Ready(());
            };
            match run.poll_next(cx) {
                Poll::Ready(Some(_)) => {}
                Poll::Ready(None) => return Poll::Ready(()),
                Poll::Pending => return Poll::Pending,
            }
        }
    });
    end.await;
    polls
}

/// The session before its run of this number.
async fn before(number: usize) -> Session {
    let session = Session::new(three());
    for question in &QUESTIONS[..number] {
        assert!(ask(&session, question).await.ends_with("of them."));
    }
    session
}

/// That the run is gone, or marked, or came to its end before; and that the next one can follow.
async fn check(case: &str, session: &Session, earlier: &[String], runs: usize, how: How) -> bool {
    let now = session.conversation();
    assert_legal(case, &now);
    assert_eq!(session.status().live, None, "{case}");
    assert_eq!(&json(&now)[..earlier.len()], earlier, "{case}: the past");
    let past = session.runs();
    let is_gone = now.len() == earlier.len();
    if how == How::Interrupt(Interrupt::Keep) {
        assert!(!is_gone, "{case}: what the user said is there");
        let stop = &past.last().unwrap().stop;
        let known = [Stop::Answered, Stop::Cancelled(Cancel::Now)];
        assert!(known.contains(stop), "{case}: {stop:?}");
        assert_eq!(past.len(), runs + 1, "{case}");
    } else if is_gone {
        assert_eq!(past.len(), runs, "{case}");
    }
    let next = model("next", [Script::text("And so on.")]);
    session.set_model(next.clone());
    assert_eq!(ask(session, "And then?").await, "And so on.", "{case}");
    let asked = &next.requests()[0].conversation;
    assert_legal(case, asked);
    assert_eq!(asked.len(), now.len() + 1, "{case}");
    is_gone
}

async fn broken_off(how: How) {
    for (number, question) in QUESTIONS.into_iter().enumerate() {
        let session = before(number).await;
        let polls = drive(&session, session.run(question), usize::MAX, how).await;
        assert!(polls > 10, "there are {polls} polls to break off at");
        let whole = session.conversation().len();
        for at in 0..polls {
            let case = format!("run {number}, {how:?} before poll {at}");
            let session = before(number).await;
            let earlier = json(&session.conversation());
            let run = session.run(question);
            drive(&session, run, at, how).await;
            let is_gone = check(&case, &session, &earlier, number, how).await;
            let is_kept = how == How::Interrupt(Interrupt::Keep);
            // Before the first poll there is no run to interrupt, and at the last it is over.
            let is_whole = json(&session.conversation()).len() == whole + 2;
            let is_early = at == 0 && how != How::Drop;
            let is_late = at + 1 == polls;
            assert!(
                is_kept || is_gone || ((is_early || is_late) && is_whole),
                "{case}"
            );
        }
    }
}

//
#[tokio::test(start_paused = true)]
async fn forgotten_at_every_poll() {
    broken_off(How::Interrupt(Interrupt::Forget)).await;
}

//
#[tokio::test(start_paused = true)]
async fn kept_and_marked_at_every_poll() {
    broken_off(How::Interrupt(Interrupt::Keep)).await;
}

//
#[tokio::test(start_paused = true)]
async fn dropped_at_every_poll() {
    broken_off(How::Drop).await;
}

//
#[tokio::test(start_paused = true)]
async fn what_is_asked_last_holds_and_nothing_happens_without_a_run() {
    let session = before(1).await;
    assert_eq!(session.interrupt(Interrupt::Forget), None);
    let mut run = session.run("Second?");
    run.next().await;
    assert_eq!(
        session.interrupt(Interrupt::Forget).as_ref(),
        Some(run.id())
    );
    session.interrupt(Interrupt::Keep);
    while run.next().await.is_some() {}
    assert_eq!(session.conversation().len(), 5);
    assert_eq!(
        run.await.unwrap_err().report().unwrap().stop,
        Stop::Cancelled(Cancel::Now)
    );
}

//
#[tokio::test(start_paused = true)]
async fn a_run_that_is_cancelled_by_its_handle_is_kept() {
    let session = before(1).await;
    let run = session.run("Second?");
    let handle = run.handle();
    handle.cancel_after_turn();
    assert!(run.await.is_err());
    let past = session.runs();
    assert_eq!(past[1].stop, Stop::Cancelled(Cancel::AfterTurn));
    assert_eq!((past[1].begins, session.status().messages), (4, 7));
}
