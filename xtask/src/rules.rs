//! `cargo xtask rules`: which promises of `docs/rules.md` have a test.

mod book;
mod claims;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;
use std::str::FromStr;

use crate::failure::Failure;
use crate::finding::{self, Finding};
use crate::flags;
use crate::tree::Tree;
use crate::workspace::Workspace;
use book::Book;
use claims::Claim;

const BOOK: &str = "docs/rules.md";
const HELD: &str = "docs/rules-held.txt";

/// The stable number of a rule, written `R-12`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct RuleId(u32);

impl fmt::Display for RuleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "R-{}", self.0)
    }
}

impl FromStr for RuleId {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let digits = text
            .strip_prefix("R-")
            .filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
        let number = digits.and_then(|digits| digits.parse().ok());
        let number =
            number.ok_or_else(|| format!("`{text}` is not a rule; a rule is written `R-12`"));
        number.map(Self)
    }
}

/// Lists the rules without a test, then what is wrong.
///
/// # Errors
/// Fails when a rule that must have a test has none, and when a test names a rule that does not exist.
pub(crate) fn run(root: &Path, options: &flags::Rules) -> Result<(), Failure> {
    let state = State::read(root)?;
    print!("{}", state.without_test());
    finding::report("rules", state.findings(&options.deny))
}

/// Prints only what is wrong.
///
/// # Errors
/// As [`run`].
pub(crate) fn check(root: &Path) -> Result<(), Failure> {
    finding::report("rules", State::read(root)?.findings(&[]))
}

/// What there is of rules, tests that name them, and rules that must keep theirs.
struct State {
    book: Book,
    claims: Vec<Claim>,
    held: Vec<(usize, String)>,
}

impl State {
    fn read(root: &Path) -> Result<Self, Failure> {
        let tree = Tree::read(root)?;
        let folders = Workspace::read(root)?.folders();
        Self::of(&tree, &folders)
    }

    fn of(tree: &Tree, folders: &[String]) -> Result<Self, Failure> {
        let book = tree.text(BOOK);
        let book = book.ok_or_else(|| Failure::new(format!("`{BOOK}` does not exist")))?;
        let held = tree.text(HELD).unwrap_or_default().lines().enumerate();
        let held = held
            .map(|(at, line)| (at + 1, line.split('#').next().unwrap_or_default().trim()))
            .filter(|(_, line)| !line.is_empty());
        Ok(Self {
            book: Book::parse(book),
            claims: claims::find(tree, folders),
            held: held.map(|(line, id)| (line, id.to_owned())).collect(),
        })
    }

    fn proved(&self) -> BTreeSet<RuleId> {
        self.claims.iter().map(|claim| claim.rule).collect()
    }

    /// Rules without a test by section, with a count at the end.
    fn without_test(&self) -> String {
        let proved = self.proved();
        let mut text = String::new();
        for section in &self.book.sections {
            let open = || {
                section
                    .rules
                    .iter()
                    .filter(|rule| !proved.contains(&rule.id))
            };
            if open().next().is_none() {
                continue;
            }
            text += &format!("{}\n", section.title);
            for rule in open() {
                text += &format!("  {} {}\n", rule.id, rule.text);
            }
            text.push('\n');
        }
        let all = self.book.rules().count();
        let open = self
            .book
            .rules()
            .filter(|rule| !proved.contains(&rule.id))
            .count();
        text + &format!("{open} of {all} rules have no test\n")
    }

    fn findings(&self, denied: &[RuleId]) -> Vec<Finding> {
        let mut findings: Vec<Finding> = self.unknown().chain(self.book.repeated(BOOK)).collect();
        findings.extend(self.held.iter().filter_map(|(line, id)| {
            let place = (HELD, *line);
            match id.parse() {
                Ok(id) => self.unproved(id, place),
                Err(message) => Some(Finding::new(place, message, "one rule a line")),
            }
        }));
        findings.extend(denied.iter().filter_map(|id| self.unproved(*id, (BOOK, 1))));
        findings
    }

    /// Tests that name a rule which does not exist.
    fn unknown(&self) -> impl Iterator<Item = Finding> {
        let claims = self
            .claims
            .iter()
            .filter(|claim| self.book.line(claim.rule).is_none());
        claims.map(|claim| {
            let message = format!("a test names {}, which is no rule", claim.rule);
            Finding::new(
                (&claim.path, claim.line),
                message,
                format!("name one of `{BOOK}`"),
            )
        })
    }

    /// What is wrong with a rule that must have a test; a rule that exists is found in the book.
    fn unproved(&self, id: RuleId, asked: (&str, usize)) -> Option<Finding> {
        let Some(line) = self.book.line(id) else {
            let mend = format!("name one of `{BOOK}`");
            return Some(Finding::new(asked, format!("{id} is no rule"), mend));
        };
        if self.claims.iter().any(|claim| claim.rule == id) {
            return None;
        }
        let message = format!("{id} must have a test and has none");
        Some(Finding::new(
            (BOOK, line),
            message,
            format!("write one, with `// {id}` in it"),
        ))
    }
}
