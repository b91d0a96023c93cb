//! The order in which crates can be published: what a crate needs comes first.

use crate::failure::Failure;
use crate::workspace::{Package, Workspace};

/// The names of all published crates; those free at the same time go by name.
///
/// # Errors
/// Fails when crates need each other in a circle, which only dev-dependencies with a version can bring about.
pub(super) fn of(workspace: &Workspace) -> Result<Vec<String>, Failure> {
    let mut waiting: Vec<&Package> = workspace.published().collect();
    waiting.sort_by(|a, b| a.name.cmp(&b.name));
    let mut order = Vec::new();
    while !waiting.is_empty() {
        let Some(next) = waiting
            .iter()
            .position(|package| is_free(package, &waiting))
        else {
            let names: Vec<&str> = waiting.iter().map(|p| p.name.as_str()).collect();
            let text = format!(
                "these crates need each other: {}; a dev-dependency among them needs a path and no version",
                names.join(", ")
            );
            return Err(Failure::new(text));
        };
        order.push(waiting.remove(next).name.clone());
    }
    Ok(order)
}

fn is_free(package: &Package, waiting: &[&Package]) -> bool {
    let mut needed = package
        .dependencies
        .iter()
        .filter(|edge| edge.is_published());
    needed.all(|edge| waiting.iter().all(|other| other.name != edge.name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(packages: Vec<Package>, expected: Result<&[&str], &str>) {
        let found = of(&Workspace::of(packages)).map_err(|failure| failure.to_string());
        let expected = expected.map(|names| names.iter().map(|&name| name.to_owned()).collect());
        assert_eq!(found, expected.map_err(str::to_owned));
    }

    #[test]
    fn what_is_needed_comes_first() {
        let packages = vec![
            Package::of("agent", "agent", &["core", "tokio"]),
            Package::of("core", "core", &["macros"]),
            Package::of("examples", "examples", &["agent"]).private(),
            Package::of("macros", "macros", &["syn"]),
            Package::of(
                "provider",
                "provider",
                &["core", "build macros", "dev agent"],
            ),
        ];
        check(packages, Ok(&["macros", "core", "agent", "provider"]));
    }

    #[test]
    fn circles_are_refused_unless_they_are_left_out_of_the_package() {
        let circle = |edge| {
            vec![
                Package::of("agent", "agent", &["core"]),
                Package::of("core", "core", &[edge]),
            ]
        };
        check(circle("dev-path agent"), Ok(&["core", "agent"]));
        let text = "these crates need each other: agent, core; a dev-dependency among them needs a path and no version";
        check(circle("dev agent"), Err(text));
    }
}
