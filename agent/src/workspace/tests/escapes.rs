use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::UnixListener;

use rustix::fs::{CWD, FileType, Mode, mknodat};

use super::*;
use crate::workspace::root::MAX_FILE;

/// A way out that is tried: what is put into the workspace, what is called, and what the answer must say.
struct Attempt {
    name: &'static str,
    prepare: fn(&Folder),
    tool: &'static str,
    arguments: Value,
    answer: &'static str,
}

fn attempt(
    name: &'static str,
    tool: &'static str,
    arguments: Value,
    answer: &'static str,
) -> Attempt {
    Attempt {
        name,
        prepare: |_| {},
        tool,
        arguments,
        answer,
    }
}

impl Attempt {
    fn after(mut self, prepare: fn(&Folder)) -> Self {
        self.prepare = prepare;
        self
    }

    async fn fails(&self) {
        let folder = Folder::new();
        (self.prepare)(&folder);
        let answer = folder.call(self.tool, self.arguments.clone()).await;
        let error = answer.expect_err(self.name);
        assert!(error.contains(self.answer), "{}: {error}", self.name);
        assert!(!error.contains("SECRET"), "{}: {error}", self.name);
        assert!(error.len() < 500, "{}: {error}", self.name);
        assert!(folder.is_safe(), "{}", self.name);
    }
}

fn read(name: &'static str, path: &str, answer: &'static str) -> Attempt {
    attempt(name, "read_file", json!({"path": path}), answer)
}

fn write(name: &'static str, path: &str, answer: &'static str) -> Attempt {
    attempt(
        name,
        "write_file",
        json!({"path": path, "content": "x"}),
        answer,
    )
}

fn edit(name: &'static str, path: &str, answer: &'static str) -> Attempt {
    let edits = json!([{"old": "SECRET", "new": "x"}]);
    attempt(
        name,
        "edit_file",
        json!({"path": path, "edits": edits}),
        answer,
    )
}

async fn check(attempts: &[Attempt]) {
    for attempt in attempts {
        attempt.fails().await;
    }
}

#[tokio::test]
async fn paths_that_lead_out_are_refused() {
    let long = "a/".repeat(5000);
    check(&[
        read("up", "../outside/secret.txt", "has `..` in it"),
        read(
            "up from below",
            "a/../../outside/secret.txt",
            "has `..` in it",
        ),
        read("up at the end", "a/..", "has `..` in it"),
        read("only up", "..", "has `..` in it"),
        read("absolute", "/etc/passwd", "is outside the workspace"),
        read(
            "absolute, doubled slash",
            "//etc/passwd",
            "is outside the workspace",
        ),
        read("root", "/", "is outside the workspace"),
        read(
            "the process",
            "/proc/self/environ",
            "is outside the workspace",
        ),
        read("NUL", "a\0b", "has a NUL byte"),
        read(
            "NUL before a suffix",
            "../outside/secret.txt\0.png",
            "has a NUL byte",
        ),
        read(
            "backslashes up",
            "..\\outside\\secret.txt",
            "has `\\` in it",
        ),
        read("drive", "C:/Windows/win.ini", "names a drive"),
        read("drive, backslash", "C:\\Windows", "has `\\` in it"),
        read("share", "\\\\server\\share", "has `\\` in it"),
        read("home", "~/.ssh/id_rsa", "begins with `~`"),
        read("empty", "", "the path is empty"),
        read("URL", "file:///etc/passwd", "cannot be opened"),
        read(
            "encoded up",
            "%2e%2e/outside/secret.txt",
            "cannot be opened",
        ),
        read("too long", &long, "cannot be opened"),
        write("write up", "../outside/new.txt", "has `..` in it"),
        write(
            "write absolute",
            "/tmp/windlass-escape",
            "is outside the workspace",
        ),
        write("write to the workspace", ".", "is a folder"),
        write("write the root's name again", "./", "is a folder"),
        edit("edit up", "../outside/secret.txt", "has `..` in it"),
        attempt(
            "list up",
            "list_directory",
            json!({"path": ".."}),
            "has `..` in it",
        ),
        attempt(
            "list absolute",
            "list_directory",
            json!({"path": "/etc"}),
            "is outside",
        ),
        attempt(
            "glob up",
            "glob",
            json!({"pattern": "*", "path": "../outside"}),
            "has `..` in it",
        ),
        attempt(
            "grep up",
            "grep",
            json!({"pattern": "S", "path": "../outside"}),
            "has `..` in it",
        ),
        attempt(
            "run up",
            "run_command",
            json!({"command": "pwd", "path": ".."}),
            "has `..` in it",
        ),
        attempt(
            "run absolute",
            "run_command",
            json!({"command": "pwd", "path": "/"}),
            "is outside",
        ),
        attempt(
            "run NUL",
            "run_command",
            json!({"command": "a\0b"}),
            "NUL byte",
        ),
    ])
    .await;
}

