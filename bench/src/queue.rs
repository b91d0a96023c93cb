//! What a request costs that waits at a governor, and what it costs to let it go.

use std::future::Future;
use std::pin::Pin;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::task::JoinSet;
use windlass_bench::cost::Cost;
use windlass_bench::{Failure, QUESTION};
use windlass_core::{
    Event, EventStream, Finish, FinishReason, Model, ModelError, ModelId, Profile, Request,
    Response,
};
use windlass_provider::governor::{Governed, Governor, Rates};

use crate::lab::output;
use crate::table::{Measure, Row};

const WHAT: &str = "100,000 requests that wait";
const WAITING: usize = 100_000;

/// Answers at once, or never.
#[derive(Clone)]
struct Stub {
    profile: Profile,
    answers: bool,
    asked: Arc<AtomicUsize>,
}

impl Stub {
    fn new(answers: bool) -> Self {
        Stub {
            profile: Profile::new(ModelId::new("bench", "stub")),
            answers,
            asked: Arc::default(),
        }
    }
}

// Written out, so that it keeps a request once while it waits, and no less.
impl Model for Stub {
    fn profile(&self) -> &Profile {
        &self.profile
    }

    fn stream<'a, 'f>(
        &'a self,
        request: Request,
    ) -> Pin<Box<dyn Future<Output = Result<EventStream, ModelError>> + Send + 'f>>
    where
        'a: 'f,
        Self: 'f,
    {
        Box::pin(async move {
            self.asked.fetch_add(1, Ordering::Relaxed);
            if !self.answers {
                std::future::pending::<()>().await;
            }
            drop(request);
            let finish = Event::Finish(Finish::new(FinishReason::Stop, "stop"));
            Ok(EventStream::from_events(self.profile.id.clone(), [finish]))
        })
    }
}

type Tasks = JoinSet<Result<Response, ModelError>>;

/// So many tasks that ask and wait, and the bytes that were asked for until all did.
async fn line_up(
    model: &(impl Model + Clone + 'static),
    count: usize,
    waiting: impl Fn() -> usize,
) -> (Tasks, u64) {
    let request = Request::new(QUESTION);
    let before = Cost::so_far();
    let mut tasks = JoinSet::new();
    for _ in 0..count {
        let (model, request) = (model.clone(), request.clone());
        tasks.spawn(async move { model.stream(request).await?.response().await });
    }
    while waiting() < count {
        tokio::task::yield_now().await;
    }
    (tasks, (Cost::so_far() - before).bytes)
}

/// Lets so many wait for one, then lets them go one after the other. Prints the bytes that they take beyond those of
/// requests that wait for a provider.
#[allow(clippy::print_stdout, reason = "the parent reads it")]
pub(crate) fn run(count: usize) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()?;
    runtime.block_on(async {
        let deaf = Stub::new(false);
        let asked = || deaf.asked.load(Ordering::Relaxed);
        let (mut without, base) = line_up(&deaf, count, asked).await;
        without.shutdown().await;

        let governor = Governor::new(Rates::new().with_concurrent(1));
        let model = Governed::new(Stub::new(true), &governor);
        let first = model.stream(Request::new(QUESTION)).await?;
        let waiting = || governor.metrics().waiting.all();
        let (mut tasks, bytes) = line_up(&model, count, waiting).await;
        println!("{}", bytes.saturating_sub(base));
        first.response().await?;
        while let Some(answer) = tasks.join_next().await {
            answer??;
        }
        Ok(())
    })
}

/// The lines of the table; the floor has no queue.
pub(crate) fn measure(contenders: usize) -> Result<Vec<Row>, Failure> {
    eprintln!("{WHAT} …");
    let program = std::env::current_exe()?;
    let said = output(Command::new(&program).args(["queue", &WAITING.to_string()]))?;
    let bytes: f64 = String::from_utf8(said.stdout)?.trim().parse()?;
    let row = |measure, value| {
        let mut row = Row::new(WHAT, measure, contenders);
        row.set(1, value);
        row
    };
    let mut rows = vec![row(Measure::Memory, bytes / WAITING as f64)];
    if Command::new("valgrind").arg("--version").output().is_ok() {
        let [one, two, four] = [1, 2, 4].map(|times| instructions(WAITING / 4 * times));
        let (one, two, four) = (one?, two?, four?);
        rows.push(row(
            Measure::Instructions,
            (four - two) / (WAITING / 2) as f64,
        ));
        rows.push(row(Measure::Growth, (four - two) / (two - one)));
    }
    Ok(rows)
}

fn instructions(count: usize) -> Result<f64, Failure> {
    let mut command = Command::new("valgrind");
    command
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(std::env::current_exe()?)
        .args(["queue", &count.to_string()]);
    let said = output(&mut command)?;
    let said = String::from_utf8_lossy(&said.stderr);
    let sum = said
        .lines()
        .find_map(|line| line.split_once("Collected : "));
    let (_, sum) = sum.ok_or_else(|| format!("callgrind gave no sum: {said}"))?;
    Ok(sum.trim().parse()?)
}
