//! `cargo xtask test --servers`: a client against servers that somebody else wrote.
//!
//! A server is an entry in `servers/table.rs`. It is installed below cargo's target folder, started on a free port of the
//! loopback interface, named to the tests in a variable, and stopped when its [`Running`] is dropped, whatever happens.

mod install;
mod place;
mod running;
mod table;

use std::path::Path;

use crate::exec::Exec;
use crate::failure::Failure;
use crate::flags;
use place::Place;
use running::Running;
use table::{SERVERS, Server};

/// What builds and runs the tests.
const TESTS: [&str; 5] = [
    "test",
    "--package",
    "windlass-provider",
    "--test",
    "servers",
];

/// Installs and starts the servers, runs the tests, and stops the servers.
///
/// # Errors
/// Fails when a server cannot be installed or does not start, and when a test fails; what the servers said is shown.
pub(crate) fn run(
    root: &Path,
    wanted: flags::Servers,
    forwarded: &[String],
) -> Result<(), Failure> {
    // What does not build needs no servers.
    Exec::cargo(root, TESTS).arguments(["--no-run"]).run()?;
    let mut place = Place::new(root)?;
    let mut started: Vec<Running> = Vec::new();
    for server in SERVERS {
        if let Some(why) = skipped(server, &place, wanted) {
            println!("{}: left out: {why}", server.name);
            continue;
        }
        install::install(server, &place)?;
        let running = Running::start(server, &place)?;
        println!("{}: {}", server.name, running.url());
        place.know(server.name, running.url());
        started.push(running);
    }
    tests(root, &started, forwarded).run().map_err(|failure| {
        let logs: String = started.iter().map(Running::end_of_log).collect();
        Failure::new(format!("{logs}{failure}"))
    })
}

/// Why a server is not asked, if it is not.
fn skipped(server: &Server, place: &Place, wanted: flags::Servers) -> Option<String> {
    if server.is_slow && wanted == flags::Servers::Quick {
        return Some("building it takes long; `--slow` does it".to_owned());
    }
    if server.needs_model && !place.has_model() {
        return Some(format!("there is no model in {}", place::MODEL));
    }
    None
}

fn tests(root: &Path, started: &[Running], forwarded: &[String]) -> Exec {
    let words = "test --package windlass-provider --test servers --";
    let tests = Exec::cargo(root, words.split(' ')).arguments(forwarded.iter().map(String::as_str));
    started.iter().fold(tests, |tests, running| {
        tests.variable(running.server().variable, running.url())
    })
}
