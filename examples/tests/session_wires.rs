//! A session over real HTTP on every wire: its second run is interrupted at every event, forgotten or kept, and the request of
//! the run that follows is one that the wire takes.
#![allow(clippy::unwrap_used, reason = "a test may panic, in its helpers too")]

#[path = "wires/legal.rs"]
mod legal;

use windlass_agent::{Agent, Interrupt, Session, SessionRun};
use windlass_core::{Chance, Outcome, tool};
use windlass_provider::host::Host;
use windlass_provider::hosts;
use windlass_provider::simulate::{Reply, Simulator};

const WIRES: [(Host, &str); 7] = [
    (hosts::OPENAI, "gpt-5"),
    (hosts::OPENAI_RESPONSES, "gpt-5"),
    (hosts::ANTHROPIC, "claude-sonnet-4-5"),
    (hosts::GEMINI, "gemini-2.5-flash"),
    (hosts::BEDROCK, "anthropic.claude-sonnet-4-5-20250929-v1:0"),
    (hosts::COHERE, "command-a-03-2025"),
    (hosts::OLLAMA, "qwen3:4b"),
];

/// The weather in a city right now.
#[tool]
async fn weather(
    /// Its name, in English.
    city: String,
) -> String {
    for _ in 0..4 {
        tokio::task::yield_now().await;
    }
    format!("4 °C in {city}")
}

fn calls() -> Reply {
    Reply::thinking("Both need looking up. ")
        .then_text("Let me see. ")
        .then_call("call_1", "weather", r#"{"city":"Oslo"}"#)
        .then_call("call_2", "weather", r#"{"city":"Rome"}"#)
}

/// A session that has had a run, on its own server.
async fn begun((host, model): (Host, &str)) -> (Simulator, Session) {
    let simulator = Simulator::start().await.unwrap();
    simulator.script([
        calls(),
        Reply::text("In Rome."),
        calls(),
        Reply::text("In Cairo."),
    ]);
    simulator.always(Reply::text("And so on."));
    let client = simulator.client(host, model).build().unwrap();
    let agent = Agent::builder(client)
        .instructions("Be brief.")
        .tool(weather)
        .chance(|| Chance::NONE)
        .build()
        .unwrap();
    let session = Session::new(agent);
    session
        .run("Is it warmer in Oslo or in Rome?")
        .await
        .unwrap();
    (simulator, session)
}

/// Interrupts a run at its event of this number, and says how many there were.
async fn interrupted(session: &Session, mut run: SessionRun, at: usize, how: Interrupt) -> usize {
    let mut events = 0;
    while run.next().await.is_some() {
        if events == at {
            session.interrupt(how);
        }
        events += 1;
    }
    events
}

fn json(session: &Session) -> String {
    serde_json::to_string(&session.conversation()).unwrap()
}

async fn check(wire: (Host, &str), how: Interrupt) {
    let (_simulator, session) = begun(wire).await;
    let run = session.run("And where is it warmer still?");
    let events = interrupted(&session, run, usize::MAX, how).await;
    assert!(events > 12, "{}: {events} events", wire.1);
    // At the last event the run is over.
    for at in 0..events - 1 {
        let label = format!("{}, {how:?} at event {at}", wire.1);
        let (simulator, session) = begun(wire).await;
        let before = json(&session);
        let run = session.run("And where is it warmer still?");
        interrupted(&session, run, at, how).await;
        let now = json(&session);
        match how {
            Interrupt::Forget => assert_eq!(now, before, "{label}"),
            Interrupt::Keep => {
                assert!(now.starts_with(before.trim_end_matches(']')), "{label}");
                assert!(now.len() > before.len(), "{label}: what was said is kept");
            }
        }
        let sent = simulator.requests().len();
        session.run("And then?").await.unwrap();
        let requests = simulator.requests();
        assert!(requests.len() > sent, "{label}");
        for request in &requests[sent..] {
            legal::check(&label, request);
        }
        let said = session.conversation();
        let all: Vec<_> = said
            .calls()
            .map(|(_, outcome)| outcome.map(Outcome::text))
            .collect();
        assert!(all.iter().all(Option::is_some), "{label}");
    }
}

// R-65, R-23
#[tokio::test]
async fn after_a_run_that_was_forgotten_every_wire_takes_the_next_request() {
    for wire in WIRES {
        check(wire, Interrupt::Forget).await;
    }
}

// R-65, R-66, R-23
#[tokio::test]
async fn after_a_run_that_was_kept_every_wire_takes_the_next_request() {
    for wire in WIRES {
        check(wire, Interrupt::Keep).await;
    }
}
