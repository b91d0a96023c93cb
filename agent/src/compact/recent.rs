use windlass_core::async_trait;

use super::cut::Cut;
use super::{CompactError, Compacted, Compaction, Compactor, note};

/// Leaves out the oldest messages and keeps as many recent ones as fit; a note from the user's side says how many are
/// missing.
///
/// Calls stay with their outcomes, and a [summary](crate::Summarize) stays.
///
/// ```
/// use windlass_agent::{Approximate, Compaction, KeepRecent};
/// use windlass_core::{Assistant, Conversation};
///
/// # let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
/// # runtime.block_on(async {
/// let mut said = Conversation::new();
/// for day in 1..=30 {
///     said.push_user(format!("How was the weather on day {day}?"))?;
///     said.push_assistant(Assistant::new("It rained."))?;
/// }
/// said.push_user("And tomorrow?")?;
///
/// let estimator = Approximate::default();
/// let compacted = Compaction::new(&said, &estimator, 300).run(&KeepRecent::new()).await?.expect("it was longer");
/// assert_eq!((compacted.report.messages_before, compacted.report.messages_after), (61, 20));
/// assert_eq!(compacted.report.turns_kept, 9);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # }).expect("it fits");
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct KeepRecent;

impl KeepRecent {
    /// Keeps as many messages as the aim of the compaction has room for.
    pub fn new() -> Self {
        KeepRecent
    }
}

#[async_trait]
impl Compactor for KeepRecent {
    async fn compact(&self, work: &Compaction<'_>) -> Result<Option<Compacted>, CompactError> {
        let longest = note::left_out(usize::MAX);
        let room = work.estimator.message(&longest);
        let stays = |message: &_| note::summarised(message).is_some();
        let Some(cut) = Cut::plan(work, room, stays) else {
            return Ok(None);
        };
        let counts = cut
            .messages()
            .map(|message| note::count(message).unwrap_or(1));
        let count = counts.fold(0, usize::saturating_add);
        let smaller = cut.replace(note::left_out(count))?;
        Ok(Some(Compacted::new(work, smaller)))
    }
}
