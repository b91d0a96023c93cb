//! What a random run is made of: data alone, so that a failure can be made small and read.

use std::time::Duration;

use windlass_agent::{AnswerMode, AtLimit, PartialAnswers, ThinkingEvents};
use windlass_core::{ErrorKind, FinishReason};

/// A run and what happens to it from outside.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) agent: AgentPlan,
    pub(crate) given: Given,
    pub(crate) typed: Option<AnswerMode>,
    pub(crate) watch: Watch,
    /// What is done before which poll.
    pub(crate) acts: Vec<(u16, Act)>,
    /// Where the journal is cut, if there is one; beyond its end it is whole.
    pub(crate) journal: Option<u16>,
    /// What is decided when it is paused.
    pub(crate) later: Choice,
}

/// What the run begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Given {
    Words,
    /// Much that was said before.
    Past,
    /// An answer whose calls have no outcome yet.
    Calls,
}

/// Who looks on beside the consumer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Watch {
    Nobody,
    Run,
    Agent,
    /// Looks when all is over.
    Late,
}

/// What is done to a run from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    Cancel,
    CancelAfterTurn,
    Steer,
    /// Leaves every so many-th tool.
    SetTools(usize),
    Drop,
    /// Stops listening, and waits for the end.
    Await,
}

/// An agent, and those below it.
#[derive(Clone, Debug)]
pub(crate) struct AgentPlan {
    /// The answers of its own model, and those of the others that take over.
    pub(crate) models: Vec<Vec<Answer>>,
    pub(crate) retry: Option<Retry>,
    pub(crate) chain: Chained,
    pub(crate) compactor: Option<Compacts>,
    pub(crate) limits: Vec<Limit>,
    pub(crate) then: AtLimit,
    pub(crate) hooks: Vec<Hooked>,
    pub(crate) approver: Option<Approves>,
    pub(crate) rest: Rest,
    pub(crate) below: Vec<AgentPlan>,
}

