//! The options of a request: the members before the instructions.

use indexmap::IndexMap;
use serde::Serialize;
use serde_json::Value;
use windlass_core::{
    Ability, CachePolicy, Continuation, Effort, ModelError, OutputFormat, Reasoning, Sampling, Text,
};

use super::super::{Gemini, Labels, Schemas, ThinkingControl, Thoughts};
use super::tools::{self, ToolConfig, open_api};
use crate::body::Degraded;
use crate::codec::Encode;
use crate::wire::lacking::lacks;

/// How many tokens an effort may think, after Google's own table for the words of OpenAI; the last is the most that every
/// model takes.
const BUDGETS: &[(Effort, u64)] = &[
    (Effort::Off, 0),
    (Effort::Minimal, 512),
    (Effort::Low, 1_024),
    (Effort::Medium, 8_192),
    (Effort::High, 24_576),
    (Effort::Max, 24_576),
];

/// The word for an effort. There is none for not thinking at all, which is a budget of zero.
const LEVELS: &[(Effort, &str)] = &[
    (Effort::Minimal, "minimal"),
    (Effort::Low, "low"),
    (Effort::Medium, "medium"),
    (Effort::High, "high"),
    (Effort::Max, "high"),
];

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Head<'a> {
    #[serde(skip_serializing_if = "GenerationConfig::is_empty")]
    generation_config: GenerationConfig<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tool_config: Option<ToolConfig<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    labels: Option<&'a IndexMap<Text, Text>>,
}

#[derive(Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
struct GenerationConfig<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    top_p: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    top_k: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seed: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    frequency_penalty: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    presence_penalty: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_output_tokens: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stop_sequences: Option<&'a [Text]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    response_mime_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    response_schema: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    response_json_schema: Option<&'a Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    thinking_config: Option<ThinkingConfig>,
}

#[derive(Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
struct ThinkingConfig {
    #[serde(skip_serializing_if = "Option::is_none")]
    thinking_budget: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    thinking_level: Option<&'static str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    include_thoughts: bool,
}

/// The members before the instructions.
pub(super) fn head<'a>(
    dialect: &Gemini,
    call: &Encode<'a>,
    degraded: &mut Degraded,
) -> Result<Head<'a>, ModelError> {
    let mut generation_config = sampling(call, degraded)?;
    output(dialect, call, &mut generation_config, degraded)?;
    generation_config.thinking_config = thinking(dialect, call, degraded)?;
    what_the_wire_lacks(call, degraded)?;
    Ok(Head {
        generation_config,
        tool_config: tools::config(call, degraded)?,
        labels: labels(dialect, call, degraded)?,
    })
}

fn sampling<'a>(
    call: &Encode<'a>,
    degraded: &mut Degraded,
) -> Result<GenerationConfig<'a>, ModelError> {
    let sampling = &call.options.sampling;
    let mut config = GenerationConfig {
        max_output_tokens: sampling.max_output_tokens,
        stop_sequences: sampling.stop.as_deref().filter(|stop| !stop.is_empty()),
        ..GenerationConfig::default()
    };
    if lacks(call, Ability::Sampling) {
        leave_out_sampling(sampling, degraded)?;
        return Ok(config);
    }
    config.temperature = sampling.temperature;
    config.top_p = sampling.top_p;
    config.top_k = sampling.top_k;
    config.seed = sampling.seed;
    config.frequency_penalty = sampling.frequency_penalty;
    config.presence_penalty = sampling.presence_penalty;
    Ok(config)
}

fn leave_out_sampling(sampling: &Sampling, degraded: &mut Degraded) -> Result<(), ModelError> {
    let asked = [
        ("temperature", sampling.temperature.is_some()),
        ("top_p", sampling.top_p.is_some()),
        ("top_k", sampling.top_k.is_some()),
        ("seed", sampling.seed.is_some()),
        ("frequency_penalty", sampling.frequency_penalty.is_some()),
        ("presence_penalty", sampling.presence_penalty.is_some()),
    ];
    asked
        .into_iter()
        .filter(|(_, asked)| *asked)
        .try_for_each(|(option, _)| degraded.leave_out(option, "the model does not take it"))
}

