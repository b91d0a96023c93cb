//! What the checks ask git.

use std::path::Path;

use crate::exec::Exec;
use crate::failure::Failure;

/// The files that are, or will be, committed: tracked and untracked ones, without ignored ones.
pub(crate) fn files(root: &Path) -> Result<Vec<String>, Failure> {
    let list = [
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
    ];
    Ok(names(&Exec::git(root, list).read()?))
}

/// The files that differ from a revision, in the working tree, untracked ones included.
pub(crate) fn changed_since(root: &Path, revision: &str) -> Result<Vec<String>, Failure> {
    let diff = ["diff", "--name-only", "-z", "--no-renames", revision, "--"];
    let untracked = ["ls-files", "-z", "--others", "--exclude-standard"];
    let mut changed = names(&Exec::git(root, diff).read()?);
    changed.extend(names(&Exec::git(root, untracked).read()?));
    Ok(changed)
}

/// Where this work began: the merge base with `origin/main`, else the last tag.
pub(crate) fn base(root: &Path) -> Result<Option<String>, Failure> {
    let merge_base = Exec::git(root, ["merge-base", "HEAD", "origin/main"]);
    if let Some(revision) = merge_base.ask()? {
        return Ok(Some(revision));
    }
    last_tag(root)
}

/// The last release on this branch.
pub(crate) fn last_tag(root: &Path) -> Result<Option<String>, Failure> {
    Exec::git(root, ["describe", "--tags", "--abbrev=0"]).ask()
}

/// Whether the tag exists.
pub(crate) fn has_tag(root: &Path, tag: &str) -> Result<bool, Failure> {
    let reference = format!("refs/tags/{tag}");
    let verify = ["rev-parse", "--verify", "--quiet", reference.as_str()];
    Ok(Exec::git(root, verify).ask()?.is_some())
}

/// What is not committed, one line a file; empty when the tree is clean.
pub(crate) fn uncommitted(root: &Path) -> Result<String, Failure> {
    Exec::git(root, ["status", "--porcelain"]).read()
}

fn names(list: &str) -> Vec<String> {
    list.split_terminator('\0').map(str::to_owned).collect()
}
