mod laws;
mod progress;

use std::time::Duration;

use tokio::time::advance;
use windlass_core::Usage;

use super::*;

/// What a run does with its purse.
#[derive(Clone, Copy, Debug)]
enum Step {
    Turn,
    /// A turn whose request is of so many tokens.
    TurnOf(u64),
    LastTurn,
    /// A request of so many tokens.
    Request(u64),
    /// An answer: input, output, reasoning.
    Answer(u64, u64, u64),
    /// An answer whose cost is known.
    Cost(u64),
    Calls(u32),
    /// New calls that succeeded.
    Progress(u32),
    /// Milliseconds pass.
    Pass(u64),
    /// The run is over.
    End,
}

use Step::{Answer, Calls, Cost, End, LastTurn, Pass, Progress, Request, Turn, TurnOf};

/// Runs by their limits, each with the place of its parent, and what they do one after the other: nothing is said of what
/// is allowed, and of the rest the limit and what happens.
async fn check_tree(runs: &[(&Limits, usize)], steps: &[(usize, Step, &str)]) {
    let mut purses: Vec<Option<Purse>> = Vec::new();
    for (at, (limits, parent)) in runs.iter().enumerate() {
        let parent = if at == 0 {
            None
        } else {
            purses[*parent].clone()
        };
        purses.push(Some(Purse::new((*limits).clone(), parent.as_ref())));
    }
    for (number, (run, step, expected)) in steps.iter().enumerate() {
        let said = match step {
            End => {
                purses[*run] = None;
                String::new()
            }
            step => take(purses[*run].as_ref().expect("it is not over"), *step).await,
        };
        assert_eq!(said, *expected, "step {number}: {step:?} of run {run}");
    }
}

async fn check(limits: &Limits, steps: &[(Step, &str)]) {
    let steps: Vec<_> = steps.iter().map(|(step, said)| (0, *step, *said)).collect();
    check_tree(&[(limits, 0)], &steps).await;
}

async fn take(purse: &Purse, step: Step) -> String {
    let mut result = Ok(());
    match step {
        Turn => result = purse.begin_turn(0),
        TurnOf(tokens) => result = purse.begin_turn(tokens),
        LastTurn => result = purse.begin_last_turn(),
        Request(tokens) => result = purse.before_request(tokens),
        Answer(input, output, reasoning) => {
            let usage = Usage::UNKNOWN.with_input(input).with_output(output);
            purse.charge(usage.with_reasoning(reasoning), None);
        }
        Cost(cost) => purse.charge(Usage::UNKNOWN, Some(cost)),
        Calls(wanted) => {
            let taken = purse.take_calls(wanted);
            let why = taken.reached.map(|reached| format!(": {}", say(&reached)));
            return format!("{}{}", taken.granted, why.unwrap_or_default());
        }
        Progress(successes) => purse.progress(successes),
        Pass(millis) => advance(Duration::from_millis(millis)).await,
        End => {}
    }
    result.map_or_else(|reached| say(&reached), |()| String::new())
}

fn say(reached: &Reached) -> String {
    let text = reached.to_string();
    let text = text.strip_prefix("the limit of ").expect("so it begins");
    format!("{}, {:?}", text.replace(" is reached", ""), reached.then)
}

fn limits() -> Limits {
    Limits::default().with_turns(Turns::Unlimited)
}

