use std::fmt;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Error as _, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use windlass_core::{Conversation, Message, Outcome, Repairs};

use super::context::Context;
use super::inner::{From, Inner, Waiting};
use super::status::millis;
use super::{Busy, PastRun, Session, SessionId};
use crate::ledger::{Books, Tally};
use crate::run::Tie;
use crate::{Agent, Paused, PendingSet, Stop};

/// The newest format.
const VERSION: u32 = 1;

/// A session as it is written down: what was said, what was spent, and the calls that wait for decisions; not the agent.
///
/// It is written in the newest format, and read in all older ones; a bare list of messages, as a [`Conversation`] is written,
/// is one of them. A conversation that is not legal, because it was cut or changed, is [repaired](Conversation::repair)
/// while it is read.
///
/// ```
/// use windlass_agent::{Agent, Session, SessionState};
/// use windlass_core::{Script, Scripted};
///
/// # let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
/// # runtime.block_on(async {
/// let agent = Agent::builder(Scripted::new(["In Rome.", "Cairo."].map(Script::text))).build()?;
/// let session = Session::new(agent.clone());
/// session.run("Is it warmer in Oslo or in Rome?").await?;
/// let written = serde_json::to_string(&session.state())?;
///
/// let state: SessionState = serde_json::from_str(&written)?;
/// assert!(state.repairs().is_empty());
/// let session = Session::load(agent, state);
/// session.run("And in Africa?").await?;
/// assert_eq!(session.status().messages, 4);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # }).expect("the script has two answers");
/// ```
#[derive(Clone, Debug)]
pub struct SessionState {
    id: SessionId,
    created_at: SystemTime,
    conversation: Conversation,
    repairs: Repairs,
    runs: Arc<Vec<PastRun>>,
    spent: Tally,
    paused: Option<Pause>,
}

/// What a paused run has beside its conversation.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Pause {
    outcomes: Vec<Outcome>,
    waiting: PendingSet,
}

impl SessionState {
    /// The session.
    pub fn id(&self) -> &SessionId {
        &self.id
    }

    /// All that was said.
    pub fn conversation(&self) -> &Conversation {
        &self.conversation
    }

    /// What had to be repaired when it was read.
    pub fn repairs(&self) -> &Repairs {
        &self.repairs
    }
}

impl Session {
    /// The session as it can be written down; what a live run has come to so far is not in it. It shares the messages.
    pub fn state(&self) -> SessionState {
        let inner = self.lock();
        let paused = inner.waiting.as_ref().map(|waiting| Pause {
            outcomes: waiting.paused.outcomes.clone(),
            waiting: waiting.paused.waiting.clone(),
        });
        SessionState {
            id: inner.tie.id.clone(),
            created_at: inner.created_at,
            conversation: inner.conversation.clone(),
            repairs: Repairs::default(),
            runs: Arc::clone(&inner.past),
            spent: inner.tie.books.so_far(),
            paused,
        }
    }

    /// Goes on with a session that was written down.
    pub fn load(agent: Agent, state: SessionState) -> Self {
        let waiting = state.paused.map(|pause| {
            let conversation = state.conversation.clone();
            let from = before(&conversation, &state.runs);
            let paused = Paused::new(conversation, pause.outcomes, pause.waiting);
            Arc::new(Waiting { paused, from })
        });
        Session::of(Inner {
            tie: Tie {
                id: state.id,
                books: Books::of_session(state.spent).into(),
                prefix: Arc::new(agent.settings().prefix.clone().into()),
            },
            created_at: state.created_at,
            context: Context::of(&agent, &state.conversation),
            agent,
            busy: Busy::default(),
            conversation: state.conversation,
            past: state.runs,
            live: None,
            waiting,
        })
    }
}

/// The conversation before the run that is paused.
fn before(conversation: &Conversation, runs: &[PastRun]) -> From {
    let is_user = |message: &Message| matches!(message, Message::User(_));
    let (begins, runs) = match runs.split_last() {
        Some((last, others)) if last.stop == Stop::Paused => (last.begins, others.len()),
        _ => {
            let said = conversation.messages().rposition(is_user);
            (said.unwrap_or(0), runs.len())
        }
    };
    let entries = conversation.entries().iter().take(begins).cloned();
    let conversation = conversation
        .with_entries(entries)
        .expect("what follows in a conversation follows in its beginning");
    From { conversation, runs }
}

#[derive(Serialize)]
struct Writing<'a> {
    version: u32,
    id: &'a SessionId,
    #[serde(with = "millis")]
    created_at: SystemTime,
    spent: &'a Tally,
    runs: &'a [PastRun],
    #[serde(skip_serializing_if = "Option::is_none")]
    paused: Option<&'a Pause>,
    messages: &'a Conversation,
}

