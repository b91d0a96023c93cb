use std::num::NonZeroU32;
use std::sync::Arc;

use windlass_core::Entry;

use super::{CompactError, Compacted};

/// What a compaction must win to count as progress, in per cent of what was there.
const LEAST_PERCENT: u64 = 10;

/// Ends a run that compacts and compacts and wins next to nothing.
///
/// A compaction is fruitless when it wins less than a tenth, or when nothing was said since the last one, so that only its
/// numbers can have been wrong. One that is not begins the count anew.
///
/// ```
/// use windlass_agent::{Approximate, Compaction, Fruitless, KeepRecent};
/// use windlass_core::{Assistant, Conversation};
///
/// # let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
/// # runtime.block_on(async {
/// let estimator = Approximate::default();
/// let mut fruitless = Fruitless::default();
/// let mut said = Conversation::from("a ".repeat(10_000));
/// said.push_assistant(Assistant::new("b ".repeat(10_000)))?;
/// said.push_user("c")?;
/// let compacted = Compaction::new(&said, &estimator, 8_000).run(&KeepRecent::new()).await?.expect("it was longer");
/// assert!(fruitless.review(&compacted).is_ok());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # }).expect("it fits");
/// ```
#[derive(Clone, Debug)]
pub struct Fruitless {
    limit: NonZeroU32,
    in_a_row: u32,
    /// The last message when it was compacted last.
    last: Option<Arc<Entry>>,
}

impl Default for Fruitless {
    /// Two fruitless compactions in a row are borne, the third is too many.
    fn default() -> Self {
        Fruitless::new(NonZeroU32::new(3).expect("three is not zero"))
    }
}

impl Fruitless {
    /// Says that so many fruitless compactions in a row are too many.
    pub fn new(limit: NonZeroU32) -> Self {
        Fruitless {
            limit,
            in_a_row: 0,
            last: None,
        }
    }

    /// Looks at what came of a compaction.
    ///
    /// # Errors
    ///
    /// When it was fruitless, and as many before it as are too many.
    pub fn review(&mut self, compacted: &Compacted) -> Result<(), CompactError> {
        let report = &compacted.report;
        let last = compacted.conversation.entries().last();
        let is_same = |(old, new): (&Arc<Entry>, &Arc<Entry>)| Arc::ptr_eq(old, new);
        let nothing_said = self.last.as_ref().zip(last).is_some_and(is_same);
        let little = report.saved() < report.tokens_before / 100 * LEAST_PERCENT;
        self.last = last.cloned();
        self.in_a_row = match nothing_said || little {
            true => self.in_a_row.saturating_add(1),
            false => 0,
        };
        if self.in_a_row < self.limit.get() {
            return Ok(());
        }
        Err(CompactError::fruitless(self.in_a_row, report))
    }
}
