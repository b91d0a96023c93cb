use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use windlass_core::{Call, Entry, Message, Outcome, OutcomePart, Outcomes, Text, async_trait};

use super::ends::{keep_ends, level};
use super::{CompactError, Compacted, Compaction, Compactor, Reach};
use crate::Estimator;

/// How what stands in the place of an output begins.
const LEFT_OUT: &str = "[output left out to save room";

/// What a tool says of an old output of its own; nothing where it has no better words.
type Words = Arc<dyn Fn(&Call, &Outcome) -> Option<Text> + Send + Sync>;

/// Puts old outputs of tools in fewer words, the oldest first: the tool's own where it has some, else a note that says how
/// much was there.
///
/// The newest outputs stay, unless nothing else makes the conversation fit; then they keep their beginnings and ends.
///
/// ```
/// use windlass_agent::{Approximate, Compaction, ShortenToolOutput};
/// use windlass_core::{Assistant, Call, Conversation, Outcome};
///
/// # let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
/// # runtime.block_on(async {
/// let mut said = Conversation::from("What is in the logs?");
/// for file in ["a.log", "b.log", "c.log"] {
///     let call = Call::new(file, "read", format!(r#"{{"path":"{file}"}}"#));
///     said.push_assistant(Assistant::default().with(call.clone()))?;
///     said.push_outcomes([Outcome::success(&call, "10:51 all is well\n".repeat(100))])?;
/// }
/// said.push_assistant(Assistant::new("All is well."))?;
/// said.push_user("Thanks. And in d.log?")?;
///
/// let shorten = ShortenToolOutput::new()
///     .with_words("read", |call, _| Some(format!("was read: {}", call.arguments).into()));
/// let estimator = Approximate::default();
/// let compacted = Compaction::new(&said, &estimator, 2_000).run(&shorten).await?.expect("it was longer");
/// let outputs: Vec<_> = compacted.conversation.calls().filter_map(|(_, outcome)| outcome).map(Outcome::text).collect();
/// assert_eq!(outputs[0], "[output left out to save room, in short]\nwas read: {\"path\":\"a.log\"}");
/// assert_eq!(outputs[2].len(), 1_800, "the newest is whole");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # }).expect("it fits");
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub struct ShortenToolOutput {
    words: HashMap<Text, Words>,
    newest: usize,
    ends: Option<u64>,
}

impl Default for ShortenToolOutput {
    fn default() -> Self {
        ShortenToolOutput {
            words: HashMap::new(),
            newest: 1,
            ends: None,
        }
    }
}

impl ShortenToolOutput {
    /// Keeps the outputs of the last turn and puts a note in the place of older ones.
    pub fn new() -> Self {
        ShortenToolOutput::default()
    }

    /// Lets the tool of this name say what the model is still to know of an old output.
    #[must_use]
    pub fn with_words(
        mut self,
        tool: impl Into<Text>,
        words: impl Fn(&Call, &Outcome) -> Option<Text> + Send + Sync + 'static,
    ) -> Self {
        self.words.insert(tool.into(), Arc::new(words));
        self
    }

    /// Sets of how many turns with calls the outputs stay; the last one's by default.
    #[must_use]
    pub fn with_newest(mut self, turns: usize) -> Self {
        self.newest = turns;
        self
    }

    /// Keeps the beginning and the end of an old output, about this many tokens together, instead of a note.
    #[must_use]
    pub fn with_ends(mut self, tokens: u64) -> Self {
        self.ends = Some(tokens);
        self
    }

    fn shortened(&self, call: &Call, outcome: &Outcome, work: &Compaction<'_>) -> Option<Outcome> {
        if is_short(outcome) {
            return None;
        }
        let own = self.words.get(&outcome.name);
        let text = match (own.and_then(|words| words(call, outcome)), self.ends) {
            (Some(words), _) => format!("{LEFT_OUT}, in short]\n{words}"),
            (None, Some(tokens)) => return keep_ends(outcome, tokens, work.estimator),
            (None, None) => note(outcome),
        };
        let (bytes, media) = content(outcome);
        let is_less = text.len() < bytes || media > 0;
        is_less.then(|| Outcome::new(call, outcome.status, text))
    }

    /// The outcomes at `place` in fewer words, with what that wins, if it wins something.
    fn shorten(&self, work: &Compaction<'_>, place: usize) -> Option<(Arc<Entry>, u64)> {
        let entries = work.conversation.entries();
        let calls = entries[place.checked_sub(1)?].message().calls();
        let outcomes = entries[place].message().outcomes();
        let mut changed = false;
        let each = calls.zip(outcomes).map(|(call, outcome)| {
            let shorter = self.shortened(call, outcome, work);
            changed |= shorter.is_some();
            shorter.unwrap_or_else(|| outcome.clone())
        });
        let shorter: Outcomes = each.collect();
        changed.then(|| smaller(work, place, shorter)).flatten()
    }