#[tokio::test]
async fn links_that_lead_out_are_refused() {
    let out = "leads outside the workspace by a symbolic link";
    let to_file = |folder: &Folder| folder.link(folder.outside("secret.txt"), "link");
    let to_folder = |folder: &Folder| folder.link(folder.outside(""), "link");
    let relative = |folder: &Folder| folder.link("../outside", "link");
    let chain = |folder: &Folder| {
        folder.link("two", "link");
        folder.link("three", "two");
        folder.link("../outside/secret.txt", "three");
    };
    let deep = |folder: &Folder| {
        folder.file("a/b/file", "");
        folder.link("../../../outside", "a/b/link");
    };
    let looped = |folder: &Folder| {
        folder.link("two", "link");
        folder.link("link", "two");
    };
    let dangling = |folder: &Folder| folder.link("../outside/new.txt", "link");
    let in_proc = |folder: &Folder| folder.link("/proc/self/cwd", "link");
    let list = |name, path: &str| attempt(name, "list_directory", json!({"path": path}), out);
    let grep = |name, path: &str| attempt(name, "grep", json!({"pattern": "S", "path": path}), out);
    check(&[
        read("file", "link", out).after(to_file),
        read("folder", "link/secret.txt", out).after(to_folder),
        read("relative", "link/secret.txt", out).after(relative),
        read("chain", "link", out).after(chain),
        read("deep", "a/b/link/secret.txt", out).after(deep),
        read("loop", "link", "cannot be opened").after(looped),
        read("magic link", "link/Cargo.toml", out).after(in_proc),
        write("write file", "link", "is a symbolic link").after(to_file),
        write("write folder", "link/new.txt", out).after(to_folder),
        write("write new folder", "link/new/new.txt", out).after(to_folder),
        write("write relative", "link/new.txt", out).after(relative),
        write("write dangling", "link", "is a symbolic link").after(dangling),
        edit("edit file", "link", "is a symbolic link").after(to_file),
        edit("edit folder", "link/secret.txt", out).after(to_folder),
        list("list folder", "link").after(to_folder),
        list("list deep", "a/b/link").after(deep),
        grep("grep file", "link").after(to_file),
        grep("grep folder", "link").after(to_folder),
        attempt(
            "glob folder",
            "glob",
            json!({"pattern": "*", "path": "link"}),
            out,
        )
        .after(to_folder),
        attempt(
            "run folder",
            "run_command",
            json!({"command": "ls", "path": "link"}),
            out,
        )
        .after(relative),
    ])
    .await;
}

fn pipe(folder: &Folder) {
    mknodat(CWD, folder.path("pipe"), FileType::Fifo, Mode::RWXU, 0).unwrap();
}

fn socket(folder: &Folder) {
    drop(UnixListener::bind(folder.path("socket")).unwrap());
}

#[tokio::test]
async fn what_is_no_plain_text_file_is_refused() {
    let odd = "is no regular file but a device, a socket or a pipe";
    let huge = |folder: &Folder| {
        let file = fs::File::create(folder.path("huge")).unwrap();
        file.set_len(1 << 40).unwrap();
    };
    let binary = |folder: &Folder| folder.file("binary", b"ab\0c");
    let latin = |folder: &Folder| folder.file("latin", b"caf\xe9");
    let below = |folder: &Folder| folder.file("a/b", "");
    let named = |folder: &Folder| {
        fs::write(folder.path("").join(OsStr::from_bytes(b"\xff\xfe")), "x").unwrap();
    };
    let linked = |folder: &Folder| {
        pipe(folder);
        folder.link("pipe", "link");
    };
    check(&[
        read("pipe", "pipe", odd).after(pipe),
        read("link to a pipe", "link", odd).after(linked),
        read("socket", "socket", odd).after(socket),
        read("huge", "huge", "is larger than 16 MiB").after(huge),
        read("binary", "binary", "is a binary file").after(binary),
        read("no UTF-8", "latin", "is not UTF-8 text").after(latin),
        read("name of no UTF-8", "\u{fffd}\u{fffd}", "cannot be opened").after(named),
        read("folder", "a", "is a folder").after(below),
        read("through a file", "a/b/c", "cannot be opened").after(below),
        write("write pipe", "pipe", odd).after(pipe),
        write("write socket", "socket", odd).after(socket),
        write("write folder", "a", "is a folder").after(below),
        edit("edit pipe", "pipe", odd).after(pipe),
        edit("edit binary", "binary", "is a binary file").after(binary),
        attempt(
            "grep pipe",
            "grep",
            json!({"pattern": "x", "path": "pipe"}),
            odd,
        )
        .after(pipe),
    ])
    .await;
}

