//! Options of which the plain protocols, Cohere's and Ollama's, have none.

use windlass_core::{CachePolicy, Continuation, ModelError, Options, ParallelCalls, Tools};

use crate::body::Degraded;

/// Refuses or leaves out what no member of the wire can say: caching by hand, stored answers, one call at a time, the
/// end user, labels, and tools of the provider's own.
///
/// # Errors
///
/// The first that is set, where the caller allows nothing to be left out.
pub(crate) fn leave_out(
    options: &Options,
    tools: &Tools,
    degraded: &mut Degraded,
) -> Result<(), ModelError> {
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
