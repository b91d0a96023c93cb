//! Other programs: started in one way, named in full when they fail.

use std::fmt;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use crate::failure::Failure;

/// Where git is told by a hook to look; here the folder alone says which repository is meant.
const GIT_PLACES: [&str; 3] = ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"];

/// A command line that can be printed as well as run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Exec {
    program: String,
    arguments: Vec<String>,
    variables: Vec<(&'static str, String)>,
    folder: PathBuf,
}

impl Exec {
    pub(crate) fn cargo<'a>(root: &Path, arguments: impl IntoIterator<Item = &'a str>) -> Self {
        Self::new("cargo", root, arguments)
    }

    pub(crate) fn git<'a>(root: &Path, arguments: impl IntoIterator<Item = &'a str>) -> Self {
        Self::new("git", root, arguments)
    }

    /// Any other program, by its name or its path.
    pub(crate) fn new<'a>(
        program: impl Into<String>,
        root: &Path,
        arguments: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        Self {
            program: program.into(),
            arguments: arguments.into_iter().map(str::to_owned).collect(),
            variables: Vec::new(),
            folder: root.to_owned(),
        }
    }

    #[must_use]
    pub(crate) fn variable(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.variables.push((name, value.into()));
        self
    }

    #[must_use]
    pub(crate) fn arguments<'a>(mut self, more: impl IntoIterator<Item = &'a str>) -> Self {
        self.arguments.extend(more.into_iter().map(str::to_owned));
        self
    }

    /// Runs it with this terminal as its own.
    ///
    /// # Errors
    /// Fails when it cannot be started or does not succeed.
    pub(crate) fn run(&self) -> Result<(), Failure> {
        let status = self
            .command()
            .status()
            .map_err(|error| self.not_started(&error))?;
        if status.success() {
            return Ok(());
        }
        Err(Failure::new(format!("`{self}` failed: {status}")))
    }

    /// Starts it and lets it run; whatever it prints goes into `log`.
    ///
    /// # Errors
    /// Fails when it cannot be started.
    pub(crate) fn start(&self, log: File) -> Result<Child, Failure> {
        let errors = log.try_clone().map_err(|error| self.not_started(&error))?;
        self.command()
            .stdin(Stdio::null())
            .stdout(log)
            .stderr(errors)
            .spawn()
            .map_err(|error| self.not_started(&error))
    }

    /// What it prints.
    ///
    /// # Errors
    /// Fails when it cannot be started or does not succeed.
    pub(crate) fn read(&self) -> Result<String, Failure> {
        let output = self.output()?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            let status = output.status;
            let text = format!("`{self}` failed: {status}\n{}", said.trim_end());
            return Err(Failure::new(text));
        }
        String::from_utf8(output.stdout)
            .map_err(|_| Failure::new(format!("`{self}` printed what is not UTF-8")))
    }

    /// What it prints, trimmed, or `None` when it says no; for questions that may be answered by failing.
    ///
    /// # Errors
    /// Fails when it cannot be started.
    pub(crate) fn ask(&self) -> Result<Option<String>, Failure> {
        let output = self.output()?;
        let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        Ok(output.status.success().then_some(text))
    }

    fn output(&self) -> Result<Output, Failure> {
        self.command()
            .stdin(Stdio::null())
            .output()
            .map_err(|error| self.not_started(&error))
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        for name in GIT_PLACES {
            command.env_remove(name);
        }
        command
            .args(&self.arguments)
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .current_dir(&self.folder);
        command
    }

    fn not_started(&self, error: &std::io::Error) -> Failure {
        Failure::new(format!("`{self}` could not be started: {error}"))
    }
}

impl fmt::Display for Exec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, value) in &self.variables {
            write!(f, "{name}={} ", quoted(value))?;
        }
        f.write_str(&quoted(&self.program))?;
        self.arguments
            .iter()
            .try_for_each(|argument| write!(f, " {}", quoted(argument)))
    }
}

fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,@+".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_printed_as_a_shell_would_read_it() {
        let exec = Exec::cargo(Path::new("."), ["doc", "a b", "it's"]).variable("FLAGS", "-D x");
        assert_eq!(exec.to_string(), r"FLAGS='-D x' cargo doc 'a b' 'it'\''s'");
    }

    #[test]
    fn a_failure_names_the_command_and_what_it_said() {
        let exec = Exec::git(Path::new("."), ["no-such-command"]);
        let text = exec.read().unwrap_err().to_string();
        assert!(text.starts_with("`git no-such-command` failed:"), "{text}");
        assert!(text.contains("not a git command"), "{text}");
        assert_eq!(exec.ask().unwrap(), None);
    }
}
