//! How much of a model's window a request takes, and what is left.

mod estimator;

pub use estimator::Estimator;

/// Four bytes of text are a token, and a picture is a thousand.
pub(crate) struct Bytes;

impl Estimator for Bytes {
    fn text(&self, text: &str) -> u64 {
        text.len().div_ceil(4) as u64
    }

    fn media(&self, _: &windlass_core::Media) -> u64 {
        1_000
    }
}
