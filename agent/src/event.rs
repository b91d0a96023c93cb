//! What happens in a run, as it is told to whoever listens.

mod attempt;
mod shared;

use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use windlass_core::{
    Call, CallId, Event, ModelId, Outcome, PartIndex, Progress, Request, Text, Usage,
};

use crate::{CompactReport, ContextUse, Near, PendingCall, PrefixChange, Stop};

pub use attempt::{AttemptRecord, Failed};

#[cfg(test)]
mod tests;

/// Something that happened in a run, and where.
///
/// Every start has its end, on every path: of the run, a turn, an attempt and a tool. Exactly one
/// [`RunEnded`](What::RunEnded) comes, and nothing after it.
///
/// ```
/// use windlass_agent::{Agent, What};
/// use windlass_core::{Script, Scripted};
///
/// # let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
/// # runtime.block_on(async {
/// let agent = Agent::builder(Scripted::new([Script::text("It is warmer in Rome.")])).build()?;
/// let mut run = agent.run("Is it warmer in Oslo or in Rome?");
/// let mut shown = String::new();
/// while let Some(event) = run.next().await {
///     if let What::Text { text, .. } = event.what {
///         shown.push_str(&text);
///     }
/// }
/// assert_eq!(shown, "It is warmer in Rome.");
/// # Ok::<(), windlass_agent::ToolboxError>(())
/// # }).expect("no tools, no trouble");
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AgentEvent {
    /// The run.
    pub run: RunId,
    /// The turn of the run, counted from one; zero before the first.
    pub turn: u32,
    /// The attempt of the turn, counted from one; zero before the first.
    pub attempt: u32,
    /// What happened.
    pub what: What,
}

impl AgentEvent {
    pub(crate) fn new(run: RunId, turn: u32, attempt: u32, what: What) -> Self {
        AgentEvent {
            run,
            turn,
            attempt,
            what,
        }
    }
}

/// Something that happens in a run.
///
/// ```
/// use windlass_agent::{Agent, What};
/// use windlass_core::{Script, Scripted, tool};
///
/// /// Counts.
/// #[tool]
/// fn count() -> &'static str {
///     "one"
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let model = Scripted::new([Script::call("call_1", "count", "{}"), Script::text("It is one.")]);
/// let mut run = Agent::builder(model).tool(count).build()?.run("How many?");
/// let mut shown = Vec::new();
/// while let Some(event) = run.next().await {
///     match event.what {
///         What::TurnStarted => shown.push(format!("turn {}", event.turn)),
///         What::ToolStarted { name, .. } => shown.push(format!("{name} …")),
///         What::ToolEnded(ended) => shown.push(ended.outcome.text()),
///         What::RunEnded(ended) => shown.push(ended.stop.to_string()),
///         _ => {}
///     }
/// }
/// assert_eq!(shown, ["turn 1", "count …", "one", "turn 2", "the model answered"]);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum What {
    /// The run begins.
    RunStarted {
        /// The run whose tool this one is.
        parent: Option<RunId>,
    },
    /// A turn begins.
    TurnStarted,
    /// A model is asked.
    AttemptStarted(Box<AttemptStarted>),
    /// Words for the user.
    Text {
        /// The part of the answer that they belong to.
        part: PartIndex,
        /// The words that are new.
        text: Text,
    },
    /// Readable thinking.
    Thinking {
        /// The part of the answer that it belongs to.
        part: PartIndex,
        /// The words that are new.
        text: Text,
    },
    /// Words by which the model declines.
    Refusal {
        /// The part of the answer that they belong to.
        part: PartIndex,
        /// The words that are new.
        text: Text,
    },
    /// The model begins to write a call.
    CallStarted {
        /// The call.
        call: CallId,
        /// The tool, as the model wrote it.
        name: Text,
    },
    /// A piece of the arguments of a call.
    Arguments {
        /// The call.
        call: CallId,
        /// The text that is new.
        text: Text,
    },
    /// Whatever else the model said: media, citations, things of the provider's own.
    Output(Box<Event>),
    /// Token counts of this attempt so far.
    Usage(Usage),
    /// An attempt is over, well or not.
    AttemptEnded(Box<AttemptRecord>),
    /// The attempt is made again after a wait.
    Retrying {
        /// How long.
        wait: Duration,
        /// Why.
        because: Box<Because>,
    },
    /// Another model is asked from here on.
    Switched(Box<Switched>),
    /// What was shown of this attempt is void; another answer follows.
    Discarded,
    /// The conversation was made smaller.
    Compacted(Box<CompactReport>),
    /// What was asked does not begin as what was asked before, or the provider's prompt cache was of no use.
    PrefixChanged(Box<PrefixChange>),
    /// The next request takes nearly all that it may, or more.
    ContextNear(Box<ContextUse>),
    /// A limit is near.
    LimitNear(Near),
    /// What the user said meanwhile is now part of the conversation.
    Steered {
        /// How many messages.
        messages: u32,
    },
    /// A call is written to its end and will be run, if it may.
    CallReady(Box<Call>),
    /// Somebody is asked whether these calls may run.
    ApprovalAsked(Vec<PendingCall>),
    /// A tool begins.
    ToolStarted {
        /// The call.
        call: CallId,
        /// The tool.
        name: Text,
    },
    /// A tool tells how far it has come.
    ToolProgress {
        /// The call.
        call: CallId,
        /// How far.
        progress: Progress,
    },
    /// A call has its outcome.
    ToolEnded(Box<ToolEnded>),
    /// A turn is over.
    TurnEnded {
        /// What the run and its sub-agents have used so far.
        usage: Usage,
    },
    /// The run is over.
    RunEnded(Box<RunEnded>),
}

