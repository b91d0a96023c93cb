use windlass_core::{Event, Usage};

use super::{Budget, OutputLeft, Reached};

/// How many bytes of text are taken for a token until the provider reports.
pub(crate) const BYTES_PER_TOKEN: u64 = 4;

/// Watches an answer while it arrives, and says when it has used up a budget.
///
/// What counts is all of the text so far, or what the provider reports, whichever is more; so many small pieces are not
/// dearer than one large one.
pub(crate) struct Watch {
    output: Option<Budget>,
    reasoning: Option<Budget>,
    bytes: u64,
    reasoning_bytes: u64,
    reported: Usage,
}

impl Watch {
    pub(crate) fn new(left: OutputLeft) -> Self {
        Watch {
            output: left.output,
            reasoning: left.reasoning,
            bytes: 0,
            reasoning_bytes: 0,
            reported: Usage::UNKNOWN,
        }
    }

    /// Takes in an event, and says which limit is reached with it.
    pub(crate) fn count(&mut self, event: &Event) -> Option<Reached> {
        match event {
            Event::Text { text, .. }
            | Event::Refusal { text, .. }
            | Event::Arguments { text, .. } => self.bytes += text.len() as u64,
            Event::Thinking { text, .. } => {
                self.bytes += text.len() as u64;
                self.reasoning_bytes += text.len() as u64;
            }
            Event::Usage(report) => self.reported.update(*report),
            _ => return None,
        }
        let output = (&self.output, self.bytes, self.reported.output());
        let reasoning = (
            &self.reasoning,
            self.reasoning_bytes,
            self.reported.reasoning(),
        );
        [output, reasoning].into_iter().find_map(is_spent)
    }

    /// What the text so far comes to in tokens.
    pub(crate) fn estimated(&self) -> u64 {
        self.bytes.div_ceil(BYTES_PER_TOKEN)
    }
}

fn is_spent((budget, bytes, reported): (&Option<Budget>, u64, Option<u64>)) -> Option<Reached> {
    let budget = budget.as_ref()?;
    let tokens = (bytes / BYTES_PER_TOKEN).max(reported.unwrap_or(0));
    (tokens > budget.tokens).then(|| budget.reached.clone())
}
