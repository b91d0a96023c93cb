//! The provider: answers that were rendered before, in HTTP chunks, as fast as the client reads.

use std::collections::HashMap;
use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::answers::Answer;
use crate::{Failure, RunPlan, Wire};

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
    rendered: Mutex<HashMap<String, Arc<[Answer]>>>,
    /// The bytes of all bodies so far.
    received: AtomicU64,
    /// Changes whenever the answers that are held may go on.
    release: watch::Sender<()>,
}

impl Shared {
    /// All answers that are planned below a path: one, or those of a run.
    fn planned(&self, path: &str) -> Option<Arc<[Answer]>> {
        let mut rendered = self.rendered.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = rendered.get(path) {
            return Some(Arc::clone(known));
        }
        let wire = Wire::of_path(path)?;
        let answers: Arc<[Answer]> = match path.parse() {
            Ok(run) => Answer::of_run(run).into(),
            Err(_) => vec![Answer::render(wire, path.parse().ok()?)].into(),
        };
        rendered.insert(path.to_owned(), Arc::clone(&answers));
        Some(answers)
    }

    fn reply(&self, path: &str, body: &[u8]) -> Reply {
        match path {
            "/release" => {
                self.release.send_replace(());
                Reply::Short(EMPTY.to_vec())
            }
            "/received" => {
                let bytes = self.received.load(Ordering::Relaxed).to_string();
                let length = bytes.len();
                let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n");
                Reply::Short((head + &bytes).into_bytes())
            }
            path => self
                .answer(path, body)
                .unwrap_or_else(|| Reply::Short(UNKNOWN.to_vec())),
        }
    }

    fn answer(&self, path: &str, body: &[u8]) -> Option<Reply> {
        self.received
            .fetch_add(body.len() as u64, Ordering::Relaxed);
        let answers = self.planned(path)?;
        let Ok(run) = path.parse::<RunPlan>() else {
            return Some(Reply::Planned(answers, 0));
        };
        let turn = RunPlan::turn_of(body)?;
        let is_due = turn < run.turns || (turn == run.turns && run.is_complete(body, turn));
        is_due.then_some(Reply::Planned(answers, turn))
    }
}

enum Reply {
    /// One of the answers that were rendered.
    Planned(Arc<[Answer]>, usize),
    /// A whole response.
    Short(Vec<u8>),
}

/// Answers the requests of one connection until it is closed.
async fn serve(mut connection: TcpStream, shared: Arc<Shared>) -> std::io::Result<()> {
    connection.set_nodelay(true)?;
    let mut received = Vec::new();
    while let Some(request) = request(&mut connection, &mut received).await? {
        let body = &received[request.head..request.length];
        let reply = shared.reply(&request.path, body);
        received.drain(..request.length);
        match reply {
            Reply::Planned(answers, at) => send(&mut connection, &answers[at], &shared).await?,
            Reply::Short(bytes) => connection.write_all(&bytes).await?,
        }
    }
    Ok(())
}

async fn send(connection: &mut TcpStream, answer: &Answer, shared: &Shared) -> std::io::Result<()> {
    let mut released = shared.release.subscribe();
    let (first, rest) = answer.bytes.split_at(answer.before_hold);
    connection.write_all(HEAD).await?;
    connection.write_all(first).await?;
    if !rest.is_empty() {
        _ = released.changed().await;
        connection.write_all(rest).await?;
    }
    Ok(())
}

/// What is known of a request that is there as a whole.
struct Request {
    path: String,
    /// Where its body begins.
    head: usize,
    /// Where it ends.
    length: usize,
}

/// Reads until a whole request is there; `None` when the client has closed.
async fn request(
    connection: &mut TcpStream,
    received: &mut Vec<u8>,
) -> std::io::Result<Option<Request>> {
    loop {
        if let Some(request) = parse(received) {
            return Ok(Some(request));
        }
        if connection.read_buf(received).await? == 0 {
            return Ok(None);
        }
    }
}

/// The first request, once it is there.
fn parse(received: &[u8]) -> Option<Request> {
    let head = memchr::memmem::find(received, b"\r\n\r\n")? + 4;
    let said = String::from_utf8_lossy(&received[..head]);
    let body: usize = said
        .lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .and_then(|(_, value)| value.trim().parse().ok())
        .unwrap_or(0);
    let path = said.split(' ').nth(1)?.to_owned();
    let length = head + body;
    (received.len() >= length).then_some(Request { path, head, length })
}
