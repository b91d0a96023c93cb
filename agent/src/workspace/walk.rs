//! The files below a folder, without those that git ignores.
//!
//! The crate `ignore` has a walk of its own, but it opens folders by their paths, and a folder can become a symbolic
//! link between two of its steps. So only its reading of `.gitignore` is used here, and every folder is opened by its
//! name below the one before.

use std::io::BufRead;
use std::io::BufReader;
use std::ops::ControlFlow;

use cap_std::fs::{Dir, DirEntry};
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use windlass_core::{CancellationToken, ToolError};

use super::place::Place;
use super::root::{Root, denied, open_regular, read_all};

/// How deep folders are entered; each level holds a file handle.
const DEPTH: usize = 100;

/// How many entries are looked at.
const ENTRIES: usize = 500_000;

/// Whether files that git ignores are seen.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Ignored {
    Skipped,
    Seen,
}

/// A regular file, or something else that has a name but is no folder.
pub(super) struct Found<'a> {
    pub(super) place: &'a Place,
    pub(super) folder: &'a Dir,
    pub(super) name: &'a str,
    pub(super) is_file: bool,
}

/// How a walk ended.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Walked {
    /// It saw all there is.
    Whole,
    /// Whoever was shown the files wanted no more.
    Stopped,
    /// There is more than is looked at.
    Cut,
}

/// Shows each file below `start`, in the order of the names.
pub(super) fn walk(
    root: &Root,
    start: &Place,
    (ignored, cancel): (Ignored, &CancellationToken),
    visit: &mut dyn FnMut(Found<'_>) -> ControlFlow<()>,
) -> Result<Walked, ToolError> {
    let folder = root.folder(start)?;
    let mut walk = Walk {
        ignored,
        cancel,
        visit,
        rules: Vec::new(),
        seen: 0,
        cut: false,
    };
    let above = start.ancestors().filter(|place| place != start);
    for place in above {
        walk.rules.push(rules(&root.folder(&place)?, &place));
    }
    match walk.folder(&folder, start, DEPTH) {
        ControlFlow::Break(Stop::Failed(error)) => Err(error),
        ControlFlow::Break(Stop::Enough) => Ok(Walked::Stopped),
        ControlFlow::Continue(()) if walk.cut => Ok(Walked::Cut),
        ControlFlow::Continue(()) => Ok(Walked::Whole),
    }
}

enum Stop {
    Enough,
    Failed(ToolError),
}

struct Walk<'a> {
    ignored: Ignored,
    cancel: &'a CancellationToken,
    visit: &'a mut dyn FnMut(Found<'_>) -> ControlFlow<()>,
    /// What each folder on the way down says is ignored.
    rules: Vec<Gitignore>,
    seen: usize,
    cut: bool,
}

impl Walk<'_> {
    fn folder(&mut self, folder: &Dir, place: &Place, depth: usize) -> ControlFlow<Stop> {
        let entries = match folder.entries() {
            Ok(entries) => entries,
            Err(error) => return ControlFlow::Break(Stop::Failed(denied(place, &error))),
        };
        let room = (ENTRIES + 1).saturating_sub(self.seen);
        // What vanishes or cannot be read while it is looked at is passed over, as if it had gone a moment before.
        let mut entries: Vec<DirEntry> = entries.filter_map(Result::ok).take(room).collect();
        entries.sort_by_key(DirEntry::file_name);
        self.rules.push(rules(folder, place));
        let walked = entries
            .iter()
            .try_for_each(|entry| self.entry(folder, (entry, place), depth));
        self.rules.pop();
        walked
    }

    fn entry(
        &mut self,
        folder: &Dir,
        (entry, parent): (&DirEntry, &Place),
        depth: usize,
    ) -> ControlFlow<Stop> {
        if self.cancel.is_cancelled() {
            let error = ToolError::failed("cancelled");
            return ControlFlow::Break(Stop::Failed(error));
        }
        self.seen += 1;
        if self.seen > ENTRIES {
            self.cut = true;
            return ControlFlow::Continue(());
        }
        let name = entry.file_name();
        // A name that is no UTF-8 cannot be told to the model, nor come back from it.
        let (Some(name), Ok(kind)) = (name.to_str(), entry.file_type()) else {
            return ControlFlow::Continue(());
        };
        let place = parent.join(name);
        if name == ".git" || self.is_ignored(&place, kind.is_dir()) {
            return ControlFlow::Continue(());
        }
        if kind.is_dir() {
            return self.below(entry, &place, depth);
        }
        let found = Found {
            place: &place,
            folder,
            name,
            is_file: kind.is_file(),
        };
        (self.visit)(found).map_break(|()| Stop::Enough)
    }

    fn below(&mut self, entry: &DirEntry, place: &Place, depth: usize) -> ControlFlow<Stop> {
        let Some(depth) = depth.checked_sub(1) else {
            self.cut = true;
            return ControlFlow::Continue(());
        };
        match entry.open_dir() {
            Ok(folder) => match self.folder(&folder, place, depth) {
                ControlFlow::Break(Stop::Failed(_)) if !self.cancel.is_cancelled() => {
                    ControlFlow::Continue(())
                }
                walked => walked,
            },
            // It has gone, has become something else, or may not be read.
            Err(_) => ControlFlow::Continue(()),
        }
    }

    /// The rules of the nearest folder that says anything of a place count.
    fn is_ignored(&self, place: &Place, is_folder: bool) -> bool {
        let said = self.rules.iter().rev().find_map(|rules| {
            let said = rules.matched(place.as_str(), is_folder);
            (!said.is_none()).then(|| said.is_ignore())
        });
        self.ignored == Ignored::Skipped && said.unwrap_or(false)
    }
}

/// What a folder's `.gitignore` says; nothing if it cannot be read or a line of it makes no sense.
fn rules(folder: &Dir, place: &Place) -> Gitignore {
    let at = if place.is_top() { "" } else { place.as_str() };
    let file = place.join(".gitignore");
    let Ok(bytes) =
        open_regular(folder, ".gitignore", &file).and_then(|opened| read_all(opened, &file))
    else {
        return Gitignore::empty();
    };
    let mut builder = GitignoreBuilder::new(at);
    for line in BufReader::new(&bytes[..]).lines().map_while(Result::ok) {
        // git passes over lines it does not understand, too.
        builder.add_line(None, &line).ok();
    }
    builder.build().unwrap_or_else(|_| Gitignore::empty())
}
