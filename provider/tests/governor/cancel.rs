use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;

use tokio::task::{JoinSet, yield_now};
use tokio::time::timeout;
use windlass_core::{Event, EventStream, Finish, FinishReason, PartIndex, Usage, async_trait};
use windlass_provider::governor::{Estimate, Metrics};

use super::*;

/// Waits at many points, before it answers and while it does.
#[derive(Clone)]
struct Hesitant(Profile);

impl Hesitant {
    fn new() -> Self {
        Hesitant(Profile::new(ModelId::new("test", "hesitant")))
    }
}

#[async_trait]
impl Model for Hesitant {
    fn profile(&self) -> &Profile {
        &self.0
    }

    async fn stream(&self, _: Request) -> Result<EventStream, ModelError> {
        for _ in 0..3 {
            yield_now().await;
        }
        let events = [
            Event::Usage(Usage::UNKNOWN.with_input(5)),
            Event::Text {
                part: PartIndex(0),
                text: "Rome.".into(),
            },
            Event::Usage(Usage::UNKNOWN.with_output(3)),
            Event::Finish(Finish::new(FinishReason::Stop, "stop")),
        ];
        let mut events = events.into_iter();
        let mut is_late = false;
        let source = Source(Box::new(move || {
            is_late = !is_late;
            if is_late { None } else { Some(events.next()) }
        }));
        Ok(EventStream::new(self.0.id.clone(), source))
    }
}

/// Is pending whenever the function has nothing to say.
struct Source(Box<dyn FnMut() -> Option<Option<Event>> + Send>);

impl windlass_core::EventSource for Source {
    fn poll_events(
        mut self: Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
        events: &mut std::collections::VecDeque<Event>,
    ) -> Poll<Option<Result<(), ModelError>>> {
        match (self.0)() {
            None => {
                context.waker().wake_by_ref();
                Poll::Pending
            }
            Some(None) => Poll::Ready(None),
            Some(Some(event)) => {
                events.push_back(event);
                Poll::Ready(Some(Ok(())))
            }
        }
    }
}

/// Polls so often and drops what is left; whether it was done before.
async fn poll_times<T>(mut work: Pin<Box<dyn Future<Output = T> + '_>>, polls: usize) -> bool {
    for _ in 0..polls {
        let mut is_done = false;
        poll_fn(|context| {
            is_done = work.as_mut().poll(context).is_ready();
            Poll::Ready(())
        })
        .await;
        if is_done {
            return true;
        }
        // Others have their turn, and time passes when they have nothing to do.
        tokio::time::sleep(SECOND).await;
    }
    false
}

/// One runs and ends after three seconds, one waits and is dropped after so many polls, one waits behind it.
async fn dropped_after(polls: usize, rates: Rates) -> (bool, Metrics) {
    let governor = Governor::new(rates.with_margin(Duration::ZERO));
    let model = Governed::new(Hesitant::new(), &governor).with_estimate(|_| Estimate::new(9, 9));
    let running = open(&model).await.unwrap();
    let mut tasks = JoinSet::new();
    tasks.spawn(async move {
        tokio::time::sleep(SECOND * 3).await;
        running.response().await.unwrap();
    });
    let dropped = Box::pin(ask(&model));
    let behind = model.clone();
    tasks.spawn(async move {
        yield_now().await;
        yield_now().await;
        ask(&behind).await.unwrap();
    });
    let is_done = poll_times(dropped, polls).await;
    timeout(MINUTE * 10, tasks.join_all())
        .await
        .expect("the next in line gets its turn");
    (is_done, governor.metrics())
}

//
#[tokio::test(start_paused = true)]
async fn dropped_at_any_await_point_it_loses_no_permit_and_no_place() {
    let one_at_a_time = Rates::new().with_concurrent(1);
    let one_a_minute = Rates::new().with_requests(1).with_tokens(40);
    for rates in [one_at_a_time, one_a_minute, Rates::new()] {
        let mut polls = 0;
        let mut cancelled = 0;
        loop {
            let (is_done, metrics) = dropped_after(polls, rates.clone()).await;
            assert_eq!(metrics.running, 0, "after {polls} polls under {rates:?}");
            assert_eq!(metrics.waiting.all(), 0);
            let totals = metrics.totals;
            let came = u64::from(polls > 0) + 2;
            assert_eq!(totals.granted + totals.cancelled, came, "{totals:?}");
            cancelled += totals.cancelled;
            if is_done {
                break;
            }
            polls += 1;
        }
        assert!(polls > 8, "there are many points to drop it at: {polls}");
        assert!(cancelled > 0 || rates == Rates::new());
    }
}

//
#[tokio::test(start_paused = true)]
async fn what_was_let_through_and_never_sent_costs_nothing() {
    let (governor, model) = governed(Rates::new().with_concurrent(1).with_requests(9));
    let running = open(&model).await.unwrap();
    let mut waiting = Box::pin(open(&model));
    let pending = poll_fn(|context| Poll::Ready(waiting.as_mut().poll(context).is_pending()));
    assert!(pending.await);
    drop(running);
    assert_eq!(
        governor.metrics().running,
        1,
        "it was let through and does not know yet"
    );
    drop(waiting);
    let metrics = governor.metrics();
    assert_eq!((metrics.running, metrics.requests.used), (0, 1));
    assert_eq!(model.governor().metrics().totals.granted, 2);
}

//
#[tokio::test(start_paused = true)]
async fn a_crowd_that_leaves_at_once_leaves_nothing_behind() {
    let (governor, model) = governed(Rates::new().with_requests(1));
    ask(&model).await.unwrap();
    let mut crowd = JoinSet::new();
    for _ in 0..1_000 {
        let model = model.clone();
        crowd.spawn(async move { ask(&model).await });
    }
    tokio::time::sleep(SECOND).await;
    assert_eq!(governor.metrics().waiting.normal, 1_000);
    crowd.shutdown().await;
    let metrics = governor.metrics();
    assert_eq!(
        (metrics.waiting.all(), metrics.totals.cancelled),
        (0, 1_000)
    );
    ask(&model).await.unwrap();
}
