//! No file names a folder of one person's machine, or the host of a registry that somebody's network replaces.

use crate::finding::Finding;
use crate::tree::Tree;

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let needles = needles();
    let mut findings = Vec::new();
    for (file, text) in tree.texts() {
        for (at, line) in text.lines().enumerate() {
            let named = needles.iter().filter(|needle| names(line, needle));
            findings.extend(named.map(|needle| {
                let message = format!("names `{needle}`, which is not the same everywhere");
                Finding::new((&file.path, at + 1), message, "say it without the place")
            }));
        }
    }
    findings
}

/// Put together here, so that this file does not name them.
fn needles() -> Vec<String> {
    let crates = ["index", "static"].map(|host| format!("{host}.crates.{}", "io"));
    let others = [
        ["registry.", "npmjs.org"],
        ["pypi.", "org"],
        ["deb.", "debian.org"],
    ];
    let others = others.map(|parts| parts.concat());
    let folder = ["/wo", "rk/"].concat();
    crates.into_iter().chain(others).chain([folder]).collect()
}

/// Whether the needle stands in the line at the start of a name.
fn names(line: &str, needle: &str) -> bool {
    let is_inside = |c: char| c.is_alphanumeric() || "_-.".contains(c);
    line.match_indices(needle)
        .any(|(at, _)| !line[..at].ends_with(is_inside))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::expect;

    #[test]
    fn every_place_is_found_in_every_text() {
        for needle in needles() {
            let text = format!("first\nsee \"{needle}x\" and ({needle})\n");
            let message = format!("names `{needle}`, which is not the same everywhere");
            let expected = format!("a.yml:2: {message} (say it without the place)");
            expect(check, &[("a.yml", &text)], &[&expected]);
        }
    }

    #[test]
    fn names_that_end_like_a_place_are_left_alone() {
        let folder = ["home/wo", "rk/x"].concat();
        let host = ["my", "pypi.", "org"].concat();
        expect(
            check,
            &[("a.md", &folder), ("b.md", &host), ("c.md", "crates.io")],
            &[],
        );
    }
}