fn output<'a>(
    dialect: &Gemini,
    call: &Encode<'a>,
    config: &mut GenerationConfig<'a>,
    degraded: &mut Degraded,
) -> Result<(), ModelError> {
    match &call.options.output {
        None | Some(OutputFormat::Text) => {}
        Some(OutputFormat::Json) => config.response_mime_type = Some("application/json"),
        Some(OutputFormat::Schema { .. }) if lacks(call, Ability::Schema) => {
            degraded.leave_out("output", "the model cannot answer in a given shape")?;
        }
        Some(OutputFormat::Schema { schema, .. }) => {
            config.response_mime_type = Some("application/json");
            match dialect.schemas {
                Schemas::OpenApi => config.response_schema = Some(open_api(schema)),
                Schemas::JsonSchema => config.response_json_schema = Some(schema.as_value()),
            }
        }
        Some(_) => degraded.leave_out("output", "the wire has no such format")?,
    }
    Ok(())
}

fn thinking(
    dialect: &Gemini,
    call: &Encode<'_>,
    degraded: &mut Degraded,
) -> Result<Option<ThinkingConfig>, ModelError> {
    let Some(reasoning) = call
        .options
        .reasoning
        .filter(|r| *r != Reasoning::default())
    else {
        return Ok(None);
    };
    let off = reasoning.effort == Some(Effort::Off) && reasoning.budget_tokens.is_none();
    if lacks(call, Ability::Thinking) {
        if !off {
            degraded.leave_out("reasoning", "the model does not think")?;
        }
        return Ok(None);
    }
    let level = reasoning
        .effort
        .filter(|_| dialect.thinking == ThinkingControl::Level);
    let thinking_level = level.and_then(|effort| look_up(LEVELS, effort));
    let by_effort = reasoning.effort.and_then(|effort| look_up(BUDGETS, effort));
    let thinking_budget = match thinking_level {
        Some(_) => None,
        None => reasoning.budget_tokens.or(by_effort),
    };
    if thinking_level.is_none() && thinking_budget.is_none() {
        degraded.leave_out("reasoning", "the wire has no such effort")?;
        return Ok(None);
    }
    Ok(Some(ThinkingConfig {
        thinking_budget,
        thinking_level,
        include_thoughts: thinking_budget != Some(0) && dialect.thoughts == Thoughts::Included,
    }))
}

fn look_up<T: Copy>(table: &[(Effort, T)], effort: Effort) -> Option<T> {
    table
        .iter()
        .find(|(known, _)| *known == effort)
        .map(|(_, value)| *value)
}

fn labels<'a>(
    dialect: &Gemini,
    call: &Encode<'a>,
    degraded: &mut Degraded,
) -> Result<Option<&'a IndexMap<Text, Text>>, ModelError> {
    let metadata = Some(&call.options.metadata).filter(|labels| !labels.is_empty());
    if metadata.is_some() && dialect.labels == Labels::Unknown {
        degraded.leave_out("metadata", "the host stores no labels")?;
        return Ok(None);
    }
    Ok(metadata)
}

/// Options without a place on this wire. Prompts are cached without marks, so only marks set by hand are lost.
fn what_the_wire_lacks(call: &Encode<'_>, degraded: &mut Degraded) -> Result<(), ModelError> {
    let options = call.options;
    if options.user.is_some() {
        degraded.leave_out("user", "the wire has no end user")?;
    }
    if options.continuation == Some(Continuation::Stored) {
        degraded.leave_out("continuation", "the provider stores no answers")?;
    }
    if matches!(&options.cache, Some(CachePolicy::Marked(marks)) if !marks.is_empty()) {
        degraded.leave_out("cache", "the wire has no cache marks")?;
    }
    Ok(())
}

impl GenerationConfig<'_> {
    fn is_empty(&self) -> bool {
        *self == GenerationConfig::default()
    }
}
