use super::*;

const RULES: &str =
    "# Rules\n\n## Wire\n- R-1 Any split.\n- R-2 No loss.\n\n## Form\n- R-9 Documented.\n";

fn state(files: &[(&str, &str)]) -> State {
    let mut all = vec![(BOOK, RULES)];
    all.extend(files);
    State::of(&Tree::of(&all), &["core/".to_owned()]).unwrap()
}

fn check(files: &[(&str, &str)], denied: &str, expected: &[&str]) {
    let denied: Vec<RuleId> = denied
        .split_whitespace()
        .map(|id| id.parse().unwrap())
        .collect();
    let found = state(files).findings(&denied);
    let found: Vec<String> = found.iter().map(Finding::to_string).collect();
    assert_eq!(found, expected);
}

fn shown(test: &str) -> String {
    state(&[("core/tests/a.rs", test)]).without_test()
}

#[test]
fn rules_without_a_test_are_listed_by_section() {
    let expected = "Wire\n  R-2 No loss.\n\nForm\n  R-9 Documented.\n\n2 of 3 rules have no test\n";
    assert_eq!(shown("// R-1"), expected);
    let expected = "Form\n  R-9 Documented.\n\n1 of 3 rules have no test\n";
    assert_eq!(shown("// R-1, R-2"), expected);
    assert_eq!(shown("// R-1, R-2, R-9"), "0 of 3 rules have no test\n");
}

#[test]
fn a_missing_test_alone_is_no_failure() {
    check(&[], "", &[]);
}

#[test]
fn a_held_or_denied_rule_must_have_its_test() {
    let one = "docs/rules.md:4: R-1 must have a test and has none (write one, with `// R-1` in it)";
    let two = "docs/rules.md:5: R-2 must have a test and has none (write one, with `// R-2` in it)";
    check(&[(HELD, "# why\n\nR-1 # since\n")], "", &[one]);
    check(&[], "R-1 R-2", &[one, two]);
    check(
        &[(HELD, "R-1\n"), ("core/tests/a.rs", "// R-1")],
        "R-2",
        &[two],
    );
}

#[test]
fn what_is_no_rule_is_found_where_it_is_named() {
    let test =
        "core/tests/a.rs:2: a test names R-7, which is no rule (name one of `docs/rules.md`)";
    check(&[("core/tests/a.rs", "\n// R-7")], "", &[test]);
    let held = [
        "docs/rules-held.txt:2: R-7 is no rule (name one of `docs/rules.md`)",
        "docs/rules-held.txt:3: `seven` is not a rule; a rule is written `R-12` (one rule a line)",
    ];
    check(&[(HELD, "\nR-7\nseven\n")], "", &held);
}

#[test]
fn ids_are_written_in_one_way() {
    assert_eq!("R-12".parse(), Ok(RuleId(12)));
    for text in ["", "12", "R12", "R-", "R-x", "R-+1", "r-1", "R-99999999999"] {
        assert!(text.parse::<RuleId>().is_err(), "{text}");
    }
}
