//! No task without an owner, and no sleeping thread.
//!
//! Clippy's `disallowed_methods` says the same of what it compiles; this also sees code behind features and targets
//! that nobody compiled.

use crate::finding::Finding;
use crate::syntax;
use crate::tree::{File, Tree};

struct Forbidden {
    /// The end of its path.
    path: [&'static str; 2],
    mend: &'static str,
}

const OWNED: &str = "put the task into a `JoinSet` owned by what it serves";

const FORBIDDEN: &[Forbidden] = &[
    Forbidden {
        path: ["tokio", "spawn"],
        mend: OWNED,
    },
    Forbidden {
        path: ["task", "spawn"],
        mend: OWNED,
    },
    Forbidden {
        path: ["thread", "sleep"],
        mend: "wait for what is awaited; time is tokio's clock",
    },
];

/// A use that stays, and why.
struct Allowed {
    file: &'static str,
    call: &'static str,
    #[allow(dead_code, reason = "read by whoever reviews this list")]
    reason: &'static str,
}

const ALLOWED: &[Allowed] = &[Allowed {
    file: "xtask/src/servers/running.rs",
    call: "thread::sleep",
    reason: "a foreign server gives no sign when it is ready, so it is asked again and again",
}];

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    judge(tree, ALLOWED)
}

fn judge(tree: &Tree, allowed: &[Allowed]) -> Vec<Finding> {
    let uses: Vec<Use<'_>> = tree.sources().flat_map(uses).collect();
    let covers = |allowed: &Allowed, found: &Use<'_>| {
        allowed.file == found.file && allowed.call == found.call
    };
    let is_allowed = |found: &&Use<'_>| allowed.iter().any(|entry| covers(entry, found));
    // This program also runs on workspaces that do not have the file.
    let is_stale = |entry: &&Allowed| {
        tree.text(entry.file).is_some() && !uses.iter().any(|found| covers(entry, found))
    };
    let wrong = uses.iter().filter(|found| !is_allowed(found));
    let stale = allowed.iter().filter(is_stale);
    wrong
        .map(|found| {
            let message = format!("`{}` without an owner", found.call);
            Finding::new((found.file, found.line), message, found.mend)
        })
        .chain(stale.map(|entry| {
            let message = format!("`{}` is allowed here but not used", entry.call);
            Finding::new((entry.file, 1), message, "take it out of `tidy/spawns.rs`")
        }))
        .collect()
}

struct Use<'a> {
    file: &'a str,
    line: usize,
    call: String,
    mend: &'static str,
}

fn uses<'a>((file, text): (&'a File, &'a str)) -> Vec<Use<'a>> {
    let code = syntax::code(text);
    let mut found = Vec::new();
    for path in code.windows(4) {
        let [first, colon, second_colon, last] = path else {
            continue;
        };
        if !colon.is(":") || !second_colon.is(":") {
            continue;
        }
        let same = |rule: &&Forbidden| first.is(rule.path[0]) && last.is(rule.path[1]);
        if let Some(rule) = FORBIDDEN.iter().find(same) {
            found.push(Use {
                file: &file.path,
                line: first.line,
                call: rule.path.join("::"),
                mend: rule.mend,
            });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::expect;

    #[test]
    fn tasks_without_an_owner_are_found() {
        let source = "tokio::spawn(x);\ntokio::task::spawn(x);\nstd::thread\n::sleep(t);\nuse tokio::spawn;\n";
        let task = "without an owner (put the task into a `JoinSet` owned by what it serves)";
        let expected = [
            format!("a.rs:1: `tokio::spawn` {task}"),
            format!("a.rs:2: `task::spawn` {task}"),
            "a.rs:3: `thread::sleep` without an owner (wait for what is awaited; time is tokio's clock)".to_owned(),
            format!("a.rs:5: `tokio::spawn` {task}"),
        ];
        expect(
            check,
            &[("a.rs", source)],
            &expected.each_ref().map(String::as_str),
        );
    }

    #[test]
    fn owned_tasks_comments_and_strings_are_left_alone() {
        let source = "set.spawn(x); tokio::time::sleep(t); // tokio::spawn(x)\n\"tokio::spawn\"; thread::sleeper();";
        expect(check, &[("a.rs", source)], &[]);
    }

    #[test]
    fn an_allowance_covers_one_call_in_one_file_and_must_be_used() {
        let allowed = |file, call| Allowed {
            file,
            call,
            reason: "a test",
        };
        let tree = Tree::of(&[("a.rs", "tokio::spawn(x);"), ("b.rs", "tokio::spawn(x);")]);
        let list = [
            allowed("a.rs", "tokio::spawn"),
            allowed("b.rs", "thread::sleep"),
        ];
        let found: Vec<String> = judge(&tree, &list).iter().map(Finding::to_string).collect();
        let expected = [
            format!("b.rs:1: `tokio::spawn` without an owner ({OWNED})"),
            "b.rs:1: `thread::sleep` is allowed here but not used (take it out of `tidy/spawns.rs`)".to_owned(),
        ];
        assert_eq!(found, expected);
    }
}
