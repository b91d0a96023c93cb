mod message;
mod options;

use serde::Serialize;
use serde_json::Value;
use windlass_core::{ModelError, ToolChoice, ToolSpec};

use self::options::{Format, Sampling, Think};
use super::Ollama;
use crate::body::{Body, COMMA, Degraded, Separated, make_room, write_json};
use crate::codec::{Delivery, Encode, WireRequest};
use crate::schema::{SchemaRules, lower};
use crate::wire::lacking;
use crate::wire::media::check;
use crate::wire::names::{CallIds, Form};

#[derive(Serialize)]
struct Head<'a> {
    model: &'a str,
    /// Streaming is what the server does unless told otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    stream: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    think: Option<Think>,
    #[serde(skip_serializing_if = "Option::is_none")]
    format: Option<Format>,
    #[serde(skip_serializing_if = "Option::is_none")]
    options: Option<Sampling<'a>>,
}

#[derive(Serialize)]
struct Tool<'a> {
    r#type: &'static str,
    function: Function<'a>,
}

#[derive(Serialize)]
struct Function<'a> {
    name: &'a str,
    description: &'a str,
    parameters: Value,
}

pub(super) fn request(wire: &Ollama, call: &Encode<'_>) -> Result<WireRequest, ModelError> {
    let mut degraded = Degraded::new(call.options.unsupported);
    lacking::leave_out(call, &mut degraded)?;
    let sent = call.request.conversation.messages();
    check(sent, &[], &mut degraded, |part| {
        message::refusal(call, part)
    })?;
    let with_tools = sends_tools(call, &mut degraded)?;
    let head = Head {
        model: call.model(),
        stream: (call.delivery == Delivery::Whole).then_some(false),
        think: options::think(call, &mut degraded)?,
        format: lacking::output(call, &mut degraded)?.and_then(options::format),
        options: options::sampling(wire, call),
    };
    let mut body = Body::begin(&head, &call.options.extra, 1024)?;
    if with_tools {
        body.member("tools", |out| write_tools(call, out))?;
    }
    body.member("messages", |out| write_messages(call, out))?;
    let mut request = WireRequest::new(wire.path, body.end());
    request.warnings = degraded.into_warnings();
    Ok(request)
}

/// Whether the tools go along: the only choice that the wire leaves.
fn sends_tools(call: &Encode<'_>, degraded: &mut Degraded) -> Result<bool, ModelError> {
    let tools = lacking::has_own_tools(call, degraded)?;
    match call.options.tool_choice {
        Some(ToolChoice::None) => Ok(false),
        None | Some(ToolChoice::Auto) => Ok(tools),
        Some(_) => {
            degraded.leave_out("tool_choice", "a call cannot be forced")?;
            Ok(tools)
        }
    }
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
            name: &spec.name,
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
        write_json(
            out,
            &message::system(&call.request.instructions.join("\n\n")),
        )?;
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
        between.next(out);
        out.extend_from_slice(bytes);
    }
    out.push(b']');
    Ok(())
}
