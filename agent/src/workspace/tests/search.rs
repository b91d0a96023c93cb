use super::*;

fn project() -> Folder {
    let folder = Folder::new();
    folder.file(".gitignore", "target/\n*.log\n!keep.log\n/top\n");
    folder.file("src/main.rs", "fn main() {\n    run();\n}\n");
    folder.file("src/lib/a.rs", "pub fn run() {}\n");
    folder.file("src/.gitignore", "gen.rs\n");
    folder.file("src/gen.rs", "fn run() {}\n");
    folder.file("src/top", "run\n");
    folder.file("top", "run\n");
    folder.file("target/debug/main.rs", "run\n");
    folder.file("x.log", "run\n");
    folder.file("keep.log", "Run\n");
    folder.file(".git/HEAD", "run\n");
    folder.file("data.bin", b"run\0\n");
    folder
}

#[tokio::test]
async fn globs_find_what_git_would_keep() {
    let folder = project();
    let glob = async |arguments: Value| folder.call("glob", arguments).await.unwrap();
    assert_eq!(
        glob(json!({"pattern": "**/*.rs"})).await,
        "src/lib/a.rs\nsrc/main.rs"
    );
    assert_eq!(glob(json!({"pattern": "*.rs"})).await, "[no file matches]");
    assert_eq!(
        glob(json!({"pattern": "*.rs", "path": "src"})).await,
        "src/main.rs"
    );
    assert_eq!(
        glob(json!({"pattern": "{*.log,src/*}"})).await,
        "keep.log\nsrc/.gitignore\nsrc/main.rs\nsrc/top"
    );
    assert_eq!(
        glob(json!({"pattern": "*.rs", "path": "src", "ignored": true})).await,
        "src/gen.rs\nsrc/main.rs"
    );
    assert_eq!(
        glob(json!({"pattern": "**/HEAD", "ignored": true})).await,
        "[no file matches]"
    );
    let error = folder
        .call("glob", json!({"pattern": "a{"}))
        .await
        .unwrap_err();
    assert!(error.contains("a{"), "{error}");
    let error = folder
        .call("glob", json!({"pattern": "*", "path": "top"}))
        .await
        .unwrap_err();
    assert_eq!(error, "`top` is no folder");
}

#[tokio::test]
async fn rules_of_folders_above_hold_below() {
    let folder = project();
    folder.file("src/lib/y.log", "");
    let found = folder
        .call("glob", json!({"pattern": "*", "path": "src/lib"}))
        .await
        .unwrap();
    assert_eq!(found, "src/lib/a.rs");
}

#[tokio::test]
async fn many_files_are_cut_with_a_note() {
    let folder = Folder::new();
    for number in 0..1001 {
        folder.file(&format!("{number:04}"), "");
    }
    let found = folder.call("glob", json!({"pattern": "*"})).await.unwrap();
    assert!(found.ends_with("0999\n[there are more; use a narrower pattern]"));
    let listed = folder.call("list_directory", json!({})).await.unwrap();
    assert!(listed.ends_with("0999 0\n[1 more; use `glob`]"));
}

#[tokio::test]
async fn grep_finds_lines_with_what_is_around_them() {
    let folder = project();
    let grep = async |arguments: Value| folder.call("grep", arguments).await.unwrap();
    let found = grep(json!({"pattern": r"\brun\b"})).await;
    assert_eq!(
        found,
        "src/lib/a.rs:1:pub fn run() {}\nsrc/main.rs:2:    run();\nsrc/top:1:run\n"
    );
    let found = grep(json!({"pattern": "^run", "ignore_case": true, "glob": "*.log"})).await;
    assert_eq!(found, "keep.log:1:Run\n");
    let found = grep(json!({"pattern": r"run\(\);", "context": 1, "path": "src/main.rs"})).await;
    assert_eq!(
        found,
        "src/main.rs-1-fn main() {\nsrc/main.rs:2:    run();\nsrc/main.rs-3-}\n"
    );
    let found = grep(json!({"pattern": "run", "path": "src", "glob": "*/a.rs"})).await;
    assert_eq!(found, "src/lib/a.rs:1:pub fn run() {}\n");
    assert_eq!(
        grep(json!({"pattern": "nothing"})).await,
        "[no line matches]\n"
    );
}

#[tokio::test]
async fn a_bad_pattern_is_explained() {
    let folder = project();
    for pattern in ["(", r"a\nb", "((((a{100}){100}){100}){100})"] {
        let error = folder
            .call("grep", json!({"pattern": pattern}))
            .await
            .unwrap_err();
        assert!(!error.is_empty(), "{pattern}");
    }
}

#[tokio::test]
async fn many_matches_and_long_lines_are_cut_with_a_note() {
    let folder = Folder::new();
    folder.file("a", "x\n".repeat(500));
    let found = folder.call("grep", json!({"pattern": "x"})).await.unwrap();
    assert!(
        found.ends_with("a:200:x\n[there may be more; use a narrower pattern, `path` or `glob`]\n")
    );
    folder.file("a", "y".repeat(1 << 20));
    let found = folder.call("grep", json!({"pattern": "y"})).await.unwrap();
    assert!(
        found.len() < 3000 && found.contains("more bytes]"),
        "{}",
        found.len()
    );
}

#[tokio::test]
async fn a_line_without_end_is_not_held_in_memory() {
    let folder = Folder::new();
    fs::write(folder.path("a"), vec![b'z'; 12 << 20]).unwrap();
    folder.file("b", "z\n");
    let found = folder.call("grep", json!({"pattern": "z"})).await.unwrap();
    assert_eq!(found, "b:1:z\n[1 files could not be searched]\n");
}

#[tokio::test]
async fn a_cancelled_walk_ends() {
    let folder = project();
    let context = ToolContext::new("call_1");
    context.cancel_token().cancel();
    for (name, arguments) in [
        ("grep", r#"{"pattern":"x"}"#),
        ("glob", r#"{"pattern":"*"}"#),
    ] {
        let tool = tool(&folder.workspace(), name);
        let error = tool.call(&arguments.into(), &context).await.unwrap_err();
        assert_eq!(error.message(), "cancelled");
    }
}

#[tokio::test]
async fn folders_below_a_hundred_are_not_entered() {
    let folder = Folder::new();
    folder.file(&["d/".repeat(150), "x".to_owned()].concat(), "");
    let found = folder.call("glob", json!({"pattern": "**"})).await.unwrap();
    assert_eq!(
        found,
        "[no file matches]\n[not everything was looked at; name a folder]"
    );
}
