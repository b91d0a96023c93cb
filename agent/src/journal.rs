//! Effects that are written down before they count, so that a run that was killed goes on where it was.

mod error;
mod memory;
mod record;
mod step;

use std::future::{pending, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;

use windlass_core::async_trait;

pub use error::{JournalError, JournalErrorKind};
pub use memory::Recording;
pub use record::Record;
pub use step::{Repeat, Step};

pub(crate) use record::{
    Approved, Asked, Began, Came, Compacting, Fatal, Given, Recordable, Waited,
};

#[cfg(test)]
mod tests;

/// What a step does, given to the journal to run.
pub type JournalEffect<'a> = Pin<Box<dyn Future<Output = Record> + Send + 'a>>;

/// Keeps what came of the effects of one run, so that a run that was killed goes on where it was.
///
/// Everything that a run does to the outside, or learns from it, is a [`Step`] under a name that is the same whenever the run
/// is played again. A journal runs the effect and keeps its [`Record`], or gives the record that it has. So a run is resumed by
/// running it again on the same journal: what is recorded is not done again, and what comes after is done for the first time.
///
/// | name | is | record |
/// |---|---|---|
/// | `run` | the start | the id and the conversation |
/// | `turn/2` | a turn begins | the time so far, how far estimates are off, what the user said meanwhile |
/// | `turn/2/attempt/1` | a model is asked | its answer or its error, and what that took |
/// | `turn/2/wait/1` | what follows a failure | the wait, or that there is none |
/// | `turn/2/fallback/1` | a wait that a fallback asks for | the wait |
/// | `turn/2/compact/1` | the conversation is made smaller | the smaller one |
/// | `turn/2/approval` | somebody is asked | the decisions |
/// | `turn/2/call/call_7` | a tool runs | its outcome |
///
/// A tool that is not idempotent must not run twice. So a journal notes that such a step has begun before it runs the effect,
/// and when it finds that note without a record, it says so instead of running it: the model is told that it is not known
/// what the call did.
///
/// Hooks, repairs, validators and fallback strategies are asked again when a run is played again, and have to say the same.
/// A step carries a [digest](Step::digest) of what it rests on, which is kept with the record; where that differs, the run stops
/// with [`JournalErrorKind::Diverged`] and does nothing.
///
/// A journal is for one run and one process at a time. One that is shared by processes refuses a writer that has lost its
/// lease with [`JournalErrorKind::Conflict`], before the effect if it can, and in any case before the record counts.
///
/// # Example: a journal in a file, a line of JSON for each record
///
/// ```
/// use std::collections::HashMap;
/// use std::fs::{File, OpenOptions};
/// use std::io::{self, Write};
/// use std::path::Path;
/// use std::sync::{Mutex, PoisonError};
///
/// use serde::{Deserialize, Serialize};
/// use windlass_agent::{
///     Journal, JournalEffect, JournalError, JournalErrorKind, Record, Repeat, Step, Stepped,
/// };
/// use windlass_core::async_trait;
///
/// struct Lines {
///     file: Mutex<File>,
///     /// What was there when it was opened: no step comes twice in a process.
///     earlier: HashMap<String, Line>,
/// }
///
/// /// That a step begins, or what came of it.
/// #[derive(Serialize, Deserialize)]
/// struct Line {
///     step: String,
///     digest: u64,
///     record: Option<Record>,
/// }
///
/// impl Lines {
///     fn open(path: &Path) -> io::Result<Self> {
///         let file = OpenOptions::new().create(true).read(true).append(true).open(path)?;
///         let text = io::read_to_string(&file)?;
///         // A line that the process did not live to end counts as not written.
///         let whole = text.rfind('\n').map_or(0, |end| end + 1);
///         file.set_len(whole as u64)?;
///         let lines = text[..whole].lines().map(serde_json::from_str::<Line>);
///         let lines = lines.map(|line| line.map(|line| (line.step.clone(), line)));
///         let earlier = lines.collect::<Result<_, _>>()?;
///         Ok(Lines { file: Mutex::new(file), earlier })
///     }
///
///     fn write(&self, step: &Step, record: Option<Record>) -> io::Result<()> {
///         let line = Line { step: step.name().into(), digest: step.digest(), record };
///         let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
///         file.write_all((serde_json::to_string(&line)? + "\n").as_bytes())?;
///         file.sync_data()
///     }
/// }
///
/// fn failed(error: io::Error) -> JournalError {
///     JournalError::new(JournalErrorKind::Storage, "the file cannot be written").with_source(error)
/// }
///
/// #[async_trait]
/// impl Journal for Lines {
///     async fn step<'a>(
///         &'a self,
///         step: &'a Step,
///         effect: JournalEffect<'a>,
///     ) -> Result<Stepped, JournalError> {
///         match self.earlier.get(step.name()) {
///             Some(Line { record: Some(record), digest, .. }) => {
///                 return Ok(Stepped::Replayed { record: record.clone(), digest: *digest });
///             }
///             // It was begun, and nobody knows what became of it.
///             Some(Line { record: None, .. }) => return Ok(Stepped::Unknown),
///             None => {}
///         }
///         if step.repeat() == Repeat::Forbidden {
///             self.write(step, None).map_err(failed)?;
///         }
///         let record = effect.await;
///         self.write(step, Some(record.clone())).map_err(failed)?;
///         Ok(Stepped::Ran(record))
///     }
/// }
/// # use windlass_agent::Agent;
/// # use windlass_core::{Script, Scripted};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let model = Scripted::new([Script::text("In Rome.")]);
/// # let agent = Agent::builder(model.clone()).build()?;
/// # let path = std::env::temp_dir().join(format!("windlass-{}.jsonl", std::process::id()));
/// agent.run("Where is it warmer?").with_journal(Lines::open(&path)?).await?;
/// # OpenOptions::new().append(true).open(&path)?.write_all(b"{\"st")?;
/// let report = agent.recover(Lines::open(&path)?).await?;
/// assert_eq!(report.text(), "In Rome.");
/// # assert_eq!(model.requests().len(), 1);
/// # std::fs::remove_file(&path)?;
/// # Ok(())
/// # }
/// ```
#[async_trait]
pub trait Journal: Send + Sync {
    /// Runs the effect of a step and keeps its record, or gives the record that it has of a step of this name.
    ///
    /// A step that must not be [repeated](Step::repeat) is noted before its effect is run. Steps of the calls of one answer
    /// come side by side.
    ///
    /// # Errors
    ///
    /// When the record cannot be kept or read. The run stops then.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future drops the effect; it counts as begun and not recorded.
    async fn step<'a>(
        &'a self,
        step: &'a Step,
        effect: JournalEffect<'a>,
    ) -> Result<Stepped, JournalError>;
}

