//! The small members of a request: how the model is to answer.

use indexmap::IndexMap;
use serde::Serialize;
use windlass_core::{
    Ability, Continuation, Effort, ModelError, OutputFormat, ParallelCalls, Reasoning,
};

use self::fields::{
    Additional, Inference, JsonSchema, NovaInference, NovaReasoning, OutputConfig, Structure,
    TextFormat, Thinking,
};
use crate::body::Degraded;
use crate::codec::Encode;
use crate::schema::lower;
use crate::wire::bedrock::family::{budget, effort, word};
use crate::wire::bedrock::{Converse, Family, ReasoningForm, TopK};

mod fields;

#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Head<'a> {
    #[serde(skip_serializing_if = "is_default")]
    inference_config: Inference<'a>,
    #[serde(skip_serializing_if = "is_default")]
    additional_model_request_fields: Additional,
    #[serde(skip_serializing_if = "is_default")]
    output_config: OutputConfig<'a>,
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    request_metadata: IndexMap<&'a str, &'a str>,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

impl<'a> Head<'a> {
    pub(super) fn of(
        codec: &Converse,
        call: &Encode<'a>,
        family: &Family,
        degraded: &mut Degraded,
    ) -> Result<Self, ModelError> {
        let options = call.options;
        let mut head = Head::default();
        head.sampling(call, family, degraded)?;
        if let Some(reasoning) = options.reasoning {
            head.reasoning(reasoning, call, family, degraded)?;
        }
        if head.thinks_freely() {
            head.leave_words_free(degraded)?;
        }
        if let Some(format) = &options.output {
            head.output(codec, call, format, degraded)?;
        }
        leave_out(call, degraded)?;
        let labels = options.metadata.iter();
        head.request_metadata = labels
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        Ok(head)
    }

    fn sampling(
        &mut self,
        call: &Encode<'a>,
        family: &Family,
        degraded: &mut Degraded,
    ) -> Result<(), ModelError> {
        let sampling = &call.options.sampling;
        self.inference_config = Inference {
            max_tokens: sampling.max_output_tokens,
            temperature: sampling.temperature,
            top_p: sampling.top_p,
            stop_sequences: sampling.stop.as_deref().filter(|stop| !stop.is_empty()),
        };
        match (sampling.top_k, family.top_k) {
            (Some(top_k), TopK::Nova) => {
                self.additional_model_request_fields.nova = Some(NovaInference { top_k });
            }
            (top_k, TopK::Plain) => self.additional_model_request_fields.top_k = top_k,
            (None, TopK::Nova) => {}
        }
        if call.profile.abilities.has(Ability::Sampling) == Some(false) {
            self.without_sampling(degraded)?;
        }
        Ok(())
    }

    fn without_sampling(&mut self, degraded: &mut Degraded) -> Result<(), ModelError> {
        let why = "the model does not let its sampling be set";
        if self.inference_config.temperature.take().is_some() {
            degraded.leave_out("temperature", why)?;
        }
        if self.inference_config.top_p.take().is_some() {
            degraded.leave_out("top_p", why)?;
        }
        let more = &mut self.additional_model_request_fields;
        if more.top_k.take().is_some() || more.nova.take().is_some() {
            degraded.leave_out("top_k", why)?;
        }
        Ok(())
    }

    fn reasoning(
        &mut self,
        reasoning: Reasoning,
        call: &Encode<'a>,
        family: &Family,
        degraded: &mut Degraded,
    ) -> Result<(), ModelError> {
        let wanted = match (reasoning.effort, reasoning.budget_tokens) {
            (None, None) => return Ok(()),
            (Some(effort), _) => effort,
            (None, Some(tokens)) => effort(tokens),
        };
        let off = wanted == Effort::Off;
        let able = call.profile.abilities.has(Ability::Thinking) != Some(false);
        let more = &mut self.additional_model_request_fields;
        match family.reasoning {
            ReasoningForm::None if off => {}
            _ if !able && !off => degraded.leave_out("reasoning", "the model does not think")?,
            ReasoningForm::Budget if off => more.thinking = Some(Thinking::Disabled),
            ReasoningForm::Budget => {
                let tokens = tokens(reasoning, wanted, call, degraded)?;
                more.thinking = tokens.map(|budget_tokens| Thinking::Enabled { budget_tokens });
            }
            ReasoningForm::Adaptive if off => more.thinking = Some(Thinking::Disabled),
            ReasoningForm::Adaptive => {
                more.thinking = Some(Thinking::Adaptive);
                self.output_config.effort = Some(word(wanted, true));
            }
            ReasoningForm::Nova if off => more.nova_reasoning = Some(NovaReasoning::Disabled),
            ReasoningForm::Nova => {
                let effort = word(wanted, false);
                more.nova_reasoning = Some(NovaReasoning::Enabled { effort });
            }
            ReasoningForm::Effort if off => {
                degraded.leave_out("reasoning", "the model always thinks")?;
            }
            ReasoningForm::Effort => more.reasoning_effort = Some(word(wanted, false)),
            ReasoningForm::None => {
                degraded.leave_out("reasoning", "the model cannot be told how to think")?;
            }
        }
        Ok(())
    }

