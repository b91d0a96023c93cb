//! Agents: a model with instructions and tools, run turn after turn up to a stop.
//!
//! - An [`Agent`] is built once; each [`Run`] of it is awaited for its [`Report`] or iterated for its [`AgentEvent`]s.
//! - A [`Session`] is a conversation over many runs: interrupted, forked, taken back, written down and loaded.
//! - A [`Toolbox`] holds the tools of a run, in order, with names that differ.
//! - An [`Engine`] prepares the calls of an answer: unknown names, arguments that do not match and calls that are not allowed
//!   get their outcome before anything runs. A [`Repair`] may mend a call, an [`Approver`] decides about it.
//! - A [`Plan`] says which call waits for which.
//! - An [`Execution`] runs them, tells what happens as [`ToolEvent`]s, and gives one outcome for each call, in call order.
//! - A [`ContextBudget`] says what of a model's window a request may take; an [`Estimator`] counts, a [`Calibration`] learns.
//! - A [`Compactor`] makes a conversation smaller, as a [`Compaction`] says, before it no longer fits.
//! - A [`Guard`] notices calls that repeat themselves.
//! - [`Limits`] say how much a run may spend, its sub-agents included.
//! - [`Run::answer`] asks for a value of a type, which [`Answering`] shows while it is written.
//! - A [`FallbackStrategy`] says where a request goes that a model did not answer; [`Chain`] goes from one model to the next.
//! - A [`PrefixGuard`] says what keeps a provider from reading its prompt cache.
//!
//! # Features
//!
//! - `workspace-tools`: tools on the files of one folder, and commands if switched on.
//! - `tiktoken`: an estimator that counts text to the token, as OpenAI's models do.
//! - `fetch`: a tool that fetches public URLs.
//! - `tracing`: spans of runs, turns, attempts and tools, by the names of OpenTelemetry.

mod agent;
mod approve;
mod attempt;
mod budget;
mod compact;
mod event;
mod execute;
mod explain;
mod fallback;
#[cfg(feature = "fetch")]
mod fetch;
mod guard;
mod hook;
mod journal;
mod ledger;
mod limits;
mod observe;
mod output;
mod plan;
mod prefix;
mod repair;
mod report;
mod run;
mod session;
mod stop;
mod subagent;
mod toolbox;
#[cfg_attr(
    not(feature = "tracing"),
    allow(dead_code, reason = "there is nobody to tell")
)]
mod trace;
mod turn;
#[cfg(feature = "workspace-tools")]
mod workspace;

pub use agent::{Agent, AgentBuilder};
pub use approve::{
    AllowAll, Answer, Approver, Ask, Decision, Decisions, DenyAll, Digest, DigestError, Effect,
    Grant, Grants, Keep, Level, Limit, Memory, PendingCall, PendingError, PendingErrorKind,
    PendingSet, Question, Rule, Rules, Scope, Within,
};
#[cfg(feature = "tiktoken")]
pub use budget::Tiktoken;
pub use budget::{
    Approximate, BudgetError, Calibration, ContextBudget, ContextUse, Estimator, Factor, Reported,
    Room, Scaled, Sections, WindowSource,
};
pub use compact::{
    CompactError, CompactErrorKind, CompactReport, Compacted, Compaction, Compactor, Fruitless,
    KeepRecent, Reach, ShortenToolOutput, Summarize, Tiers,
};
pub use event::{
    AgentEvent, AttemptRecord, AttemptStarted, Because, Failed, RunEnded, RunId, Switched,
    ToolEnded, What,
};
pub use execute::{Engine, Execution, Prepared, Retries, RunScope, Settled, ToolEvent};
pub use explain::{Cooldown, Explanation};
pub use fallback::{
    Adapted, Cause, Chain, Failure, Fallback, FallbackStrategy, Flaw, NoFallback, Opaque,
    Shortening, Target, TargetIndex, Verdict, adapt,
};
#[cfg(feature = "fetch")]
pub use fetch::{FetchError, FetchOptions, FetchUrl, Resolver, SystemResolver};
pub use guard::{Guard, Turning};
pub use hook::{After, At, Before, Hook, HookPanicked, Moment};
pub use journal::{
    Effect as JournalEffect, Ephemeral, Journal, JournalError, JournalErrorKind, Record, Recording,
    Repeat, Step, Stepped,
};
pub use ledger::PartialAnswers;
pub use limits::{AtLimit, Left, LimitKind, Limits, Near, Reached, Turns};
pub use observe::{Observed, Observer};
pub use output::{AnswerEvent, AnswerMode, Answered, Answering, AwaitedAnswer, Partial};
pub use plan::Plan;
pub use prefix::{PrefixChange, PrefixGuard, PrefixSection};
pub use repair::{Problem, Repair};
pub use report::{Paused, Report, RunError};
pub use run::{Run, RunHandle, Running, Steered, Steering, ThinkingEvents};
pub use session::{
    Busy, Interrupt, PastRun, Session, SessionError, SessionErrorKind, SessionId, SessionRun,
    SessionRunning, SessionState, SessionStatus,
};
pub use stop::{Cancel, Stop};
pub use subagent::AgentTool;
pub use toolbox::{ToolEntry, Toolbox, ToolboxError, ToolboxErrorKind};
pub use trace::TraceContent;
#[cfg(all(feature = "workspace-tools", unix))]
pub use workspace::Commands;
#[cfg(feature = "workspace-tools")]
pub use workspace::Workspace;
