use std::time::Duration;

use serde::{Deserialize, Serialize};
use windlass_core::{
    Call, Conversation, ModelError, Outcome, Response, Text, ToolError, Usage, User,
};

use crate::{CompactError, CompactReport, Decisions, Factor, Reached, RunId};

/// What came of a step. What is in it is the run's affair; it can be written down and read back, also by later versions.
///
/// ```
/// use windlass_agent::Record;
///
/// let written = r#"{"v":1,"turn":{"elapsed":{"secs":2,"nanos":0},"mail":[]}}"#;
/// let record: Record = serde_json::from_str(written)?;
/// assert_eq!(serde_json::to_string(&record)?, written);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// The version of the format.
    v: Version,
    #[serde(flatten)]
    kind: Kind,
}

/// The versions that can be read; only the newest is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
struct Version(u8);

const NEWEST: Version = Version(1);

impl TryFrom<u8> for Version {
    type Error = String;

    fn try_from(version: u8) -> Result<Self, String> {
        match version {
            1 => Ok(Version(version)),
            newer => Err(format!(
                "a record of version {newer}; versions up to 1 are known"
            )),
        }
    }
}

impl From<Version> for u8 {
    fn from(version: Version) -> Self {
        version.0
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Run(Given),
    Turn(Began),
    Attempt(Box<Asked>),
    Wait(Waited),
    Compact(Box<Compacting>),
    Approval(Approved),
    Call(Box<Came>),
}

/// What a step of one kind comes to.
pub(crate) trait Recordable: Sized + Send {
    fn into_record(self) -> Record;

    /// None of a record of another kind.
    fn from_record(record: Record) -> Option<Self>;
}

/// What a run was given.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Given {
    pub(crate) id: RunId,
    pub(crate) conversation: Conversation,
}

/// What a turn began with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Began {
    /// The time of the run so far.
    pub(crate) elapsed: Duration,
    /// How far estimates were known to be off, for each target.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) factors: Vec<Option<Factor>>,
    /// What the user said since the last turn.
    pub(crate) mail: Vec<User>,
}

/// What came of asking a model.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Asked {
    pub(crate) answer: Result<Response, ModelError>,
    pub(crate) usage: Usage,
    /// What the text came to in tokens, where nothing was reported.
    #[serde(default)]
    pub(crate) estimated: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) request_id: Option<Text>,
    /// The budget that the answer used up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) spent: Option<Reached>,
    pub(crate) duration: Duration,
    /// How long it waited in a queue before it was sent.
    #[serde(default)]
    pub(crate) waited: Duration,
}

impl Asked {
    /// Of a model that gave no stream.
    pub(crate) fn refused(error: ModelError) -> Self {
        Asked {
            answer: Err(error),
            usage: Usage::UNKNOWN,
            estimated: 0,
            request_id: None,
            spent: None,
            duration: Duration::ZERO,
            waited: Duration::ZERO,
        }
    }
}

/// Two are the same when they are written the same.
impl PartialEq for Asked {
    fn eq(&self, other: &Self) -> bool {
        let written = |asked: &Self| serde_json::to_string(asked).ok();
        written(self) == written(other)
    }
}

/// Whether a model was asked again after a failure, and after what wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Waited {
    pub(crate) wait: Option<Duration>,
}

/// What came of making the conversation smaller.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Compacting {
    /// None when nothing could be made smaller.
    pub(crate) smaller: Option<(Conversation, CompactReport)>,
    /// Where the run begins in the smaller one.
    #[serde(default)]
    pub(crate) live: usize,
    /// Why not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) failed: Option<CompactError>,
}

/// Two are the same when they are written the same.
impl PartialEq for Compacting {
    fn eq(&self, other: &Self) -> bool {
        let written = |made: &Self| serde_json::to_string(made).ok();
        written(self) == written(other)
    }
}

/// What those said who were asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Approved {
    pub(crate) decisions: Decisions,
}

/// What came of a call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Came {
    pub(crate) outcome: Outcome,
    pub(crate) attempts: u32,
    pub(crate) duration: Duration,
    /// The words by which the tool ended the run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) fatal: Option<Fatal>,
    /// Whether it was one of the tries that the model has with the tool.
    #[serde(default)]
    pub(crate) spent_try: bool,
}

impl Came {
    /// Of a call that had begun without a record, and must not be repeated.
    pub(crate) fn unknown(call: &Call) -> Self {
        Came {
            outcome: Outcome::interrupted(call),
            attempts: 0,
            duration: Duration::ZERO,
            fatal: None,
            spent_try: false,
        }
    }
}

/// The error by which a tool ended the run; its words are what is written.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(from = "Text", into = "Text")]
pub(crate) struct Fatal(pub(crate) ToolError);

impl From<Text> for Fatal {
    fn from(message: Text) -> Self {
        Fatal(ToolError::fatal(message))
    }
}

impl From<Fatal> for Text {
    fn from(fatal: Fatal) -> Self {
        fatal.0.message().clone()
    }
}

impl PartialEq for Fatal {
    fn eq(&self, other: &Self) -> bool {
        self.0.message() == other.0.message()
    }
}

/// Joins each kind of record with what it holds.
macro_rules! recordable {
    ($($held:ty => $kind:ident, $into:expr, $held_as:pat => $out:expr;)*) => {$(
        impl Recordable for $held {
            fn into_record(self) -> Record {
                Record { v: NEWEST, kind: Kind::$kind($into(self)) }
            }

            fn from_record(record: Record) -> Option<Self> {
                match record.kind {
                    Kind::$kind($held_as) => Some($out),
                    _ => None,
                }
            }
        }
    )*};
}

recordable! {
    Given => Run, std::convert::identity, held => held;
    Began => Turn, std::convert::identity, held => held;
    Asked => Attempt, Box::new, held => *held;
    Waited => Wait, std::convert::identity, held => held;
    Compacting => Compact, Box::new, held => *held;
    Approved => Approval, std::convert::identity, held => held;
    Came => Call, Box::new, held => *held;
}
