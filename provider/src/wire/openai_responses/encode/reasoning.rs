//! How hard the model is to think, in the host's words.

use serde::Serialize;
use windlass_core::{Ability, Effort, ModelError, Reasoning};

use super::super::{Efforts, OpenAiResponses};
use crate::body::Degraded;
use crate::codec::Encode;
use crate::wire::lacking::lacks;

#[derive(Debug, Serialize)]
pub(super) struct ReasoningMember {
    #[serde(skip_serializing_if = "Option::is_none")]
    effort: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    summary: Option<&'static str>,
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

pub(super) fn reasoning(
    codec: &OpenAiResponses,
    call: &Encode<'_>,
    degraded: &mut Degraded,
) -> Result<Option<ReasoningMember>, ModelError> {
    let Some(effort) = call.options.reasoning.and_then(effort) else {
        return Ok(None);
    };
    if lacks(call, Ability::Thinking) {
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

fn word(efforts: &Efforts, effort: Effort) -> &'static str {
    match effort {
        Effort::Off => efforts.off,
        Effort::Minimal => efforts.minimal,
        Effort::Low => efforts.low,
        Effort::High => efforts.high,
        Effort::Max => efforts.max,
        _ => efforts.medium,
    }
}
