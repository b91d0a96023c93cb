use proptest::prelude::*;

use super::*;
use crate::{Chance, ErrorKind, ModelError};

fn overloaded() -> ModelError {
    ModelError::new(ErrorKind::Overloaded, "no room")
}

fn wait(policy: &Backoff, attempt: Attempt<'_>) -> Option<Duration> {
    match policy.decide(&attempt) {
        Decision::Retry(wait) => Some(wait),
        Decision::GiveUp => None,
    }
}

//
#[test]
fn only_what_may_pass_is_repeated_and_only_so_often() {
    let policy = Backoff::new().with_attempts(3);
    let error = overloaded();
    assert!(wait(&policy, Attempt::new(2, &error)).is_some());
    assert_eq!(wait(&policy, Attempt::new(3, &error)), None);
    for kind in [
        ErrorKind::QuotaExhausted,
        ErrorKind::InvalidRequest,
        ErrorKind::ContextOverflow,
        ErrorKind::Cancelled,
    ] {
        assert_eq!(
            wait(&policy, Attempt::new(1, &ModelError::new(kind, ""))),
            None,
            "{kind:?}"
        );
    }
}

//
#[test]
fn output_that_was_shown_is_discarded_only_on_request() {
    let error = overloaded();
    let shown = Attempt::new(1, &error).after_output();
    assert_eq!(wait(&Backoff::new(), shown), None);
    assert!(wait(&Backoff::new().discarding_output(), shown).is_some());
    let reported = overloaded().after_output();
    assert_eq!(wait(&Backoff::new(), Attempt::new(1, &reported)), None);
}

//
#[test]
fn a_provider_that_says_when_is_obeyed_or_given_up_on() {
    let policy = Backoff::new().with_first(Duration::from_secs(2));
    let asks = |seconds| overloaded().with_retry_after(Duration::from_secs(seconds));
    let (soon, late) = (asks(60), asks(61));
    assert_eq!(
        wait(&policy, Attempt::new(1, &soon)),
        Some(Duration::from_secs(60))
    );
    let drawn = Attempt::new(1, &soon).with_chance(Chance::new(u64::MAX));
    assert_eq!(wait(&policy, drawn), Some(Duration::from_secs(62)));
    assert_eq!(wait(&policy, Attempt::new(1, &late)), None);
}

#[test]
fn the_time_limit_counts_the_wait_to_come() {
    let policy = Backoff::new()
        .with_time_limit(Duration::from_secs(10))
        .with_jitter(Jitter::Equal);
    let error = overloaded();
    let at = |millis| Attempt::new(1, &error).with_elapsed(Duration::from_millis(millis));
    assert_eq!(wait(&policy, at(9_750)), Some(Duration::from_millis(250)));
    assert_eq!(wait(&policy, at(9_751)), None);
}

//
#[test]
fn at_the_cap_the_waits_of_many_clients_are_spread() {
    for jitter in [Jitter::Full, Jitter::Equal] {
        let policy = Backoff::new().with_attempts(u32::MAX).with_jitter(jitter);
        let error = overloaded();
        let mut seen = std::collections::HashMap::<u64, u32>::new();
        let clients = 1_000_u32;
        for client in 0..clients {
            let draw = u64::from(client).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            let wait = wait(
                &policy,
                Attempt::new(40, &error).with_chance(Chance::new(draw)),
            )
            .unwrap();
            *seen.entry(wait.as_millis() as u64 / 300).or_default() += 1;
        }
        let most = seen.values().max().copied().unwrap();
        assert!(
            most <= clients * 3 / 100,
            "{most} of {clients} come back within the same 300 ms ({jitter:?})"
        );
    }
}

proptest! {
    //
    #[test]
    fn a_wait_stays_within_its_bounds_at_any_attempt(
        number in prop_oneof![0..200_u32, Just(4_000_000_000), Just(u32::MAX - 1)],
        first in 0..u64::MAX,
        cap in 0..u64::MAX,
        draw: u64,
        equal: bool,
    ) {
        let (first, cap) = (Duration::from_nanos(first), Duration::from_nanos(cap));
        let jitter = if equal { Jitter::Equal } else { Jitter::Full };
        let policy = Backoff::new().with_first(first).with_cap(cap).with_attempts(u32::MAX).with_jitter(jitter);
        let error = overloaded();
        let attempt = Attempt::new(number, &error).with_chance(Chance::new(draw));
        let wait = wait(&policy, attempt).unwrap();
        prop_assert!(wait <= cap);
        let doubled = first.as_nanos().saturating_mul(1 << number.saturating_sub(1).min(63));
        prop_assert!(wait.as_nanos() <= doubled);
        if equal {
            prop_assert!(wait.as_nanos() >= doubled.min(cap.as_nanos()) / 2);
        }
        prop_assert_eq!(policy.decide(&attempt), policy.decide(&attempt));
    }

    //
    #[test]
    fn nobody_comes_back_early(asked in 0..120_000_u64, number in 1..4_u32, draw: u64) {
        let error = overloaded().with_retry_after(Duration::from_millis(asked));
        let decided = wait(&Backoff::new(), Attempt::new(number, &error).with_chance(Chance::new(draw)));
        prop_assert_eq!(decided.is_some(), asked <= 60_000 && number < 4);
        prop_assert!(decided.is_none_or(|wait| wait >= Duration::from_millis(asked)));
    }
}
