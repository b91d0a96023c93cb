//! The small members of a request: options in this wire's words.

use indexmap::IndexMap;
use serde::Serialize;
use serde_json::Value;
use windlass_core::{
    Ability, CachePolicy, CacheTime, Continuation, Effort, ModelError, Options, OutputFormat,
    ParallelCalls, Reasoning, Text, ToolChoice,
};

use super::super::{Feature, OpenAiResponses, UserMember};
use super::tools::schema_rules;
use crate::body::Degraded;
use crate::codec::{Delivery, Encode};
use crate::schema::lower;

/// What stands before tools, instructions and input.
#[derive(Debug, Default, Serialize)]
pub(super) struct Head<'a> {
    model: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    stream: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    store: Option<bool>,
    #[serde(skip_serializing_if = "<[&str]>::is_empty")]
    include: &'a [&'static str],
    #[serde(skip_serializing_if = "Option::is_none")]
    previous_response_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_output_tokens: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    top_p: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reasoning: Option<ReasoningMember>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<TextMember<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tool_choice: Option<Choice<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parallel_tool_calls: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    safety_identifier: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    prompt_cache_retention: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    metadata: Option<&'a IndexMap<Text, Text>>,
}

#[derive(Debug, Serialize)]
struct ReasoningMember {
    #[serde(skip_serializing_if = "Option::is_none")]
    effort: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    summary: Option<&'static str>,
}

#[derive(Debug, Serialize)]
struct TextMember<'a> {
    format: Format<'a>,
}

#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Format<'a> {
    Text,
    JsonObject,
    JsonSchema {
        name: &'a str,
        schema: Value,
        strict: bool,
    },
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Choice<'a> {
    Word(&'static str),
    Function { r#type: &'static str, name: &'a str },
    Hosted { r#type: &'a str },
}

/// How many tokens of thinking each effort stands for, where a request names a number and this wire wants a word: the
/// first effort whose number is not smaller is taken, and the last beyond all of them.
const BUDGETS: [(u64, Effort); 5] = [
    (0, Effort::Off),
    (1_024, Effort::Minimal),
    (4_096, Effort::Low),
    (16_384, Effort::Medium),
    (u64::MAX, Effort::High),
];

/// Reasoning that the provider keeps nothing of must come encrypted, to be sent back.
const ENCRYPTED: &[&str] = &["reasoning.encrypted_content"];

/// Whether answers are stored, as far as the host leaves the choice.
pub(super) fn continuation(
    codec: &OpenAiResponses,
    call: &Encode<'_>,
    degraded: &mut Degraded,
) -> Result<Option<Continuation>, ModelError> {
    let chosen = call.options.continuation.or(codec.continuation);
    if chosen == Some(Continuation::Stored) && !codec.has(Feature::PreviousResponse) {
        degraded.leave_out("continuation", "the host continues no stored answer")?;
        return Ok(Some(Continuation::Stateless));
    }
    Ok(chosen)
}

pub(super) fn head<'a>(
    codec: &OpenAiResponses,
    call: &Encode<'a>,
    degraded: &mut Degraded,
) -> Result<Head<'a>, ModelError> {
    let options = call.options;
    refuse_sampling(options, degraded)?;
    let mut head = Head {
        model: call.model(),
        stream: (call.delivery == Delivery::Streamed).then_some(true),
        reasoning: reasoning(codec, call, degraded)?,
        text: text(codec, call, degraded)?,
        prompt_cache_retention: cache(codec, options, degraded)?,
        ..Head::default()
    };
    head.limit(codec, call, degraded)?;
    head.choose_tools(call, degraded)?;
    head.label(codec, options, degraded)?;
    Ok(head)
}

impl<'a> Head<'a> {
    /// Says what the host is to keep, and which stored answer the input follows.
    pub(super) fn continue_from(
        &mut self,
        codec: &OpenAiResponses,
        call: &Encode<'a>,
        chosen: Option<Continuation>,
        previous: Option<&'a str>,
    ) {
        let stores = chosen.map(|chosen| chosen == Continuation::Stored);
        self.store = stores.filter(|_| codec.has(Feature::Store));
        self.previous_response_id = previous;
        let thinks = call.profile.abilities.has(Ability::Thinking) != Some(false);
        if stores == Some(false) && thinks && codec.has(Feature::EncryptedReasoning) {
            self.include = ENCRYPTED;
        }
    }

    fn limit(
        &mut self,
        codec: &OpenAiResponses,
        call: &Encode<'a>,
        degraded: &mut Degraded,
    ) -> Result<(), ModelError> {
        let sampling = &call.options.sampling;
        if codec.has(Feature::MaxOutputTokens) {
            self.max_output_tokens = sampling.max_output_tokens;
        } else if sampling.max_output_tokens.is_some() {
            degraded.leave_out("max_output_tokens", "the host does not take it")?;
        }
        let samples = codec.has(Feature::Sampling)
            && call.profile.abilities.has(Ability::Sampling) != Some(false);
        if samples {
            (self.temperature, self.top_p) = (sampling.temperature, sampling.top_p);
            return Ok(());
        }
        let asked = [
            ("temperature", sampling.temperature.is_some()),
            ("top_p", sampling.top_p.is_some()),
        ];
        leave_out_all(asked, "the model does not take it", degraded)
    }

    fn choose_tools(
        &mut self,
        call: &Encode<'a>,
        degraded: &mut Degraded,
    ) -> Result<(), ModelError> {
        let options = call.options;
        if call.request.tools.is_empty() {
            return match options.tool_choice {
                Some(ToolChoice::Required | ToolChoice::Tool(_)) => {
                    degraded.leave_out("tool_choice", "the request has no tools")
                }
                _ => Ok(()),
            };
        }
        self.tool_choice = options
            .tool_choice
            .as_ref()
            .map(|choice| choose(choice, call));
        self.parallel_tool_calls = options
            .parallel_calls
            .map(|calls| calls == ParallelCalls::Allow);
        Ok(())
    }

