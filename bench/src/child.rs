//! The measured process: one client, one plan, and what it cost on standard output.

mod report;
pub mod runs;

use std::io::Write as _;
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::runtime::Runtime;
use tokio::sync::Notify;
use tokio::task::JoinSet;

use crate::cost::{Cost, resident};
use crate::{Client, Failure, Plan};

pub use report::Report;

/// What a child is to do.
#[derive(Clone, Copy, Debug)]
pub enum Task {
    /// So many answers, one after the other.
    Calls(usize),
    /// So many answers at once, held open in the middle.
    Crowd(usize),
}

/// Does the task and prints the report.
///
/// # Errors
///
/// When an answer fails.
#[allow(clippy::print_stdout, reason = "the parent reads it")]
pub fn run(client: &impl Client, url: &str, task: Task) -> Result<(), Failure> {
    let plan: Plan = url.parse()?;
    let report = runtime()?.block_on(async {
        match task {
            Task::Calls(calls) => one_by_one(client, plan, calls).await,
            Task::Crowd(count) => at_once(client, plan, count, authority(url)).await,
        }
    })?;
    print!("{report}");
    Ok(())
}

pub(crate) fn runtime() -> Result<Runtime, Failure> {
    Ok(tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?)
}

async fn one_by_one(client: &impl Client, plan: Plan, calls: usize) -> Result<Report, Failure> {
    let before = Cost::so_far();
    let mut last = String::new();
    for _ in 0..calls {
        last = client.ask(|piece| _ = std::hint::black_box(piece)).await?;
    }
    let cost = Cost::so_far() - before;
    let exact = is_exact(&last, plan);
    Ok(Report::of(cost, exact))
}

/// The instructions of a comparison would count, so it compares without building the text.
fn is_exact(text: &str, plan: Plan) -> bool {
    if under_valgrind() {
        return text.len() == plan.deltas * plan.size;
    }
    text == plan.whole()
}

/// Set by the parent, because a process cannot tell by itself.
#[allow(
    clippy::disallowed_methods,
    reason = "it is between this program and itself"
)]
fn under_valgrind() -> bool {
    std::env::var_os("WINDLASS_BENCH_COUNTS").is_some()
}

async fn at_once(
    client: &impl Client,
    plan: Plan,
    count: usize,
    server: &str,
) -> Result<Report, Failure> {
    let before = Cost::so_far();
    let memory = resident();
    let open = Arc::new(Open::default());
    let mut answers = JoinSet::new();
    for _ in 0..count {
        answers.spawn(held(client.clone(), plan, Arc::clone(&open)));
    }
    while open.count.load(Ordering::Relaxed) < count {
        tokio::select! {
            () = open.changed.notified() => {}
            Some(ended) = answers.join_next() => return Err(early(ended)),
        }
    }
    let grown = resident()
        .zip(memory)
        .map(|(now, then)| now.saturating_sub(then));
    release(server)?;
    let mut exact = true;
    while let Some(answer) = answers.join_next().await {
        exact &= answer??;
    }
    let report = Report::of(Cost::so_far() - before, exact);
    Ok(Report { grown, ..report })
}

/// How many answers have come as far as the server lets them.
#[derive(Default)]
struct Open {
    count: AtomicUsize,
    changed: Notify,
}

async fn held(client: impl Client, plan: Plan, open: Arc<Open>) -> Result<bool, Failure> {
    let far = plan.hold.unwrap_or(plan.deltas) * plan.size;
    let mut shown = 0;
    let text = client
        .ask(|piece| {
            let before = shown;
            shown += piece.len();
            if before < far && shown >= far {
                open.count.fetch_add(1, Ordering::Relaxed);
                open.changed.notify_one();
            }
        })
        .await?;
    Ok(is_exact(&text, plan))
}

fn early(ended: Result<Result<bool, Failure>, tokio::task::JoinError>) -> Failure {
    match ended {
        Ok(Ok(_)) => "an answer ended before the others had begun".into(),
        Ok(Err(failure)) => failure,
        Err(panic) => panic.into(),
    }
}

/// Tells the server to go on.
fn release(server: &str) -> Result<(), Failure> {
    let mut connection = TcpStream::connect(server)?;
    connection.write_all(b"POST /release HTTP/1.1\r\ncontent-length: 0\r\n\r\n")?;
    Ok(())
}

fn authority(url: &str) -> &str {
    let rest = url.strip_prefix("http://").unwrap_or(url);
    rest.split('/').next().unwrap_or_default()
}