//
#[tokio::test(start_paused = true)]
async fn each_limit_is_looked_at_before_it_is_spent_from() {
    let turns = limits().with_turns(2);
    check(&turns, &[(Turn, ""), (Turn, ""), (Turn, "2 turns, Stop")]).await;
    check(&limits().with_turns(0), &[(Turn, "0 turns, Stop")]).await;
    check(
        &limits().with_calls(3),
        &[
            (Turn, ""),
            (Calls(2), "2"),
            (Calls(2), "1: 3 calls, Stop"),
            (Calls(0), "0"),
            (Calls(1), "0: 3 calls, Stop"),
        ],
    )
    .await;
    check(
        &limits().with_input_tokens(100),
        &[
            (Request(100), ""),
            (Answer(60, 9, 0), ""),
            (Request(41), "100 input tokens: 101 input tokens, Stop"),
            (Request(40), ""),
            (Answer(40, 9, 0), ""),
            (Turn, "100 input tokens, Stop"),
        ],
    )
    .await;
    check(
        &limits().with_output_tokens(100),
        &[
            (Request(900), ""),
            (Answer(900, 99, 0), ""),
            (Turn, ""),
            (Answer(1, 1, 0), ""),
            (Turn, "100 output tokens, Stop"),
        ],
    )
    .await;
    check(
        &limits().with_total_tokens(100),
        &[
            (Request(99), ""),
            (Answer(40, 10, 0), ""),
            (Request(50), "100 tokens: 101 tokens, Stop"),
            (Request(49), ""),
        ],
    )
    .await;
    check(
        &limits().with_request_tokens(100),
        &[
            (Request(100), ""),
            (Answer(100, 1, 0), ""),
            (
                Request(101),
                "100 tokens in one request: 101 tokens in one request, Stop",
            ),
            (Turn, ""),
        ],
    )
    .await;
    check(
        &limits().with_reasoning_tokens(50),
        &[
            (Answer(1, 80, 49), ""),
            (Request(9), ""),
            (Answer(1, 80, 1), ""),
            (Request(9), "50 reasoning tokens, Stop"),
        ],
    )
    .await;
    check(
        &limits().with_cost(2_500_000),
        &[
            (Cost(2_499_999), ""),
            (Request(9), ""),
            (Cost(2), ""),
            (Request(9), "$2.50: $2.500001, Stop"),
        ],
    )
    .await;
    check(
        &limits().with_time(Duration::from_millis(1500)),
        &[
            (Turn, ""),
            (Pass(1499), ""),
            (Request(1), ""),
            (Pass(1), ""),
            (Request(1), "1.5s, Stop"),
            (Turn, "1.5s, Stop"),
        ],
    )
    .await;
}

//
#[tokio::test(start_paused = true)]
async fn without_limits_nothing_is_refused() {
    let huge = u64::MAX;
    check(
        &limits(),
        &[
            (Turn, ""),
            (Request(huge), ""),
            (Answer(huge, huge, huge), ""),
            (Cost(huge), ""),
            (Cost(huge), ""),
            (Calls(u32::MAX), "4294967295"),
            (Pass(1 << 40), ""),
            (Turn, ""),
            (Request(huge), ""),
        ],
    )
    .await;
    let fifty: Vec<_> = (0..50)
        .map(|_| (Turn, ""))
        .chain([(Turn, "50 turns, Stop")])
        .collect();
    check(&Limits::default(), &fifty).await;
}

//
#[tokio::test(start_paused = true)]
async fn attempts_that_fail_take_no_turn() {
    let failing = [
        (Request(10), ""),
        (Answer(10, 3, 0), ""),
        (Request(10), ""),
        (Answer(10, 0, 0), ""),
    ];
    let steps = [(Turn, "")]
        .into_iter()
        .chain(failing)
        .chain([(Turn, "")])
        .chain(failing);
    let steps: Vec<_> = steps.chain([(Turn, "2 turns, Stop")]).collect();
    check(&limits().with_turns(2), &steps).await;
}

//
#[tokio::test(start_paused = true)]
async fn a_request_that_is_repeated_is_reserved_once() {
    let limits = limits().with_input_tokens(100);
    check(
        &limits,
        &[
            (Request(90), ""),
            (Request(90), ""),
            (Request(100), ""),
            (Answer(0, 0, 0), ""),
            (Request(100), ""),
        ],
    )
    .await;
}

//
#[tokio::test(start_paused = true)]
async fn at_a_limit_it_stops_fails_or_takes_one_last_turn() {
    let fail = limits().with_turns(1).at_limit(AtLimit::Fail);
    check(&fail, &[(Turn, ""), (Turn, "1 turn, Fail")]).await;
    let last = |limits: Limits| limits.at_limit(AtLimit::LastTurn);
    check(
        &last(limits().with_turns(1)),
        &[
            (Turn, ""),
            (Turn, "1 turn, LastTurn"),
            (LastTurn, ""),
            (Request(9), ""),
            (Answer(9, 9, 0), ""),
            (Turn, "1 turn: 2 turns, Stop"),
        ],
    )
    .await;
    check(
        &last(limits().with_total_tokens(20)),
        &[
            (Request(10), ""),
            (Answer(10, 5, 0), ""),
            (Request(9), "20 tokens: 25 tokens, LastTurn"),
            (LastTurn, ""),
            (Request(30), ""),
            (Answer(30, 5, 0), ""),
            (Turn, "20 tokens: 50 tokens, Stop"),
        ],
    )
    .await;
    check(
        &last(limits().with_calls(1)),
        &[
            (Calls(2), "1: 1 call, LastTurn"),
            (LastTurn, ""),
            (Calls(1), "0: 1 call, Stop"),
        ],
    )
    .await;
}

