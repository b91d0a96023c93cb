//! The loop.

mod approve;
mod plan;
mod toolbox;

pub use approve::{
    AllowAll, Approver, Decision, Decisions, DenyAll, Digest, DigestError, PendingCall,
};
pub use plan::Plan;
pub use toolbox::{ToolEntry, Toolbox, ToolboxError, ToolboxErrorKind};
