//! What was recorded over real HTTP is played back byte for byte, and holds no key.
#![cfg(all(feature = "simulate", feature = "http", feature = "bedrock"))]
#![allow(clippy::unwrap_used, reason = "a test may panic, in its helpers too")]

use std::time::Duration;

use windlass_core::{ErrorKind, Model, ModelError, Request, Response};
use windlass_provider::cassette::{Cassette, Player, Recorder};
use windlass_provider::host::Host;
use windlass_provider::simulate::{Fault, Reply, Simulator};
use windlass_provider::transport::HttpTransport;
use windlass_provider::{Client, hosts};

const KEY: &str = "sk-recorded-secret-0123456789";

async fn ask(model: &dyn Model, words: &str) -> Result<Response, ModelError> {
    model.stream(Request::new(words)).await?.response().await
}

fn player(host: Host, cassette: &Cassette) -> (Client, Player) {
    let player = Player::new(cassette.clone());
    let client = Client::builder(host, "m")
        .key("another")
        .base_url("http://elsewhere.test");
    (client.transport(player.clone()).build().unwrap(), player)
}

async fn recorded(
    host: Host,
    simulator: &Simulator,
    words: &[&str],
) -> (Cassette, Vec<Result<Response, ModelError>>) {
    let recorder = Recorder::new(HttpTransport::builder().build().unwrap());
    let client = simulator
        .client(host, "m")
        .key(KEY)
        .transport(recorder.clone())
        .build()
        .unwrap();
    let mut answers = Vec::new();
    for words in words {
        answers.push(ask(&client, words).await);
    }
    (recorder.cassette(), answers)
}

// R-18
#[tokio::test]
async fn a_recording_plays_as_it_was_and_holds_no_key() {
    let simulator = Simulator::start().await.unwrap();
    for host in [hosts::ANTHROPIC, hosts::BEDROCK, hosts::OLLAMA] {
        let body = format!("the key {KEY} is spent");
        simulator.script([
            Reply::thinking("Hm. ")
                .then_text("Grüße, 😀!")
                .with_fault(Fault::SplitEverywhere),
            Reply::new().with_fault(Fault::Status {
                status: 429,
                headers: vec![("retry-after".into(), "3".into())],
                body: Some(body),
            }),
            Reply::text("half").with_fault(Fault::CutAfter { bytes: 30 }),
        ]);
        let (cassette, live) = recorded(host, &simulator, &["one", "two", "three"]).await;
        let file = cassette.to_string();
        assert!(!file.contains(KEY), "{file}");
        assert!(
            !file.contains("127.0.0.1"),
            "a recording is not bound to its host"
        );

        let (client, player) = player(host, &file.parse().unwrap());
        for (words, live) in ["one", "two", "three"].iter().zip(live) {
            match (ask(&client, words).await, live) {
                (Ok(played), Ok(live)) => assert_eq!(played, live),
                (Err(played), Err(live)) => {
                    assert_eq!(
                        (played.kind(), played.retry_after()),
                        (live.kind(), live.retry_after())
                    );
                }
                (played, live) => panic!("{host:?}: {played:?} after {live:?}"),
            }
        }
        assert_eq!(player.remaining(), 0);
    }
}

#[tokio::test]
async fn a_request_that_differs_is_refused_with_a_report() {
    let simulator = Simulator::start().await.unwrap();
    simulator.script([Reply::text("Hi!")]);
    let (cassette, _) = recorded(hosts::OLLAMA, &simulator, &["Hello"]).await;
    let (client, _) = player(hosts::OLLAMA, &cassette);
    let error = ask(&client, "Goodbye").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    let report = "  /messages/0/content: recorded \"Hello\", sent \"Goodbye\"\n";
    assert!(error.message().contains(report), "{error}");
    let error = ask(&client, "Hello").await.unwrap_err();
    assert!(error.message().contains("no exchange left"), "{error}");
}

#[tokio::test]
async fn a_cassette_is_kept_in_a_file() {
    let simulator = Simulator::start().await.unwrap();
    simulator.script([Reply::text("Hi!").with_fault(Fault::StallAt {
        event: 1,
        pause: Duration::ZERO,
    })]);
    let (cassette, _) = recorded(hosts::COHERE, &simulator, &["Hello"]).await;
    let path = std::env::temp_dir().join(format!("windlass-cassette-{}.json", std::process::id()));
    cassette.save(&path).unwrap();
    let loaded = Cassette::load(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    assert_eq!(loaded, cassette);

    let missing = Cassette::load(&path).unwrap_err();
    assert!(
        missing.to_string().contains("windlass-cassette"),
        "{missing}"
    );
    let newer = r#"{"version": 2, "exchanges": []}"#.parse::<Cassette>().unwrap_err();
    assert_eq!(
        newer.to_string(),
        "format 2 is newer than this version, which reads up to 1"
    );
}
