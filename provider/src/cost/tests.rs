use std::error::Error as StdError;
use std::future::{Future, poll_fn};
use std::task::Poll;

use proptest::prelude::*;
use windlass_core::{
    ErrorKind, Event, Finish, FinishReason, Model, ModelError, ModelId, PartIndex, Prices, Profile,
    Request, Script, Scripted, Usage,
};

use super::*;
use crate::group::{Group, Target, TargetState};

/// A model that costs a micro-dollar for a token of input, and five for one of output.
fn model(name: &str, scripts: impl IntoIterator<Item = Script>) -> Scripted {
    let profile =
        Profile::new(ModelId::new("test", name)).with_prices(Prices::new(1_000_000, 5_000_000));
    Scripted::new(scripts).with_profile(profile)
}

fn unpriced(scripts: impl IntoIterator<Item = Script>) -> Scripted {
    Scripted::new(scripts)
}

fn used(input: u64, output: u64) -> Usage {
    Usage::UNKNOWN.with_input(input).with_output(output)
}

/// An answer that costs so many micro-dollars.
fn costs(micro_dollars: u64) -> Script {
    Script::text("Rome.").with_usage(used(micro_dollars, 0))
}

async fn ask(model: &dyn Model, words: &str) -> Result<String, ModelError> {
    let answer = model.stream(Request::new(words)).await?.response().await?;
    Ok(answer.message.text())
}

fn run<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build();
    runtime.unwrap().block_on(future)
}

/// Everything of the totals but the tokens: micro-dollars, requests, unpriced, unreported.
fn counts(totals: Totals) -> (u64, u64, u64, u64) {
    let Totals {
        micro_dollars,
        requests,
        unpriced,
        unreported,
        ..
    } = totals;
    (micro_dollars, requests, unpriced, unreported)
}

#[test]
fn costs_add_up_by_model_label_and_scope() {
    let meter = CostMeter::new();
    let session = meter.scope("session");
    let (one, two) = (session.scope("run 1"), session.scope("run 2"));
    let cheap = Metered::new(model("cheap", [costs(7), costs(8)]), &one).with_label("a");
    let dear = model("dear", [Script::text("Rome.").with_usage(used(10, 20))]);
    let dear = Metered::new(dear, &two).with_label("b");
    run(async {
        for model in [&cheap, &cheap, &dear] {
            ask(model, "?").await.unwrap();
        }
    });
    assert_eq!(one.totals().micro_dollars, 15);
    assert_eq!(two.totals().usage, used(10, 20));
    assert_eq!(counts(session.totals()), (125, 3, 0, 0));
    drop((one, cheap));
    let report = meter.report();
    let models: Vec<_> = report
        .models
        .iter()
        .map(|one| (one.model.model.as_str(), one.totals.micro_dollars))
        .collect();
    assert_eq!(models, [("cheap", 15), ("dear", 110)]);
    let labels: Vec<_> = report
        .labels
        .iter()
        .map(|one| (one.label.as_str(), one.totals.micro_dollars))
        .collect();
    assert_eq!(labels, [("a", 15), ("b", 110)]);
    assert_eq!(report.whole.totals.micro_dollars, 125);
    let open = &report.whole.scopes[0];
    assert_eq!(
        (open.name.as_str(), open.totals.micro_dollars),
        ("session", 125)
    );
    let names: Vec<_> = open
        .scopes
        .iter()
        .map(|scope| scope.name.as_str())
        .collect();
    assert_eq!(
        names,
        ["run 2"],
        "the first is closed, and what it spent stays"
    );
    let json = serde_json::to_string(&report).unwrap();
    assert_eq!(serde_json::from_str::<CostReport>(&json).unwrap(), report);
}

fn text(words: &str) -> Event {
    let part = PartIndex(0);
    Event::Text {
        part,
        text: words.into(),
    }
}