/// Why an attempt is made again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Because {
    /// It failed.
    Failed(Failed),
    /// Its answer was turned down; why.
    Rejected(Text),
}

impl fmt::Display for Because {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Because::Failed(failed) => failed.fmt(f),
            Because::Rejected(why) => write!(f, "the answer was turned down: {why}"),
        }
    }
}

/// What a model is asked, and which.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AttemptStarted {
    /// The model.
    pub model: ModelId,
    /// What it is asked: shared with the run, not copied.
    #[serde(with = "shared")]
    pub request: Arc<Request>,
}

impl AttemptStarted {
    pub(crate) fn new(model: ModelId, request: Arc<Request>) -> Self {
        AttemptStarted { model, request }
    }
}

/// Two are the same when they ask the same model the same in the same conversation.
impl PartialEq for AttemptStarted {
    fn eq(&self, other: &Self) -> bool {
        self.model == other.model
            && (Arc::ptr_eq(&self.request, &other.request) || self.request == other.request)
    }
}

/// Another model took over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Switched {
    /// The model that was asked before.
    pub from: ModelId,
    /// The model that is asked now.
    pub to: ModelId,
}

impl Switched {
    pub(crate) fn new(from: ModelId, to: ModelId) -> Self {
        Switched { from, to }
    }
}

/// What came of a call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ToolEnded {
    /// What the model is told.
    pub outcome: Outcome,
    /// How long it ran, all attempts together.
    pub duration: Duration,
    /// How many attempts there were; none if it did not run.
    pub attempts: u32,
}

impl ToolEnded {
    pub(crate) fn new(outcome: Outcome, duration: Duration, attempts: u32) -> Self {
        ToolEnded {
            outcome,
            duration,
            attempts,
        }
    }
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RunEnded {
    /// Why.
    pub stop: Stop,
    /// What the run and its sub-agents used.
    pub usage: Usage,
    /// How many turns it took.
    pub turns: u32,
    /// How long it took.
    pub duration: Duration,
}

impl RunEnded {
    pub(crate) fn new(stop: Stop, usage: Usage, turns: u32, duration: Duration) -> Self {
        RunEnded {
            stop,
            usage,
            turns,
            duration,
        }
    }
}

/// The id of a run.
///
/// ```
/// use windlass_agent::RunId;
///
/// assert_eq!(RunId::new("nightly-7").to_string(), "nightly-7");
/// assert_ne!(RunId::random(), RunId::random());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RunId(Text);

impl RunId {
    /// An id with this text.
    pub fn new(id: impl Into<Text>) -> Self {
        RunId(id.into())
    }

    /// An id that no other run has: 64 bits of chance.
    pub fn random() -> Self {
        RunId(format!("run_{:016x}", RandomState::new().hash_one(0_u8)).into())
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
