//! Every crate takes the workspace's lints, version, edition and licence.

use crate::finding::Finding;
use crate::tree::Tree;
use crate::workspace::Workspace;

/// Section and key of what is inherited.
const INHERITED: &[(&str, &str)] = &[
    ("lints", "workspace"),
    ("package", "version"),
    ("package", "edition"),
    ("package", "rust-version"),
    ("package", "license"),
];

pub(super) fn check(workspace: &Workspace, tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for package in &workspace.packages {
        let path = workspace.manifest(package);
        let text = tree.text(&path).unwrap_or_default();
        let missing = INHERITED
            .iter()
            .filter(|(section, key)| !inherits(text, section, key));
        findings.extend(missing.map(|(section, key)| {
            let (what, mend) = match *key {
                "workspace" => ("lints", "[lints] workspace = true".to_owned()),
                key => (key, format!("[{section}] {key}.workspace = true")),
            };
            let message = format!("does not take the workspace's {what}");
            Finding::new((&path, 1), message, format!("write `{mend}`"))
        }));
    }
    findings
}

/// Reads the ways of saying it that this workspace uses: a key a line.
fn inherits(manifest: &str, section: &str, key: &str) -> bool {
    let header = format!("[{section}]");
    let lines = manifest.lines().map(str::trim);
    let inside = lines
        .skip_while(|line| *line != header)
        .skip(1)
        .take_while(|line| !line.starts_with('['));
    inside
        .filter_map(|line| line.split_once('='))
        .any(|(name, value)| {
            let dotted = name.trim() == format!("{key}.workspace") && value.trim() == "true";
            let whole = key == "workspace" && name.trim() == key && value.trim() == "true";
            dotted || whole
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::Package;

    fn check_manifest(text: &str, expected: &[&str]) {
        let workspace = Workspace::of(vec![Package::of("x", "x", &[])]);
        let found = check(&workspace, &Tree::of(&[("x/Cargo.toml", text)]));
        let found: Vec<String> = found.iter().map(Finding::to_string).collect();
        assert_eq!(found, expected, "of {text}");
    }

    const GOOD: &str = "[package]\nname = \"x\"\nversion.workspace = true\nedition.workspace=true\n\
                        rust-version.workspace = true\nlicense.workspace = true\n\n[lints]\nworkspace = true\n";

    #[test]
    fn a_crate_that_inherits_everything_is_tidy() {
        check_manifest(GOOD, &[]);
    }

    #[test]
    fn what_is_not_inherited_is_found() {
        let version = "x/Cargo.toml:1: does not take the workspace's version (write `[package] version.workspace = true`)";
        check_manifest(
            &GOOD.replace("version.workspace = true\ned", "version = \"1.0.0\"\ned"),
            &[version],
        );
        let lints = "x/Cargo.toml:1: does not take the workspace's lints (write `[lints] workspace = true`)";
        check_manifest(&GOOD.replace("[lints]\n", "[lints.rust]\n"), &[lints]);
        check_manifest(
            &GOOD.replace("workspace = true\n\n[lints]", "workspace = true\n[other]"),
            &[lints],
        );
        let license = "x/Cargo.toml:1: does not take the workspace's license (write `[package] license.workspace = true`)";
        check_manifest(&GOOD.replace("license.", "# license."), &[license]);
    }
}
