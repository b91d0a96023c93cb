mod world;

use proptest::prelude::*;

use super::*;
use world::{Laws, World};

const SECOND: Duration = Duration::from_secs(1);

fn tokens(input: u64, output: u64) -> Estimate {
    Estimate::new(input, output)
}

fn at(seconds: u64) -> Duration {
    SECOND * u32::try_from(seconds).unwrap()
}

/// Exact windows, so that times are round.
fn gate(rates: Rates) -> Gate<u32> {
    Gate::new(rates.with_margin(Duration::ZERO))
}

fn granted(offer: Offer) -> Grant {
    match offer {
        Offer::Granted(grant) => grant,
        other => panic!("not granted: {other:?}"),
    }
}

fn waits(gate: &mut Gate<u32>, now: Duration, need: Estimate, handle: u32) {
    assert!(matches!(gate.offer(now, need), Offer::Wait), "{handle}");
    gate.join(now, need, Priority::Normal, handle);
}

fn next(gate: &mut Gate<u32>, now: Duration) -> Option<u32> {
    gate.next(now).map(|(handle, ..)| handle)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6))]

    //
    #[test]
    fn ten_thousand_requests_at_three_targets_keep_every_law(
        seed in any::<u64>(),
        requests in 400u64..700,
        input in 200_000u64..400_000,
        output in 100_000u64..200_000,
        all in 300_000u64..500_000,
        concurrent in 8usize..40,
    ) {
        // The first with the margin that is usual, the others without, so that it hides nothing.
        let exact = Rates::new().with_margin(Duration::ZERO);
        let targets = [
            Rates::new().with_requests(requests).with_concurrent(400),
            exact.clone().with_input_tokens(input).with_output_tokens(output),
            exact.with_tokens(all).with_concurrent(concurrent).with_requests(2 * requests),
        ];
        let mut world = World::new(&targets, 10_000, seed);
        world.run();
        for target in &world.targets {
            Laws::of(target).check();
        }
    }
}

//
#[test]
fn who_comes_later_and_needs_less_does_not_overtake() {
    let mut gate = gate(Rates::new().with_tokens(100));
    granted(gate.offer(at(0), tokens(60, 0)));
    waits(&mut gate, at(1), tokens(90, 0), 1);
    waits(&mut gate, at(2), tokens(1, 0), 2);
    assert_eq!(next(&mut gate, at(3)), None);
    assert_eq!(gate.next_wake(at(3)), Some(at(60)));
    assert_eq!(next(&mut gate, at(60)), Some(1));
    assert_eq!(next(&mut gate, at(60)), Some(2));
}

//
#[test]
fn there_is_no_double_burst_at_a_border() {
    let mut gate = gate(Rates::new().with_requests(2));
    for second in [59, 59] {
        let grant = granted(gate.offer(at(second), tokens(1, 1)));
        gate.end(at(second), grant, Ending::Answered(Usage::UNKNOWN));
    }
    waits(&mut gate, at(61), tokens(1, 1), 1);
    assert_eq!(gate.next_wake(at(61)), Some(at(119)));
    assert_eq!(next(&mut gate, at(119) - Duration::from_nanos(1)), None);
    assert_eq!(next(&mut gate, at(119)), Some(1));
}

//
#[test]
fn tokens_are_kept_then_corrected_and_given_back() {
    let rates = Rates::new()
        .with_input_tokens(1_000)
        .with_output_tokens(1_000)
        .with_tokens(1_500)
        .with_requests(50);
    let answer = Usage::UNKNOWN
        .with_input(100)
        .with_cache_read(20)
        .with_output(30);
    let free = rates.clone().with_cached_input(CachedInput::Free);
    for (rates, ending, expected) in [
        (&rates, None, (1, 400, 500, 900)),
        (&rates, Some(Ending::Unsent), (0, 0, 0, 0)),
        (&rates, Some(Ending::Failed), (1, 0, 0, 0)),
        (&rates, Some(Ending::Answered(answer)), (1, 120, 30, 150)),
        (&free, Some(Ending::Answered(answer)), (1, 100, 30, 130)),
        (
            &rates,
            Some(Ending::Answered(Usage::UNKNOWN)),
            (1, 400, 500, 900),
        ),
        (
            &rates,
            Some(Ending::Answered(Usage::UNKNOWN.with_input(700))),
            (1, 700, 500, 1_200),
        ),
    ] {
        let mut gate = gate(rates.clone());
        let grant = granted(gate.offer(at(0), tokens(400, 500)));
        ending
            .into_iter()
            .for_each(|ending| gate.end(at(5), grant, ending));
        let found = gate.metrics(at(5));
        let used = (
            found.requests.used,
            found.input_tokens.used,
            found.output_tokens.used,
            found.tokens.used,
        );
        assert_eq!(used, expected, "{ending:?}");
    }
}

