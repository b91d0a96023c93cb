use std::error::Error as StdError;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_core::Stream;
use tokio::task::yield_now;
use tokio::time::{Instant, advance, sleep};
use windlass_core::{Backoff, Event, Finish, FinishReason, ModelId, PartIndex, Script, Scripted};

use super::*;
use crate::governor::{Governed, Governor, Rates};
use crate::retrying::Retrying;

fn error(kind: ErrorKind) -> ModelError {
    ModelError::new(kind, "scripted")
}

fn refused(kind: ErrorKind) -> Script {
    Script::refuse(error(kind))
}

fn down() -> Script {
    refused(ErrorKind::Server)
}

fn good() -> Script {
    Script::text("Rome.")
}

/// Targets `a`, `b`, `c` … that play these scripts.
fn group(scripts: &[&[Script]]) -> (Group, Vec<Scripted>) {
    let models: Vec<Scripted> = scripts
        .iter()
        .map(|scripts| Scripted::new(scripts.to_vec()))
        .collect();
    let mut targets = models
        .iter()
        .zip('a'..)
        .map(|(model, label)| Target::new(label, model.clone()));
    let first = Group::new(targets.next().unwrap());
    (targets.fold(first, Group::with_target), models)
}

async fn ask(model: &dyn Model) -> Result<String, ModelError> {
    let answer = model.stream(Request::new("?")).await?.response().await?;
    Ok(answer.message.text())
}

/// Asks once: what came of it (the message of an error), and how often each target was asked.
async fn check(scripts: &[&[Script]], expected: Result<&str, &str>, asked: &[usize]) {
    let (group, models) = group(scripts);
    let found = ask(&group).await.map_err(|error| error.to_string());
    assert_eq!(found.as_deref().map_err(String::as_str), expected);
    let counts: Vec<usize> = models.iter().map(|model| model.requests().len()).collect();
    assert_eq!(counts, asked);
    let report = group.report();
    assert!(report.targets.iter().all(|target| target.in_flight == 0));
    let requests: Vec<u64> = report
        .targets
        .iter()
        .map(|target| target.requests)
        .collect();
    assert_eq!(
        requests,
        asked.iter().map(|count| *count as u64).collect::<Vec<_>>()
    );
}

//
#[tokio::test(start_paused = true)]
async fn a_request_goes_on_to_the_next_target_and_to_none_twice() {
    let key = || refused(ErrorKind::Authentication);
    check(&[&[good()], &[good()]], Ok("Rome."), &[1, 0]).await;
    check(&[&[down()], &[good()]], Ok("Rome."), &[1, 1]).await;
    check(&[&[key()], &[down()], &[good()]], Ok("Rome."), &[1, 1, 1]).await;
    let early = Script::new().fail(error(ErrorKind::Overloaded));
    check(&[&[early], &[good()]], Ok("Rome."), &[1, 1]).await;
    check(&[&[Script::new().cut()], &[good()]], Ok("Rome."), &[1, 1]).await;
    let all =
        "provider failed: no target answered: `a`: provider failed; `b`: authentication failed";
    check(&[&[down(), good()], &[key(), good()]], Err(all), &[1, 1]).await;
    let invalid = || refused(ErrorKind::InvalidRequest);
    check(
        &[&[invalid()], &[good()]],
        Err("invalid request: scripted"),
        &[1, 0],
    )
    .await;
    let then = "invalid request: no target answered: `a`: provider failed; `b`: invalid request; `c` was not asked";
    check(&[&[down()], &[invalid()], &[good()]], Err(then), &[1, 1, 0]).await;
    check(&[&[down()]], Err("provider failed: scripted"), &[1]).await;
    let shown = Script::text("It is").fail(error(ErrorKind::Server));
    check(
        &[&[shown], &[good()]],
        Err("scripted/script: provider failed: scripted"),
        &[1, 0],
    )
    .await;
}

//
#[tokio::test(start_paused = true)]
async fn the_error_carries_every_cause_and_attempt() {
    let (group, _) = group(&[&[down()], &[refused(ErrorKind::Permission)]]);
    let error = ask(&group).await.unwrap_err();
    let source = error
        .source()
        .unwrap()
        .downcast_ref::<GroupError>()
        .unwrap();
    let causes: Vec<_> = source
        .causes()
        .iter()
        .map(|cause| {
            let error = cause.error.as_ref().unwrap();
            (cause.target.as_str(), error.kind(), error.attempt())
        })
        .collect();
    let expected = [
        ("a", ErrorKind::Server, Some(1)),
        ("b", ErrorKind::Permission, Some(2)),
    ];
    assert_eq!(causes, expected);
    let said = "`a` said: provider failed: scripted; `b` said: permission denied: scripted (cools for 600.0 s)";
    assert_eq!(source.to_string(), said);
    assert_eq!(error.retry_after(), None, "the first may be asked at once");
}

