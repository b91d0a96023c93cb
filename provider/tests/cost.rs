//! What answers over real HTTP cost, with retries and groups around the meters.
#![cfg(all(feature = "simulate", feature = "http"))]
#![allow(clippy::unwrap_used, reason = "a test may panic, in its helpers too")]

use std::time::Duration;

use windlass_core::{Backoff, Model, ModelError, ModelId, Prices, Profile, Request, Usage};
use windlass_provider::cost::{BUDGET_CODE, Budget, CostMeter, Metered, Scope};
use windlass_provider::group::{Group, Target};
use windlass_provider::host::Host;
use windlass_provider::hosts;
use windlass_provider::retrying::Retrying;
use windlass_provider::simulate::{Reply, Simulator};

/// A metered client of `host`, at a micro-dollar for a token of input and five for one of output.
fn metered(server: &Simulator, host: Host, scope: impl Into<Scope>) -> Target {
    let prices = Prices::new(1_000_000, 5_000_000);
    let profile = Profile::new(ModelId::new(host.name, "m")).with_prices(prices);
    let client = server.client(host, "m").profile(profile).build().unwrap();
    Target::new(host.name, Metered::new(client, scope).with_label(host.name))
}

fn answer() -> Reply {
    Reply::text("Rome.").with_usage(Usage::UNKNOWN.with_input(100).with_output(20))
}

async fn ask(model: &dyn Model) -> Result<(), ModelError> {
    let answer = model.stream(Request::new("Oslo or Rome?")).await?;
    answer.response().await.map(drop)
}

#[tokio::test]
async fn retries_around_a_group_of_metered_targets_charge_who_answered() {
    let (first, second) = (
        Simulator::start().await.unwrap(),
        Simulator::start().await.unwrap(),
    );
    first.script([Reply::status(529), Reply::status(529), answer()]);
    second.script([Reply::status(503), answer()]);
    let meter = CostMeter::new();
    let session = meter.scope("session").with_budget(Budget::new(300));
    let group = Group::new(metered(&first, hosts::ANTHROPIC, &session));
    let group = group.with_target(metered(&second, hosts::OPENAI, &session));
    let model = Retrying::new(group, Backoff::new().with_first(Duration::ZERO));

    ask(&model).await.unwrap();
    ask(&model).await.unwrap();
    let report = meter.report();
    let charged: Vec<_> = report
        .labels
        .iter()
        .map(|one| (one.label.as_str(), one.totals.micro_dollars))
        .collect();
    assert_eq!(charged, [("anthropic", 200), ("openai", 200)]);
    assert_eq!(
        report.whole.totals.requests, 2,
        "attempts that were refused cost nothing"
    );

    let error = ask(&model).await.unwrap_err();
    assert!(error.to_string().contains("quota exhausted"), "{error}");
    assert_eq!(
        first.requests().len() + second.requests().len(),
        5,
        "nothing was sent"
    );
    assert_eq!(report.whole.reserved, 0);
}

#[tokio::test]
async fn a_budget_is_no_reason_to_try_again() {
    let server = Simulator::start().await.unwrap();
    let meter = CostMeter::new();
    let scope = meter.scope("run").with_budget(Budget::new(0));
    let model = Retrying::new(
        Group::new(metered(&server, hosts::ANTHROPIC, &scope)),
        Backoff::new(),
    );
    let error = ask(&model).await.unwrap_err();
    assert_eq!(
        (error.code(), error.attempt()),
        (Some(BUDGET_CODE), Some(1))
    );
    assert!(server.requests().is_empty());
}