    fn label(
        &mut self,
        codec: &OpenAiResponses,
        options: &'a Options,
        degraded: &mut Degraded,
    ) -> Result<(), ModelError> {
        let user = options.user.as_deref();
        match codec.user_member {
            UserMember::SafetyIdentifier => self.safety_identifier = user,
            UserMember::User => self.user = user,
            UserMember::Missing if user.is_some() => {
                degraded.leave_out("user", "the host has no member for it")?;
            }
            UserMember::Missing => {}
        }
        if options.metadata.is_empty() {
            return Ok(());
        }
        if !codec.has(Feature::Metadata) {
            return degraded.leave_out("metadata", "the host does not take it");
        }
        self.metadata = Some(&options.metadata);
        Ok(())
    }
}

fn refuse_sampling(options: &Options, degraded: &mut Degraded) -> Result<(), ModelError> {
    let sampling = &options.sampling;
    let asked = [
        ("top_k", sampling.top_k.is_some()),
        ("frequency_penalty", sampling.frequency_penalty.is_some()),
        ("presence_penalty", sampling.presence_penalty.is_some()),
        ("seed", sampling.seed.is_some()),
        (
            "stop",
            sampling
                .stop
                .as_ref()
                .is_some_and(|texts| !texts.is_empty()),
        ),
    ];
    leave_out_all(asked, "the Responses API has no such option", degraded)
}

fn leave_out_all<const N: usize>(
    asked: [(&'static str, bool); N],
    why: &str,
    degraded: &mut Degraded,
) -> Result<(), ModelError> {
    let mut asked = asked.into_iter().filter(|(_, is_set)| *is_set);
    asked.try_for_each(|(option, _)| degraded.leave_out(option, why))
}

fn reasoning(
    codec: &OpenAiResponses,
    call: &Encode<'_>,
    degraded: &mut Degraded,
) -> Result<Option<ReasoningMember>, ModelError> {
    let Some(effort) = call.options.reasoning.and_then(effort) else {
        return Ok(None);
    };
    if call.profile.abilities.has(Ability::Thinking) == Some(false) {
        if effort != Effort::Off {
            degraded.leave_out("reasoning", "the model does not think first")?;
        }
        return Ok(None);
    }
    Ok(Some(ReasoningMember {
        effort: Some(word(&codec.efforts, effort)),
        summary: codec.summary.filter(|_| effort != Effort::Off),
    }))
}

fn effort(reasoning: Reasoning) -> Option<Effort> {
    let of_budget = |tokens: u64| {
        let fits = BUDGETS.iter().find(|(most, _)| tokens <= *most);
        fits.map(|(_, effort)| *effort)
    };
    reasoning
        .effort
        .or_else(|| reasoning.budget_tokens.and_then(of_budget))
}

fn word(efforts: &super::super::Efforts, effort: Effort) -> &'static str {
    match effort {
        Effort::Off => efforts.off,
        Effort::Minimal => efforts.minimal,
        Effort::Low => efforts.low,
        Effort::High => efforts.high,
        Effort::Max => efforts.max,
        _ => efforts.medium,
    }
}

fn text<'a>(
    codec: &OpenAiResponses,
    call: &Encode<'a>,
    degraded: &mut Degraded,
) -> Result<Option<TextMember<'a>>, ModelError> {
    let format = match &call.options.output {
        None => return Ok(None),
        Some(OutputFormat::Text) => Format::Text,
        Some(OutputFormat::Json) => Format::JsonObject,
        Some(OutputFormat::Schema { name, schema }) => {
            if call.profile.abilities.has(Ability::Schema) == Some(false) {
                degraded.leave_out("output", "the model does not answer by a schema")?;
                return Ok(None);
            }
            let lowered = lower(schema, schema_rules(codec));
            Format::JsonSchema {
                name,
                schema: lowered.schema,
                strict: lowered.strict,
            }
        }
        Some(_) => {
            degraded.leave_out("output", "this wire does not know the format")?;
            return Ok(None);
        }
    };
    Ok(Some(TextMember { format }))
}

/// A tool of the program by its name; any other name can only be the type of a tool that the provider runs.
fn choose<'a>(choice: &'a ToolChoice, call: &Encode<'a>) -> Choice<'a> {
    match choice {
        ToolChoice::None => Choice::Word("none"),
        ToolChoice::Required => Choice::Word("required"),
        ToolChoice::Tool(name) => {
            let tools = &call.request.tools;
            let is_hosted =
                !tools.hosted().is_empty() && tools.specs().iter().all(|spec| spec.name != *name);
            if is_hosted {
                Choice::Hosted { r#type: name }
            } else {
                Choice::Function {
                    r#type: "function",
                    name,
                }
            }
        }
        _ => Choice::Word("auto"),
    }
}

/// This wire caches prompts by itself; what can be said is for how long.
fn cache(
    codec: &OpenAiResponses,
    options: &Options,
    degraded: &mut Degraded,
) -> Result<Option<&'static str>, ModelError> {
    match &options.cache {
        None | Some(CachePolicy::Off | CachePolicy::Auto(CacheTime::Short)) => Ok(None),
        Some(CachePolicy::Auto(CacheTime::Hour)) if codec.has(Feature::CacheRetention) => {
            Ok(Some("24h"))
        }
        Some(CachePolicy::Marked(marks)) if marks.is_empty() => Ok(None),
        Some(_) => {
            degraded.leave_out("cache", "the host caches prompts by itself")?;
            Ok(None)
        }
    }
}