//
#[tokio::test(start_paused = true)]
async fn which_kinds_are_final_is_data() {
    let (group, models) = group(&[&[refused(ErrorKind::InvalidRequest), down()], &[good()]]);
    let group = group.with_final_kinds([ErrorKind::Server]);
    assert_eq!(ask(&group).await.unwrap(), "Rome.");
    assert_eq!(ask(&group).await.unwrap_err().kind(), ErrorKind::Server);
    assert_eq!(models[1].requests().len(), 1);
}

//
#[tokio::test(start_paused = true)]
async fn a_target_that_keeps_failing_is_left_alone_and_then_probed() {
    let scripts = [down(), down(), down(), down(), good(), good()];
    let (group, models) = group(&[&scripts, &vec![good(); 9]]);
    let asked = || models[0].requests().len();
    let state = || group.report().targets[0].state;
    for _ in 0..5 {
        assert_eq!(ask(&group).await.unwrap(), "Rome.");
    }
    assert_eq!((asked(), state()), (3, TargetState::Cooling));
    advance(Duration::from_secs(5)).await;
    assert_eq!(state(), TargetState::Due);
    ask(&group).await.unwrap();
    assert_eq!(
        (asked(), state()),
        (4, TargetState::Cooling),
        "the probe failed"
    );
    assert_eq!(
        group.report().targets[0].cools_for,
        Some(Duration::from_secs(10))
    );
    advance(Duration::from_secs(10)).await;
    ask(&group).await.unwrap();
    ask(&group).await.unwrap();
    assert_eq!(
        (asked(), state()),
        (6, TargetState::Open),
        "the probe succeeded"
    );
}

//
#[tokio::test(start_paused = true)]
async fn answers_that_break_after_output_count_too() {
    let broken = Script::text("It is").fail(error(ErrorKind::Server));
    let (group, models) = group(&[&vec![broken; 3], &[good()]]);
    for _ in 0..3 {
        ask(&group).await.unwrap_err();
    }
    assert_eq!(ask(&group).await.unwrap(), "Rome.");
    assert_eq!(models[0].remaining(), 0);
    assert_eq!(group.report().targets[0].failures, 3);
}

//
#[tokio::test(start_paused = true)]
async fn a_group_of_one_never_locks_itself_out() {
    let mut scripts = vec![refused(ErrorKind::Authentication); 20];
    scripts.push(good());
    let (group, models) = group(&[&scripts]);
    for _ in 0..20 {
        let error = ask(&group).await.unwrap_err();
        assert_eq!(error.to_string(), "authentication failed: scripted");
    }
    assert_eq!(group.report().targets[0].state, TargetState::Cooling);
    assert_eq!(ask(&group).await.unwrap(), "Rome.");
    assert_eq!(models[0].remaining(), 0);
    assert_eq!(group.report().targets[0].state, TargetState::Open);
}

//
#[tokio::test(start_paused = true)]
async fn when_all_cool_the_error_says_which_and_until_when() {
    let asks = |seconds| {
        let wait = Duration::from_secs(seconds);
        Script::refuse(error(ErrorKind::RateLimited).with_retry_after(wait))
    };
    let (group, models) = group(&[&[asks(30)], &[asks(7)]]);
    let first = ask(&group).await.unwrap_err();
    assert_eq!(first.retry_after(), Some(Duration::from_secs(7)));
    advance(Duration::from_secs(2)).await;
    let error = ask(&group).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "provider overloaded: no target answered: `a` cools for 28.0 s after: rate limited; \
         `b` cools for 5.0 s after: rate limited"
    );
    assert_eq!(error.retry_after(), Some(Duration::from_secs(5)));
    assert!(error.hint().contains("retry_after"));
    assert!(models.iter().all(|model| model.requests().len() == 1));
}

#[tokio::test(start_paused = true)]
async fn a_retry_around_a_group_comes_back_when_the_first_has_cooled() {
    let asks =
        Script::refuse(error(ErrorKind::RateLimited).with_retry_after(Duration::from_secs(7)));
    let (group, _) = group(&[&[asks.clone(), good()], &[asks]]);
    let begun = Instant::now();
    let model = Retrying::new(group, Backoff::new()).with_chance(|| Chance::NONE);
    assert_eq!(ask(&model).await.unwrap(), "Rome.");
    assert_eq!(begun.elapsed().as_secs(), 7);
}

