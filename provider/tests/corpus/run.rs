//! The run: which cases there are, what is checked of each, and what is told of it.
//!
//! A folder of cases has the form `PROTOCOL/CASE/`, with `meta.json`, the body of the response, and where they exist
//! `request.json` and `oracle.json` (what another client makes of the same bytes). Which codec reads which folder is in
//! [`table`].

mod answer;
pub(crate) mod base64;
mod case;
pub(crate) mod check;
pub(crate) mod checks;
pub(crate) mod exceptions;
mod frames;
pub(crate) mod json;
mod oracle;
mod parse;
pub(crate) mod report;
pub(crate) mod table;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::ScopedJoinHandle;

use self::exceptions::Exceptions;
use self::report::{Report, Tested};

/// What was asked for.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) folder: PathBuf,
    /// Only cases with this in their name.
    pub(crate) only: Option<String>,
    pub(crate) verbose: bool,
}

impl Asked {
    /// Reads the words of the command line.
    pub(crate) fn read(mut words: impl Iterator<Item = String>) -> Result<Self, Trouble> {
        let mut asked = Asked::default();
        while let Some(word) = words.next() {
            match word.as_str() {
                "--only" => asked.only = words.next(),
                "--verbose" => asked.verbose = true,
                flag if flag.starts_with("--") => {
                    return Err(Trouble(format!("unknown flag `{flag}`")));
                }
                folder => asked.folder = PathBuf::from(folder),
            }
        }
        Ok(asked)
    }
}

/// Why a run came to nothing.
#[derive(Debug)]
pub(crate) struct Trouble(pub(crate) String);

impl Trouble {
    pub(crate) fn at(path: &Path, error: impl fmt::Display) -> Self {
        Trouble(format!("{}: {error}", path.display()))
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Tests the cases that were asked for.
pub(crate) fn run(asked: &Asked) -> Result<Report, Trouble> {
    let mut folders = case_folders(&asked.folder)?;
    if let Some(part) = &asked.only {
        folders.retain(|(name, _)| name.contains(part.as_str()));
    }
    let exceptions = Exceptions::read(include_str!("exceptions.txt"))?;
    Ok(Report::new(test_all(&folders), exceptions))
}

/// The cases below `folder`, by name.
fn case_folders(folder: &Path) -> Result<Vec<(String, PathBuf)>, Trouble> {
    let mut found = Vec::new();
    for protocol in subfolders(folder)? {
        for case in subfolders(&protocol)? {
            if case.join("meta.json").is_file() {
                found.push((format!("{}/{}", name(&protocol), name(&case)), case));
            }
        }
    }
    if found.is_empty() {
        return Err(Trouble::at(folder, "no cases here"));
    }
    found.sort();
    Ok(found)
}

fn subfolders(folder: &Path) -> Result<Vec<PathBuf>, Trouble> {
    let trouble = |error| Trouble::at(folder, error);
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(trouble)? {
        let path = entry.map_err(trouble)?.path();
        if path.is_dir() {
            found.push(path);
        }
    }
    Ok(found)
}

fn name(path: &Path) -> String {
    path.file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default()
}

/// Tests the cases on all cores, and gives the results in the order of the cases.
fn test_all(folders: &[(String, PathBuf)]) -> Vec<Tested> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        while let Some((name, path)) = folders.get(next.fetch_add(1, Ordering::Relaxed)) {
            done.push(checks::test(name, path));
        }
        done
    };
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    let mut tested: Vec<Tested> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        let done = threads.into_iter().map(ScopedJoinHandle::join);
        done.flat_map(|done| done.expect("a panic of a codec is caught"))
            .collect()
    });
    tested.sort_by(|one, two| one.name.cmp(&two.name));
    tested
}
