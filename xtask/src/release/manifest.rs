//! The root `Cargo.toml`, where every version number of the workspace stands.

use super::version::Version;
use crate::failure::Failure;

/// The root manifest and the version it says.
pub(super) struct Manifest {
    text: String,
    version: Version,
}

impl Manifest {
    /// Reads the text.
    pub(super) fn parse(text: String) -> Result<Self, Failure> {
        let mut found = None;
        for (section, line) in sections(&text) {
            if let Some(version) = version_value(section, line) {
                found = Some(version);
                break;
            }
        }
        let version = found.ok_or_else(|| wrong("has no `version` in `[workspace.package]`"))?;
        let version = version.parse().map_err(|error: String| wrong(&error))?;
        Ok(Self { text, version })
    }

    pub(super) fn version(&self) -> Version {
        self.version
    }

    /// The text with another version, for the workspace and for its crates as dependencies of each other.
    pub(super) fn with_version(&self, version: Version) -> String {
        let mut text = String::new();
        for (section, line) in sections(&self.text) {
            match version_value(section, line).or_else(|| path_version(section, line)) {
                Some(old) => {
                    let (before, after) = line.split_once(&quoted(old)).unwrap_or((line, ""));
                    text += &format!("{before}{}{after}", quoted(&version.to_string()));
                }
                None => text += line,
            }
        }
        text
    }
}

/// Each line, with its end, beside the section it stands in.
fn sections(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut section = "";
    text.split_inclusive('\n').map(move |line| {
        if line.starts_with('[') {
            section = line.trim();
        }
        (section, line)
    })
}

/// The value of `version = "…"` in `[workspace.package]`.
fn version_value<'a>(section: &str, line: &'a str) -> Option<&'a str> {
    let (key, value) = line.split_once('=')?;
    let is_it = section == "[workspace.package]" && key.trim() == "version";
    is_it.then(|| value.split('"').nth(1)).flatten()
}

/// The version in `name = { version = "…", path = "…" }` of `[workspace.dependencies]`.
fn path_version<'a>(section: &str, line: &'a str) -> Option<&'a str> {
    let is_path = section == "[workspace.dependencies]" && line.contains("path =");
    let value = line.split_once("version =").filter(|_| is_path)?.1;
    value.split('"').nth(1)
}

fn quoted(text: &str) -> String {
    format!("\"{text}\"")
}

fn wrong(what: &str) -> Failure {
    Failure::new(format!("{}: {what}", super::MANIFEST))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"[workspace]
members = ["a"]

[workspace.package]
rust-version = "1.88"
version = "0.1.0" # one for all
edition = "2024"

[workspace.dependencies]
windlass-core = { version = "0.1.0", path = "core", default-features = false }
windlass-agent = { path = "agent", version = "0.1.0" }
other = "0.1.0"
another = { version = "0.1.0", features = ["x"] }

[workspace.metadata]
version = "0.1.0"
"#;

    #[test]
    fn only_the_workspaces_own_versions_change() {
        let manifest = Manifest::parse(TEXT.to_owned()).unwrap();
        assert_eq!(manifest.version().to_string(), "0.1.0");
        let changed = manifest.with_version("1.0.0".parse().unwrap());
        let expected = TEXT
            .replace("version = \"0.1.0\" #", "version = \"1.0.0\" #")
            .replace("version = \"0.1.0\", path", "version = \"1.0.0\", path")
            .replace(
                "\"agent\", version = \"0.1.0\"",
                "\"agent\", version = \"1.0.0\"",
            );
        assert_eq!(changed, expected);
        assert_eq!(changed.matches("1.0.0").count(), 3);
    }

    #[test]
    fn a_manifest_without_a_version_is_refused() {
        let failure = |text: &str| Manifest::parse(text.to_owned()).err().unwrap().to_string();
        let expected = "Cargo.toml: has no `version` in `[workspace.package]`";
        assert_eq!(failure("[package]\nversion = \"1.0.0\"\n"), expected);
        let expected = "Cargo.toml: `1.0` is not a version such as `1.2.3`";
        assert_eq!(
            failure("[workspace.package]\nversion = \"1.0\"\n"),
            expected
        );
    }
}
