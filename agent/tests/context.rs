//! The context in the loop: what is counted, when it is made smaller, and what becomes of what does not fit.
#![allow(clippy::unwrap_used, reason = "a test may panic, in its helpers too")]

#[path = "context/laws.rs"]
mod laws;
#[path = "context/model.rs"]
mod model;
#[path = "context/plays.rs"]
mod plays;
