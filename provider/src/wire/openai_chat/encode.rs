//! Requests: what is small first, the messages last, so that the body of the next turn extends this one's.

use std::borrow::Cow;

use windlass_core::{Breakpoint, CachePolicy, CacheTime, Entry, Message, ModelError, Request};

use self::marks::Marks;
use self::messages::Writer;
use super::{CacheMarks, NAMES, OpenAiChat, ToolSchemas};
use crate::body::{Body, COMMA, Degraded, Separated, make_room, write_json};
use crate::codec::{Encode, WireRequest};
use crate::schema::{SchemaRules, lower};
use crate::wire::lacking;
use crate::wire::media::{Hint, check};
use crate::wire::names::CallIds;

mod head;
mod marks;
mod media;
mod messages;
mod turns;

/// What most requests need beside their messages, in bytes.
const HEAD_SIZE: usize = 512;

pub(super) fn encode(dialect: &OpenAiChat, call: &Encode<'_>) -> Result<WireRequest, ModelError> {
    let mut degraded = Degraded::new(call.options.unsupported);
    let has_tools = lacking::has_tools(call, &mut degraded)?;
    let head = head::head(dialect, (call, has_tools), &mut degraded)?;
    let sent = call.request.conversation.messages();
    check(sent, &[Hint::Detail], &mut degraded, |part| {
        media::refusal(dialect, call, part)
    })?;
    let marks = Marks::place(dialect, call, &mut degraded)?;
    let extra = &call.options.extra;
    let mut body = Body::begin(&head, extra, HEAD_SIZE)?;
    if has_tools {
        body.member("tools", |out| tools(dialect, call, marks.tools, out))?;
    }
    body.member("messages", |out| messages(dialect, call, &marks, out))?;
    let mut wire = WireRequest::new("/chat/completions", body.end());
    wire.warnings = degraded.into_warnings();
    Ok(wire)
}

/// The tools, encoded once but for the mark on the last one.
fn tools(
    dialect: &OpenAiChat,
    call: &Encode<'_>,
    mark: Option<CacheTime>,
    out: &mut Vec<u8>,
) -> Result<(), ModelError> {
    let list = &call.request.tools;
    let encoded = list.encoding(call.key, |out| write_tools(dialect, call.request, out))?;
    match (mark, encoded.strip_suffix(b"}]")) {
        (Some(time), Some(open)) => {
            out.extend_from_slice(open);
            marks::member(time, out);
            out.extend_from_slice(b"}]");
        }
        _ => out.extend_from_slice(encoded),
    }
    Ok(())
}

#[derive(serde::Serialize)]
struct Tool<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    function: Function<'a>,
}

#[derive(serde::Serialize)]
struct Function<'a> {
    name: Cow<'a, str>,
    #[serde(skip_serializing_if = "str::is_empty")]
    description: &'a str,
    parameters: serde_json::Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    strict: Option<bool>,
}

fn write_tools(
    dialect: &OpenAiChat,
    request: &Request,
    out: &mut Vec<u8>,
) -> Result<(), ModelError> {
    let rules = match dialect.tool_schemas {
        ToolSchemas::Plain => SchemaRules::Any,
        ToolSchemas::Strict => SchemaRules::Strict,
    };
    let mut separated = Separated::new();
    out.push(b'[');
    for spec in request.tools.specs() {
        separated.next(out);
        let lowered = lower(&spec.parameters, rules);
        let function = Function {
            name: NAMES.fit(&spec.name),
            description: &spec.description,
            parameters: lowered.schema,
            strict: lowered.strict.then_some(true),
        };
        let kind = "function";
        write_json(out, &Tool { kind, function })?;
    }
    for hosted in request.tools.hosted() {
        separated.next(out);
        out.extend_from_slice(hosted.json.as_str().trim().as_bytes());
    }
    out.push(b']');
    Ok(())
}

fn messages(
    dialect: &OpenAiChat,
    call: &Encode<'_>,
    marks: &Marks,
    out: &mut Vec<u8>,
) -> Result<(), ModelError> {
    let writer = Writer { dialect, call };
    let mut separated = Separated::new();
    out.push(b'[');
    writer.instructions(&marks.instructions, &mut separated, out)?;
    let entries = call.request.conversation.entries();
    let ids = CallIds::of(&call.request.conversation);
    let form = dialect.call_ids.form();
    let alone = |at: usize| {
        ids.encoding((at, &entries[at]), call.key, form, |ids, out| {
            writer.message(entries[at].message(), ids, None, out)
        })
    };
    make_room(out, COMMA, (0..entries.len()).map(alone))?;
    let mut at = 0;
    let is_silent = |entry: &Entry| match entry.message() {
        Message::Assistant(answer) => writer.is_silent(answer),
        _ => false,
    };
    while at < entries.len() {
        if is_silent(&entries[at]) {
            at += 1;
            continue;
        }
        separated.next(out);
        if let Some((message, count)) = turns::merged(dialect.turns, &entries[at..], is_silent) {
            let mark = (at..at + count).rev().find_map(|at| marks.message(at));
            writer.message(&message, ids.at(at, form), mark, out)?;
            at += count;
            continue;
        }
        match marks.message(at) {
            None => out.extend_from_slice(alone(at)?),
            mark => writer.message(entries[at].message(), ids.at(at, form), mark, out)?,
        }
        at += 1;
    }
    let last = entries.last().filter(|last| !is_silent(last));
    if let Some(Message::Assistant(_)) = last.map(|entry| entry.message()) {
        writer.prefix(out);
    }
    out.push(b']');
    Ok(())
}

impl Marks {
    /// Decides what is marked, within what the host allows.
    fn place(
        dialect: &OpenAiChat,
        call: &Encode<'_>,
        degraded: &mut Degraded,
    ) -> Result<Marks, ModelError> {
        let mut marks = Marks::default();
        let limit = match dialect.cache {
            CacheMarks::Parts(limit) => limit,
            CacheMarks::Ignored => 0,
        };
        match &call.options.cache {
            None | Some(CachePolicy::Off) => {}
            // What caches by itself does what is asked without marks.
            Some(CachePolicy::Auto(_)) if limit == 0 => {}
            Some(CachePolicy::Auto(time)) => marks.auto(call.request, *time, limit),
            Some(CachePolicy::Marked(_)) if limit == 0 => {
                degraded.leave_out("cache", "the host takes no marks")?;
            }
            Some(CachePolicy::Marked(breakpoints)) => {
                if breakpoints.len() > limit {
                    let why = format!("the host takes at most {limit} marks");
                    degraded.leave_out("cache", &why)?;
                }
                let last = breakpoints.len().saturating_sub(limit);
                breakpoints[last..].iter().for_each(|mark| marks.set(mark));
            }
            Some(_) => degraded.leave_out("cache", "this wire does not know the policy")?,
        }
        Ok(marks)
    }

    fn set(&mut self, breakpoint: &Breakpoint) {
        match *breakpoint {
            Breakpoint::Tools(time) => self.tools = Some(time),
            Breakpoint::Instructions(block, time) => self.instructions.push((block, time)),
            Breakpoint::Message(message, time) => self.messages.push((message, time)),
            _ => {}
        }
    }
}
