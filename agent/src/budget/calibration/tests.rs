use proptest::prelude::*;

use super::*;

fn model() -> ModelId {
    ModelId::new("test", "model")
}

/// How far off the estimates of each request were: as they are, and corrected by what was learned before.
fn losses(requests: &[(u64, u64)]) -> (f64, f64) {
    let calibration = Calibration::new();
    let mut losses = (0.0, 0.0);
    for (estimated, reported) in requests {
        let off = |guess: u64| (guess as f64 / *reported as f64).ln().abs();
        let corrected = calibration.factor(&model()).tokens(*estimated);
        losses = (losses.0 + off(*estimated), losses.1 + off(corrected));
        calibration.learn(&model(), *estimated, Usage::UNKNOWN.with_input(*reported));
    }
    losses
}

fn requests(ratios: impl IntoIterator<Item = f64>) -> Vec<(u64, u64)> {
    let grow = ratios.into_iter().enumerate();
    let request = |(at, ratio): (usize, f64)| {
        let estimated = 2_000 + 500 * at as u64;
        (estimated, ((estimated as f64 * ratio) as u64).max(1))
    };
    grow.map(request).collect()
}

fn check(ratios: impl IntoIterator<Item = f64>, at_most: f64) {
    let (plain, corrected) = losses(&requests(ratios));
    assert!(
        corrected <= plain * at_most + 0.01,
        "{corrected} instead of {plain}"
    );
}

//
#[test]
fn learning_makes_estimates_better() {
    check([1.0; 50], 1.0);
    check([1.3; 50], 0.05);
    check([0.6; 50], 0.05);
    check((0..50).map(|at| 1.2 + 0.1 * f64::from(at % 2)), 0.4);
    check((0..50).map(|at| 1.0 + 0.02 * f64::from(at)), 0.2);
    check((0..50).map(|at| if at < 25 { 1.4 } else { 0.8 }), 0.3);
    check((0..50).map(|at| if at < 25 { 1.4 } else { 1.0 }), 0.3);
}

//
#[test]
fn what_cannot_be_learned_does_not_make_them_much_worse() {
    check((0..50).map(|at| if at % 2 == 0 { 1.5 } else { 0.5 }), 1.1);
    check((0..50).map(|at| if at % 10 == 0 { 2.0 } else { 1.0 }), 1.3);
}

#[test]
fn a_report_without_input_teaches_nothing() {
    let calibration = Calibration::new();
    calibration.learn(&model(), 1_000, Usage::UNKNOWN.with_output(10));
    calibration.learn(&model(), 1_000, Usage::UNKNOWN.with_input(0));
    calibration.learn(&model(), 0, Usage::UNKNOWN.with_input(1_000));
    assert_eq!(calibration.factor(&model()), Factor::default());
}

#[test]
fn models_are_learned_apart_and_clones_together() {
    let calibration = Calibration::new();
    let other = ModelId::new("test", "other");
    calibration.clone().learn(
        &model(),
        1_000,
        Usage::UNKNOWN.with_input(1_000).with_cache_read(500),
    );
    assert_eq!(calibration.factor(&model()).tokens(1_000), 1_500);
    assert_eq!(calibration.factor(&other), Factor::default());
}

proptest! {
    //
    #[test]
    fn a_steady_model_is_estimated_better_with_learning(
        ratio in 0.3..3.0_f64, noise in prop::collection::vec(-0.05..0.05_f64, 8..60)
    ) {
        let (plain, corrected) = losses(&requests(noise.iter().map(|noise| ratio * (1.0 + noise))));
        let bias = ratio.ln().abs();
        prop_assert!(corrected <= plain + bias + 0.11 * noise.len() as f64);
        if bias > 0.15 {
            prop_assert!(corrected < plain * 0.9, "{} instead of {}", corrected, plain);
        }
    }

    //
    #[test]
    fn whatever_is_reported_learning_costs_little(ratios in prop::collection::vec(0.3..3.0_f64, 1..60)) {
        let (plain, corrected) = losses(&requests(ratios));
        prop_assert!(corrected <= plain * 1.5 + 3.0, "{} instead of {}", corrected, plain);
    }

    //
    #[test]
    fn a_steady_model_stays_below_estimate_and_margin(
        ratio in 0.3..3.0_f64, noise in prop::collection::vec(-0.02..0.02_f64, 2..60)
    ) {
        let calibration = Calibration::new();
        for (at, (estimated, reported)) in requests(noise.iter().map(|noise| ratio * (1.0 + noise))).into_iter().enumerate() {
            let factor = calibration.factor(&model());
            let guess = factor.tokens(estimated);
            prop_assert!(at == 0 || reported <= guess + factor.margin(guess), "{reported} for {guess} by {factor:?}");
            prop_assert!(factor.bound <= 2.5 &&  factor.bound >= LEAST_BOUND);
            calibration.learn(&model(), estimated, Usage::UNKNOWN.with_input(reported));
        }
    }
}
