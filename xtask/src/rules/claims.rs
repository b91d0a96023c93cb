//! Comments in tests that name the rules they prove.

use super::RuleId;
use crate::lexer::{self, Kind, Token};
use crate::syntax;
use crate::tree::{File, Tree};

/// A test says that it proves a rule.
pub(super) struct Claim {
    pub(super) rule: RuleId,
    pub(super) path: String,
    pub(super) line: usize,
}

/// All claims in tests below the folders.
pub(super) fn find(tree: &Tree, folders: &[String]) -> Vec<Claim> {
    let is_member = |file: &File| folders.iter().any(|folder| file.path.starts_with(folder));
    tree.sources()
        .filter(|(file, _)| is_member(file))
        .flat_map(|(file, text)| in_file(file, text))
        .collect()
}

fn in_file(file: &File, text: &str) -> Vec<Claim> {
    let tokens = lexer::tokens(text);
    let code: Vec<Token<'_>> = tokens.iter().copied().filter(Token::is_code).collect();
    let tests = syntax::test_lines(&code);
    let is_inside = |line: usize| tests.iter().any(|lines| lines.contains(&line));
    // Tests without a `cfg` around them: a file that is a module of a test, or a suite that a macro writes.
    let marks = syntax::test_marks(&code);
    let is_whole = file.is_test() || marks.iter().any(|line| !is_inside(*line));

    let comments = tokens.iter().filter(|token| token.kind == Kind::Comment);
    comments
        .filter(|token| is_whole || is_inside(token.line))
        .flat_map(|token| rules(token.text).map(|rule| (rule, token.line)))
        .map(|(rule, line)| Claim {
            rule,
            path: file.path.clone(),
            line,
        })
        .collect()
}

/// The rules that a comment begins with: `// R-12`, `// R-12, R-13: why`.
fn rules(comment: &str) -> impl Iterator<Item = RuleId> {
    let text = comment.strip_prefix("//").unwrap_or_default();
    text.split(',').map_while(|part| {
        let word = part.split_whitespace().next()?;
        word.trim_end_matches([':', '.', ';']).parse().ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, text: &str, expected: &[&str]) {
        let found = find(&Tree::of(&[(path, text)]), &["core/".to_owned()]);
        let found: Vec<String> = found
            .iter()
            .map(|claim| format!("{}:{}", claim.rule, claim.line))
            .collect();
        assert_eq!(found, expected, "of {text}");
    }

    #[test]
    fn comments_begin_with_the_rules() {
        let path = "core/tests/a.rs";
        check(path, "// R-1\nfn a() {} // R-2", &["R-1:1", "R-2:2"]);
        check(path, "//R-1,R-2 , R-3", &["R-1:1", "R-2:1", "R-3:1"]);
        check(path, "// R-1: cut, and R-2.", &["R-1:1"]);
        check(path, "// R-1 why, R-2", &["R-1:1", "R-2:1"]);
        check(path, "// as R-1 says\n/// R-2\n/* R-3 */\n\"// R-4\";", &[]);
    }

    #[test]
    fn only_tests_prove() {
        check("core/src/a.rs", "// R-1\nfn a() {}", &[]);
        check("core/src/a/tests.rs", "// R-1\nfn a() {}", &["R-1:1"]);
        let inline = "// R-1\nfn a() {}\n#[cfg(test)]\nmod tests {\n// R-2\n#[test]\nfn b() {} }";
        check("core/src/a.rs", inline, &["R-2:5"]);
        check(
            "core/src/a/cases.rs",
            "// R-1\n#[test] fn a() {}",
            &["R-1:1"],
        );
        check("core/src/a/laws.rs", "// R-1\nproptest! { }", &["R-1:1"]);
        check(
            "core/src/a/slow.rs",
            "// R-1\n#[tokio::test] async fn a() {}",
            &["R-1:1"],
        );
    }

    #[test]
    fn other_workspaces_prove_nothing() {
        check("bench/tests/a.rs", "// R-1", &[]);
    }
}
