use proptest::prelude::*;

use super::*;
use crate::group::FailureShare;

const SECOND: Duration = Duration::from_secs(1);

fn failure(kind: ErrorKind) -> Failure {
    Failure::of(&ModelError::new(kind, ""), &policy())
}

fn asking(seconds: u64) -> Failure {
    let error = ModelError::new(ErrorKind::RateLimited, "");
    Failure::of(&error.with_retry_after(SECOND * seconds as u32), &policy())
}

/// Three in a row, or half of eight within twenty seconds; two seconds, up to sixteen.
fn policy() -> HealthPolicy {
    HealthPolicy::new()
        .with_failures_in_a_row(3)
        .with_share(FailureShare::new(50, SECOND * 20, 8))
        .with_cool_down(SECOND * 2, SECOND * 16)
}

/// One thing that happens to a target, each a second after the one before.
#[derive(Clone, Copy, Debug)]
enum Step {
    Good,
    Fails(ErrorKind),
    Asks(u64),
    /// A probe brings output, and then fails.
    Breaks,
    GivenUp,
    /// So many seconds pass.
    Wait(u32),
}

use Step::{Asks, Breaks, Fails, GivenUp, Good, Wait};

const DOWN: Step = Fails(ErrorKind::Server);

/// The standing after the steps; `Err` is how many seconds are left.
fn after(steps: &[Step]) -> Result<Standing, u64> {
    let (mut health, policy, mut now) = (Health::default(), policy(), Duration::ZERO);
    for step in steps {
        now += SECOND;
        if let Wait(seconds) = step {
            now += SECOND * (seconds - 1);
            continue;
        }
        let pass = health.begin();
        match step {
            Good => {
                health.output(pass, &policy);
                health.answered(now, &policy);
            }
            Fails(kind) => health.failed(pass, now, failure(*kind), &policy),
            Asks(seconds) => health.failed(pass, now, asking(*seconds), &policy),
            Breaks => {
                health.output(pass, &policy);
                health.failed(pass, now, failure(ErrorKind::Server), &policy);
            }
            GivenUp => health.given_up(pass, now),
            Wait(_) => {}
        }
    }
    match health.standing(now) {
        Standing::Cooling { until } => Err((until - now).as_secs()),
        other => Ok(other),
    }
}

//
#[test]
fn a_target_that_keeps_failing_cools_and_is_probed() {
    let check = |steps: &[Step], expected| assert_eq!(after(steps), expected, "{steps:?}");
    let open = Ok(Standing::Open);
    check(&[], open);
    check(&[DOWN, DOWN], open);
    check(&[DOWN, DOWN, DOWN], Err(2));
    check(&[DOWN, DOWN, Good, DOWN, DOWN], open);
    check(&[DOWN, DOWN, DOWN, Wait(1)], Err(1));
    check(&[DOWN, DOWN, DOWN, Wait(2)], Ok(Standing::Due));
    let cooled = [DOWN, DOWN, DOWN, Wait(2)];
    let then = |steps: &[Step]| [&cooled[..], steps].concat();
    check(&then(&[Good]), open);
    check(&then(&[DOWN]), Err(4));
    check(&then(&[DOWN, Wait(4), DOWN]), Err(8));
    check(&then(&[DOWN, Wait(4), DOWN, Wait(8), DOWN]), Err(16));
    check(
        &then(&[DOWN, Wait(4), DOWN, Wait(8), DOWN, Wait(16), DOWN]),
        Err(16),
    );
    check(&then(&[GivenUp]), Ok(Standing::Due));
    check(&then(&[Breaks]), Err(4));
    check(&then(&[Good, DOWN, DOWN]), open);
    check(&then(&[Good, DOWN, DOWN, DOWN]), Err(2));
}

//
#[test]
fn kinds_weigh_as_the_table_says() {
    let check = |steps: &[Step], expected| assert_eq!(after(steps), expected, "{steps:?}");
    let open = Ok(Standing::Open);
    for kind in [
        ErrorKind::InvalidRequest,
        ErrorKind::ContextOverflow,
        ErrorKind::ContentFiltered,
        ErrorKind::Unsupported,
        ErrorKind::Cancelled,
    ] {
        check(&[Fails(kind); 9], open);
        check(&[DOWN, DOWN, DOWN, Wait(2), Fails(kind)], Ok(Standing::Due));
    }
    for kind in [
        ErrorKind::Authentication,
        ErrorKind::Permission,
        ErrorKind::NotFound,
        ErrorKind::QuotaExhausted,
    ] {
        check(&[Fails(kind)], Err(600));
    }
    check(&[Asks(30)], Err(30));
    check(&[Asks(30), Wait(30), Good, DOWN], open);
    check(&[DOWN, DOWN, Asks(1)], Err(2));
}

//
#[test]
fn a_share_of_failures_is_enough() {
    let mixed = [Good, DOWN, Good, DOWN, Good, DOWN, Good];
    let check = |steps: &[Step], expected| assert_eq!(after(steps), expected, "{steps:?}");
    check(&mixed, Ok(Standing::Open));
    check(&[&mixed[..], &[DOWN]].concat(), Err(2));
    check(
        &[&mixed[..], &[Wait(20), DOWN]].concat(),
        Ok(Standing::Open),
    );
    let mostly_good = [Good, Good, DOWN, Good, Good, DOWN, Good, Good, DOWN];
    check(&mostly_good, Ok(Standing::Open));
}