//
#[tokio::test(start_paused = true)]
async fn a_turn_whose_request_is_not_allowed_is_not_taken() {
    let limits = limits().with_turns(2).with_input_tokens(100);
    let steps = [
        (Request(60), ""),
        (TurnOf(100), ""),
        (TurnOf(101), "100 input tokens: 101 input tokens, Stop"),
        (Turn, ""),
        (Turn, "2 turns, Stop"),
    ];
    check(&limits, &steps).await;
}

//
#[tokio::test(start_paused = true)]
async fn no_last_turn_goes_beyond_time_or_the_size_of_a_request() {
    let limits = limits()
        .with_turns(1)
        .with_request_tokens(10)
        .with_time(Duration::from_secs(1))
        .at_limit(AtLimit::LastTurn);
    let large = "10 tokens in one request: 11 tokens in one request, Stop";
    check(
        &limits,
        &[
            (Request(11), large),
            (Turn, ""),
            (Turn, "1 turn, LastTurn"),
            (LastTurn, ""),
            (Request(11), large),
            (Request(10), ""),
        ],
    )
    .await;
    check(
        &limits,
        &[(Pass(1000), ""), (Turn, "1s, Stop"), (LastTurn, "1s, Stop")],
    )
    .await;
}

//
#[tokio::test(start_paused = true)]
async fn a_sub_agent_spends_of_what_its_parents_have() {
    let (three, any) = (limits().with_turns(3), limits());
    let runs = [(&three, 0), (&any, 0), (&any, 1)];
    check_tree(
        &runs,
        &[
            (0, Turn, ""),
            (1, Turn, ""),
            (2, Turn, ""),
            (2, Turn, "3 turns, Stop"),
            (1, Turn, "3 turns, Stop"),
            (0, Turn, "3 turns, Stop"),
        ],
    )
    .await;
    let runs = [(&any, 0), (&three, 0), (&any, 0)];
    let turn = (1, Turn, "");
    check_tree(
        &runs,
        &[
            turn,
            turn,
            turn,
            (1, Turn, "3 turns, Stop"),
            (2, Turn, ""),
            (0, Turn, ""),
        ],
    )
    .await;
    let (five, two) = (limits().with_calls(5), limits().with_calls(2));
    let runs = [(&five, 0), (&two, 0), (&any, 0)];
    check_tree(
        &runs,
        &[
            (1, Calls(9), "2: 2 calls, Stop"),
            (2, Calls(4), "3: 5 calls, Stop"),
            (0, Calls(1), "0: 5 calls, Stop"),
        ],
    )
    .await;
    let last = two.at_limit(AtLimit::LastTurn);
    let runs = [(&limits().with_calls(3), 0), (&last, 0), (&last, 0)];
    check_tree(
        &runs,
        &[
            (1, Calls(9), "2: 2 calls, LastTurn"),
            (2, Calls(9), "1: 3 calls, Stop"),
            (2, Calls(1), "0: 3 calls, Stop"),
        ],
    )
    .await;
    let runs = [(&limits().with_calls(4), 0), (&limits().with_calls(3), 0)];
    check_tree(
        &runs,
        &[
            (0, Calls(3), "3"),
            (1, Calls(3), "1: 4 calls, Stop"),
            (1, Calls(3), "0: 4 calls, Stop"),
        ],
    )
    .await;
    let runs = [(&limits().with_total_tokens(100), 0), (&any, 0)];
    check_tree(
        &runs,
        &[
            (1, Answer(60, 20, 0), ""),
            (0, Request(20), "100 tokens: 101 tokens, Stop"),
            (0, Request(19), ""),
        ],
    )
    .await;
}

//
#[tokio::test(start_paused = true)]
async fn what_a_limit_above_refuses_is_not_taken_below() {
    let (one, two) = (limits().with_turns(1), limits().with_turns(2));
    let parent = Purse::new(one, None);
    let child = Purse::new(two, Some(&parent));
    assert!(child.begin_turn(0).is_ok() && child.begin_turn(0).is_err());
    let used = |purse: &Purse| purse.left()[0].used;
    assert_eq!((used(&parent), used(&child)), (1, 1));
}

