use proptest::prelude::*;

use super::*;
use crate::OutcomeStatus;

fn call(id: &str) -> Call {
    Call::new(id, "weather", r#"{"city":"Oslo"}"#)
}

fn asks(ids: &[&str]) -> Message {
    let answer = Assistant::new("Let me look.");
    Message::Assistant(ids.iter().fold(answer, |answer, id| answer.with(call(id))))
}

fn answers(ids: &[&str]) -> Message {
    Message::Outcomes(
        ids.iter()
            .map(|id| Outcome::success(&call(id), "4 °C"))
            .collect(),
    )
}

fn user() -> Message {
    Message::User(User::new("Hello"))
}

fn build(messages: &[Message]) -> Result<Conversation, ConversationError> {
    let mut conversation = Conversation::new();
    messages
        .iter()
        .try_for_each(|message| conversation.push(message.clone()))?;
    Ok(conversation)
}

fn check(messages: &[Message], complaint: &str) {
    match build(messages) {
        Ok(_) => assert_eq!(complaint, "", "{messages:?} was taken"),
        Err(error) => assert_eq!(error.to_string(), complaint),
    }
}

// R-49
#[test]
fn a_call_and_its_outcome_never_part() {
    check(
        &[user(), asks(&["a", "b"]), answers(&["a", "b"]), user()],
        "",
    );
    check(
        &[asks(&[]), user(), Message::System(System::new("Be brief."))],
        "",
    );
    check(&[asks(&["a", "a"]), answers(&["a", "a"])], "");
    check(
        &[asks(&["a"]), user()],
        "call `a` of `weather` has no outcome yet",
    );
    check(
        &[asks(&["a"]), asks(&[])],
        "call `a` of `weather` has no outcome yet",
    );
    check(
        &[asks(&["a", "b"]), answers(&["a"])],
        "call `b` of `weather` has no outcome yet",
    );
    check(
        &[asks(&["a", "b"]), answers(&["b", "a"])],
        "expected the outcome of call `a`, found that of `b`",
    );
    check(
        &[asks(&["a"]), answers(&["a", "b"])],
        "the outcome of `b` answers no open call",
    );
    check(
        &[user(), answers(&["a"])],
        "the outcome of `a` answers no open call",
    );
    check(
        &[asks(&["a"]), answers(&["a"]), answers(&["a"])],
        "the outcome of `a` answers no open call",
    );
    check(&[user(), answers(&[])], "a message of no outcomes");
}

#[test]
fn a_refused_message_leaves_the_conversation_as_it_was() {
    let mut conversation = build(&[user(), asks(&["a"])]).unwrap();
    let before = conversation.clone();
    conversation.push(user()).unwrap_err();
    assert_eq!(conversation, before);
}

#[test]
fn calls_come_with_their_outcomes() {
    let conversation = build(&[asks(&["a", "b"]), answers(&["a", "b"]), asks(&["c"])]).unwrap();
    let pairs: Vec<_> = conversation
        .calls()
        .map(|(call, outcome)| (call.id.as_str(), outcome.map(|o| o.call.as_str())))
        .collect();
    assert_eq!(pairs, [("a", Some("a")), ("b", Some("b")), ("c", None)]);
    assert_eq!(conversation.open_calls().count(), 1);
}

#[test]
fn interrupting_closes_the_open_calls_and_nothing_else() {
    let mut conversation = build(&[user(), asks(&["a", "b"])]).unwrap();
    conversation.interrupt();
    let outcomes = conversation.messages().last().unwrap().outcomes();
    assert!(
        outcomes
            .iter()
            .all(|outcome| outcome.status == OutcomeStatus::Interrupted)
    );
    assert_eq!(outcomes.len(), 2);
    let settled = conversation.clone();
    conversation.interrupt();
    assert_eq!(conversation, settled);
}

// R-11
#[test]
fn synthesised_ids_are_numbered_past_all_that_were_given() {
    assert_eq!(Conversation::new().next_call_number(), 0);
    assert_eq!(
        build(&[
            asks(&["toolu_9", "call_w4"]),
            answers(&["toolu_9", "call_w4"])
        ])
        .unwrap()
        .next_call_number(),
        5
    );
    let huge = format!("call_w{}", u64::MAX);
    assert_eq!(
        build(&[asks(&[&huge])]).unwrap().next_call_number(),
        u64::MAX
    );
    let text = serde_json::to_string(&build(&[asks(&["call_w4"]), answers(&["call_w4"])]).unwrap())
        .unwrap();
    assert_eq!(
        serde_json::from_str::<Conversation>(&text)
            .unwrap()
            .next_call_number(),
        5
    );
}

// R-24
#[test]
fn repair_mends_what_was_cut() {
    fn mended(messages: &[Message]) -> (Vec<Message>, usize, usize) {
        let (conversation, repairs) = Conversation::repair(messages.iter().cloned());
        (
            conversation.messages().cloned().collect(),
            repairs.interrupted.len(),
            repairs.dropped.len(),
        )
    }
    let interrupted =
        |id| Message::Outcomes([Outcome::interrupted(&call(id))].into_iter().collect());

    assert_eq!(
        mended(&[asks(&["a"])]),
        (vec![asks(&["a"]), interrupted("a")], 1, 0)
    );
    assert_eq!(mended(&[answers(&["a"]), user()]), (vec![user()], 0, 1));
    assert_eq!(
        mended(&[asks(&["a"]), user()]),
        (vec![asks(&["a"]), interrupted("a"), user()], 1, 0)
    );
    assert_eq!(
        mended(&[
            asks(&["a", "b"]),
            user(),
            answers(&["b"]),
            answers(&["a", "x"])
        ]),
        (vec![asks(&["a", "b"]), answers(&["a", "b"]), user()], 0, 1),
        "outcomes that came late are moved to their calls"
    );
    assert_eq!(
        mended(&[asks(&["a"]), asks(&["b"]), answers(&["a"])]),
        (
            vec![
                asks(&["a"]),
                interrupted("a"),
                asks(&["b"]),
                interrupted("b")
            ],
            2,
            1
        ),
        "an outcome belongs to the answer before it"
    );
    let cut = Assistant::default().with(Call::new("a", "weather", r#"{"city":"Os"#));
    let (conversation, _) = Conversation::repair([Message::Assistant(cut.clone())]);
    assert_eq!(
        conversation.messages().next(),
        Some(&Message::Assistant(cut)),
        "arguments stay as they were"
    );
}

// R-26
#[test]
fn every_instruction_survives_repair_and_writing() {
    let told = |text: &str| Message::System(System::new(text));
    let history = [
        told("one"),
        asks(&["a"]),
        told("two"),
        answers(&["a"]),
        told("three"),
    ];
    let (conversation, _) = Conversation::repair(history);
    let text = serde_json::to_string(&conversation).unwrap();
    let read: Conversation = serde_json::from_str(&text).unwrap();
    let instructions: Vec<_> = read
        .messages()
        .filter_map(|message| match message {
            Message::System(system) => Some(system.text.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(instructions, ["one", "two", "three"]);
}

#[test]
fn an_illegal_list_is_refused_when_it_is_read() {
    let text = serde_json::to_string(&[asks(&["a"]), user()]).unwrap();
    let error = serde_json::from_str::<Conversation>(&text).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("call `a` of `weather` has no outcome yet"),
        "{error}"
    );
}

fn any_messages() -> impl Strategy<Value = Vec<Message>> {
    let id = || prop::sample::select(vec!["a", "b", "c", "call_w1"]);
    let ids = move || prop::collection::vec(id(), 0..4);
    let message = prop_oneof![
        Just(user()),
        Just(Message::System(System::new("Be brief."))),
        ids().prop_map(|ids| asks(&ids)),
        ids().prop_map(|ids| answers(&ids)),
    ];
    prop::collection::vec(message, 0..12)
}

proptest! {
    // R-24
    #[test]
    fn repair_is_idempotent_and_its_result_legal(messages in any_messages(), cut in 0..12_usize) {
        let cut = &messages[cut.min(messages.len())..];
        let (once, repairs) = Conversation::repair(cut.to_vec());
        prop_assert!(once.calls().all(|(call, outcome)| outcome.is_some_and(|outcome| outcome.call == call.id)));
        let (twice, none) = Conversation::repair(once.messages().cloned());
        prop_assert!(none.is_empty());
        prop_assert_eq!(&twice, &once);
        prop_assert_eq!(twice.next_call_number(), once.next_call_number());
        let legal: Vec<_> = once.messages().cloned().collect();
        prop_assert!(build(&legal).is_ok());
        let (again, same) = Conversation::repair(cut.to_vec());
        prop_assert_eq!((again, same), (once, repairs), "deterministic");
    }

    // R-24, R-26
    #[test]
    fn repair_loses_only_what_it_reports(messages in any_messages()) {
        let (conversation, repairs) = Conversation::repair(messages.clone());
        let spoken = |message: &&Message| !matches!(message, Message::Outcomes(_));
        let before: Vec<_> = messages.iter().filter(spoken).collect();
        let after: Vec<_> = conversation.messages().filter(spoken).collect();
        prop_assert_eq!(before, after);
        let given: usize = messages.iter().map(|message| message.outcomes().len()).sum();
        let kept: usize = conversation.messages().map(|message| message.outcomes().len()).sum();
        prop_assert_eq!(given + repairs.interrupted.len(), kept + repairs.dropped.len());
    }

    // R-25
    #[test]
    fn the_same_conversation_is_written_the_same_way(messages in any_messages()) {
        let (conversation, _) = Conversation::repair(messages);
        let text = serde_json::to_string(&conversation).unwrap();
        let read: Conversation = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(serde_json::to_string(&read).unwrap(), text);
        prop_assert_eq!(read, conversation);
    }
}

/// How often the ids were used before each message.
fn check_used(messages: &[Message], expected: &[&[u32]]) {
    let built = build(messages).unwrap();
    let again = Conversation::from_entries(built.entries().iter().cloned()).unwrap();
    for conversation in [&built, &built.clone(), &again] {
        let places = 0..=conversation.len();
        let used: Vec<_> = places.map(|at| conversation.ids_used_before(at)).collect();
        assert_eq!(used, expected);
    }
}

// R-23
#[test]
fn an_id_that_is_used_again_is_counted_for_call_and_outcome() {
    check_used(&[], &[&[]]);
    check_used(&[user(), asks(&["a", "b"])], &[&[], &[], &[]]);
    check_used(&[asks(&["a", "b", "a", "c"])], &[&[0, 0, 1], &[0, 0, 1]]);
    let (first, second, third) = (["a"], ["b"], ["c", "b", "a", "b", "d"]);
    check_used(
        &[
            asks(&first),
            answers(&first),
            asks(&second),
            answers(&second),
            user(),
            asks(&third),
            answers(&third),
            user(),
        ],
        &[
            &[],
            &[],
            &[],
            &[],
            &[],
            &[0, 1, 1, 2],
            &[0, 1, 1, 2],
            &[],
            &[],
        ],
    );
}
