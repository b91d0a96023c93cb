//! Help: one page a command, which is also the list of what the command takes.

use std::fmt;

/// A command's help.
pub(super) struct Page {
    pub(super) name: &'static str,
    pub(super) summary: &'static str,
    /// A single word that may follow, as the help names it.
    pub(super) word: Option<&'static str>,
    /// Whether words after `--` go to other programs.
    pub(super) forwards: bool,
    pub(super) flags: &'static [Flag],
    pub(super) text: &'static str,
}

pub(super) struct Flag {
    pub(super) name: &'static str,
    /// What follows it, as the help names it.
    pub(super) value: Option<&'static str>,
    pub(super) text: &'static str,
}

const BASE: Flag = Flag {
    name: "--base",
    value: Some("REV"),
    text: "Compare the changelog with this revision",
};

pub(super) const PAGES: &[Page] = &[
    Page {
        name: "check",
        summary: "All checks that need no tests: tidy, rules, format, clippy, docs",
        word: None,
        forwards: false,
        flags: &[
            Flag {
                name: "--full",
                value: None,
                text: "Also run cargo-deny, -hack, -semver-checks and -public-api",
            },
            BASE,
        ],
        text: "\
Runs the checks one after the other, prints how long each took, and stops at the
first that fails, naming its command.

With --full the optional tools follow. All of them are tried; the command fails if
one of them does, or is missing. A missing one is named with how to install it.
",
    },
    Page {
        name: "test",
        summary: "All tests: unit, integration, compile-fail and documentation",
        word: None,
        forwards: true,
        flags: &[
            Flag {
                name: "--servers",
                value: None,
                text: "Run only the tests against servers from npm and PyPI",
            },
            Flag {
                name: "--slow",
                value: None,
                text: "With --servers: also the server that is built from source",
            },
        ],
        text: "\
Needs nothing but Rust. After the tests, runs `cargo xtask corpus` on the project's
own cases, and on the recordings in ../shared/fixtures where there are any.

Words after -- go to the test programs, so this runs the tests with `frame` in their
name, shows what they print, and leaves the corpus out:

    cargo xtask test -- frame --nocapture

With --servers, runs a client against servers that somebody else wrote, and no other
tests. npm and pip install the servers below target/servers once. They listen on this
machine only, and are stopped at the end. CONTRIBUTING.md says more.
",
    },
    Page {
        name: "fuzz",
        summary: "Every fuzz target for a while, from seeds that the project makes",
        word: None,
        forwards: false,
        flags: &[
            Flag {
                name: "--seconds",
                value: Some("N"),
                text: "How long each target runs; 60 by default",
            },
            Flag {
                name: "--target",
                value: Some("NAME"),
                text: "Run only this target",
            },
        ],
        text: "\
Needs cargo-fuzz and a C++ compiler. Writes the seeds into fuzz/corpus, builds the
targets of fuzz/, and runs one after the other. All of them are run; the command
fails if one finds something. The input is then below fuzz/artifacts.
",
    },
    Page {
        name: "corpus",
        summary: "Recorded exchanges with providers, through every codec",
        word: Some("DIR"),
        forwards: false,
        flags: &[
            Flag {
                name: "--only",
                value: Some("TEXT"),
                text: "Only cases with this in PROTOCOL/CASE",
            },
            Flag {
                name: "--verbose",
                value: None,
                text: "Also name the cases of which something was not decided",
            },
        ],
        text: "\
DIR holds PROTOCOL/CASE/ with meta.json, the body of the response, and where they
exist request.json and oracle.json. Without DIR, the cases made for this project.

For each protocol: how many cases there are, and of how many these hold.

    decoded     the answer becomes a message, an error in it that error
    cuts        the same message, cut in two anywhere and one byte at a time
    truncation  cut between two events, it is truncated and never a normal end
    same        in pieces or whole, the same message
    replay      sent back, opaque values are as they came; others never get them
    request     read into ours and written again, it is the same JSON
    error       a refused request is an error of the right kind
    oracle      the vendor's own client found the same

3/4 means that one failed; 3/4/9 that five more could not be decided, for instance
because a request has what ours cannot say. The reasons follow the table. Failures
that are accepted stand in provider/tests/corpus/exceptions.txt, each with a reason;
one that no longer occurs is a failure.
",
    },
    Page {
        name: "bench",
        summary: "What a piece of an answer costs, against the same work by hand",
        word: None,
        forwards: false,
        flags: &[
            Flag {
                name: "--gate",
                value: None,
                text: "Fail when a limit on what is the same in every run is missed",
            },
            Flag {
                name: "--peers",
                value: None,
                text: "Measure other libraries too",
            },
            Flag {
                name: "--build",
                value: None,
                text: "Measure builds too: of the smallest program, and of 100 tools",
            },
        ],
        text: "\
Builds `bench/`, a workspace of its own, and prints a table of instructions,
allocations, processor time and memory. Instructions need valgrind; where it is
missing they are left out. Processor time and memory are printed and never a failure.
bench/README.md explains the table.
",
    },
    Page {
        name: "tidy",
        summary: "What the compiler does not check: sizes, crate edges, links, changelog",
        word: None,
        forwards: false,
        flags: &[
            Flag {
                name: "--bless",
                value: None,
                text: "Rewrite the committed list of core's crates",
            },
            BASE,
        ],
        text: "\
Prints each finding as path:line: what is wrong (how to mend it). CONTRIBUTING.md
explains the checks.

The changelog must change when the sources of a published crate do. The comparison
is with --base, else with XTASK_BASE from the environment, else with where this
branch left origin/main, else with the last tag; without any of these it is left
out, and tidy says so.
",
    },
    Page {
        name: "rules",
        summary: "The rules of docs/rules.md that no test names yet",
        word: None,
        forwards: false,
        flags: &[Flag {
            name: "--deny",
            value: Some("R-8,R-10"),
            text: "Fail if one of these rules has no test",
        }],
        text: "\
A test names the rule it proves in a comment: // R-12, or // R-12, R-13. Rules
without a test are listed by section; that alone is no failure. It is one when a rule
in docs/rules-held.txt has lost its test, or a test names a rule that does not exist.
",
    },
    Page {
        name: "release",
        summary: "A new version: numbers, changelog, commit, tag, registry",
        word: Some("major|minor|patch|X.Y.Z"),
        forwards: false,
        flags: &[
            Flag {
                name: "--execute",
                value: None,
                text: "Do it; without this, only print what would be done",
            },
            Flag {
                name: "--publish",
                value: None,
                text: "Also publish the crates, in the order of their dependencies",
            },
        ],
        text: "\
Without a version, takes the smallest one that the changelog allows: Breaking asks
for a major version (below 1.0 a minor one), Added for a minor one (below 1.0 a
patch), anything else for a patch. A smaller one is refused. A version that was never
tagged counts as not released yet and may be released as it is.

Refuses to start while something is not committed. Nothing leaves this machine without
--publish; pushing the commit and the tag is left to you.
",
    },
];

/// What `cargo xtask --help` prints.
pub(super) fn overview() -> String {
    let mut text = String::from(
        "The project's own commands. Before you send a change, run the first two.\n\n\
         Usage: cargo xtask COMMAND\n\nCommands:\n",
    );
    for page in PAGES {
        text += &format!("  {:<9}{}\n", page.name, page.summary);
    }
    text + "\n`cargo xtask COMMAND --help` explains one of them.\n"
}

impl fmt::Display for Page {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n", self.summary)?;
        write!(f, "Usage: cargo xtask {}", self.name)?;
        if let Some(word) = self.word {
            write!(f, " [{word}]")?;
        }
        for flag in self.flags {
            write!(f, " [{flag}]")?;
        }
        if self.forwards {
            write!(f, " [-- ARGUMENTS…]")?;
        }
        write!(f, "\n\n{}", self.text)?;
        if !self.flags.is_empty() {
            writeln!(f, "\nFlags:")?;
        }
        for flag in self.flags {
            writeln!(f, "  {:<18}{}", flag.to_string(), flag.text)?;
        }
        Ok(())
    }
}

impl fmt::Display for Flag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.value {
            Some(value) => write!(f, "{} {value}", self.name),
            None => f.write_str(self.name),
        }
    }
}
