//! Requests out.

mod messages;
mod options;
mod tools;

use windlass_core::{Entry, ErrorKind, Message, ModelError, Text};

use super::{Gemini, path};
use crate::body::{Body, Degraded, Separated, make_room, write_json};
use crate::codec::{Encode, WireRequest};
use crate::wire::media::check;
use crate::wire::names::{CallIds, Form};

/// Writes a request: options, instructions, tools, and the conversation last.
pub(super) fn encode(dialect: &Gemini, call: &Encode<'_>) -> Result<WireRequest, ModelError> {
    let mut degraded = Degraded::new(call.options.unsupported);
    let sent = call.request.conversation.messages();
    check(sent, &[], &mut degraded, |part| {
        messages::refusal(call, part)
    })?;
    let head = options::head(dialect, call, &mut degraded)?;
    let mut body = Body::begin(&head, &call.options.extra, 4096)?;
    let instructions: Vec<&Text> = instructions(call).filter(|text| !text.is_empty()).collect();
    if !instructions.is_empty() {
        body.member("systemInstruction", |out| {
            write_instructions(out, &instructions)
        })?;
    }
    if tools::are_sent(call) {
        body.member("tools", |out| {
            let tools = &call.request.tools;
            let encoded = tools.encoding(call.key, |out| tools::write(out, dialect, tools))?;
            out.extend_from_slice(encoded);
            Ok(())
        })?;
    }
    body.member("contents", |out| write_contents(out, dialect, call))?;
    let mut request = WireRequest::new(path(call.model(), call.delivery), body.end());
    request.warnings = degraded.into_warnings();
    Ok(request)
}

/// The wire has one place for instructions, before the conversation: those within it are moved there.
fn instructions<'a>(call: &Encode<'a>) -> impl Iterator<Item = &'a Text> {
    let request = call.request;
    let within = request
        .conversation
        .messages()
        .filter_map(|message| match message {
            Message::System(system) => Some(&system.text),
            _ => None,
        });
    request.instructions.iter().chain(within)
}

fn write_instructions(out: &mut Vec<u8>, texts: &[&Text]) -> Result<(), ModelError> {
    out.extend_from_slice(br#"{"role":"user","parts":["#);
    let mut parts = Separated::new();
    for text in texts {
        parts.next(out);
        messages::write_text(out, text)?;
    }
    out.extend_from_slice(b"]}");
    Ok(())
}

/// At most what stands between the parts of one content and those of the next, in bytes.
const BETWEEN: usize = br#"]},{"role":"model","parts":["#.len();

/// Writes the messages; neighbours of one role become one content.
fn write_contents(
    out: &mut Vec<u8>,
    dialect: &Gemini,
    call: &Encode<'_>,
) -> Result<(), ModelError> {
    out.push(b'[');
    let mut open: Option<&str> = None;
    let conversation = &call.request.conversation;
    let (ids, entries) = (CallIds::of(conversation), conversation.entries());
    let encoded = |at: usize| {
        ids.encoding((at, &entries[at]), call.key, Form::ANY, |ids, out| {
            messages::write(out, dialect, call, (entries[at].message(), ids))
        })
    };
    make_room(out, BETWEEN, (0..entries.len()).map(encoded))?;
    for (at, entry) in entries.iter().enumerate() {
        let Some(role) = role(entry) else {
            continue;
        };
        let parts = encoded(at)?;
        if parts.is_empty() {
            continue;
        }
        match open {
            Some(before) if before == role => out.push(b','),
            before => {
                out.extend_from_slice(if before.is_some() {
                    b"]},{\"role\":"
                } else {
                    b"{\"role\":"
                });
                write_json(out, role)?;
                out.extend_from_slice(b",\"parts\":[");
            }
        }
        open = Some(role);
        out.extend_from_slice(parts);
    }
    if open.is_none() {
        return Err(
            ModelError::new(ErrorKind::InvalidRequest, "the conversation says nothing")
                .with_hint("add a message of the user"),
        );
    }
    out.extend_from_slice(b"]}]");
    Ok(())
}

fn role(entry: &Entry) -> Option<&'static str> {
    match entry.message() {
        Message::System(_) => None,
        Message::User(_) | Message::Outcomes(_) => Some("user"),
        Message::Assistant(_) => Some("model"),
    }
}
