//! Requests of the Responses API.

mod assistant;
mod format;
mod input;
mod media;
mod members;
mod object;
mod reasoning;
mod tools;

use windlass_core::{Continuation, Entry, Message, ModelError};

use super::{IDS, OpenAiResponses};
use crate::body::{Body, Degraded, Separated, write_json};
use crate::codec::{Encode, WireRequest};
use crate::wire::names::CallIds;

/// Writes the request: what is small first, then tools and instructions, the input last.
pub(super) fn encode(
    codec: &OpenAiResponses,
    call: &Encode<'_>,
) -> Result<WireRequest, ModelError> {
    let mut degraded = Degraded::new(call.options.unsupported);
    let chosen = members::continuation(codec, call, &mut degraded)?;
    let (previous, entries) = continued(call, chosen);
    input::check(codec, call, entries, &mut degraded)?;
    let mut head = members::head(codec, call, &mut degraded)?;
    head.continue_from(codec, call, chosen, previous);

    let conversation = &call.request.conversation;
    let ids = CallIds::of(conversation);
    let mut inputs = Vec::with_capacity(entries.len() + 1);
    for (at, entry) in (conversation.len() - entries.len()..).zip(entries) {
        inputs.push(input::entry(codec, call, ids, (at, entry))?);
    }
    let interrupted = input::interrupted(codec, call, ids.at(conversation.len(), IDS));
    inputs.push(&interrupted);
    let capacity = inputs.iter().map(|input| input.len() + 1).sum::<usize>() + HEAD_ROOM;
    let mut body = Body::begin(&head, &call.options.extra, capacity)?;
    tools::write(codec, call, &mut body)?;
    write_instructions(call, &mut body)?;
    body.member("input", |out| {
        write_input(&inputs, out);
        Ok(())
    })?;
    let mut request = WireRequest::new(codec.path, body.end());
    request.warnings = degraded.into_warnings();
    Ok(request)
}

/// Room for what stands before the input; a guess that spares most requests a copy.
const HEAD_ROOM: usize = 1024;

type Entries<'a> = &'a [std::sync::Arc<Entry>];

/// The stored answer that is continued, with what came after it; without one, everything.
fn continued<'a>(
    call: &Encode<'a>,
    chosen: Option<Continuation>,
) -> (Option<&'a str>, Entries<'a>) {
    let entries = call.request.conversation.entries();
    if chosen != Some(Continuation::Stored) {
        return (None, entries);
    }
    let stored = |entry: &std::sync::Arc<Entry>| match entry.message() {
        Message::Assistant(answer) if call.reads_opaque(answer.origin.as_ref()) => {
            answer.completion.is_whole() && answer.id.is_some()
        }
        _ => false,
    };
    let Some(at) = entries.iter().rposition(stored) else {
        return (None, entries);
    };
    let id = match entries[at].message() {
        Message::Assistant(answer) => answer.id.as_deref(),
        _ => None,
    };
    (id, &entries[at + 1..])
}

fn write_instructions(call: &Encode<'_>, body: &mut Body<'_>) -> Result<(), ModelError> {
    let blocks = call.request.instructions.iter().map(|block| &**block);
    let blocks: Vec<&str> = blocks.filter(|block| !block.trim().is_empty()).collect();
    match blocks[..] {
        [] => Ok(()),
        [block] => body.member("instructions", |out| write_json(out, block)),
        _ => body.member("instructions", |out| write_json(out, &blocks.join("\n\n"))),
    }
}

fn write_input(inputs: &[&[u8]], out: &mut Vec<u8>) {
    let mut separated = Separated::new();
    out.push(b'[');
    for input in inputs.iter().filter(|input| !input.is_empty()) {
        separated.next(out);
        out.extend_from_slice(input);
    }
    out.push(b']');
}
