//! Puts a server below the target folder, once.

use std::path::Path;

use super::place::Place;
use super::table::{Copied, Package, Server};
use crate::exec::Exec;
use crate::failure::Failure;

/// Names the package that a folder holds, and the folder, so that another version is installed anew, and so is a package
/// whose folder was moved, which the programs of Python do not survive.
const STAMP: &str = "installed";

/// Installs the server's package if that was not done yet, and brings its files up to date.
///
/// # Errors
/// Fails when npm, Python or pip is missing or fails, or a file cannot be written.
pub(super) fn install(server: &Server, place: &Place) -> Result<(), Failure> {
    let folder = place.folder(server);
    make(&folder)?;
    let stamp = folder.join(STAMP);
    let wanted = format!("{:?} in {}\n", server.package, folder.display());
    if std::fs::read_to_string(&stamp).ok().as_deref() != Some(&wanted) {
        println!("{}: installing", server.name);
        commands(&server.package, &folder)
            .iter()
            .try_for_each(Exec::run)?;
        write(&stamp, wanted.as_bytes())?;
    }
    let mut files = server.files.iter();
    files.try_for_each(|file| copy(file, server, place))
}

fn commands(package: &Package, folder: &Path) -> Vec<Exec> {
    match package {
        Package::Npm(name) => {
            let words = "install --no-fund --no-audit --no-save --prefix .";
            let words = words.split(' ').chain([*name]);
            vec![Exec::new("npm", folder, words)]
        }
        Package::Pip(names) => {
            let python = folder.join("bin/python");
            let words = "-m pip install --quiet --disable-pip-version-check";
            let words = words.split(' ').chain(names.iter().copied());
            vec![
                Exec::new("python3", folder, ["-m", "venv", "--clear", "."]),
                Exec::new(python.to_string_lossy(), folder, words),
            ]
        }
    }
}

/// Text is filled in on the way.
fn copy(file: &Copied, server: &Server, place: &Place) -> Result<(), Failure> {
    let from = place.fill(server, file.from);
    let bytes = std::fs::read(&from)
        .map_err(|error| Failure::new(format!("cannot read `{from}`: {error}")))?;
    let to = place.folder(server).join(file.to);
    make(to.parent().unwrap_or(&to))?;
    match String::from_utf8(bytes) {
        Ok(text) => {
            let text = format!("{}{}", file.before, place.fill(server, &text));
            write(&to, text.as_bytes())
        }
        Err(error) => write(&to, error.as_bytes()),
    }
}

fn make(folder: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(folder)
        .map_err(|error| Failure::new(format!("cannot make `{}`: {error}", folder.display())))
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    std::fs::write(path, bytes)
        .map_err(|error| Failure::new(format!("cannot write `{}`: {error}", path.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(package: &Package, expected: &[&str]) {
        let commands = commands(package, Path::new("/made-up"));
        let lines: Vec<String> = commands.iter().map(ToString::to_string).collect();
        assert_eq!(lines, expected);
    }

    #[test]
    fn packages_are_installed_by_name_into_a_folder_of_their_own() {
        check(
            &Package::Npm("mock@^1.2"),
            &["npm install --no-fund --no-audit --no-save --prefix . 'mock@^1.2'"],
        );
        check(
            &Package::Pip(&["one[server]", "two"]),
            &[
                "python3 -m venv --clear .",
                "/made-up/bin/python -m pip install --quiet --disable-pip-version-check 'one[server]' two",
            ],
        );
    }
}
