use std::time::Duration;

use windlass_core::{FinishReason, Text, Usage};

use super::Fault;

/// What the simulator answers: parts, counts and a reason to finish, in whatever wire it is asked.
///
/// ```
/// use windlass_core::Usage;
/// use windlass_provider::simulate::Reply;
///
/// let reply = Reply::thinking("The user wants the weather.")
///     .then_text("Let me look.")
///     .then_call("call_1", "weather", r#"{"city":"Oslo"}"#)
///     .with_usage(Usage::UNKNOWN.with_input(20).with_output(9));
/// assert_eq!(reply.parts.len(), 3);
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Reply {
    /// The parts, in order.
    pub parts: Vec<ReplyPart>,
    /// The counts that are reported; none are where it is not set.
    pub usage: Option<Usage>,
    /// Why the answer ends; by its parts where it is not set.
    pub finish: Option<FinishReason>,
    /// What goes wrong, in order.
    pub faults: Vec<Fault>,
    /// Headers beside the usual.
    pub headers: Vec<(String, String)>,
}

/// A part of a reply.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ReplyPart {
    /// Words.
    Text(Text),
    /// Thinking, with the signature that the wire has for it.
    Thinking(Text),
    /// A call.
    Call {
        /// Its id, on wires that have ids.
        id: Text,
        /// The tool.
        name: Text,
        /// The arguments, as JSON.
        arguments: Text,
    },
}

impl Reply {
    /// An answer without parts.
    pub fn new() -> Self {
        Reply::default()
    }

    /// An answer that begins with words.
    pub fn text(words: impl Into<Text>) -> Self {
        Reply::new().then_text(words)
    }

    /// An answer that begins with thinking.
    pub fn thinking(words: impl Into<Text>) -> Self {
        let mut reply = Reply::new();
        reply.parts.push(ReplyPart::Thinking(words.into()));
        reply
    }

    /// An answer that begins with a call.
    pub fn call(id: impl Into<Text>, name: impl Into<Text>, arguments: impl Into<Text>) -> Self {
        Reply::new().then_call(id, name, arguments)
    }

    /// No answer but this status, with an error body that fits the wire.
    pub fn status(status: u16) -> Self {
        Reply::new().with_fault(Fault::Status {
            status,
            headers: Vec::new(),
            body: None,
        })
    }

    /// A refusal for too many requests that asks for this wait.
    pub fn rate_limited(wait: Duration) -> Self {
        // Rounded up, or who is obedient comes too early.
        let millis = wait.as_nanos().div_ceil(1_000_000);
        match millis % 1_000 {
            0 => Reply::status(429).with_header("retry-after", (millis / 1_000).to_string()),
            _ => Reply::status(429).with_header("retry-after-ms", millis.to_string()),
        }
    }

    /// Adds words.
    #[must_use]
    pub fn then_text(mut self, words: impl Into<Text>) -> Self {
        self.parts.push(ReplyPart::Text(words.into()));
        self
    }

    /// Adds a call.
    #[must_use]
    pub fn then_call(
        mut self,
        id: impl Into<Text>,
        name: impl Into<Text>,
        arguments: impl Into<Text>,
    ) -> Self {
        self.parts.push(ReplyPart::Call {
            id: id.into(),
            name: name.into(),
            arguments: arguments.into(),
        });
        self
    }

    /// Sets the counts that are reported.
    #[must_use]
    pub fn with_usage(mut self, usage: Usage) -> Self {
        self.usage = Some(usage);
        self
    }

    /// Sets why the answer ends.
    #[must_use]
    pub fn with_finish(mut self, reason: FinishReason) -> Self {
        self.finish = Some(reason);
        self
    }

    /// Adds a header.
    #[must_use]
    pub fn with_header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Adds something that goes wrong.
    #[must_use]
    pub fn with_fault(mut self, fault: Fault) -> Self {
        self.faults.push(fault);
        self
    }

    /// Why the answer ends.
    pub(super) fn reason(&self) -> FinishReason {
        let calls = self
            .parts
            .iter()
            .any(|part| matches!(part, ReplyPart::Call { .. }));
        self.finish.unwrap_or(if calls {
            FinishReason::Calls
        } else {
            FinishReason::Stop
        })
    }
}
