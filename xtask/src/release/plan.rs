//! What a release will do, to be read or to be done.

use std::fmt;
use std::path::Path;

use super::version::{Change, Version};
use crate::exec::Exec;
use crate::failure::Failure;

/// A release, step by step.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) from: Version,
    pub(super) to: Version,
    pub(super) needed: Change,
    pub(super) steps: Vec<Step>,
}

#[derive(Debug)]
pub(super) enum Step {
    Write { path: &'static str, text: String },
    Run(Exec),
}

impl Step {
    pub(super) fn write(path: &'static str, text: String) -> Self {
        Self::Write { path, text }
    }

    fn execute(&self, root: &Path) -> Result<(), Failure> {
        match self {
            Self::Write { path, text } => std::fs::write(root.join(path), text)
                .map_err(|error| Failure::new(format!("cannot write `{path}`: {error}"))),
            Self::Run(exec) => exec.run(),
        }
    }
}

impl Plan {
    /// Does it all, and stops at the first step that fails, naming those that are left.
    pub(super) fn execute(&self, root: &Path) -> Result<(), Failure> {
        for (at, step) in self.steps.iter().enumerate() {
            println!("{step}");
            if let Err(failure) = step.execute(root) {
                return Err(self.stopped(at, &failure));
            }
        }
        println!(
            "Released {}. Push the commit and its tag when you are ready.",
            self.to
        );
        Ok(())
    }

    fn stopped(&self, at: usize, failure: &Failure) -> Failure {
        let mut text = format!("{failure}\nNot done:");
        for step in &self.steps[at..] {
            text += &format!("\n  {step}");
        }
        if !self.steps[..at].iter().any(Step::is_commit) {
            text += "\nNothing was committed; `git restore .` undoes the edits.";
        }
        Failure::new(text)
    }
}

impl Step {
    fn is_commit(&self) -> bool {
        matches!(self, Self::Run(exec) if exec.to_string().starts_with("git commit "))
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            from, to, needed, ..
        } = self;
        if from == to {
            writeln!(f, "Release {to}, its first time.")?;
        } else {
            writeln!(f, "Release {to} after {from}, with {needed}.")?;
        }
        self.steps
            .iter()
            .try_for_each(|step| writeln!(f, "  {step}"))
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Write { path, .. } => write!(f, "edit {path}"),
            Self::Run(exec) => write!(f, "run {exec}"),
        }
    }
}
