//! The small members of a request.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::Value;
use windlass_core::{
    Ability, Continuation, Message, ModelError, OutputFormat, ParallelCalls, Text,
};

use super::thinking::{Thinking, ThinkingPlan};
use crate::body::Degraded;
use crate::codec::{Delivery, Encode};
use crate::schema::{SchemaRules, lower};
use crate::wire::anthropic::{Anthropic, Endpoint, NAMES, OutputStyle};
use crate::wire::lacking;

/// The small members, in the order in which they are written.
#[derive(Debug, Default, Serialize)]
pub(in crate::wire::anthropic) struct Head<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::wire::anthropic) model: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    anthropic_version: Option<&'static str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    anthropic_beta: &'static [&'static str],
    #[serde(skip_serializing_if = "Option::is_none")]
    max_tokens: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stream: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    top_p: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    top_k: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stop_sequences: Option<&'a [Text]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tool_choice: Option<ToolChoice<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    thinking: Option<Thinking>,
    #[serde(skip_serializing_if = "Option::is_none")]
    output_config: Option<OutputConfig>,
    #[serde(skip_serializing_if = "Option::is_none")]
    output_format: Option<Format>,
    #[serde(skip_serializing_if = "Option::is_none")]
    metadata: Option<Metadata<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    container: Option<Text>,
}

#[derive(Debug, Serialize)]
struct ToolChoice<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    disable_parallel_tool_use: Option<bool>,
}

#[derive(Debug, Default, Serialize)]
struct OutputConfig {
    #[serde(skip_serializing_if = "Option::is_none")]
    effort: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    format: Option<Format>,
}

#[derive(Debug, Serialize)]
struct Format {
    #[serde(rename = "type")]
    kind: &'static str,
    schema: Value,
}

#[derive(Debug, Serialize)]
struct Metadata<'a> {
    user_id: &'a str,
}

impl<'a> Head<'a> {
    /// The members of a request for an answer.
    pub(in crate::wire::anthropic) fn of_answer(
        codec: &Anthropic,
        call: &Encode<'a>,
        degraded: &mut Degraded,
    ) -> Result<Self, ModelError> {
        let plan = ThinkingPlan::of(codec, call, degraded)?;
        let mut head = Head::shared(codec, call, &plan, degraded)?;
        head.address(codec, call);
        head.max_tokens = Some(plan.max_tokens);
        head.sample(call, plan.thinks(), degraded)?;
        head.stop_sequences = call
            .options
            .sampling
            .stop
            .as_deref()
            .filter(|stop| !stop.is_empty());
        head.metadata = call
            .options
            .user
            .as_deref()
            .map(|user_id| Metadata { user_id });
        head.container = container(call);
        if !call.options.metadata.is_empty() {
            degraded.leave_out("metadata", "the wire has no labels; `user` is sent")?;
        }
        if call.options.continuation == Some(Continuation::Stored) {
            degraded.leave_out("continuation", "the provider stores no answers")?;
        }
        Ok(head)
    }

    /// The members of a request to count its tokens.
    pub(in crate::wire::anthropic) fn of_count(
        codec: &Anthropic,
        call: &Encode<'a>,
        degraded: &mut Degraded,
    ) -> Result<Self, ModelError> {
        let plan = ThinkingPlan::of(codec, call, degraded)?;
        let mut head = Head::shared(codec, call, &plan, degraded)?;
        head.model = Some(call.model());
        head.anthropic_version = (codec.endpoint == Endpoint::Vertex).then_some(codec.version);
        Ok(head)
    }

    fn shared(
        codec: &Anthropic,
        call: &Encode<'a>,
        plan: &ThinkingPlan,
        degraded: &mut Degraded,
    ) -> Result<Self, ModelError> {
        let mut head = Head {
            thinking: plan.thinking,
            tool_choice: tool_choice(call, plan, degraded)?,
            ..Head::default()
        };
        let (format, style) = (format(codec, call, degraded)?, codec.output);
        let (config, format) = match style {
            OutputStyle::Format => (None, format),
            _ => (format, None),
        };
        head.output_format = format;
        head.output_config = (plan.effort.is_some() || config.is_some()).then_some(OutputConfig {
            effort: plan.effort,
            format: config,
        });
        Ok(head)
    }

    /// Names the model, the version and the delivery where the endpoint wants them.
    fn address(&mut self, codec: &Anthropic, call: &Encode<'a>) {
        let streamed = call.delivery == Delivery::Streamed;
        match codec.endpoint {
            Endpoint::Messages(_) => self.model = Some(call.model()),
            Endpoint::Vertex => self.anthropic_version = Some(codec.version),
            #[cfg(feature = "bedrock")]
            Endpoint::BedrockInvoke => {
                self.anthropic_version = Some(codec.version);
                self.anthropic_beta = codec.betas;
                return;
            }
        }
        self.stream = streamed.then_some(true);
    }

