//! Attempts that fail over real HTTP are repeated until output has come, on every wire.
#![cfg(all(feature = "simulate", feature = "http", feature = "bedrock"))]
#![allow(clippy::unwrap_used, reason = "a test may panic, in its helpers too")]

use std::time::Duration;

use windlass_core::{Backoff, ErrorKind, Model, ModelError, Request};
use windlass_provider::host::Host;
use windlass_provider::hosts;
use windlass_provider::retrying::Retrying;
use windlass_provider::simulate::{Fault, Reply, Simulator};

const HOSTS: [Host; 6] = [
    hosts::OPENAI,
    hosts::ANTHROPIC,
    hosts::GEMINI,
    hosts::BEDROCK,
    hosts::COHERE,
    hosts::OLLAMA,
];

fn broken(fault: Fault) -> Reply {
    Reply::text("It is warmer in Rome.").with_fault(fault)
}

/// What came of the replies on each wire, asked through a model that makes up to four attempts without a wait.
async fn check(replies: &[Reply], expected: Result<(), u32>, requests: usize) {
    for host in HOSTS {
        let simulator = Simulator::start().await.unwrap();
        simulator.script(replies.iter().cloned());
        let client = simulator.client(host, "m").build().unwrap();
        let model = Retrying::new(client, Backoff::new().with_first(Duration::ZERO));
        let answer = ask(&model).await;
        let found = answer.map_err(|error| error.attempt().unwrap());
        assert_eq!(found, expected, "{}: {replies:?}", host.name);
        assert_eq!(simulator.requests().len(), requests, "{}", host.name);
    }
}

async fn ask(model: &dyn Model) -> Result<(), ModelError> {
    let answer = model.stream(Request::new("Oslo or Rome?")).await?;
    let response = answer.response().await?;
    assert_eq!(response.message.text(), "It is warmer in Rome.");
    Ok(())
}

//
#[tokio::test]
async fn refusals_and_streams_that_break_early_are_repeated() {
    let good = || Reply::text("It is warmer in Rome.");
    let cut = || broken(Fault::CutAfter { bytes: 1 });
    let failed = || broken(Fault::ErrorAt { event: 0 });
    check(&[good()], Ok(()), 1).await;
    check(&[Reply::status(503), cut(), failed(), good()], Ok(()), 4).await;
    check(&[Reply::status(400), good()], Err(1), 1).await;
    check(&[cut(), cut(), cut(), cut(), good()], Err(4), 4).await;
}

//
#[tokio::test]
async fn a_stream_that_breaks_after_output_is_not_repeated() {
    for host in HOSTS {
        let simulator = Simulator::start().await.unwrap();
        simulator.script([
            Reply::status(503),
            Reply::text("word ".repeat(2_000)).with_fault(Fault::CutAfter { bytes: 8_000 }),
        ]);
        let client = simulator.client(host, "m").build().unwrap();
        let model = Retrying::new(client, Backoff::new().with_first(Duration::ZERO));
        let Err(error) = ask(&model).await else {
            panic!("{}: a cut answer is no answer", host.name);
        };
        assert!(error.is_transient(), "{}: {error}", host.name);
        assert_ne!(error.kind(), ErrorKind::Overloaded, "{}", host.name);
        assert!(error.is_after_output(), "{}: {error}", host.name);
        assert_eq!(error.attempt(), Some(2), "{}", host.name);
        assert_eq!(simulator.requests().len(), 2, "{}", host.name);
    }
}
