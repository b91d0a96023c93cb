//! Runs whose calls wait for decisions live in the session: written down, read, resumed, interrupted.

use windlass_agent::{
    Agent, Cancel, Decision, Decisions, Interrupt, Session, SessionErrorKind, SessionState, Stop,
};
use windlass_core::{OutcomeStatus, Script};

use crate::kit::{Later, agent, ask, assert_legal, json};

fn asking() -> Agent {
    let scripts = [
        Script::text("Good morning."),
        Script::text("Let me see.")
            .then_call("c1", "look", r#"{"at":"one"}"#)
            .then_call("c2", "missing", "{}"),
        Script::text("Both are there."),
        Script::text("Goodbye."),
    ];
    agent(scripts).approver(Later).build().unwrap()
}

async fn paused() -> Session {
    let session = Session::new(asking());
    ask(&session, "Good morning.").await;
    let report = session.run("Look at it.").await.unwrap();
    assert_eq!(report.stop, Stop::Paused);
    session
}

fn reload(session: &Session) -> Session {
    let written = serde_json::to_string(&session.state()).unwrap();
    let state: SessionState = serde_json::from_str(&written).unwrap();
    assert!(state.repairs().is_empty(), "{:?}", state.repairs());
    assert_eq!(serde_json::to_string(&state).unwrap(), written);
    Session::load(session.agent(), state)
}

fn allowed() -> Decisions {
    Decisions::new().with("c1", Decision::Allow)
}

fn statuses(session: &Session) -> Vec<OutcomeStatus> {
    let said = session.conversation();
    let outcomes = said.messages().flat_map(windlass_core::Message::outcomes);
    outcomes.map(|outcome| outcome.status).collect()
}

// R-63
#[tokio::test(start_paused = true)]
async fn a_paused_run_survives_and_is_resumed() {
    for again in [false, true] {
        let mut session = paused().await;
        if again {
            session = reload(&session);
        }
        assert_eq!(session.status().waiting, 1);
        assert_eq!(session.paused().unwrap().outcomes.len(), 1);
        let refused = session.run("Hello?").await.unwrap_err();
        assert_eq!(refused.kind(), SessionErrorKind::Waiting);
        let refused = session.compact_now().await.unwrap_err();
        assert_eq!(refused.kind(), SessionErrorKind::Waiting);

        let report = session.resume(allowed()).await.unwrap();
        assert_eq!(report.text(), "Both are there.");
        assert_eq!(
            statuses(&session),
            [OutcomeStatus::Success, OutcomeStatus::UnknownTool]
        );
        let begins: Vec<_> = session.runs().iter().map(|run| run.begins).collect();
        assert_eq!(begins, [0, 2], "it is one run");
        assert!(session.paused().is_none());
        let refused = session.resume(allowed()).await.unwrap_err();
        assert_eq!(refused.kind(), SessionErrorKind::NotWaiting);
        assert_eq!(ask(&session, "Thanks.").await, "Goodbye.");
    }
}

// R-65
#[tokio::test(start_paused = true)]
async fn a_paused_run_is_forgotten_whole_or_kept_and_marked() {
    for again in [false, true] {
        for how in [Interrupt::Forget, Interrupt::Keep] {
            let mut session = paused().await;
            if again {
                session = reload(&session);
            }
            let run = session.runs()[1].run.clone();
            assert_eq!(session.interrupt(how), Some(run));
            assert_legal("paused", &session.conversation());
            if how == Interrupt::Forget {
                assert_eq!((session.status().messages, session.runs().len()), (2, 1));
            } else {
                assert_eq!(session.runs()[1].stop, Stop::Cancelled(Cancel::Now));
                let known = [OutcomeStatus::Cancelled, OutcomeStatus::UnknownTool];
                assert_eq!(statuses(&session), known);
            }
            assert_eq!(ask(&session, "Well?").await, "Both are there.");
        }
    }
}

// R-65, R-36
#[tokio::test(start_paused = true)]
async fn a_resumed_run_that_is_dropped_is_forgotten_with_its_beginning() {
    let session = paused().await;
    let mut run = session.resume(allowed());
    run.next().await;
    drop(run);
    assert_eq!((session.status().messages, session.runs().len()), (2, 1));
    assert!(session.paused().is_none(), "its calls may have run");
}

#[tokio::test(start_paused = true)]
async fn undo_takes_a_paused_run_back() {
    let session = paused().await;
    assert_eq!(session.undo_to(4).map(drop).unwrap_or_default(), ());
    assert_eq!(session.undo_to(3).map(drop).unwrap_or_default(), ());
    assert_eq!(session.status().waiting, 0);
    let session = paused().await;
    session.undo().unwrap().unwrap();
    assert_eq!(
        (session.status().messages, session.status().waiting),
        (2, 0)
    );
}

// R-24, R-63
#[tokio::test(start_paused = true)]
async fn calls_that_wait_are_broken_off_when_they_are_no_longer_those_that_were_shown() {
    let session = paused().await;
    let written = serde_json::to_string(&session.state()).unwrap();
    let digest = session.paused().unwrap().waiting.calls()[0]
        .digest
        .to_string();
    let cases = [
        (
            "other arguments",
            written.replace(&digest, &"0".repeat(digest.len())),
        ),
        (
            "another call",
            written.replacen(r#""id":"c1""#, r#""id":"c9""#, 1),
        ),
    ];
    for (case, forged) in cases {
        assert_ne!(forged, written, "{case}");
        let state: SessionState = serde_json::from_str(&forged).unwrap();
        assert_eq!(state.repairs().interrupted.len(), 2, "{case}");
        let session = Session::load(session.agent(), state);
        assert_eq!(session.status().waiting, 0, "{case}");
        assert_legal(case, &session.conversation());
        let first = &json(&session.conversation())[..4];
        assert_eq!(first.len(), 4, "{case}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_fork_of_a_paused_session_waits_too() {
    let session = paused().await;
    let fork = session.fork();
    fork.interrupt(Interrupt::Forget);
    assert_eq!((fork.status().waiting, session.status().waiting), (0, 1));
    assert!(session.resume(allowed()).await.is_ok());
}
