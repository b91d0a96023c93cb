use std::sync::LazyLock;

use proptest::prelude::*;
use windlass_core::{Media, OutcomePart, Script, Scripted, Seal, Text, Thinking, UserPart};

use super::*;

/// What is said next, in small.
#[derive(Clone, Debug)]
enum Step {
    User(usize, bool),
    System,
    Answer {
        words: usize,
        thinks: bool,
        draws: bool,
        outputs: Vec<(usize, bool)>,
    },
}

/// Outputs from one byte to a megabyte, the large ones rarer.
fn bytes() -> impl Strategy<Value = usize> {
    prop_oneof![24 => 1..200_usize, 8 => 200..20_000_usize, 1 => 20_000..1_000_000_usize]
}

fn answer() -> impl Strategy<Value = Step> {
    let outputs = prop::collection::vec((bytes(), prop::bool::weighted(0.1)), 0..4);
    (
        1..2_000_usize,
        any::<bool>(),
        prop::bool::weighted(0.1),
        outputs,
    )
        .prop_map(|(words, thinks, draws, outputs)| Step::Answer {
            words,
            thinks,
            draws,
            outputs,
        })
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let user = || {
        (1..3_000_usize, prop::bool::weighted(0.2))
            .prop_map(|(bytes, image)| Step::User(bytes, image))
    };
    let any_step = prop_oneof![4 => user(), 1 => Just(Step::System), 8 => answer()];
    let long_turn = (user(), prop::collection::vec(answer(), 0..50))
        .prop_map(|(user, answers)| [vec![user], answers].concat());
    let mixed = (user(), prop::collection::vec(any_step, 0..40))
        .prop_map(|(first, rest)| [vec![first], rest].concat());
    let both = (mixed.boxed(), long_turn.boxed());
    prop_oneof![
        2 => both.0.clone(),
        1 => both.1.clone(),
        1 => both.prop_map(|(past, turn)| [past, turn].concat()),
    ]
}

fn text(bytes: usize) -> Text {
    static LONG: LazyLock<String> =
        LazyLock::new(|| "Is it warmer in Oslo or in Rome? {\"city\": 4.5}\n".repeat(25_000));
    LONG[..bytes].into()
}

fn build(steps: &[Step]) -> Conversation {
    let mut said = Conversation::new();
    for step in steps {
        push(&mut said, step);
    }
    said
}

