//! The governor against a provider that really refuses, over real HTTP. The clock is paused: it jumps to the next timer
//! when nobody has anything to do, so minutes pass in no time and nothing sleeps.
#![cfg(all(feature = "simulate", feature = "http"))]
#![allow(clippy::unwrap_used, reason = "a test may panic, in its helpers too")]

use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::Instant;
use windlass_core::{ErrorKind, Model, Request};
use windlass_provider::governor::{Governed, Governor, Rates};
use windlass_provider::simulate::{Fault, Reply, Simulator};
use windlass_provider::{Client, hosts};

const MINUTE: Duration = Duration::from_secs(60);

async fn provider(requests: usize) -> (Simulator, Client) {
    let simulator = Simulator::start().await.unwrap();
    simulator.always(Reply::text("Rome."));
    simulator.limit(requests, MINUTE);
    let client = simulator.client(hosts::OPENAI, "gpt-5").build().unwrap();
    (simulator, client)
}

/// Asks until there is an answer, as a loop that repeats does; gives when it was refused.
async fn ask<M: Model>(model: M) -> Vec<Instant> {
    let mut refused = Vec::new();
    loop {
        let answer = match model.stream(Request::new("Oslo or Rome?")).await {
            Ok(stream) => stream.response().await,
            Err(error) => Err(error),
        };
        match answer {
            Ok(_) => return refused,
            Err(error) => assert_eq!(error.kind(), ErrorKind::RateLimited, "{error}"),
        }
        refused.push(Instant::now());
    }
}

/// Two hundred at once; gives when each refusal came, in order.
async fn burst<M: Model + Clone + 'static>(model: &M) -> Vec<Instant> {
    let mut tasks = JoinSet::new();
    for _ in 0..200 {
        tasks.spawn(ask(model.clone()));
    }
    let mut refused = tasks.join_all().await.concat();
    refused.sort_unstable();
    refused
}

//
#[tokio::test(start_paused = true)]
async fn a_burst_within_the_rates_is_never_refused() {
    let (simulator, client) = provider(60).await;
    let governor = Governor::new(Rates::new().with_requests(60));
    let began = Instant::now();
    let refused = burst(&Governed::new(client, &governor)).await;
    assert_eq!((refused.len(), simulator.limited()), (0, 0));
    assert_eq!(simulator.requests().len(), 200);
    let lasted = began.elapsed();
    assert!((MINUTE * 3..MINUTE * 4).contains(&lasted), "{lasted:?}");
    assert_eq!(governor.metrics().totals.granted, 200);
}

//
#[tokio::test(start_paused = true)]
async fn after_the_first_hold_of_a_burst_there_is_no_second_refusal() {
    let (simulator, client) = provider(60).await;
    // Somebody else has the same key and has used some of it.
    for _ in 0..10 {
        assert!(ask(&client).await.is_empty());
    }
    let governor = Governor::new(Rates::new().with_requests(60));
    let model = Governed::new(client, &governor);
    let refused = burst(&model).await;
    assert_eq!(
        refused.len(),
        10,
        "those that were on their way at the first refusal"
    );
    let apart = *refused.last().unwrap() - refused[0];
    assert!(apart < Duration::from_secs(1), "{apart:?} after the first");
    assert_eq!(simulator.limited(), 10);
    assert!(governor.metrics().totals.longest_wait > MINUTE * 2);
}

//
#[tokio::test(start_paused = true)]
async fn who_was_told_no_rates_learns_them_from_the_headers() {
    let (simulator, client) = provider(60).await;
    let governor = Governor::new(Rates::new().with_concurrent(4));
    let refused = burst(&Governed::new(client, &governor)).await;
    assert!(refused.is_empty(), "{} refused", refused.len());
    assert_eq!(simulator.requests().len(), 200);
    assert_eq!(governor.metrics().requests.limit, Some(60));
}

//
#[tokio::test(start_paused = true)]
async fn without_a_governor_the_same_burst_is_refused_again_and_again() {
    let (simulator, client) = provider(60).await;
    let mut tasks = JoinSet::new();
    for _ in 0..70 {
        let client = client.clone();
        tasks.spawn(async move { client.stream(Request::new("Oslo or Rome?")).await.is_err() });
    }
    tasks.join_all().await;
    assert_eq!(
        simulator.limited(),
        10,
        "the provider of these tests does refuse"
    );
}

//
#[tokio::test(start_paused = true)]
async fn an_answer_and_an_error_carry_what_the_headers_say() {
    let (_simulator, client) = provider(1).await;
    let answer = client.stream(Request::new("Oslo or Rome?")).await.unwrap();
    let quota = *answer.quota().unwrap();
    assert_eq!(
        (quota.requests.limit, quota.requests.remaining),
        (Some(1), Some(0))
    );
    assert_eq!(quota.requests.window, Some(MINUTE));
    let error = client
        .stream(Request::new("Oslo or Rome?"))
        .await
        .unwrap_err();
    assert_eq!(error.quota().unwrap().requests.remaining, Some(0));
    assert!(
        error
            .quota()
            .unwrap()
            .wait()
            .is_some_and(|wait| wait <= MINUTE)
    );
}

//
#[tokio::test(start_paused = true)]
async fn a_refusal_in_the_middle_of_an_answer_holds_back_the_next() {
    let simulator = Simulator::start().await.unwrap();
    let limited = "data: {\"error\":{\"code\":429,\"message\":\"rate limit reached, try again in 20s\",\
                   \"type\":\"rate_limit_exceeded\"}}\n\n";
    let fault = Fault::Garbage {
        event: 1,
        bytes: limited.as_bytes().to_vec(),
    };
    simulator.script([Reply::text("Rome.").with_fault(fault), Reply::text("Oslo.")]);
    let client = simulator.client(hosts::OPENAI, "gpt-5").build().unwrap();
    let governor = Governor::new(Rates::new());
    let (one, other) = (
        Governed::new(client.clone(), &governor),
        Governed::new(client, &governor),
    );

    let answer = one.stream(Request::new("Oslo or Rome?")).await.unwrap();
    let error = answer.response().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::RateLimited, "{error}");
    let began = Instant::now();
    let answer = other.stream(Request::new("Oslo or Rome?")).await.unwrap();
    assert!(began.elapsed() >= Duration::from_secs(20));
    assert_eq!(answer.waited().as_secs(), 20);
}
