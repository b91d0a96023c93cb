use proptest::prelude::*;

use super::{Count, Usage};

/// A token count as reports have them, with the borders more often than chance would.
fn tokens() -> impl Strategy<Value = Option<u64>> {
    prop_oneof![
        2 => Just(None),
        4 => (0..100_000_u64).prop_map(Some),
        2 => (Count::MAX - 2..=Count::MAX + 2).prop_map(Some),
        1 => any::<u64>().prop_map(Some),
    ]
}

prop_compose! {
    fn usages()(counts in [tokens(), tokens(), tokens(), tokens(), tokens()]) -> Usage {
        let [input, cache_read, cache_write, output, reasoning] = counts.map(Count::from);
        Usage { input, cache_read, cache_write, output, reasoning }
    }
}

fn updated(mut usage: Usage, later: Usage) -> Usage {
    usage.update(later);
    usage
}

#[test]
fn fits_into_a_small_event() {
    assert_eq!(size_of::<Usage>(), 30);
    assert_eq!(align_of::<Usage>(), 1);
}

// R-14
#[test]
fn what_was_not_reported_is_none_and_not_zero() {
    let nothing = Usage::default();
    assert!(nothing.is_unknown());
    assert_eq!(
        [nothing.input(), nothing.cache_read(), nothing.cache_write()],
        [None; 3]
    );
    assert_eq!(
        [
            nothing.output(),
            nothing.reasoning(),
            nothing.total_input(),
            nothing.total()
        ],
        [None; 4]
    );

    let zero = Usage::UNKNOWN.with_output(0);
    assert!(!zero.is_unknown());
    assert_eq!(
        (zero.output(), zero.total(), zero.total_input()),
        (Some(0), Some(0), None)
    );
}

// R-14
#[test]
fn each_setter_sets_its_own_count() {
    const USAGE: Usage = Usage::UNKNOWN
        .with_input(1)
        .with_cache_read(20)
        .with_cache_write(300)
        .with_output(4_000)
        .with_reasoning(5_000);
    assert_eq!(
        [USAGE.input(), USAGE.cache_read(), USAGE.cache_write()],
        [Some(1), Some(20), Some(300)]
    );
    assert_eq!(
        [USAGE.output(), USAGE.reasoning()],
        [Some(4_000), Some(5_000)]
    );
    assert_eq!(USAGE.total_input(), Some(321));
    assert_eq!(USAGE.total(), Some(4_321));
}

#[test]
fn the_largest_count_is_known_and_larger_ones_stop_there() {
    for tokens in [Count::MAX, Count::MAX + 1, Count::MAX + 2, u64::MAX] {
        assert_eq!(
            Usage::UNKNOWN.with_output(tokens).output(),
            Some(281_474_976_710_654),
            "{tokens}"
        );
    }
    assert_eq!(
        Usage::UNKNOWN.with_output(Count::MAX - 1).output(),
        Some(281_474_976_710_653)
    );
}

#[test]
fn totals_do_not_stop_at_the_largest_count() {
    let usage = Usage::UNKNOWN
        .with_input(u64::MAX)
        .with_cache_read(u64::MAX)
        .with_cache_write(u64::MAX);
    assert_eq!(usage.total_input(), Some(3 * Count::MAX));
    assert_eq!(usage.with_output(u64::MAX).total(), Some(4 * Count::MAX));
}

#[test]
fn shows_what_is_known() {
    let usage = Usage::UNKNOWN.with_input(12).with_output(3);
    assert_eq!(format!("{usage:?}"), "Usage { input: 12, output: 3 }");
    assert_eq!(usage.to_string(), "input: 12, output: 3");
    assert_eq!(format!("{:?}", Usage::UNKNOWN), "Usage");
    assert_eq!(Usage::UNKNOWN.to_string(), "unknown");
}

