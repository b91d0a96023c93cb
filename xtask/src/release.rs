//! `cargo xtask release`: a version, from the changelog to the registry.
//!
//! What is to be done is planned first, as data; a dry run prints the same plan that `--execute` carries out.

mod changelog;
mod date;
mod manifest;
mod order;
mod plan;
#[cfg(test)]
mod tests;
mod version;

use std::path::Path;

use crate::exec::Exec;
use crate::failure::Failure;
use crate::workspace::Workspace;
use crate::{flags, git};
use changelog::Changelog;
use date::Date;
use manifest::Manifest;
use plan::{Plan, Step};
use version::Version;
pub(crate) use version::Wanted;

const MANIFEST: &str = "Cargo.toml";
const CHANGELOG: &str = "CHANGELOG.md";

/// Prints the plan, and carries it out with `--execute`.
///
/// # Errors
/// Fails when something is not committed, when nothing is to be released, when the version is too small for the changes,
/// and with the first step that fails.
pub(crate) fn run(root: &Path, options: &flags::Release) -> Result<(), Failure> {
    let plan = plan(root, options, Date::today())?;
    if options.execute {
        return plan.execute(root);
    }
    print!("{plan}");
    println!("Nothing was done: this was a dry run. `--execute` does it.");
    Ok(())
}

fn plan(root: &Path, options: &flags::Release, date: Date) -> Result<Plan, Failure> {
    let uncommitted = git::uncommitted(root)?;
    if !uncommitted.is_empty() {
        let text = format!("commit or put aside first:\n{}", uncommitted.trim_end());
        return Err(Failure::new(text));
    }
    let manifest = Manifest::parse(read(root, MANIFEST)?)?;
    let changelog = Changelog::parse(&read(root, CHANGELOG)?)?;
    let needed = changelog.needed()?;
    let current = manifest.version();
    let is_released = git::has_tag(root, &format!("v{current}"))?;
    let version = version::next(current, is_released, needed, options.wanted)?;

    let mut steps = vec![
        Step::write(MANIFEST, manifest.with_version(version)),
        Step::write(CHANGELOG, changelog.released(version, date)),
    ];
    steps.extend(commands(root, version).map(Step::Run));
    if options.publish {
        let order = order::of(&Workspace::read(root)?)?;
        let publish = |name: &String| Exec::cargo(root, ["publish", "--locked", "--package", name]);
        steps.extend(order.iter().map(publish).map(Step::Run));
    }
    Ok(Plan {
        from: current,
        to: version,
        needed,
        steps,
    })
}

fn commands(root: &Path, version: Version) -> impl Iterator<Item = Exec> {
    let message = format!("release: {version}");
    let tag = format!("v{version}");
    let title = format!("Windlass {version}");
    [
        // Only the workspace's own entries of the lock file change.
        Exec::cargo(root, ["update", "--workspace"]),
        Exec::git(root, ["commit", "--all", "--message", message.as_str()]),
        Exec::git(
            root,
            [
                "tag",
                "--annotate",
                tag.as_str(),
                "--message",
                title.as_str(),
            ],
        ),
    ]
    .into_iter()
}

fn read(root: &Path, path: &str) -> Result<String, Failure> {
    std::fs::read_to_string(root.join(path))
        .map_err(|error| Failure::new(format!("cannot read `{path}`: {error}")))
}