fn push(said: &mut Conversation, step: &Step) {
    let picture = || Media::from_url("image/png", "https://example.com/a.png");
    match step {
        Step::System => said
            .push_system(System::new("The user has gone to Rome."))
            .unwrap(),
        Step::User(bytes, image) => {
            let image = image.then(|| UserPart::Image(picture()));
            let parts = [UserPart::Text(text(*bytes))].into_iter().chain(image);
            said.push_user(User::from_parts(parts)).unwrap();
        }
        Step::Answer {
            words,
            thinks,
            draws,
            outputs,
        } => {
            let mut answer = Assistant::new(text(*words));
            if *thinks {
                answer = answer
                    .with(Thinking::new("hm").with_seal(Seal::new().with_signature(text(300))));
            }
            if *draws {
                answer = answer.with(picture());
            }
            let first = said.next_call_number();
            let calls: Vec<_> = (0..outputs.len() as u64)
                .map(|at| Call::new(format!("call_w{}", first + at), "read", r#"{"path":"a"}"#))
                .collect();
            answer = calls.iter().cloned().fold(answer, Assistant::with);
            said.push_assistant(answer).unwrap();
            let outcome = |(call, (bytes, image)): (&Call, &(usize, bool))| {
                let image = image.then(|| OutcomePart::Image(picture()));
                let parts = [OutcomePart::Text(text(*bytes))].into_iter().chain(image);
                Outcome::from_parts(call, OutcomeStatus::Success, parts)
            };
            let outcomes: Vec<_> = calls.iter().zip(outputs).map(outcome).collect();
            if !outcomes.is_empty() {
                said.push_outcomes(outcomes).unwrap();
            }
        }
    }
}

fn is_in(entry: &Arc<Entry>, conversation: &Conversation) -> bool {
    conversation
        .entries()
        .iter()
        .any(|other| Arc::ptr_eq(entry, other))
}

fn live(said: &Conversation) -> usize {
    super::super::frontier::Frontier::of(said).live
}

fn must_stay(said: &Conversation) -> impl Iterator<Item = &Arc<Entry>> {
    let live = live(said);
    said.entries()
        .iter()
        .enumerate()
        .filter_map(move |(at, entry)| match entry.message() {
            Message::System(_) => Some(entry),
            Message::User(_) if at >= live => Some(entry),
            _ => None,
        })
}

/// R-26, R-75, R-76, R-78 of one compaction.
fn check(
    said: &Conversation,
    work: &Compaction<'_>,
    compactor: &dyn Compactor,
) -> Result<(), TestCaseError> {
    let compacted = match block_on(work.run(compactor)) {
        Ok(Some(compacted)) => compacted,
        Ok(None) => {
            prop_assert!(work.tokens() <= work.target);
            return Ok(());
        }
        Err(error) => {
            prop_assert_eq!(error.kind(), CompactErrorKind::TooLarge);
            prop_assert!(work.tokens() > work.target);
            return Ok(());
        }
    };
    let (after, report) = (&compacted.conversation, &compacted.report);
    let tokens = work.estimator.conversation(after);
    prop_assert!(tokens <= work.target && tokens < work.tokens());
    prop_assert_eq!(
        (report.tokens_before, report.tokens_after),
        (work.tokens(), tokens)
    );
    prop_assert_eq!(
        (report.messages_before, report.messages_after),
        (said.len(), after.len())
    );
    let is_answer = |message: &&Message| matches!(message, Message::Assistant(_));
    prop_assert_eq!(
        report.turns_compacted + report.turns_kept,
        said.messages().filter(is_answer).count()
    );
    prop_assert!(
        after
            .calls()
            .all(|(call, outcome)| outcome.is_some_and(|one| one.call == call.id))
    );
    prop_assert!(must_stay(said).all(|entry| is_in(entry, after)));
    let spoken = |message: &&Message| !matches!(message, Message::System(_));
    prop_assert!(matches!(
        after.messages().find(spoken),
        Some(Message::User(_))
    ));
    for entry in after.entries() {
        let may_be_new = matches!(entry.message(), Message::User(_) | Message::Outcomes(_));
        prop_assert!(may_be_new || is_in(entry, said), "{entry:?} is a copy");
    }
    prop_assert_eq!(after.next_call_number(), said.next_call_number());
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    // R-26, R-75, R-76, R-77, R-78
    #[test]
    fn any_conversation_becomes_legal_and_small_or_an_error(
        steps in steps(), target in 100..60_000_u64, aim in 0..=100_u64, which in 0..4_usize
    ) {
        let said = build(&steps);
        let estimator = Approximate::default();
        let scripts = (0..9).map(|at| Script::text(text(50 + 100 * at)));
        let summarize = || Summarize::new(Scripted::new(scripts.clone())).with_size(300);
        let compactors: [&dyn Compactor; 4] = [
            &KeepRecent::new(),
            &ShortenToolOutput::new(),
            &Tiers::default(),
            &Tiers::new().with(ShortenToolOutput::new()).with(summarize()).with(KeepRecent::new()),
        ];
        let work = Compaction::new(&said, &estimator, target).with_aim(target * aim / 100);
        check(&said, &work, compactors[which])?;
    }

    // R-75, R-76
    #[test]
    fn what_can_fit_does_and_the_live_frontier_is_touched_only_if_it_must_be(
        steps in steps(), target in 100..60_000_u64, aim in 0..=100_u64
    ) {
        let said = build(&steps);
        let estimator = Approximate::default();
        let work = Compaction::new(&said, &estimator, target).with_aim(target * aim / 100);
        let tiers = Tiers::default();
        let live = &said.entries()[live(&said)..];
        let stays: u64 = must_stay(&said).map(|entry| estimator.entry(entry)).sum();
        match block_on(work.run(&tiers)) {
            Ok(None) => prop_assert!(work.tokens() <= target),
            Ok(Some(compacted)) => {
                let touched = live.iter().any(|entry| !is_in(entry, &compacted.conversation));
                let system = |entry: &&Arc<Entry>| matches!(entry.message(), Message::System(_));
                let frontier: u64 = live.iter().chain(said.entries().iter().filter(system)).map(|entry| estimator.entry(entry)).sum();
                prop_assert!(!touched || frontier + 40 > target, "{frontier} fit in {target}");
                let again = work.after(Some(&compacted));
                prop_assert_eq!(block_on(again.run(&tiers)).unwrap(), None, "idempotent");
                let twice = block_on(work.run(&tiers)).unwrap().unwrap();
                prop_assert_eq!(twice, compacted, "deterministic");
            }
            Err(_) => {
                let newest = super::super::frontier::Frontier::of(&said).newest;
                let exchange: u64 = said.entries()[newest..].iter().map(|entry| match entry.message() {
                    Message::Outcomes(outcomes) => 50 * outcomes.0.len() as u64,
                    _ => estimator.entry(entry),
                }).sum();
                prop_assert!(stays + exchange + 40 > target, "{stays} and {exchange} fit in {target}");
            }
        }
    }
}
