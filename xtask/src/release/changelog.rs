//! The changelog: what is not released yet, and the file after a release.

#[cfg(test)]
mod tests;

use super::date::Date;
use super::version::{Change, Version};
use crate::failure::Failure;

/// The sections of a release, strongest first.
const SECTIONS: [&str; 4] = ["Breaking", "Added", "Changed", "Fixed"];
const UNRELEASED: &str = "## Unreleased";

/// A changelog whose first release is not made yet.
#[derive(Debug)]
pub(super) struct Changelog {
    before: String,
    /// The entries of each section, in the order of [`SECTIONS`].
    entries: [String; 4],
    after: String,
}

impl Changelog {
    /// Reads the file.
    pub(super) fn parse(text: &str) -> Result<Self, Failure> {
        let mut changelog = Self {
            before: String::new(),
            entries: Default::default(),
            after: String::new(),
        };
        let mut lines = text.lines().enumerate();
        if !lines.by_ref().any(|(_, line)| {
            let found = line.trim_end() == UNRELEASED;
            if !found {
                push(&mut changelog.before, line);
            }
            found
        }) {
            return Err(wrong(1, &format!("has no `{UNRELEASED}`")));
        }
        let mut section = None;
        while let Some((at, line)) = lines.next() {
            if line.starts_with("## ") {
                push(&mut changelog.after, line);
                lines
                    .by_ref()
                    .for_each(|(_, line)| push(&mut changelog.after, line));
            } else if let Some(title) = line.strip_prefix("### ") {
                section = Some(index(title).ok_or_else(|| unknown(at + 1, title))?);
            } else if let Some(section) = section {
                push(&mut changelog.entries[section], line);
            } else if !line.trim().is_empty() {
                return Err(wrong(at + 1, "has an entry outside of a section"));
            }
        }
        Ok(changelog)
    }

    /// The strongest change that is not released.
    pub(super) fn needed(&self) -> Result<Change, Failure> {
        let first = self.entries.iter().position(|text| !text.trim().is_empty());
        match first {
            Some(0) => Ok(Change::Breaking),
            Some(1) => Ok(Change::Added),
            Some(_) => Ok(Change::Other),
            None => Err(wrong(
                1,
                "has nothing under `## Unreleased`, so there is nothing to release",
            )),
        }
    }

    /// The file after the release: its changes under the version and the day, and room for the next ones.
    pub(super) fn released(&self, version: Version, date: Date) -> String {
        let mut text = format!("{}{UNRELEASED}\n", self.before);
        for title in SECTIONS {
            text += &format!("\n### {title}\n");
        }
        text += &format!("\n## {version} - {date}\n");
        for (title, entries) in SECTIONS.iter().zip(&self.entries) {
            let entries = entries.trim_matches('\n').trim_end();
            if !entries.is_empty() {
                text += &format!("\n### {title}\n\n{entries}\n");
            }
        }
        if !self.after.is_empty() {
            text += &format!("\n{}", self.after);
        }
        text
    }
}

fn index(title: &str) -> Option<usize> {
    SECTIONS.iter().position(|section| *section == title.trim())
}

fn push(text: &mut String, line: &str) {
    text.push_str(line);
    text.push('\n');
}

fn unknown(line: usize, title: &str) -> Failure {
    let known = SECTIONS.join(", ");
    wrong(
        line,
        &format!("has a section `{title}`; the sections are {known}"),
    )
}

fn wrong(line: usize, what: &str) -> Failure {
    Failure::new(format!("{}:{line}: {what}", super::CHANGELOG))
}
