//! Random plans.

use std::time::Duration;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use windlass_agent::{AnswerMode, AtLimit, PartialAnswers, ThinkingEvents};
use windlass_core::{Clock, ErrorKind, FinishReason, Phase};

use crate::plan::{
    Act, AgentPlan, Answer, Approves, Chained, Choice, Compacts, Does, End, Given, Hooked, Kind,
    Limit, Moment, Piece, Plan, Rest, Retry, Watch, Words, Written,
};

/// How deep agents call agents.
const DEPTH: u32 = 2;

pub(crate) fn plan() -> impl Strategy<Value = Plan> {
    let given =
        prop_oneof![6 => Just(Given::Words), 3 => Just(Given::Past), 1 => Just(Given::Calls)];
    let modes = [
        AnswerMode::Auto,
        AnswerMode::Native,
        AnswerMode::Tool,
        AnswerMode::Prompted,
    ];
    let typed = option::weighted(0.25, select(modes.to_vec()));
    let watches = [Watch::Nobody, Watch::Run, Watch::Agent, Watch::Late];
    let acts = prop_oneof![2 => Just(Vec::new()), 3 => vec((0..120_u16, act()), 1..4)];
    let journal = option::weighted(0.4, 0..60_u16);
    let parts = (
        agent(DEPTH),
        given,
        typed,
        select(watches.to_vec()),
        acts,
        journal,
        choice(),
    );
    parts.prop_map(|(agent, given, typed, watch, mut acts, journal, later)| {
        acts.sort_by_key(|(at, _)| *at);
        Plan {
            agent,
            given,
            typed,
            watch,
            acts,
            journal,
            later,
        }
    })
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        4 => Just(Act::Cancel),
        2 => Just(Act::CancelAfterTurn),
        4 => Just(Act::Steer),
        1 => (1..4_usize).prop_map(Act::SetTools),
        2 => Just(Act::Drop),
        2 => Just(Act::Await),
    ]
}

fn agent(depth: u32) -> BoxedStrategy<AgentPlan> {
    let models = prop_oneof![
        2 => vec(answers(), 1..2),
        1 => vec(answers(), 2..4),
    ];
    let below = match depth {
        0 => Just(Vec::new()).boxed(),
        depth => prop_oneof![1 => Just(Vec::new()), 1 => vec(agent(depth - 1), 1..3)].boxed(),
    };
    let thens = [AtLimit::Stop, AtLimit::Fail, AtLimit::LastTurn];
    let limits = prop_oneof![3 => Just(Vec::new()), 2 => vec(limit(), 1..3)];
    let hooks = prop_oneof![3 => Just(Vec::new()), 2 => vec(hook(), 1..4)];
    let parts = (
        models,
        option::weighted(0.7, retry()),
        chained(),
        option::of(select(
            [
                Compacts::Recent,
                Compacts::Outputs,
                Compacts::Dear,
                Compacts::Fails,
            ]
            .to_vec(),
        )),
        limits,
        select(thens.to_vec()),
        hooks,
        option::weighted(0.3, approves()),
        rest(),
        below,
    );
    parts
        .prop_map(
            |(models, retry, chain, compactor, limits, then, hooks, approver, rest, below)| {
                AgentPlan {
                    models,
                    retry,
                    chain,
                    compactor,
                    limits,
                    then,
                    hooks,
                    approver,
                    rest,
                    below,
                }
            },
        )
        .boxed()
}

fn answers() -> impl Strategy<Value = Vec<Answer>> {
    vec(answer(), 1..7)
}

fn answer() -> impl Strategy<Value = Answer> {
    let takes = prop_oneof![3 => Just(0), 1 => 1..50_u64, 1 => Just(100_000)];
    let takes = prop_oneof![9 => Just(0).boxed(), 1 => takes.boxed()];
    (takes, vec(piece(), 0..7), end()).prop_map(|(takes, pieces, end)| Answer {
        takes,
        pieces,
        end,
    })
}

fn piece() -> impl Strategy<Value = Piece> {
    let words = [Words::Some, Words::None, Words::Value, Words::NoValue];
    prop_oneof![
        24 => select(words.to_vec()).prop_map(Piece::Text),
        10 => Just(Piece::Thinking),
        1 => Just(Piece::Refusal),
        60 => call(),
        12 => (0..400_u64, 0..40_u64).prop_map(|(input, output)| Piece::Usage(input, output)),
        5 => (1..60_u64).prop_map(Piece::Waits),
        8 => Just(Piece::Nothing),
        1 => Just(Piece::Void),
        1 => Just(Piece::Disorder),
    ]
}

fn call() -> impl Strategy<Value = Piece> {
    let written = prop_oneof![
        30 => Just(Written::Well),
        1 => Just(Written::Cut),
        1 => Just(Written::Otherwise),
        1 => Just(Written::Nothing),
    ];
    (0..12_u8, kind(), written).prop_map(|(id, tool, arguments)| Piece::Call {
        id,
        tool,
        arguments,
    })
}

fn kind() -> impl Strategy<Value = Kind> {
    let common = [Kind::Ends, Kind::Sleeps, Kind::Reports, Kind::Exclusive];
    let rare = [
        Kind::Huge,
        Kind::Fails,
        Kind::Again,
        Kind::Panics,
        Kind::Stubborn,
        Kind::Deaf,
        Kind::Flaky,
        Kind::Blocks,
        Kind::Asks,
        Kind::Polls,
        Kind::Unknown,
        Kind::Answer,
    ];
    let last = [
        Kind::Fatal,
        Kind::Stuck,
        Kind::Steers,
        Kind::Cancels,
        Kind::CancelsAfterTurn,
    ];
    prop_oneof![
        8 => select(common.to_vec()),
        8 => select(rare.to_vec()),
        1 => select(last.to_vec()),
        3 => (0..2_u8).prop_map(Kind::Below),
    ]
}

