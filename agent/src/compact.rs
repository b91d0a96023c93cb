//! Conversations made smaller, so that they fit a model's window.
//!
//! A [`Compaction`] says what is to become smaller and how small; a [`Compactor`] does it; [`Compaction::run`] drives
//! and checks it. Decisions are pure, and only [`Compactor`]s that ask a model have effects.

mod cut;
mod ends;
mod error;
mod excerpt;
mod frontier;
mod fruitless;
mod note;
mod recent;
mod report;
mod shorten;
mod summarize;
mod tiers;
mod work;

pub use error::{CompactError, CompactErrorKind};
pub use fruitless::Fruitless;
pub use recent::KeepRecent;
pub use report::{CompactReport, Compacted};
pub use shorten::ShortenToolOutput;
pub use summarize::Summarize;
pub use tiers::Tiers;
pub use work::{Compaction, Reach};

use std::sync::Arc;

use windlass_core::{Conversation, async_trait};

/// Makes conversations smaller.
///
/// It gets to [`Compaction::aim`] if it can and touches only what [`Compaction::may_drop`] and
/// [`Compaction::may_shorten`] allow. Through [`Compaction::run`] it is called with more and more
/// [`Reach`](Compaction::reach), as long as the result does not fit.
///
/// # Example: one of your own
///
/// ```
/// use windlass_agent::{CompactError, Compacted, Compaction, Compactor};
/// use windlass_core::{async_trait, Assistant, Conversation};
/// # use windlass_agent::Estimator;
/// # use windlass_core::Media;
/// # struct Bytes;
/// # impl Estimator for Bytes {
/// #     fn text(&self, text: &str) -> u64 { text.len() as u64 }
/// #     fn media(&self, _: &Media) -> u64 { 0 }
/// # }
///
/// /// Forgets what does not matter any more.
/// struct DropSmallTalk;
///
/// #[async_trait]
/// impl Compactor for DropSmallTalk {
///     async fn compact(&self, work: &Compaction<'_>) -> Result<Option<Compacted>, CompactError> {
///         let small_talk = Assistant::new("Lovely weather today.").into();
///         let entries = work.conversation.entries().iter().enumerate();
///         let kept = entries.filter(|(at, entry)| !work.may_drop(*at) || *entry.message() != small_talk);
///         let smaller = work.conversation.with_entries(kept.map(|(_, entry)| entry.clone()))?;
///         Ok((smaller.len() < work.conversation.len()).then(|| Compacted::new(work, smaller)))
///     }
/// }
///
/// # let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
/// # runtime.block_on(async {
/// let mut said = Conversation::from("Good morning.");
/// said.push_assistant(Assistant::new("Lovely weather today."))?;
/// said.push_user("Is it warmer in Oslo or in Rome?")?;
/// let compacted = Compaction::new(&said, &Bytes, 60).run(&DropSmallTalk).await?.expect("it got smaller");
/// assert_eq!((compacted.report.messages_before, compacted.report.messages_after), (3, 2));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # }).expect("it fits");
/// ```
#[async_trait]
pub trait Compactor: Send + Sync {
    /// A smaller conversation, or none when nothing can be made smaller.
    ///
    /// # Errors
    ///
    /// When something that it needs fails: a model that is to summarise, for instance.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future leaves everything as it was.
    async fn compact(&self, work: &Compaction<'_>) -> Result<Option<Compacted>, CompactError>;
}

#[async_trait]
impl<C: Compactor + ?Sized> Compactor for Arc<C> {
    async fn compact(&self, work: &Compaction<'_>) -> Result<Option<Compacted>, CompactError> {
        (**self).compact(work).await
    }
}

/// Where the live frontier of a conversation begins.
pub(crate) fn live_from(conversation: &Conversation) -> usize {
    frontier::Frontier::of(conversation).live
}

#[cfg(test)]
mod tests;
