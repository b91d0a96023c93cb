//! The loop.

mod approve;

pub use approve::{
    AllowAll, Approver, Decision, Decisions, DenyAll, Digest, DigestError, PendingCall,
};
