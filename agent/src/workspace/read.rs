use std::fmt::Write as _;

use schemars::JsonSchema;
use serde::Deserialize;
use windlass_core::{CancellationToken, Safety, ToolError, ToolOutput, ToolSpec};

use super::action::Action;
use super::root::Root;
use super::text;

/// How many lines are shown unless the model asks for more or fewer.
const LINES: usize = 2000;

/// How many bytes of lines are shown at most.
const BYTES: usize = 200_000;

#[derive(Clone, Copy)]
pub(super) struct ReadFile;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Arguments {
    /// The file, by its path from the workspace, such as `src/main.rs`.
    path: String,
    /// The first line to show, counted from 1.
    offset: Option<usize>,
    /// How many lines to show; 2000 if not given.
    limit: Option<usize>,
}

impl Action for ReadFile {
    type Arguments = Arguments;

    const NAME: &'static str = "read_file";
    const DESCRIPTION: &'static str = "Reads a text file of the workspace. Each line comes with its number and a tab before \
         it, which are not part of the file. A long file is shown in parts; a note at the end says where to go on.";

    fn describe(spec: ToolSpec) -> ToolSpec {
        spec.read_only()
    }

    fn safety(root: &Root, arguments: &Arguments) -> Safety {
        root.locate(&arguments.path)
            .map_or(Safety::Shared, |place| place.reads())
    }

    fn run(
        root: &Root,
        arguments: Arguments,
        _: &CancellationToken,
    ) -> Result<ToolOutput, ToolError> {
        let place = root.locate(&arguments.path)?;
        let (text, _) = root.read_text(&place)?;
        let first = arguments.offset.unwrap_or(1).max(1);
        let limit = arguments.limit.unwrap_or(LINES);
        Ok(page(&text, first, limit).into())
    }
}

/// The lines from `first` on with their numbers, and a note if there are more.
fn page(text: &str, first: usize, limit: usize) -> String {
    let total = text.lines().count();
    if total == 0 {
        return "[the file is empty]".to_owned();
    }
    if first > total {
        return format!("[the file has {total} lines]");
    }
    let mut page = String::new();
    let mut next = first;
    for line in text.lines().skip(first - 1).take(limit) {
        if page.len() > BYTES {
            break;
        }
        // Writing to a string does not fail.
        let _ = writeln!(page, "{next}\t{}", text::shown(line));
        next += 1;
    }
    if next <= total {
        let _ = writeln!(page, "[{total} lines; go on with offset {next}]");
    }
    page
}