// R-14
#[test]
fn is_written_in_a_fixed_order_without_what_is_unknown() {
    let all = Usage::UNKNOWN
        .with_reasoning(5)
        .with_output(4)
        .with_cache_write(3)
        .with_cache_read(2)
        .with_input(1);
    let json = r#"{"input":1,"cache_read":2,"cache_write":3,"output":4,"reasoning":5}"#;
    assert_eq!(serde_json::to_string(&all).unwrap(), json);
    assert_eq!(
        serde_json::to_string(&Usage::UNKNOWN.with_output(0)).unwrap(),
        r#"{"output":0}"#
    );
    assert_eq!(serde_json::to_string(&Usage::UNKNOWN).unwrap(), "{}");
}

#[test]
fn reads_null_as_unknown_and_huge_as_the_largest() {
    let usage: Usage =
        serde_json::from_str(r#"{"input":null,"output":18446744073709551615,"new":1}"#).unwrap();
    assert_eq!(usage, Usage::UNKNOWN.with_output(Count::MAX));
    assert!(serde_json::from_str::<Usage>(r#"{"input":-1}"#).is_err());
}

// R-14
#[test]
fn a_shrinking_count_gives_zero_since() {
    let earlier = Usage::UNKNOWN.with_input(10).with_output(9);
    let later = Usage::UNKNOWN.with_output(8).with_reasoning(2);
    assert_eq!(
        later.since(earlier),
        Usage::UNKNOWN.with_output(0).with_reasoning(2)
    );
}

proptest! {
    // R-14
    #[test]
    fn addition_is_commutative_and_associative(a in usages(), b in usages(), c in usages()) {
        prop_assert_eq!(a + b, b + a);
        prop_assert_eq!((a + b) + c, a + (b + c));
        prop_assert_eq!([a, b, c].iter().sum::<Usage>(), a + b + c);
    }

    // R-14
    #[test]
    fn unknown_adds_nothing(a in usages()) {
        prop_assert_eq!(a + Usage::UNKNOWN, a);
        prop_assert_eq!(Usage::UNKNOWN + a, a);
    }

    // R-14
    #[test]
    fn a_sum_is_unknown_only_where_both_are(a in usages(), b in usages()) {
        let mut sum = a;
        sum += b;
        prop_assert_eq!(sum.reasoning().is_none(), a.reasoning().is_none() && b.reasoning().is_none());
        if let (Some(one), Some(two)) = (a.reasoning(), b.reasoning()) {
            prop_assert_eq!(sum.reasoning(), Some((one + two).min(Count::MAX)));
        }
    }

    // R-14
    #[test]
    fn totals_are_over_what_is_known(a in usages()) {
        let parts = [a.input(), a.cache_read(), a.cache_write()];
        let sum = parts.iter().flatten().sum::<u64>();
        prop_assert_eq!(a.total_input(), parts.iter().any(Option::is_some).then_some(sum));
        let known = a.total_input().is_some() || a.output().is_some();
        prop_assert_eq!(a.total(), known.then_some(sum + a.output().unwrap_or(0)));
    }

    // R-14
    #[test]
    fn a_later_report_replaces_and_never_adds(a in usages(), b in usages(), c in usages()) {
        let once = updated(a, b);
        prop_assert_eq!(once.output(), b.output().or(a.output()));
        prop_assert_eq!(updated(once, b), once);
        prop_assert_eq!(updated(once, c), updated(a, updated(b, c)));
        prop_assert_eq!(updated(a, Usage::UNKNOWN), a);
        prop_assert_eq!(updated(Usage::UNKNOWN, a), a);
    }

    #[test]
    fn the_difference_leads_from_the_earlier_to_the_later(earlier in usages(), spent in usages()) {
        let later = earlier + spent;
        prop_assert_eq!(earlier + later.since(earlier), later);
        prop_assert_eq!(later.since(Usage::UNKNOWN), later);
    }

    // R-14
    #[test]
    fn survives_json(a in usages()) {
        let json = serde_json::to_string(&a).unwrap();
        prop_assert_eq!(serde_json::from_str::<Usage>(&json).unwrap(), a);
    }
}