//
#[test]
fn output_counts_while_it_runs_and_for_a_window_after() {
    let mut gate = gate(Rates::new().with_output_tokens(100));
    let long = granted(gate.offer(at(0), tokens(1, 80)));
    waits(&mut gate, at(90), tokens(1, 80), 1);
    assert_eq!(
        gate.next_wake(at(90)),
        None,
        "time does not help, only its end"
    );
    let usage = Usage::UNKNOWN.with_output(60);
    gate.end(at(100), long, Ending::Answered(usage));
    assert_eq!(gate.next_wake(at(100)), Some(at(160)));
    assert_eq!(next(&mut gate, at(160)), Some(1));
}

//
#[test]
fn more_than_the_whole_limit_goes_alone_and_is_paid_for() {
    let mut gate = gate(Rates::new().with_tokens(100));
    granted(gate.offer(at(0), tokens(1, 0)));
    waits(&mut gate, at(1), tokens(300, 0), 1);
    waits(&mut gate, at(1), tokens(1, 0), 2);
    assert_eq!(next(&mut gate, at(59)), None);
    assert_eq!(next(&mut gate, at(60)), Some(1));
    assert_eq!(gate.next_wake(at(61)), Some(at(120)));
}

//
#[test]
fn a_full_queue_and_a_limit_of_zero_refuse_and_unbounded_is_spelled() {
    for (queue, room) in [
        (Queue::None, 0),
        (Queue::AtMost(0), 0),
        (Queue::AtMost(3), 3),
        (Queue::Unbounded, 1_000),
    ] {
        let mut gate = gate(Rates::new().with_concurrent(1).with_queue(queue));
        granted(gate.offer(at(0), tokens(1, 1)));
        (0..room).for_each(|handle| waits(&mut gate, at(0), tokens(1, 1), handle));
        let more = gate.offer(at(0), tokens(1, 1));
        let is_full = matches!(more, Offer::Refused(Refusal::QueueFull));
        assert_eq!(is_full, queue != Queue::Unbounded, "{queue:?}");
    }
    for rates in [
        Rates::new().with_requests(0),
        Rates::new().with_input_tokens(0),
        Rates::new().with_output_tokens(0),
        Rates::new().with_tokens(0),
        Rates::new().with_concurrent(0),
    ] {
        let offer = gate(rates).offer(at(0), tokens(1, 1));
        assert!(matches!(offer, Offer::Refused(Refusal::NoQuota)));
    }
}

//
#[test]
fn headers_prime_and_correct_the_limits() {
    let said = |limit, remaining| {
        Allowance::default()
            .with_limit(limit)
            .with_remaining(remaining)
            .with_window(at(60))
    };
    let after = |rates: Rates, quota: Quota| {
        let mut gate = gate(rates);
        gate.learn(at(0), &quota);
        let found = gate.metrics(at(0)).requests;
        (found.used, found.limit)
    };
    let requests = |allowance| Quota::default().with_requests(allowance);
    let day = said(9, 0).with_window(at(86_400));
    for (rates, quota, expected) in [
        (Rates::new(), requests(said(60, 60)), (0, Some(60))),
        (Rates::new(), requests(said(60, 50)), (10, Some(60))),
        (Rates::new(), requests(day), (0, None)),
        (Rates::new(), requests(said(0, 0)), (0, None)),
        (
            Rates::new().with_requests(30),
            requests(said(60, 60)),
            (0, Some(30)),
        ),
        (
            Rates::new().with_requests(30),
            requests(said(60, 40)),
            (0, Some(30)),
        ),
        (
            Rates::new().with_requests(30),
            requests(said(60, 5)),
            (25, Some(30)),
        ),
        (
            Rates::new().with_requests(90),
            requests(said(60, 60)),
            (0, Some(60)),
        ),
        (
            Rates::new().with_requests(90),
            Quota::default(),
            (0, Some(90)),
        ),
    ] {
        assert_eq!(after(rates, quota), expected, "{quota:?}");
    }
}

