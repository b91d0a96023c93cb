use std::sync::Arc;

use serde::{Deserialize, Serialize};
use windlass_core::{Conversation, Entry, Message};

use super::frontier::Frontier;
use super::{CompactError, Compacted, Compactor, note};
use crate::Estimator;

/// What is to become smaller, how small, and what must stay.
///
/// Instructions and the messages of the system always stay. So does what the model is working on, the *live frontier*:
/// by default what the user said last and everything after it. Only when nothing else makes the conversation fit, one
/// long turn is cut inside, as far as [`Reach`] says; what the user said in it stays even then.
///
/// ```
/// use windlass_agent::{Compaction, Reach};
/// # use windlass_agent::Estimator;
/// # use windlass_core::Media;
/// use windlass_core::{Assistant, Conversation};
/// # struct Bytes;
/// # impl Estimator for Bytes {
/// #     fn text(&self, text: &str) -> u64 { text.len() as u64 }
/// #     fn media(&self, _: &Media) -> u64 { 0 }
/// # }
///
/// let mut said = Conversation::from("Good morning.");
/// said.push_assistant(Assistant::new("Good morning!"))?;
/// said.push_user("Is it warmer in Oslo or in Rome?")?;
/// let work = Compaction::new(&said, &Bytes, 50);
/// assert!(work.may_drop(0) && work.may_drop(1) && !work.may_drop(2));
/// # Ok::<(), windlass_core::ConversationError>(())
/// ```
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct Compaction<'a> {
    /// What is to become smaller.
    pub conversation: &'a Conversation,
    /// What counts tokens.
    pub estimator: &'a dyn Estimator,
    /// The tokens that the conversation must fit in, without instructions, tools and answer.
    pub target: u64,
    /// The tokens to get down to if it can be done without touching the live frontier: below the target, so that the next
    /// turn does not need another compaction.
    pub aim: u64,
    /// How far it may go.
    pub reach: Reach,
    frontier: Frontier,
    tokens: u64,
}

/// How far a compaction may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Reach {
    /// What came before the live frontier.
    Past,
    /// Answers and outcomes of the live frontier too, apart from the last answer and what came of its calls.
    Turn,
    /// What came of the last calls may be shortened too.
    Newest,
}

impl<'a> Compaction<'a> {
    /// Makes `conversation` fit in `target` tokens.
    pub fn new(conversation: &'a Conversation, estimator: &'a dyn Estimator, target: u64) -> Self {
        Compaction {
            conversation,
            estimator,
            target,
            aim: target,
            reach: Reach::Past,
            frontier: Frontier::of(conversation),
            tokens: estimator.conversation(conversation),
        }
    }

    /// Sets how small it is to become if that is possible; never more than the target.
    #[must_use]
    pub fn with_aim(mut self, tokens: u64) -> Self {
        self.aim = tokens.min(self.target);
        self
    }

    /// Sets how far it may go.
    #[must_use]
    pub fn with_reach(mut self, reach: Reach) -> Self {
        self.reach = reach;
        self
    }

    /// Sets the place of the message with which the live frontier begins: where the user's task is, when more was said
    /// by the user since.
    #[must_use]
    pub fn with_live_from(mut self, place: usize) -> Self {
        self.frontier = Frontier::from(self.conversation, place);
        self
    }

    /// The tokens of the conversation as it is.
    pub fn tokens(&self) -> u64 {
        self.tokens
    }

    /// Whether the message at this place may be left out, together with its outcomes or its calls.
    pub fn may_drop(&self, place: usize) -> bool {
        let Frontier { live, newest } = self.frontier;
        let end = if self.reach == Reach::Past {
            live
        } else {
            newest
        };
        match self
            .conversation
            .entries()
            .get(place)
            .map(|entry| entry.message())
        {
            None | Some(Message::System(_)) => false,
            Some(Message::User(said)) if !note::is_one(said) => place < live,
            Some(_) => place < end,
        }
    }