    /// Whether the model thinks in the way of Claude, which then picks words and tools by itself.
    pub(super) fn thinks_freely(&self) -> bool {
        let thinking = &self.additional_model_request_fields.thinking;
        matches!(
            thinking,
            Some(Thinking::Enabled { .. } | Thinking::Adaptive)
        )
    }

    /// Takes away what Claude refuses while it thinks.
    fn leave_words_free(&mut self, degraded: &mut Degraded) -> Result<(), ModelError> {
        let why = "Claude cannot be told so while it thinks";
        let temperature = &mut self.inference_config.temperature;
        if temperature.take_if(|it| *it != 1.0).is_some() {
            degraded.leave_out("temperature", why)?;
        }
        let top_k = &mut self.additional_model_request_fields.top_k;
        if top_k.take().is_some() {
            degraded.leave_out("top_k", why)?;
        }
        Ok(())
    }

    fn output(
        &mut self,
        codec: &Converse,
        call: &Encode<'a>,
        format: &'a OutputFormat,
        degraded: &mut Degraded,
    ) -> Result<(), ModelError> {
        match format {
            OutputFormat::Text => Ok(()),
            OutputFormat::Schema { .. }
                if call.profile.abilities.has(Ability::Schema) == Some(false) =>
            {
                degraded.leave_out("output", "the model does not keep to a schema")
            }
            OutputFormat::Schema { name, schema } => {
                let schema = lower(schema, codec.output_schemas).schema.to_string();
                self.output_config.text_format = Some(TextFormat {
                    kind: "json_schema",
                    structure: Structure {
                        json_schema: JsonSchema { schema, name },
                    },
                });
                Ok(())
            }
            _ => degraded.leave_out("output", "Bedrock wants a schema for JSON"),
        }
    }
}

/// The budget, which must be below the limit of the output. One that was made of a word gives way.
fn tokens(
    reasoning: Reasoning,
    wanted: Effort,
    call: &Encode<'_>,
    degraded: &mut Degraded,
) -> Result<Option<u64>, ModelError> {
    let least = budget(Effort::Minimal);
    let limit = call.options.sampling.max_output_tokens;
    let room = limit.map_or(u64::MAX, |limit| limit.saturating_sub(1));
    let tokens = match reasoning.budget_tokens {
        Some(tokens) => tokens,
        None => budget(wanted).min(room.max(least)),
    };
    if tokens > room {
        degraded.leave_out("reasoning", "`max_output_tokens` leaves no room for it")?;
        return Ok(None);
    }
    Ok(Some(tokens))
}

/// What the wire does not have.
fn leave_out(call: &Encode<'_>, degraded: &mut Degraded) -> Result<(), ModelError> {
    let options = call.options;
    let sampling = &options.sampling;
    let absent = [
        ("frequency_penalty", sampling.frequency_penalty.is_some()),
        ("presence_penalty", sampling.presence_penalty.is_some()),
        ("seed", sampling.seed.is_some()),
        ("user", options.user.is_some()),
        (
            "parallel_calls",
            options.parallel_calls == Some(ParallelCalls::Forbid),
        ),
        (
            "continuation",
            options.continuation == Some(Continuation::Stored),
        ),
    ];
    for (option, wanted) in absent {
        if wanted {
            degraded.leave_out(option, "Bedrock Converse has no place for it")?;
        }
    }
    Ok(())
}
