//! A long run that is compacted again and again: on every wire each request is one that the wire takes.

use std::sync::Arc;

use windlass_agent::{Compactor, ContextBudget, KeepRecent, ShortenToolOutput, Stop, Tiers};
use windlass_core::{Assistant, Conversation};
use windlass_provider::simulate::{Reply, Simulator};
use windlass_provider::transport::HttpTransport;

use crate::script::{self, ANSWER, QUESTION, Ran};
use crate::{WIRES, drive, legal};

const TURNS: usize = 24;

/// A turn whose calls and outcomes take some 400 tokens.
fn turn(number: usize) -> Reply {
    let city = "Oslo, by the fjord, ".repeat(15);
    let arguments = format!(r#"{{"city":"{city}"}}"#);
    Reply::thinking("Both cities need looking up. ")
        .then_text("Let me see. ")
        .then_call(format!("call_{number}_1"), "weather", &arguments)
        .then_call(format!("call_{number}_2"), "clock", &arguments)
}

/// A question after a long past.
fn past() -> Conversation {
    let mut said = Conversation::new();
    for _ in 0..5 {
        said.push_user("And yesterday? ".repeat(20)).unwrap();
        said.push_assistant(Assistant::new("It rained. ".repeat(20)))
            .unwrap();
    }
    said.push_user(QUESTION).unwrap();
    said
}

// R-23, R-26, R-76
#[tokio::test(start_paused = true)]
async fn each_wire_takes_what_is_left_of_a_conversation() {
    let transport = HttpTransport::builder().build().unwrap();
    let compactors: [Arc<dyn Compactor>; 2] = [
        Arc::new(Tiers::default()),
        Arc::new(
            Tiers::new()
                .with(KeepRecent::new())
                .with(ShortenToolOutput::new()),
        ),
    ];
    for wire in WIRES {
        for compactor in &compactors {
            let label = wire.0.name;
            let simulator = Simulator::start().await.unwrap();
            simulator.script((0..TURNS).map(turn).chain([script::answer()]));
            let ran = Ran::default();
            let budget = ContextBudget::new().with_window(3_000).with_reserve(500);
            let agent = script::agent(script::client(&simulator, &transport, wire), &ran)
                .without_guard()
                .context(budget)
                .compactor(Arc::clone(compactor));
            let run = agent.build().unwrap().run(past());
            let report = drive::drive(run).await.report;
            assert_eq!(report.stop, Stop::Answered, "{label}");
            assert_eq!(report.text(), ANSWER, "{label}");
            assert!(report.compactions.len() > 2, "{label}");
            let requests = simulator.requests();
            assert_eq!(requests.len(), TURNS + 1, "{label}");
            for request in &requests {
                legal::check(label, request);
                let body = String::from_utf8_lossy(&request.body);
                assert!(body.contains(QUESTION), "{label}: the question stays");
                assert!(
                    body.contains("Be brief."),
                    "{label}: so do the instructions"
                );
            }
        }
    }
}
