//! What runs the tools that a model calls: which there are, which wait for which, who allows them, and what came of them.
//!
//! - A [`Toolbox`] holds the tools of a run, in order, with names that differ.
//! - An [`Engine`] prepares the calls of an answer: unknown names, arguments that do not match and calls that are not allowed
//!   get their outcome before anything runs. A [`Repair`] may mend a call, an [`Approver`] decides about it.
//! - A [`Plan`] says which call waits for which.
//! - An [`Execution`] runs them, tells what happens as [`ToolEvent`]s, and gives one outcome for each call, in call order.
//! - A [`Guard`] notices calls that repeat themselves.
//! - [`Limits`] say how much a run may spend, its sub-agents included.
//! - A [`FallbackStrategy`] says where a request goes that a model did not answer; [`Chain`] goes from one model to the next.
//!
//! The loop that asks a model and comes back with outcomes is not here yet.
//!
//! # Features
//!
//! - `workspace-tools`: tools on the files of one folder, and commands if switched on.
//! - `fetch`: a tool that fetches public URLs.
//! - `tracing`: spans of runs, turns, attempts and tools, by the names of OpenTelemetry.

mod approve;
mod budget;
mod compact;
mod execute;
mod fallback;
#[cfg(feature = "fetch")]
mod fetch;
mod guard;
#[allow(dead_code, unused_imports, reason = "the loop is what spends")]
mod limits;
#[allow(
    dead_code,
    reason = "the loop that asks for typed answers is not here yet"
)]
mod output;
#[allow(dead_code, unused_imports, reason = "the loop asks the hooks")]
mod hook;
#[allow(dead_code, unused_imports, reason = "the loop tells the observers")]
mod observe;
mod plan;
mod repair;
mod toolbox;
#[allow(dead_code, unused_imports, reason = "the loop begins the spans")]
mod trace;
#[cfg(feature = "workspace-tools")]
mod workspace;

pub use approve::{
    AllowAll, Answer, Approver, Ask, Decision, Decisions, DenyAll, Digest, DigestError, Effect,
    Grant, Grants, Keep, Level, Limit, Memory, PendingCall, PendingError, PendingErrorKind,
    PendingSet, Question, Rule, Rules, Scope, Within,
};
pub use budget::Estimator;
pub use compact::{
    CompactError, CompactErrorKind, CompactReport, Compacted, Compaction, Compactor, Reach, Tiers,
};
pub use execute::{Engine, Execution, Prepared, Retries, RunScope, Settled, ToolEvent};
pub use fallback::{
    Cause, Chain, Failure, Fallback, FallbackStrategy, Flaw, NoFallback, Opaque, Shortening,
    Target, TargetIndex, Verdict, adapt,
};
#[cfg(feature = "fetch")]
pub use fetch::{FetchError, FetchOptions, FetchUrl, Resolver, SystemResolver};
pub use guard::{Guard, Turning};
pub use limits::{AtLimit, Left, LimitKind, Limits, Near, Reached, Turns};
pub use output::AnswerMode;
pub use hook::{After, At, Before, Hook, HookPanicked, Moment};
pub use observe::{Observed, Observer};
pub use plan::Plan;
pub use repair::{Problem, Repair};
pub use toolbox::{ToolEntry, Toolbox, ToolboxError, ToolboxErrorKind};
pub use trace::TraceContent;
#[cfg(all(feature = "workspace-tools", unix))]
pub use workspace::Commands;
#[cfg(feature = "workspace-tools")]
pub use workspace::Workspace;
