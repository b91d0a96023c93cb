//! When an attempt is made again: before output and after it, with the waits of the policy.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::time::Instant;
use windlass_agent::{Because, Cancel, Limits, Stop, What};
use windlass_core::{
    Attempt, Backoff, Chance, Clock, Decision, ErrorKind, Jitter, ModelError, Never, Phase,
    RetryPolicy, Script, Scripted, Usage,
};

use crate::kit::{Slow, agent, ended, history, looks, model, scenes, told};

fn error(kind: ErrorKind) -> ModelError {
    ModelError::new(kind, "no")
}

fn overloaded() -> ModelError {
    error(ErrorKind::Overloaded)
}

/// Waits of these lengths, and notes what it was asked.
#[derive(Clone, Default)]
struct Waits {
    waits: Vec<Duration>,
    /// Whether output is discarded for another attempt.
    discards: bool,
    asked: Arc<Mutex<Vec<(u32, bool, Duration)>>>,
}

impl Waits {
    fn of(seconds: impl IntoIterator<Item = u64>) -> Self {
        Waits {
            waits: seconds.into_iter().map(Duration::from_secs).collect(),
            ..Waits::default()
        }
    }
}

impl RetryPolicy for Waits {
    fn decide(&self, attempt: &Attempt<'_>) -> Decision {
        let asked = (attempt.number, attempt.delivered, attempt.elapsed);
        self.asked.lock().unwrap().push(asked);
        let wait = self.waits.get(attempt.number as usize - 1);
        match wait.filter(|_| self.discards || !attempt.delivered) {
            Some(wait) => Decision::Retry(*wait),
            None => Decision::GiveUp,
        }
    }
}

async fn check(policy: impl RetryPolicy + 'static, scripts: Vec<Script>, expected: &str) {
    let agent = agent(model("m", scripts))
        .retry(policy)
        .chance(|| Chance::new(u64::MAX));
    let (events, report) = told(agent.build().unwrap().run("Go.")).await;
    assert_eq!(scenes(&events), expected);
    let failed = report
        .attempts
        .iter()
        .filter(|attempt| !attempt.is_success());
    let left = usize::from(!report.stop.is_success());
    assert_eq!(failed.count() + 1 - left, report.attempts.len());
}

//
#[tokio::test(start_paused = true)]
async fn before_output_an_attempt_is_repeated_freely() {
    let refuse = || Script::refuse(overloaded());
    let done = || Script::text("Done.");
    check(
        Backoff::new(),
        vec![refuse(), refuse(), done()],
        "ask:m failed:Overloaded wait:500ms ask:m failed:Overloaded wait:1s ask:m \"Done.\" answered",
    )
    .await;
    check(
        Backoff::new(),
        vec![Script::new().fail(overloaded()), Script::new().cut(), done()],
        "ask:m failed:Overloaded wait:500ms ask:m failed:Truncated wait:1s ask:m \"Done.\" answered",
    )
    .await;
    check(Never, vec![refuse(), done()], "ask:m failed:Overloaded").await;
    check(
        Waits::of([0, 0]),
        vec![refuse(), refuse(), refuse(), done()],
        "ask:m failed:Overloaded wait:0ns ask:m failed:Overloaded wait:0ns ask:m failed:Overloaded",
    )
    .await;
}

//
#[tokio::test(start_paused = true)]
async fn after_output_an_attempt_is_repeated_only_if_the_policy_says_so_and_is_void_before() {
    let broken = || Script::text("One two").fail(overloaded());
    let thinks = || Script::thinking("Hm.").fail(overloaded());
    let calls = || looks("c1").cut();
    let done = || Script::text("Done.");
    check(
        Backoff::new(),
        vec![broken(), done()],
        "ask:m \"One two\" failed:Overloaded",
    )
    .await;
    let discards = || Backoff::new().discarding_output();
    check(
        discards(),
        vec![broken(), broken(), done()],
        "ask:m \"One two\" failed:Overloaded wait:500ms void ask:m \"One two\" failed:Overloaded wait:1s void \
         ask:m \"Done.\" answered",
    )
    .await;
    check(
        discards(),
        vec![thinks(), done()],
        "ask:m ~Hm. failed:Overloaded wait:500ms void ask:m \"Done.\" answered",
    )
    .await;
    check(
        discards(),
        vec![calls(), done()],
        "ask:m call:c1 failed:Truncated wait:500ms void ask:m \"Done.\" answered",
    )
    .await;
    // What failed before its output has nothing to take back.
    check(
        discards(),
        vec![broken(), Script::refuse(overloaded()), done()],
        "ask:m \"One two\" failed:Overloaded wait:500ms void ask:m failed:Overloaded wait:1s \
         ask:m \"Done.\" answered",
    )
    .await;
}

