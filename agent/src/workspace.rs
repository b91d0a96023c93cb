//! Tools on the files of one folder.
//!
//! Every path is opened below a handle of the folder, name by name, so that neither `..` nor a symbolic link leads out
//! of it, even one that is put there between a check and its use.

mod action;
mod edit;
mod glob;
mod grep;
mod list;
mod place;
mod read;
mod root;
#[cfg(unix)]
mod run;
mod text;
mod walk;
mod write;

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use windlass_core::Tool;

use action::{Acting, Action};
use root::Root;
#[cfg(unix)]
pub use run::Commands;

/// Tools that read and change the files of one folder, and nothing outside of it.
///
/// Reading are `read_file`, `list_directory`, `glob` and `grep`; changing are `write_file` and `edit_file`. A program
/// may be run by `run_command` only after [`with_commands`](Workspace::with_commands). Symbolic links are followed
/// where they lead to somewhere in the folder. Devices, sockets and named pipes are never opened.
///
/// A file that has a second name outside, by a hard link made by somebody else, can be read; a change of it is
/// a new file, so the one outside stays as it is.
///
/// # Example: read a file
///
/// ```
/// use windlass_agent::Workspace;
/// use windlass_core::{ToolContext, Tool};
///
/// # let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
/// # runtime.block_on(async {
/// # let folder = std::env::temp_dir().join(format!("windlass-read-{}", std::process::id()));
/// # std::fs::create_dir_all(&folder)?;
/// std::fs::write(folder.join("notes.txt"), "Oslo\nRome\n")?;
/// let tools = Workspace::open(&folder)?.tools();
/// let read = tools.iter().find(|tool| tool.spec().name == "read_file").expect("it is there");
///
/// let context = ToolContext::new("call_1");
/// let output = read.call(&r#"{"path":"notes.txt","offset":2}"#.into(), &context).await.expect("it is text");
/// assert_eq!(output.parts[0].as_text(), Some("2\tRome\n"));
///
/// let error = read.call(&r#"{"path":"../secret"}"#.into(), &context).await.expect_err("it is outside");
/// assert_eq!(error.message(), "`../secret` has `..` in it; name the file by its path from the workspace");
/// # std::fs::remove_dir_all(&folder)?;
/// # Ok::<(), std::io::Error>(())
/// # }).expect("it runs");
/// ```
#[derive(Clone)]
pub struct Workspace {
    root: Arc<Root>,
    #[cfg(unix)]
    commands: Option<Commands>,
}

impl Workspace {
    /// Opens a folder; the handle stays with the tools, wherever the folder is moved.
    ///
    /// # Errors
    ///
    /// When the path is no folder that can be opened.
    pub fn open(path: impl AsRef<Path>) -> std::io::Result<Self> {
        Ok(Workspace {
            root: Arc::new(Root::open(path.as_ref())?),
            #[cfg(unix)]
            commands: None,
        })
    }

    /// Lets the model run programs in the folder, in a shell. They are not confined to it.
    #[cfg(unix)]
    #[must_use]
    pub fn with_commands(mut self, commands: Commands) -> Self {
        self.commands = Some(commands);
        self
    }

    /// The tools that change nothing.
    pub fn reading_tools(&self) -> Vec<Arc<dyn Tool>> {
        vec![
            self.tool(read::ReadFile),
            self.tool(list::ListDirectory),
            self.tool(glob::Glob),
            self.tool(grep::Grep),
        ]
    }

    /// All tools, with `run_command` only if commands are switched on.
    pub fn tools(&self) -> Vec<Arc<dyn Tool>> {
        let mut tools = self.reading_tools();
        tools.push(self.tool(write::WriteFile));
        tools.push(self.tool(edit::EditFile));
        #[cfg(unix)]
        if let Some(commands) = &self.commands {
            let root = Arc::clone(&self.root);
            tools.push(Arc::new(run::RunCommand::new(root, commands.clone())));
        }
        tools
    }

    fn tool<A: Action>(&self, action: A) -> Arc<dyn Tool> {
        Arc::new(Acting::new(action, Arc::clone(&self.root)))
    }
}

impl fmt::Debug for Workspace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Workspace")
            .field("path", &self.root.path())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests;
