//! Token counts, in the one definition of [`Usage`].

use windlass_core::Usage;

use crate::json::Count;
use crate::wire::gemini::shape::Counts;

/// The newest of each count: reports are cumulative (85), and a later one may leave out what an earlier one had.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Totals {
    prompt: Option<u64>,
    tool_use_prompt: Option<u64>,
    cached: Option<u64>,
    candidates: Option<u64>,
    thoughts: Option<u64>,
    reported: Option<Usage>,
}

impl Totals {
    /// Takes in a report; the usage so far if it has changed.
    pub(super) fn update(&mut self, counts: &Counts) -> Option<Usage> {
        for (total, Count(newer)) in [
            (&mut self.prompt, counts.prompt),
            (&mut self.tool_use_prompt, counts.tool_use_prompt),
            (&mut self.cached, counts.cached),
            (&mut self.candidates, counts.candidates),
            (&mut self.thoughts, counts.thoughts),
        ] {
            *total = newer.or(*total);
        }
        let usage = self.usage();
        let changed = !usage.is_unknown() && self.reported != Some(usage);
        self.reported = Some(usage);
        changed.then_some(usage)
    }

    /// The wire counts what was read from the cache within the prompt (94), and thoughts beside the candidates (84).
    fn usage(self) -> Usage {
        let mut usage = Usage::UNKNOWN;
        if let Some(input) = sum(self.prompt, self.tool_use_prompt) {
            usage = usage.with_input(input.saturating_sub(self.cached.unwrap_or(0)));
        }
        if let Some(cached) = self.cached {
            usage = usage.with_cache_read(cached);
        }
        if let Some(output) = sum(self.candidates, self.thoughts) {
            usage = usage.with_output(output);
        }
        match self.thoughts {
            Some(thoughts) => usage.with_reasoning(thoughts),
            None => usage,
        }
    }
}

/// The sum of what is known.
fn sum(a: Option<u64>, b: Option<u64>) -> Option<u64> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.saturating_add(b)),
        (known, None) | (None, known) => known,
    }
}
