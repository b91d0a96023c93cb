use serde::{Deserialize, Serialize};
use windlass_core::{Entry, Message, Request, Text, Tools};

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
        let mut sections = Sections::of_frame(&request.instructions, &request.tools, estimator);
        for entry in request.conversation.entries() {
            sections.add(entry, estimator);
        }
        sections
    }

    /// What is there before anything is said.
    pub(crate) fn of_frame(
        instructions: &[Text],
        tools: &Tools,
        estimator: &dyn Estimator,
    ) -> Self {
        Sections {
            instructions: instructions.iter().map(|block| estimator.text(block)).sum(),
            tools: estimator.tools(tools),
            ..Sections::default()
        }
    }

    /// Adds what a message takes.
    pub(crate) fn add(&mut self, entry: &Entry, estimator: &dyn Estimator) {
        let section = match entry.message() {
            Message::Outcomes(_) => &mut self.outputs,
            _ => &mut self.history,
        };
        *section = section.saturating_add(estimator.entry(entry));
    }

    /// Adds what was seen to come on top between here and the provider, or takes off what was left out there.
    pub(crate) fn skewed(mut self, skew: i64) -> Self {
        if skew < 0 {
            self.history = self.history.saturating_sub(skew.unsigned_abs());
        } else {
            self.instructions = self.instructions.saturating_add(skew.unsigned_abs());
        }
        self
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