#[test]
fn what_was_reported_is_charged_however_the_answer_ends() {
    let finish = || Event::Finish(Finish::new(FinishReason::Stop, "stop"));
    let usage = |input, output| Event::Usage(used(input, output));
    let check = |model: Scripted, reads: usize, expected: (u64, u64, u64, u64)| {
        let meter = CostMeter::new();
        let metered = Metered::new(model, &meter);
        run(async {
            if let Ok(mut stream) = metered.stream(Request::new("?")).await {
                for _ in 0..reads {
                    stream.next().await.unwrap().ok();
                }
            }
        });
        assert_eq!(counts(meter.whole().totals()), expected);
        assert_eq!(meter.report().whole.reserved, 0);
    };
    let events = |events: Vec<Event>| model("m", [Script::events(events)]);
    let cumulative = || events(vec![usage(10, 1), text("Rome."), usage(10, 2), finish()]);
    check(cumulative(), 4, (20, 1, 0, 0));
    check(cumulative(), 3, (20, 1, 0, 0));
    check(cumulative(), 1, (15, 1, 0, 0));
    check(cumulative(), 0, (0, 1, 0, 1));
    let broken = Script::events([usage(10, 1), text("It")]);
    let broken = broken.fail(ModelError::new(ErrorKind::Server, "boom"));
    check(model("m", [broken]), 3, (15, 1, 0, 0));
    let refused = Script::refuse(ModelError::new(ErrorKind::Server, "boom"));
    check(model("m", [refused]), 0, (0, 0, 0, 0));
    check(model("m", [Script::text("Rome.")]), 2, (0, 1, 0, 1));
    check(unpriced([costs(7)]), 3, (0, 1, 1, 0));
    let discarded = Event::Discarded { attempt: 1 };
    let twice = vec![
        usage(10, 1),
        text("Os"),
        discarded,
        usage(10, 2),
        text("Rome."),
        finish(),
    ];
    check(events(twice), 6, (35, 1, 0, 0));
}

#[test]
fn a_cost_is_known_as_soon_as_the_finish_is_read() {
    let meter = CostMeter::new();
    let metered = Metered::new(model("m", [costs(7)]), &meter);
    run(async {
        let mut stream = metered.stream(Request::new("?")).await.unwrap();
        while !matches!(stream.next().await.unwrap().unwrap(), Event::Finish(_)) {}
        assert_eq!(meter.whole().totals().micro_dollars, 7);
        drop(stream);
    });
    assert_eq!(meter.whole().totals().micro_dollars, 7, "and charged once");
}

/// A request that costs so many micro-dollars: four bytes a token, and four tokens for the message itself.
fn words(at_least: u64) -> String {
    "x".repeat(4 * usize::try_from(at_least - 4).unwrap())
}

/// A request that costs `at_least` to a scope that has spent `spent` of `limit`: whether it was refused, and by whose budget.
fn refusal(limits: (Option<u64>, Option<u64>), spent: u64, at_least: u64) -> Option<BudgetError> {
    let meter = CostMeter::new();
    let with = |scope: Scope, limit: Option<u64>| match limit {
        Some(limit) => scope.with_budget(Budget::new(limit)),
        None => scope,
    };
    let session = with(meter.scope("session"), limits.0);
    let scope = with(session.scope("run"), limits.1);
    let script = model("m", [costs(spent), costs(1)]);
    let metered = Metered::new(script.clone(), &scope);
    run(async {
        if spent > 0 {
            ask(&metered, "").await.unwrap();
        }
        let error = ask(&metered, &words(at_least)).await.err()?;
        assert_eq!(
            (error.kind(), error.code()),
            (ErrorKind::QuotaExhausted, Some(BUDGET_CODE))
        );
        assert!(error.hint().contains("raise the budget"));
        assert_eq!(
            script.remaining(),
            if spent > 0 { 1 } else { 2 },
            "nothing was sent"
        );
        let error = error.source().unwrap().downcast_ref::<BudgetError>();
        Some(error.unwrap().clone())
    })
}

