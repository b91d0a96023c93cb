//! The small members of a request: options in this wire's words.

use indexmap::IndexMap;
use serde::Serialize;
use windlass_core::{
    Ability, CachePolicy, CacheTime, Continuation, ModelError, Options, ParallelCalls, Text,
    ToolChoice,
};

use super::super::{Feature, OpenAiResponses, UserMember};
use super::format::{TextMember, text};
use super::reasoning::{ReasoningMember, reasoning};
use super::tools::{Choice, choose, has_tools};
use crate::body::Degraded;
use crate::codec::{Delivery, Encode};
use crate::wire::lacking::lacks;

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
        let thinks = !lacks(call, Ability::Thinking);
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
        let samples = codec.has(Feature::Sampling) && !lacks(call, Ability::Sampling);
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
        if !has_tools(call) {
            if !call.request.tools.is_empty() {
                degraded.leave_out("tools", "the model calls none")?;
            }
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
