use schemars::JsonSchema;
use serde::Deserialize;
use windlass_core::{CancellationToken, Safety, ToolError, ToolOutput, ToolSpec};

use super::action::Action;
use super::root::Root;

#[derive(Clone, Copy)]
pub(super) struct WriteFile;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Arguments {
    /// The file, by its path from the workspace, such as `src/main.rs`.
    path: String,
    /// All that the file is to contain.
    content: String,
}

impl Action for WriteFile {
    type Arguments = Arguments;

    const NAME: &'static str = "write_file";
    const DESCRIPTION: &'static str = "Writes a text file of the workspace: a new one, or in place of the one that is \
         there. Missing folders are made. To change a part of a file, use `edit_file`.";

    fn describe(spec: ToolSpec) -> ToolSpec {
        spec.idempotent()
    }

    fn safety(root: &Root, arguments: &Arguments) -> Safety {
        root.locate(&arguments.path)
            .map_or(Safety::Shared, |place| place.writes())
    }

    fn run(
        root: &Root,
        arguments: Arguments,
        cancel: &CancellationToken,
    ) -> Result<ToolOutput, ToolError> {
        let place = root.locate(&arguments.path)?;
        let _changing = root.changing();
        let permissions = root.writable(&place)?;
        if cancel.is_cancelled() {
            return Err(ToolError::failed("cancelled; the file is unchanged"));
        }
        let done = if permissions.is_some() {
            "replaced"
        } else {
            "created"
        };
        root.replace(&place, &arguments.content, permissions)?;
        Ok(format!("{done} `{place}` ({} bytes)", arguments.content.len()).into())
    }
}