    /// Whether the message at this place may be put in other words.
    pub fn may_shorten(&self, place: usize) -> bool {
        let is_outcome = || {
            let entry = self.conversation.entries().get(place);
            entry.is_some_and(|entry| matches!(entry.message(), Message::Outcomes(_)))
        };
        self.may_drop(place) || (self.reach == Reach::Newest && is_outcome())
    }

    /// Lets `compactor` make the conversation smaller, with more and more reach as long as it does not fit, and checks
    /// what comes of it. None means that it was small enough or that nothing could be made smaller, and that it fits.
    ///
    /// # Errors
    ///
    /// When it does not fit and cannot be made to, when the compactor fails, and when it left out what must stay.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future leaves everything as it was.
    pub async fn run(&self, compactor: &dyn Compactor) -> Result<Option<Compacted>, CompactError> {
        let before = self.tokens();
        if before <= self.aim {
            return Ok(None);
        }
        let mut best: Option<Compacted> = None;
        for reach in [Reach::Past, Reach::Turn, Reach::Newest] {
            let work = self.after(best.as_ref()).with_reach(reach);
            if let Some(step) = compactor.compact(&work).await? {
                work.check(&step)?;
                best = Some(self.combine(best.take(), step));
            }
            let tokens = best
                .as_ref()
                .map_or(before, |best| best.report.tokens_after);
            if tokens <= self.target {
                return Ok(best);
            }
        }
        let least = best.map_or(before, |best| best.report.tokens_after);
        Err(CompactError::too_large(least, self.target))
    }

    /// The rest of this work after a part of it: the live frontier begins with the same message.
    pub(super) fn after<'b>(&'b self, part: Option<&'b Compacted>) -> Compaction<'b> {
        let Some(Compacted {
            conversation,
            report,
        }) = part
        else {
            return *self;
        };
        let first = self.conversation.entries().get(self.frontier.live);
        let same = |entry: &Arc<Entry>| first.is_some_and(|first| Arc::ptr_eq(first, entry));
        let place = conversation.entries().iter().rposition(same);
        let live = place.unwrap_or(conversation.len());
        Compaction {
            conversation,
            frontier: Frontier::from(conversation, live),
            tokens: report.tokens_after,
            ..*self
        }
    }

    /// What both steps did to the conversation of this work.
    pub(super) fn combine(&self, earlier: Option<Compacted>, later: Compacted) -> Compacted {
        match earlier {
            Some(earlier) => later.following(&earlier.report, self.conversation),
            None => later,
        }
    }

    /// That everything that must stay is there, in order, and that it got smaller.
    fn check(&self, step: &Compacted) -> Result<(), CompactError> {
        let after = step.conversation.entries();
        let mut rest = after.iter();
        for (place, entry) in self.conversation.entries().iter().enumerate() {
            let must_stay = !self.may_shorten(place);
            if must_stay && !rest.any(|kept| Arc::ptr_eq(kept, entry)) {
                return Err(CompactError::lost(place));
            }
        }
        let opens_well = |entries: &[Arc<Entry>]| {
            let spoken = |entry: &&Arc<Entry>| !matches!(entry.message(), Message::System(_));
            let first = entries.iter().find(spoken);
            first.is_none_or(|entry| matches!(entry.message(), Message::User(_)))
        };
        if opens_well(self.conversation.entries()) && !opens_well(after) {
            return Err(CompactError::first_message());
        }
        if step.report.tokens_after >= step.report.tokens_before {
            return Err(CompactError::not_smaller(&step.report));
        }
        Ok(())
    }
}

impl std::fmt::Debug for Compaction<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Compaction")
            .field("messages", &self.conversation.len())
            .field("target", &self.target)
            .field("aim", &self.aim)
            .field("reach", &self.reach)
            .field("frontier", &self.frontier)
            .finish_non_exhaustive()
    }
}
