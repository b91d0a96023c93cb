//! The rules as they are written down.

use std::collections::BTreeSet;

use super::RuleId;
use crate::finding::Finding;

/// `docs/rules.md`: sections of lines such as `- R-12 What is promised.`
pub(super) struct Book {
    pub(super) sections: Vec<Section>,
}

pub(super) struct Section {
    pub(super) title: String,
    pub(super) rules: Vec<Rule>,
}

pub(super) struct Rule {
    pub(super) id: RuleId,
    pub(super) text: String,
    line: usize,
}

impl Book {
    /// Rules before the first heading are under an empty title.
    pub(super) fn parse(text: &str) -> Self {
        let mut sections = vec![Section::named("")];
        for (at, line) in text.lines().enumerate() {
            if let Some(title) = line.strip_prefix("## ") {
                sections.push(Section::named(title));
            } else if let (Some(rule), Some(section)) = (rule(line, at + 1), sections.last_mut()) {
                section.rules.push(rule);
            }
        }
        Self { sections }
    }

    pub(super) fn rules(&self) -> impl Iterator<Item = &Rule> {
        self.sections.iter().flat_map(|section| &section.rules)
    }

    /// Where the rule stands, if there is one of that number.
    pub(super) fn line(&self, id: RuleId) -> Option<usize> {
        self.rules()
            .find(|rule| rule.id == id)
            .map(|rule| rule.line)
    }

    /// Numbers that are used twice.
    pub(super) fn repeated(&self, path: &str) -> Vec<Finding> {
        let mut seen = BTreeSet::new();
        let again = self.rules().filter(|rule| !seen.insert(rule.id));
        again
            .map(|rule| {
                let message = format!("{} is the number of two rules", rule.id);
                Finding::new((path, rule.line), message, "take the next free number")
            })
            .collect()
    }
}

impl Section {
    fn named(title: &str) -> Self {
        Self {
            title: title.trim().to_owned(),
            rules: Vec::new(),
        }
    }
}

fn rule(line: &str, number: usize) -> Option<Rule> {
    let (id, text) = line.strip_prefix("- ")?.split_once(' ')?;
    Some(Rule {
        id: id.parse().ok()?,
        text: text.trim().to_owned(),
        line: number,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_rules_and_lines_are_kept() {
        let book = Book::parse(
            "# R\n- R-3 Early.\n\n## A\ntext\n- R-1 One `x`.\n- other\n## B\n- R-2 Two.\n",
        );
        let titles: Vec<_> = book.sections.iter().map(|s| s.title.as_str()).collect();
        assert_eq!(titles, ["", "A", "B"]);
        let rules: Vec<_> = book
            .rules()
            .map(|rule| format!("{} {} {}", rule.line, rule.id, rule.text))
            .collect();
        assert_eq!(rules, ["2 R-3 Early.", "6 R-1 One `x`.", "9 R-2 Two."]);
    }

    #[test]
    fn a_number_belongs_to_one_rule() {
        let book = Book::parse("- R-1 One.\n- R-2 Two.\n- R-1 Another.\n");
        let found: Vec<String> = book
            .repeated("r.md")
            .iter()
            .map(Finding::to_string)
            .collect();
        assert_eq!(
            found,
            ["r.md:3: R-1 is the number of two rules (take the next free number)"]
        );
    }
}
