use super::*;
use crate::tidy::expect;

const FILES: &[(&str, &str)] = &[
    ("agent/src/turn.rs", ""),
    ("provider/src/wire/anthropic.rs", ""),
    ("docs/rules.md", ""),
    ("LICENSE-MIT", ""),
];

/// Checks a line of each document, and expects what is named in vain.
fn check_line(path: &str, text: &str, missing: &[&str]) {
    let mut files = FILES.to_vec();
    files.extend([("README.md", ""), ("ARCHITECTURE.md", "")]);
    files.retain(|(other, _)| *other != path);
    files.push((path, text));
    let line = text.lines().count().saturating_sub(1).max(1);
    let expected: Vec<String> = missing
        .iter()
        .map(|name| {
            format!("{path}:{line}: names `{name}`, which does not exist (name what exists)")
        })
        .collect();
    let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
    expect(check, &files, &expected);
}

#[test]
fn documents_that_newcomers_need_must_exist() {
    let text = "does not exist, and newcomers start there (write it)";
    let expected = ["README.md", "ARCHITECTURE.md"].map(|path| format!("{path}:1: {text}"));
    expect(check, FILES, &expected.each_ref().map(String::as_str));
}

#[test]
fn links_name_a_path_in_full() {
    check_line(
        "README.md",
        "[a](docs/rules.md) [b](./docs) [c](docs/) [d](LICENSE-MIT)\n",
        &[],
    );
    check_line(
        "README.md",
        "[a](docs/rules.md#wire) [b](#wire) [c](https://example.com/x)\n",
        &[],
    );
    check_line(
        "README.md",
        "[a](rules.md) [b](doc)\n",
        &["rules.md", "doc"],
    );
    check_line(
        "CONTRIBUTING.md",
        "![x](docs/x.png \"title\")\n",
        &["docs/x.png"],
    );
}

#[test]
fn code_spans_may_shorten_a_path() {
    check_line(
        "README.md",
        "`turn.rs` `agent/turn.rs` `agent/src/turn.rs` `agent/` `wire/`\n",
        &[],
    );
    check_line(
        "README.md",
        "`provider/wire/anthropic.rs` `provider/wire` `agent/src/`\n",
        &[],
    );
    check_line(
        "README.md",
        "`urn.rs` `agent/wire/` `agent/run`\n",
        &["urn.rs", "agent/wire/", "agent/run"],
    );
}

#[test]
fn code_spans_that_are_no_files_are_left_alone() {
    check_line(
        "README.md",
        "`anthropic/claude-x` `application/json` `a.b` `Vec<u8>` `*.rs` `mod.rs`\n",
        &[],
    );
    check_line(
        "README.md",
        "`/etc/x.toml` `~/x.toml` `https://x.md` `cargo run x.rs` `target/x.rs`\n",
        &[],
    );
}

#[test]
fn drawings_are_read_in_the_map_only() {
    let drawing = |line: &str| format!("```text\n{line}\n```");
    let stale = drawing("  gone.rs    what was · turn.rs");
    check_line("ARCHITECTURE.md", &stale, &["gone.rs"]);
    check_line("README.md", &stale, &[]);
    check_line("ARCHITECTURE.md", "```rust\ngone.rs\n```", &[]);
    let after = "```text\n```\n```rust\n```\n`gone.rs`\n";
    let tree = [("README.md", ""), ("ARCHITECTURE.md", after)];
    let found = "ARCHITECTURE.md:5: names `gone.rs`, which does not exist (name what exists)";
    expect(check, &tree, &[found]);
}
