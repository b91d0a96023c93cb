//! A finished answer.

use serde::{Deserialize, Serialize};

use crate::{Assistant, Call, Finish, Text, Usage, Warning};

/// A finished answer: the message, why it ended, and what it took.
///
/// ```
/// # #[cfg(feature = "scripted")] {
/// use windlass_core::{Conversation, FinishReason, Model, Request, Script, Scripted};
///
/// # let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
/// # runtime.block_on(async {
/// let model = Scripted::new([Script::text("Rome.")]);
/// let response = model.stream(Request::new("Where is it warmer?")).await?.response().await?;
/// assert_eq!(response.message.text(), "Rome.");
/// assert_eq!(response.finish.reason, FinishReason::Stop);
/// # Ok::<(), windlass_core::ModelError>(())
/// # }).expect("the script ends");
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Response {
    /// What the model said.
    pub message: Assistant,
    /// Why it ended.
    pub finish: Finish,
    /// The tokens it took.
    pub usage: Usage,
    /// The model that answered, as the provider names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<Text>,
    /// What was asked for and not done as asked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<Warning>,
}

impl Response {
    /// A response without usage and warnings.
    pub fn new(message: Assistant, finish: Finish) -> Self {
        Response {
            message,
            finish,
            usage: Usage::UNKNOWN,
            model: None,
            warnings: Vec::new(),
        }
    }

    /// The calls that may be run: those of an answer that came to a normal end.
    ///
    /// A call of an answer that was cut, filtered or refused is not complete, or not meant.
    pub fn runnable_calls(&self) -> impl Iterator<Item = &Call> {
        let runnable = self.finish.reason.is_normal() && self.message.completion.is_whole();
        self.message.calls().filter(move |_| runnable)
    }
}

/// Why an answer ended, in one vocabulary for all providers; [`Finish::raw`] has the provider's word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FinishReason {
    /// The model said all it had to say.
    Stop,
    /// A stop sequence of the request came up.
    StopSequence,
    /// The model waits for the outcomes of its calls.
    Calls,
    /// The limit on output tokens, or the end of the context window, cut the answer.
    Length,
    /// A filter of the provider took the answer away or cut it.
    Filtered,
    /// The model declined.
    Refused,
    /// The provider paused a long turn; sending the answer back continues it.
    Paused,
    /// The model wrote a call that the provider could not read.
    MalformedCall,
    /// The provider gave a reason that is none of these.
    Other,
}

impl FinishReason {
    /// Whether the model came to an end of its own: only then is the answer whole and may its calls run.
    pub fn is_normal(self) -> bool {
        matches!(
            self,
            FinishReason::Stop | FinishReason::StopSequence | FinishReason::Calls
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // R-51
    #[test]
    fn calls_of_a_cut_answer_do_not_run() {
        let message = Assistant::default().with(Call::new("c1", "delete", r#"{"path":"/tm"#));
        for (reason, runnable) in [
            (FinishReason::Calls, 1),
            (FinishReason::Stop, 1),
            (FinishReason::Length, 0),
            (FinishReason::Filtered, 0),
            (FinishReason::Other, 0),
        ] {
            let response = Response::new(message.clone(), Finish::new(reason, "raw"));
            assert_eq!(response.runnable_calls().count(), runnable, "{reason:?}");
        }
        let partial = message.with_completion(crate::Completion::Partial);
        let response = Response::new(partial, Finish::new(FinishReason::Stop, "stop"));
        assert_eq!(response.runnable_calls().count(), 0);
    }
}
