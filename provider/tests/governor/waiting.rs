use std::error::Error as _;

use tokio::task::JoinSet;
use tokio::time::Instant;
use windlass_core::{Clock, Usage};
use windlass_provider::governor::{Estimate, GovernorEvent, Priority, Queue, Refusal};

use super::*;

//
#[tokio::test(start_paused = true)]
async fn requests_go_as_fast_as_the_window_allows_and_say_how_long_they_waited() {
    let (governor, model) = governed(Rates::new().with_requests(2));
    let began = Instant::now();
    for expected in [0, 0, 60, 60, 120] {
        let waited = began.elapsed();
        let answer = open(&model).await.unwrap();
        assert_eq!(began.elapsed(), SECOND * expected);
        assert_eq!(answer.waited(), began.elapsed() - waited);
        answer.response().await.unwrap();
    }
    let totals = governor.metrics().totals;
    assert_eq!(totals.granted, 5);
    assert_eq!(
        (totals.longest_wait, totals.total_wait),
        (MINUTE, MINUTE * 2)
    );
}

//
#[tokio::test(start_paused = true)]
async fn first_come_first_served_and_the_high_go_before_the_low() {
    let (_, model) = governed(Rates::new().with_requests(1));
    ask(&model).await.unwrap();
    let mut tasks = JoinSet::new();
    for (number, priority) in [Priority::Low, Priority::Normal, Priority::High]
        .into_iter()
        .cycle()
        .take(9)
        .enumerate()
    {
        let model = model.clone().with_priority(priority);
        tasks.spawn(async move {
            ask(&model).await.unwrap();
            (priority, number)
        });
        tokio::task::yield_now().await;
    }
    let mut order = Vec::new();
    while let Some(ended) = tasks.join_next().await {
        order.push(ended.unwrap());
    }
    let of = |class| {
        let numbers = order.iter().filter(|(priority, _)| *priority == class);
        numbers.map(|(_, number)| *number).collect::<Vec<_>>()
    };
    assert_eq!(of(Priority::High), [2, 5, 8]);
    assert_eq!(of(Priority::Normal), [1, 4, 7]);
    assert_eq!(of(Priority::Low), [0, 3, 6]);
    assert_eq!(order[0], (Priority::High, 2));
    assert_eq!(order[8], (Priority::Low, 6));
}

//
#[tokio::test(start_paused = true)]
async fn who_waits_too_long_fails_with_the_clock_of_the_queue() {
    let (governor, model) = governed(Rates::new().with_requests(1).with_deadline(SECOND * 5));
    ask(&model).await.unwrap();
    let began = Instant::now();
    let error = ask(&model).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout(Clock::Queue));
    assert_eq!(
        error.to_string(),
        "scripted/script: timed out in the queue: its turn did not come within 5s"
    );
    assert_eq!(began.elapsed(), SECOND * 5);
    let patient = model.clone().with_deadline(MINUTE);
    ask(&patient).await.unwrap();
    let metrics = governor.metrics();
    assert_eq!((metrics.totals.timed_out, metrics.totals.granted), (1, 2));
    assert_eq!(metrics.waiting.all(), 0);
}

//
#[tokio::test(start_paused = true)]
async fn a_refusal_is_typed() {
    let cases = [
        (
            Rates::new().with_requests(1).with_queue(Queue::None),
            ErrorKind::RateLimited,
            Refusal::QueueFull,
        ),
        (
            Rates::new().with_requests(1).with_queue(Queue::AtMost(0)),
            ErrorKind::RateLimited,
            Refusal::QueueFull,
        ),
        (
            Rates::new().with_requests(0),
            ErrorKind::QuotaExhausted,
            Refusal::NoQuota,
        ),
    ];
    for (rates, kind, reason) in cases {
        let (governor, model) = governed(rates);
        _ = ask(&model).await;
        let error = ask(&model).await.unwrap_err();
        assert_eq!(error.kind(), kind);
        let source = error.source().unwrap().downcast_ref::<Refusal>();
        assert_eq!(source, Some(&reason));
        assert!(governor.metrics().totals.refused > 0);
    }
}

//
#[tokio::test(start_paused = true)]
async fn an_estimate_is_kept_and_the_reported_usage_counts() {
    let usage = Usage::UNKNOWN.with_input(100).with_output(30);
    let script = Script::text("Rome.").with_usage(usage);
    let governor = Governor::new(Rates::new().with_input_tokens(1_000).with_tokens(2_000));
    let model = Governed::new(Scripted::new([script]), &governor)
        .with_estimate(|_| Estimate::new(900, 200));
    let answer = open(&model).await.unwrap();
    let kept = governor.metrics();
    assert_eq!(
        (kept.input_tokens.used, kept.tokens.used, kept.running),
        (900, 1_100, 1)
    );
    answer.response().await.unwrap();
    let paid = governor.metrics();
    assert_eq!(
        (paid.input_tokens.used, paid.tokens.used, paid.running),
        (100, 130, 0)
    );
}

