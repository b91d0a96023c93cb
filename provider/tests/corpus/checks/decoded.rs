//! A good answer becomes a message, and an error inside it an error.

use windlass_core::{ErrorKind, ModelError};

use super::Subject;
use crate::run::check::Verdict;
use crate::run::oracle::Oracle;

pub(super) fn check(subject: &Subject<'_>) -> Verdict {
    let oracle = subject.case.oracle.as_ref();
    let fails = oracle.is_some_and(Oracle::is_error);
    let breaks_off = oracle.is_some_and(Oracle::breaks_off);
    match &subject.answer.end {
        Ok(_) if fails => Verdict::failed("a message, and not the error that is in the body"),
        Ok(_) if breaks_off => Verdict::failed("a message, though the recording breaks off"),
        Ok(_) => Verdict::Passed,
        Err(error) if breaks_off && error.kind() == ErrorKind::Truncated => Verdict::Passed,
        Err(error) if fails => classified(error),
        Err(error) => Verdict::Failed(error.to_string()),
    }
}

/// an error that the provider reports, and one that came in the stream.
fn classified(error: &ModelError) -> Verdict {
    match error.kind() {
        ErrorKind::Protocol | ErrorKind::Truncated => {
            Verdict::Failed(format!("the error in the body is not read: {error}"))
        }
        _ if !error.is_in_stream() => {
            Verdict::Failed(format!("not flagged as in the stream: {error}"))
        }
        _ => Verdict::Passed,
    }
}