/// What is left to set.
#[derive(Clone, Debug)]
pub(crate) struct Rest {
    pub(crate) grace: Duration,
    pub(crate) partials: PartialAnswers,
    pub(crate) thinking: ThinkingEvents,
    pub(crate) is_guarded: bool,
    pub(crate) concurrency: Option<usize>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Retry {
    pub(crate) attempts: u32,
    pub(crate) wait: u64,
    pub(crate) discards: bool,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Chained {
    pub(crate) is_sticky: bool,
    pub(crate) compacts: bool,
    pub(crate) discards: bool,
    pub(crate) rejects: bool,
    /// For errors of this kind alone is the last model.
    pub(crate) on: Option<ErrorKind>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Compacts {
    Recent,
    Outputs,
    /// Takes a while, and tokens.
    Dear,
    Fails,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Limit {
    Turns(u32),
    Adaptive(u32, u32),
    Calls(u32),
    Input(u64),
    Output(u64),
    Total(u64),
    Request(u64),
    Reasoning(u64),
    Cost(u64),
    Time(u64),
}

/// A hook that does one thing.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hooked {
    pub(crate) moment: Moment,
    /// In which turn, or for which calls.
    pub(crate) when: u32,
    pub(crate) does: Does,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Moment {
    BeforeModel,
    AfterModel,
    BeforeCall,
    AfterCall,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Does {
    Sleeps(u64),
    Changes,
    Replaces,
    ReplacesWithCalls,
    Refuses,
    Panics,
}

/// Decides on each call by its arguments.
#[derive(Clone, Debug)]
pub(crate) struct Approves {
    pub(crate) choices: Vec<Choice>,
    pub(crate) takes: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Choice {
    Allow,
    Deny,
    Edit,
    EditBadly,
    Later,
    Silence,
}

/// What a model does with one request.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    /// How long it thinks before the first word.
    pub(crate) takes: u64,
    pub(crate) pieces: Vec<Piece>,
    pub(crate) end: End,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Piece {
    Text(Words),
    Thinking,
    Refusal,
    Call {
        /// One of few ids, so that they come again.
        id: u8,
        tool: Kind,
        arguments: Written,
    },
    Usage(u64, u64),
    Waits(u64),
    /// A poll without anything.
    Nothing,
    /// All so far is void.
    Void,
    /// What no answer can have here.
    Disorder,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Words {
    Some,
    None,
    /// The value that a typed run wants.
    Value,
    /// Another one.
    NoValue,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Written {
    Well,
    Cut,
    Otherwise,
    Nothing,
}

/// A tool, by what it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Ends,
    Sleeps,
    Reports,
    Huge,
    Fails,
    /// Wants the call again.
    Again,
    Fatal,
    Panics,
    /// Never hears of a cancel, and ends in time.
    Stubborn,
    /// Never hears of a cancel, and takes a minute.
    Deaf,
    /// Past its deadline.
    Stuck,
    /// Fails at first, may be repeated.
    Flaky,
    /// On a thread.
    Blocks,
    Exclusive,
    /// Asks for approval.
    Asks,
    Polls,
    /// Says something to the model.
    Steers,
    /// Cancels the run.
    Cancels,
    CancelsAfterTurn,
    Unknown,
    /// The agent below, where there is one.
    Below(u8),
    /// The tool that takes a typed answer.
    Answer,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum End {
    Finish(FinishReason),
    /// The finish that fits what was said.
    Fits,
    Fails(ErrorKind, Option<u64>),
    Refuses(ErrorKind, Option<u64>),
    Cut,
}

impl AgentPlan {
    /// Whether it is so, or an agent below it.
    pub(crate) fn any(&self, is: &impl Fn(&AgentPlan) -> bool) -> bool {
        is(self) || self.below.iter().any(|below| below.any(is))
    }

    /// Whether a model of it calls such a tool.
    pub(crate) fn calls(&self, kinds: &[Kind]) -> bool {
        let is = |piece: &Piece| matches!(piece, Piece::Call { tool, .. } if kinds.contains(tool));
        self.any(&|agent| {
            let mut answers = agent.models.iter().flatten();
            answers.any(|answer| answer.pieces.iter().any(is))
        })
    }

    /// Whether the time of a run is limited.
    pub(crate) fn is_timed(&self) -> bool {
        let is_time = |limit: &Limit| matches!(limit, Limit::Time(_));
        self.any(&|agent| agent.limits.iter().any(is_time))
    }
}

impl Plan {
    /// Whether it is a matter of chance what a thread comes to before it is stopped.
    pub(crate) fn is_left_to_threads(&self) -> bool {
        let agent = &self.agent;
        let is_hooked = agent.any(&|agent| !agent.hooks.is_empty());
        let is_stopped = agent.calls(&[Kind::Fatal, Kind::Cancels]);
        agent.calls(&[Kind::Blocks]) && (is_hooked || is_stopped || agent.is_timed())
    }

    /// Whether a run that goes on from its journal may find itself to be another one: it was given other tools, or it rests
    /// on what agents below used, which no journal has.
    pub(crate) fn may_be_another(&self) -> bool {
        let is_given_tools = |act: &(u16, Act)| matches!(act.1, Act::SetTools(_));
        let is_limited = !self.agent.below.is_empty() && !self.agent.limits.is_empty();
        is_limited || self.acts.iter().any(is_given_tools)
    }

    /// Whether all that a run does follows from its journal and its agent: nobody steps in, and no clock decides.
    pub(crate) fn is_told_by_its_journal(&self) -> bool {
        let by_hand = [Kind::Steers, Kind::Cancels, Kind::CancelsAfterTurn];
        // What ends a run amid its calls comes in the order of the calls when it is played again, and the calls beside it
        // may be further or less far then.
        let panics = |hook: &Hooked| hook.moment == Moment::AfterCall && hook.does == Does::Panics;
        self.acts.is_empty()
            && !self.agent.hooks.iter().any(panics)
            && !self.agent.is_timed()
            && !self.agent.calls(&by_hand)
            && !self.agent.calls(&[Kind::Fatal])
            && !self.is_left_to_threads()
            && !self.may_be_another()
    }
}
