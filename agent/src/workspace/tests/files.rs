use super::*;

#[tokio::test]
async fn a_long_file_is_read_in_parts() {
    let folder = Folder::new();
    let text: String = (1..=5000).map(|line| format!("line {line}\n")).collect();
    folder.file("a", text);
    let read = async |arguments: Value| folder.call("read_file", arguments).await.unwrap();
    let page = read(json!({"path": "a", "offset": 4999})).await;
    assert_eq!(page, "4999\tline 4999\n5000\tline 5000\n");
    let page = read(json!({"path": "a", "offset": 0, "limit": 1})).await;
    assert_eq!(page, "1\tline 1\n[5000 lines; go on with offset 2]\n");
    let page = read(json!({"path": "a"})).await;
    assert!(page.ends_with("2000\tline 2000\n[5000 lines; go on with offset 2001]\n"));
    let page = read(json!({"path": "a", "offset": 6000})).await;
    assert_eq!(page, "[the file has 5000 lines]");
    let page = read(json!({"path": "a", "offset": usize::MAX, "limit": usize::MAX})).await;
    assert_eq!(page, "[the file has 5000 lines]");
}

#[tokio::test]
async fn odd_lines_are_read_too() {
    let folder = Folder::new();
    folder.file("empty", "");
    folder.file("windows", "a\r\nb");
    folder.file("wide", "é".repeat(2000));
    let read = async |path: &str| {
        folder
            .call("read_file", json!({"path": path}))
            .await
            .unwrap()
    };
    assert_eq!(read("empty").await, "[the file is empty]");
    assert_eq!(read("windows").await, "1\ta\n2\tb\n");
    let wide = format!("1\t{}[… 2000 more bytes]\n", "é".repeat(1000));
    assert_eq!(read("wide").await, wide);
}

#[tokio::test]
async fn a_file_is_written_whole_and_keeps_its_permissions() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    let write = async |content: &str| {
        let arguments = json!({"path": "bin/run.sh", "content": content});
        folder.call("write_file", arguments).await.unwrap()
    };
    assert_eq!(write("one").await, "created `bin/run.sh` (3 bytes)");
    let path = folder.path("bin/run.sh");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o750)).unwrap();
    assert_eq!(write("three").await, "replaced `bin/run.sh` (5 bytes)");
    assert_eq!(folder.text("bin/run.sh"), "three");
    assert_eq!(
        fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o750
    );
    let left: Vec<_> = fs::read_dir(folder.path("bin")).unwrap().collect();
    assert_eq!(left.len(), 1, "no draft is left");
}

#[tokio::test]
async fn a_draft_that_cannot_be_published_goes_away() {
    let folder = Folder::new();
    let name = "n".repeat(300);
    let error = folder
        .call("write_file", json!({"path": name, "content": "x"}))
        .await
        .unwrap_err();
    assert!(error.contains("cannot be opened"), "{error}");
    assert_eq!(fs::read_dir(folder.path("")).unwrap().count(), 0);
}

#[tokio::test]
async fn a_cancelled_call_changes_nothing() {
    let folder = Folder::new();
    folder.file("a", "old");
    let context = ToolContext::new("call_1");
    context.cancel_token().cancel();
    let edits = json!([{"old": "old", "new": "new"}]);
    let calls = [
        ("write_file", json!({"path": "a", "content": "new"})),
        ("edit_file", json!({"path": "a", "edits": edits})),
    ];
    for (name, arguments) in calls {
        let tool = tool(&folder.workspace(), name);
        let error = tool
            .call(&arguments.to_string().into(), &context)
            .await
            .unwrap_err();
        assert_eq!(error.message(), "cancelled; the file is unchanged");
        assert_eq!(folder.text("a"), "old");
    }
}

async fn edit(before: &str, edits: Value) -> (Result<String, String>, String) {
    let folder = Folder::new();
    folder.file("a", before);
    let answer = folder
        .call("edit_file", json!({"path": "a", "edits": edits}))
        .await;
    (answer, folder.text("a"))
}

#[tokio::test]
async fn edits_are_made_one_after_the_other() {
    let edits = json!([{"old": "b", "new": "bb"}, {"old": "bb\nc", "new": "d"}]);
    let (answer, after) = edit("a\nb\nc\n", edits).await;
    assert_eq!(after, "a\nd\n");
    let report = "changed `a`:\n@ line 2\n-b\n+bb\n@ line 2\n-bb\n-c\n+d\n";
    assert_eq!(answer.unwrap(), report);
    let everywhere = json!([{"old": "x", "new": "yx", "all": true}]);
    let (answer, after) = edit("x x\nx\n", everywhere).await;
    assert_eq!(after, "yx yx\nyx\n");
    assert!(answer.unwrap().contains("@ line 1 and 2 more places"));
}

#[tokio::test]
async fn all_edits_are_made_or_none() {
    let good = json!({"old": "a", "new": "A"});
    let cases = [
        (
            json!({"old": "zz", "new": ""}),
            "edit 2: the old text is not there; the file is unchanged",
        ),
        (
            json!({"old": "x", "new": "y"}),
            "edit 2: the old text stands there 2 times; add lines around it, or set `all`; the file is unchanged",
        ),
        (
            json!({"old": "", "new": "y"}),
            "edit 2: the old text is empty; the file is unchanged",
        ),
        (
            json!({"old": "b", "new": "b"}),
            "edit 2: the new text is the old one; the file is unchanged",
        ),
        (
            json!({"old": "a", "new": "y"}),
            "edit 2: the old text is not there; the file is unchanged",
        ),
        (
            json!({"old": "b  c", "new": "y"}),
            "edit 2: the old text is not there; line 2 differs from its first line only in spaces; the file is unchanged",
        ),
    ];
    for (bad, expected) in cases {
        let (answer, after) = edit("a\nb c\nx x\n", json!([good, bad])).await;
        assert_eq!(answer.unwrap_err(), expected);
        assert_eq!(after, "a\nb c\nx x\n");
    }
    let (answer, _) = edit("a", json!([])).await;
    assert_eq!(answer.unwrap_err(), "there are no edits");
}

#[tokio::test]
async fn edits_that_multiply_a_text_over_and_over_end() {
    let more = json!({"old": "a", "new": "a".repeat(1000), "all": true});
    let (answer, after) = edit("a", Value::Array(vec![more; 60])).await;
    assert!(
        answer
            .unwrap_err()
            .contains("the file would become too large")
    );
    assert_eq!(after, "a");
}

#[tokio::test]
async fn a_dry_run_changes_nothing_and_shows_what_it_would() {
    let folder = Folder::new();
    folder.file("a", "one\n");
    let edits = json!([{"old": "one", "new": "two"}]);
    let answer = folder
        .call(
            "edit_file",
            json!({"path": "a", "edits": edits, "dry_run": true}),
        )
        .await;
    assert_eq!(
        answer.unwrap(),
        "`a` would be changed:\n@ line 1\n-one\n+two\n"
    );
    assert_eq!(folder.text("a"), "one\n");
}

#[tokio::test]
async fn an_absolute_path_of_the_workspace_is_one_of_it() {
    let folder = Folder::new();
    folder.file("a b/c", "x");
    let path = folder.path("a b/c").canonicalize().unwrap();
    assert_eq!(
        folder
            .call("read_file", json!({"path": path}))
            .await
            .unwrap(),
        "1\tx\n"
    );
    let sibling = format!("{}x", folder.path("").canonicalize().unwrap().display());
    let error = folder
        .call("read_file", json!({"path": sibling}))
        .await
        .unwrap_err();
    assert!(error.contains("is outside the workspace"), "{error}");
}
