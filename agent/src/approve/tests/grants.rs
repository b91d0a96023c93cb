use std::time::{Duration, SystemTime};

use proptest::prelude::*;

use super::{pending, spec, with_text};
use crate::approve::{
    Decision, Grant, Grants, Keep, Level, Memory, PendingCall, Question, Scope, Within,
};

const NOW: SystemTime = SystemTime::UNIX_EPOCH;

/// What a limit says of a text: that it lies inside, outside, or that it is not sure.
fn check(within: Within, cases: &[(&str, &str)]) {
    let scope = Scope::tool("tool").within("it", within);
    for (text, expected) in cases {
        let call = with_text("it", text);
        let found = match (scope.covers(&call), scope.may_cover(&call)) {
            (true, true) => "inside",
            (false, true) => "unsure",
            (false, false) => "outside",
            (true, false) => "both",
        };
        assert_eq!(found, *expected, "`{text}` in {:?}", scope.limits);
    }
}

// R-63
#[test]
fn a_path_lies_below_another_by_its_parts() {
    let cases = [
        ("/a/b", "inside"),
        ("/a/b/", "inside"),
        ("/a/b/c", "inside"),
        ("//a///b/./c", "inside"),
        ("/a/b/...", "inside"),
        ("/a/bc", "outside"),
        ("/a/b c", "outside"),
        ("/a", "outside"),
        ("/", "outside"),
        ("/c/a/b", "outside"),
        ("a/b", "unsure"),
        ("/a/b/../c", "unsure"),
        ("/a/b/..", "unsure"),
        ("/x/../a/b", "unsure"),
        ("/A/b/c", "unsure"),
        ("/a/b\\..\\c", "unsure"),
        ("~/a/b", "unsure"),
        ("C:/a/b", "unsure"),
        ("/a/b/c:stream", "unsure"),
        ("/a/b\0/c", "unsure"),
        ("", "unsure"),
    ];
    check(Within::Path("/a/b".into()), &cases);
    let relative = [
        ("src/lib.rs", "inside"),
        ("./src/lib.rs", "inside"),
        ("src", "inside"),
        ("srcs/lib.rs", "outside"),
        ("/src/lib.rs", "unsure"),
        ("src/../Cargo.toml", "unsure"),
    ];
    check(Within::Path("src".into()), &relative);
    check(Within::Path("./src/".into()), &relative);
    check(
        Within::Path(".".into()),
        &[("a/b", "inside"), ("/a", "unsure"), ("..", "unsure")],
    );
    check(Within::Path("../a".into()), &[("../a/b", "unsure")]);
    check(
        Within::Path("".into()),
        &[("a", "unsure"), ("/a", "unsure")],
    );
}

// R-63
#[test]
fn a_url_lies_below_a_domain_by_whole_labels() {
    let cases = [
        ("https://example.com", "inside"),
        ("https://example.com/a?b#c", "inside"),
        ("HTTPS://EXAMPLE.COM./", "inside"),
        ("http://example.com:80/", "inside"),
        ("https://api.example.com", "inside"),
        ("https://myexample.com", "outside"),
        ("https://example.com.evil.net", "outside"),
        ("https://example.co", "outside"),
        ("https://evil.net/example.com", "outside"),
        ("https://evil.net?example.com", "outside"),
        ("https://evil.net#.example.com", "outside"),
        ("https://example.com:8443", "outside"),
        ("https://user@example.com", "unsure"),
        ("https://example.com@evil.net", "unsure"),
        ("https://example.com:pass@evil.net", "unsure"),
        ("https://evil.net\\.example.com", "unsure"),
        ("https://evil.net/\\@example.com", "unsure"),
        ("https:\\\\example.com", "unsure"),
        ("https:/example.com", "unsure"),
        ("//example.com", "unsure"),
        ("ftp://example.com", "unsure"),
        (" https://example.com", "unsure"),
        ("https://example.com\n", "unsure"),
        ("https://exa%6dple.com", "unsure"),
        ("https://exämple.com", "unsure"),
        ("https://example..com", "unsure"),
        ("https://example.com:", "unsure"),
        ("https://[::1]/", "unsure"),
        ("https://127.0.0.1/", "unsure"),
        ("https://2130706433/", "unsure"),
        ("https:///example.com", "unsure"),
    ];
    check(Within::Domain("example.com".into()), &cases);
    check(
        Within::Domain("Example.com".into()),
        &[("https://example.com", "inside")],
    );
    check(
        Within::Domain("".into()),
        &[("https://example.com", "outside")],
    );
    let host = [
        ("https://example.com/a", "inside"),
        ("https://api.example.com", "outside"),
        ("https://example.com:444", "outside"),
    ];
    check(Within::Host("example.com".into()), &host);
    let port = [
        ("http://example.com:8080/", "inside"),
        ("http://example.com/", "outside"),
    ];
    check(Within::Host("example.com:8080".into()), &port);
}