    fn sample(
        &mut self,
        call: &Encode<'_>,
        thinks: bool,
        degraded: &mut Degraded,
    ) -> Result<(), ModelError> {
        let sampling = &call.options.sampling;
        let cannot = call.profile.abilities.has(Ability::Sampling) == Some(false);
        let mut refuse = |set: bool, option, why| match set {
            true => degraded.leave_out(option, why).map(|()| true),
            false => Ok(false),
        };
        let thinking = "a model that thinks picks its words by itself";
        let none = if cannot {
            "the model takes no sampling options"
        } else {
            thinking
        };
        let hot = |temperature: f64| cannot || (thinks && temperature != 1.0);
        if !refuse(sampling.temperature.is_some_and(hot), "temperature", none)? {
            self.temperature = sampling.temperature;
        }
        let narrow = |share: f64| cannot || (thinks && share < 0.95);
        if !refuse(sampling.top_p.is_some_and(narrow), "top_p", none)? {
            self.top_p = sampling.top_p;
        }
        if !refuse(
            sampling.top_k.is_some() && (cannot || thinks),
            "top_k",
            none,
        )? {
            self.top_k = sampling.top_k;
        }
        let absent = "the wire has none";
        refuse(
            sampling.frequency_penalty.is_some(),
            "frequency_penalty",
            absent,
        )?;
        refuse(
            sampling.presence_penalty.is_some(),
            "presence_penalty",
            absent,
        )?;
        refuse(sampling.seed.is_some(), "seed", absent)?;
        Ok(())
    }
}

fn tool_choice<'a>(
    call: &Encode<'a>,
    plan: &ThinkingPlan,
    degraded: &mut Degraded,
) -> Result<Option<ToolChoice<'a>>, ModelError> {
    use windlass_core::ToolChoice as Choice;
    let choice = call.options.tool_choice.as_ref();
    let is_forced = matches!(choice, Some(Choice::Required | Choice::Tool(_)));
    if !lacking::has_tools(call, degraded)? {
        if is_forced {
            degraded.leave_out("tool_choice", "there are no tools")?;
        }
        return Ok(None);
    }
    let disable = call
        .options
        .parallel_calls
        .map(|calls| calls == ParallelCalls::Forbid);
    let with = |kind, name| ToolChoice {
        kind,
        name,
        disable_parallel_tool_use: disable,
    };
    if is_forced && plan.has_budget() {
        degraded.leave_out("tool_choice", "a model that thinks cannot be made to call")?;
        return Ok(disable.map(|_| with("auto", None)));
    }
    Ok(match choice {
        None => disable.map(|_| with("auto", None)),
        Some(Choice::Auto) => Some(with("auto", None)),
        Some(Choice::None) => Some(ToolChoice {
            disable_parallel_tool_use: None,
            ..with("none", None)
        }),
        Some(Choice::Required) => Some(with("any", None)),
        Some(Choice::Tool(name)) => Some(with("tool", Some(NAMES.fit(name)))),
        Some(_) => {
            degraded.leave_out("tool_choice", "the choice is not known here")?;
            None
        }
    })
}

fn format(
    codec: &Anthropic,
    call: &Encode<'_>,
    degraded: &mut Degraded,
) -> Result<Option<Format>, ModelError> {
    let why = match &call.options.output {
        None | Some(OutputFormat::Text) => return Ok(None),
        Some(OutputFormat::Schema { schema, .. }) => {
            let can = call.profile.abilities.has(Ability::Schema) != Some(false);
            if can && codec.output != OutputStyle::Unsupported {
                return Ok(Some(Format {
                    kind: "json_schema",
                    schema: lower(schema, SchemaRules::Strict).schema,
                }));
            }
            "the model takes no schema for its answer"
        }
        Some(_) => "the wire wants a schema for JSON",
    };
    degraded.leave_out("output", why)?;
    Ok(None)
}

/// The container that the newest answer names, for the hosted tools that go on in it.
fn container(call: &Encode<'_>) -> Option<Text> {
    #[derive(serde::Deserialize)]
    struct Extra {
        container: Container,
    }
    #[derive(serde::Deserialize)]
    struct Container {
        id: Text,
    }

    if call.request.tools.hosted().is_empty() {
        return None;
    }
    let extras = call
        .request
        .conversation
        .messages()
        .rev()
        .flat_map(|message| match message {
            Message::Assistant(answer) if call.reads_opaque(answer.origin.as_ref()) => {
                super::content::extras(answer)
            }
            _ => Vec::new(),
        });
    let mut named = extras.filter_map(|extra| serde_json::from_str::<Extra>(extra.as_str()).ok());
    named.next().map(|extra| extra.container.id)
}
