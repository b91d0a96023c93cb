//! The exercises with the loop of an agent around them.

use std::hint::black_box;
use std::time::Duration;

use windlass_agent::{Agent, AgentBuilder, Chain, Limits, Run, What};
use windlass_core::{Attempt, Decision, Never, RetryPolicy};

use super::by_hand::nothing;
use super::player::{Play, Player, WORD};
use super::{Case, Exercise, measured};
use crate::Failure;
use crate::child::Report;

pub(super) async fn run(exercise: Exercise) -> Result<Report, Failure> {
    let Exercise { case, count, .. } = exercise;
    let conversation = exercise.conversation()?;
    let run = |agent: AgentBuilder| Ok::<_, Failure>(agent.build()?.run(conversation));
    let turns = u32::try_from(count)?.saturating_add(1);
    match case {
        Case::Turns => {
            let agent = Agent::builder(Player::new(Play::Calls(count))).tool(nothing);
            let limits = Limits::default().with_turns(turns);
            measured(calls(run(agent.limits(limits))?, count)).await
        }
        Case::Words => {
            let agent = Agent::builder(Player::new(Play::Words(count)));
            measured(words(run(agent)?, count)).await
        }
        Case::Retries => {
            let agent = Agent::builder(Player::new(Play::Refuse(count))).retry(AtOnce);
            measured(attempts(run(agent)?, count)).await
        }
        Case::Fallbacks => {
            let refusing = (1..count).map(|_| Player::new(Play::Refuse(1)));
            let models = refusing.chain([Player::new(Play::Words(1))]);
            let agent = Agent::builder(Player::new(Play::Refuse(1)))
                .retry(Never)
                .fallback(models.fold(Chain::new(), Chain::then));
            measured(attempts(run(agent)?, count)).await
        }
    }
}

async fn calls(run: Run, count: usize) -> Result<bool, Failure> {
    let report = run.await?;
    Ok(usize::try_from(report.calls)? == count)
}

/// Every event is taken, and the text of each is looked at.
async fn words(mut run: Run, count: usize) -> Result<bool, Failure> {
    while let Some(event) = run.next().await {
        if let What::Text { text, .. } = &event.what {
            black_box(text);
        }
    }
    Ok(run.await?.text() == WORD.repeat(count))
}

async fn attempts(run: Run, failed: usize) -> Result<bool, Failure> {
    let report = run.await?;
    Ok(report.attempts.len() == failed + 1)
}

/// Asks again without a wait, however often.
struct AtOnce;

impl RetryPolicy for AtOnce {
    fn decide(&self, _: &Attempt<'_>) -> Decision {
        Decision::Retry(Duration::ZERO)
    }
}