// R-63
#[test]
fn a_command_begins_with_words_and_holds_nothing_for_a_shell() {
    let cases = [
        ("git status", "inside"),
        ("git  status --short", "inside"),
        ("git statusx", "outside"),
        ("git stash", "outside"),
        ("gitstatus", "outside"),
        ("sudo git status", "outside"),
        ("git", "outside"),
        ("git status; rm -rf .", "unsure"),
        ("git status && rm x", "unsure"),
        ("git status | sh", "unsure"),
        ("git status > x", "unsure"),
        ("git status $(rm x)", "unsure"),
        ("git status `rm x`", "unsure"),
        ("git status\nrm x", "unsure"),
        ("git status & rm x", "unsure"),
        ("git status *", "unsure"),
        ("git 'status'", "unsure"),
        ("git status # x", "unsure"),
        ("X=1 git status", "unsure"),
        ("git\tstatus", "unsure"),
        ("git status é", "unsure"),
        ("", "unsure"),
    ];
    check(Within::Command("git status".into()), &cases);
    check(Within::Command("".into()), &[("rm x", "outside")]);
}

// R-63
#[test]
fn lists_lie_inside_only_if_all_of_their_items_do() {
    let scope = Scope::tool("tool").path("paths", "src");
    let found = |json: &str| {
        let call = pending("tool", json);
        (scope.covers(&call), scope.may_cover(&call))
    };
    assert_eq!(found(r#"{"paths":["src/a","src/b"]}"#), (true, true));
    assert_eq!(found(r#"{"paths":["src/a","etc"]}"#), (false, true));
    assert_eq!(found(r#"{"paths":["etc"]}"#), (false, false));
    assert_eq!(found(r#"{"paths":[]}"#), (false, true));
    assert_eq!(found(r#"{"paths":[["src"]]}"#), (false, true));
    assert_eq!(found(r#"{"paths":7}"#), (false, true));
    assert_eq!(found("{}"), (false, true));
    assert_eq!(found(r#"{"paths":"src","paths":"etc"}"#), (false, true));
    assert_eq!(found(r#"{"paths":"etc","paths":"src"}"#), (false, true));
    assert_eq!(found(r#"{"paths":"src""#), (false, true));
    let words = Scope::tool("tool").command("argv", "git log");
    assert!(words.covers(&pending("tool", r#"{"argv":["git","log","a; b"]}"#)));
    assert!(!words.may_cover(&pending("tool", r#"{"argv":["git log"]}"#)));
}

// R-63
#[test]
fn a_grant_is_for_its_tool_level_and_call_alone() {
    let call = pending("read", r#"{"path":"a"}"#);
    let mut reading = call.clone();
    reading.spec = spec("read").read_only();
    let decide = |grant: &Grant, call: &PendingCall| grant.decide(call, NOW);
    let for_tool = Grant::allow(Scope::tool("read"));
    assert_eq!(decide(&for_tool, &call), Some(Decision::Allow));
    assert_eq!(decide(&for_tool, &pending("reader", "{}")), None);
    let for_readers = for_tool.level(Level::ReadOnly);
    assert_eq!(decide(&for_readers, &call), None);
    assert_eq!(decide(&for_readers, &reading), Some(Decision::Allow));
    let for_call = Grant::allow(Scope::exactly(&call));
    assert_eq!(
        decide(&for_call, &pending("read", r#"{ "path" : "\u0061" }"#)),
        Some(Decision::Allow)
    );
    assert_eq!(decide(&for_call, &pending("read", r#"{"path":"b"}"#)), None);
    assert_eq!(
        decide(&for_call, &pending("write", r#"{"path":"a"}"#)),
        None
    );
}

// R-63
#[test]
fn a_grant_ends_at_its_time_by_the_clock_it_is_given() {
    let now = std::sync::Arc::new(std::sync::Mutex::new(NOW));
    let clock = {
        let now = now.clone();
        move || *now.lock().unwrap()
    };
    let until = NOW + Duration::from_secs(60);
    let grant = Grant::allow(Scope::tool("tool"))
        .keep(Keep::Always)
        .until(until);
    let memory = Memory::with_clock(Grants::new().with(grant), clock);
    let call = pending("tool", "{}");
    let steps = [(0, true), (59, true), (60, false), (61, false)];
    for (seconds, allowed) in steps {
        *now.lock().unwrap() = NOW + Duration::from_secs(seconds);
        assert_eq!(memory.decide(&call).is_some(), allowed, "after {seconds} s");
        assert_eq!(memory.lasting().iter().count(), usize::from(allowed));
    }
}

// R-63
#[test]
fn grants_are_stored_and_only_those_for_always_outlive_the_session() {
    let session = Grant::allow(Scope::tool("a").command("command", "git status"));
    let always =
        Grant::deny(Scope::tool("b").domain("url", "example.com"), "no").keep(Keep::Always);
    let grants = Grants::new()
        .with(session)
        .with(always.clone())
        .with(always.clone());
    let json = serde_json::to_string(&grants).unwrap();
    assert_eq!(serde_json::from_str::<Grants>(&json).unwrap(), grants);
    assert_eq!(grants.iter().count(), 2);
    assert_eq!(grants.lasting(NOW), Grants::new().with(always));
}

#[test]
fn suggestions_go_from_narrow_to_wide() {
    let question = Question::new(with_text("path", "src/a/b.rs"));
    let scopes: Vec<&Scope> = question
        .suggestions
        .iter()
        .map(|grant| &grant.scope)
        .collect();
    let folder = Scope::tool("tool").path("path", "src/a");
    assert_eq!(scopes, [&Scope::exactly(&question.pending), &folder]);

    let place = |argument: &str, text: &str| {
        let question = Question::new(with_text(argument, text));
        question
            .suggestions
            .get(1)
            .map(|grant| grant.scope.limits[0].within.clone())
    };
    assert_eq!(
        place("path", "/etc/hosts"),
        Some(Within::Path("/etc".into()))
    );
    assert_eq!(
        place("path", "Cargo.toml"),
        Some(Within::Path("Cargo.toml".into()))
    );
    assert_eq!(place("path", "a/../b"), None);
    assert_eq!(
        place("url", "https://docs.rs/x"),
        Some(Within::Host("docs.rs".into()))
    );
    assert_eq!(place("url", "https://a@docs.rs/x"), None);
    assert_eq!(
        place("command", "cargo test -p x"),
        Some(Within::Command("cargo test".into()))
    );
    assert_eq!(
        place("command", "ls -la"),
        Some(Within::Command("ls".into()))
    );
    assert_eq!(place("command", "ls | sh"), None);
    assert_eq!(place("city", "Oslo"), None);
}

#[test]
fn no_place_is_suggested_that_leaves_another_one_open() {
    let both = pending("tool", r#"{"path":"a/b","url":["https://docs.rs"]}"#);
    assert_eq!(Question::new(both).suggestions.len(), 1);
    let mut absent = pending("tool", r#"{"path":"a/b"}"#);
    let schema = serde_json::json!({"type": "object", "properties": {"path": {}, "command": {}}});
    absent.spec.parameters = windlass_core::Schema::from_value(schema).unwrap();
    assert_eq!(Question::new(absent).suggestions.len(), 1);
}

fn segment() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("..".to_owned()),
        Just(".".to_owned()),
        Just(String::new()),
        "[abA]{1,2}",
    ]
}

fn path() -> impl Strategy<Value = String> {
    prop::collection::vec(segment(), 1..5).prop_map(|parts| parts.join("/"))
}

/// Where a path leads in a file system without links.
fn lead(path: &str) -> Vec<&str> {
    let mut names = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                names.pop();
            }
            name => names.push(name),
        }
    }
    names
}

proptest! {
    // R-63
    #[test]
    fn what_a_path_grant_covers_leads_below_it(prefix in path(), path in path()) {
        let scope = Scope::tool("tool").path("path", prefix.clone());
        let call = with_text("path", &path);
        let below = lead(&path).starts_with(&lead(&prefix));
        let same_kind = path.starts_with('/') == prefix.starts_with('/');
        prop_assert!(!scope.covers(&call) || (below && same_kind), "{} in {}", path, prefix);
        prop_assert!(scope.may_cover(&call) || !below, "{} outside {}", path, prefix);
    }

    // R-63
    #[test]
    fn what_is_suggested_covers_the_call(argument in "path|url|command|other", text in "[a-b ./:;-]{0,8}|https?://[a-b.]{1,6}(/[a-b])?") {
        let question = Question::new(with_text(&argument, &text));
        for grant in &question.suggestions {
            prop_assert!(grant.scope.covers(&question.pending), "{:?}", grant);
        }
    }

    // R-63
    #[test]
    fn more_conditions_and_earlier_ends_never_allow_more(path in path(), prefix in path(), seconds in 0..3_u64) {
        let call = with_text("path", &path);
        let wide = Grant::allow(Scope::tool("tool"));
        let narrow = Grant::allow(Scope::tool("tool").path("path", prefix)).until(NOW + Duration::from_secs(1));
        let now = NOW + Duration::from_secs(seconds);
        prop_assert!(wide.decide(&call, now).is_some());
        prop_assert!(seconds < 1 || narrow.decide(&call, now).is_none());
        let denied = Grants::new().with(wide).with(Grant::deny(Scope::exactly(&call), "no")).with(narrow);
        prop_assert_eq!(denied.decide(&call, now), Some(Decision::deny("no")));
    }
}