//
#[test]
fn without_thresholds_only_a_wait_that_is_asked_for_is_kept() {
    let mut policy = policy();
    (policy.in_a_row, policy.share) = (None, None);
    let mut health = Health::default();
    for _ in 0..100 {
        let pass = health.begin();
        health.failed(pass, SECOND, failure(ErrorKind::Server), &policy);
    }
    assert_eq!(health.standing(SECOND), Standing::Open);
    let pass = health.begin();
    health.failed(pass, SECOND, asking(7), &policy);
    assert_eq!(
        health.standing(SECOND),
        Standing::Cooling { until: SECOND * 8 }
    );
}

#[test]
fn what_was_sent_before_the_cooling_neither_lengthens_nor_ends_it() {
    let (mut health, policy) = (Health::default(), policy());
    let early: Vec<Pass> = (0..6).map(|_| health.begin()).collect();
    for pass in &early[..4] {
        health.failed(*pass, SECOND, failure(ErrorKind::Server), &policy);
    }
    assert_eq!(
        health.standing(SECOND),
        Standing::Cooling { until: SECOND * 3 }
    );
    health.answered(SECOND, &policy);
    assert_eq!(
        health.standing(SECOND),
        Standing::Cooling { until: SECOND * 3 }
    );
    health.failed(early[4], SECOND, asking(5), &policy);
    assert_eq!(
        health.standing(SECOND),
        Standing::Cooling { until: SECOND * 6 }
    );
    assert_eq!(health.begin(), Pass::Probe(1));
    health.failed(early[5], SECOND * 6, failure(ErrorKind::Server), &policy);
    assert_eq!(health.standing(SECOND * 6), Standing::Probing);
}

#[derive(Clone, Debug)]
enum Act {
    Begin,
    Output(usize),
    Answered(usize),
    Failed(usize, ErrorKind, Option<u64>),
    GivenUp(usize),
    Pass(u64),
}

fn act() -> impl Strategy<Value = Act> {
    let kind = prop::sample::select(vec![
        ErrorKind::Server,
        ErrorKind::RateLimited,
        ErrorKind::InvalidRequest,
        ErrorKind::Authentication,
    ]);
    let which = || 0..8_usize;
    prop_oneof![
        4 => Just(Act::Begin),
        1 => which().prop_map(Act::Output),
        1 => which().prop_map(Act::Answered),
        3 => (which(), kind, prop::option::weighted(0.1, 1..40_u64))
            .prop_map(|(which, kind, asked)| Act::Failed(which, kind, asked)),
        1 => which().prop_map(Act::GivenUp),
        2 => (0..20_000_u64).prop_map(Act::Pass),
    ]
}

/// A target under traffic that keeps to its standing, with the laws checked after each act.
#[derive(Default)]
struct Trial {
    health: Health,
    /// The requests under way, and which of them brought output.
    passes: Vec<(Pass, bool)>,
    now: Duration,
    /// Failures that counted since the target was open with none.
    in_a_row: u32,
    has_counted: bool,
}

impl Trial {
    fn act(&mut self, act: &Act) {
        let policy = policy();
        match *act {
            Act::Begin => {
                if matches!(
                    self.health.standing(self.now),
                    Standing::Open | Standing::Due
                ) {
                    self.passes.push((self.health.begin(), false));
                }
            }
            Act::Output(which) => {
                if let Some((pass, had_output @ false)) = self.passes.get_mut(which) {
                    *had_output = true;
                    self.health.output(*pass, &policy);
                }
            }
            Act::Answered(which) if which < self.passes.len() => {
                let (pass, had_output) = self.passes.remove(which);
                if !had_output {
                    self.health.output(pass, &policy);
                }
                self.health.answered(self.now, &policy);
                self.in_a_row = 0;
            }
            Act::Failed(which, kind, asked) if which < self.passes.len() => {
                let (pass, _) = self.passes.remove(which);
                let mut failure = failure(kind);
                failure.retry_after = asked.map(Duration::from_secs);
                self.health.failed(pass, self.now, failure, &policy);
                if failure.blame != Blame::Nothing {
                    self.in_a_row += 1;
                    self.has_counted = true;
                }
            }
            Act::GivenUp(which) if which < self.passes.len() => {
                let (pass, _) = self.passes.remove(which);
                self.health.given_up(pass, self.now);
            }
            Act::Pass(millis) => self.now += Duration::from_millis(millis),
            _ => {}
        }
    }

    fn check(&self) {
        let standing = self.health.standing(self.now);
        if !self.has_counted {
            assert_eq!(
                standing,
                Standing::Open,
                "closed without a failure that counts"
            );
        }
        if let State::Probing(probe) = self.health.state {
            let silent = (Pass::Probe(probe), false);
            let probes = self.passes.iter().filter(|pass| **pass == silent).count();
            assert_eq!(probes, 1, "a probe that nobody makes, or two");
        }
        if let Standing::Cooling { until } = standing {
            let longest = Duration::from_secs(600);
            assert!(
                until - self.now <= longest,
                "cools for longer than anybody asked"
            );
        }
    }
}

proptest! {
    //
    #[test]
    fn the_laws_of_health_hold_under_any_traffic(acts in prop::collection::vec(act(), 0..200)) {
        let mut trial = Trial::default();
        for act in &acts {
            trial.act(act);
            trial.check();
            if trial.in_a_row >= 3 && trial.passes.is_empty() {
                // Whatever was open then has been closed since.
                prop_assert!(trial.health.cooled > 0);
            }
        }
        for (pass, _) in std::mem::take(&mut trial.passes) {
            trial.health.given_up(pass, trial.now);
        }
        trial.now += Duration::from_secs(601);
        let standing = trial.health.standing(trial.now);
        prop_assert!(matches!(standing, Standing::Open | Standing::Due), "locked out: {:?}", standing);
    }
}
