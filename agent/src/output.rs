//! Typed answers: how a model is asked for one, what it said read as one, and what of it is there already.

mod answering;
mod growing;
mod preview;
mod read;
mod shape;

pub use answering::{AnswerEvent, Answered, Answering, AwaitedAnswer, Partial};
pub use shape::AnswerMode;

pub(crate) use read::Reading;
pub(crate) use shape::{Shape, Way};

#[cfg(test)]
mod tests;
