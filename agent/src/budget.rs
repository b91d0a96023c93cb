//! How much of a model's window a request takes, and what is left.

mod estimator;

pub use estimator::Estimator;
