use std::fmt;

use windlass_core::{Assistant, AssistantPart, FinishReason, Response};

/// What can make a finished answer useless.
///
/// ```
/// use windlass_agent::Flaw;
/// use windlass_core::{Assistant, Finish, FinishReason, Response};
///
/// let cut = Response::new(Assistant::new("It is war"), Finish::new(FinishReason::Length, "max_tokens"));
/// assert!(Flaw::Cut.is_in(&cut));
/// assert!(!Flaw::Empty.is_in(&cut));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Flaw {
    /// It has no words, no call and nothing else to show; thinking alone is empty. A pause is no flaw.
    Empty,
    /// The model declined.
    Refused,
    /// A filter of the provider took it away or cut it.
    Filtered,
    /// The limit on output tokens, or the end of the context window, cut it.
    Cut,
    /// The model wrote a call that the provider could not read.
    MalformedCall,
}

impl Flaw {
    /// Whether this answer has the flaw.
    pub fn is_in(self, response: &Response) -> bool {
        let reason = response.finish.reason;
        match self {
            Flaw::Empty => reason != FinishReason::Paused && shows_nothing(&response.message),
            Flaw::Refused => reason == FinishReason::Refused || refuses(&response.message),
            Flaw::Filtered => reason == FinishReason::Filtered,
            Flaw::Cut => reason == FinishReason::Length,
            Flaw::MalformedCall => reason == FinishReason::MalformedCall,
        }
    }
}

/// The answer, described by its flaw.
impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.words())
    }
}

impl Flaw {
    pub(super) const fn words(self) -> &'static str {
        match self {
            Flaw::Empty => "the answer is empty",
            Flaw::Refused => "the model declined to answer",
            Flaw::Filtered => "a filter of the provider took the answer away or cut it",
            Flaw::Cut => "the answer was cut by the limit on output tokens",
            Flaw::MalformedCall => "the answer has a call that the provider could not read",
        }
    }
}

fn shows_nothing(answer: &Assistant) -> bool {
    answer.parts.iter().all(|part| match part {
        AssistantPart::Text(said) | AssistantPart::Refusal(said) => said.text.trim().is_empty(),
        AssistantPart::Thinking(_) => true,
        _ => false,
    })
}

fn refuses(answer: &Assistant) -> bool {
    let mut parts = answer.parts.iter();
    parts.any(|part| matches!(part, AssistantPart::Refusal(_)))
}
