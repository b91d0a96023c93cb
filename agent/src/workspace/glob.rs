use std::ops::ControlFlow;

use globset::{GlobBuilder, GlobMatcher};
use schemars::JsonSchema;
use serde::Deserialize;
use windlass_core::{CancellationToken, Safety, ToolError, ToolOutput, ToolSpec};

use super::action::Action;
use super::root::Root;
use super::walk::{Ignored, Walked, walk};

/// How many files are shown.
const FILES: usize = 1000;

#[derive(Clone, Copy)]
pub(super) struct Glob;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Arguments {
    /// What the paths look like, such as `**/*.rs` or `src/{a,b}/*.toml`. `*` stays within a folder, `**` does not.
    pattern: String,
    /// The folder that the pattern begins in; the workspace if not given.
    path: Option<String>,
    /// Also shows files that git ignores.
    #[serde(default)]
    ignored: bool,
}

impl Action for Glob {
    type Arguments = Arguments;

    const NAME: &'static str = "glob";
    const DESCRIPTION: &'static str = "Finds files of the workspace by their paths. Shows the paths from the workspace, \
         sorted, without what `.gitignore` excludes.";

    fn describe(spec: ToolSpec) -> ToolSpec {
        spec.read_only().with_safety(Safety::Exclusive)
    }

    /// What is found depends on every change, so it waits for all.
    fn safety(_: &Root, _: &Arguments) -> Safety {
        Safety::Exclusive
    }

    fn run(
        root: &Root,
        arguments: Arguments,
        cancel: &CancellationToken,
    ) -> Result<ToolOutput, ToolError> {
        let start = root.locate(arguments.path.as_deref().unwrap_or("."))?;
        let pattern = compile(&arguments.pattern)?;
        let ignored = if arguments.ignored {
            Ignored::Seen
        } else {
            Ignored::Skipped
        };
        let skipped = if start.is_top() {
            0
        } else {
            start.as_str().len() + 1
        };
        let mut paths = Vec::new();
        let walked = walk(root, &start, (ignored, cancel), &mut |found| {
            let path = found.place.as_str();
            if path
                .get(skipped..)
                .is_some_and(|path| pattern.is_match(path))
            {
                if paths.len() == FILES {
                    return ControlFlow::Break(());
                }
                paths.push(path.to_owned());
            }
            ControlFlow::Continue(())
        })?;
        Ok(page(&paths, walked).into())
    }
}

fn page(paths: &[String], walked: Walked) -> String {
    let mut page = match paths.is_empty() {
        true => "[no file matches]".to_owned(),
        false => paths.join("\n"),
    };
    page.push_str(match walked {
        Walked::Whole => "",
        Walked::Stopped => "\n[there are more; use a narrower pattern]",
        Walked::Cut => "\n[not everything was looked at; name a folder]",
    });
    page
}

/// A pattern for paths in which `*` stays within a folder.
pub(super) fn compile(pattern: &str) -> Result<GlobMatcher, ToolError> {
    let glob = GlobBuilder::new(pattern).literal_separator(true).build();
    let glob = glob.map_err(|error| ToolError::failed(error.to_string()))?;
    Ok(glob.compile_matcher())
}