#[test]
fn a_budget_refuses_before_anything_is_sent() {
    let check = |limits, spent, at_least, expected: Option<&str>| {
        let found = refusal(limits, spent, at_least);
        let found = found.as_ref();
        let scope = found.map(|error| error.scope.as_str());
        assert_eq!(
            scope, expected,
            "{limits:?}, {spent} spent, {at_least} at least"
        );
        assert!(found.is_none_or(|error| error.at_least == at_least && error.spent == spent));
    };
    check((None, None), 1_000, 4_000, None);
    check((None, Some(100)), 96, 4, None);
    check((None, Some(100)), 97, 4, Some("run"));
    check((None, Some(100)), 100, 4, Some("run"));
    check((None, Some(0)), 0, 4, Some("run"));
    check((None, Some(100)), 0, 100, None);
    check((None, Some(100)), 0, 101, Some("run"));
    check((None, Some(100)), 60, 40, None);
    check((None, Some(100)), 60, 41, Some("run"));
    check((Some(100), None), 100, 4, Some("session"));
    check((Some(100), Some(1_000)), 60, 41, Some("session"));
    check((Some(1_000), Some(100)), 60, 41, Some("run"));
}

#[test]
fn a_model_without_prices_is_stopped_when_nothing_is_left_and_a_raised_budget_lets_it_go_on() {
    let meter = CostMeter::new();
    let scope = meter.scope("run").with_budget(Budget::new(0));
    let metered = Metered::new(unpriced([costs(1), costs(1)]), &scope);
    run(async {
        let error = ask(&metered, "?").await.unwrap_err();
        let said = "scripted/script: quota exhausted (`budget`): the budget of `run` is used up";
        assert_eq!(error.to_string(), said);
        let _raised = scope.clone().with_budget(Budget::new(1));
        ask(&metered, "?").await.unwrap();
        ask(&metered, "?").await.unwrap();
    });
    assert_eq!(counts(scope.totals()), (0, 2, 2, 0));
    assert_eq!(meter.report().whole.scopes[0].refused, 1);
}

//
#[test]
fn warnings_are_told_once_and_a_slow_observer_is_told_what_it_lost() {
    let meter = CostMeter::new();
    let scope = meter
        .scope("run")
        .with_budget(Budget::new(100).with_warnings([50, 90]));
    let mut events = meter.observe();
    let metered = Metered::new(
        model("m", [costs(49), costs(1), costs(30), costs(20)]),
        &scope,
    );
    let warning = |percent, spent| CostEvent::Warning {
        scope: "run".into(),
        percent,
        spent,
        limit: 100,
    };
    run(async {
        for _ in 0..4 {
            ask(&metered, "").await.unwrap();
        }
        assert_eq!(events.next().await, Some(warning(50, 50)));
        assert_eq!(events.next().await, Some(warning(90, 100)));
        assert_eq!(meter.report().whole.scopes[0].warned, [50, 90]);
        for _ in 0..70 {
            ask(&metered, "").await.unwrap_err();
        }
        assert_eq!(events.next().await, Some(CostEvent::Missed { events: 6 }));
        let refused = CostEvent::Refused {
            scope: "run".into(),
            spent: 100,
            limit: 100,
            at_least: 4,
        };
        assert_eq!(events.next().await, Some(refused));
        drop((metered, scope, meter));
        while let Some(event) = events.next().await {
            assert!(matches!(event, CostEvent::Refused { .. }));
        }
    });
}

#[test]
fn eighty_per_cent_are_warned_of_by_default() {
    let check = |spent, expected: &[u8]| {
        let budget = Budget::new(1_000);
        assert_eq!(budget.reached(spent).collect::<Vec<_>>(), expected);
    };
    check(799, &[]);
    check(800, &[80]);
    check(u64::MAX, &[80]);
}

