//! How much a model is to think, in the words of the wire.

use serde::Serialize;
use windlass_core::{Ability, Effort, ModelError, Reasoning};

use crate::body::Degraded;
use crate::codec::Encode;
use crate::wire::anthropic::{Anthropic, ThinkingModels};

/// The smallest budget that the wire takes.
const LEAST_BUDGET: u64 = 1024;

/// What a word means as a budget, and a budget as a word: the first line whose budget is not below it.
const EFFORTS: [(Effort, u64, &str); 5] = [
    (Effort::Minimal, 1_024, "low"),
    (Effort::Low, 2_048, "low"),
    (Effort::Medium, 8_192, "medium"),
    (Effort::High, 16_384, "high"),
    (Effort::Max, 32_768, "max"),
];

/// The member `thinking`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Thinking {
    Disabled,
    Enabled { budget_tokens: u64 },
    Adaptive,
}

/// How much the model thinks, and what room that leaves it.
#[derive(Debug)]
pub(super) struct ThinkingPlan {
    pub(super) thinking: Option<Thinking>,
    pub(super) effort: Option<&'static str>,
    pub(super) max_tokens: u64,
}

/// How a model is told how much to think.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Style {
    Budget,
    Word,
    Both,
}

impl ThinkingPlan {
    pub(super) fn of(
        codec: &Anthropic,
        call: &Encode<'_>,
        degraded: &mut Degraded,
    ) -> Result<Self, ModelError> {
        let known = call
            .options
            .sampling
            .max_output_tokens
            .or(call.profile.max_output);
        let mut plan = ThinkingPlan {
            thinking: None,
            effort: None,
            max_tokens: known.unwrap_or(codec.default_max_tokens),
        };
        let Some(reasoning) = call
            .options
            .reasoning
            .filter(|wanted| *wanted != Reasoning::default())
        else {
            return Ok(plan);
        };
        let style = Style::of(&codec.thinking, call.model());
        if reasoning.effort == Some(Effort::Off) {
            plan.thinking = (style == Style::Word).then_some(Thinking::Disabled);
            return Ok(plan);
        }
        if call.profile.abilities.has(Ability::Thinking) == Some(false) {
            degraded.leave_out("reasoning", "the model does not think")?;
            return Ok(plan);
        }
        match (style, reasoning.budget_tokens, reasoning.effort) {
            (Style::Budget | Style::Both, Some(budget), effort) => {
                plan.effort = effort.filter(|_| style == Style::Both).map(word);
                plan.think_within(budget, known, degraded)?;
            }
            (Style::Budget, None, Some(effort)) => {
                let room = known.map_or(u64::MAX, |limit| limit / 4 * 3);
                plan.think_within(budget(effort).min(room), known, degraded)?;
            }
            (_, budget, effort) => {
                plan.thinking = Some(Thinking::Adaptive);
                plan.effort = effort.map(word).or(budget.map(word_of_budget));
            }
        }
        Ok(plan)
    }

    /// Gives the model a budget, which must leave it room to answer.
    fn think_within(
        &mut self,
        budget_tokens: u64,
        limit: Option<u64>,
        degraded: &mut Degraded,
    ) -> Result<(), ModelError> {
        let why = match limit {
            _ if budget_tokens < LEAST_BUDGET => "a budget has at least 1024 tokens",
            Some(limit) if budget_tokens >= limit => {
                "the budget must be below the limit on output tokens"
            }
            Some(_) => {
                self.thinking = Some(Thinking::Enabled { budget_tokens });
                return Ok(());
            }
            None => {
                self.thinking = Some(Thinking::Enabled { budget_tokens });
                self.max_tokens = self.max_tokens.saturating_add(budget_tokens);
                return Ok(());
            }
        };
        self.effort = None;
        degraded.leave_out("reasoning", why)
    }

    pub(super) fn thinks(&self) -> bool {
        matches!(
            self.thinking,
            Some(Thinking::Enabled { .. } | Thinking::Adaptive)
        )
    }

    pub(super) fn has_budget(&self) -> bool {
        matches!(self.thinking, Some(Thinking::Enabled { .. }))
    }
}

impl Style {
    fn of(models: &ThinkingModels, model: &str) -> Self {
        let among = |names: &[&str]| names.iter().any(|name| model.contains(name));
        if among(models.by_both) {
            Style::Both
        } else if among(models.by_budget) {
            Style::Budget
        } else {
            Style::Word
        }
    }
}

fn budget(effort: Effort) -> u64 {
    let line = EFFORTS.iter().find(|(known, ..)| *known == effort);
    line.map_or(8_192, |(_, budget, _)| *budget)
}

fn word(effort: Effort) -> &'static str {
    let line = EFFORTS.iter().find(|(known, ..)| *known == effort);
    line.map_or("medium", |(_, _, word)| word)
}

fn word_of_budget(tokens: u64) -> &'static str {
    let line = EFFORTS.iter().find(|(_, budget, _)| tokens <= *budget);
    line.map_or("max", |(_, _, word)| word)
}
