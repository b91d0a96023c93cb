use tokio::task::JoinSet;
use tokio::time::Instant;
use windlass_core::{Allowance, EventStream, Quota, async_trait};

use super::*;

/// Fails as it is told, at once.
#[derive(Clone)]
struct Failing(ModelError, Profile);

impl Failing {
    fn new(error: ModelError) -> Self {
        Failing(error, Profile::new(ModelId::new("test", "failing")))
    }
}

#[async_trait]
impl Model for Failing {
    fn profile(&self) -> &Profile {
        &self.1
    }

    async fn stream(&self, _: Request) -> Result<EventStream, ModelError> {
        Err(self.0.clone())
    }
}

/// How long a request waits after another of the same governor, on another model, has failed so.
async fn held_after(error: ModelError) -> Duration {
    let governor = Governor::new(Rates::new());
    let failing = Governed::new(Failing::new(error), &governor);
    let other = Governed::new(talker(), &governor.clone());
    ask(&failing).await.unwrap_err();
    let began = Instant::now();
    ask(&other).await.unwrap();
    began.elapsed()
}

//
#[tokio::test(start_paused = true)]
async fn a_refusal_that_says_when_to_come_back_holds_back_every_clone() {
    let of = |kind| ModelError::new(kind, "");
    let left = |remaining| {
        Allowance::default()
            .with_remaining(remaining)
            .with_reset_after(SECOND * 3)
    };
    let quota = |remaining| Quota::default().with_tokens(left(remaining));
    for (error, seconds) in [
        (limited(SECOND * 7), 7),
        (of(ErrorKind::RateLimited), 0),
        (of(ErrorKind::Overloaded), 0),
        (of(ErrorKind::Overloaded).with_retry_after(SECOND * 2), 2),
        (of(ErrorKind::Server).with_retry_after(SECOND * 2), 0),
        (of(ErrorKind::QuotaExhausted).with_retry_after(MINUTE), 0),
        (of(ErrorKind::RateLimited).with_quota(quota(0)), 3),
        (of(ErrorKind::RateLimited).with_quota(quota(1)), 0),
        (limited(SECOND * 7).with_quota(quota(0)), 7),
    ] {
        let said = format!("{error:?}");
        assert_eq!(held_after(error).await, SECOND * seconds, "{said}");
    }
}

//
#[tokio::test(start_paused = true)]
async fn a_refusal_in_the_stream_holds_back_too_and_a_later_hold_is_the_longer() {
    let governor = Governor::new(Rates::new());
    let script = Script::text("It is").fail(limited(SECOND * 9));
    let model = Governed::new(Scripted::new([script]), &governor);
    let other = Governed::new(talker(), &governor);
    ask(&model).await.unwrap_err();
    let failing = Governed::new(Failing::new(limited(SECOND)), &governor);
    let began = Instant::now();
    let (last, first) = tokio::join!(ask(&failing), ask(&other));
    assert!(last.is_err() && first.is_ok());
    assert_eq!(began.elapsed(), SECOND * 9);
    assert_eq!(governor.metrics().held.all, Some(SECOND));
}

//
#[tokio::test(start_paused = true)]
async fn a_host_may_say_for_ever_and_a_user_too() {
    let forever = Duration::MAX;
    let used_up = Allowance::default()
        .with_remaining(0)
        .with_reset_after(forever);
    let quota = Quota::default().with_requests(used_up);
    for error in [limited(forever), limited(SECOND).with_quota(quota)] {
        let governor = Governor::new(Rates::new().with_window(forever).with_requests(9));
        let failing = Governed::new(Failing::new(error), &governor);
        ask(&failing).await.unwrap_err();
        let model = Governed::new(talker(), &governor);
        let short = model.clone().with_deadline(MINUTE);
        assert!(matches!(
            ask(&short).await.unwrap_err().kind(),
            ErrorKind::Timeout(_)
        ));
        let elsewhere = model.with_overflow(talker(), forever).with_deadline(MINUTE);
        assert!(ask(&elsewhere).await.is_err());
    }
}

//
#[tokio::test(start_paused = true)]
async fn a_hundred_agents_together_stay_within_the_rates() {
    let (governor, model) = governed(Rates::new().with_requests(30).with_concurrent(4));
    let began = Instant::now();
    let mut agents = JoinSet::new();
    for _ in 0..100 {
        let model = model.clone();
        agents.spawn(async move {
            let answer = open(&model).await.unwrap();
            let went = began.elapsed();
            tokio::time::sleep(SECOND).await;
            answer.response().await.unwrap();
            went
        });
    }
    let mut went = agents.join_all().await;
    went.sort_unstable();
    for pair in went.windows(31) {
        assert!(pair[30] - pair[0] >= MINUTE, "{pair:?}");
    }
    for four in went.windows(5) {
        assert!(four[4] - four[0] >= SECOND, "{four:?}");
    }
    assert!(went[99] < MINUTE * 4, "{:?}", went[99]);
    assert_eq!(governor.metrics().running, 0);
}

//
#[test]
fn who_waits_in_a_runtime_that_outlives_another_still_gets_a_turn() {
    let runtime = || {
        tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap()
    };
    let governor = Governor::new(Rates::new().with_requests(1).with_margin(Duration::ZERO));
    let model = Governed::new(talker(), &governor);
    let (short, long) = (runtime(), runtime());
    short.block_on(ask(&model)).unwrap();
    // The timer begins in the first runtime; who waits moves on to the second.
    let mut waiting = Box::pin(ask(&model));
    short.block_on(std::future::poll_fn(|context| {
        assert!(waiting.as_mut().poll(context).is_pending());
        std::task::Poll::Ready(())
    }));
    let answered = async {
        let (answer, ()) = tokio::join!(waiting, async {
            tokio::task::yield_now().await;
            short.shutdown_background();
        });
        answer
    };
    long.block_on(answered).unwrap();
    assert_eq!(governor.metrics().totals.granted, 2);
}

//
#[test]
fn a_stream_may_be_dropped_where_there_is_no_runtime() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    let rates = Rates::new().with_requests(1).with_concurrent(1);
    let governor = Governor::new(rates.with_margin(Duration::ZERO));
    let model = Governed::new(talker(), &governor);
    let first = runtime.block_on(open(&model)).unwrap();
    let mut waiting = Box::pin(ask(&model));
    runtime.block_on(std::future::poll_fn(|context| {
        assert!(waiting.as_mut().poll(context).is_pending());
        std::task::Poll::Ready(())
    }));
    // From now on only time is waited for, and nobody here can watch it.
    drop(first);
    runtime.block_on(waiting).unwrap();
    assert_eq!(governor.metrics().totals.granted, 2);
}