    /// What stands in the place of old outcomes, until the aim is reached.
    fn old(&self, work: &Compaction<'_>) -> Vec<(usize, Arc<Entry>)> {
        let all: Vec<_> = places(work).collect();
        let spared = if work.reach == Reach::Past {
            self.newest
        } else {
            0
        };
        let old = &all[..all.len().saturating_sub(spared)];
        let mut left = work.tokens();
        let mut shorter = Vec::new();
        for &place in old.iter().filter(|place| work.may_drop(**place)) {
            if left <= work.aim {
                break;
            }
            if let Some((entry, won)) = self.shorten(work, place) {
                left = left.saturating_sub(won);
                shorter.push((place, entry));
            }
        }
        shorter
    }
}

#[async_trait]
impl Compactor for ShortenToolOutput {
    async fn compact(&self, work: &Compaction<'_>) -> Result<Option<Compacted>, CompactError> {
        let mut shorter = self.old(work);
        if shorter.is_empty() && work.reach == Reach::Newest {
            shorter.extend(newest(work));
        }
        if shorter.is_empty() {
            return Ok(None);
        }
        let mut shorter = shorter.into_iter().peekable();
        let entries = work.conversation.entries().iter().enumerate();
        let entries = entries.map(|(place, entry)| {
            let new = shorter.next_if(|(at, _)| *at == place);
            new.map_or_else(|| Arc::clone(entry), |(_, shorter)| shorter)
        });
        let smaller = work.conversation.with_entries(entries)?;
        Ok(Some(Compacted::new(work, smaller)))
    }
}

impl fmt::Debug for ShortenToolOutput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ShortenToolOutput")
            .field("words", &self.words.keys())
            .field("newest", &self.newest)
            .field("ends", &self.ends)
            .finish()
    }
}

/// Where the outcomes stand.
fn places(work: &Compaction<'_>) -> impl DoubleEndedIterator<Item = usize> {
    let entries = work.conversation.entries().iter().enumerate();
    let outcomes = entries.filter(|(_, entry)| matches!(entry.message(), Message::Outcomes(_)));
    outcomes.map(|(place, _)| place)
}

/// The outcomes of the last calls, the largest of them cut as far as it takes to fit.
fn newest(work: &Compaction<'_>) -> Option<(usize, Arc<Entry>)> {
    let last = places(work).next_back();
    let place = last.filter(|place| work.may_shorten(*place))?;
    let outcomes = work.conversation.entries()[place].message().outcomes();
    let sizes: Vec<_> = outcomes
        .iter()
        .map(|one| tokens_of(work.estimator, one))
        .collect();
    let all = sizes
        .iter()
        .fold(0_u64, |sum, tokens| sum.saturating_add(*tokens));
    let others = work.tokens().saturating_sub(all);
    let most = level(&sizes, work.target.saturating_sub(others));
    let each = outcomes
        .iter()
        .map(|outcome| keep_ends(outcome, most, work.estimator).unwrap_or_else(|| outcome.clone()));
    let (entry, _) = smaller(work, place, each.collect())?;
    Some((place, entry))
}

/// An entry of `shorter` and what it wins over the one at `place`; none where it wins nothing.
fn smaller(work: &Compaction<'_>, place: usize, shorter: Outcomes) -> Option<(Arc<Entry>, u64)> {
    let entry = Arc::new(Entry::new(shorter));
    let before = work.estimator.entry(&work.conversation.entries()[place]);
    let won = before.saturating_sub(work.estimator.entry(&entry));
    (won > 0).then_some((entry, won))
}

/// What an outcome takes, with what frames it.
pub(super) fn tokens_of(estimator: &dyn Estimator, outcome: &Outcome) -> u64 {
    estimator.message(&Message::Outcomes(Outcomes(vec![outcome.clone()])))
}

/// What the bytes of its texts and the number of its media are.
fn content(outcome: &Outcome) -> (usize, usize) {
    let texts = || outcome.parts.iter().filter_map(OutcomePart::as_text);
    let bytes = texts().map(str::len).sum();
    (bytes, outcome.parts.len() - texts().count())
}

/// Says what was there.
fn note(outcome: &Outcome) -> String {
    let (bytes, media) = content(outcome);
    let media = match media {
        0 => String::new(),
        count => format!(" and {count} media"),
    };
    let name = &outcome.name;
    format!("{LEFT_OUT}: {bytes} bytes{media}; call `{name}` again if it is needed]")
}

/// Whether something else stands in the place of the output already.
fn is_short(outcome: &Outcome) -> bool {
    matches!(&outcome.parts[..], [OutcomePart::Text(text)] if text.starts_with(LEFT_OUT))
}
