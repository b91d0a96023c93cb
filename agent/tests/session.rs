//! Sessions: many runs on one conversation, in every order of what can be done with one.
#![allow(clippy::unwrap_used, reason = "a test may panic, in its helpers too")]

#[path = "session/change.rs"]
mod change;
#[path = "session/interrupt.rs"]
mod interrupt;
#[path = "session/kit.rs"]
mod kit;
#[path = "session/laws.rs"]
mod laws;
#[path = "session/one.rs"]
mod one;
#[path = "session/paused.rs"]
mod paused;
#[path = "session/prefix.rs"]
mod prefix;
#[path = "session/saved.rs"]
mod saved;
