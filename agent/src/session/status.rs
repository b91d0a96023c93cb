use std::fmt;
use std::hash::{BuildHasher as _, RandomState};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use windlass_core::{ModelId, Text, Usage};

use crate::{ContextUse, RunId};

/// How a session stands. All of it is kept up to date, so asking costs the same for two messages and for two million.
///
/// A live run's messages are not part of it before the run ends; what it has used so far is.
///
/// ```
/// use windlass_agent::{Agent, Session};
/// use windlass_core::{Script, Scripted, Usage};
///
/// # let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
/// # runtime.block_on(async {
/// let answer = Script::text("In Rome.").with_usage(Usage::UNKNOWN.with_input(900).with_output(4));
/// let session = Session::new(Agent::builder(Scripted::new([answer])).build()?);
/// session.run("Is it warmer in Oslo or in Rome?").await?;
/// let status = session.status();
/// assert_eq!((status.messages, status.attempts, status.usage.total()), (2, 1, Some(904)));
/// let context = status.context.expect("the answer does not have the whole window");
/// assert!(context.input > 900 && context.utilisation() < 0.01);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # }).expect("the script has an answer");
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SessionStatus {
    /// The session.
    pub id: SessionId,
    /// When it was begun.
    #[serde(with = "millis")]
    pub created_at: SystemTime,
    /// How many messages its conversation has.
    pub messages: usize,
    /// What the conversation takes of the model's window, with instructions and tools, and what is left; none where answers
    /// are to have the whole window.
    pub context: Option<ContextUse>,
    /// What its runs and their sub-agents used, those that were forgotten included.
    pub usage: Usage,
    /// The same for each model.
    pub models: Vec<(ModelId, Usage)>,
    /// What that cost in micro-dollars, as far as prices are known.
    pub cost: u64,
    /// How many answers came of models without a known price.
    pub unpriced: u64,
    /// How often a model was asked.
    pub attempts: u64,
    /// How many runs it has had whose messages it still has.
    pub runs: usize,
    /// The run that is live.
    pub live: Option<RunId>,
    /// How many calls wait for decisions.
    pub waiting: usize,
}

/// The id of a session.
///
/// ```
/// use windlass_agent::SessionId;
///
/// assert_eq!(SessionId::new("support-7").to_string(), "support-7");
/// assert_ne!(SessionId::random(), SessionId::random());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SessionId(Text);

impl SessionId {
    /// An id with this text.
    pub fn new(id: impl Into<Text>) -> Self {
        SessionId(id.into())
    }

    /// An id that no other session has: 64 bits of chance.
    pub fn random() -> Self {
        SessionId(format!("ses_{:016x}", RandomState::new().hash_one(0_u8)).into())
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A time as milliseconds since 1970.
pub(super) mod millis {
    use serde::{Deserialize, Deserializer, Serializer};

    use super::{Duration, SystemTime, UNIX_EPOCH};

    pub(in crate::session) fn serialize<S: Serializer>(
        time: &SystemTime,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
        serializer.serialize_u64(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
    }

    pub(in crate::session) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<SystemTime, D::Error> {
        let millis = u64::deserialize(deserializer)?;
        let time = UNIX_EPOCH.checked_add(Duration::from_millis(millis));
        time.ok_or_else(|| serde::de::Error::custom("a time beyond all calendars"))
    }
}
