use super::*;

fn compacted(conversation: &Conversation, before: u64, after: u64) -> Compacted {
    let report = CompactReport {
        tokens_before: before,
        tokens_after: after,
        ..CompactReport::default()
    };
    Compacted {
        conversation: conversation.clone(),
        report,
    }
}

/// What each compaction made of what, and whether something was said before it; then at which one it was too much.
fn check(steps: &[(u64, u64, bool)], too_much: Option<usize>) {
    let mut fruitless = Fruitless::default();
    let mut said = of([user("begin")]);
    let failed = steps.iter().position(|(before, after, said_more)| {
        if *said_more {
            said.push(says("more")).unwrap();
        }
        fruitless
            .review(&compacted(&said, *before, *after))
            .is_err()
    });
    assert_eq!(failed, too_much, "{steps:?}");
}

//
#[test]
fn compactions_that_win_nothing_come_to_an_end() {
    check(&[(1_000, 500, true); 9], None);
    check(&[(1_000, 950, true); 9], Some(2));
    check(
        &[
            (1_000, 950, true),
            (1_000, 950, true),
            (1_000, 500, true),
            (1_000, 950, true),
        ],
        None,
    );
    check(
        &[
            (1_000, 500, true),
            (500, 400, false),
            (400, 300, false),
            (300, 200, false),
        ],
        Some(3),
    );
    check(&[(1_000, 900, true); 9], None);
    check(&[(1_000, 901, true); 9], Some(2));
}

//
#[test]
fn the_error_says_how_often_and_what_was_won() {
    let mut fruitless = Fruitless::new(std::num::NonZeroU32::MIN);
    let error = fruitless
        .review(&compacted(&of([user("a")]), 1_000, 950))
        .unwrap_err();
    assert_eq!(error.kind(), CompactErrorKind::Fruitless);
    assert_eq!(
        error.to_string(),
        "1 compactions in a row won next to nothing, the last 50 tokens of 1000"
    );
    assert!(error.hint().contains("larger window"));
}
