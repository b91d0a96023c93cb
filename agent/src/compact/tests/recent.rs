use super::*;

fn check(messages: impl IntoIterator<Item = Message>, target: u64, expected: &[&str]) {
    let compacted = run(&of(messages), target, &KeepRecent::new())
        .unwrap()
        .unwrap();
    assert_eq!(shown(&compacted.conversation), expected);
}

const ONE: &str = "[Earlier messages left out to save room:";

//
#[test]
fn the_oldest_messages_go_and_a_note_says_so() {
    let long = lines(20);
    let history = || {
        [
            user(&long),
            says(&long),
            user("now"),
            says("yes"),
            user("and?"),
        ]
    };
    check(history(), 60, &[ONE, "now", "yes", "and?"]);
    check(history(), 45, &[ONE, "yes", "and?"]);
    let compacted = run(&of(history()), 60, &KeepRecent::new())
        .unwrap()
        .unwrap();
    let note = compacted.conversation.messages().next().unwrap();
    assert_eq!(*note, user("[Earlier messages left out to save room: 2]"));
}

//
#[test]
fn a_call_goes_with_its_outcome() {
    let long = lines(20);
    let history = [
        user("a"),
        asks(&["x"]),
        gets("x", &long),
        says("b"),
        user("c"),
    ];
    check(history, 60, &[ONE, "b", "c"]);
}

//
#[test]
fn what_the_system_said_stays() {
    let system = |text: &str| Message::from(System::new(text));
    let long = lines(30);
    let history = [
        system("one"),
        user(&long),
        system("two"),
        says(&long),
        system("three"),
        user("now"),
    ];
    check(history, 80, &["one", ONE, "two", "three", "now"]);
}

//
#[test]
fn one_long_turn_is_cut_inside() {
    let long = lines(20);
    let mut history = vec![user("the task")];
    for id in ["a", "b", "c", "d"] {
        history.extend([asks(&[id]), gets(id, &long)]);
    }
    let kept = [
        "the task",
        ONE,
        "Let me look.",
        "10:51 all is well\n10:51 all is well\n10:5",
    ];
    check(history, 400, &kept);
}

//
#[test]
fn notes_add_up() {
    let long = lines(20);
    let mut said = of([user(&long), says("1"), user(&long), says("2"), user("3")]);
    let before = run(&said, 250, &KeepRecent::new()).unwrap().unwrap();
    assert_eq!(before.report.messages_after, 4);
    said = before.conversation;
    for message in [says(&long), user("now")] {
        said.push(message).unwrap();
    }
    let after = run(&said, 60, &KeepRecent::new()).unwrap().unwrap();
    let note = after.conversation.messages().next().unwrap();
    assert_eq!(*note, user("[Earlier messages left out to save room: 6]"));
}

//
#[test]
fn what_wins_nothing_is_not_done() {
    let estimator = Approximate::default();
    let said = of([user("a"), says("b"), user(&lines(100))]);
    let work = Compaction::new(&said, &estimator, 10);
    assert!(
        block_on(KeepRecent::new().compact(&work))
            .unwrap()
            .is_none()
    );
    let error = run(&said, 10, &KeepRecent::new()).unwrap_err();
    assert_eq!(error.kind(), CompactErrorKind::TooLarge);
}
