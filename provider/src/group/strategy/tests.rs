use super::*;

fn millis(millis: u64) -> Option<Duration> {
    Some(Duration::from_millis(millis))
}

fn weights(weights: &[u32]) -> Vec<Candidate> {
    let candidate = |weight: &u32| Candidate::new().with_weight(*weight);
    weights.iter().map(candidate).collect()
}

fn busy(in_flight: &[u32]) -> Vec<Candidate> {
    let candidate = |busy: &u32| Candidate::new().with_in_flight(*busy);
    in_flight.iter().map(candidate).collect()
}

fn fast(known: &[(u32, Option<Duration>)]) -> Vec<Candidate> {
    let candidate = |(busy, latency): &(u32, Option<Duration>)| {
        Candidate::new()
            .with_in_flight(*busy)
            .with_latency(*latency)
    };
    known.iter().map(candidate).collect()
}

fn priced(prices: &[Option<(u64, u64)>]) -> Vec<Candidate> {
    let candidate = |price: &Option<(u64, u64)>| {
        Candidate::new().with_prices(price.map(|(input, output)| Prices::new(input, output)))
    };
    prices.iter().map(candidate).collect()
}

//
#[test]
fn each_strategy_takes_what_it_says() {
    let check = |strategy: Strategy, targets: Vec<Candidate>, draw: u64, expected: usize| {
        let found = strategy.choose(&targets, Chance::new(draw));
        assert_eq!(found, Some(expected), "{strategy:?} of {targets:?}");
    };
    check(Strategy::InOrder, busy(&[9, 0]), 0, 0);
    check(Strategy::LeastBusy, busy(&[2, 1, 1]), 0, 1);
    check(Strategy::LeastBusy, busy(&[0, 0]), 0, 0);
    check(
        Strategy::Fastest,
        fast(&[(0, millis(90)), (5, millis(80))]),
        0,
        1,
    );
    check(Strategy::Fastest, fast(&[(0, millis(90)), (0, None)]), 0, 1);
    check(Strategy::Fastest, fast(&[(0, millis(90)), (1, None)]), 0, 0);
    check(Strategy::Fastest, fast(&[(1, None), (1, None)]), 0, 0);
    check(
        Strategy::Cheapest,
        priced(&[Some((3, 15)), Some((5, 8))]),
        0,
        1,
    );
    check(
        Strategy::Cheapest,
        priced(&[None, Some((9, 9)), Some((0, 0))]),
        0,
        2,
    );
    check(Strategy::Cheapest, priced(&[None, Some((9, 9))]), 0, 1);
    check(Strategy::Cheapest, priced(&[None, None]), 0, 0);
    check(Strategy::Weighted, weights(&[1, 3]), 0, 0);
    check(Strategy::Weighted, weights(&[1, 3]), u64::MAX / 4 - 1, 0);
    check(Strategy::Weighted, weights(&[1, 3]), u64::MAX / 4 + 1, 1);
    check(Strategy::Weighted, weights(&[1, 3, 0]), u64::MAX, 1);
    check(Strategy::Weighted, weights(&[0, 1]), 0, 1);
    check(Strategy::Weighted, weights(&[0, 0]), 9, 0);
    check(
        Strategy::Weighted,
        weights(&[u32::MAX, u32::MAX]),
        u64::MAX,
        1,
    );
}

#[test]
fn of_nothing_nothing_is_taken() {
    for strategy in [
        Strategy::InOrder,
        Strategy::Weighted,
        Strategy::LeastBusy,
        Strategy::Fastest,
        Strategy::Cheapest,
    ] {
        assert_eq!(strategy.choose(&[], Chance::NONE), None);
    }
}

#[test]
fn weights_are_shares() {
    let targets = weights(&[1, 2, 7]);
    let mut taken = [0; 3];
    for step in 0..1_000 {
        let draw = Chance::new(step * (u64::MAX / 1_000) + u64::MAX / 2_000);
        taken[Strategy::Weighted.choose(&targets, draw).unwrap()] += 1;
    }
    assert_eq!(taken, [100, 200, 700]);
}
