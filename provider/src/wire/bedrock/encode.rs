//! Requests: the small members first, then tools and instructions, the messages last.

use serde::Serialize;
use windlass_core::{Message, ModelError};

use self::cache::Marks;
use self::head::Head;
use self::messages::Messages;
use super::Converse;
use crate::body::{Body, Degraded, Separated, write_json};
use crate::codec::{Delivery, Encode, WireRequest};
use crate::percent;
use crate::wire::media::{Hint, check};

mod assistant;
mod cache;
mod head;
mod media;
mod messages;
mod tools;

/// The text that is put beside a document where a message has none.
pub const BESIDE_A_DOCUMENT: &str = "See the attached document.";

/// Room for the small members.
const HEAD: usize = 1024;

pub(super) fn request(codec: &Converse, call: &Encode<'_>) -> Result<WireRequest, ModelError> {
    let family = codec.family(call.model());
    let mut degraded = Degraded::new(call.options.unsupported);
    let sent = call.request.conversation.messages();
    check(sent, &[Hint::Citations], &mut degraded, |part| {
        media::refusal(call, part)
    })?;
    let head = Head::of(codec, call, &family, &mut degraded)?;
    let marks = Marks::of(call, &family, &mut degraded)?;
    let choice = tools::choice(call, head.thinks_freely(), &mut degraded)?;
    let messages = Messages::of(codec, call)?;

    let capacity = HEAD + messages.len();
    let mut body = Body::begin(&head, &call.options.extra, capacity)?;
    if tools::are_sent(call, choice) {
        body.member("toolConfig", |out| {
            tools::write(codec, call, (choice, &marks), out)
        })?;
    }
    if has_system(call) {
        body.member("system", |out| write_system(call, &marks, out))?;
    }
    body.member("messages", |out| {
        messages.write(&marks, out);
        Ok(())
    })?;

    let mut request =
        WireRequest::new(path(call), body.end()).with_header("content-type", "application/json");
    request.warnings = degraded.into_warnings();
    Ok(request)
}

fn path(call: &Encode<'_>) -> String {
    let method = match call.delivery {
        Delivery::Streamed => "converse-stream",
        Delivery::Whole => "converse",
    };
    format!("/model/{}/{method}", percent::encode(call.model()))
}

/// The instructions, then those of the conversation, which has no other place for them.
fn system<'a>(call: &Encode<'a>) -> impl Iterator<Item = (Option<usize>, &'a str)> {
    let blocks = call.request.instructions.iter().enumerate();
    let inline = call.request.conversation.messages().filter_map(|message| {
        let Message::System(system) = message else {
            return None;
        };
        Some((None, system.text.as_str()))
    });
    blocks
        .map(|(at, block)| (Some(at), block.as_str()))
        .chain(inline)
        .filter(|(_, text)| !text.trim().is_empty())
}

fn has_system(call: &Encode<'_>) -> bool {
    system(call).next().is_some()
}

fn write_system(call: &Encode<'_>, marks: &Marks, out: &mut Vec<u8>) -> Result<(), ModelError> {
    let mut separated = Separated::new();
    out.push(b'[');
    for (at, text) in system(call) {
        separated.next(out);
        write_text(out, text)?;
        if let Some(mark) = at.and_then(|at| marks.after_instructions(at)) {
            separated.next(out);
            out.extend_from_slice(mark.as_bytes());
        }
    }
    out.push(b']');
    Ok(())
}

/// Appends a content block of words.
fn write_text(out: &mut Vec<u8>, text: &str) -> Result<(), ModelError> {
    #[derive(Serialize)]
    struct Words<'a> {
        text: &'a str,
    }
    write_json(out, &Words { text })
}
