//! The loop.

mod approve;
mod execute;
mod guard;
mod plan;
mod repair;
mod toolbox;

pub use approve::{
    AllowAll, Approver, Decision, Decisions, DenyAll, Digest, DigestError, PendingCall,
};
pub use execute::{Engine, Execution, Prepared, Retries, RunScope, Settled, ToolEvent};
pub use guard::{Guard, Turning};
pub use plan::Plan;
pub use repair::{Problem, Repair};
pub use toolbox::{ToolEntry, Toolbox, ToolboxError, ToolboxErrorKind};
