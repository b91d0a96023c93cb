use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop_oneof, proptest};

use super::*;

fn safety() -> impl Strategy<Value = Safety> {
    let key = || (0..3_u8).prop_map(|key| format!("key {key}"));
    prop_oneof![
        3 => Just(Safety::Shared),
        1 => Just(Safety::Exclusive),
        3 => key().prop_map(Safety::reads),
        3 => key().prop_map(Safety::writes),
    ]
}

fn safeties(longest: usize) -> impl Strategy<Value = Vec<Safety>> {
    proptest::collection::vec(safety(), 0..longest)
}

/// For each call all that it waits for, by way of others too.
fn closure(plan: &Plan) -> Vec<Vec<bool>> {
    let mut all: Vec<Vec<bool>> = Vec::new();
    for call in 0..plan.len() {
        let mut before = vec![false; plan.len()];
        for &earlier in plan.waits(call) {
            before[earlier] = true;
            for (at, is_before) in all[earlier].iter().enumerate() {
                before[at] |= is_before;
            }
        }
        all.push(before);
    }
    all
}

proptest! {
    //
    #[test]
    fn calls_that_conflict_keep_their_order(safeties in safeties(40)) {
        let plan = Plan::of(&safeties);
        assert_eq!(plan.len(), safeties.len());
        let before = closure(&plan);
        for (call, safety) in safeties.iter().enumerate() {
            for (earlier, other) in safeties[..call].iter().enumerate() {
                assert!(before[call][earlier] || !safety.conflicts_with(other), "{earlier} and {call}");
            }
        }
    }

    //
    #[test]
    fn nothing_else_waits_and_nothing_waits_twice(safeties in safeties(40)) {
        let plan = Plan::of(&safeties);
        let before = closure(&plan);
        for call in 0..plan.len() {
            let waits = plan.waits(call);
            for &earlier in waits {
                assert!(safeties[call].conflicts_with(&safeties[earlier]), "{earlier} and {call}");
                assert!(!waits.iter().any(|&other| before[other][earlier]), "{earlier} twice in {call}");
            }
            assert!(waits.is_sorted_by(|one, two| one < two), "{waits:?}");
        }
    }

    //
    #[test]
    fn calls_that_do_not_run_change_nothing_for_the_others(calls in proptest::collection::vec(proptest::option::of(safety()), 0..30)) {
        let all = Plan::of_those(calls.iter().map(Option::as_ref));
        let run: Vec<usize> = (0..calls.len()).filter(|&call| calls[call].is_some()).collect();
        let alone: Vec<Safety> = calls.iter().flatten().cloned().collect();
        let alone = Plan::of(&alone);
        for call in 0..calls.len() {
            let at = run.iter().position(|&one| one == call);
            let waits = at.map_or(&[][..], |at| alone.waits(at));
            let waits: Vec<usize> = waits.iter().map(|&at| run[at]).collect();
            assert_eq!(all.waits(call), waits);
        }
    }

    //
    #[test]
    fn whichever_call_ends_first_all_get_their_turn(safeties in safeties(30), choices in proptest::collection::vec(any::<usize>(), 30)) {
        let plan = Plan::of(&safeties);
        let mut done = vec![false; plan.len()];
        for choice in choices.into_iter().take(plan.len()) {
            let is_ready = |call: &usize| !done[*call] && plan.waits(*call).iter().all(|&earlier| done[earlier]);
            let running: Vec<usize> = (0..plan.len()).filter(is_ready).collect();
            assert!(!running.is_empty(), "a deadlock");
            for (at, &one) in running.iter().enumerate() {
                assert!(running[at + 1..].iter().all(|&two| !safeties[one].conflicts_with(&safeties[two])));
            }
            done[running[choice % running.len()]] = true;
        }
        assert!(done.iter().all(|done| *done));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    /// Every edge is looked at once when it is written and once when it is taken out of the open ones; so a thousand
    /// calls take some thousand steps, which are far from a millisecond.
    #[test]
    fn the_work_grows_with_the_calls(safeties in safeties(1000)) {
        let plan = Plan::of(&safeties);
        let edges: usize = (0..plan.len()).map(|call| plan.waits(call).len()).sum();
        assert!(edges <= 2 * safeties.len(), "{edges} for {}", safeties.len());
    }
}

//
#[test]
fn pairs() {
    let kinds = [
        ("shared", Safety::Shared),
        ("exclusive", Safety::Exclusive),
        ("read a", Safety::reads("a")),
        ("write a", Safety::writes("a")),
        ("read b", Safety::reads("b")),
        ("write b", Safety::writes("b")),
    ];
    for (first_name, first) in &kinds {
        for (second_name, second) in &kinds {
            let plan = Plan::of(&[first.clone(), second.clone()]);
            let waits = !plan.waits(1).is_empty();
            assert_eq!(
                waits,
                first.conflicts_with(second),
                "{first_name}, {second_name}"
            );
        }
    }
}
