//! Hooks, approvers and compactors of a plan. What they do follows from what they see, so that it is the same each time.

use std::panic::resume_unwind;
use std::time::Duration;

use tokio::time::sleep;
use windlass_agent::{
    After, Approver, At, Before, CompactError, CompactErrorKind, Compacted, Compaction, Compactor,
    Decision, Decisions, Hook, KeepRecent, PendingCall, ShortenToolOutput,
};
use windlass_core::{
    Arguments, Assistant, AssistantPart, Call, Finish, FinishReason, Outcome, OutcomeStatus,
    Request, Response, TextPart, Usage, async_trait,
};

use crate::model::{task, written};
use crate::plan::{Approves, Choice, Compacts, Does, Hooked, Kind, Moment, Written};
use crate::tools::{Taken, name};

/// What a hook or an approver puts in the place of an outcome.
pub(crate) const MADE_UP: &str = "made up";

impl Hooked {
    /// What it does here; nothing at other moments.
    async fn does(&self, moment: Moment, when: u32) -> Option<Does> {
        if self.moment != moment || self.when != when {
            return None;
        }
        match self.does {
            Does::Sleeps(millis) => sleep(Duration::from_millis(millis)).await,
            Does::Panics => resume_unwind(Box::new("a hook is unwell")),
            _ => {}
        }
        Some(self.does)
    }
}

#[async_trait]
impl Hook for Hooked {
    async fn before_model(&self, request: &mut Request, at: &At) -> Before<Response> {
        let response = |message| Response::new(message, Finish::new(FinishReason::Stop, "hooked"));
        let task = task(&request.conversation);
        match self.does(Moment::BeforeModel, at.turn).await {
            Some(Does::Changes) => {
                let more = request.instructions.iter().cloned();
                request.instructions = more.chain(["Be brief.".into()]).collect();
            }
            Some(Does::Replaces) => return Before::Replace(response(Assistant::new(MADE_UP))),
            Some(Does::ReplacesWithCalls) => {
                let key = format!("{task}/hook.{}", at.turn);
                return Before::Replace(response(Assistant::new(MADE_UP).with(call(&key))));
            }
            Some(Does::Refuses) => return Before::refuse("not this request"),
            _ => {}
        }
        Before::Go
    }

    async fn after_model(&self, response: &mut Response, at: &At) -> After {
        let parts = &mut response.message.parts;
        match self.does(Moment::AfterModel, at.turn).await {
            Some(Does::Changes) => parts.push(AssistantPart::Text(TextPart::new("And so on."))),
            Some(Does::Replaces) => parts.retain(|part| !matches!(part, AssistantPart::Call(_))),
            Some(Does::Refuses) => return After::refuse("not this answer"),
            _ => {}
        }
        After::Keep
    }

    async fn before_call(&self, asked: &mut Call, _: &At) -> Before<Outcome> {
        match self.does(Moment::BeforeCall, which(&asked.arguments)).await {
            Some(Does::Changes) => asked.arguments = edited(&asked.arguments),
            Some(Does::Replaces) => return Before::Replace(Outcome::success(asked, MADE_UP)),
            Some(Does::ReplacesWithCalls) => {
                let failed = OutcomeStatus::Failed;
                return Before::Replace(Outcome::new(asked, failed, MADE_UP));
            }
            Some(Does::Refuses) => return Before::refuse("not this call"),
            _ => {}
        }
        Before::Go
    }

    async fn after_call(&self, asked: &Call, outcome: &mut Outcome, _: &At) {
        let does = self.does(Moment::AfterCall, which(&asked.arguments)).await;
        if does == Some(Does::Changes) {
            outcome.parts.push("[looked at]".into());
        }
    }
}

/// A call that no model made.
fn call(key: &str) -> Call {
    let arguments = written(Kind::Ends, Written::Well, key, 1);
    Call::new("hooked", name(Kind::Ends), arguments)
}

/// Calls are told apart by how long they take.
fn which(arguments: &Arguments) -> u32 {
    let millis = Taken::of(arguments).ms;
    u32::try_from(millis / 7).unwrap_or(0)
}

/// Others, of the same call.
fn edited(arguments: &Arguments) -> Arguments {
    match serde_json::from_str::<serde_json::Value>(arguments.as_str()) {
        Ok(mut value) if value.get("ms").is_some() => {
            value["ms"] = (Taken::of(arguments).ms + 1).into();
            Arguments::from(value.to_string())
        }
        _ => arguments.clone(),
    }
}

#[async_trait]
impl Approver for Approves {
    async fn decide(&self, pending: &[PendingCall]) -> Decisions {
        if self.takes > 0 {
            sleep(Duration::from_millis(self.takes)).await;
        }
        let mut decisions = Decisions::new();
        for pending in pending {
            let which = which(&pending.call.arguments) as usize % self.choices.len();
            if let Some(decision) = decision(self.choices[which], pending) {
                decisions = decisions.with(pending.call.id.clone(), decision);
            }
        }
        decisions
    }
}

/// None where nothing is said.
pub(crate) fn decision(choice: Choice, pending: &PendingCall) -> Option<Decision> {
    match choice {
        Choice::Allow => Some(Decision::Allow),
        Choice::Deny => Some(Decision::deny("not today")),
        Choice::Edit => Some(Decision::edit(edited(&pending.call.arguments))),
        Choice::EditBadly => Some(Decision::edit(r#"{"k":"#)),
        Choice::Later => Some(Decision::Later),
        Choice::Silence => None,
    }
}

#[async_trait]
impl Compactor for Compacts {
    async fn compact(&self, work: &Compaction<'_>) -> Result<Option<Compacted>, CompactError> {
        match self {
            Compacts::Recent => KeepRecent::new().compact(work).await,
            Compacts::Outputs => ShortenToolOutput::new().compact(work).await,
            Compacts::Dear => {
                sleep(Duration::from_millis(40)).await;
                let compacted = KeepRecent::new().compact(work).await?;
                let usage = Usage::UNKNOWN.with_input(50).with_output(5);
                Ok(compacted.map(|compacted| compacted.with_usage(usage)))
            }
            Compacts::Fails => Err(CompactError::new(CompactErrorKind::Own, "no paper left")),
        }
    }
}