//
#[tokio::test(start_paused = true)]
async fn a_policy_is_told_number_delivery_and_time() {
    let scripts = [
        Script::refuse(overloaded()),
        Script::text("One").fail(overloaded()),
        Script::refuse(overloaded()),
        looks("c1"),
        Script::refuse(overloaded()),
        Script::text("Done."),
    ];
    let takes = Duration::from_secs(3);
    let slow = Slow::new(model("m", scripts), takes);
    let mut policy = Waits::of([1, 10, 100]);
    policy.discards = true;
    let runs = agent(slow.clone()).retry(policy.clone()).build().unwrap();
    let report = ended(runs.run("Go.")).await;
    assert_eq!(report.stop, Stop::Answered);
    let seconds = Duration::from_secs;
    let asked = policy.asked.lock().unwrap().clone();
    let expected = [
        (1, false, seconds(3)),
        (2, true, seconds(7)),
        (3, false, seconds(20)),
        (1, false, seconds(3)),
    ];
    assert_eq!(asked, expected);
    let at = [0, 4, 17, 120, 123, 127].map(seconds);
    assert_eq!(slow.asked(), at, "the clock of the run, to the letter");
    assert_eq!(report.duration, seconds(130));
}

//
#[tokio::test(start_paused = true)]
async fn a_wait_is_what_policy_provider_and_chance_make_of_it() {
    let millis = Duration::from_millis;
    let asks = |wait| overloaded().with_retry_after(wait);
    for (error, policy, chance, wait) in [
        (overloaded(), Backoff::new(), Chance::NONE, Some(millis(0))),
        (
            overloaded(),
            Backoff::new(),
            Chance::new(u64::MAX),
            Some(millis(500)),
        ),
        (
            overloaded(),
            Backoff::new().with_jitter(Jitter::Equal),
            Chance::NONE,
            Some(millis(250)),
        ),
        (
            asks(millis(7_000)),
            Backoff::new(),
            Chance::NONE,
            Some(millis(7_000)),
        ),
        (
            asks(millis(60_000)),
            Backoff::new(),
            Chance::NONE,
            Some(millis(60_000)),
        ),
        (asks(millis(60_001)), Backoff::new(), Chance::NONE, None),
        (
            asks(millis(60_001)),
            Backoff::new().with_longest_wait(millis(90_000)),
            Chance::NONE,
            Some(millis(60_001)),
        ),
    ] {
        let slow = Slow::new(
            model("m", [Script::refuse(error), Script::text("Done.")]),
            Duration::ZERO,
        );
        let runs = agent(slow.clone()).retry(policy).chance(move || chance);
        ended(runs.build().unwrap().run("Go.")).await;
        assert_eq!(slow.asked().get(1).copied(), wait);
    }
}

//
#[tokio::test(start_paused = true)]
async fn only_what_may_pass_is_repeated() {
    use ErrorKind::{
        Authentication, Connection, ContentFiltered, ContextOverflow, InvalidRequest, NotFound,
        Permission, Protocol, QuotaExhausted, RateLimited, Server, Timeout, Truncated, Unsupported,
    };
    let lasting = [
        Authentication,
        Permission,
        NotFound,
        InvalidRequest,
        ContextOverflow,
        ContentFiltered,
        QuotaExhausted,
        Protocol,
        Unsupported,
    ];
    let passing = [
        RateLimited,
        ErrorKind::Overloaded,
        Server,
        Truncated,
        Timeout(Clock::Idle),
        Connection(Phase::Send),
    ];
    let kinds = lasting.map(|kind| (kind, 1)).into_iter();
    for (kind, requests) in kinds.chain(passing.map(|kind| (kind, 2))) {
        let model = model("m", [Script::refuse(error(kind)), Script::text("Done.")]);
        let report = ended(agent(model.clone()).build().unwrap().run("Go.")).await;
        assert_eq!(model.requests().len(), requests, "{kind:?}");
        assert_eq!(report.attempts.len(), requests, "{kind:?}");
        assert_eq!(report.error.is_some(), requests == 1, "{kind:?}");
    }
}

