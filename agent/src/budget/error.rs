use crate::CompactErrorKind;

/// A window that the answer alone would fill.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the answer is to have {reserve} tokens, and the window has {window}")]
#[non_exhaustive]
pub struct BudgetError {
    /// How many tokens a request and its answer may have together.
    pub window: u64,
    /// How many the answer is to have.
    pub reserve: u64,
}

impl BudgetError {
    pub(super) fn new(window: u64, reserve: u64) -> Self {
        BudgetError { window, reserve }
    }

    /// What to do about it, in one line.
    pub fn hint(&self) -> &'static str {
        CompactErrorKind::NoRoom.hint()
    }
}
