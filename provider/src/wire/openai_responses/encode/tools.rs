//! The tools of a request, and whether the model is to call them.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::Value;
use windlass_core::{Ability, ModelError, ToolChoice, ToolSpec};

use super::super::{Feature, NAMES, OpenAiResponses};
use crate::body::{Body, Separated, write_json};
use crate::codec::Encode;
use crate::schema::{SchemaRules, lower};
use crate::wire::lacking::lacks;

#[derive(Serialize)]
struct Function<'a> {
    r#type: &'static str,
    name: Cow<'a, str>,
    #[serde(skip_serializing_if = "str::is_empty")]
    description: &'a str,
    parameters: Value,
    /// Always written: hosts take a missing one for `true`.
    strict: bool,
}

pub(super) fn schema_rules(codec: &OpenAiResponses) -> SchemaRules {
    if codec.has(Feature::StrictTools) {
        SchemaRules::Strict
    } else {
        SchemaRules::Any
    }
}

/// Whether there are tools that the model can call.
pub(super) fn has_tools(call: &Encode<'_>) -> bool {
    !call.request.tools.is_empty() && !lacks(call, Ability::Tools)
}

pub(super) fn write(
    codec: &OpenAiResponses,
    call: &Encode<'_>,
    body: &mut Body<'_>,
) -> Result<(), ModelError> {
    let tools = &call.request.tools;
    if !has_tools(call) {
        return Ok(());
    }
    let rules = schema_rules(codec);
    let encoded = tools.encoding(call.key, |out| {
        let mut separated = Separated::new();
        out.push(b'[');
        for spec in tools.specs() {
            separated.next(out);
            write_function(spec, rules, out)?;
        }
        for hosted in tools.hosted() {
            separated.next(out);
            out.extend_from_slice(hosted.json.as_str().as_bytes());
        }
        out.push(b']');
        Ok::<(), ModelError>(())
    })?;
    body.member("tools", |out| {
        out.extend_from_slice(encoded);
        Ok(())
    })
}

fn write_function(
    spec: &ToolSpec,
    rules: SchemaRules,
    out: &mut Vec<u8>,
) -> Result<(), ModelError> {
    let lowered = lower(&spec.parameters, rules);
    let function = Function {
        r#type: "function",
        name: NAMES.fit(&spec.name),
        description: &spec.description,
        parameters: lowered.schema,
        strict: lowered.strict,
    };
    write_json(out, &function)
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum Choice<'a> {
    Word(&'static str),
    Function {
        r#type: &'static str,
        name: Cow<'a, str>,
    },
    Hosted {
        r#type: &'a str,
    },
}

/// A tool of the program by its name; any other name can only be the type of a tool that the provider runs.
pub(super) fn choose<'a>(choice: &'a ToolChoice, call: &Encode<'a>) -> Choice<'a> {
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
                    name: NAMES.fit(name),
                }
            }
        }
        _ => Choice::Word("auto"),
    }
}
