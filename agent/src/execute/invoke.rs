use std::time::Duration;

use tokio::task::JoinError;
use tokio::time::timeout;
use windlass_core::{
    Call, OutcomePart, OutcomeStatus, Text, Tool, ToolContext, ToolError, ToolOutput,
};

use super::caught::{caught, message};

/// How one attempt at a call ended.
pub(super) enum Ending {
    Output(ToolOutput),
    Failed(ToolError),
    TimedOut(Duration),
    Panicked(Text),
    /// The run was cancelled before the tool began.
    NotStarted,
    /// The tool was dropped while it ran.
    Dropped,
}

impl Ending {
    /// Of a task that did not come to its end.
    pub(super) fn of(error: JoinError) -> Self {
        match error.try_into_panic() {
            Ok(panic) => Ending::Panicked(message(&*panic)),
            Err(_) => Ending::Dropped,
        }
    }

    pub(super) fn status(&self) -> OutcomeStatus {
        match self {
            Ending::Output(_) => OutcomeStatus::Success,
            Ending::Failed(_) => OutcomeStatus::Failed,
            Ending::TimedOut(_) => OutcomeStatus::TimedOut,
            Ending::Panicked(_) => OutcomeStatus::Panicked,
            Ending::NotStarted | Ending::Dropped => OutcomeStatus::Cancelled,
        }
    }

    /// What the tool said.
    pub(super) fn text(&self) -> String {
        match self {
            Ending::Output(output) => {
                let texts = output.parts.iter().filter_map(OutcomePart::as_text);
                texts.collect::<Vec<_>>().join("\n")
            }
            Ending::Failed(error) => error.message().to_string(),
            Ending::Panicked(message) => message.to_string(),
            Ending::TimedOut(_) | Ending::NotStarted | Ending::Dropped => String::new(),
        }
    }
}

/// Runs one attempt at one call. Every run of a tool comes by here.
///
/// What the tool left behind when it ended learns by the context's token that it is over.
pub(super) async fn invoke(
    tool: &dyn Tool,
    call: &Call,
    context: &ToolContext,
    deadline: Duration,
) -> Ending {
    let _over = context.cancel_token().clone().drop_guard();
    let output = caught(async { tool.call(&call.arguments, context).await });
    match timeout(deadline, output).await {
        Ok(Ok(Ok(output))) => Ending::Output(output),
        Ok(Ok(Err(error))) => Ending::Failed(error),
        Ok(Err(panic)) => Ending::Panicked(panic),
        Err(_) => Ending::TimedOut(deadline),
    }
}
