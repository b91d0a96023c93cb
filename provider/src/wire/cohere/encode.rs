mod documents;
mod message;
mod options;

use std::borrow::Cow;

use serde::Serialize;
use serde_json::Value;
use windlass_core::{ModelError, Text, ToolSpec};

use self::options::{Format, Thinking};
use super::{Cohere, NAMES};
use crate::body::{Body, COMMA, Degraded, Separated, make_room, write_json};
use crate::codec::{Delivery, Encode, WireRequest};
use crate::schema::{SchemaRules, lower};
use crate::wire::lacking;
use crate::wire::media::{Hint, check};
use crate::wire::names::{CallIds, Form};

#[derive(Serialize)]
struct Head<'a> {
    model: &'a str,
    /// A whole answer is what the host gives unless told otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    stream: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_tokens: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    p: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    k: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    frequency_penalty: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    presence_penalty: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seed: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stop_sequences: Option<&'a [Text]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    thinking: Option<Thinking>,
    #[serde(skip_serializing_if = "Option::is_none")]
    response_format: Option<Format>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tool_choice: Option<&'static str>,
}

#[derive(Serialize)]
struct Tool<'a> {
    r#type: &'static str,
    function: Function<'a>,
}

#[derive(Serialize)]
struct Function<'a> {
    name: Cow<'a, str>,
    description: &'a str,
    parameters: Value,
}

pub(super) fn request(wire: &Cohere, call: &Encode<'_>) -> Result<WireRequest, ModelError> {
    let mut degraded = Degraded::new(call.options.unsupported);
    lacking::leave_out(call, &mut degraded)?;
    let tools = lacking::has_own_tools(call, &mut degraded)?;
    let sent = call.request.conversation.messages();
    let hints = [Hint::Detail, Hint::Citations];
    check(sent, &hints, &mut degraded, |part| {
        message::refusal(call, part)
    })?;
    let documents = documents::collect(call, &mut degraded)?;
    let head = head(call, tools, &mut degraded)?;
    let mut body = Body::begin(&head, &call.options.extra, 1024)?;
    if tools {
        body.member("tools", |out| write_tools(call, out))?;
    }
    if !documents.is_empty() {
        body.member("documents", |out| write_json(out, &documents))?;
    }
    body.member("messages", |out| write_messages(call, out))?;
    let mut request = WireRequest::new(wire.path, body.end());
    request.warnings = degraded.into_warnings();
    Ok(request)
}

fn head<'a>(
    call: &Encode<'a>,
    tools: bool,
    degraded: &mut Degraded,
) -> Result<Head<'a>, ModelError> {
    let sampling = &call.options.sampling;
    Ok(Head {
        model: call.model(),
        stream: (call.delivery == Delivery::Streamed).then_some(true),
        max_tokens: sampling.max_output_tokens,
        temperature: sampling.temperature,
        p: sampling.top_p,
        k: sampling.top_k,
        frequency_penalty: sampling.frequency_penalty,
        presence_penalty: sampling.presence_penalty,
        seed: sampling.seed,
        stop_sequences: sampling.stop.as_deref(),
        thinking: options::thinking(call, degraded)?,
        response_format: lacking::output(call, degraded)?.map(options::format),
        tool_choice: options::tool_choice(call, tools, degraded)?,
    })
}

fn write_tools(call: &Encode<'_>, out: &mut Vec<u8>) -> Result<(), ModelError> {
    let tools = &call.request.tools;
    let bytes = tools.encoding(call.key, |bytes| {
        let list: Vec<Tool<'_>> = tools.specs().iter().map(tool).collect();
        write_json(bytes, &list)
    })?;
    out.extend_from_slice(bytes);
    Ok(())
}

fn tool(spec: &ToolSpec) -> Tool<'_> {
    Tool {
        r#type: "function",
        function: Function {
            name: NAMES.fit(&spec.name),
            description: &spec.description,
            parameters: lower(&spec.parameters, SchemaRules::Any).schema,
        },
    }
}

fn write_messages(call: &Encode<'_>, out: &mut Vec<u8>) -> Result<(), ModelError> {
    let mut between = Separated::new();
    out.push(b'[');
    if !call.request.instructions.is_empty() {
        between.next(out);
        message::write_system(&call.request.instructions.join("\n\n"), out)?;
    }
    let conversation = &call.request.conversation;
    let (ids, entries) = (CallIds::of(conversation), conversation.entries());
    let encoded = |at: usize| {
        ids.encoding((at, &entries[at]), call.key, Form::ANY, |ids, bytes| {
            message::write(entries[at].message(), call, ids, bytes)
        })
    };
    make_room(out, COMMA, (0..entries.len()).map(encoded))?;
    for at in 0..entries.len() {
        let bytes = encoded(at)?;
        if !bytes.is_empty() {
            between.next(out);
            out.extend_from_slice(bytes);
        }
    }
    out.push(b']');
    Ok(())
}
