//! What a model is known to lack, and options of which the plain protocols, Cohere's and Ollama's, have none.

use windlass_core::{Ability, CachePolicy, Continuation, ModelError, OutputFormat, ParallelCalls};

use crate::body::Degraded;
use crate::codec::Encode;

/// Whether the model is known not to have an ability.
pub(crate) fn lacks(call: &Encode<'_>, ability: Ability) -> bool {
    call.profile.abilities.has(ability) == Some(false)
}

/// The form that the answer is to have, where it is not words and the model has it.
///
/// # Errors
///
/// When the model is known not to keep to a schema and the caller allows nothing to be left out.
pub(crate) fn output<'a>(
    call: &Encode<'a>,
    degraded: &mut Degraded,
) -> Result<Option<&'a OutputFormat>, ModelError> {
    let asked = call.options.output.as_ref();
    if lacks(call, Ability::Schema) && matches!(asked, Some(OutputFormat::Schema { .. })) {
        degraded.leave_out("output", "the model keeps to no schema")?;
        return Ok(None);
    }
    Ok(asked.filter(|format| !matches!(format, OutputFormat::Text)))
}

/// Whether there are tools to send, where the wire has none of the provider's own.
///
/// # Errors
///
/// When the model is known to call none and the caller allows nothing to be left out.
pub(crate) fn has_own_tools(
    call: &Encode<'_>,
    degraded: &mut Degraded,
) -> Result<bool, ModelError> {
    unless_lacking(!call.request.tools.specs().is_empty(), call, degraded)
}

/// Whether there are tools to send.
///
/// # Errors
///
/// When the model is known to call none and the caller allows nothing to be left out.
pub(crate) fn has_tools(call: &Encode<'_>, degraded: &mut Degraded) -> Result<bool, ModelError> {
    unless_lacking(!call.request.tools.is_empty(), call, degraded)
}

fn unless_lacking(
    tools: bool,
    call: &Encode<'_>,
    degraded: &mut Degraded,
) -> Result<bool, ModelError> {
    if tools && lacks(call, Ability::Tools) {
        degraded.leave_out("tools", "the model calls none")?;
        return Ok(false);
    }
    Ok(tools)
}

/// Refuses or leaves out what no member of the wire can say: caching by hand, stored answers, one call at a time, the
/// end user, labels, and tools of the provider's own.
///
/// # Errors
///
/// The first that is set, where the caller allows nothing to be left out.
pub(crate) fn leave_out(call: &Encode<'_>, degraded: &mut Degraded) -> Result<(), ModelError> {
    let (options, tools) = (call.options, &call.request.tools);
    let marked = matches!(options.cache, Some(CachePolicy::Marked(_)));
    let stored = options.continuation == Some(Continuation::Stored);
    let one_call = options.parallel_calls == Some(ParallelCalls::Forbid);
    let lacking = [
        (marked, "cache", "the host caches by itself or not at all"),
        (stored, "continuation", "the host stores no answers"),
        (
            one_call,
            "parallel_calls",
            "the number of calls cannot be limited",
        ),
        (options.user.is_some(), "user", "there is no member for it"),
        (
            !options.metadata.is_empty(),
            "metadata",
            "there is no member for it",
        ),
        (
            !tools.hosted().is_empty(),
            "hosted_tools",
            "the host runs no tools",
        ),
    ];
    lacking
        .into_iter()
        .filter(|(asked, ..)| *asked)
        .try_for_each(|(_, option, why)| degraded.leave_out(option, why))
}
