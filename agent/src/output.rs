//! Typed answers: how a model is asked for one, and what it said read as one.

mod growing;
mod read;
mod shape;

#[allow(unused_imports, reason = "the loop that reads answers is not here yet")]
pub(crate) use read::Reading;
pub use shape::AnswerMode;
pub(crate) use shape::{Shape, Way};

#[cfg(test)]
mod tests;
