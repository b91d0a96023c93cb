//! Where the servers live, and what the braces of the table stand for.

use std::path::{Path, PathBuf};

use super::table::Server;
use crate::failure::Failure;
use crate::workspace::Workspace;

/// Where the tiny model lies on machines that have it.
pub(super) const MODEL: &str = "../shared/servers/tiny";

/// Where the tests keep the files that the servers read.
const TESTS: &str = "provider/tests/servers";

/// The folders of one run, and the servers that are up.
#[derive(Debug)]
pub(super) struct Place {
    root: PathBuf,
    /// One folder and one log for each server.
    servers: PathBuf,
    known: Vec<(&'static str, String)>,
}

impl Place {
    pub(super) fn new(root: &Path) -> Result<Self, Failure> {
        let root = std::path::absolute(root)
            .map_err(|error| Failure::new(format!("no path to this checkout: {error}")))?;
        let servers = Workspace::read(&root)?.target.join("servers");
        std::fs::create_dir_all(&servers).map_err(|error| {
            Failure::new(format!("cannot make `{}`: {error}", servers.display()))
        })?;
        Ok(Self {
            root,
            servers,
            known: Vec::new(),
        })
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// Where a server is installed.
    pub(super) fn folder(&self, server: &Server) -> PathBuf {
        self.servers.join(server.name)
    }

    /// Where a server's output goes.
    pub(super) fn log(&self, server: &Server) -> PathBuf {
        self.servers.join(format!("{}.log", server.name))
    }

    pub(super) fn has_model(&self) -> bool {
        self.root.join(MODEL).is_dir()
    }

    /// Notes the address of a server that is up, which the others may name.
    pub(super) fn know(&mut self, name: &'static str, url: String) {
        self.known.push((name, url));
    }

    /// Fills in `{folder}` of the server, `{tests}`, `{model}`, and the addresses of the servers that are up, by name.
    pub(super) fn fill(&self, server: &Server, text: &str) -> String {
        let path = |path: PathBuf| path.to_string_lossy().into_owned();
        let text = text
            .replace("{folder}", &path(self.folder(server)))
            .replace("{tests}", &path(self.root.join(TESTS)))
            .replace("{model}", &path(self.root.join(MODEL)));
        self.known.iter().fold(text, |text, (name, url)| {
            text.replace(&format!("{{{name}}}"), url)
        })
    }
}

#[cfg(test)]
impl Place {
    /// A place that is not on any disk, or a folder made for a test.
    pub(super) fn of(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
            servers: root.join("servers"),
            known: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::table::SERVERS;
    use super::*;

    #[test]
    fn names_in_braces_are_filled_in() {
        let mut place = Place::of(Path::new("/made-up"));
        place.know("aimock", "http://127.0.0.1:1".to_owned());
        let text = "{folder}|{tests}/a.json|{model}|{aimock}/v1|{port}";
        let expected = "/made-up/servers/aimock|/made-up/provider/tests/servers/a.json|\
                        /made-up/../shared/servers/tiny|http://127.0.0.1:1/v1|{port}";
        assert_eq!(place.fill(&SERVERS[0], text), expected);
    }
}
