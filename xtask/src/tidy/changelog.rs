//! Who changes what users build on says so in the changelog, in the same change.

#[cfg(test)]
mod tests;

use std::path::Path;

use crate::failure::Failure;
use crate::finding::Finding;
use crate::git;

const CHANGELOG: &str = "CHANGELOG.md";

/// The folders of crates that are published.
const CRATES: &[&str] = &["core", "provider", "agent", "tools-macros", "store", "mcp"];

pub(super) fn check(root: &Path, base: Option<&str>) -> Result<Vec<Finding>, Failure> {
    let base = match base {
        Some(revision) => Some(revision.to_owned()),
        None => git::base(root)?,
    };
    let Some(base) = base else {
        println!("note: no `--base`, no origin/main and no tag, so the changelog is not compared");
        return Ok(Vec::new());
    };
    let changed = git::changed_since(root, &base)?;
    Ok(judge(&changed).into_iter().collect())
}

/// The base that `XTASK_BASE` names.
#[allow(
    clippy::disallowed_methods,
    reason = "lets a build server name the base once for all commands"
)]
pub(super) fn base_from_env() -> Option<String> {
    let base = std::env::var("XTASK_BASE").ok();
    base.filter(|revision| !revision.is_empty())
}

fn judge(changed: &[String]) -> Option<Finding> {
    if changed.iter().any(|path| path == CHANGELOG) {
        return None;
    }
    let first = changed.iter().filter(|path| is_source(path)).min()?;
    Some(Finding::new(
        (CHANGELOG, 1),
        format!("does not mention a change that touches `{first}`"),
        "add a line under `## Unreleased`: what a user notices",
    ))
}

/// Whether users of a published crate may notice a change of this file.
fn is_source(path: &str) -> bool {
    let mut parts = path.split('/');
    let in_crate = parts.next().is_some_and(|folder| CRATES.contains(&folder));
    let in_sources = parts.next() == Some("src");
    let is_test = parts.any(|part| part == "tests" || part == "tests.rs");
    in_crate && in_sources && !is_test
}