impl Serialize for SessionState {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let written = Writing {
            version: VERSION,
            id: &self.id,
            created_at: self.created_at,
            spent: &self.spent,
            runs: &self.runs,
            paused: self.paused.as_ref(),
            messages: &self.conversation,
        };
        written.serialize(serializer)
    }
}

#[derive(Deserialize)]
struct Written {
    #[serde(rename = "version")]
    _version: Version,
    id: SessionId,
    #[serde(with = "millis")]
    created_at: SystemTime,
    #[serde(default)]
    spent: Tally,
    #[serde(default)]
    runs: Vec<PastRun>,
    #[serde(default)]
    paused: Option<Pause>,
    messages: Vec<Message>,
}

/// Stands first, so that a format of the future is named before anything of it is misread.
struct Version;

impl<'de> Deserialize<'de> for Version {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match u32::deserialize(deserializer)? {
            1..=VERSION => Ok(Version),
            version => Err(D::Error::custom(format_args!(
                "a session of format {version}; this version of the library reads up to {VERSION}"
            ))),
        }
    }
}

impl<'de> Deserialize<'de> for SessionState {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer
            .deserialize_any(Formats)
            .map(Written::into_state)
    }
}

struct Formats;

impl<'de> Visitor<'de> for Formats {
    type Value = Written;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a session, or a list of messages")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Written, A::Error> {
        Written::deserialize(MapAccessDeserializer::new(map))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Written, A::Error> {
        Ok(Written {
            _version: Version,
            id: SessionId::random(),
            created_at: UNIX_EPOCH,
            spent: Tally::default(),
            runs: Vec::new(),
            paused: None,
            messages: Vec::deserialize(SeqAccessDeserializer::new(list))?,
        })
    }
}

impl Written {
    fn into_state(mut self) -> SessionState {
        self.messages.iter_mut().for_each(tighten);
        let legal = legal(&self.messages);
        let (conversation, mut repairs) = Conversation::repair(self.messages);
        let mut state = SessionState {
            id: self.id,
            created_at: self.created_at,
            conversation,
            runs: Arc::default(),
            spent: self.spent,
            paused: None,
            repairs: Repairs::default(),
        };
        let mut runs = self.runs;
        runs.retain(|run| run.begins <= legal);
        if !runs.is_sorted_by_key(|run| run.begins) {
            runs.clear();
        }
        state.runs = Arc::new(runs);
        state.paused = self
            .paused
            .filter(|pause| state.reopen(pause, &mut repairs));
        state.repairs = repairs;
        state
    }
}

impl SessionState {
    /// Opens the calls of the last answer again if they are those that wait, and says whether they are.
    fn reopen(&mut self, pause: &Pause, repairs: &mut Repairs) -> bool {
        let Some((_, rest)) = self.conversation.entries().split_last() else {
            return false;
        };
        let Ok(open) = self.conversation.with_entries(rest.iter().cloned()) else {
            return false;
        };
        let waits = |outcome: &Outcome| {
            let waiting = pause.waiting.calls().iter();
            let mut known = waiting.map(|pending| &pending.call.id);
            repairs.interrupted.contains(&outcome.call)
                && (known.any(|id| *id == outcome.call)
                    || pause.outcomes.iter().any(|done| done.call == outcome.call))
        };
        let last = self.conversation.messages().next_back();
        let outcomes = last.map_or(&[][..], Message::outcomes);
        let is_open = !outcomes.is_empty()
            && outcomes.iter().all(waits)
            && pause.waiting.check().is_ok()
            && !pause.waiting.is_empty();
        if is_open {
            let ids: Vec<_> = outcomes
                .iter()
                .map(|outcome| outcome.call.clone())
                .collect();
            repairs.interrupted.retain(|id| !ids.contains(id));
            self.conversation = open;
        }
        is_open
    }
}

/// Gives back the room that reading a list of unknown length left in it: for one part, three more.
fn tighten(message: &mut Message) {
    match message {
        Message::System(_) => {}
        Message::User(said) => said.parts.shrink_to_fit(),
        Message::Assistant(answer) => answer.parts.shrink_to_fit(),
        Message::Outcomes(outcomes) => {
            outcomes.0.shrink_to_fit();
            let parts = outcomes.0.iter_mut().map(|outcome| &mut outcome.parts);
            parts.for_each(Vec::shrink_to_fit);
        }
    }
}

/// How many messages stand as they were pushed: up to the first that repair has to touch.
fn legal(messages: &[Message]) -> usize {
    let mut place = 0;
    while let Some(message) = messages.get(place) {
        let mut calls = message.calls().peekable();
        if calls.peek().is_none() {
            if matches!(message, Message::Outcomes(_)) {
                return place;
            }
            place += 1;
            continue;
        }
        let outcomes = messages.get(place + 1).map_or(&[][..], Message::outcomes);
        let answered = outcomes.iter().map(|outcome| &outcome.call);
        if !calls.map(|call| &call.id).eq(answered) {
            return place;
        }
        place += 2;
    }
    place
}
