//! The loop.

mod approve;
mod execute;
#[cfg(feature = "fetch")]
mod fetch;
mod guard;
mod plan;
mod repair;
mod toolbox;
#[cfg(feature = "workspace-tools")]
mod workspace;

pub use approve::{
    AllowAll, Answer, Approver, Ask, Decision, Decisions, DenyAll, Digest, DigestError, Effect,
    Grant, Grants, Keep, Level, Limit, Memory, PendingCall, PendingError, PendingErrorKind,
    PendingSet, Question, Rule, Rules, Scope, Within,
};
pub use execute::{Engine, Execution, Prepared, Retries, RunScope, Settled, ToolEvent};
#[cfg(feature = "fetch")]
pub use fetch::{FetchError, FetchOptions, FetchUrl, Resolver, SystemResolver};
pub use guard::{Guard, Turning};
pub use plan::Plan;
pub use repair::{Problem, Repair};
pub use toolbox::{ToolEntry, Toolbox, ToolboxError, ToolboxErrorKind};
#[cfg(all(feature = "workspace-tools", unix))]
pub use workspace::Commands;
#[cfg(feature = "workspace-tools")]
pub use workspace::Workspace;
