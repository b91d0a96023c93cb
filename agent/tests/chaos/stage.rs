//! The agents of a plan.

use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use windlass_agent::{Agent, Chain, Engine, Flaw, Limits, Run, RunId, Turns};
use windlass_core::{Assistant, Backoff, Call, Chance, Conversation, Never, RetryPolicy};

use crate::model::{Player, written};
use crate::plan::{AgentPlan, Chained, Given, Kind, Limit, Plan, Retry, Written};
use crate::tools::{ALL, Doing, name};
use crate::work::Work;

/// What a typed run wants.
#[derive(Debug, Deserialize, schemars::JsonSchema)]
#[allow(dead_code, reason = "it is asked for, and not looked at")]
pub(crate) struct Form {
    word: String,
    number: u32,
}

/// A plan that is played.
pub(crate) struct Stage<'p> {
    pub(crate) plan: &'p Plan,
    pub(crate) work: Arc<Work>,
    pub(crate) agent: Agent,
}

impl<'p> Stage<'p> {
    /// With nothing done yet, apart from so many answers of each model.
    pub(crate) fn after(plan: &'p Plan, asked: &[usize]) -> Self {
        let work = Work::after(asked);
        let agent = agent(&plan.agent, "main", &work);
        Stage { plan, work, agent }
    }

    pub(crate) fn new(plan: &'p Plan) -> Self {
        Stage::after(plan, &[])
    }

    /// The run, before anything happened.
    pub(crate) fn run(&self) -> Run {
        let run = self.agent.run(given(self.plan.given));
        run.with_id(RunId::new("main"))
    }
}

/// How everything begins that was said before the run.
pub(crate) const LONG_AGO: &str = "Long ago";

pub(crate) fn given(given: Given) -> Conversation {
    let mut conversation = Conversation::new();
    if given == Given::Past {
        for year in 1..4 {
            let words =
                |what: &str| format!("{LONG_AGO} {what} {year}. {}", "And so on. ".repeat(40));
            conversation
                .push_user(words("somebody asked"))
                .expect("nothing is open");
            let answer = Assistant::new(words("somebody answered"));
            conversation
                .push_assistant(answer)
                .expect("nothing is open");
        }
    }
    conversation.push_user("main").expect("nothing is open");
    if given == Given::Calls {
        let call = |id: &str, tool| {
            let key = format!("main/given.{id}");
            Call::new(id, name(tool), written(tool, Written::Well, &key, 1))
        };
        let answer = Assistant::default()
            .with(call("call_0", Kind::Ends))
            .with(call("call_1", Kind::Sleeps));
        conversation
            .push_assistant(answer)
            .expect("nothing is open");
    }
    conversation
}

fn agent(plan: &AgentPlan, family: &str, work: &Arc<Work>) -> Agent {
    let models = plan.models.iter().enumerate();
    let models = models.map(|(place, answers)| Player::new(family, place, answers, work));
    let models: Vec<_> = models.collect();
    let chance = || Chance::new(1 << 62);
    let mut builder = Agent::builder(models[0].clone())
        .name(family)
        .fallback(chain(plan.chain, &models[1..]))
        .limits(limits(plan))
        .engine(Engine::new().with_chance(chance))
        .chance(chance)
        .grace(plan.rest.grace)
        .partial_answers(plan.rest.partials)
        .thinking(plan.rest.thinking);
    builder = match plan.retry {
        Some(retry) => builder.retry(backoff(retry)),
        None => builder.retry(Never),
    };
    for kind in ALL {
        builder = builder.tool(Doing::new(kind, work));
    }
    for (number, below) in plan.below.iter().enumerate() {
        let family = format!("{family}-{number}");
        let below = agent(below, &family, work);
        builder = builder.tool(below.as_tool(format!("below{number}"), "Does what is left."));
    }
    for hook in &plan.hooks {
        builder = builder.hook(*hook);
    }
    if let Some(compactor) = plan.compactor {
        builder = builder.compactor(compactor);
    }
    if let Some(approver) = &plan.approver {
        builder = builder.approver(approver.clone());
    }
    if !plan.rest.is_guarded {
        builder = builder.without_guard();
    }
    if let Some(tools) = plan.rest.concurrency {
        builder = builder.concurrency(tools).tool_concurrency("ends", 1);
    }
    builder.build().expect("the names differ")
}

fn backoff(retry: Retry) -> impl RetryPolicy {
    let backoff = Backoff::new()
        .with_attempts(retry.attempts)
        .with_first(Duration::from_millis(retry.wait));
    match retry.discards {
        true => backoff.discarding_output(),
        false => backoff,
    }
}

fn chain(plan: Chained, models: &[Player]) -> Chain {
    let mut chain = Chain::new();
    for (at, model) in models.iter().enumerate() {
        chain = match plan.on {
            Some(kind) if at + 1 == models.len() => chain.on(kind, model.clone()),
            _ => chain.then(model.clone()),
        };
    }
    if plan.is_sticky {
        chain = chain.sticky();
    }
    if plan.compacts {
        chain = chain.compacting_first();
    }
    if plan.discards {
        chain = chain.discarding_output();
    }
    if plan.rejects {
        let flaws = [Flaw::Empty, Flaw::Refused, Flaw::Cut, Flaw::MalformedCall];
        chain = chain.rejecting(flaws);
    }
    chain
}

fn limits(plan: &AgentPlan) -> Limits {
    let limits = Limits::default().at_limit(plan.then);
    plan.limits
        .iter()
        .fold(limits, |limits, limit| match *limit {
            Limit::Turns(turns) => limits.with_turns(turns),
            Limit::Adaptive(first, most) => limits.with_turns(Turns::Adaptive { first, most }),
            Limit::Calls(calls) => limits.with_calls(calls),
            Limit::Input(tokens) => limits.with_input_tokens(tokens),
            Limit::Output(tokens) => limits.with_output_tokens(tokens),
            Limit::Total(tokens) => limits.with_total_tokens(tokens),
            Limit::Request(tokens) => limits.with_request_tokens(tokens),
            Limit::Reasoning(tokens) => limits.with_reasoning_tokens(tokens),
            Limit::Cost(cost) => limits.with_cost(cost),
            Limit::Time(millis) => limits.with_time(Duration::from_millis(millis)),
        })
}
