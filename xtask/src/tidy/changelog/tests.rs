use super::*;
use crate::scratch::Scratch;

const FOUND: &str = "CHANGELOG.md:1: does not mention a change that touches `core/src/a.rs` (add a line under \
                     `## Unreleased`: what a user notices)";

#[test]
fn only_sources_of_published_crates_count() {
    let counts = |path: &str| judge(&[path.to_owned()]).is_some();
    assert!(counts("core/src/a.rs"));
    assert!(counts("provider/src/data/models.json"));
    assert!(!counts("core/src/a/tests.rs"));
    assert!(!counts("core/src/tests/a.rs"));
    assert!(!counts("core/tests/a.rs"));
    assert!(!counts("xtask/src/a.rs"));
    assert!(!counts("README.md"));
}

fn check_in(scratch: &Scratch, base: Option<&str>) -> Vec<String> {
    let found = check(scratch.path(), base).unwrap();
    found.iter().map(Finding::to_string).collect()
}

#[test]
fn a_change_without_an_entry_is_found_from_the_last_tag_on() {
    let scratch = Scratch::repository();
    scratch.write("core/src/a.rs", "1");
    scratch.write(CHANGELOG, "1");
    scratch.commit("one");
    assert_eq!(
        check_in(&scratch, None),
        [""; 0],
        "without a base there is nothing to say"
    );
    scratch.git(&["tag", "v1"]);
    assert_eq!(check_in(&scratch, None), [""; 0]);
    scratch.write("core/src/a.rs", "2");
    assert_eq!(check_in(&scratch, None), [FOUND], "not committed");
    scratch.commit("two");
    assert_eq!(check_in(&scratch, None), [FOUND], "committed");
    assert_eq!(check_in(&scratch, Some("HEAD")), [""; 0]);
    scratch.write(CHANGELOG, "2");
    assert_eq!(check_in(&scratch, None), [""; 0]);
}

#[test]
fn a_branch_is_compared_with_where_it_left_main() {
    let scratch = Scratch::repository();
    scratch.write(CHANGELOG, "1");
    scratch.commit("one");
    scratch.git(&["tag", "v1"]);
    scratch.write("core/src/a.rs", "1");
    scratch.commit("without an entry, but on main");
    scratch.git(&["update-ref", "refs/remotes/origin/main", "HEAD"]);
    assert_eq!(check_in(&scratch, None), [""; 0]);
    scratch.write("core/src/a.rs", "2");
    assert_eq!(check_in(&scratch, None), [FOUND]);
    scratch.git(&["checkout", "--quiet", "core/src/a.rs"]);
    scratch.write("core/src/b.rs", "new, and not yet added");
    let expected = FOUND.replace("a.rs", "b.rs");
    assert_eq!(check_in(&scratch, None), [expected]);
}

#[test]
fn an_unknown_base_is_a_failure() {
    let scratch = Scratch::repository();
    scratch.write(CHANGELOG, "1");
    scratch.commit("one");
    let failure = check(scratch.path(), Some("no-such-revision")).unwrap_err();
    assert!(
        failure.to_string().contains("no-such-revision"),
        "{failure}"
    );
}
