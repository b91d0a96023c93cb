//! Tools, and which of them the model may or must call.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::Value;
use windlass_core::{Ability, ModelError, ParallelCalls, Schema, ToolChoice, ToolSpec, Tools};

use super::super::{Gemini, NAMES, Schemas};
use crate::body::{Degraded, Separated, write_json};
use crate::codec::Encode;
use crate::schema::{SchemaRules, lower};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ToolConfig<'a> {
    function_calling_config: CallingConfig<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CallingConfig<'a> {
    mode: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    allowed_function_names: Option<[Cow<'a, str>; 1]>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Declaration<'a> {
    name: Cow<'a, str>,
    #[serde(skip_serializing_if = "str::is_empty")]
    description: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    parameters: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parameters_json_schema: Option<&'a Value>,
}

/// Whether there are tools, and the model can call them as far as is known.
pub(super) fn are_sent(call: &Encode<'_>) -> bool {
    !call.request.tools.is_empty() && call.profile.abilities.has(Ability::Tools) != Some(false)
}

/// Which tools the model may or must call.
pub(super) fn config<'a>(
    call: &Encode<'a>,
    degraded: &mut Degraded,
) -> Result<Option<ToolConfig<'a>>, ModelError> {
    if !call.request.tools.is_empty() && !are_sent(call) {
        degraded.leave_out("tools", "the model cannot call tools")?;
    }
    let callable = are_sent(call) && !call.request.tools.specs().is_empty();
    if callable && call.options.parallel_calls == Some(ParallelCalls::Forbid) {
        degraded.leave_out(
            "parallel_calls",
            "the wire cannot forbid several calls at once",
        )?;
    }
    let Some(choice) = &call.options.tool_choice else {
        return Ok(None);
    };
    let (mode, name) = match choice {
        ToolChoice::Auto => ("AUTO", None),
        ToolChoice::None => ("NONE", None),
        ToolChoice::Required => ("ANY", None),
        ToolChoice::Tool(name) => ("ANY", Some([NAMES.fit(name)])),
        _ => {
            degraded.leave_out("tool_choice", "the wire has no such choice")?;
            return Ok(None);
        }
    };
    if !callable {
        if mode == "ANY" {
            degraded.leave_out("tool_choice", "there is no tool to call")?;
        }
        return Ok(None);
    }
    Ok(Some(ToolConfig {
        function_calling_config: CallingConfig {
            mode,
            allowed_function_names: name,
        },
    }))
}

/// Writes the list of tools: those that the program runs as one entry, then those that the provider runs.
pub(super) fn write(out: &mut Vec<u8>, dialect: &Gemini, tools: &Tools) -> Result<(), ModelError> {
    let mut entries = Separated::new();
    out.push(b'[');
    if !tools.specs().is_empty() {
        entries.next(out);
        out.extend_from_slice(b"{\"functionDeclarations\":[");
        let mut declarations = Separated::new();
        for spec in tools.specs() {
            declarations.next(out);
            write_json(out, &declaration(dialect, spec))?;
        }
        out.extend_from_slice(b"]}");
    }
    for hosted in tools.hosted() {
        entries.next(out);
        out.extend_from_slice(hosted.json.as_str().as_bytes());
    }
    out.push(b']');
    Ok(())
}

/// A tool that takes nothing has no `parameters`: the wire refuses an object without properties there.
fn declaration<'a>(dialect: &Gemini, spec: &'a ToolSpec) -> Declaration<'a> {
    let schema = &spec.parameters;
    let (parameters, parameters_json_schema) = match dialect.schemas {
        Schemas::OpenApi => (takes_something(schema).then(|| open_api(schema)), None),
        Schemas::JsonSchema => (None, Some(schema.as_value())),
    };
    Declaration {
        name: NAMES.fit(&spec.name),
        description: &spec.description,
        parameters,
        parameters_json_schema,
    }
}

/// Whether the schema says anything beyond "an object without properties".
fn takes_something(schema: &Schema) -> bool {
    let Value::Object(members) = schema.as_value() else {
        return true;
    };
    let says_something = |(name, value): (&String, &Value)| match name.as_str() {
        "type" => value != "object",
        "properties" | "required" => !is_empty(value),
        "additionalProperties" => value != &Value::Bool(false),
        name => !matches!(name, "$schema" | "title" | "description"),
    };
    members.iter().any(says_something)
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        _ => false,
    }
}

/// A schema in the subset of OpenAPI.
pub(super) fn open_api(schema: &Schema) -> Value {
    lower(schema, SchemaRules::Gemini).schema
}
