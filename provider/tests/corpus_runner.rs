//! The corpus runner itself: that it passes what is right, and names what is wrong.

#[path = "corpus/run.rs"]
mod run;
#[path = "corpus/tests.rs"]
mod tests;
