//! `cargo xtask tidy`: what neither the compiler nor clippy checks.
//!
//! One file a concept, each with a pure `check` that turns what was read into findings.

mod budget;
mod changelog;
mod edges;
mod fences;
mod functions;
mod layout;
mod links;
mod manifests;
mod places;
mod spawns;

use std::path::Path;

use crate::failure::Failure;
use crate::finding::{self, Finding};
use crate::flags;
use crate::tree::Tree;
use crate::workspace::Workspace;

/// Checks that need the files alone.
const CHECKS: &[fn(&Tree) -> Vec<Finding>] = &[
    layout::check,
    functions::check,
    fences::check,
    spawns::check,
    links::check,
    places::check,
];

/// Prints what is not tidy.
///
/// # Errors
/// Fails when there is a finding, or when git or cargo cannot answer.
pub(crate) fn run(root: &Path, options: &flags::Tidy) -> Result<(), Failure> {
    if options.bless {
        budget::bless(root)?;
    }
    let tree = Tree::read(root)?;
    let workspace = Workspace::read(root)?;
    let mut findings: Vec<Finding> = CHECKS.iter().flat_map(|check| check(&tree)).collect();
    findings.extend(edges::check(&workspace, &tree));
    findings.extend(manifests::check(&workspace, &tree));
    findings.extend(budget::check(root, &workspace, &tree)?);
    let base = options.base.clone().or_else(changelog::base_from_env);
    findings.extend(changelog::check(root, base.as_deref())?);
    finding::report("tidy", findings)
}

/// The line a text first stands in, counted from one; the first line when it does not.
fn line_of(text: &str, found: impl Fn(&str) -> bool) -> usize {
    text.lines().position(found).map_or(1, |at| at + 1)
}

/// Runs a check on a made-up tree and compares what it prints.
#[cfg(test)]
fn expect(check: fn(&Tree) -> Vec<Finding>, files: &[(&str, &str)], expected: &[&str]) {
    let found: Vec<String> = check(&Tree::of(files))
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(found, expected);
}
