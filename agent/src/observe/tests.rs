use std::pin::pin;
use std::task::{Context, Poll, Waker};

use windlass_core::{PartIndex, Text};

use super::*;
use crate::{RunId, What};

fn word(number: u64) -> AgentEvent {
    let text = Text::from(number.to_string());
    let part = PartIndex(0);
    AgentEvent::new(RunId::new("run_1"), 1, 1, What::Text { part, text })
}

fn tell(observers: &Observers, words: std::ops::Range<u64>) {
    for number in words {
        observers.tell(&word(number));
    }
}

/// All that an observer can be told without waiting.
fn all(observer: &mut Observer) -> Vec<Observed> {
    let mut cx = Context::from_waker(Waker::noop());
    std::iter::from_fn(|| match pin!(observer.next()).poll(&mut cx) {
        Poll::Ready(told) => told,
        Poll::Pending => None,
    })
    .collect()
}

fn words(numbers: std::ops::Range<u64>) -> Vec<Observed> {
    numbers
        .map(|number| Observed::Event(word(number)))
        .collect()
}

//
#[test]
fn a_slow_observer_loses_its_own_oldest_events_and_is_told_how_many() {
    let observers = Observers::default();
    let (mut quick, mut slow) = (observers.observe(), observers.observe());
    tell(&observers, 0..1000);
    assert_eq!(all(&mut quick), words(0..1000));
    tell(&observers, 1000..1100);
    assert_eq!(all(&mut quick), words(1000..1100));
    let lost = 1100 - BUFFER as u64;
    let mut expected = vec![Observed::Lost(lost)];
    expected.extend(words(lost..1100));
    assert_eq!(all(&mut slow), expected);
    tell(&observers, 1100..1101);
    assert_eq!(all(&mut slow), words(1100..1101), "it has caught up");
}

//
#[tokio::test]
async fn an_observer_that_is_gone_disturbs_nobody_and_the_end_comes_after_the_last_event() {
    let observers = Observers::default();
    let (gone, mut stays) = (observers.observe(), observers.observe());
    drop(gone);
    tell(&observers, 0..2);
    drop(observers);
    for told in words(0..2) {
        assert_eq!(stays.next().await, Some(told));
    }
    assert_eq!(stays.next().await, None);
    assert_eq!(stays.next().await, None);
}

#[tokio::test]
async fn an_observer_ends_with_what_it_observes() {
    let observers = Observers::default();
    let mut observer = observers.observe();
    tell(&observers, 0..1);
    observers.close();
    tell(&observers, 1..2);
    assert_eq!(observer.next().await, Some(Observed::Event(word(0))));
    assert_eq!(observer.next().await, None);
    assert_eq!(observers.observe().next().await, None);
    assert!(observers.is_empty());
    let unheard = Observers::default();
    unheard.close();
    assert_eq!(unheard.observe().next().await, None);
}

#[test]
fn an_observer_hears_what_comes_after_it() {
    let observers = Observers::default();
    let of_the_session = observers.clone();
    tell(&observers, 0..1);
    assert!(
        observers.0.get().is_none(),
        "there is no buffer while nobody listens"
    );
    assert!(observers.is_empty());
    let mut observer = of_the_session.observe();
    assert!(!observers.is_empty());
    tell(&observers, 1..3);
    assert_eq!(all(&mut observer), words(1..3));
    drop(observer);
    assert!(observers.is_empty());
    tell(&observers, 3..4);
    let mut later = observers.observe();
    tell(&observers, 4..5);
    assert_eq!(all(&mut later), words(4..5));
}

#[tokio::test]
async fn nothing_is_lost_by_a_wait_that_is_given_up() {
    let observers = Observers::default();
    let mut observer = observers.observe();
    {
        let mut cx = Context::from_waker(Waker::noop());
        let mut waiting = pin!(observer.next());
        assert!(waiting.as_mut().poll(&mut cx).is_pending());
        tell(&observers, 0..1);
    }
    assert_eq!(observer.next().await, Some(Observed::Event(word(0))));
}
