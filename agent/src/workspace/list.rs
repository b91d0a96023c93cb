use std::fmt::Write as _;

use cap_std::fs::DirEntry;
use schemars::JsonSchema;
use serde::Deserialize;
use windlass_core::{CancellationToken, Safety, ToolError, ToolOutput, ToolSpec};

use super::action::Action;
use super::root::{Root, denied};

/// How many entries are shown.
const SHOWN: usize = 1000;

/// How many entries are looked at.
const SEEN: usize = 50_000;

#[derive(Clone, Copy)]
pub(super) struct ListDirectory;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Arguments {
    /// The folder, by its path from the workspace; the workspace itself if not given.
    path: Option<String>,
}

impl Action for ListDirectory {
    type Arguments = Arguments;

    const NAME: &'static str = "list_directory";
    const DESCRIPTION: &'static str = "Lists what is in a folder of the workspace, sorted by name. Folders end in `/`, \
         symbolic links in `@`, devices, sockets and pipes in `|`; files come with their size in bytes.";

    fn describe(spec: ToolSpec) -> ToolSpec {
        spec.read_only().with_safety(Safety::Exclusive)
    }

    /// What is in a folder depends on every change in it, so it waits for all.
    fn safety(_: &Root, _: &Arguments) -> Safety {
        Safety::Exclusive
    }

    fn run(
        root: &Root,
        arguments: Arguments,
        _: &CancellationToken,
    ) -> Result<ToolOutput, ToolError> {
        let place = root.locate(arguments.path.as_deref().unwrap_or("."))?;
        let folder = root.folder(&place)?;
        let entries = folder.entries().map_err(|error| denied(&place, &error))?;
        let lines = entries
            .take(SEEN + 1)
            .map(|entry| entry.map(|entry| line(&entry)));
        let lines: Result<Vec<String>, _> = lines.collect();
        let mut lines = lines.map_err(|error| denied(&place, &error))?;
        lines.sort_unstable();
        Ok(page(&lines).into())
    }
}

fn page(lines: &[String]) -> String {
    if lines.is_empty() {
        return "[the folder is empty]".to_owned();
    }
    let mut page = lines
        .iter()
        .take(SHOWN)
        .map(String::as_str)
        .collect::<Vec<_>>()
        .join("\n");
    if lines.len() > SHOWN {
        let more = if lines.len() > SEEN {
            "very many"
        } else {
            &(lines.len() - SHOWN).to_string()
        };
        // Writing to a string does not fail.
        let _ = write!(page, "\n[{more} more; use `glob`]");
    }
    page
}

fn line(entry: &DirEntry) -> String {
    let name = entry.file_name();
    let name = match name.to_str() {
        Some(name) => name.escape_debug().to_string(),
        None => format!(
            "{} (no UTF-8: cannot be opened)",
            name.to_string_lossy().escape_debug()
        ),
    };
    // An entry that has gone in the meantime is shown by its name.
    let Ok(found) = entry.metadata() else {
        return name;
    };
    let kind = found.file_type();
    if kind.is_dir() {
        format!("{name}/")
    } else if kind.is_symlink() {
        format!("{name}@")
    } else if kind.is_file() {
        format!("{name} {}", found.len())
    } else {
        format!("{name}|")
    }
}
