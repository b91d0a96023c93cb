use serde::Serialize;
use serde_json::Value;
use windlass_core::{Ability, Effort, ModelError, OutputFormat, Reasoning, ToolChoice};

use crate::body::Degraded;
use crate::codec::Encode;
use crate::schema::{SchemaRules, lower};
use crate::wire::lacking::lacks;

/// How many tokens an effort may take; the others are no limit.
const BUDGETS: [(Effort, u64); 4] = [
    (Effort::Minimal, 1_024),
    (Effort::Low, 4_096),
    (Effort::Medium, 16_384),
    (Effort::High, 32_768),
];

#[derive(Serialize)]
pub(super) struct Thinking {
    r#type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    token_budget: Option<u64>,
}

#[derive(Serialize)]
pub(super) struct Format {
    r#type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    schema: Option<Value>,
}

/// How the model is to think; the host refuses to make one think that cannot.
pub(super) fn thinking(
    call: &Encode<'_>,
    degraded: &mut Degraded,
) -> Result<Option<Thinking>, ModelError> {
    let Some(reasoning) = call.options.reasoning else {
        return Ok(None);
    };
    let off = is_off(reasoning);
    if lacks(call, Ability::Thinking) {
        if !off {
            degraded.leave_out("reasoning", "the model does not think")?;
        }
        return Ok(None);
    }
    let (r#type, token_budget) = match off {
        true => ("disabled", None),
        false => ("enabled", budget(reasoning)),
    };
    Ok(Some(Thinking {
        r#type,
        token_budget,
    }))
}

fn is_off(reasoning: Reasoning) -> bool {
    reasoning.effort == Some(Effort::Off) || reasoning.budget_tokens == Some(0)
}

/// The budget asked for, else that of the effort.
fn budget(reasoning: Reasoning) -> Option<u64> {
    let of_effort = |effort| BUDGETS.iter().find(|(known, _)| *known == effort);
    reasoning
        .budget_tokens
        .or_else(|| Some(of_effort(reasoning.effort?)?.1))
}

pub(super) fn format(format: &OutputFormat) -> Format {
    let schema = match format {
        OutputFormat::Schema { schema, .. } => Some(lower(schema, SchemaRules::Any).schema),
        _ => None,
    };
    Format {
        r#type: "json_object",
        schema,
    }
}

/// Whether the model must or must not call; which tool it calls cannot be said.
pub(super) fn tool_choice(
    call: &Encode<'_>,
    tools: bool,
    degraded: &mut Degraded,
) -> Result<Option<&'static str>, ModelError> {
    match &call.options.tool_choice {
        Some(ToolChoice::Required | ToolChoice::Tool(_)) if !tools => {
            degraded.leave_out("tool_choice", "there are no tools")?;
            Ok(None)
        }
        _ if !tools => Ok(None),
        None | Some(ToolChoice::Auto) => Ok(None),
        Some(ToolChoice::None) => Ok(Some("NONE")),
        Some(ToolChoice::Required) => Ok(Some("REQUIRED")),
        Some(ToolChoice::Tool(name)) => match call.request.tools.specs() {
            [only] if only.name == *name => Ok(Some("REQUIRED")),
            _ => {
                let why = "a call can be forced, but not which";
                degraded.leave_out("tool_choice", why)?;
                Ok(None)
            }
        },
        Some(_) => {
            degraded.leave_out("tool_choice", "this wire does not know it")?;
            Ok(None)
        }
    }
}
