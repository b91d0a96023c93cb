//! Documents that guide newcomers name files that exist.

#[cfg(test)]
mod tests;

use crate::finding::Finding;
use crate::tree::Tree;

/// Documents that are read, and whether the project must have them.
const DOCUMENTS: &[(&str, Presence)] = &[
    ("README.md", Presence::Required),
    ("ARCHITECTURE.md", Presence::Required),
    ("CONTRIBUTING.md", Presence::Optional),
];

#[derive(PartialEq, Eq)]
enum Presence {
    Required,
    Optional,
}

/// Its map of the sources is a fenced drawing, so there fences are read too.
const MAP: &str = "ARCHITECTURE.md";

/// Endings that make a word a file's name.
const ENDINGS: &[&str] = &[".json", ".md", ".rs", ".sh", ".toml", ".txt", ".yml"];

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, presence) in DOCUMENTS {
        match tree.text(path) {
            Some(text) => findings.extend(document(tree, path, text)),
            None if *presence == Presence::Required => {
                let message = "does not exist, and newcomers start there";
                findings.push(Finding::new((path, 1), message, "write it"));
            }
            None => {}
        }
    }
    findings
}

fn document(tree: &Tree, path: &str, text: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut fence = Fence::None;
    for (at, line) in text.lines().enumerate() {
        if let Some(language) = line.trim_start().strip_prefix("```") {
            fence = fence.next(language);
            continue;
        }
        let missing: Vec<&str> = match fence {
            Fence::None => links(line)
                .filter(|link| !is_there(tree, link))
                .chain(spans(line).filter(|span| is_file(tree, span) && !is_mentioned(tree, span)))
                .collect(),
            Fence::Drawing if path == MAP => words(line)
                .filter(|word| has_ending(word) && !is_mentioned(tree, word))
                .collect(),
            Fence::Drawing | Fence::Code => Vec::new(),
        };
        findings.extend(missing.into_iter().map(|name| {
            let message = format!("names `{name}`, which does not exist");
            Finding::new((path, at + 1), message, "name what exists")
        }));
    }
    findings
}

/// What kind of fenced block a line is in.
enum Fence {
    None,
    /// Without a language, or `text`.
    Drawing,
    Code,
}

impl Fence {
    fn next(&self, language: &str) -> Self {
        match (self, language.trim()) {
            (Self::None, "" | "text") => Self::Drawing,
            (Self::None, _) => Self::Code,
            (Self::Drawing | Self::Code, _) => Self::None,
        }
    }
}

/// The targets of links, without their anchors; those that leave the project are left out.
fn links(line: &str) -> impl Iterator<Item = &str> {
    line.split("](").skip(1).filter_map(|rest| {
        let target = rest.split([')', ' ', '#']).next()?;
        let is_outside = target.contains(':') || target.is_empty();
        (!is_outside).then_some(target)
    })
}

/// What stands between backticks.
fn spans(line: &str) -> impl Iterator<Item = &str> {
    line.split('`').skip(1).step_by(2)
}

fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split(|c: char| c.is_whitespace() || "·,;:()│├└─".contains(c))
}

/// Whether a code span means a file of this project: an ending, a slash at the end, or a known folder at its start.
fn is_file(tree: &Tree, span: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./".contains(c);
    let is_inside =
        span.chars().all(plain) && !span.starts_with('/') && !span.starts_with("target/");
    let starts_in_folder = || {
        let folder = span.split_once('/').map(|(folder, _)| format!("{folder}/"));
        folder.is_some_and(|folder| tree.paths().any(|path| path.starts_with(&folder)))
    };
    is_inside && (has_ending(span) || span.ends_with('/') || starts_in_folder())
}

fn has_ending(word: &str) -> bool {
    let is_name = |stem: &str| stem.ends_with(|c: char| c.is_ascii_alphanumeric());
    // `mod.rs` is only ever named to forbid it.
    let stem = ENDINGS.iter().find_map(|ending| word.strip_suffix(ending));
    word != "mod.rs" && stem.is_some_and(is_name)
}

/// Whether the path is that of a file or folder, as a link needs it.
fn is_there(tree: &Tree, path: &str) -> bool {
    let path = path.trim_start_matches("./").trim_end_matches('/');
    let is_below = |file: &str| file.strip_prefix(path).is_some_and(|r| r.starts_with('/'));
    tree.paths().any(|file| file == path || is_below(file))
}

/// Whether prose can mean a file or folder by this: the end of a path, and `src` may be left out.
fn is_mentioned(tree: &Tree, name: &str) -> bool {
    let parts = parts(name);
    tree.paths().any(|path| {
        let path = self::parts(path);
        let is_folder = || {
            let folders = &path[..path.len().saturating_sub(1)];
            folders
                .windows(parts.len().max(1))
                .any(|window| window == parts)
        };
        path.ends_with(&parts) || is_folder()
    })
}

fn parts(path: &str) -> Vec<&str> {
    let skipped = ["", ".", "src"];
    let parts = path.split('/');
    parts.filter(|part| !skipped.contains(part)).collect()
}
