//! The loop as its users see it: scripted models, tools of the tests, a clock that stands still.

#![allow(
    clippy::unwrap_used,
    reason = "a case that unwraps what is not there has failed"
)]

#[path = "loop/approvals.rs"]
mod approvals;
#[path = "loop/choice.rs"]
mod choice;
#[path = "loop/ends.rs"]
mod ends;
#[path = "loop/events.rs"]
mod events;
#[path = "loop/fallback.rs"]
mod fallback;
#[path = "loop/finish.rs"]
mod finish;
#[path = "loop/found.rs"]
mod found;
#[path = "loop/hooks.rs"]
mod hooks;
#[path = "loop/kept.rs"]
mod kept;
#[path = "loop/kit.rs"]
mod kit;
#[path = "loop/limits.rs"]
mod limits;
#[path = "loop/partial.rs"]
mod partial;
#[path = "loop/retry.rs"]
mod retry;
#[path = "loop/same.rs"]
mod same;
#[path = "loop/shared.rs"]
mod shared;
#[path = "loop/shortened.rs"]
mod shortened;
#[path = "loop/steering.rs"]
mod steering;
