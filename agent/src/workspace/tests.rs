use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Value, json};
use windlass_core::{Tool, ToolContext};

use super::{Commands, Workspace};

mod commands;
mod escapes;
mod files;
mod races;
mod search;

/// A workspace with a secret beside it.
struct Folder {
    parent: PathBuf,
}

impl Drop for Folder {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.parent).ok();
    }
}

impl Folder {
    fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("windlass-workspace-{}-{number}", std::process::id());
        let folder = Folder {
            parent: std::env::temp_dir().join(name),
        };
        fs::create_dir_all(folder.path("")).unwrap();
        fs::create_dir_all(folder.outside("")).unwrap();
        fs::write(folder.outside("secret.txt"), "SECRET\n").unwrap();
        folder
    }

    fn path(&self, path: &str) -> PathBuf {
        self.parent.join("inside").join(path)
    }

    fn outside(&self, path: &str) -> PathBuf {
        self.parent.join("outside").join(path)
    }

    fn file(&self, path: &str, contents: impl AsRef<[u8]>) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, contents).unwrap();
    }

    fn text(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap()
    }

    fn link(&self, to: impl AsRef<Path>, path: &str) {
        symlink(to, self.path(path)).unwrap();
    }

    fn workspace(&self) -> Workspace {
        Workspace::open(self.path(""))
            .unwrap()
            .with_commands(Commands::new())
    }

    async fn call(&self, tool: &str, arguments: Value) -> Result<String, String> {
        call(&self.workspace(), tool, arguments).await
    }

    /// What is outside is as it was.
    fn is_safe(&self) -> bool {
        let outside: Vec<_> = fs::read_dir(self.outside("")).unwrap().collect();
        outside.len() == 1 && fs::read(self.outside("secret.txt")).unwrap() == b"SECRET\n"
    }
}

fn tool(workspace: &Workspace, name: &str) -> Arc<dyn Tool> {
    let tools = workspace.tools();
    tools
        .into_iter()
        .find(|tool| tool.spec().name == name)
        .expect("a tool of this name")
}

/// Calls a tool: what the model is shown, or what it is told went wrong.
async fn call(workspace: &Workspace, name: &str, arguments: Value) -> Result<String, String> {
    let output = tool(workspace, name)
        .call(&arguments.to_string().into(), &ToolContext::new("call_1"))
        .await;
    let output = output.map_err(|error| error.to_string())?;
    Ok(output
        .parts
        .iter()
        .filter_map(|part| part.as_text())
        .collect())
}

#[test]
fn tools_say_how_they_are_to_be_run() {
    let folder = Folder::new();
    let workspace = folder.workspace();
    let facts: Vec<_> = workspace
        .tools()
        .iter()
        .map(|tool| {
            let spec = tool.spec();
            assert!(spec.parameters.is_object());
            assert!(!spec.description.is_empty());
            format!("{} {} {}", spec.name, spec.read_only, spec.idempotent)
        })
        .collect();
    let expected = [
        "read_file true true",
        "list_directory true true",
        "glob true true",
        "grep true true",
        "write_file false true",
        "edit_file false false",
        "run_command false false",
    ];
    assert_eq!(facts, expected);
    let without = Workspace::open(folder.path("")).unwrap().tools();
    assert!(without.iter().all(|tool| tool.spec().name != "run_command"));
    let reading = workspace.reading_tools();
    assert!(reading.iter().all(|tool| tool.spec().read_only));
}

// R-50
#[test]
fn calls_conflict_by_the_file_they_name_however_it_is_written() {
    let folder = Folder::new();
    let workspace = folder.workspace();
    let safety =
        |name: &str, arguments: Value| tool(&workspace, name).safety(&arguments.to_string().into());
    let absolute = folder.path("").canonicalize().unwrap().join("a/b");
    let read = safety("read_file", json!({"path": "a/b"}));
    let write = safety("write_file", json!({"path": ".//a/./b", "content": ""}));
    let edit = safety("edit_file", json!({"path": absolute, "edits": []}));
    let try_edit = safety(
        "edit_file",
        json!({"path": "a/b", "edits": [], "dry_run": true}),
    );
    assert!(
        read.conflicts_with(&write) && write.conflicts_with(&edit) && edit.conflicts_with(&read)
    );
    assert!(!read.conflicts_with(&try_edit));
    let other = safety("write_file", json!({"path": "a/c", "content": ""}));
    assert!(!other.conflicts_with(&write));
    let search = safety("grep", json!({"pattern": "x"}));
    assert!(search.conflicts_with(&other));
}

// R-52
#[test]
fn arguments_are_checked_before_anything_runs() {
    let folder = Folder::new();
    for tool in folder.workspace().tools() {
        let name = &tool.spec().name;
        assert!(tool.check(&r#"{"nonsense":1}"#.into()).is_err(), "{name}");
        assert!(tool.check(&r#"{"path":7}"#.into()).is_err(), "{name}");
    }
}
