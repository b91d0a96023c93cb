//! Targets on several wires behind one model, over real HTTP, with faults on order.
#![cfg(all(feature = "simulate", feature = "http"))]
#![allow(clippy::unwrap_used, reason = "a test may panic, in its helpers too")]

use windlass_core::{ErrorKind, Model, ModelError, Request};
use windlass_provider::group::{Group, Target, TargetState};
use windlass_provider::host::Host;
use windlass_provider::hosts;
use windlass_provider::simulate::{Fault, Reply, Simulator};

const HOSTS: [Host; 3] = [hosts::ANTHROPIC, hosts::OPENAI, hosts::GEMINI];

/// A group of a target for each host, in order, with a server for each.
async fn group(replies: [&[Reply]; 3]) -> (Group, Vec<Simulator>) {
    let mut servers = Vec::new();
    let mut targets = Vec::new();
    for (host, replies) in HOSTS.into_iter().zip(replies) {
        let server = Simulator::start().await.unwrap();
        server.script(replies.iter().cloned());
        let client = server.client(host, "m").build().unwrap();
        targets.push(Target::new(host.name, client));
        servers.push(server);
    }
    let mut targets = targets.into_iter();
    let first = Group::new(targets.next().unwrap());
    (targets.fold(first, Group::with_target), servers)
}

async fn ask(model: &dyn Model) -> Result<String, ModelError> {
    let response = model.stream(Request::new("?")).await?.response().await?;
    let origin = response.message.origin.clone().unwrap();
    Ok(format!("{}: {}", origin.provider, response.message.text()))
}

/// Asks once: what came of it (the kind of an error), and how many requests each server received.
async fn check(replies: [&[Reply]; 3], expected: Result<&str, ErrorKind>, requests: [usize; 3]) {
    let (group, servers) = group(replies).await;
    let found = ask(&group).await.map_err(|error| error.kind());
    assert_eq!(found.as_deref().map_err(|kind| *kind), expected);
    for (server, requests) in servers.iter().zip(requests) {
        assert_eq!(server.requests().len(), requests);
    }
    let report = group.report();
    assert!(report.targets.iter().all(|target| target.in_flight == 0));
}

//
#[tokio::test]
async fn the_next_target_answers_on_its_own_wire() {
    let good = [Reply::text("Rome.")];
    let failed = [Reply::status(529)];
    let cut = [Reply::text("Oslo.").with_fault(Fault::CutAfter { bytes: 1 })];
    let early = [Reply::text("Oslo.").with_fault(Fault::ErrorAt { event: 0 })];
    let wrong = [Reply::status(400)];
    check([&good, &good, &good], Ok("anthropic: Rome."), [1, 0, 0]).await;
    check([&failed, &good, &good], Ok("openai: Rome."), [1, 1, 0]).await;
    check([&early, &cut, &good], Ok("gemini: Rome."), [1, 1, 1]).await;
    check(
        [&wrong, &good, &good],
        Err(ErrorKind::InvalidRequest),
        [1, 0, 0],
    )
    .await;
    let key = [Reply::status(401)];
    check(
        [&key, &key, &key],
        Err(ErrorKind::Authentication),
        [1, 1, 1],
    )
    .await;
}

//
#[tokio::test]
async fn a_target_with_a_bad_key_is_not_asked_again() {
    let good = vec![Reply::text("Rome."); 3];
    let (group, servers) = group([&[Reply::status(401)], &good, &[]]).await;
    for _ in 0..3 {
        assert_eq!(ask(&group).await.unwrap(), "openai: Rome.");
    }
    assert_eq!(servers[0].requests().len(), 1);
    assert_eq!(servers[1].requests().len(), 3);
    let report = group.report();
    assert_eq!(report.targets[0].state, TargetState::Cooling);
    assert_eq!(
        report.targets[0].last_failure,
        Some(ErrorKind::Authentication)
    );
    assert!(report.targets[1].latency.is_some());
}

//
#[tokio::test]
async fn answers_cut_in_the_middle_close_a_target() {
    let long = Reply::text("word ".repeat(2_000)).with_fault(Fault::CutAfter { bytes: 8_000 });
    let (group, servers) = group([
        &[long.clone(), long.clone(), long],
        &[Reply::text("Rome.")],
        &[],
    ])
    .await;
    for _ in 0..3 {
        assert!(ask(&group).await.unwrap_err().is_after_output());
    }
    assert_eq!(ask(&group).await.unwrap(), "openai: Rome.");
    assert_eq!(servers[0].requests().len(), 3);
}
