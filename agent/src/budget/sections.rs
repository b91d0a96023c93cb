use serde::{Deserialize, Serialize};
use windlass_core::{Message, Request};

use super::Estimator;

/// What the parts of a request take, in tokens.
///
/// ```
/// use windlass_agent::{Approximate, Sections};
/// use windlass_core::Request;
///
/// let request = Request::new("Is it warmer in Oslo or in Rome?").with_instructions("Answer in one sentence.");
/// let sections = Sections::of(&request, &Approximate::default());
/// assert!(sections.instructions > 0 && sections.history > 0);
/// assert_eq!((sections.tools, sections.outputs), (0, 0));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Sections {
    /// What the model is told before the conversation.
    pub instructions: u64,
    /// What it is told of its tools.
    pub tools: u64,
    /// What was said, calls included.
    pub history: u64,
    /// What came of the calls.
    pub outputs: u64,
}

impl Sections {
    /// What `estimator` counts in a request.
    pub fn of(request: &Request, estimator: &dyn Estimator) -> Self {
        let blocks = request
            .instructions
            .iter()
            .map(|block| estimator.text(block));
        let mut sections = Sections {
            instructions: blocks.sum(),
            tools: estimator.tools(&request.tools),
            ..Sections::default()
        };
        for entry in request.conversation.entries() {
            let section = match entry.message() {
                Message::Outcomes(_) => &mut sections.outputs,
                _ => &mut sections.history,
            };
            *section = section.saturating_add(estimator.entry(entry));
        }
        sections
    }

    /// What the whole request takes.
    pub fn total(&self) -> u64 {
        let parts = [self.instructions, self.tools, self.history, self.outputs];
        parts.into_iter().fold(0, u64::saturating_add)
    }

    /// What a conversation cannot shrink: instructions and tools.
    pub fn fixed(&self) -> u64 {
        self.instructions.saturating_add(self.tools)
    }

    /// Each part, changed.
    pub(super) fn map(&self, change: impl Fn(u64) -> u64) -> Self {
        Sections {
            instructions: change(self.instructions),
            tools: change(self.tools),
            history: change(self.history),
            outputs: change(self.outputs),
        }
    }
}
