//! What a check found, and how it is told.

use std::fmt;

use crate::failure::Failure;

/// One thing to mend, at one place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Finding {
    path: String,
    line: usize,
    message: String,
    mend: String,
}

impl Finding {
    pub(crate) fn new(
        (path, line): (&str, usize),
        message: impl Into<String>,
        mend: impl Into<String>,
    ) -> Self {
        Self {
            path: path.to_owned(),
            line,
            message: message.into(),
            mend: mend.into(),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            path,
            line,
            message,
            mend,
        } = self;
        write!(f, "{path}:{line}: {message} ({mend})")
    }
}

/// Prints the findings in the order of their places.
///
/// # Errors
/// Fails when there is a finding.
pub(crate) fn report(name: &str, mut findings: Vec<Finding>) -> Result<(), Failure> {
    findings.sort();
    findings.dedup();
    for finding in &findings {
        println!("{finding}");
    }
    match findings.len() {
        0 => Ok(()),
        1 => Err(Failure::new(format!("{name}: 1 finding"))),
        count => Err(Failure::new(format!("{name}: {count} findings"))),
    }
}
