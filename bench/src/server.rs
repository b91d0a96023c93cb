//! The provider: answers that were rendered before, in HTTP chunks, as fast as the client reads.

use std::collections::HashMap;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::answers::Answer;
use crate::{Failure, Wire};

const HEAD: &[u8] =
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncache-control: no-cache\r\n\
    transfer-encoding: chunked\r\n\r\n";
const EMPTY: &[u8] = b"HTTP/1.1 204 No Content\r\n\r\n";
const UNKNOWN: &[u8] = b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n";

/// Prints the port and serves until standard input ends.
///
/// # Errors
///
/// When there is no port.
#[allow(clippy::print_stdout, reason = "the parent reads the port")]
pub fn run() -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    std::thread::spawn(|| {
        _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        std::process::exit(0);
    });
    runtime.block_on(async {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        println!("{}", listener.local_addr()?.port());
        let shared = Arc::new(Shared::default());
        let mut connections = JoinSet::new();
        loop {
            tokio::select! {
                accepted = listener.accept() => {
                    connections.spawn(serve(accepted?.0, Arc::clone(&shared)));
                }
                Some(_) = connections.join_next() => {}
            }
        }
    })
}

#[derive(Default)]
struct Shared {
    rendered: Mutex<HashMap<String, Arc<Answer>>>,
    /// Changes whenever the answers that are held may go on.
    release: watch::Sender<()>,
}

impl Shared {
    fn answer(&self, path: &str) -> Option<Arc<Answer>> {
        let wire = Wire::of_path(path)?;
        let mut rendered = self.rendered.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = rendered.get(path) {
            return Some(Arc::clone(known));
        }
        let answer = Arc::new(Answer::render(wire, path.parse().ok()?));
        rendered.insert(path.to_owned(), Arc::clone(&answer));
        Some(answer)
    }
}

/// Answers the requests of one connection until it is closed.
async fn serve(mut connection: TcpStream, shared: Arc<Shared>) -> std::io::Result<()> {
    connection.set_nodelay(true)?;
    let mut received = Vec::new();
    while let Some(path) = request(&mut connection, &mut received).await? {
        if path == "/release" {
            shared.release.send_replace(());
            connection.write_all(EMPTY).await?;
            continue;
        }
        let Some(answer) = shared.answer(&path) else {
            connection.write_all(UNKNOWN).await?;
            continue;
        };
        let mut released = shared.release.subscribe();
        let (first, rest) = answer.bytes.split_at(answer.before_hold);
        connection.write_all(HEAD).await?;
        connection.write_all(first).await?;
        if !rest.is_empty() {
            _ = released.changed().await;
            connection.write_all(rest).await?;
        }
    }
    Ok(())
}

/// Reads a request and gives its path; `None` when the client has closed.
async fn request(
    connection: &mut TcpStream,
    received: &mut Vec<u8>,
) -> std::io::Result<Option<String>> {
    loop {
        if let Some((path, length)) = parse(received) {
            received.drain(..length);
            return Ok(Some(path));
        }
        if connection.read_buf(received).await? == 0 {
            return Ok(None);
        }
    }
}

/// The path of the first request and the length of all of it, once it is there.
fn parse(received: &[u8]) -> Option<(String, usize)> {
    let end = memchr::memmem::find(received, b"\r\n\r\n")? + 4;
    let head = String::from_utf8_lossy(&received[..end]);
    let body = head
        .lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .and_then(|(_, value)| value.trim().parse().ok())
        .unwrap_or(0);
    let path = head.split(' ').nth(1)?.to_owned();
    (received.len() >= end + body).then_some((path, end + body))
}