//
#[tokio::test(start_paused = true)]
async fn a_wait_can_be_cancelled() {
    let model = model("m", [Script::refuse(overloaded()), Script::text("Done.")]);
    let runs = agent(model.clone())
        .retry(Waits::of([3600]))
        .build()
        .unwrap();
    let (began, mut run) = (Instant::now(), runs.run("Go."));
    let handle = run.handle();
    while let Some(event) = run.next().await {
        if let What::Retrying { wait, because } = event.what {
            assert_eq!(wait, Duration::from_secs(3600));
            assert!(
                matches!(*because, Because::Failed(failed) if failed.kind == ErrorKind::Overloaded)
            );
            break;
        }
    }
    let cancel = async {
        tokio::time::sleep(Duration::from_secs(5)).await;
        handle.cancel();
    };
    let (report, ()) = tokio::join!(ended(run), cancel);
    assert_eq!(report.stop, Stop::Cancelled(Cancel::Now));
    assert_eq!(began.elapsed(), Duration::from_secs(5));
    assert_eq!(model.remaining(), 1);
}

/// Asks again at once, for ever.
struct AtOnce;

impl RetryPolicy for AtOnce {
    fn decide(&self, _: &Attempt<'_>) -> Decision {
        Decision::Retry(Duration::ZERO)
    }
}

//
#[tokio::test(start_paused = true)]
async fn a_wait_of_no_time_takes_none_and_can_be_cancelled() {
    let began = Instant::now();
    let refusals = (0..50).map(|_| Script::refuse(overloaded()));
    let scripts = refusals.chain([Script::text("Done.")]);
    let patient = agent(model("m", scripts)).retry(AtOnce);
    let report = patient.build().unwrap().run("Go.").await.unwrap();
    assert_eq!(
        (report.attempts.len(), began.elapsed()),
        (51, Duration::ZERO)
    );

    let scripts = (0..1_000).map(|_| Script::refuse(overloaded()));
    let patient = agent(model("m", scripts)).retry(AtOnce);
    let run = patient.build().unwrap().run("Go.");
    let handle = run.handle();
    let (report, ()) = tokio::join!(ended(run), async { handle.cancel() });
    assert_eq!(report.stop, Stop::Cancelled(Cancel::Now));
}

//
#[tokio::test(start_paused = true)]
async fn a_wait_beyond_the_deadline_is_given_up_at_once() {
    for (wait, limit, is_waited) in [(9, 10, true), (10, 10, false), (11, 10, false)] {
        let began = Instant::now();
        let scripts = [Script::refuse(overloaded()), Script::text("Done.")];
        let limits = Limits::default().with_time(Duration::from_secs(limit));
        let runs = agent(Scripted::new(scripts)).retry(Waits::of([wait]));
        let report = ended(runs.limits(limits).build().unwrap().run("Go.")).await;
        let waited = if is_waited { wait } else { 0 };
        assert_eq!(began.elapsed(), Duration::from_secs(waited), "{wait} s");
        let failed = matches!(report.stop, Stop::Failed(_));
        assert_eq!(failed, !is_waited, "{wait} s: {:?}", report.stop);
    }
}

//
#[tokio::test(start_paused = true)]
async fn every_attempt_is_on_the_report_and_none_takes_a_turn() {
    let usage = |output| Usage::UNKNOWN.with_input(10).with_output(output);
    let scripts = [
        Script::refuse(overloaded().with_request_id("req_1")),
        Script::text("One")
            .with_usage(usage(1))
            .fail(error(ErrorKind::Server)),
        looks("c1").with_usage(usage(2)),
        Script::text("Well").with_usage(usage(4)).cut(),
        Script::text("Done.").with_usage(usage(8)),
    ];
    let slow = Slow::new(model("m", scripts), Duration::from_secs(2));
    let runs = agent(slow).retry(Backoff::new().discarding_output());
    let limits = Limits::default().with_turns(2);
    let report = ended(runs.limits(limits).build().unwrap().run("Go.")).await;
    assert_eq!((report.stop, report.turns), (Stop::Answered, 2));
    let attempts: Vec<_> = report
        .attempts
        .iter()
        .map(|attempt| {
            assert_eq!(attempt.model.model, "m");
            assert_eq!(attempt.duration, Duration::from_secs(2));
            let kind = attempt.error.as_ref().map(|error| error.kind);
            (
                attempt.turn,
                attempt.number,
                kind,
                attempt.usage.output(),
                attempt.has_output,
            )
        })
        .collect();
    let expected = [
        (1, 1, Some(ErrorKind::Overloaded), None, false),
        (1, 2, Some(ErrorKind::Server), Some(1), true),
        (1, 3, None, Some(2), true),
        (2, 1, Some(ErrorKind::Truncated), Some(4), true),
        (2, 2, None, Some(8), true),
    ];
    assert_eq!(attempts, expected);
    let failed = report.attempts[0].error.as_ref().unwrap();
    assert_eq!(failed.request_id.as_deref(), Some("req_1"));
    assert_eq!(report.usage, usage(15).with_input(40));
    assert_eq!(history(&report.conversation).len(), 4);
}