//
#[tokio::test(start_paused = true)]
async fn a_target_whose_governor_refuses_is_passed_over_and_not_blamed() {
    let closed = Governor::new(Rates::new());
    closed.shutdown();
    let one = Governed::new(Scripted::new([good()]), &closed);
    let two = Scripted::new(vec![good(); 4]);
    let group = Group::new(Target::new("a", one)).with_target(Target::new("b", two));
    for _ in 0..4 {
        assert_eq!(ask(&group).await.unwrap(), "Rome.");
    }
    assert_eq!(group.report().targets[0].state, TargetState::Open);
}

/// Takes a while to begin, yields before each event, and counts nothing.
struct Slow(Duration, Profile);

fn slow(millis: u64) -> Slow {
    Slow(Duration::from_millis(millis), Profile::default())
}

#[async_trait]
impl Model for Slow {
    fn profile(&self) -> &Profile {
        &self.1
    }

    async fn stream(&self, _: Request) -> Result<EventStream, ModelError> {
        sleep(self.0).await;
        let words = ["It is ", "warmer ", "in Rome."].map(|word| Event::Text {
            part: PartIndex(0),
            text: word.into(),
        });
        let finish = Event::Finish(Finish::new(FinishReason::Stop, "stop"));
        let mut events: Vec<Event> = words.into_iter().chain([finish]).rev().collect();
        let mut was_pending = false;
        let source = stream_of(move |context| {
            was_pending = !was_pending;
            if was_pending {
                context.waker().wake_by_ref();
                return Poll::Pending;
            }
            Poll::Ready(events.pop().map(Ok))
        });
        Ok(EventStream::from_stream(ModelId::default(), source))
    }
}

type Item = Result<Event, ModelError>;

