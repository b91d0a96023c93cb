//! A run that another model takes over in the middle, from each wire to each other, and that comes back.

use windlass_agent::{Chain, Stop, What};
use windlass_core::Never;
use windlass_provider::host::Host;
use windlass_provider::simulate::{Fault, Reply, Simulator};
use windlass_provider::transport::HttpTransport;

use crate::script::{self, ANSWER, QUESTION, Ran};
use crate::{WIRES, drive};

/// What the simulator signs and encrypts with.
const OPAQUE: &str = "c2ltdWxhdGVk";

/// The wires on which something is sealed.
const SEALING: [&str; 4] = ["openai-responses", "anthropic", "gemini", "bedrock"];

/// How the second answer of the first model fails.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Failure {
    BeforeOutput,
    AfterOutput,
}

// R-9, R-11, R-23, R-26, R-35, R-39, R-40
#[tokio::test(start_paused = true)]
async fn each_model_takes_over_from_each_other() {
    let transport = HttpTransport::builder().build().unwrap();
    for from in WIRES {
        for to in WIRES {
            if from.0.name == to.0.name {
                continue;
            }
            for failure in [Failure::BeforeOutput, Failure::AfterOutput] {
                take_over(&transport, from, to, failure).await;
            }
        }
    }
}

async fn take_over(
    transport: &HttpTransport,
    from: (Host, &'static str),
    to: (Host, &'static str),
    failure: Failure,
) {
    let label = format!("{} to {}, {failure:?}", from.0.name, to.0.name);
    let (first, second) = (simulator().await, simulator().await);
    first.script([asks(), fails(failure), script::answer()]);
    second.script([asks_again()]);
    let ran = Ran::default();
    let agent = script::agent(script::client(&first, transport, from), &ran)
        .retry(Never)
        .fallback(
            Chain::new()
                .then(script::client(&second, transport, to))
                .discarding_output(),
        )
        .build()
        .unwrap();
    let driven = drive::drive(agent.run(QUESTION)).await;
    for simulator in [&first, &second] {
        drive::check(&label, &driven, &ran, simulator).await;
    }

    let report = &driven.report;
    assert_eq!(report.stop, Stop::Answered, "{label}");
    assert_eq!(report.text(), ANSWER, "{label}");
    let attempts = report.attempts.iter();
    let asked: Vec<_> = attempts
        .map(|attempt| attempt.model.provider.as_str())
        .collect();
    let (own, other) = (from.0.name, to.0.name);
    assert_eq!(asked, [own, own, other, own], "{label}");
    assert_eq!(
        ran.calls(),
        [
            "functions.weather:0 Oslo",
            "functions.clock:1 Rome",
            "functions.weather:0 Bergen"
        ],
        "{label}: what ran, though an id came again"
    );
    let discarded = driven
        .events
        .iter()
        .any(|event| event.what == What::Discarded);
    assert_eq!(discarded, failure == Failure::AfterOutput, "{label}");

    let told = body(&second, 0);
    check_has(
        &label,
        &told,
        &["Be brief.", "Let me see. ", "4 °C in Oslo", "noon in Rome"],
    );
    check_lacks(&label, &told, &[OPAQUE, "Both cities", "colder"]);
    let back = body(&first, 2);
    check_has(
        &label,
        &back,
        &["Be brief.", "Let me see. ", "Wait. ", "4 °C in Bergen"],
    );
    check_lacks(&label, &back, &["One more look", "colder"]);
    let seals = |body: &str| body.matches(OPAQUE).count();
    let own_seals = seals(&body(&first, 1));
    assert_eq!(own_seals > 0, SEALING.contains(&own), "{label}");
    assert_eq!(
        seals(&back),
        own_seals,
        "{label}: sealed parts that go back"
    );
}

async fn simulator() -> Simulator {
    Simulator::start().await.unwrap()
}

/// Ids that some wires do not take.
fn asks() -> Reply {
    Reply::thinking("Both cities need looking up. ")
        .then_text("Let me see. ")
        .then_call("functions.weather:0", "weather", r#"{"city":"Oslo"}"#)
        .then_call("functions.clock:1", "clock", r#"{"city":"Rome"}"#)
}

/// An id that came before.
fn asks_again() -> Reply {
    Reply::thinking("One more look. ")
        .then_text("Wait. ")
        .then_call("functions.weather:0", "weather", r#"{"city":"Bergen"}"#)
}

fn fails(failure: Failure) -> Reply {
    match failure {
        Failure::BeforeOutput => Reply::status(503),
        Failure::AfterOutput => script::answer().with_fault(Fault::ErrorAt { event: 5 }),
    }
}

fn body(simulator: &Simulator, number: usize) -> String {
    String::from_utf8(simulator.requests()[number].body.clone()).unwrap()
}

fn check_has(label: &str, body: &str, words: &[&str]) {
    for words in words {
        assert!(body.contains(words), "{label}: no `{words}` in {body}");
    }
}

fn check_lacks(label: &str, body: &str, words: &[&str]) {
    for words in words {
        assert!(!body.contains(words), "{label}: `{words}` in {body}");
    }
}
