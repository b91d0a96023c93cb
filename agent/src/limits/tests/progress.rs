use windlass_core::{Call, Outcome, OutcomeStatus};

use super::*;

// R-67, R-87
#[tokio::test(start_paused = true)]
async fn turns_that_get_on_add_turns_up_to_the_most() {
    let adaptive = limits().with_turns(Turns::Adaptive { first: 2, most: 4 });
    let (turn, on) = ((Turn, ""), (Progress(3), ""));
    check(&adaptive, &[turn, turn, (Turn, "2 turns, Stop")]).await;
    check(
        &adaptive,
        &[
            turn,
            on,
            turn,
            turn,
            (Turn, "3 turns, Stop"),
            on,
            turn,
            on,
            on,
            (Turn, "4 turns, Stop"),
        ],
    )
    .await;
    check(
        &adaptive,
        &[turn, (Progress(0), ""), turn, (Turn, "2 turns, Stop")],
    )
    .await;
    let fixed = limits().with_turns(1);
    check(&fixed, &[turn, on, (Turn, "1 turn, Stop")]).await;
    let upside_down = limits().with_turns(Turns::Adaptive { first: 2, most: 1 });
    check(&upside_down, &[turn, on, turn, on, (Turn, "2 turns, Stop")]).await;
}

// R-67
#[tokio::test(start_paused = true)]
async fn the_progress_of_a_sub_agent_is_its_parents_too() {
    let adaptive = limits().with_turns(Turns::Adaptive { first: 2, most: 9 });
    let runs = [(&adaptive, 0), (&limits(), 0)];
    check_tree(
        &runs,
        &[
            (0, Turn, ""),
            (1, Turn, ""),
            (1, Turn, "2 turns, Stop"),
            (1, Progress(1), ""),
            (1, Turn, ""),
        ],
    )
    .await;
    let parent = Purse::new(adaptive, None);
    assert!(Purse::new(limits(), Some(&parent)).is_adaptive());
    assert!(!Purse::new(limits(), None).is_adaptive());
}

/// Turns of calls `name arguments`, a `!` before those that fail, and how many of each turn were new and succeeded.
fn check_fresh(turns: &[(&[&str], u32)]) {
    let mut fresh = Fresh::default();
    for (calls, expected) in turns {
        let written = calls
            .iter()
            .map(|call| call.trim_start_matches('!').split_once(' '));
        let written = written.map(|call| call.expect("a name and arguments"));
        let made: Vec<Call> = written
            .map(|(name, arguments)| Call::new("c", name, arguments))
            .collect();
        let outcomes =
            made.iter()
                .zip(*calls)
                .map(|(call, written)| match written.starts_with('!') {
                    true => Outcome::new(call, OutcomeStatus::Failed, "no"),
                    false => Outcome::success(call, "yes"),
                });
        let outcomes: Vec<Outcome> = outcomes.collect();
        assert_eq!(fresh.successes(&made, &outcomes), *expected, "{calls:?}");
    }
}

// R-67
#[test]
fn a_call_is_new_once() {
    check_fresh(&[
        (&["a {}"], 1),
        (&["a {}"], 0),
        (&["b {}", "a {}", "a 1"], 2),
        (&[], 0),
    ]);
    check_fresh(&[(&["a {}", "a {}"], 1)]);
    check_fresh(&[(&["!a {}", "b {}"], 1), (&["a {}"], 0)]);
    check_fresh(&[
        (&[r#"a {"x":1,"y":2}"#], 1),
        (&[r#"a { "y": 2, "x": 1 }"#], 0),
    ]);
}
