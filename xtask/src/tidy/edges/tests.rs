use super::*;

fn check_edges(packages: Vec<Package>, manifests: &[(&str, &str)], expected: &[&str]) {
    let found = check(&Workspace::of(packages), &Tree::of(manifests));
    let found: Vec<String> = found.iter().map(Finding::to_string).collect();
    let short = |text: &String| text.split(" (").next().unwrap_or_default().to_owned();
    assert_eq!(found.iter().map(short).collect::<Vec<_>>(), expected);
}

#[test]
fn the_edges_of_the_design_are_allowed() {
    let packages = vec![
        Package::of(
            "windlass-core",
            "core",
            &[
                "serde",
                "tokio-util",
                "windlass-tools-macros",
                "dev proptest",
            ],
        ),
        Package::of(
            "windlass-tools-macros",
            "tools-macros",
            &["syn", "quote", "dev trybuild"],
        ),
        Package::of(
            "windlass-provider",
            "provider",
            &["windlass-core", "reqwest"],
        ),
        Package::of(
            "windlass-agent",
            "agent",
            &[
                "windlass-core",
                "tokio",
                "optional reqwest",
                "dev windlass-provider",
            ],
        ),
        Package::of(
            "windlass-examples",
            "examples",
            &["windlass-agent", "windlass-provider"],
        ),
    ];
    check_edges(packages, &[], &[]);
}

#[test]
fn other_edges_are_found_with_their_line() {
    let packages = vec![
        Package::of("windlass-core", "core", &["tokio", "build cc"]),
        Package::of("windlass-provider", "provider", &["windlass-agent"]),
        Package::of("windlass-agent", "agent", &["windlass-provider", "reqwest"]),
    ];
    let manifests = [
        (
            "core/Cargo.toml",
            "[dependencies]\ntokio-util = \"1\"\ntokio.workspace = true\n",
        ),
        ("agent/Cargo.toml", "[dependencies]\nreqwest = \"1\"\n"),
    ];
    let expected = [
        "core/Cargo.toml:3: `windlass-core` may not depend on `tokio`",
        "core/Cargo.toml:1: `windlass-core` may not depend on `cc`",
        "provider/Cargo.toml:1: `windlass-provider` may not depend on `windlass-agent`",
        "agent/Cargo.toml:1: `windlass-agent` may not depend on `windlass-provider`",
        "agent/Cargo.toml:2: `windlass-agent` may not depend on `reqwest`",
    ];
    check_edges(packages, &manifests, &expected);
}

#[test]
fn a_crate_that_the_table_does_not_know_is_found() {
    let packages = vec![Package::of("windlass-new", "new", &[])];
    let expected = ["new/Cargo.toml:1: `windlass-new` has no row in the table of crates"];
    check_edges(packages, &[], &expected);
}
