use proptest::prelude::*;

use super::*;
use crate::{Assistant, Call, Outcome, System, User};

fn call(id: &str) -> Call {
    Call::new(id, "weather", "{}")
}

fn asks(id: &str) -> Message {
    Message::Assistant(Assistant::new("Let me look.").with(call(id)))
}

fn answers(id: &str, text: &str) -> Message {
    Message::Outcomes([Outcome::success(&call(id), text)].into_iter().collect())
}

fn long() -> Conversation {
    let messages = [
        User::new("one").into(),
        asks("call_w7"),
        answers("call_w7", "a long output"),
        User::new("two").into(),
    ];
    let mut conversation = Conversation::new();
    for message in messages {
        conversation.push(message).unwrap();
    }
    conversation
}

//
#[test]
fn what_is_not_replaced_is_shared() {
    let before = long();
    let shorten = |_: usize, message: &Message| match message {
        Message::Outcomes(_) => Some(answers("call_w7", "short")),
        _ => None,
    };
    let after = before.replacing(shorten).unwrap();
    let shared: Vec<_> = (before.entries().iter().zip(after.entries()))
        .map(|(old, new)| Arc::ptr_eq(old, new))
        .collect();
    assert_eq!(shared, [true, true, false, true]);
    assert_eq!(after.calls().next().unwrap().1.unwrap().text(), "short");
    assert_eq!(before.replacing(|_, _| None).unwrap(), before);
}

//
#[test]
fn an_illegal_replacement_is_refused() {
    let complaint = |replaced: Result<Conversation, ConversationError>| {
        replaced.expect_err("it is illegal").to_string()
    };
    let other = |_: usize, message: &Message| {
        matches!(message, Message::Outcomes(_)).then(|| answers("b", "short"))
    };
    assert_eq!(
        complaint(long().replacing(other)),
        "expected the outcome of call `call_w7`, found that of `b`"
    );
    let entries = long().entries().to_vec();
    assert_eq!(
        complaint(Conversation::from_entries(entries[2..].iter().cloned())),
        "the outcome of `call_w7` answers no open call"
    );
    assert_eq!(
        complaint(long().with_entries([entries[1].clone(), entries[3].clone()])),
        "call `call_w7` of `weather` has no outcome yet"
    );
}

//
#[test]
fn ids_go_on_when_the_calls_that_had_them_are_left_out() {
    let before = long();
    assert_eq!(before.next_call_number(), 8);
    let last = before.entries()[3].clone();
    assert_eq!(
        before
            .with_entries([last.clone()])
            .unwrap()
            .next_call_number(),
        8
    );
    let fresh = Conversation::from_entries([last]).unwrap();
    assert_eq!(fresh.next_call_number(), 0);
    let asked = Conversation::from_entries(before.entries()[..3].iter().cloned()).unwrap();
    assert_eq!(asked.next_call_number(), 8);
    let put_in = before.replacing(|at, _| match at {
        1 => Some(asks("call_w9")),
        2 => Some(answers("call_w9", "x")),
        _ => None,
    });
    assert_eq!(put_in.unwrap().next_call_number(), 10);
}

proptest! {
    //
    #[test]
    fn any_part_is_a_legal_conversation_or_an_error(keep in prop::collection::vec(any::<bool>(), 5)) {
        let mut before = long();
        before.push_system(System::new("Be brief.")).unwrap();
        let kept = || before.entries().iter().zip(&keep).filter(|(_, keep)| **keep).map(|(entry, _)| entry);
        match before.with_entries(kept().cloned()) {
            Ok(after) => {
                prop_assert_eq!(after.len(), kept().count());
                prop_assert!(after.entries().iter().zip(kept()).all(|(new, old)| Arc::ptr_eq(new, old)));
                prop_assert_eq!(keep[1] && keep[2], after.calls().any(|(_, outcome)| outcome.is_some()));
            }
            Err(_) => prop_assert!(keep[1] != keep[2]),
        }
    }
}
