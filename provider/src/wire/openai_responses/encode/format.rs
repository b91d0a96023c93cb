//! In what form the model is to answer.

use serde::Serialize;
use serde_json::Value;
use windlass_core::{Ability, ModelError, OutputFormat};

use super::super::OpenAiResponses;
use super::tools::schema_rules;
use crate::body::Degraded;
use crate::codec::Encode;
use crate::schema::lower;
use crate::wire::lacking::lacks;

#[derive(Debug, Serialize)]
pub(super) struct TextMember<'a> {
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

pub(super) fn text<'a>(
    codec: &OpenAiResponses,
    call: &Encode<'a>,
    degraded: &mut Degraded,
) -> Result<Option<TextMember<'a>>, ModelError> {
    let format = match &call.options.output {
        None => return Ok(None),
        Some(OutputFormat::Text) => Format::Text,
        Some(OutputFormat::Json) => Format::JsonObject,
        Some(OutputFormat::Schema { name, schema }) => {
            if lacks(call, Ability::Schema) {
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