/// What came of a step.
///
/// ```
/// use windlass_agent::{Ephemeral, Journal, Record, Step, Stepped};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let written = r#"{"v":1,"turn":{"elapsed":{"secs":2,"nanos":0},"mail":[]}}"#;
/// let record: Record = serde_json::from_str(written)?;
/// let step = Step::new("turn/1");
/// let stepped = Ephemeral.step(&step, Box::pin(async { record.clone() })).await?;
/// assert!(matches!(stepped, Stepped::Ran(ran) if ran == record));
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum Stepped {
    /// The effect was run, and this is its record.
    Ran(Record),
    /// The effect was run earlier; the record is of a step with this digest.
    Replayed {
        /// The record.
        record: Record,
        /// The digest of the step that it is of.
        digest: u64,
    },
    /// The effect was begun earlier and must not be repeated.
    Unknown,
}

#[async_trait]
impl<J: Journal + ?Sized> Journal for Arc<J> {
    async fn step<'a>(
        &'a self,
        step: &'a Step,
        effect: JournalEffect<'a>,
    ) -> Result<Stepped, JournalError> {
        (**self).step(step, effect).await
    }
}

/// Keeps nothing: every effect is run. A run without a journal is the same and does not even ask.
///
/// ```
/// use windlass_agent::{Agent, Ephemeral};
/// use windlass_core::{Script, Scripted};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let agent = Agent::builder(Scripted::new([Script::text("In Rome.")])).build()?;
/// let report = agent.run("Where is it warmer?").with_journal(Ephemeral).await?;
/// assert_eq!(report.text(), "In Rome.");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[allow(clippy::exhaustive_structs, reason = "there is nothing to set")]
pub struct Ephemeral;

#[async_trait]
impl Journal for Ephemeral {
    async fn step<'a>(
        &'a self,
        _: &'a Step,
        effect: JournalEffect<'a>,
    ) -> Result<Stepped, JournalError> {
        Ok(Stepped::Ran(effect.await))
    }
}

/// What a step came to, as its run sees it.
pub(crate) enum Outcome<R> {
    Ran(R),
    Replayed(R),
    Unknown,
}

/// Runs an effect, as a step of the journal if there is one.
pub(crate) async fn step<R: Recordable>(
    journaled: Option<(&dyn Journal, Step)>,
    effect: impl Future<Output = R> + Send,
) -> Result<Outcome<R>, JournalError> {
    let Some((journal, step)) = journaled else {
        return Ok(Outcome::Ran(effect.await));
    };
    let effect = Box::pin(async { effect.await.into_record() });
    let read = |record| R::from_record(record).ok_or_else(|| JournalError::unreadable(&step));
    match journal.step(&step, effect).await? {
        Stepped::Ran(record) => Ok(Outcome::Ran(read(record)?)),
        Stepped::Replayed { digest, .. } if digest != step.digest() => {
            Err(JournalError::diverged(&step))
        }
        Stepped::Replayed { record, .. } => Ok(Outcome::Replayed(read(record)?)),
        Stepped::Unknown => Ok(Outcome::Unknown),
    }
}

/// Runs the effect of a step that may be repeated, and says whether it was replayed.
pub(crate) async fn known<R: Recordable>(
    journaled: Option<(&dyn Journal, Step)>,
    effect: impl Future<Output = R> + Send,
) -> Result<(R, Source), JournalError> {
    match step(journaled, effect).await? {
        Outcome::Ran(record) => Ok((record, Source::Live)),
        Outcome::Replayed(record) => Ok((record, Source::Journal)),
        Outcome::Unknown => Err(JournalError::unknown()),
    }
}

/// Gives the record of a step that was run earlier, and runs nothing where there is none.
pub(crate) async fn replayed<R: Recordable>(
    journaled: (&dyn Journal, Step),
) -> Result<Option<R>, JournalError> {
    let is_asked = AtomicBool::new(false);
    let effect = async {
        is_asked.store(true, Ordering::Relaxed);
        pending::<R>().await
    };
    let mut known = pin!(known(Some(journaled), effect));
    poll_fn(|cx| match known.as_mut().poll(cx) {
        Poll::Ready(known) => Poll::Ready(known.map(|(record, _)| Some(record))),
        // Dropping an effect that was begun and may be repeated leaves nothing behind.
        Poll::Pending if is_asked.load(Ordering::Relaxed) => Poll::Ready(Ok(None)),
        Poll::Pending => Poll::Pending,
    })
    .await
}

/// Where a record comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    Live,
    Journal,
}
