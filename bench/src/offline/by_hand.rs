//! The exercises without a loop: what the model and the tool cost by themselves.

use windlass_core::{Accumulator, Arguments, Event, Model, Request, Tool, ToolContext, tool};

use super::player::{Play, Player, WORD, arguments};
use super::{Case, Exercise, measured};
use crate::Failure;
use crate::child::Report;

/// Does nothing.
#[tool]
pub(super) async fn nothing(
    /// Which turn it is.
    turn: u32,
) -> &'static str {
    std::hint::black_box(turn);
    "done"
}

pub(super) async fn run(exercise: Exercise) -> Result<Report, Failure> {
    let Exercise { case, count, .. } = exercise;
    let request = Request::new(exercise.conversation()?);
    match case {
        Case::Turns => measured(turns(count)).await,
        Case::Words => measured(words(&Player::new(Play::Words(count)), request, count)).await,
        Case::Retries => measured(retries(&Player::new(Play::Refuse(count)), request)).await,
        Case::Fallbacks => {
            let mut chain: Vec<_> = (0..count).map(|_| Player::new(Play::Refuse(1))).collect();
            chain.push(Player::new(Play::Words(1)));
            measured(fallbacks(&chain, request)).await
        }
    }
}

/// The tool alone.
async fn turns(count: usize) -> Result<bool, Failure> {
    for turn in 0..count {
        let arguments = Arguments::from(arguments(turn));
        nothing.check(&arguments)?;
        let context = ToolContext::new("call_1");
        let called = nothing.call(&arguments, &context).await;
        called.map_err(|error| error.to_string())?;
    }
    Ok(true)
}

/// The answer, put together.
async fn words(model: &impl Model, request: Request, count: usize) -> Result<bool, Failure> {
    let mut events = model.stream(request).await?;
    let mut answer = Accumulator::of(events.model().clone());
    while let Some(event) = events.next().await {
        let event = event?;
        answer.push(&event)?;
        if let Event::Text { text, .. } = &event {
            std::hint::black_box(text);
        }
    }
    let answer = answer.finish().map_err(|_| "the answer was cut")?;
    Ok(answer.message.text() == WORD.repeat(count))
}

/// Asking until there is an answer.
async fn retries(model: &impl Model, request: Request) -> Result<bool, Failure> {
    while model.stream(request.clone()).await.is_err() {}
    Ok(true)
}

/// Asking one model after the other.
async fn fallbacks(chain: &[Player], request: Request) -> Result<bool, Failure> {
    for model in chain {
        if model.stream(request.clone()).await.is_ok() {
            return Ok(true);
        }
    }
    Ok(false)
}
