//! Files: their names and their size.

use crate::finding::Finding;
use crate::tree::{File, Tree};

const LINES: usize = 600;

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let name = tree.paths().filter_map(name);
    let size = tree.sources().filter_map(size);
    name.chain(size).collect()
}

fn name(path: &str) -> Option<Finding> {
    let folder = path.strip_suffix("/mod.rs")?;
    let mend = format!("name it `{folder}.rs`");
    Some(Finding::new(
        (path, 1),
        "a module named by its folder",
        mend,
    ))
}

fn size((file, text): (&File, &str)) -> Option<Finding> {
    let lines = text.lines().count();
    if lines <= LINES || file.is_test() || is_data(&file.path) {
        return None;
    }
    Some(Finding::new(
        (&file.path, LINES + 1),
        format!("{lines} lines, {LINES} are allowed"),
        "split it by concept; tests go to `tests.rs`, tables to a folder `data`",
    ))
}

/// Tables are as long as what they list: a folder `data`, or a file `data.rs`.
fn is_data(path: &str) -> bool {
    path.split('/')
        .any(|part| part == "data" || part == "data.rs")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::expect;

    #[test]
    fn modules_are_not_named_by_their_folder() {
        let files = [
            ("a/src/x/mod.rs", ""),
            ("a/src/y.rs", ""),
            ("a/src/mod.rsx", ""),
        ];
        let found = "a/src/x/mod.rs:1: a module named by its folder (name it `a/src/x.rs`)";
        expect(check, &files, &[found]);
    }

    #[test]
    fn long_files_are_found_unless_they_are_tests_or_data() {
        let long = "\n".repeat(LINES + 1);
        let limit = "\n".repeat(LINES);
        let files = [
            ("a/src/long.rs", long.as_str()),
            ("a/src/limit.rs", &limit),
            ("a/src/x/tests.rs", &long),
            ("a/tests/it/x.rs", &long),
            ("a/src/data/x.rs", &long),
            ("a/src/hosts/data.rs", &long),
            ("a/src/contests.rs", &long),
            ("a/notes.md", &long),
        ];
        let tail = ":601: 601 lines, 600 are allowed (split it by concept; tests go to `tests.rs`, tables to a \
                    folder `data`)";
        let expected = ["a/src/long.rs", "a/src/contests.rs"].map(|path| format!("{path}{tail}"));
        expect(check, &files, &[&expected[0], &expected[1]]);
    }
}