//
#[tokio::test(start_paused = true)]
async fn runs_beside_each_other_reserve_what_they_send() {
    let (hundred, any) = (limits().with_input_tokens(100), limits());
    let runs = [(&hundred, 0), (&any, 0), (&any, 0)];
    let refused = "100 input tokens: 120 input tokens, Stop";
    check_tree(
        &runs,
        &[
            (1, Request(60), ""),
            (2, Request(60), refused),
            (1, Answer(30, 1, 0), ""),
            (2, Request(60), ""),
        ],
    )
    .await;
    check_tree(
        &runs,
        &[(1, Request(60), ""), (1, End, ""), (2, Request(60), "")],
    )
    .await;
}

//
#[tokio::test(start_paused = true)]
async fn the_last_turn_is_taken_by_the_run_whose_limit_it_is() {
    let last = limits().with_turns(1).at_limit(AtLimit::LastTurn);
    let any = limits().at_limit(AtLimit::LastTurn);
    let fail = limits().at_limit(AtLimit::Fail);
    let runs = [(&last, 0), (&any, 0), (&fail, 0)];
    check_tree(
        &runs,
        &[
            (1, Turn, ""),
            (1, Turn, "1 turn, Stop"),
            (1, LastTurn, "1 turn, Stop"),
            (2, Turn, "1 turn, Fail"),
            (0, Turn, "1 turn, LastTurn"),
            (0, LastTurn, ""),
        ],
    )
    .await;
}

/// What `output_left` says after these steps of a run and of its child, as seen by the child.
async fn check_room(runs: [&Limits; 2], steps: &[(usize, Step)], output: &str, reasoning: &str) {
    let parent = Purse::new(runs[0].clone(), None);
    let child = Purse::new(runs[1].clone(), Some(&parent));
    for (run, step) in steps {
        take([&parent, &child][*run], *step).await;
    }
    let say = |budget: Option<Budget>| {
        budget.map_or_else(String::new, |budget| {
            format!("{} of {}", budget.tokens, say(&budget.reached))
        })
    };
    let left = child.output_left();
    assert_eq!(
        (&*say(left.output), &*say(left.reasoning)),
        (output, reasoning),
        "{steps:?}"
    );
}

//
#[tokio::test(start_paused = true)]
async fn an_answer_has_the_least_room_that_a_limit_leaves() {
    let (any, output) = (limits(), limits().with_output_tokens(100));
    let total = limits().with_total_tokens(100);
    let reasoning = limits().with_reasoning_tokens(30);
    let both = output.clone().with_total_tokens(50);
    check_room([&any, &any], &[(0, Answer(9, 9, 9))], "", "").await;
    check_room([&any, &output], &[], "100 of 100 output tokens, Stop", "").await;
    check_room(
        [&output, &any],
        &[(1, Answer(9, 30, 9)), (0, Answer(0, 20, 0))],
        "50 of 100 output tokens, Stop",
        "",
    )
    .await;
    check_room(
        [&any, &total],
        &[(1, Answer(20, 10, 0)), (1, Request(40))],
        "30 of 100 tokens, Stop",
        "",
    )
    .await;
    check_room(
        [&any, &both],
        &[(1, Request(10))],
        "40 of 50 tokens, Stop",
        "",
    )
    .await;
    check_room(
        [&any, &both],
        &[(1, Answer(0, 100, 0))],
        "0 of 100 output tokens, Stop",
        "",
    )
    .await;
    check_room(
        [&reasoning, &any],
        &[(0, Answer(0, 50, 10))],
        "",
        "20 of 30 reasoning tokens, Stop",
    )
    .await;
    let (eager, last) = (any.clone(), output.at_limit(AtLimit::LastTurn));
    let eager = eager.at_limit(AtLimit::LastTurn);
    let above = "100 of 100 output tokens, Stop";
    check_room([&last, &eager], &[], above, "").await;
    check_room([&last, &eager], &[(0, LastTurn)], above, "").await;
    check_room(
        [&any, &last],
        &[(1, Answer(0, 100, 0))],
        "0 of 100 output tokens, LastTurn",
        "",
    )
    .await;
    check_room(
        [&any, &last],
        &[(1, Answer(0, 100, 0)), (1, LastTurn)],
        "",
        "",
    )
    .await;
    check_room(
        [&last, &last],
        &[(0, Answer(0, 90, 0)), (1, LastTurn)],
        "10 of 100 output tokens, Stop",
        "",
    )
    .await;
}

