use proptest::prelude::*;
use windlass_core::{
    Assistant, AssistantPart, Call, Clock, Finish, FinishReason, ModelError, ModelId, Options,
    Phase, Profile, Scripted, TextPart, Thinking,
};

use super::*;
use crate::Opaque;

/// The agent's own model: of the provider `a`, with a window of 100.
fn own() -> Profile {
    Profile::new(ModelId::new("a", "own")).with_context_window(100)
}

fn target(provider: &str, window: Option<u64>) -> Target {
    let mut profile = Profile::new(ModelId::new(provider, "other"));
    profile.context_window = window;
    Scripted::new([]).with_profile(profile).into()
}

/// 1 is of the same provider with a smaller window, 2 of another with the same, 3 of a third with a larger one.
fn three() -> Chain {
    Chain::new()
        .then(target("a", Some(50)))
        .then(target("b", Some(100)))
        .then(target("c", Some(200)))
}

fn numbers(numbers: &[u32]) -> Vec<TargetIndex> {
    numbers.iter().copied().map(TargetIndex::new).collect()
}

/// What comes after an error at the last of `tried`.
#[track_caller]
fn check(chain: &Chain, kind: ErrorKind, tried: &[u32], expected: Fallback) {
    check_with(chain, kind, tried, |_| (), expected);
}

