//! Functions: their size, outside tests.

use crate::finding::Finding;
use crate::syntax;
use crate::tree::{File, Tree};

const LINES: usize = 60;

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let sources = tree.sources().filter(|(file, _)| !file.is_test());
    sources.flat_map(|(file, text)| long(file, text)).collect()
}

fn long(file: &File, text: &str) -> Vec<Finding> {
    let code = syntax::code(text);
    let tests = syntax::test_lines(&code);
    let is_test = |line: &usize| tests.iter().any(|lines| lines.contains(line));
    let functions = syntax::functions(&code).into_iter();
    let long = functions.filter(|function| function.lines > LINES && !is_test(&function.line));
    long.map(|function| {
        Finding::new(
            (&file.path, function.line),
            format!(
                "`{}` has {} lines, {LINES} are allowed",
                function.name, function.lines
            ),
            "give its steps names",
        )
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::expect;

    fn function(lines: usize) -> String {
        format!("fn f() {{{}}}\n", "\n".repeat(lines - 1))
    }

    #[test]
    fn long_functions_are_found() {
        let long = format!("\n// fn x() {{\n{}", function(LINES + 1));
        let files = [("a.rs", long.as_str()), ("b.rs", &function(LINES))];
        expect(
            check,
            &files,
            &["a.rs:3: `f` has 61 lines, 60 are allowed (give its steps names)"],
        );
    }

    #[test]
    fn tests_may_be_long() {
        let long = function(LINES + 1);
        let inline = format!("fn g() {{}}\n#[cfg(test)]\nmod tests {{\n{long}}}\n");
        let files = [
            ("a/src/a.rs", inline.as_str()),
            ("a/src/a/tests.rs", &long),
            ("a/tests/a.rs", &long),
        ];
        expect(check, &files, &[]);
    }

    #[test]
    fn code_after_the_tests_is_code_again() {
        let source = format!("#[cfg(test)]\nmod tests {{}}\n{}", function(LINES + 1));
        let found = "a.rs:3: `f` has 61 lines, 60 are allowed (give its steps names)";
        expect(check, &[("a.rs", &source)], &[found]);
    }
}
