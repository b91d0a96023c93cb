//! What a run comes to.

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use windlass_core::{
    Assistant, Conversation, JsonText, Message, ModelError, ModelId, Outcome, ToolError, Usage,
    Warning,
};

use crate::{
    AttemptRecord, CompactError, CompactReport, ContextUse, Left, PendingSet, PrefixChange, RunId,
    Stop,
};

/// What a run came to: always whole, however it ended.
///
/// It shows as the text of the answer.
///
/// ```
/// use windlass_agent::{Agent, Stop};
/// use windlass_core::{Script, Scripted, Usage};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let usage = Usage::UNKNOWN.with_input(20).with_output(3);
/// let model = Scripted::new([Script::text("In Rome.").with_usage(usage)]);
/// let report = Agent::builder(model).build()?.run("Where is it warmer?").await?;
/// assert_eq!(report.stop, Stop::Answered);
/// assert_eq!(report.to_string(), "In Rome.");
/// assert_eq!((report.turns, report.usage.output()), (1, Some(3)));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Report {
    /// The run.
    pub run: RunId,
    /// Why it ended.
    pub stop: Stop,
    /// All that was said: what the run was given and what came to it. It can be run again, unless the run is
    /// [paused](Report::paused).
    pub conversation: Conversation,
    /// What the run and its sub-agents used.
    pub usage: Usage,
    /// The same for each model that answered; what it took to make the conversation smaller is in
    /// [`compactions`](Report::compactions).
    pub models: Vec<(ModelId, Usage)>,
    /// What it cost in micro-dollars, as far as prices are known.
    pub cost: u64,
    /// How many answers came of models without a known price.
    pub unpriced: u64,
    /// How many turns it took.
    pub turns: u32,
    /// How many calls ran.
    pub calls: u32,
    /// Every attempt, in order.
    pub attempts: Vec<AttemptRecord>,
    /// What the last request took of its window; nothing where neither a budget nor a compactor nor a limit on tokens is set.
    pub context: Option<ContextUse>,
    /// How often the conversation was made smaller, and what that came to.
    pub compactions: Vec<CompactReport>,
    /// What kept providers from reading their prompt caches, each time.
    pub prefix_changes: Vec<PrefixChange>,
    /// How long it took.
    pub duration: Duration,
    /// What was asked for and not done as asked.
    pub warnings: Vec<Warning>,
    /// What is left of the limits.
    pub left: Vec<Left>,
    /// The calls that wait for a decision.
    pub paused: Option<Paused>,
    /// The answer as JSON, where one of a type was asked for.
    pub value: Option<JsonText>,
    /// The error of the last attempt, if that is why the run ended.
    pub error: Option<ModelError>,
    /// The error by which a tool ended the run.
    pub tool_error: Option<ToolError>,
    /// Why the conversation could not be made smaller.
    pub compact_error: Option<CompactError>,
}

impl Report {
    /// The last answer, whole or not.
    pub fn answer(&self) -> Option<&Assistant> {
        self.conversation
            .messages()
            .rev()
            .find_map(|message| match message {
                Message::Assistant(answer) => Some(answer),
                _ => None,
            })
    }

    /// The text of the last answer.
    pub fn text(&self) -> String {
        self.answer().map(Assistant::text).unwrap_or_default()
    }

    /// The report, or an error of it if the run did not do what it was asked to.
    ///
    /// # Errors
    ///
    /// When [`Stop::is_success`] says no.
    pub fn into_result(self) -> Result<Report, RunError> {
        if self.stop.is_success() {
            Ok(self)
        } else {
            Err(RunError::new(self))
        }
    }
}

/// Writes the text of the answer.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

/// A run that did not do what it was asked to, with everything it won.
///
/// ```
/// use windlass_agent::{Agent, Stop};
/// use windlass_core::{ErrorKind, ModelError, Script, Scripted};
///
/// # let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
/// # runtime.block_on(async {
/// let refused = ModelError::new(ErrorKind::Authentication, "no such key");
/// let agent = Agent::builder(Scripted::new([Script::refuse(refused)])).build()?;
/// let error = agent.run("Hello").await.expect_err("the key is wrong");
/// assert!(matches!(error.stop(), Stop::Failed(_)));
/// assert_eq!(error.hint(), "check that the key is set, complete and of this provider");
/// assert_eq!(error.report().conversation.len(), 1);
/// # Ok::<(), windlass_agent::ToolboxError>(())
/// # }).expect("no tools, no trouble");
/// ```
#[derive(Clone)]
pub struct RunError(Box<Report>);

impl RunError {
    pub(crate) fn new(report: Report) -> Self {
        RunError(Box::new(report))
    }

    /// Why the run ended.
    pub fn stop(&self) -> &Stop {
        &self.0.stop
    }

    /// What the run came to.
    pub fn report(&self) -> &Report {
        &self.0
    }

    /// What the run came to, to keep.
    pub fn into_report(self) -> Report {
        *self.0
    }

    /// What to do about it, in one line.
    pub fn hint(&self) -> &str {
        self.0.stop.hint()
    }
}

impl fmt::Display for RunError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.stop.fmt(f)
    }
}

/// Why it ended and what to do about it, as a `main` that fails shows it; the whole is in [`RunError::report`].
impl fmt::Debug for RunError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunError")
            .field("run", &self.0.run)
            .field("why", &format_args!("{self}"))
            .field("hint", &format_args!("{}", self.hint()))
            .finish_non_exhaustive()
    }
}

impl StdError for RunError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        let model = self.0.error.as_ref().map(|error| error as _);
        let tool = || self.0.tool_error.as_ref()?.cause();
        let compact = || match self.0.stop {
            Stop::Compact { .. } => self.0.compact_error.as_ref()?.source(),
            _ => None,
        };
        let tool = || tool().map(|cause| cause as _);
        model.or_else(tool).or_else(compact)
    }
}

/// A run that waits for decisions: it can be written down, and resumed in another process.
///
/// ```
/// use windlass_agent::{Agent, Decision, Decisions, Paused, Rules, Stop};
/// use windlass_core::{Script, Scripted, tool};
///
/// /// Pays.
/// #[tool]
/// fn pay() -> &'static str {
///     "paid"
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let model = Scripted::new([Script::call("call_1", "pay", "{}"), Script::text("It is paid.")]);
/// let agent = Agent::builder(model).tool(pay).approver(Rules::new()).build()?;
/// let report = agent.run("Pay.").await?;
/// assert_eq!(report.stop, Stop::Paused);
///
/// let saved = serde_json::to_string(&report.paused)?;
/// let paused: Paused = serde_json::from_str(&saved)?;
/// let report = agent.resume(paused, Decisions::new().with("call_1", Decision::Allow)).await?;
/// assert_eq!(report.text(), "It is paid.");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Paused {
    /// All that was said, up to the answer whose calls wait.
    pub conversation: Conversation,
    /// The outcomes of the calls that did not have to wait.
    pub outcomes: Vec<Outcome>,
    /// The calls that wait, in call order.
    pub waiting: PendingSet,
}

impl Paused {
    pub(crate) fn new(
        conversation: Conversation,
        outcomes: Vec<Outcome>,
        waiting: PendingSet,
    ) -> Self {
        Paused {
            conversation,
            outcomes,
            waiting,
        }
    }
}