fn stream_of(
    poll: impl FnMut(&mut Context<'_>) -> Poll<Option<Item>> + Send + Unpin + 'static,
) -> impl Stream<Item = Item> + Send {
    struct Polled<F>(F);
    impl<F: FnMut(&mut Context<'_>) -> Poll<Option<Item>> + Unpin> Stream for Polled<F> {
        type Item = Item;
        fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Item>> {
            (self.0)(context)
        }
    }
    Polled(poll)
}

/// Polls `future` so many times, and drops it; whether it was ready.
async fn poll_times<T>(future: impl Future<Output = T>, times: usize) -> bool {
    let mut future = Box::pin(future);
    for _ in 0..times {
        let ready = poll_fn(|context| Poll::Ready(future.as_mut().poll(context).is_ready())).await;
        if ready {
            return true;
        }
        advance(Duration::from_millis(10)).await;
        yield_now().await;
    }
    false
}

//
#[tokio::test(start_paused = true)]
async fn given_up_at_any_poll_nothing_stays_busy() {
    for cooled_before in [false, true] {
        let mut polls = 0;
        loop {
            let first = Target::new("a", slow(25));
            let group = Group::new(first).with_target(Target::new("b", slow(25)));
            if cooled_before {
                group.shared.with(|live, now| {
                    let pass = live[0].health.begin();
                    let wrong = error(ErrorKind::Authentication);
                    let policy = HealthPolicy::new()
                        .with_blame(ErrorKind::Authentication, Blame::Cools(Duration::ZERO));
                    let failure = health::Failure::of(&wrong, &policy);
                    live[0].health.failed(pass, now, failure, &policy);
                });
                advance(Duration::from_secs(6)).await;
                assert_eq!(group.report().targets[0].state, TargetState::Due);
            }
            let done = poll_times(ask(&group), polls).await;
            let target = &group.report().targets[0];
            assert_eq!(target.in_flight, 0, "after {polls} polls");
            assert_ne!(target.state, TargetState::Probing, "after {polls} polls");
            assert_eq!(target.failures, 0);
            if done {
                break;
            }
            polls += 1;
        }
        assert!(polls > 5, "it was given up at several places");
    }
}

//
#[tokio::test(start_paused = true)]
async fn a_target_is_busy_until_its_answer_ends() {
    let group = Group::new(Target::new("a", slow(10)))
        .with_target(Target::new("b", slow(10)))
        .with_strategy(Strategy::LeastBusy);
    let busy = || {
        let report = group.report();
        report
            .targets
            .iter()
            .map(|target| target.in_flight)
            .collect::<Vec<_>>()
    };
    let mut one = group.stream(Request::new("?")).await.unwrap();
    assert_eq!(busy(), [1, 0]);
    let two = group.clone().stream(Request::new("?")).await.unwrap();
    assert_eq!(busy(), [1, 1], "the clone saw that the first is busy");
    while one.next().await.is_some() {}
    assert_eq!(busy(), [0, 1], "the end is enough");
    drop(two);
    assert_eq!(busy(), [0, 0]);
}

//
#[tokio::test(start_paused = true)]
async fn only_one_request_probes_while_the_others_go_elsewhere() {
    let policy = HealthPolicy::new().with_failures_in_a_row(1);
    let failing = Scripted::new([down()]);
    let group = Group::new(Target::new("a", Failing(failing, slow(1_000))))
        .with_target(Target::new("b", slow(10)))
        .with_health(policy);
    ask(&group).await.unwrap();
    advance(Duration::from_secs(5)).await;
    let (first, second) = (group.clone(), group.clone());
    let asked = |group: Group| async move { ask(&group).await.unwrap() };
    let begun = Instant::now();
    let mut tasks = tokio::task::JoinSet::new();
    tasks.spawn(asked(first));
    yield_now().await;
    tasks.spawn(asked(second));
    yield_now().await;
    assert_eq!(group.report().targets[0].state, TargetState::Probing);
    tasks.join_next().await;
    assert!(
        begun.elapsed() < Duration::from_millis(100),
        "the second did not wait"
    );
    tasks.join_next().await;
    assert_eq!(group.report().targets[0].state, TargetState::Open);
    let requests: Vec<u64> = group
        .report()
        .targets
        .iter()
        .map(|one| one.requests)
        .collect();
    assert_eq!(requests, [2, 2]);
}

/// Plays a script, and when it is at its end, asks the other.
struct Failing(Scripted, Slow);

#[async_trait]
impl Model for Failing {
    fn profile(&self) -> &Profile {
        self.0.profile()
    }

    async fn stream(&self, request: Request) -> Result<EventStream, ModelError> {
        match self.0.remaining() {
            0 => self.1.stream(request).await,
            _ => self.0.stream(request).await,
        }
    }
}

//
#[tokio::test(start_paused = true)]
async fn the_fastest_lately_is_found_and_looked_at_again_after_a_minute() {
    let group = Group::new(Target::new("a", slow(400)))
        .with_target(Target::new("b", slow(100)))
        .with_strategy(Strategy::Fastest);
    let requests = || {
        let report = group.report();
        report
            .targets
            .iter()
            .map(|target| target.requests)
            .collect::<Vec<_>>()
    };
    for _ in 0..10 {
        ask(&group).await.unwrap();
    }
    assert_eq!(requests(), [1, 9]);
    let latency = group.report().targets[1].latency.unwrap();
    assert_eq!(latency.as_millis(), 100);
    advance(Duration::from_secs(60)).await;
    ask(&group).await.unwrap();
    assert_eq!(requests(), [2, 9]);
}

//
#[tokio::test(start_paused = true)]
async fn weights_and_their_chance_are_heard() {
    let target = |label: &str, weight| Target::new(label, slow(1)).with_weight(weight);
    let group = Group::new(target("a", 1))
        .with_target(target("b", 3))
        .with_strategy(Strategy::Weighted)
        .with_chance(|| Chance::new(u64::MAX / 2));
    ask(&group).await.unwrap();
    assert_eq!(group.report().targets[1].requests, 1);
    let group = group.with_chance(|| Chance::NONE);
    ask(&group).await.unwrap();
    assert_eq!(group.report().targets[0].requests, 1);
}

#[tokio::test(start_paused = true)]
async fn a_report_is_plain_data() {
    let (group, _) = group(&[&[refused(ErrorKind::Permission)], &[good()]]);
    ask(&group).await.unwrap();
    let report = group.report();
    assert_eq!(report.targets[0].last_failure, Some(ErrorKind::Permission));
    let json = serde_json::to_string(&report).unwrap();
    assert_eq!(serde_json::from_str::<GroupReport>(&json).unwrap(), report);
    let policy = HealthPolicy::new().with_blame(ErrorKind::Server, Blame::Nothing);
    let json = serde_json::to_string(&policy).unwrap();
    assert_eq!(serde_json::from_str::<HealthPolicy>(&json).unwrap(), policy);
}
