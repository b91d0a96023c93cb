//! The packages of the workspace, as cargo sees them.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::exec::Exec;
use crate::failure::Failure;

#[derive(Debug, Deserialize)]
pub(crate) struct Workspace {
    pub(crate) packages: Vec<Package>,
    /// Where cargo puts what it makes.
    #[serde(rename = "target_directory")]
    pub(crate) target: PathBuf,
    #[serde(rename = "workspace_root")]
    root: PathBuf,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) manifest_path: PathBuf,
    pub(crate) dependencies: Vec<Dependency>,
    /// The registries it may go to; none at all means `publish = false`.
    publish: Option<Vec<String>>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    kind: Option<Kind>,
    req: String,
    /// Whether only a feature asks for it.
    pub(crate) optional: bool,
}

#[derive(Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Dev,
    Build,
}

impl Workspace {
    /// Asks cargo.
    pub(crate) fn read(root: &Path) -> Result<Self, Failure> {
        let metadata = ["metadata", "--no-deps", "--format-version", "1"];
        let text = Exec::cargo(root, metadata).read()?;
        serde_json::from_str(&text)
            .map_err(|error| Failure::new(format!("cannot read cargo's metadata: {error}")))
    }

    /// The path of a package's manifest from the root, with forward slashes.
    pub(crate) fn manifest(&self, package: &Package) -> String {
        let path = &package.manifest_path;
        let inside = path.strip_prefix(&self.root).unwrap_or(path);
        inside.to_string_lossy().replace('\\', "/")
    }

    /// The folders of all packages, each with a slash at its end.
    pub(crate) fn folders(&self) -> Vec<String> {
        let manifests = self.packages.iter().map(|package| self.manifest(package));
        manifests
            .filter_map(|path| path.strip_suffix("Cargo.toml").map(str::to_owned))
            .collect()
    }

    pub(crate) fn published(&self) -> impl Iterator<Item = &Package> {
        self.packages
            .iter()
            .filter(|package| package.is_published())
    }

    #[cfg(test)]
    pub(crate) fn of(packages: Vec<Package>) -> Self {
        Self {
            packages,
            target: PathBuf::from("/made-up/target"),
            root: PathBuf::from("/made-up"),
        }
    }
}

impl Package {
    fn is_published(&self) -> bool {
        self.publish.as_ref().is_none_or(|names| !names.is_empty())
    }

    /// A package in a folder of the made-up workspace; `dev NAME` is a dev-dependency, `dev-path NAME` one without a
    /// version.
    #[cfg(test)]
    pub(crate) fn of(name: &str, folder: &str, dependencies: &[&str]) -> Self {
        Self {
            name: name.to_owned(),
            manifest_path: PathBuf::from(format!("/made-up/{folder}/Cargo.toml")),
            dependencies: dependencies.iter().copied().map(Dependency::of).collect(),
            publish: None,
        }
    }

    #[cfg(test)]
    #[must_use]
    pub(crate) fn private(mut self) -> Self {
        self.publish = Some(Vec::new());
        self
    }
}

impl Dependency {
    /// Whether only tests, examples and benchmarks have it.
    pub(crate) fn is_dev(&self) -> bool {
        self.kind == Some(Kind::Dev)
    }

    /// Whether a published package asks the registry for it; a path without a version is left out of the package.
    pub(crate) fn is_published(&self) -> bool {
        !(self.is_dev() && self.req == "*")
    }

    #[cfg(test)]
    fn of(text: &str) -> Self {
        let optional = text.starts_with("optional ");
        let (kind, req, name) = match text.split_once(' ') {
            Some(("optional", name)) => (None, "^0.1.0", name),
            Some(("dev", name)) => (Some(Kind::Dev), "^0.1.0", name),
            Some(("dev-path", name)) => (Some(Kind::Dev), "*", name),
            Some(("build", name)) => (Some(Kind::Build), "^0.1.0", name),
            _ => (None, "^0.1.0", text),
        };
        Self {
            name: name.to_owned(),
            kind,
            req: req.to_owned(),
            optional,
        }
    }
}

/// Every feature that builds on a machine with nothing but Rust, beside the default ones. `native-tls` is not among them:
/// it needs the headers of the system's TLS library.
pub(crate) const FEATURES: &str = "windlass-core/scripted,windlass-core/macros,windlass-provider/simulate,windlass-agent/workspace-tools,\
     windlass-agent/fetch,windlass-agent/tracing";
