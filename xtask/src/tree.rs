//! The files of a checkout, as every check reads them.

use std::io::ErrorKind;
use std::path::Path;

use crate::failure::Failure;
use crate::git;

/// A file with its path from the root, always with forward slashes.
#[derive(Debug)]
pub(crate) struct File {
    pub(crate) path: String,
    /// What it says; `None` when it is not text.
    pub(crate) text: Option<String>,
}

impl File {
    /// Whether the whole file is tests: in a folder `tests`, or named `tests.rs`.
    pub(crate) fn is_test(&self) -> bool {
        let mut parts = self.path.split('/').rev();
        parts.next() == Some("tests.rs") || parts.any(|folder| folder == "tests")
    }
}

/// All files that are, or will be, committed.
#[derive(Debug)]
pub(crate) struct Tree {
    files: Vec<File>,
}

impl Tree {
    /// Reads a checkout.
    pub(crate) fn read(root: &Path) -> Result<Self, Failure> {
        let mut files = Vec::new();
        for path in git::files(root)? {
            match std::fs::read(root.join(&path)) {
                Ok(bytes) => files.push(File {
                    path,
                    text: String::from_utf8(bytes).ok(),
                }),
                // Deleted but not yet committed, or a link to a folder.
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) if error.kind() == ErrorKind::IsADirectory => {}
                Err(error) => return Err(Failure::new(format!("cannot read `{path}`: {error}"))),
            }
        }
        Ok(Self { files })
    }

    /// A tree that exists in a test only.
    #[cfg(test)]
    pub(crate) fn of(files: &[(&str, &str)]) -> Self {
        let file = |&(path, text): &(&str, &str)| File {
            path: path.to_owned(),
            text: Some(text.to_owned()),
        };
        Self {
            files: files.iter().map(file).collect(),
        }
    }

    /// Paths of all files.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &str> {
        self.files.iter().map(|file| file.path.as_str())
    }

    /// All files that are text.
    pub(crate) fn texts(&self) -> impl Iterator<Item = (&File, &str)> {
        self.files
            .iter()
            .filter_map(|file| Some((file, file.text.as_deref()?)))
    }

    /// All Rust sources.
    pub(crate) fn sources(&self) -> impl Iterator<Item = (&File, &str)> {
        self.texts().filter(|(file, _)| file.path.ends_with(".rs"))
    }

    /// The text of one file.
    pub(crate) fn text(&self, path: &str) -> Option<&str> {
        self.texts()
            .find_map(|(file, text)| (file.path == path).then_some(text))
    }
}
