use std::fmt::Write as _;
use std::io;
use std::ops::ControlFlow;

use cap_std::fs::File;
use globset::GlobMatcher;
use grep_regex::{RegexMatcher, RegexMatcherBuilder};
use grep_searcher::{BinaryDetection, Searcher, SearcherBuilder, Sink, SinkContext, SinkMatch};
use schemars::JsonSchema;
use serde::Deserialize;
use windlass_core::{CancellationToken, Safety, ToolError, ToolOutput, ToolSpec};

use super::action::Action;
use super::place::Place;
use super::root::{Root, open_regular};
use super::walk::{Ignored, Walked, walk};
use super::{glob, text};

/// How many lines match before the search ends.
const MATCHES: usize = 200;

/// How much a search shows, in bytes.
const BYTES: usize = 200_000;

/// How much memory a pattern or a line may take, in bytes.
const MEMORY: usize = 10 << 20;

#[derive(Clone, Copy)]
pub(super) struct Grep;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Arguments {
    /// A regular expression in the syntax of Rust's `regex`, matched against each line.
    pattern: String,
    /// The file or folder to search; the workspace if not given.
    path: Option<String>,
    /// Only searches files whose paths from that folder look like this, such as `**/*.rs`.
    glob: Option<String>,
    /// Takes capital and small letters as the same.
    #[serde(default)]
    ignore_case: bool,
    /// How many lines to show before and after each match.
    #[serde(default)]
    #[schemars(range(max = 20))]
    context: usize,
}

impl Action for Grep {
    type Arguments = Arguments;

    const NAME: &'static str = "grep";
    const DESCRIPTION: &'static str = "Searches the text files of the workspace for lines that match a regular expression, \
         without what `.gitignore` excludes. Shows `path:line:text` for a match and `path-line-text` for a line around \
         one.";

    fn describe(spec: ToolSpec) -> ToolSpec {
        spec.read_only().with_safety(Safety::Exclusive)
    }

    /// What is found depends on every change, so it waits for all.
    fn safety(_: &Root, _: &Arguments) -> Safety {
        Safety::Exclusive
    }

    fn run(
        root: &Root,
        arguments: Arguments,
        cancel: &CancellationToken,
    ) -> Result<ToolOutput, ToolError> {
        let start = root.locate(arguments.path.as_deref().unwrap_or("."))?;
        let files = arguments.glob.as_deref().map(glob::compile).transpose()?;
        let mut search = Search::new(&arguments)?;
        if root.metadata(&start)?.is_dir() {
            search.below(root, &start, (files, cancel))?;
        } else {
            search.file(root.file(&start)?, &start);
        }
        Ok(search.page().into())
    }
}

struct Search {
    matcher: RegexMatcher,
    searcher: Searcher,
    found: Lines,
    walked: Walked,
}

impl Search {
    fn new(arguments: &Arguments) -> Result<Self, ToolError> {
        let matcher = RegexMatcherBuilder::new()
            .case_insensitive(arguments.ignore_case)
            .size_limit(MEMORY)
            .dfa_size_limit(MEMORY)
            .line_terminator(Some(b'\n'))
            .build(&arguments.pattern)
            .map_err(|error| ToolError::failed(error.to_string()))?;
        let context = arguments.context.min(20);
        let searcher = SearcherBuilder::new()
            .binary_detection(BinaryDetection::quit(0))
            .heap_limit(Some(MEMORY))
            .before_context(context)
            .after_context(context)
            .build();
        Ok(Search {
            matcher,
            searcher,
            found: Lines::default(),
            walked: Walked::Whole,
        })
    }

    fn below(
        &mut self,
        root: &Root,
        start: &Place,
        (files, cancel): (Option<GlobMatcher>, &CancellationToken),
    ) -> Result<(), ToolError> {
        let skipped = if start.is_top() {
            0
        } else {
            start.as_str().len() + 1
        };
        let wanted = |path: &str| {
            let path = path.get(skipped..).unwrap_or_default();
            files.as_ref().is_none_or(|files| files.is_match(path))
        };
        self.walked = walk(root, start, (Ignored::Skipped, cancel), &mut |found| {
            if !found.is_file || !wanted(found.place.as_str()) {
                return ControlFlow::Continue(());
            }
            // What has become something else in the meantime is passed over, like what never was a file.
            if let Ok(file) = open_regular(found.folder, found.name, found.place) {
                self.file(file, found.place);
            }
            match self.found.is_full() {
                true => ControlFlow::Break(()),
                false => ControlFlow::Continue(()),
            }
        })?;
        Ok(())
    }

    fn file(&mut self, file: File, place: &Place) {
        self.found.place = place.to_string();
        let searched = self
            .searcher
            .search_file(&self.matcher, &file.into_std(), &mut self.found);
        if searched.is_err() {
            self.found.unread += 1;
        }
    }

    fn page(self) -> String {
        let mut page = self.found.text;
        if page.is_empty() {
            page.push_str("[no line matches]\n");
        }
        // Writing to a string does not fail.
        if self.found.unread > 0 {
            let _ = writeln!(page, "[{} files could not be searched]", self.found.unread);
        }
        if self.walked == Walked::Cut {
            page.push_str("[not everything was looked at; name a folder]\n");
        }
        if self.walked == Walked::Stopped || self.found.is_full {
            page.push_str("[there may be more; use a narrower pattern, `path` or `glob`]\n");
        }
        page
    }
}

/// The lines to show.
#[derive(Default)]
struct Lines {
    place: String,
    text: String,
    matches: usize,
    unread: usize,
    is_full: bool,
}

impl Lines {
    fn push(&mut self, sign: char, number: Option<u64>, line: &[u8]) {
        let line = String::from_utf8_lossy(line);
        let line = text::shown(&line);
        // Writing to a string does not fail.
        let _ = writeln!(
            self.text,
            "{}{sign}{}{sign}{line}",
            self.place,
            number.unwrap_or(0)
        );
    }

    fn is_full(&mut self) -> bool {
        self.is_full |= self.matches >= MATCHES || self.text.len() > BYTES;
        self.is_full
    }
}

impl Sink for &mut Lines {
    type Error = io::Error;

    fn matched(&mut self, _: &Searcher, found: &SinkMatch<'_>) -> Result<bool, io::Error> {
        self.push(':', found.line_number(), found.bytes());
        self.matches += 1;
        Ok(!self.is_full())
    }

    fn context(&mut self, _: &Searcher, found: &SinkContext<'_>) -> Result<bool, io::Error> {
        self.push('-', found.line_number(), found.bytes());
        Ok(!self.is_full())
    }

    fn context_break(&mut self, _: &Searcher) -> Result<bool, io::Error> {
        self.text.push_str("--\n");
        Ok(true)
    }
}