#[track_caller]
fn check_with(
    chain: &Chain,
    kind: ErrorKind,
    tried: &[u32],
    more: impl FnOnce(&mut Failure<'_>),
    expected: Fallback,
) {
    let (own, error, tried) = (own(), ModelError::new(kind, ""), numbers(tried));
    let target = *tried.last().expect("one target failed at least");
    let mut failure = Failure::new(Cause::Error(&error), target, &own).with_tried(&tried);
    more(&mut failure);
    assert_eq!(chain.next(&failure), expected, "{kind} after {tried:?}");
}

fn to(number: u32) -> Fallback {
    Fallback::Switch(TargetIndex::new(number))
}

//
#[test]
fn a_chain_goes_on_in_order_and_has_an_end() {
    use ErrorKind::{
        Authentication, Connection, NotFound, Overloaded, Permission, Protocol, QuotaExhausted,
        RateLimited, Server, Timeout, Truncated, Unsupported,
    };
    let chain = three();
    for kind in [
        Authentication,
        Permission,
        NotFound,
        RateLimited,
        QuotaExhausted,
        Overloaded,
        Server,
        Timeout(Clock::FirstOutput),
        Connection(Phase::Receive),
        Truncated,
        Protocol,
        Unsupported,
    ] {
        check(&chain, kind, &[0], to(1));
        check(&chain, kind, &[0, 1], to(2));
        check(&chain, kind, &[0, 1, 2], to(3));
        check(&chain, kind, &[0, 1, 2, 3], Fallback::Abort);
        check(&chain, kind, &[2], to(0));
        check(&chain, kind, &[2, 0], to(1));
    }
    check(&Chain::new(), Overloaded, &[0], Fallback::Abort);
}

//
#[test]
fn a_target_that_cannot_help_is_passed_over() {
    let chain = three();
    check(&chain, ErrorKind::ContextOverflow, &[0], to(3));
    check(&chain, ErrorKind::ContextOverflow, &[1], to(0));
    check(&chain, ErrorKind::ContextOverflow, &[3], Fallback::Abort);
    check(&chain, ErrorKind::ContentFiltered, &[0], to(2));
    check(&chain, ErrorKind::ContentFiltered, &[0, 2], to(1));
    check(&chain, ErrorKind::InvalidRequest, &[0], Fallback::Abort);
    check(&chain, ErrorKind::Cancelled, &[0], Fallback::Abort);

    let unknown = Chain::new().then(target("b", None));
    check(&unknown, ErrorKind::ContextOverflow, &[0], to(1));
}

//
#[test]
fn a_kind_has_targets_of_its_own_which_come_first() {
    use ErrorKind::{ContentFiltered, ContextOverflow, InvalidRequest, Overloaded, Server};
    let shared = target("a", Some(100));
    let chain = Chain::new()
        .then(target("b", Some(300)))
        .on(ContextOverflow, target("c", Some(200)))
        .on(ContextOverflow, shared.clone())
        .on(ContentFiltered, shared.clone())
        .on(InvalidRequest, shared);
    assert_eq!(chain.targets().len(), 3);
    check(&chain, ContextOverflow, &[0], to(2));
    check(&chain, ContextOverflow, &[0, 2], to(3));
    check(&chain, ContextOverflow, &[0, 2, 3], to(1));
    check(&chain, ContentFiltered, &[0], to(3));
    check(&chain, InvalidRequest, &[0], to(3));
    check(&chain, InvalidRequest, &[0, 3], Fallback::Abort);
    check(&chain, Overloaded, &[0], to(1));
    check(&chain, Server, &[0, 1], Fallback::Abort);
}

//
#[test]
fn a_target_that_is_added_twice_is_one_unless_it_is_asked_otherwise() {
    let one = target("b", None);
    let other = one
        .clone()
        .with_options(Options::new().with_extra("store", false));
    let stripped = one.clone().with_opaque(Opaque::Strip);
    let chain = Chain::new()
        .then(one.clone())
        .on(ErrorKind::Server, one)
        .then(other)
        .then(stripped);
    assert_eq!(chain.targets().len(), 3);
    check(&chain, ErrorKind::Server, &[0], to(1));
    check(&chain, ErrorKind::Server, &[0, 1], to(2));
    check(&chain, ErrorKind::Server, &[0, 1, 2], to(3));
    check(&chain, ErrorKind::Server, &[0, 1, 2, 3], Fallback::Abort);
}

//
#[test]
fn an_error_after_output_stands_unless_output_may_be_discarded() {
    let (keeping, discarding) = (three(), three().discarding_output());
    let after = |failure: &mut Failure<'_>| failure.delivered = true;
    let compacting = keeping.clone().compacting_first();
    for kind in [ErrorKind::Truncated, ErrorKind::ContextOverflow] {
        check_with(&keeping, kind, &[0, 1], after, Fallback::Abort);
        check_with(&compacting, kind, &[0, 1], after, Fallback::Abort);
    }
    check_with(&discarding, ErrorKind::Truncated, &[0], after, to(1));

    let (own, error) = (own(), ModelError::new(ErrorKind::Truncated, ""));
    let told_by_the_error = error.after_output();
    let failure = Failure::new(Cause::Error(&told_by_the_error), TargetIndex::OWN, &own);
    assert_eq!(keeping.next(&failure), Fallback::Abort);
}

//
#[test]
fn a_conversation_is_made_shorter_once_before_a_larger_window_is_looked_for() {
    let chain = three().compacting_first();
    let overflow = |chain: &Chain, shortening, tried: &[u32], expected| {
        let more = |failure: &mut Failure<'_>| failure.shortening = shortening;
        check_with(chain, ErrorKind::ContextOverflow, tried, more, expected);
    };
    let larger = to(3);
    overflow(&chain, Shortening::Untried, &[0], Fallback::Compact);
    overflow(&chain, Shortening::Done, &[0], larger);
    overflow(&chain, Shortening::Fruitless, &[0], larger);
    overflow(&chain, Shortening::Fruitless, &[0, 3], Fallback::Abort);
    overflow(&three(), Shortening::Untried, &[0], larger);

    let alone = Chain::new().compacting_first();
    overflow(&alone, Shortening::Untried, &[0], Fallback::Compact);
    overflow(&alone, Shortening::Fruitless, &[0], Fallback::Abort);
    check(&chain, ErrorKind::Overloaded, &[0], to(1));
}

//
#[test]
fn a_sticky_chain_begins_with_the_target_that_answered_last() {
    let last = Some(TargetIndex::new(2));
    assert_eq!(three().first(last), TargetIndex::OWN);
    assert_eq!(three().sticky().first(last), TargetIndex::new(2));
    assert_eq!(three().sticky().first(None), TargetIndex::OWN);
}

fn response(reason: FinishReason, parts: impl IntoIterator<Item = AssistantPart>) -> Response {
    Response::new(Assistant::from_parts(parts), Finish::new(reason, "raw"))
}

#[track_caller]
fn check_flaws(response: &Response, expected: &[Flaw]) {
    let all = [
        Flaw::Empty,
        Flaw::Refused,
        Flaw::Filtered,
        Flaw::Cut,
        Flaw::MalformedCall,
    ];
    for flaw in all {
        let verdict = match expected.contains(&flaw) {
            true => Verdict::Reject(flaw.to_string().into()),
            false => Verdict::Accept,
        };
        assert_eq!(
            three().rejecting([flaw]).review(response),
            verdict,
            "{flaw:?}"
        );
    }
    assert_eq!(three().review(response), Verdict::Accept);
}

//
#[test]
fn an_answer_is_rejected_for_the_flaws_that_were_asked_for() {
    use FinishReason::{Calls, Filtered, Length, MalformedCall, Paused, Refused, Stop};
    let words = || AssistantPart::from(TextPart::new("Rome."));
    let thinking = || AssistantPart::from(Thinking::new("Rome?"));
    let refusal = || AssistantPart::Refusal(TextPart::new("No."));
    let call = || AssistantPart::from(Call::new("c1", "weather", "{}"));
    let blank = || AssistantPart::from(TextPart::new(" \n"));

    check_flaws(&response(Stop, [words()]), &[]);
    check_flaws(&response(Calls, [call()]), &[]);
    check_flaws(&response(Calls, [blank(), call()]), &[]);
    check_flaws(&response(Stop, []), &[Flaw::Empty]);
    check_flaws(&response(Stop, [thinking(), blank()]), &[Flaw::Empty]);
    check_flaws(&response(Paused, [thinking()]), &[]);
    check_flaws(&response(Refused, [words()]), &[Flaw::Refused]);
    check_flaws(&response(Stop, [refusal()]), &[Flaw::Refused]);
    check_flaws(&response(Refused, []), &[Flaw::Empty, Flaw::Refused]);
    check_flaws(&response(Filtered, [words()]), &[Flaw::Filtered]);
    check_flaws(&response(Length, [words()]), &[Flaw::Cut]);
    check_flaws(&response(Length, [thinking()]), &[Flaw::Empty, Flaw::Cut]);
    check_flaws(&response(MalformedCall, [words()]), &[Flaw::MalformedCall]);
}

//
#[test]
fn a_validator_says_why_it_rejects() {
    let chain = Chain::new()
        .rejecting([Flaw::Cut])
        .with_validator(|response| match response.message.text().len() {
            0..10 => Ok(()),
            long => Err(format!("{long} letters are too many")),
        })
        .with_validator(|response| match response.message.text().contains('?') {
            true => Err("that is a question"),
            false => Ok(()),
        });
    let review = |reason, text: &str| chain.review(&response(reason, [TextPart::new(text).into()]));
    let reject = |why: &str| Verdict::Reject(why.into());
    assert_eq!(review(FinishReason::Stop, "Rome."), Verdict::Accept);
    assert_eq!(
        review(FinishReason::Stop, "Rome?"),
        reject("that is a question")
    );
    assert_eq!(
        review(FinishReason::Stop, "Rome or Oslo?"),
        reject("13 letters are too many")
    );
    assert_eq!(
        review(FinishReason::Length, "Rome?"),
        reject(&Flaw::Cut.to_string())
    );
}

//
#[test]
fn a_rejected_answer_goes_to_the_next_target_whether_it_was_shown_or_not() {
    let next = |reason, tried: &[u32]| {
        let (own, tried) = (own(), numbers(tried));
        let response = response(reason, [TextPart::new("Rome?").into()]);
        let cause = Cause::Rejected {
            response: &response,
            why: "that is a question",
        };
        let failure = Failure::new(cause, TargetIndex::OWN, &own)
            .with_tried(&tried)
            .after_output();
        three()
            .on(ErrorKind::ContentFiltered, target("a", None))
            .next(&failure)
    };
    assert_eq!(next(FinishReason::Stop, &[]), to(1));
    assert_eq!(next(FinishReason::Length, &[0, 1]), to(2));
    assert_eq!(next(FinishReason::Stop, &[0, 1, 2, 3]), Fallback::Abort);
    assert_eq!(next(FinishReason::Filtered, &[]), to(4));
    assert_eq!(next(FinishReason::Filtered, &[0, 4]), to(2));
}

const KINDS: [ErrorKind; 6] = [
    ErrorKind::Overloaded,
    ErrorKind::ContextOverflow,
    ErrorKind::ContentFiltered,
    ErrorKind::InvalidRequest,
    ErrorKind::Cancelled,
    ErrorKind::Server,
];

fn any_chain() -> impl Strategy<Value = Chain> {
    let link = (0..KINDS.len() + 2, 0..3_usize, 0..4_u64);
    let links = proptest::collection::vec(link, 0..8);
    (links, any::<[bool; 3]>()).prop_map(|(links, [sticky, compacting, discarding])| {
        let mut chain = Chain::new();
        for (kind, provider, window) in links {
            let target = target(["a", "b", "c"][provider], window.checked_mul(50));
            chain = match KINDS.get(kind) {
                Some(kind) => chain.on(*kind, target),
                None => chain.then(target),
            };
        }
        chain = if sticky { chain.sticky() } else { chain };
        chain = if compacting {
            chain.compacting_first()
        } else {
            chain
        };
        if discarding {
            chain.discarding_output()
        } else {
            chain
        }
    })
}

proptest! {
    //
    #[test]
    fn whatever_fails_no_target_is_tried_twice_and_the_chain_ends(
        chain in any_chain(),
        kinds in proptest::collection::vec(0..KINDS.len(), 12),
        last in proptest::option::of(0..3_u32),
    ) {
        let own = own();
        let last = last.map(TargetIndex::new).filter(|last| *last == TargetIndex::OWN || last.of(chain.targets()).is_some());
        let mut tried = vec![chain.first(last)];
        let mut shortening = Shortening::Untried;
        for kind in kinds {
            let error = ModelError::new(KINDS[kind], "");
            let target = *tried.last().expect("one at least");
            let failure = Failure::new(Cause::Error(&error), target, &own).with_tried(&tried).with_shortening(shortening);
            prop_assert_eq!(chain.next(&failure), chain.next(&failure));
            match chain.next(&failure) {
                Fallback::Switch(next) => {
                    prop_assert!(!tried.contains(&next));
                    prop_assert!(next == TargetIndex::OWN || next.of(chain.targets()).is_some());
                    tried.push(next);
                }
                Fallback::Compact => {
                    prop_assert_eq!(shortening, Shortening::Untried);
                    shortening = Shortening::Done;
                }
                Fallback::Abort => return Ok(()),
                Fallback::Wait(_) => prop_assert!(false, "a chain does not wait"),
            }
        }
        prop_assert!(false, "twelve failures did not end a chain of {} targets", chain.targets().len());
    }
}
