//! Sessions written down and read: in the newest format and in older ones, whole and broken.

use serde_json::Value;
use windlass_agent::{Interrupt, Session, SessionState};
use windlass_core::{Conversation, Script};

use crate::kit::{agent, ask, assert_legal, json};

const GOLDEN: &str = include_str!("../golden/session-v1.json");

fn read(written: &str) -> SessionState {
    serde_json::from_str(written).unwrap()
}

fn loaded(written: &str) -> Session {
    let agent = agent([Script::text("It is.")]).build().unwrap();
    Session::load(agent, read(written))
}

/// That everything of the old value is in the new one; there may be more.
fn includes(new: &Value, old: &Value) -> bool {
    match (new, old) {
        (Value::Object(new), Value::Object(old)) => old
            .iter()
            .all(|(name, old)| new.get(name).is_some_and(|new| includes(new, old))),
        (Value::Array(new), Value::Array(old)) => {
            new.len() == old.len() && new.iter().zip(old).all(|(new, old)| includes(new, old))
        }
        _ => new == old,
    }
}

// R-81
#[tokio::test(start_paused = true)]
async fn files_of_all_versions_load() {
    let session = loaded(GOLDEN);
    let status = session.status();
    assert_eq!(
        (status.id.as_str(), status.messages, status.runs),
        ("ses_golden", 8, 3)
    );
    assert_eq!((status.attempts, status.waiting), (4, 1));
    let written = serde_json::to_value(session.state()).unwrap();
    assert!(
        includes(&written, &serde_json::from_str(GOLDEN).unwrap()),
        "what cannot be read and written again needs a version of its own: {written:#}"
    );

    // Before there was a format, a session was the list of its messages.
    let written =
        serde_json::to_string(&session.undo().map(|_| session.conversation()).unwrap()).unwrap();
    let session = loaded(&written);
    assert_eq!((session.status().messages, session.status().runs), (6, 0));
    assert_eq!(ask(&session, "Is it there?").await, "It is.");
}

// R-81
#[test]
fn a_format_of_the_future_is_named() {
    let written = GOLDEN.replacen(r#""version": 1"#, r#""version": 7"#, 1);
    let error = serde_json::from_str::<SessionState>(&written)
        .unwrap_err()
        .to_string();
    assert!(
        error.starts_with("a session of format 7; this version of the library reads up to 1"),
        "{error}"
    );
    assert!(serde_json::from_str::<SessionState>("7").is_err());
}

// R-24
#[tokio::test(start_paused = true)]
async fn a_broken_conversation_is_repaired_and_its_runs_are_those_that_still_stand() {
    let whole = loaded(GOLDEN);
    whole.interrupt(Interrupt::Keep);
    let state = serde_json::to_value(whole.state()).unwrap();
    let count = state["messages"].as_array().unwrap().len();
    for missing in 0..count {
        let mut broken = state.clone();
        broken["messages"].as_array_mut().unwrap().remove(missing);
        let written = broken.to_string();
        let session = loaded(&written);
        let case = format!("without message {missing}");
        let (_, repairs) = Conversation::repair(session.conversation().messages().cloned());
        assert!(repairs.is_empty(), "{case}");
        let standing = if (1..=2).contains(&missing) { 1 } else { 3 };
        assert_eq!(session.runs().len(), standing, "{case}");
        let again = serde_json::to_string(&session.state()).unwrap();
        let second = read(&again);
        assert!(second.repairs().is_empty(), "{case}");
        assert_eq!(serde_json::to_string(&second).unwrap(), again, "{case}");
    }
}

// R-24, R-81
#[tokio::test(start_paused = true)]
async fn what_is_loaded_goes_on_like_what_was_written() {
    let scripts = || ["One.", "Two.", "Three."].map(Script::text);
    let whole = Session::new(agent(scripts()).build().unwrap());
    let broken = Session::new(agent(scripts()).build().unwrap());
    ask(&whole, "First?").await;
    ask(&broken, "First?").await;
    let broken = Session::load(
        broken.agent(),
        read(&serde_json::to_string(&broken.state()).unwrap()),
    );
    for session in [&whole, &broken] {
        ask(session, "Second?").await;
        session.undo().unwrap();
        assert_eq!(ask(session, "Third?").await, "Three.");
        assert_legal("loaded", &session.conversation());
    }
    assert_eq!(json(&whole.conversation()), json(&broken.conversation()));
    assert_eq!(whole.status().usage, broken.status().usage);
    assert_eq!(whole.status().attempts, broken.status().attempts);
}
