use std::future::poll_fn;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::Poll;
use std::time::Duration;

use windlass_core::{
    Backoff, ErrorKind, Event, Finish, FinishReason, Never, PartIndex, Script, Scripted, Started,
    Usage,
};

use super::*;

fn error(kind: ErrorKind) -> ModelError {
    ModelError::new(kind, "scripted")
}

fn refused(kind: ErrorKind) -> Script {
    Script::refuse(error(kind))
}

fn busy() -> Script {
    refused(ErrorKind::Overloaded)
}

/// What comes before output, and then an error.
fn broken_early() -> Script {
    Script::new()
        .with_usage(Usage::UNKNOWN.with_input(9))
        .fail(error(ErrorKind::Server))
}

/// Waits exactly one second, two, four … between attempts.
fn policy() -> Backoff {
    Backoff::new().with_first(Duration::from_secs(1))
}

fn retrying(scripts: impl IntoIterator<Item = Script>) -> (Retrying<Scripted>, Scripted) {
    let model = Scripted::new(scripts);
    let retrying = Retrying::new(model.clone(), policy()).with_chance(|| Chance::new(u64::MAX));
    (retrying, model)
}

/// The text or the error's kind and attempt, the requests made, and the seconds it took.
async fn check(
    scripts: impl IntoIterator<Item = Script>,
    expected: Result<&str, (ErrorKind, u32)>,
    requests: usize,
    seconds: u64,
) {
    let (model, script) = retrying(scripts);
    let begun = Instant::now();
    let answer = match model.stream(Request::new("?")).await {
        Ok(stream) => stream.response().await,
        Err(error) => Err(error),
    };
    let answer = answer.map(|response| response.message.text());
    let answer = answer.map_err(|error| (error.kind(), error.attempt().unwrap_or(0)));
    assert_eq!(answer.as_deref().map_err(|error| *error), expected);
    assert_eq!(script.requests().len(), requests);
    assert_eq!(begun.elapsed().as_secs(), seconds);
}

//
#[tokio::test(start_paused = true)]
async fn an_attempt_is_repeated_only_before_output() {
    let good = || Script::text("Rome.");
    let asked = |seconds| {
        let wait = Duration::from_secs(seconds);
        Script::refuse(error(ErrorKind::RateLimited).with_retry_after(wait))
    };
    check([good()], Ok("Rome."), 1, 0).await;
    check([busy(), good()], Ok("Rome."), 2, 1).await;
    check([busy(), broken_early(), good()], Ok("Rome."), 3, 3).await;
    check([Script::new().cut(), good()], Ok("Rome."), 2, 1).await;
    let overloaded = Err((ErrorKind::Overloaded, 4));
    check([busy(), busy(), busy(), busy()], overloaded, 4, 7).await;
    let invalid = refused(ErrorKind::InvalidRequest);
    check([busy(), invalid], Err((ErrorKind::InvalidRequest, 2)), 2, 1).await;
    let shown = Script::text("It is").fail(error(ErrorKind::Server));
    check([shown.clone(), good()], Err((ErrorKind::Server, 1)), 1, 0).await;
    check([busy(), shown], Err((ErrorKind::Server, 2)), 2, 1).await;
    check([asked(20), good()], Ok("Rome."), 2, 21).await;
    check([asked(61), good()], Err((ErrorKind::RateLimited, 1)), 1, 0).await;
}

//
#[tokio::test(start_paused = true)]
async fn what_was_shown_is_not_repeated_though_the_policy_would() {
    let shown = Script::text("It is").fail(error(ErrorKind::Server));
    let model = Scripted::new([shown, Script::text("Rome.")]);
    let retrying = Retrying::new(model.clone(), policy().discarding_output());
    let stream = retrying.stream(Request::new("?")).await.unwrap();
    assert!(stream.response().await.unwrap_err().is_after_output());
    assert_eq!(model.remaining(), 1);
}

#[tokio::test(start_paused = true)]
async fn nothing_of_a_failed_attempt_is_left_and_nothing_of_a_good_one_is_lost() {
    let text = Event::Text {
        part: PartIndex(0),
        text: "Rome.".into(),
    };
    let good = [
        Event::Started(Box::new(Started::new().with_id("second"))),
        Event::Usage(Usage::UNKNOWN.with_input(4)),
        text,
        Event::Finish(Finish::new(FinishReason::Stop, "stop")),
    ];
    let (model, _) = retrying([broken_early(), Script::events(good.clone())]);
    let mut stream = model.stream(Request::new("?")).await.unwrap();
    let mut events = Vec::new();
    while let Some(event) = stream.next().await {
        events.push(event.unwrap());
    }
    assert_eq!(events, good);
}

//
#[tokio::test(start_paused = true)]
async fn the_policy_is_told_the_number_the_time_and_a_fresh_chance() {
    struct Told(AtomicU32);
    impl RetryPolicy for Told {
        fn decide(&self, attempt: &Attempt<'_>) -> Decision {
            let before = self.0.fetch_add(1, Ordering::Relaxed);
            assert_eq!(attempt.number, before + 1);
            assert_eq!(attempt.elapsed, Duration::from_secs(5) * before);
            assert_eq!(attempt.chance, Chance::new(u64::from(before)));
            assert!(!attempt.delivered);
            Decision::Retry(Duration::from_secs(5))
        }
    }
    let model = Scripted::new([busy(), busy(), busy(), Script::text("Rome.")]);
    let draws = AtomicU32::new(0);
    let draw = move || Chance::new(u64::from(draws.fetch_add(1, Ordering::Relaxed)));
    let retrying = Retrying::new(model, Told(AtomicU32::new(0))).with_chance(draw);
    assert!(retrying.stream(Request::new("?")).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn dropping_it_cancels_the_wait() {
    let (model, script) = retrying([busy(), Script::text("Rome.")]);
    let mut asked = model.stream(Request::new("?"));
    let first = poll_fn(|context| Poll::Ready(asked.as_mut().poll(context).is_pending())).await;
    assert!(first, "it waits");
    drop(asked);
    sleep(Duration::from_secs(3_600)).await;
    assert_eq!(script.remaining(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_policy_that_never_repeats_is_obeyed() {
    let model = Scripted::new([busy(), Script::text("Rome.")]);
    let error = Retrying::new(model, Never)
        .stream(Request::new("?"))
        .await
        .unwrap_err();
    assert_eq!(error.attempt(), Some(1));
}