//
#[tokio::test(start_paused = true)]
async fn the_deadline_is_the_first_of_the_chain() {
    let seconds = |seconds| {
        limits()
            .with_time(Duration::from_secs(seconds))
            .at_limit(AtLimit::Fail)
    };
    let parent = Purse::new(seconds(60), None);
    let begun = tokio::time::Instant::now();
    advance(Duration::from_secs(50)).await;
    let after = |limits: Limits| {
        let purse = Purse::new(limits, Some(&parent));
        let deadline = purse.deadline().expect("there is one");
        ((deadline - begun).as_secs(), say(&purse.time_is_over()))
    };
    assert_eq!(after(seconds(60)), (60, "60s, Fail".into()));
    assert_eq!(after(seconds(5)), (55, "5s, Fail".into()));
    assert_eq!(after(limits()), (60, "60s, Stop".into()));
    assert_eq!(Purse::new(limits(), None).deadline(), None);
    let forever = Purse::new(limits().with_time(Duration::MAX), None);
    assert!(forever.deadline().is_none_or(|at| at > begun) && forever.begin_turn(0).is_ok());
}

//
#[tokio::test(start_paused = true)]
async fn a_limit_that_is_near_is_told_once() {
    let limits = limits()
        .with_turns(5)
        .with_cost(1_000_000)
        .with_time(Duration::from_secs(10));
    let near = async |limits: Limits, steps: &[Step]| {
        let purse = Purse::new(limits, None);
        let mut told = Vec::new();
        for step in steps {
            take(&purse, *step).await;
            told.extend(purse.near().iter().map(ToString::to_string));
        }
        told
    };
    let turns = [Turn; 5];
    assert_eq!(
        near(limits.clone(), &turns).await,
        ["4 of 5 turns are used"]
    );
    assert_eq!(
        near(limits.clone().with_warning_percent(40), &turns).await,
        ["2 of 5 turns are used"]
    );
    assert_eq!(
        near(limits.clone().with_warning_percent(100), &turns).await,
        ["5 of 5 turns are used"]
    );
    assert!(
        near(limits.clone().with_warning_percent(101), &turns)
            .await
            .is_empty()
    );
    let beyond = limits.clone().with_warning_percent(101);
    assert!(near(beyond, &[Cost(1_500_000)]).await.is_empty());
    let steps = [Cost(900_000), Pass(7_999), Pass(1), Cost(900_000)];
    assert_eq!(
        near(limits, &steps).await,
        ["$0.90 of $1.00 are used", "8s of 10s are used"]
    );
    assert!(
        near(
            Limits::default().with_turns(0).with_request_tokens(9),
            &[Turn, Request(9)]
        )
        .await
        .is_empty()
    );
}

//
#[tokio::test(start_paused = true)]
async fn what_is_left_is_told_of_each_limit() {
    let limits = Limits::default()
        .with_calls(9)
        .with_request_tokens(100)
        .with_cost(500_000)
        .with_time(Duration::from_secs(60));
    let purse = Purse::new(limits, None);
    for step in [
        Turn,
        Request(70),
        Answer(60, 5, 0),
        Request(30),
        Cost(120_000),
        Calls(4),
        Pass(12_000),
        Request(20),
    ] {
        take(&purse, step).await;
    }
    let left: Vec<_> = purse.left().iter().map(ToString::to_string).collect();
    assert_eq!(
        left,
        [
            "49 of 50 turns are left",
            "5 of 9 calls are left",
            "30 of 100 tokens in one request are left",
            "$0.38 of $0.50 are left, and 1 answer without a known price",
            "48s of 60s are left",
        ]
    );
    purse.charge(Usage::UNKNOWN, None);
    assert_eq!(purse.left()[3].unpriced, 1, "what is unknown is no answer");
    assert!(Purse::new(self::limits(), None).left().is_empty());
}

//
#[test]
fn limits_are_said_in_one_line() {
    let all = limits()
        .with_calls(1)
        .with_input_tokens(2)
        .with_output_tokens(3)
        .with_total_tokens(4);
    let all = all
        .with_request_tokens(5)
        .with_reasoning_tokens(6)
        .with_cost(7)
        .with_time(Duration::from_millis(8));
    assert_eq!(
        all.at_limit(AtLimit::Fail).to_string(),
        "any number of turns, 1 call, 2 input tokens, 3 output tokens, 4 tokens, 5 tokens in one request, \
         6 reasoning tokens, $0.000007, 8ms; then an error"
    );
    assert_eq!(Limits::default().to_string(), "50 turns");
    for kind in LimitKind::ALL {
        let setter = format!("`Limits::with_{}", kind.to_string().replace(' ', "_"));
        let known = ["tokens_in_one_request", "tokens"]
            .iter()
            .any(|name| setter.ends_with(name));
        assert!(kind.hint().contains(&setter) || known, "{kind:?}");
    }
}
