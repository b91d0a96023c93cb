//! Examples in documentation run: no code fence is marked `ignore`.

use crate::finding::Finding;
use crate::lexer::{self, Kind};
use crate::tree::Tree;

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (file, text) in tree.texts() {
        let lines = if file.path.ends_with(".rs") {
            documentation(text)
        } else if file.path.ends_with(".md") {
            numbered(text, 1).collect()
        } else {
            continue;
        };
        let ignored = lines.into_iter().filter(|(_, line)| is_ignored(line));
        findings.extend(ignored.map(|(line, _)| {
            let mend = "make it compile on the scripted model, or `no_run` where a key is needed";
            Finding::new((&file.path, line), "an example that never runs", mend)
        }));
    }
    findings
}

/// The lines of documentation comments, without what makes them comments.
fn documentation(text: &str) -> Vec<(usize, &str)> {
    let tokens = lexer::tokens(text);
    let docs = tokens.iter().filter(|token| token.kind == Kind::Doc);
    docs.flat_map(|token| numbered(token.text, token.line))
        .map(|(line, text)| (line, text.trim_start().trim_start_matches(['/', '!', '*'])))
        .collect()
}

fn numbered(text: &str, first: usize) -> impl Iterator<Item = (usize, &str)> {
    text.lines()
        .enumerate()
        .map(move |(at, line)| (first + at, line))
}

fn is_ignored(line: &str) -> bool {
    let line = line.trim_start().trim_start_matches(['>', ' ']);
    let fence = ["```", "~~~"].iter().find_map(|f| line.strip_prefix(f));
    let words = fence.into_iter().flat_map(|info| info.split([',', ' ']));
    let mut words = words.map(str::trim);
    // `ignore-x86_64` and its like leave an example out on some machines only, which is no better.
    words.any(|word| word == "ignore" || word.starts_with("ignore-"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::expect;

    #[test]
    fn ignored_fences_are_found_in_documentation_only() {
        let rust = "/// ```ignore\n/// x\n/// ```\nfn a() {}\n// ```ignore\nlet s = \"\n/// ```ignore\n\";\n";
        let block = "/** x\n * ```rust,ignore\n */\n//! ```no_run\n//! ~~~rust ignore-windows\n";
        let files = [
            ("a.rs", rust),
            ("b.rs", block),
            ("c.md", "```rust, ignore\n```\nignore ```\n```rust\n"),
            ("d.txt", "```ignore"),
        ];
        let mend = "(make it compile on the scripted model, or `no_run` where a key is needed)";
        let expected = ["a.rs:1", "b.rs:2", "b.rs:5", "c.md:1"]
            .map(|place| format!("{place}: an example that never runs {mend}"));
        expect(check, &files, &expected.each_ref().map(String::as_str));
    }
}