#[tokio::test]
async fn devices_are_refused() {
    let workspace = Workspace::open("/dev").unwrap();
    for path in ["zero", "null", "/dev/zero", "tty"] {
        let error = call(&workspace, "read_file", json!({"path": path}))
            .await
            .unwrap_err();
        assert!(error.contains("a device"), "{path}: {error}");
        let write = json!({"path": path, "content": "x"});
        let error = call(&workspace, "write_file", write).await.unwrap_err();
        assert!(error.contains("a device"), "{path}: {error}");
    }
}

#[tokio::test]
async fn a_file_that_grows_while_it_is_read_is_cut_off_by_what_was_read() {
    // The file system says that this file is empty.
    let workspace = Workspace::open("/proc/self").unwrap();
    let text = call(&workspace, "read_file", json!({"path": "status"}))
        .await
        .unwrap();
    assert!(text.contains("Pid:"), "{text}");
    let folder = Folder::new();
    let file = fs::File::create(folder.path("huge")).unwrap();
    file.set_len(MAX_FILE + 1).unwrap();
    let error = folder
        .call("read_file", json!({"path": "huge"}))
        .await
        .unwrap_err();
    assert!(error.contains("is larger than"), "{error}");
}

#[tokio::test]
async fn walks_pass_over_links_pipes_and_names_that_cannot_be_told() {
    let folder = Folder::new();
    folder.link(folder.outside(""), "out");
    folder.link(folder.outside("secret.txt"), "file");
    folder.link(".", "again");
    pipe(&folder);
    socket(&folder);
    folder.file("a/b.txt", "S\n");
    fs::write(folder.path("").join(OsStr::from_bytes(b"\xff")), "S").unwrap();
    let found = folder.call("grep", json!({"pattern": "S"})).await.unwrap();
    assert_eq!(found, "a/b.txt:1:S\n");
    let found = folder.call("glob", json!({"pattern": "**"})).await.unwrap();
    assert_eq!(found, "a/b.txt\nagain\nfile\nout\npipe\nsocket");
    let listed = folder.call("list_directory", json!({})).await.unwrap();
    let expected =
        "a/\nagain@\nfile@\nout@\npipe|\nsocket|\n\u{fffd} (no UTF-8: cannot be opened) 1";
    assert_eq!(listed, expected);
}

#[tokio::test]
async fn ignore_rules_are_not_read_from_outside() {
    let folder = Folder::new();
    let rules = folder.parent.join("rules");
    fs::write(&rules, "hidden\n").unwrap();
    folder.link(&rules, ".gitignore");
    folder.file("hidden", "");
    let found = folder.call("glob", json!({"pattern": "*"})).await.unwrap();
    assert_eq!(found, ".gitignore\nhidden");
}

#[tokio::test]
async fn a_hard_link_is_not_written_through() {
    let folder = Folder::new();
    fs::hard_link(folder.outside("secret.txt"), folder.path("twin")).unwrap();
    let edits = json!([{"old": "SECRET", "new": "public"}]);
    folder
        .call("edit_file", json!({"path": "twin", "edits": edits}))
        .await
        .unwrap();
    assert_eq!(folder.text("twin"), "public\n");
    assert!(folder.is_safe());
}

#[tokio::test]
async fn links_that_stay_inside_are_followed() {
    let folder = Folder::new();
    folder.file("a/b.txt", "text\n");
    folder.link("a", "folder");
    folder.link("a/b.txt", "file");
    for path in ["file", "folder/b.txt"] {
        let text = folder
            .call("read_file", json!({"path": path}))
            .await
            .unwrap();
        assert_eq!(text, "1\ttext\n");
    }
    let edits = json!([{"old": "text", "new": "more"}]);
    folder
        .call("edit_file", json!({"path": "folder/b.txt", "edits": edits}))
        .await
        .unwrap();
    assert_eq!(folder.text("a/b.txt"), "more\n");
}
