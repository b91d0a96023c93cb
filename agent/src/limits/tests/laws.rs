use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use proptest::prelude::*;

use super::*;

//
#[test]
fn threads_never_take_more_than_there_is() {
    let parent = Purse::new(limits().with_turns(1_000).with_calls(1_000), None);
    let (turns, calls) = (AtomicU64::new(0), AtomicU64::new(0));
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let child = Purse::new(limits().with_turns(400), Some(&parent));
                while child.begin_turn(0).is_ok() {
                    turns.fetch_add(1, Ordering::Relaxed);
                    let granted = child.take_calls(3).granted;
                    calls.fetch_add(u64::from(granted), Ordering::Relaxed);
                }
            });
        }
    });
    assert_eq!((turns.into_inner(), calls.into_inner()), (1_000, 1_000));
}

/// What one of three runs does: the first is the parent of the second, that of the third.
fn steps() -> impl Strategy<Value = Vec<(usize, u8, u64)>> {
    prop::collection::vec((0..3_usize, 0..4_u8, 0..60_u64), 0..80)
}

proptest! {
    //
    #[test]
    fn estimates_that_hold_keep_every_limit_of_the_chain(
        allowed in prop::array::uniform3(0..300_u64),
        steps in steps(),
    ) {
        let of = |at: usize| limits().with_input_tokens(allowed[at]).with_turns(8).with_calls(40);
        let first = Purse::new(of(0), None);
        let second = Purse::new(of(1), Some(&first));
        let purses = [first.clone(), second.clone(), Purse::new(of(2), Some(&second))];
        let mut open = [0; 3];
        for (run, step, amount) in steps {
            let purse = &purses[run];
            match step {
                0 => {
                    open[run] = 0;
                    drop(purse.begin_turn(amount));
                }
                1 => drop(purse.take_calls(u32::try_from(amount).expect("it is small"))),
                2 => open[run] = purse.before_request(amount).map_or(0, |()| amount),
                _ => {
                    let sent = std::mem::take(&mut open[run]);
                    purse.charge(Usage::UNKNOWN.with_input(sent.min(amount)), None);
                }
            }
            for left in purses.iter().flat_map(Purse::left) {
                prop_assert!(left.used <= left.allowed, "{left:?}");
            }
        }
        let used = |at: usize| purses[at].left().iter().map(|left| left.used).collect::<Vec<_>>();
        for (above, below) in used(0).into_iter().zip(used(1)).chain(used(1).into_iter().zip(used(2))) {
            prop_assert!(above >= below, "what is spent below is spent above");
        }
    }
}