#[test]
fn requests_under_way_count_with_what_they_cost_at_least() {
    let meter = CostMeter::new();
    let scope = meter.scope("run").with_budget(Budget::new(100));
    let metered = Metered::new(model("m", [costs(50), costs(50), costs(50)]), &scope);
    let words = words(50);
    run(async {
        let one = metered.stream(Request::new(words.as_str())).await.unwrap();
        let two = metered.stream(Request::new(words.as_str())).await.unwrap();
        assert_eq!(meter.report().whole.scopes[0].reserved, 100);
        ask(&metered, "").await.unwrap_err();
        drop(one);
        ask(&metered, &words).await.unwrap();
        drop(two);
    });
    let report = meter.report().whole;
    assert_eq!((report.reserved, report.scopes[0].reserved), (0, 0));
    assert_eq!(counts(report.totals), (50, 3, 0, 2));
}

/// Yields a few times before it asks the other.
struct Hesitant(Scripted);

#[windlass_core::async_trait]
impl Model for Hesitant {
    fn profile(&self) -> &Profile {
        self.0.profile()
    }

    async fn stream(&self, request: Request) -> Result<windlass_core::EventStream, ModelError> {
        for _ in 0..3 {
            tokio::task::yield_now().await;
        }
        self.0.stream(request).await
    }
}

#[test]
fn given_up_at_any_poll_nothing_stays_reserved() {
    for polls in 0..6 {
        let meter = CostMeter::new();
        let scope = meter.scope("run").with_budget(Budget::new(1_000));
        let metered = Metered::new(Hesitant(model("m", [costs(7)])), &scope);
        run(async {
            let mut asked = Box::pin(metered.stream(Request::new(words(100).as_str())));
            for _ in 0..polls {
                let ready = poll_fn(|context| Poll::Ready(asked.as_mut().poll(context).is_ready()));
                if ready.await {
                    break;
                }
                assert_eq!(meter.report().whole.reserved, 100);
            }
        });
        assert_eq!(meter.report().whole.reserved, 0, "after {polls} polls");
    }
}

#[test]
fn a_target_whose_budget_is_used_up_is_passed_over_and_not_blamed() {
    let meter = CostMeter::new();
    let poor = meter.scope("poor").with_budget(Budget::new(0));
    let one = Metered::new(model("a", []), &poor);
    let two = Metered::new(model("b", [costs(7), costs(7), costs(7), costs(7)]), &meter);
    run(async {
        let group = Group::new(Target::new("a", one)).with_target(Target::new("b", two));
        for _ in 0..4 {
            ask(&group, "?").await.unwrap();
        }
        assert_eq!(group.report().targets[0].state, TargetState::Open);
    });
    assert_eq!(meter.whole().totals().micro_dollars, 28);
}

proptest! {
    /// Scopes are opened in scopes, charged, and closed; each has what was charged to it and to those in it.
    #[test]
    fn each_scope_has_the_sum_of_what_is_in_it(
        acts in prop::collection::vec((0..8_usize, prop::option::of(0..1_000_u64)), 1..60),
    ) {
        let meter = CostMeter::new();
        let id = ModelId::new("test", "m");
        let mut scopes = vec![(meter.whole().clone(), 0, 0_u64)];
        for (which, charged) in acts {
            let which = which % scopes.len();
            match charged {
                None => scopes.push((scopes[which].0.scope("inside"), which, 0)),
                Some(cost) => {
                    let totals = Totals::of(Some(Prices::new(1_000_000, 0)), used(cost, 0));
                    scopes[which].0.reserve(cost).unwrap().charge(&id, None, totals);
                    let mut around = which;
                    while around != 0 {
                        scopes[around].2 += cost;
                        around = scopes[around].1;
                    }
                    scopes[0].2 += cost;
                }
            }
        }
        for (scope, _, expected) in &scopes {
            prop_assert_eq!(scope.totals().micro_dollars, *expected);
        }
        let whole = meter.report().whole;
        prop_assert_eq!(whole.reserved, 0);
        fn count(report: &ScopeReport) -> usize {
            1 + report.scopes.iter().map(count).sum::<usize>()
        }
        prop_assert_eq!(count(&whole), scopes.len());
        scopes.clear();
        prop_assert_eq!(count(&meter.report().whole), 1);
    }
}
