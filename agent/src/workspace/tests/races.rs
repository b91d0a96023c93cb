//! Names that change what they stand for between two steps of a tool.

use std::sync::atomic::AtomicBool;
use std::time::Duration;

use rustix::fs::{CWD, FileType, Mode, RenameFlags, mknodat, renameat_with};

use super::*;

/// Swaps a folder of the workspace for a link to the folder outside, over and over, while tools are called.
fn while_swapping(folder: &Folder, calls: impl FnOnce()) {
    let done = AtomicBool::new(false);
    let (one, two) = (folder.path("dir"), folder.path("link"));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                renameat_with(CWD, &one, CWD, &two, RenameFlags::EXCHANGE).unwrap();
            }
        });
        let called = std::panic::catch_unwind(std::panic::AssertUnwindSafe(calls));
        done.store(true, Ordering::Relaxed);
        if let Err(panic) = called {
            std::panic::resume_unwind(panic);
        }
    });
}

#[test]
fn a_folder_that_becomes_a_link_leads_nowhere() {
    let folder = Folder::new();
    folder.file("dir/secret.txt", "inside\n");
    folder.link(folder.outside(""), "link");
    let workspace = folder.workspace();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let calls = [
        ("read_file", json!({"path": "dir/secret.txt"})),
        ("grep", json!({"pattern": "."})),
        ("grep", json!({"pattern": ".", "path": "dir"})),
        ("write_file", json!({"path": "dir/new.txt", "content": "x"})),
        (
            "edit_file",
            json!({"path": "dir/secret.txt", "edits": [{"old": "inside", "new": "inside inside"}]}),
        ),
        ("glob", json!({"pattern": "**", "path": "dir"})),
    ];
    let (mut allowed, mut refused) = (0, 0);
    while_swapping(&folder, || {
        for (name, arguments) in std::iter::repeat_n(&calls, 60).flatten() {
            let answer = runtime.block_on(call(&workspace, name, arguments.clone()));
            match &answer {
                Ok(_) => allowed += 1,
                Err(_) => refused += 1,
            }
            let text = answer.unwrap_or_else(|error| error);
            assert!(!text.contains("SECRET"), "{name}: {text}");
            assert!(folder.is_safe(), "{name}");
        }
    });
    // Both faces of the name were seen.
    assert!(
        allowed > 0 && refused > 0,
        "{allowed} allowed, {refused} refused"
    );
}

#[test]
fn two_edits_of_one_file_both_survive() {
    let folder = Folder::new();
    folder.file("a", "one\ntwo\n");
    folder.link("a", "unused");
    folder.file("dir/x", "");
    folder.link("..", "dir/up");
    let workspace = folder.workspace();
    for _ in 0..50 {
        folder.file("a", "one\ntwo\n");
        std::thread::scope(|scope| {
            for (path, word) in [("a", "one"), ("dir/up/a", "two")] {
                let workspace = &workspace;
                scope.spawn(move || {
                    let runtime = tokio::runtime::Builder::new_current_thread()
                        .build()
                        .unwrap();
                    let edits = json!([{"old": word, "new": word.to_uppercase()}]);
                    let arguments = json!({"path": path, "edits": edits});
                    runtime
                        .block_on(call(workspace, "edit_file", arguments))
                        .unwrap();
                });
            }
        });
        assert_eq!(folder.text("a"), "ONE\nTWO\n");
    }
}

#[test]
fn a_file_that_becomes_a_pipe_is_not_waited_for() {
    let folder = Folder::new();
    folder.file("dir", "text\n");
    mknodat(CWD, folder.path("link"), FileType::Fifo, Mode::RWXU, 0).unwrap();
    let workspace = folder.workspace();
    let (sender, answers) = std::sync::mpsc::channel();
    while_swapping(&folder, || {
        // Not of this scope: where the pipe is waited for, the thread never ends.
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .build()
                .unwrap();
            for _ in 0..2000 {
                let answer =
                    runtime.block_on(call(&workspace, "read_file", json!({"path": "dir"})));
                if sender.send(answer).is_err() {
                    return;
                }
            }
        });
        let next = || {
            answers
                .recv_timeout(Duration::from_secs(20))
                .map_err(|error| error.to_string())
        };
        let all: Vec<_> = std::iter::repeat_with(next)
            .take(2000)
            .take_while(Result::is_ok)
            .collect();
        assert_eq!(all.len(), 2000, "it waits for the pipe");
        let read = all.iter().flatten().filter(|answer| answer.is_ok()).count();
        assert!((1..2000).contains(&read), "{read} reads met the file");
    });
}
