use serde::Serialize;
use serde_json::Value;
use windlass_core::{Ability, Effort, ModelError, OutputFormat, Reasoning, Text};

use super::Ollama;
use crate::body::Degraded;
use crate::codec::Encode;
use crate::schema::{SchemaRules, lower};
use crate::wire::lacking::lacks;

/// Budgets up to this many tokens are this level.
const LEVELS: [(u64, &str); 4] = [
    (4_096, "low"),
    (16_384, "medium"),
    (65_536, "high"),
    (u64::MAX, "max"),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub(super) enum Think {
    Switch(bool),
    Level(&'static str),
}

#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Format {
    Word(&'static str),
    Schema(Value),
}

#[derive(Default, PartialEq, Serialize)]
pub(super) struct Sampling<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    num_ctx: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    num_predict: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    top_p: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    top_k: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    frequency_penalty: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    presence_penalty: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seed: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stop: Option<&'a [Text]>,
}

/// The sampling, if any of it is set.
pub(super) fn sampling<'a>(wire: &Ollama, call: &Encode<'a>) -> Option<Sampling<'a>> {
    let asked = &call.options.sampling;
    let sampling = Sampling {
        num_ctx: wire.context,
        num_predict: asked.max_output_tokens,
        temperature: asked.temperature,
        top_p: asked.top_p,
        top_k: asked.top_k,
        frequency_penalty: asked.frequency_penalty,
        presence_penalty: asked.presence_penalty,
        seed: asked.seed,
        stop: asked.stop.as_deref(),
    };
    (sampling != Sampling::default()).then_some(sampling)
}

/// How the model is to think; the server refuses to make one think that cannot.
pub(super) fn think(
    call: &Encode<'_>,
    degraded: &mut Degraded,
) -> Result<Option<Think>, ModelError> {
    let Some(reasoning) = call.options.reasoning else {
        return Ok(None);
    };
    let think = level(reasoning);
    if !lacks(call, Ability::Thinking) {
        return Ok(Some(think));
    }
    if think != Think::Switch(false) {
        degraded.leave_out("reasoning", "the model does not think")?;
    }
    Ok(None)
}

fn level(reasoning: Reasoning) -> Think {
    match (reasoning.effort, reasoning.budget_tokens) {
        (Some(Effort::Off), _) | (None, Some(0)) => Think::Switch(false),
        (Some(Effort::Minimal | Effort::Low), _) => Think::Level("low"),
        (Some(Effort::Medium), _) => Think::Level("medium"),
        (Some(Effort::High), _) => Think::Level("high"),
        (Some(Effort::Max), _) => Think::Level("max"),
        (_, Some(tokens)) => LEVELS
            .iter()
            .find(|(most, _)| tokens <= *most)
            .map_or(Think::Switch(true), |(_, level)| Think::Level(level)),
        (_, None) => Think::Switch(true),
    }
}

pub(super) fn format(format: &OutputFormat) -> Option<Format> {
    match format {
        OutputFormat::Json => Some(Format::Word("json")),
        OutputFormat::Schema { schema, .. } => {
            Some(Format::Schema(lower(schema, SchemaRules::Any).schema))
        }
        _ => None,
    }
}
