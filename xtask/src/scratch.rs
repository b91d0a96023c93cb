//! A folder for one test, gone when the test ends.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use crate::exec::Exec;

/// A git repository in the system's folder for temporary files.
#[derive(Debug)]
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    /// An empty repository with somebody to commit as.
    pub(crate) fn repository() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("windlass-xtask-{}-{number}", std::process::id());
        let scratch = Self(std::env::temp_dir().join(name));
        std::fs::create_dir_all(&scratch.0).unwrap();
        scratch.git(&["init", "--quiet", "--initial-branch", "main"]);
        scratch.git(&["config", "user.name", "Somebody"]);
        scratch.git(&["config", "user.email", "somebody@example.invalid"]);
        scratch.git(&["config", "commit.gpgsign", "false"]);
        scratch.git(&["config", "tag.gpgsign", "false"]);
        scratch
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.0.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    pub(crate) fn text(&self, path: &str) -> String {
        std::fs::read_to_string(self.0.join(path)).unwrap()
    }

    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        let exec = Exec::git(&self.0, arguments.iter().copied());
        exec.read().unwrap().trim().to_owned()
    }

    pub(crate) fn commit(&self, message: &str) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", message]);
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What is left behind on a failure to delete harms nobody: names are unique.
        std::fs::remove_dir_all(&self.0).ok();
    }
}
