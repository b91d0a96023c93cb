//! Which crate may know which: the table of `ARCHITECTURE.md` as data.

#[cfg(test)]
mod tests;

use crate::finding::Finding;
use crate::tidy::line_of;
use crate::tree::Tree;
use crate::workspace::{Dependency, Package, Workspace};

/// What a crate may depend on, dev-dependencies apart.
struct Allowed {
    package: &'static str,
    inside: Inside,
    outside: Outside,
}

/// Crates of this workspace.
enum Inside {
    Any,
    These(&'static [&'static str]),
}

/// Crates of others.
enum Outside {
    Any,
    These(&'static [&'static str]),
    /// All, but these only when a feature asks for them.
    OnlyByFeature(&'static [&'static str]),
}

const CORE: &[&str] = &[
    "async-trait",
    "bytes",
    "futures-core",
    "futures-util",
    "indexmap",
    "schemars",
    "serde",
    "serde_json",
    "thiserror",
    "tokio-util",
];

const TABLE: &[Allowed] = &[
    Allowed {
        package: "windlass-core",
        // Feature `macros` re-exports `#[tool]`, so that a tool library needs core alone.
        inside: Inside::These(&["windlass-tools-macros"]),
        outside: Outside::These(CORE),
    },
    Allowed {
        package: "windlass-tools-macros",
        inside: Inside::These(&[]),
        outside: Outside::These(&["proc-macro2", "quote", "syn"]),
    },
    Allowed {
        package: "windlass-provider",
        inside: Inside::These(&["windlass-core"]),
        outside: Outside::Any,
    },
    Allowed {
        package: "windlass-agent",
        inside: Inside::These(&["windlass-core"]),
        // The agent knows models, not networks; its tool that fetches a URL is a feature.
        outside: Outside::OnlyByFeature(&["hyper", "reqwest"]),
    },
    Allowed {
        package: "windlass-store",
        inside: Inside::These(&["windlass-agent"]),
        outside: Outside::Any,
    },
    Allowed {
        package: "windlass-mcp",
        inside: Inside::These(&["windlass-core"]),
        outside: Outside::Any,
    },
    Allowed {
        package: "windlass-examples",
        inside: Inside::Any,
        outside: Outside::Any,
    },
    Allowed {
        package: "xtask",
        inside: Inside::These(&[]),
        // Every check waits for this crate to be built.
        outside: Outside::These(&["serde", "serde_json"]),
    },
];

pub(super) fn check(workspace: &Workspace, tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for package in &workspace.packages {
        let path = workspace.manifest(package);
        let Some(allowed) = TABLE.iter().find(|row| row.package == package.name) else {
            let message = format!("`{}` has no row in the table of crates", package.name);
            let mend = "say in `xtask/src/tidy/edges.rs` and `ARCHITECTURE.md` what it may know";
            findings.push(Finding::new((&path, 1), message, mend));
            continue;
        };
        let manifest = tree.text(&path).unwrap_or_default();
        let wrong = |edge: &&Dependency| !edge.is_dev() && !allowed.allows(edge, workspace);
        let wrong = package.dependencies.iter().filter(wrong);
        findings.extend(wrong.map(|edge| finding(package, edge, (&path, manifest))));
    }
    findings
}

impl Allowed {
    fn allows(&self, edge: &Dependency, workspace: &Workspace) -> bool {
        let name = edge.name.as_str();
        let is_inside = workspace
            .packages
            .iter()
            .any(|package| package.name == name);
        if is_inside {
            return match self.inside {
                Inside::Any => true,
                Inside::These(names) => names.contains(&name),
            };
        }
        match self.outside {
            Outside::Any => true,
            Outside::These(names) => names.contains(&name),
            Outside::OnlyByFeature(names) => edge.optional || !names.contains(&name),
        }
    }
}

fn finding(package: &Package, edge: &Dependency, (path, manifest): (&str, &str)) -> Finding {
    let names_it = |line: &str| {
        let rest = line.trim_start().strip_prefix(&edge.name);
        rest.is_some_and(|rest| rest.starts_with(['.', ' ', '=']))
    };
    let message = format!("`{}` may not depend on `{}`", package.name, edge.name);
    let mend =
        "go through core, or argue for the edge in `ARCHITECTURE.md` and `xtask/src/tidy/edges.rs`";
    Finding::new((path, line_of(manifest, names_it)), message, mend)
}
