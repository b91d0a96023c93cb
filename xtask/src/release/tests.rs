use super::*;
use crate::scratch::Scratch;

const MANIFEST_TEXT: &str =
    "[workspace]\nresolver = \"3\"\nmembers = [\"core\", \"agent\", \"examples\"]\n
[workspace.package]\nversion = \"0.1.0\"\nedition = \"2024\"\n
[workspace.dependencies]\nmade-up-core = { version = \"0.1.0\", path = \"core\" }\n";

const CHANGELOG_TEXT: &str =
    "# Changelog\n\n## Unreleased\n\n### Breaking\n\n- No more `x`.\n\n### Added\n";

fn package(name: &str, rest: &str) -> String {
    format!(
        "[package]\nname = \"made-up-{name}\"\nversion.workspace = true\nedition.workspace = true\n{rest}\n"
    )
}

/// A workspace of three crates on disk, committed.
fn workspace() -> Scratch {
    let scratch = Scratch::repository();
    let on_core = "[dependencies]\nmade-up-core.workspace = true";
    scratch.write(".gitignore", "/target\n");
    scratch.write("Cargo.toml", MANIFEST_TEXT);
    scratch.write("CHANGELOG.md", CHANGELOG_TEXT);
    scratch.write("core/Cargo.toml", &package("core", ""));
    scratch.write("agent/Cargo.toml", &package("agent", on_core));
    let private = format!("publish = false\n{on_core}");
    scratch.write("examples/Cargo.toml", &package("examples", &private));
    for folder in ["core", "agent", "examples"] {
        scratch.write(&format!("{folder}/src/lib.rs"), "");
    }
    Exec::cargo(scratch.path(), ["generate-lockfile", "--offline"])
        .read()
        .unwrap();
    scratch.commit("one");
    scratch.git(&["tag", "v0.1.0"]);
    scratch
}

fn planned(scratch: &Scratch, options: &flags::Release) -> Result<Plan, String> {
    let day = Date::after_epoch(20_454);
    plan(scratch.path(), options, day).map_err(|failure| failure.to_string())
}

fn wanted(text: &str) -> flags::Release {
    flags::Release {
        wanted: text.parse().unwrap(),
        ..flags::Release::default()
    }
}

#[test]
fn the_plan_says_exactly_what_would_be_done() {
    let options = flags::Release {
        publish: true,
        ..flags::Release::default()
    };
    let expected = "\
Release 0.2.0 after 0.1.0, with breaking changes.
  edit Cargo.toml
  edit CHANGELOG.md
  run cargo update --workspace
  run git commit --all --message 'release: 0.2.0'
  run git tag --annotate v0.2.0 --message 'Windlass 0.2.0'
  run cargo publish --locked --package made-up-core
  run cargo publish --locked --package made-up-agent
";
    let scratch = workspace();
    assert_eq!(planned(&scratch, &options).unwrap().to_string(), expected);
}

#[test]
fn a_dry_run_changes_nothing() {
    let scratch = workspace();
    let before = scratch.git(&["rev-parse", "HEAD"]);
    run(scratch.path(), &flags::Release::default()).unwrap();
    assert_eq!(scratch.git(&["rev-parse", "HEAD"]), before);
    assert_eq!(scratch.git(&["status", "--porcelain"]), "");
    assert_eq!(scratch.git(&["tag"]), "v0.1.0");
}

#[test]
fn a_release_edits_commits_and_tags() {
    let scratch = workspace();
    planned(&scratch, &wanted("1.0.0"))
        .unwrap()
        .execute(scratch.path())
        .unwrap();
    assert_eq!(scratch.git(&["status", "--porcelain"]), "");
    assert_eq!(scratch.git(&["log", "-1", "--format=%s"]), "release: 1.0.0");
    assert_eq!(scratch.git(&["describe", "--exact-match"]), "v1.0.0");
    assert_eq!(
        scratch.text("Cargo.toml"),
        MANIFEST_TEXT.replace("0.1.0", "1.0.0")
    );
    assert_eq!(
        scratch
            .text("Cargo.lock")
            .matches("version = \"1.0.0\"")
            .count(),
        3
    );
    let changelog = scratch.text("CHANGELOG.md");
    let expected = "\n## 1.0.0 - 2026-01-01\n\n### Breaking\n\n- No more `x`.\n";
    assert!(changelog.ends_with(expected), "{changelog}");
    let again = planned(&scratch, &flags::Release::default()).unwrap_err();
    assert!(again.contains("nothing to release"), "{again}");
}

#[test]
fn a_tree_that_is_not_clean_is_refused() {
    let scratch = workspace();
    scratch.write("new.txt", "");
    let text = planned(&scratch, &flags::Release::default()).unwrap_err();
    assert_eq!(text, "commit or put aside first:\n?? new.txt");
}

#[test]
fn a_version_smaller_than_the_changes_is_refused() {
    let text = planned(&workspace(), &wanted("patch")).unwrap_err();
    let expected = "0.1.1 is too small: the changelog has breaking changes since 0.1.0, so at least 0.2.0 is needed";
    assert_eq!(text, expected);
}

#[test]
fn a_version_that_was_never_tagged_is_released_as_it_is() {
    let scratch = workspace();
    scratch.git(&["tag", "--delete", "v0.1.0"]);
    let plan = planned(&scratch, &flags::Release::default()).unwrap();
    assert!(
        plan.to_string()
            .starts_with("Release 0.1.0, its first time.\n"),
        "{plan}"
    );
    plan.execute(scratch.path()).unwrap();
    assert_eq!(scratch.git(&["describe", "--exact-match"]), "v0.1.0");
}

#[test]
fn a_step_that_fails_stops_the_release_and_says_what_is_left() {
    let scratch = workspace();
    let plan = planned(&scratch, &wanted("minor")).unwrap();
    scratch.write("core/Cargo.toml", "not a manifest");
    let text = plan.execute(scratch.path()).unwrap_err().to_string();
    let expected = "Not done:\n  run cargo update --workspace\n  run git commit --all --message 'release: 0.2.0'\n  \
                    run git tag --annotate v0.2.0 --message 'Windlass 0.2.0'\nNothing was committed; `git restore .` \
                    undoes the edits.";
    assert!(text.ends_with(expected), "{text}");
    assert_eq!(scratch.git(&["tag"]), "v0.1.0");
}
