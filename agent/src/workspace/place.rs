use std::fmt;
use std::path::Path;

use windlass_core::{Safety, ToolError};

/// A path in the workspace as its names, none of which leads up: one spelling for each way to write it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place(String);

impl Place {
    /// The folder itself.
    pub(super) fn top() -> Self {
        Place(".".to_owned())
    }

    /// Reads what the model wrote: a path from the workspace, or an absolute one that begins with it.
    pub(super) fn parse(written: &str, root: &Path) -> Result<Self, ToolError> {
        let refuse = |why: &str| Err(refusal(written, why));
        if written.is_empty() {
            return Err(ToolError::failed("the path is empty; `.` is the workspace"));
        }
        if written.contains('\0') {
            return refuse("has a NUL byte in it, which no file name has");
        }
        if written.contains('\\') {
            return refuse("has `\\` in it; write `/` between folders");
        }
        if has_drive(written) || (cfg!(windows) && written.contains(':')) {
            return refuse("names a drive; name the file by its path from the workspace");
        }
        if written.starts_with('~') {
            return refuse("begins with `~`, which stands for nothing here");
        }
        let Some(inside) = below(written, root) else {
            return refuse(
                "is outside the workspace; name the file by its path from the workspace",
            );
        };
        let is_name = |name: &&str| !name.is_empty() && *name != ".";
        let names: Vec<&str> = inside.split('/').filter(is_name).collect();
        if names.contains(&"..") {
            return refuse("has `..` in it; name the file by its path from the workspace");
        }
        Ok(match names.is_empty() {
            true => Place::top(),
            false => Place(names.join("/")),
        })
    }

    /// What lies in this folder under a name.
    pub(super) fn join(&self, name: &str) -> Self {
        Place(match self.is_top() {
            true => name.to_owned(),
            false => format!("{}/{name}", self.0),
        })
    }

    pub(super) fn is_top(&self) -> bool {
        self.0 == "."
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// The folder it lies in and its name there; none for the workspace itself.
    pub(super) fn split(&self) -> Option<(Place, &str)> {
        if self.is_top() {
            return None;
        }
        Some(match self.0.rsplit_once('/') {
            Some((folder, name)) => (Place(folder.to_owned()), name),
            None => (Place::top(), &self.0),
        })
    }

    /// The folders from the workspace down to this one.
    pub(super) fn ancestors(&self) -> impl Iterator<Item = Place> {
        let ends = self
            .0
            .match_indices('/')
            .map(|(at, _)| at)
            .chain([self.0.len()]);
        let below = ends.map(|end| Place(self.0[..end].to_owned()));
        std::iter::once(Place::top()).chain(below.filter(|place| !place.is_top()))
    }

    pub(super) fn reads(&self) -> Safety {
        Safety::reads(format!("file:{self}"))
    }

    pub(super) fn writes(&self) -> Safety {
        Safety::writes(format!("file:{self}"))
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Says of a path what is wrong with it, without repeating what is too long to be one.
pub(super) fn refusal(path: &str, why: impl fmt::Display) -> ToolError {
    let shown: String = path.escape_debug().take(200).collect();
    ToolError::failed(format!("`{shown}` {why}"))
}

fn has_drive(path: &str) -> bool {
    let mut letters = path.chars();
    let letter = letters
        .next()
        .is_some_and(|letter| letter.is_ascii_alphabetic());
    letter && letters.next() == Some(':')
}

fn below<'a>(written: &'a str, root: &Path) -> Option<&'a str> {
    if !written.starts_with('/') {
        return Some(written);
    }
    let inside = Path::new(written).strip_prefix(root).ok()?.to_str()?;
    Some(if inside.is_empty() { "." } else { inside })
}
