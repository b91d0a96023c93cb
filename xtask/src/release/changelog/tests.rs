use super::*;

const HEAD: &str = "# Changelog\n\nWhat users notice.\n\n";
const EMPTY: &str = "## Unreleased\n\n### Breaking\n\n### Added\n\n### Changed\n\n### Fixed\n";

fn needed(sections: &str) -> Result<Change, String> {
    let text = format!("{HEAD}## Unreleased\n{sections}");
    let parsed = Changelog::parse(&text).and_then(|changelog| changelog.needed());
    parsed.map_err(|failure| failure.to_string())
}

#[test]
fn the_strongest_section_with_an_entry_counts() {
    assert_eq!(
        needed("### Added\n- a\n### Breaking\n- b\n"),
        Ok(Change::Breaking)
    );
    assert_eq!(
        needed("### Breaking\n\n### Added\n- a\n### Fixed\n- b\n"),
        Ok(Change::Added)
    );
    assert_eq!(needed("### Fixed\n\n- b\n"), Ok(Change::Other));
    assert_eq!(
        needed("### Changed\n- b\n## 0.1.0 - 2026-01-01\n### Breaking\n- old\n"),
        Ok(Change::Other)
    );
}

#[test]
fn a_changelog_that_cannot_be_read_is_refused_with_its_line() {
    let nothing =
        "CHANGELOG.md:1: has nothing under `## Unreleased`, so there is nothing to release";
    assert_eq!(
        needed("\n### Added\n\n## 0.1.0\n\n### Added\n- old\n"),
        Err(nothing.to_owned())
    );
    let section =
        "CHANGELOG.md:6: has a section `Removed`; the sections are Breaking, Added, Changed, Fixed";
    assert_eq!(needed("### Removed\n"), Err(section.to_owned()));
    let outside = "CHANGELOG.md:7: has an entry outside of a section";
    assert_eq!(needed("\n- a\n"), Err(outside.to_owned()));
    let missing = Changelog::parse(HEAD).unwrap_err().to_string();
    assert_eq!(missing, "CHANGELOG.md:1: has no `## Unreleased`");
}

#[test]
fn a_release_moves_its_entries_and_keeps_the_rest() {
    let old = "## 0.1.0 - 2026-01-01\n\n### Added\n\n- All.\n";
    let open = EMPTY.replace(
        "### Added\n",
        "### Added\n\n- One,\n  on two lines.\n- Two.\n",
    );
    let open = open.replace("### Fixed\n", "### Fixed\n- Three.\n");
    let changelog = Changelog::parse(&format!("{HEAD}{open}\n{old}")).unwrap();
    let released = changelog.released("0.2.0".parse().unwrap(), Date::after_epoch(20_454));
    let new = "## 0.2.0 - 2026-01-01\n\n### Added\n\n- One,\n  on two lines.\n- Two.\n\n### Fixed\n\n- Three.\n";
    assert_eq!(released, format!("{HEAD}{EMPTY}\n{new}\n{old}"));
    let again = Changelog::parse(&released).unwrap();
    assert!(again.needed().is_err());
}