//
#[tokio::test(start_paused = true)]
async fn what_failed_before_output_gives_its_tokens_back_and_what_was_never_sent_all() {
    let fail = |kind| Script::refuse(ModelError::new(kind, ""));
    let late = ModelError::new(ErrorKind::Server, "");
    for (script, requests, tokens) in [
        (fail(ErrorKind::Server), 1, 0),
        (fail(ErrorKind::Unsupported), 0, 0),
        (Script::new().fail(late.clone()), 1, 0),
        (Script::text("It is").fail(late), 1, 50),
        (Script::text("It is").cut(), 1, 50),
    ] {
        let governor = Governor::new(Rates::new());
        let model = Governed::new(Scripted::new([script]), &governor)
            .with_estimate(|_| Estimate::new(40, 10));
        ask(&model).await.unwrap_err();
        let metrics = governor.metrics();
        assert_eq!(
            (metrics.requests.used, metrics.tokens.used),
            (requests, tokens)
        );
    }
}

//
#[tokio::test(start_paused = true)]
async fn who_would_wait_too_long_goes_to_the_other_model() {
    let (governor, model) = governed(Rates::new().with_requests(1).with_concurrent(1));
    let model = model.with_overflow(named("other"), SECOND * 5);
    let first = open(&model).await.unwrap();
    let began = Instant::now();
    let second = open(&model).await.unwrap();
    assert_eq!(second.model().to_string(), "test/other");
    assert_eq!(
        began.elapsed(),
        SECOND * 5,
        "the first might have ended sooner"
    );
    assert_eq!(second.waited(), SECOND * 5);
    drop(first);
    let third = open(&model).await.unwrap();
    assert_eq!(third.model().to_string(), "test/other");
    assert_eq!(
        began.elapsed(),
        SECOND * 5,
        "that the window is full is certain"
    );
    let totals = governor.metrics().totals;
    assert_eq!(
        (totals.granted, totals.degraded, totals.timed_out),
        (1, 2, 0)
    );
    tokio::time::sleep(MINUTE).await;
    assert_eq!(
        open(&model).await.unwrap().model().to_string(),
        "scripted/script"
    );
}

//
#[tokio::test(start_paused = true)]
async fn who_finds_no_place_goes_to_the_other_model_and_a_shorter_deadline_fails() {
    let (governor, model) = governed(Rates::new().with_requests(1).with_queue(Queue::None));
    let degrading = model.clone().with_overflow(named("other"), MINUTE);
    ask(&degrading).await.unwrap();
    assert_eq!(
        open(&degrading).await.unwrap().model().to_string(),
        "test/other"
    );
    let totals = governor.metrics().totals;
    assert_eq!((totals.granted, totals.degraded, totals.refused), (1, 1, 0));
    let (_, model) = governed(Rates::new().with_concurrent(1));
    let strict = model
        .with_overflow(named("other"), MINUTE)
        .with_deadline(SECOND);
    let _first = open(&strict).await.unwrap();
    let error = open(&strict).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout(Clock::Queue));
}

//
#[tokio::test(start_paused = true)]
async fn events_tell_what_happens_and_how_many_were_missed() {
    let (governor, model) = governed(Rates::new().with_requests(1).with_deadline(MINUTE * 2));
    let mut events = governor.events();
    ask(&model).await.unwrap();
    ask(&model).await.unwrap();
    let short = model.clone().with_deadline(SECOND);
    ask(&short).await.unwrap_err();
    let priority = Priority::Normal;
    for expected in [
        GovernorEvent::Granted {
            ticket: 1,
            priority,
            waited: Duration::ZERO,
        },
        GovernorEvent::Queued {
            ticket: 2,
            priority,
            ahead: 0,
        },
        GovernorEvent::Granted {
            ticket: 2,
            priority,
            waited: MINUTE,
        },
        GovernorEvent::Queued {
            ticket: 3,
            priority,
            ahead: 0,
        },
        GovernorEvent::TimedOut { ticket: 3 },
    ] {
        assert_eq!(events.next().await, Some(expected));
    }
    let (governor, model) = governed(Rates::new());
    let mut slow = governor.events();
    for _ in 0..300 {
        ask(&model).await.unwrap();
    }
    assert_eq!(
        slow.next().await,
        Some(GovernorEvent::Missed { count: 300 - 256 })
    );
    drop((governor, model));
    for _ in 0..256 {
        assert!(matches!(
            slow.next().await,
            Some(GovernorEvent::Granted { .. })
        ));
    }
    assert_eq!(slow.next().await, None);
}

//
#[tokio::test(start_paused = true)]
async fn metrics_are_plain_data() {
    let (governor, model) = governed(Rates::new().with_requests(2).with_concurrent(1));
    let _answer = open(&model).await.unwrap();
    let json = serde_json::to_value(governor.metrics()).unwrap();
    assert_eq!(json["running"], 1);
    assert_eq!(json["requests"], serde_json::json!({"used": 1, "limit": 2}));
    assert_eq!(
        json["waiting"],
        serde_json::json!({"high": 0, "normal": 0, "low": 0})
    );
    assert_eq!(json["totals"]["granted"], 1);
}

//
#[tokio::test(start_paused = true)]
async fn a_window_has_the_length_and_the_margin_that_were_set() {
    let one = Rates::new().with_requests(1);
    for (rates, millis) in [
        (one.clone(), 60_600),
        (one.clone().with_margin(SECOND * 3), 63_000),
        (one.clone().with_window(SECOND), 1_010),
        (one.with_window(SECOND).with_margin(Duration::ZERO), 1_000),
    ] {
        let model = Governed::new(talker(), &Governor::new(rates));
        ask(&model).await.unwrap();
        let answer = open(&model).await.unwrap();
        assert_eq!(answer.waited().as_millis(), millis);
    }
}
