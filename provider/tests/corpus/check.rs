//! What can be checked of a case, and what came of it.

use std::fmt;

/// Something that holds for an exchange, or does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Check {
    /// A good answer becomes a message, one with an error in it that error.
    Decoded,
    /// Every cut of the body gives the same message.
    Cuts,
    /// A stream that ends between two events is truncated.
    Truncation,
    /// Where an answer exists in pieces and whole, both give the same message.
    Same,
    /// The answer, sent back, has every opaque value as it came.
    Replay,
    /// The request is written as it was recorded.
    Request,
    /// An error is of the right kind.
    Error,
    /// Another client agrees.
    Oracle,
}

impl Check {
    pub(crate) const ALL: [Check; 8] = [
        Check::Decoded,
        Check::Cuts,
        Check::Truncation,
        Check::Same,
        Check::Replay,
        Check::Request,
        Check::Error,
        Check::Oracle,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Check::Decoded => "decoded",
            Check::Cuts => "cuts",
            Check::Truncation => "truncation",
            Check::Same => "same",
            Check::Replay => "replay",
            Check::Request => "request",
            Check::Error => "error",
            Check::Oracle => "oracle",
        }
    }

    pub(crate) fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|check| check.name() == name)
    }
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// What came of a check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Passed,
    /// Why it did not pass, in a line or two.
    Failed(String),
    /// It was not decided, for this reason.
    Undecided(String),
    /// The case has nothing of the kind.
    Absent,
}

impl Verdict {
    pub(crate) fn failed(why: impl Into<String>) -> Self {
        Verdict::Failed(why.into())
    }

    /// Passed unless there is a difference.
    pub(crate) fn unless(difference: Option<String>) -> Self {
        difference.map_or(Verdict::Passed, Verdict::Failed)
    }
}
