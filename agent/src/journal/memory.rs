use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use windlass_core::{Text, async_trait};

use super::{
    Journal, JournalEffect, JournalError, JournalErrorKind, Record, Repeat, Step, Stepped,
};

/// A journal in memory that can be written down: for tests, and to show what a run did. Clones share it.
///
/// # Example: a run is killed, and goes on
///
/// ```
/// use windlass_agent::{Agent, Recording};
/// use windlass_core::{Script, Scripted, tool};
///
/// /// Counts.
/// #[tool]
/// fn count() -> &'static str {
///     "one"
/// }
///
/// # let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
/// # runtime.block_on(async {
/// let model = Scripted::new([Script::call("call_1", "count", "{}"), Script::text("It is one.")]);
/// let agent = Agent::builder(model.clone()).tool(count).build()?;
/// let journal = Recording::new();
/// agent.run("How many?").with_journal(journal.clone()).await?;
/// assert_eq!(model.requests().len(), 2);
///
/// // As if the process had ended after the first answer:
/// let journal = journal.until(3);
/// let model = Scripted::new([Script::text("It is one.")]);
/// let agent = Agent::builder(model.clone()).tool(count).build()?;
/// let report = agent.recover(journal).await?;
/// assert_eq!(report.text(), "It is one.");
/// assert_eq!(model.requests().len(), 1, "the first answer is not asked for again");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # }).expect("the scripts have the answers");
/// ```
#[derive(Clone, Debug, Default)]
pub struct Recording(Arc<Mutex<Tape>>);

#[derive(Debug, Default)]
struct Tape {
    lines: Vec<Line>,
    places: HashMap<Text, usize>,
}

/// A line of the journal: that a step begins that must not be repeated, or what came of one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Line {
    step: Text,
    digest: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    record: Option<Record>,
}

impl Recording {
    /// A journal with nothing in it.
    pub fn new() -> Self {
        Recording::default()
    }

    /// How many lines it has.
    pub fn len(&self) -> usize {
        self.tape().lines.len()
    }

    /// Whether nothing was done yet.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A copy of its first lines: what is left of it when the process ends there.
    #[must_use]
    pub fn until(&self, lines: usize) -> Self {
        let lines = self.tape().lines.iter().take(lines).cloned().collect();
        Recording::of(lines)
    }

    /// The names of the steps, as they were written; one that must not be repeated is there twice.
    pub fn steps(&self) -> Vec<Text> {
        let tape = self.tape();
        tape.lines.iter().map(|line| line.step.clone()).collect()
    }

    /// Writes it down, a line of JSON for each of its lines.
    pub fn to_lines(&self) -> String {
        let tape = self.tape();
        let written = tape
            .lines
            .iter()
            .map(|line| serde_json::to_string(line).expect("a record has a JSON form"));
        written.map(|line| line + "\n").collect()
    }

    /// Reads what [`to_lines`](Recording::to_lines) wrote.
    ///
    /// # Errors
    ///
    /// When a line is no record, or one of a newer version.
    pub fn from_lines(text: &str) -> Result<Self, JournalError> {
        let lines = text.lines().enumerate().map(|(at, line)| {
            serde_json::from_str(line).map_err(|error| {
                let message = format!("line {} cannot be read", at + 1);
                JournalError::new(JournalErrorKind::Unreadable, message).with_source(error)
            })
        });
        Ok(Recording::of(lines.collect::<Result<_, _>>()?))
    }

    fn of(lines: Vec<Line>) -> Self {
        let places = lines.iter().enumerate();
        let places = places.map(|(at, line)| (line.step.clone(), at)).collect();
        Recording(Arc::new(Mutex::new(Tape { lines, places })))
    }

    fn tape(&self) -> MutexGuard<'_, Tape> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What there is of a step, the latest line.
    fn find(&self, step: &Step) -> Option<Line> {
        let tape = self.tape();
        let at = *tape.places.get(step.name())?;
        tape.lines.get(at).cloned()
    }

    fn write(&self, step: &Step, record: Option<Record>) {
        let mut tape = self.tape();
        let name = Text::from(step.name());
        let at = tape.lines.len();
        tape.places.insert(name.clone(), at);
        tape.lines.push(Line {
            step: name,
            digest: step.digest(),
            record,
        });
    }
}

#[async_trait]
impl Journal for Recording {
    async fn step<'a>(
        &'a self,
        step: &'a Step,
        effect: JournalEffect<'a>,
    ) -> Result<Stepped, JournalError> {
        match self.find(step) {
            Some(Line {
                record: Some(record),
                digest,
                ..
            }) => return Ok(Stepped::Replayed { record, digest }),
            Some(Line { record: None, .. }) => return Ok(Stepped::Unknown),
            None => {}
        }
        if step.repeat() == Repeat::Forbidden {
            self.write(step, None);
        }
        let record = effect.await;
        self.write(step, Some(record.clone()));
        Ok(Stepped::Ran(record))
    }
}
