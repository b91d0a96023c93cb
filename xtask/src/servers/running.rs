//! A server that is up, and stops when it is let go.

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::Child;
use std::time::{Duration, Instant};

use super::place::Place;
use super::table::Server;
use crate::exec::Exec;
use crate::failure::Failure;

/// How long a server may take until it is ready; the slowest takes half a minute on a busy machine.
const PATIENCE: Duration = Duration::from_secs(180);

/// Between two questions whether it is ready.
const PAUSE: Duration = Duration::from_millis(200);

/// How many lines of a log are shown.
const SHOWN: usize = 30;

/// It shares this program's process group, so that an interrupt from the terminal reaches it too.
#[derive(Debug)]
pub(super) struct Running {
    server: &'static Server,
    address: SocketAddr,
    log: PathBuf,
    child: Child,
}

impl Running {
    /// Starts a server on a free port and waits until it is ready.
    ///
    /// # Errors
    /// Fails when it does not start, ends, or is not ready in time; what it said is shown.
    pub(super) fn start(server: &'static Server, place: &Place) -> Result<Self, Failure> {
        let address = free_address()?;
        let log = place.log(server);
        let file = File::create(&log)
            .map_err(|error| Failure::new(format!("cannot write `{}`: {error}", log.display())))?;
        let mut running = Self {
            child: command(server, place, address.port()).start(file)?,
            server,
            address,
            log,
        };
        running.wait()?;
        Ok(running)
    }

    pub(super) fn server(&self) -> &'static Server {
        self.server
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The last lines that it wrote, under its name.
    pub(super) fn end_of_log(&self) -> String {
        let said = std::fs::read(&self.log).unwrap_or_default();
        let said = String::from_utf8_lossy(&said);
        let lines: Vec<&str> = said.lines().collect();
        let last = lines.len().saturating_sub(SHOWN);
        let log = self.log.display();
        format!("-- end of {log}\n{}\n", lines[last..].join("\n"))
    }

    fn wait(&mut self) -> Result<(), Failure> {
        let start = Instant::now();
        while !is_ready(self.address, self.server.ready) {
            let name = self.server.name;
            let ended = self
                .child
                .try_wait()
                .map_err(|error| Failure::new(format!("cannot watch `{name}`: {error}")))?;
            if let Some(status) = ended {
                return Err(self.failure(&format!("`{name}` ended: {status}")));
            }
            if start.elapsed() > PATIENCE {
                let limit = PATIENCE.as_secs();
                return Err(self.failure(&format!("`{name}` was not ready after {limit} s")));
            }
            pause();
        }
        Ok(())
    }

    fn failure(&self, what: &str) -> Failure {
        Failure::new(format!("{}{what}", self.end_of_log()))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It has nothing to save. An error means that it has ended by itself.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

fn command(server: &Server, place: &Place, port: u16) -> Exec {
    let program = place.folder(server).join(server.program);
    let port = port.to_string();
    let words: Vec<String> = server
        .arguments
        .split_whitespace()
        .map(|word| place.fill(server, &word.replace("{port}", &port)))
        .collect();
    let words = words.iter().map(String::as_str);
    let command = Exec::new(program.to_string_lossy(), place.root(), words);
    server
        .variables
        .iter()
        .fold(command, |command, (name, value)| {
            command.variable(name, place.fill(server, value))
        })
}

fn free_address() -> Result<SocketAddr, Failure> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .and_then(|listener| listener.local_addr())
        .map_err(|error| Failure::new(format!("no free port: {error}")))
}

#[allow(
    clippy::disallowed_methods,
    reason = "a foreign server gives no sign when it is ready"
)]
fn pause() {
    std::thread::sleep(PAUSE);
}

/// Whether a server answers 200 at this path.
fn is_ready(address: SocketAddr, path: &str) -> bool {
    let limit = Duration::from_secs(5);
    let ask = || -> std::io::Result<String> {
        let mut connection = TcpStream::connect_timeout(&address, limit)?;
        connection.set_read_timeout(Some(limit))?;
        let head = format!("GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
        connection.write_all(head.as_bytes())?;
        let mut status = String::new();
        BufReader::new(connection).read_line(&mut status)?;
        Ok(status)
    };
    ask().is_ok_and(|status| status.split(' ').nth(1) == Some("200"))
}

#[cfg(test)]
mod tests {
    use super::super::table::{Package, SERVERS};
    use super::*;
    use crate::scratch::Scratch;

    /// It prints where it runs, and ends.
    static ENDS: Server = Server {
        name: "ends",
        variable: "ENDS",
        package: Package::Npm("none"),
        program: "/bin/sh",
        arguments: "-c pwd",
        variables: &[],
        files: &[],
        ready: "/",
        is_slow: false,
        needs_model: false,
    };

    #[test]
    fn ports_paths_and_variables_are_filled_in() {
        let place = Place::of(std::path::Path::new("/made-up"));
        let line = command(&SERVERS[0], &place, 81).to_string();
        let expected = "/made-up/servers/aimock/node_modules/.bin/llmock --port 81 \
                        --fixtures /made-up/provider/tests/servers/aimock.json --chunk-size 7";
        assert_eq!(line, expected);
        let line = command(&SERVERS[2], &place, 82).to_string();
        let expected = "HF_HUB_OFFLINE=1 HF_HUB_CACHE=/made-up/servers/mlx/hub ";
        assert!(line.starts_with(expected), "{line}");
    }

    #[test]
    fn a_server_that_ends_is_a_failure_that_shows_what_it_said() {
        let scratch = Scratch::repository();
        scratch.write("servers/README", "");
        let place = Place::of(scratch.path());
        let failure = Running::start(&ENDS, &place).unwrap_err().to_string();
        let said = scratch.path().canonicalize().unwrap();
        let expected = format!("{}\n`ends` ended: exit status: 0", said.display());
        assert!(failure.ends_with(&expected), "{failure}");
    }

    #[test]
    fn a_server_is_ready_when_it_answers_200() {
        for (status, ready) in [("200 OK", true), ("503 Wait", false)] {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
            let address = listener.local_addr().unwrap();
            let answer = std::thread::spawn(move || {
                let (mut connection, _) = listener.accept().unwrap();
                let mut line = String::new();
                BufReader::new(&connection).read_line(&mut line).unwrap();
                let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n");
                connection.write_all(answer.as_bytes()).unwrap();
                line
            });
            assert_eq!(is_ready(address, "/up"), ready, "{status}");
            assert_eq!(answer.join().unwrap(), "GET /up HTTP/1.1\r\n");
        }
        let nobody = free_address().unwrap();
        assert!(!is_ready(nobody, "/up"));
    }
}
