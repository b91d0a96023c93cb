//! What core costs its users: the crates that are built for it, counted and listed.

use std::collections::BTreeSet;
use std::path::Path;

use crate::exec::Exec;
use crate::failure::Failure;
use crate::finding::Finding;
use crate::tree::Tree;
use crate::workspace::Workspace;

const PACKAGE: &str = "windlass-core";
const CRATES: usize = 45;
const LIST: &str = "docs/crates-core.txt";

/// One target, so that the list is the same on every machine.
const TARGET: &str = "x86_64-unknown-linux-gnu";

pub(super) fn check(
    root: &Path,
    workspace: &Workspace,
    tree: &Tree,
) -> Result<Vec<Finding>, Failure> {
    let known = |package: &str| workspace.packages.iter().any(|p| p.name == package);
    if !known(PACKAGE) {
        return Ok(Vec::new());
    }
    let built = crates(&read(root)?);
    Ok(compare(&built, tree.text(LIST).unwrap_or_default()))
}

/// Writes the list anew.
pub(super) fn bless(root: &Path) -> Result<(), Failure> {
    let mut text = String::new();
    for name in crates(&read(root)?) {
        text += &name;
        text.push('\n');
    }
    let path = root.join(LIST);
    let written = match path.parent().map(std::fs::create_dir_all) {
        Some(Err(error)) => Err(error),
        _ => std::fs::write(&path, text),
    };
    written.map_err(|error| Failure::new(format!("cannot write `{LIST}`: {error}")))
}

fn read(root: &Path) -> Result<String, Failure> {
    let tree = ["tree", "-p", PACKAGE, "-e", "normal", "--prefix", "none"];
    Exec::cargo(root, tree)
        .arguments(["--target", TARGET])
        .read()
}

/// Each crate once, by name and the part of its version that makes it incompatible with others.
fn crates(tree: &str) -> BTreeSet<String> {
    tree.lines()
        .filter_map(|line| {
            let mut words = line.split_whitespace();
            let name = words.next()?;
            let version = words.next()?.trim_start_matches('v');
            Some(format!("{name} {}", line_of_compatibility(version)))
        })
        .collect()
}

/// `1.2.3` is compatible as `1`, `0.2.3` as `0.2`, `0.0.3` as `0.0.3`.
fn line_of_compatibility(version: &str) -> String {
    let parts: Vec<&str> = version.split('.').collect();
    let zeros = parts.iter().take_while(|part| **part == "0").count();
    parts[..parts.len().min(zeros + 1)].join(".")
}

fn compare(built: &BTreeSet<String>, list: &str) -> Vec<Finding> {
    let listed: BTreeSet<String> = list.lines().map(str::to_owned).collect();
    let mend = "do without it, or argue for it and run `cargo xtask tidy --bless`";
    let more = built.difference(&listed).map(|name| {
        Finding::new(
            (LIST, 1),
            format!("`{name}` is built for core but not listed"),
            mend,
        )
    });
    let fewer = listed.difference(built).map(|name| {
        let line = super::line_of(list, |line| line == name);
        let mend = "run `cargo xtask tidy --bless`";
        Finding::new(
            (LIST, line),
            format!("`{name}` is no longer built for core"),
            mend,
        )
    });
    let over = (built.len() > CRATES).then(|| {
        let message = format!(
            "{} crates are built for core, {CRATES} are allowed",
            built.len()
        );
        Finding::new((LIST, 1), message, "do without some")
    });
    more.chain(fewer).chain(over).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crates_are_listed_once_by_compatible_version() {
        let tree = "core v0.1.0 (/somewhere/core)\nserde v1.0.2\nsyn v3.0.1 (proc-macro)\n\
                    serde v1.0.2 (*)\nhashbrown v0.15.2\nhashbrown v0.16.0\nodd v0.0.7\n\n";
        let names: Vec<String> = crates(tree).into_iter().collect();
        let expected = [
            "core 0.1",
            "hashbrown 0.15",
            "hashbrown 0.16",
            "odd 0.0.7",
            "serde 1",
            "syn 3",
        ];
        assert_eq!(names, expected);
    }

    #[test]
    fn the_list_is_compared_both_ways() {
        let built = ["a 1", "c 1"].map(str::to_owned).into();
        let found = compare(&built, "a 1\nb 1\n");
        let found: Vec<String> = found.iter().map(Finding::to_string).collect();
        let expected = [
            "docs/crates-core.txt:1: `c 1` is built for core but not listed (do without it, or argue for it and run \
             `cargo xtask tidy --bless`)",
            "docs/crates-core.txt:2: `b 1` is no longer built for core (run `cargo xtask tidy --bless`)",
        ];
        assert_eq!(found, expected);
        assert_eq!(compare(&built, "a 1\nc 1\n"), []);
    }

    #[test]
    fn a_listed_crate_too_many_is_still_too_many() {
        let built: BTreeSet<String> = (0..=CRATES).map(|n| format!("c{n:02} 1")).collect();
        let list: String = built.iter().map(|name| format!("{name}\n")).collect();
        let found = compare(&built, &list);
        let found: Vec<String> = found.iter().map(Finding::to_string).collect();
        let expected = "docs/crates-core.txt:1: 46 crates are built for core, 45 are allowed (do without some)";
        assert_eq!(found, [expected]);
    }
}
