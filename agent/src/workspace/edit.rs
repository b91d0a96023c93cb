use std::fmt::Write as _;

use schemars::JsonSchema;
use serde::Deserialize;
use windlass_core::{CancellationToken, Safety, ToolError, ToolOutput, ToolSpec};

use super::action::Action;
use super::root::{MAX_FILE, Root};
use super::text;

/// How many lines of an edit a dry run shows.
const SHOWN: usize = 40;

#[derive(Clone, Copy)]
pub(super) struct EditFile;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Arguments {
    /// The file, by its path from the workspace, such as `src/main.rs`.
    path: String,
    /// The edits, made one after the other, each on what the one before left.
    edits: Vec<Edit>,
    /// Only says what would be changed, and changes nothing.
    #[serde(default)]
    dry_run: bool,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Edit {
    /// The text to replace, exactly as it stands in the file, with enough around it to stand there only once.
    old: String,
    /// What is to stand there instead.
    new: String,
    /// Replaces the text wherever it stands, instead of the one place.
    #[serde(default)]
    all: bool,
}

impl Action for EditFile {
    type Arguments = Arguments;

    const NAME: &'static str = "edit_file";
    const DESCRIPTION: &'static str = "Replaces parts of a text file of the workspace. Either all edits are made or none. \
         An edit fails if its old text is not in the file exactly, spaces and line ends included, or is there more than \
         once.";

    fn describe(spec: ToolSpec) -> ToolSpec {
        spec
    }

    fn safety(root: &Root, arguments: &Arguments) -> Safety {
        let safety = root
            .locate(&arguments.path)
            .map(|place| match arguments.dry_run {
                true => place.reads(),
                false => place.writes(),
            });
        safety.unwrap_or(Safety::Shared)
    }

    fn run(
        root: &Root,
        arguments: Arguments,
        cancel: &CancellationToken,
    ) -> Result<ToolOutput, ToolError> {
        let place = root.locate(&arguments.path)?;
        let _changing = root.changing();
        root.writable(&place)?;
        let (before, permissions) = root.read_text(&place)?;
        let (after, report) = apply(&before, &arguments.edits)?;
        if arguments.dry_run {
            return Ok(format!("`{place}` would be changed:\n{report}").into());
        }
        if cancel.is_cancelled() {
            return Err(ToolError::failed("cancelled; the file is unchanged"));
        }
        root.replace(&place, &after, Some(permissions))?;
        Ok(format!("changed `{place}`:\n{report}").into())
    }
}

/// Makes the edits one after the other and says what they do.
fn apply(before: &str, edits: &[Edit]) -> Result<(String, String), ToolError> {
    if edits.is_empty() {
        return Err(ToolError::failed("there are no edits"));
    }
    let mut text = before.to_owned();
    let mut report = String::new();
    for (at, edit) in edits.iter().enumerate() {
        let failed = |why: String| {
            ToolError::failed(format!("edit {}: {why}; the file is unchanged", at + 1))
        };
        let count = count(&text, edit).map_err(failed)?;
        describe(&text, edit, count, &mut report);
        // Edits that multiply a text over and over must not fill the memory.
        let grown = text.len() + count * edit.new.len();
        if grown as u64 > MAX_FILE {
            return Err(failed("the file would become too large".to_owned()));
        }
        text = text.replace(&edit.old, &edit.new);
    }
    Ok((text, report))
}

/// How often the old text stands there, if that is as often as the edit takes.
fn count(text: &str, edit: &Edit) -> Result<usize, String> {
    if edit.old.is_empty() {
        return Err("the old text is empty".to_owned());
    }
    if edit.old == edit.new {
        return Err("the new text is the old one".to_owned());
    }
    match text.matches(&edit.old).count() {
        0 => Err(missing(text, &edit.old)),
        1 => Ok(1),
        count if edit.all => Ok(count),
        count => Err(format!(
            "the old text stands there {count} times; add lines around it, or set `all`"
        )),
    }
}

/// Says that the text is not there, and where it is but for the spaces.
fn missing(text: &str, old: &str) -> String {
    let squeeze = |line: &str| line.split_whitespace().collect::<String>();
    let first = old.lines().map(squeeze).find(|line| !line.is_empty());
    let like = first.and_then(|first| text.lines().position(|line| squeeze(line) == first));
    let hint = like.map(|at| {
        format!(
            "; line {} differs from its first line only in spaces",
            at + 1
        )
    });
    format!("the old text is not there{}", hint.unwrap_or_default())
}

fn describe(text: &str, edit: &Edit, count: usize, report: &mut String) {
    let at = text.find(&edit.old).unwrap_or(0);
    let line = text[..at].matches('\n').count() + 1;
    let times = if count == 1 {
        String::new()
    } else {
        format!(" and {} more places", count - 1)
    };
    // Writing to a string does not fail.
    let _ = writeln!(report, "@ line {line}{times}");
    for (sign, side) in [('-', &edit.old), ('+', &edit.new)] {
        for line in side.lines().take(SHOWN) {
            let _ = writeln!(report, "{sign}{}", text::shown(line));
        }
        if side.lines().nth(SHOWN).is_some() {
            let _ = writeln!(report, "{sign}[…]");
        }
    }
}