//
#[test]
fn what_is_used_up_is_held_until_it_is_back() {
    let used_up = Allowance::default()
        .with_remaining(0)
        .with_reset_after(at(7));
    for quota in [
        Quota::default().with_requests(used_up),
        Quota::default().with_tokens(used_up),
        Quota::default().with_input_tokens(used_up),
        Quota::default().with_output_tokens(used_up),
    ] {
        let mut gate = gate(Rates::new());
        assert_eq!(gate.learn(at(1), &quota), Some(at(7)));
        waits(&mut gate, at(2), tokens(1, 1), 1);
        assert_eq!(gate.next_wake(at(2)), Some(at(8)), "{quota:?}");
        assert_eq!(next(&mut gate, at(8)), Some(1));
    }
    let mut gate = gate(Rates::new());
    gate.hold(at(9));
    gate.hold(at(5));
    waits(&mut gate, at(2), tokens(1, 1), 1);
    assert_eq!(
        gate.next_wake(at(2)),
        Some(at(9)),
        "an earlier end does not shorten a hold"
    );
}

//
#[test]
fn admission_pauses_drains_and_shuts() {
    let mut gate = gate(Rates::new().with_concurrent(1));
    gate.admit(at(0), Admission::Paused);
    waits(&mut gate, at(0), tokens(1, 1), 1);
    waits(&mut gate, at(0), tokens(1, 1), 2);
    assert_eq!(
        (next(&mut gate, at(0)), gate.next_wake(at(0))),
        (None, None)
    );
    gate.admit(at(0), Admission::Draining);
    let late = gate.offer(at(1), tokens(1, 1));
    assert!(matches!(late, Offer::Refused(Refusal::Draining)));
    assert_eq!(next(&mut gate, at(1)), Some(1), "who was there goes");
    assert!(!gate.is_idle());
    assert_eq!(gate.admit(at(2), Admission::Shut), [2]);
    gate.admit(at(3), Admission::Open);
    let late = gate.offer(at(3), tokens(1, 1));
    assert!(
        matches!(late, Offer::Refused(Refusal::ShutDown)),
        "for good"
    );
}

//
#[test]
fn the_earliest_time_is_never_later_than_the_real_one() {
    let mut gate = gate(Rates::new().with_requests(2));
    granted(gate.offer(at(0), tokens(1, 1)));
    granted(gate.offer(at(0), tokens(1, 1)));
    let mut said = Vec::new();
    for handle in 0..6 {
        said.push(gate.earliest(at(1), tokens(1, 1)).unwrap());
        waits(&mut gate, at(1), tokens(1, 1), handle);
    }
    assert_eq!(said, [60, 60, 120, 120, 180, 180].map(at));
    let mut now = at(1);
    for said in said {
        now = gate.next_wake(now).unwrap();
        assert!(said <= now && gate.next(now).is_some());
    }
}

//
#[test]
fn an_estimate_without_bounds_is_no_panic() {
    let mut gate = gate(Rates::new().with_tokens(100).with_output_tokens(100));
    let grant = granted(gate.offer(at(0), tokens(u64::MAX, u64::MAX)));
    gate.end(at(1), grant, Ending::Answered(Usage::UNKNOWN));
    waits(&mut gate, at(2), tokens(u64::MAX, 5), 1);
    assert_eq!(next(&mut gate, at(61)), Some(1));
    assert_eq!(gate.metrics(at(200)).tokens.used, 0);
}
