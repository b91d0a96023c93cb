use super::*;

fn parsed(line: &str) -> Result<Command, String> {
    let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
    parse(&words).map_err(|failure| failure.to_string())
}

fn check(line: &str, expected: Command) {
    assert_eq!(parsed(line), Ok(expected), "of {line:?}");
}

fn refused(line: &str, expected: &str) {
    assert_eq!(parsed(line), Err(expected.to_owned()), "of {line:?}");
}

fn help(line: &str) -> String {
    match parsed(line) {
        Ok(Command::Help(text)) => text,
        other => panic!("{line:?} gave {other:?}"),
    }
}

#[test]
fn commands_and_their_flags() {
    check("check", Command::Check(Check::default()));
    let full = Check {
        full: true,
        base: Some("v1".to_owned()),
    };
    check("check --base v1 --full", Command::Check(full));
    let bless = Tidy {
        bless: true,
        base: Some("b".to_owned()),
    };
    check("tidy --base a --bless --base=b", Command::Tidy(bless));
    let deny = ["R-8", "R-10"].map(|id| id.parse().unwrap()).to_vec();
    check("rules --deny R-8,R-10", Command::Rules(Rules { deny }));
    check("test", Command::Test(Test::default()));
    check("corpus", Command::Corpus(Corpus::default()));
    let corpus = Corpus {
        folder: Some("a/b".into()),
        only: Some("groq/".to_owned()),
        verbose: true,
    };
    check("corpus a/b --only groq/ --verbose", Command::Corpus(corpus));
}

#[test]
fn servers_are_quick_unless_patience_is_asked_for() {
    let test = |servers| {
        Command::Test(Test {
            servers: Some(servers),
            ..Test::default()
        })
    };
    check("test --servers", test(Servers::Quick));
    check("test --slow --servers", test(Servers::All));
    refused("test --slow", "`--slow` goes with `--servers`");
}

#[test]
fn fuzzing_has_a_bound() {
    let fuzz = |seconds, target: Option<&str>| {
        let target = target.map(str::to_owned);
        Command::Fuzz(Fuzz { seconds, target })
    };
    check("fuzz", fuzz(60, None));
    check("fuzz --seconds 5 --target sse", fuzz(5, Some("sse")));
    refused("fuzz --seconds 0", "`0` is no number of seconds");
    refused("fuzz --seconds soon", "`soon` is no number of seconds");
}

#[test]
fn words_after_two_dashes_are_passed_on_untouched() {
    let forwarded = ["frame", "--help", "--", "-x"].map(str::to_owned).to_vec();
    check(
        "test -- frame --help -- -x",
        Command::Test(Test {
            servers: None,
            forwarded,
        }),
    );
}

#[test]
fn a_release_is_a_dry_run_of_what_is_needed_unless_told_otherwise() {
    check("release", Command::Release(Release::default()));
    assert_eq!(Release::default().wanted, Wanted::Needed);
    let minor = Release {
        wanted: "minor".parse().unwrap(),
        execute: true,
        publish: true,
    };
    check("release minor --execute --publish", Command::Release(minor));
    let exact = Release {
        wanted: "2.0.1".parse().unwrap(),
        ..Release::default()
    };
    check("release 2.0.1", Command::Release(exact));
}

#[test]
fn what_is_not_known_is_answered_with_the_nearest_name() {
    refused("chekc", "unknown command `chekc`; did you mean `check`?");
    refused(
        "deploy",
        "unknown command `deploy`; `cargo xtask --help` lists all",
    );
    refused("help tydy", "unknown command `tydy`; did you mean `tidy`?");
    refused(
        "tidy --bles",
        "unknown flag `--bles`; did you mean `--bless`?",
    );
    refused(
        "test --hlep",
        "unknown flag `--hlep`; did you mean `--help`?",
    );
    refused(
        "rules -x",
        "unknown flag `-x`; `cargo xtask rules --help` lists all",
    );
}

#[test]
fn what_does_not_fit_is_refused() {
    refused("tidy --base", "`--base` needs a value: REV");
    refused("check --full=yes", "`--full` takes no value");
    refused("check now", "`cargo xtask check` does not take `now`");
    refused(
        "release minor major",
        "`cargo xtask release` does not take `major`",
    );
    refused(
        "rules --deny R-x",
        "`R-x` is not a rule; a rule is written `R-12`",
    );
    let hint =
        "`cargo xtask test` does not take `frame`; put arguments for the test programs after `--`";
    refused("test frame", hint);
    let versions =
        "`huge` is not a version; give `major`, `minor`, `patch` or numbers such as `1.2.3`";
    refused("release huge", versions);
}

#[test]
fn every_page_leads_to_a_command() {
    for page in PAGES {
        assert!(!matches!(parsed(page.name), Ok(Command::Help(_)) | Err(_)));
        let text = help(&format!("{} --help", page.name));
        assert_eq!(text, help(&format!("help {}", page.name)));
        assert_eq!(text, help(&format!("{} -h", page.name)));
        assert!(
            text.lines().all(|line| line.chars().count() <= 88),
            "{text}"
        );
    }
}

#[test]
fn the_overview() {
    let expected = "\
The project's own commands. Before you send a change, run the first two.

Usage: cargo xtask COMMAND

Commands:
  check    All checks that need no tests: tidy, rules, format, clippy, docs
  test     All tests: unit, integration, compile-fail and documentation
  fuzz     Every fuzz target for a while, from seeds that the project makes
  corpus   Recorded exchanges with providers, through every codec
  bench    What a piece of an answer costs, against the same work by hand
  tidy     What the compiler does not check: sizes, crate edges, links, changelog
  rules    The rules of docs/rules.md that no test names yet
  release  A new version: numbers, changelog, commit, tag, registry

`cargo xtask COMMAND --help` explains one of them.
";
    for line in ["", "help", "--help", "-h"] {
        assert_eq!(help(line), expected);
    }
}

#[test]
fn a_page() {
    let expected = "\
All tests: unit, integration, compile-fail and documentation

Usage: cargo xtask test [--servers] [--slow] [-- ARGUMENTS…]

Needs nothing but Rust. After the tests, runs `cargo xtask corpus` on the project's
own cases, and on the recordings in ../shared/fixtures where there are any.

Words after -- go to the test programs, so this runs the tests with `frame` in their
name, shows what they print, and leaves the corpus out:

    cargo xtask test -- frame --nocapture

With --servers, runs a client against servers that somebody else wrote, and no other
tests. npm and pip install the servers below target/servers once. They listen on this
machine only, and are stopped at the end. CONTRIBUTING.md says more.

Flags:
  --servers         Run only the tests against servers from npm and PyPI
  --slow            With --servers: also the server that is built from source
";
    assert_eq!(help("test --help"), expected);
}

#[test]
fn a_page_with_flags() {
    let expected = "\
The rules of docs/rules.md that no test names yet

Usage: cargo xtask rules [--deny R-8,R-10]

A test names the rule it proves in a comment: // R-12, or // R-12, R-13. Rules
without a test are listed by section; that alone is no failure. It is one when a rule
in docs/rules-held.txt has lost its test, or a test names a rule that does not exist.

Flags:
  --deny R-8,R-10   Fail if one of these rules has no test
";
    assert_eq!(help("rules --help"), expected);
}