fn end() -> impl Strategy<Value = End> {
    let reasons = [
        FinishReason::Stop,
        FinishReason::StopSequence,
        FinishReason::Calls,
        FinishReason::Length,
        FinishReason::Filtered,
        FinishReason::Refused,
        FinishReason::Paused,
        FinishReason::Paused,
        FinishReason::MalformedCall,
        FinishReason::Other,
    ];
    let after = || option::weighted(0.2, 1..90_u64);
    prop_oneof![
        40 => Just(End::Fits),
        3 => select(reasons.to_vec()).prop_map(End::Finish),
        2 => Just(End::Cut),
        2 => Just(End::Refuses(ErrorKind::ContextOverflow, None)),
        4 => (error(), after()).prop_map(|(kind, after)| End::Fails(kind, after)),
        4 => (error(), after()).prop_map(|(kind, after)| End::Refuses(kind, after)),
    ]
}

fn error() -> impl Strategy<Value = ErrorKind> {
    let kinds = [
        ErrorKind::Authentication,
        ErrorKind::InvalidRequest,
        ErrorKind::ContextOverflow,
        ErrorKind::ContextOverflow,
        ErrorKind::ContextOverflow,
        ErrorKind::ContextOverflow,
        ErrorKind::ContentFiltered,
        ErrorKind::RateLimited,
        ErrorKind::Overloaded,
        ErrorKind::Server,
        ErrorKind::Timeout(Clock::Idle),
        ErrorKind::Connection(Phase::Receive),
        ErrorKind::Truncated,
        ErrorKind::Protocol,
        ErrorKind::Cancelled,
    ];
    select(kinds.to_vec())
}

fn retry() -> impl Strategy<Value = Retry> {
    (1..4_u32, 0..200_u64, any::<bool>()).prop_map(|(attempts, wait, discards)| Retry {
        attempts,
        wait,
        discards,
    })
}

fn chained() -> impl Strategy<Value = Chained> {
    let rejects = prop::bool::weighted(0.25);
    let flags = (any::<bool>(), any::<bool>(), any::<bool>(), rejects);
    (flags, option::weighted(0.3, error())).prop_map(
        |((is_sticky, compacts, discards, rejects), on)| Chained {
            is_sticky,
            compacts,
            discards,
            rejects,
            on,
        },
    )
}

fn limit() -> impl Strategy<Value = Limit> {
    prop_oneof![
        (0..9_u32).prop_map(Limit::Turns),
        (0..4_u32, 0..8_u32).prop_map(|(first, more)| Limit::Adaptive(first, first + more)),
        (0..14_u32).prop_map(Limit::Calls),
        (0..9_000_u64).prop_map(Limit::Input),
        (0..250_u64).prop_map(Limit::Output),
        (0..9_000_u64).prop_map(Limit::Total),
        (500..4_000_u64).prop_map(Limit::Request),
        (0..40_u64).prop_map(Limit::Reasoning),
        (0..1_500_u64).prop_map(Limit::Cost),
        prop_oneof![(0..150_u64), Just(70_000)].prop_map(Limit::Time),
    ]
}

fn hook() -> impl Strategy<Value = Hooked> {
    let moments = [
        Moment::BeforeModel,
        Moment::AfterModel,
        Moment::BeforeCall,
        Moment::AfterCall,
    ];
    let does = prop_oneof![
        2 => (0..30_u64).prop_map(Does::Sleeps),
        1 => Just(Does::Sleeps(10_000_000)),
        3 => Just(Does::Changes),
        2 => Just(Does::Replaces),
        1 => Just(Does::ReplacesWithCalls),
        1 => Just(Does::Refuses),
        1 => Just(Does::Panics),
    ];
    (select(moments.to_vec()), 0..4_u32, does).prop_map(|(moment, when, does)| Hooked {
        moment,
        when,
        does,
    })
}

fn approves() -> impl Strategy<Value = Approves> {
    let takes = prop_oneof![4 => Just(0), 2 => 1..30_u64, 1 => Just(10_000_000)];
    (vec(choice(), 1..6), takes).prop_map(|(choices, takes)| Approves { choices, takes })
}

fn choice() -> impl Strategy<Value = Choice> {
    prop_oneof![
        8 => Just(Choice::Allow),
        2 => Just(Choice::Deny),
        2 => Just(Choice::Edit),
        1 => Just(Choice::EditBadly),
        1 => Just(Choice::Later),
        1 => Just(Choice::Silence),
    ]
}

fn rest() -> impl Strategy<Value = Rest> {
    let grace = select([0_u64, 20, 5_000].to_vec());
    let concurrency = option::weighted(0.3, 1..4_usize);
    let flags = (any::<bool>(), any::<bool>(), any::<bool>());
    (grace, concurrency, flags).prop_map(|(grace, concurrency, (keeps, shows, is_guarded))| Rest {
        grace: Duration::from_millis(grace),
        partials: match keeps {
            true => PartialAnswers::Keep,
            false => PartialAnswers::Drop,
        },
        thinking: match shows {
            true => ThinkingEvents::Show,
            false => ThinkingEvents::Hide,
        },
        is_guarded,
        concurrency,
    })
}
