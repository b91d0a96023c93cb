//! The tools of a request, and which of them the model is to call.

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::Value;
use windlass_core::{ModelError, ToolChoice, ToolSpec};

use super::cache::Marks;
use crate::body::{Degraded, Separated, unsupported, write_json};
use crate::codec::Encode;
use crate::schema::{SchemaRules, lower};
use crate::wire::bedrock::{Converse, NAMES};
use crate::wire::lacking;

/// What the model is told of a tool that it called and that is no longer there.
const GONE: &str = "No longer available. Do not call it.";

/// What is asked of the calls.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Choice<'a> {
    /// Nothing.
    Unsaid,
    /// That there be none, by leaving the tools out.
    WithoutTools,
    /// That the model decide, call any, or call one by name.
    Of(&'a ToolChoice),
}

/// Reads the option. The wire has no way to forbid calls when the history has some, and who `thinks` in the way of
/// Claude cannot be made to call.
pub(super) fn choice<'a>(
    call: &Encode<'a>,
    thinks: bool,
    degraded: &mut Degraded,
) -> Result<Choice<'a>, ModelError> {
    let tools = lacking::has_tools(call, degraded)?;
    let unsaid = if tools || call.request.tools.is_empty() {
        Choice::Unsaid
    } else {
        Choice::WithoutTools
    };
    match &call.options.tool_choice {
        Some(ToolChoice::Required | ToolChoice::Tool(_)) if !tools => {
            degraded.leave_out("tool_choice", "there are no tools")?;
            Ok(unsaid)
        }
        _ if !tools => Ok(unsaid),
        None => Ok(Choice::Unsaid),
        Some(ToolChoice::None) if !has_calls(call) => Ok(Choice::WithoutTools),
        Some(ToolChoice::None) => {
            let why = "Bedrock cannot forbid calls where the history has some";
            degraded.leave_out("tool_choice", why)?;
            Ok(Choice::Unsaid)
        }
        Some(ToolChoice::Required | ToolChoice::Tool(_)) if thinks => {
            degraded.leave_out(
                "tool_choice",
                "Claude cannot be made to call while it thinks",
            )?;
            Ok(Choice::Unsaid)
        }
        Some(choice) => Ok(Choice::Of(choice)),
    }
}

/// Whether there are tools to send.
pub(super) fn are_sent(call: &Encode<'_>, choice: Choice<'_>) -> bool {
    choice != Choice::WithoutTools && (!call.request.tools.is_empty() || has_calls(call))
}

fn has_calls(call: &Encode<'_>) -> bool {
    call.request.conversation.calls().next().is_some()
}

pub(super) fn write(
    codec: &Converse,
    call: &Encode<'_>,
    (choice, marks): (Choice<'_>, &Marks),
    out: &mut Vec<u8>,
) -> Result<(), ModelError> {
    out.extend_from_slice(b"{\"tools\":[");
    let tools = &call.request.tools;
    if tools.is_empty() {
        write_gone(call, out)?;
    } else {
        let encoded = tools.encoding(call.key, |out| write_all(codec, call, out))?;
        out.extend_from_slice(encoded);
        if let Some(mark) = marks.after_tools() {
            out.push(b',');
            out.extend_from_slice(mark.as_bytes());
        }
    }
    out.push(b']');
    write_choice(choice, out)?;
    out.push(b'}');
    Ok(())
}

fn write_choice(choice: Choice<'_>, out: &mut Vec<u8>) -> Result<(), ModelError> {
    let Choice::Of(choice) = choice else {
        return Ok(());
    };
    match choice {
        ToolChoice::Auto => out.extend_from_slice(br#","toolChoice":{"auto":{}}"#),
        ToolChoice::Required => out.extend_from_slice(br#","toolChoice":{"any":{}}"#),
        ToolChoice::Tool(name) => {
            out.extend_from_slice(br#","toolChoice":{"tool":{"name":"#);
            write_json(out, &NAMES.fit(name))?;
            out.extend_from_slice(b"}}");
        }
        _ => return Err(unsupported("tool_choice", "Bedrock has no such choice")),
    }
    Ok(())
}

fn write_all(codec: &Converse, call: &Encode<'_>, out: &mut Vec<u8>) -> Result<(), ModelError> {
    let mut separated = Separated::new();
    for spec in call.request.tools.specs() {
        separated.next(out);
        write_spec(codec, spec, out)?;
    }
    for hosted in call.request.tools.hosted() {
        separated.next(out);
        out.extend_from_slice(hosted.json.as_str().as_bytes());
    }
    Ok(())
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Tool<'a> {
    tool_spec: Spec<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Spec<'a> {
    name: Cow<'a, str>,
    #[serde(skip_serializing_if = "str::is_empty")]
    description: &'a str,
    input_schema: InputSchema<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    strict: Option<bool>,
}

#[derive(Serialize)]
struct InputSchema<'a> {
    json: &'a Value,
}

fn write_spec(codec: &Converse, spec: &ToolSpec, out: &mut Vec<u8>) -> Result<(), ModelError> {
    let lowered = lower(&spec.parameters, codec.tool_schemas);
    let strict = codec.tool_schemas == SchemaRules::Strict && lowered.strict;
    let tool = Tool {
        tool_spec: Spec {
            name: NAMES.fit(&spec.name),
            description: spec.description.trim(),
            input_schema: InputSchema {
                json: &lowered.schema,
            },
            strict: strict.then_some(true),
        },
    };
    write_json(out, &tool)
}

/// The tools that the history calls, because Bedrock refuses such a history without tools.
fn write_gone(call: &Encode<'_>, out: &mut Vec<u8>) -> Result<(), ModelError> {
    let schema = serde_json::json!({"type": "object"});
    let calls = call.request.conversation.calls();
    let names: BTreeSet<Cow<'_, str>> = calls.map(|(call, _)| NAMES.fit(&call.name)).collect();
    let mut separated = Separated::new();
    for name in names {
        separated.next(out);
        let tool = Tool {
            tool_spec: Spec {
                name,
                description: GONE,
                input_schema: InputSchema { json: &schema },
                strict: None,
            },
        };
        write_json(out, &tool)?;
    }
    Ok(())
}
