use std::fmt;
use std::sync::Arc;

use windlass_core::async_trait;

use super::{CompactError, Compacted, Compaction, Compactor, KeepRecent, ShortenToolOutput};

/// Several compactors in order, the cheap ones first: each goes on where the one before it stopped, until the aim is
/// reached.
///
/// When one fails, the next ones go on and the report says what failed; the last failure counts when nothing got smaller.
///
/// ```
/// use std::time::Duration;
/// use windlass_agent::{KeepRecent, ShortenToolOutput, Summarize, Tiers};
/// use windlass_core::Scripted;
///
/// # let model = Scripted::new([]);
/// let tiers = Tiers::new()
///     .with(ShortenToolOutput::new())
///     .with(Summarize::new(model).with_deadline(Duration::from_secs(30)))
///     .with(KeepRecent::new());
/// assert_eq!(format!("{tiers:?}"), "Tiers(3)");
/// ```
#[derive(Clone)]
pub struct Tiers(Vec<Arc<dyn Compactor>>);

impl Default for Tiers {
    /// Those that ask no model: [`ShortenToolOutput`], then [`KeepRecent`].
    fn default() -> Self {
        Tiers::new()
            .with(ShortenToolOutput::new())
            .with(KeepRecent::new())
    }
}

impl Tiers {
    /// No compactor yet.
    pub fn new() -> Self {
        Tiers(Vec::new())
    }

    /// Adds a compactor that runs when those before it were not enough.
    #[must_use]
    pub fn with(mut self, compactor: impl Compactor + 'static) -> Self {
        self.0.push(Arc::new(compactor));
        self
    }
}

#[async_trait]
impl Compactor for Tiers {
    async fn compact(&self, work: &Compaction<'_>) -> Result<Option<Compacted>, CompactError> {
        let mut best: Option<Compacted> = None;
        let mut failed: Vec<CompactError> = Vec::new();
        for tier in &self.0 {
            let part = work.after(best.as_ref());
            if part.tokens() <= part.aim {
                break;
            }
            match tier.compact(&part).await {
                Ok(Some(step)) => best = Some(work.combine(best.take(), step)),
                Ok(None) => {}
                Err(error) => failed.push(error),
            }
        }
        match (best, failed.pop()) {
            (None, Some(error)) => Err(error),
            (None, None) => Ok(None),
            (Some(mut best), last) => {
                let all = failed.iter().chain(&last);
                best.report
                    .failures
                    .extend(all.map(|error| error.to_string().into()));
                Ok(Some(best))
            }
        }
    }
}

impl fmt::Debug for Tiers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tiers({})", self.0.len())
    }
}
