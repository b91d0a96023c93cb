//! A request out: what is small and typed first, then tools and instructions, the messages last.

mod cache;
mod content;
mod head;
mod media;
mod thinking;

use std::borrow::Cow;

use indexmap::IndexMap;
use serde::Serialize;
use serde_json::Value;
use windlass_core::{Ability, ErrorKind, Message, ModelError, Text};

use super::{Anthropic, Endpoint, FirstMessage, IDS, NAMES, SystemPlace};
use crate::body::{Body, Degraded, Separated, write_json};
use crate::codec::{Delivery, Encode, WireRequest};
use crate::percent;
use crate::schema::{SchemaRules, lower};
use crate::wire::lacking::lacks;
use crate::wire::names::CallIds;
use cache::{Marks, write_marked};
pub(super) use head::Head;

/// Writes the request for an answer.
pub(super) fn encode(codec: &Anthropic, call: &Encode<'_>) -> Result<WireRequest, ModelError> {
    let mut degraded = Degraded::new(call.options.unsupported);
    let head = Head::of_answer(codec, call, &mut degraded)?;
    let body = write_body(codec, call, &head, &call.options.extra, &mut degraded)?;
    let mut wire = with_headers(codec, WireRequest::new(path(codec, call), body));
    wire.warnings = degraded.into_warnings();
    Ok(wire)
}

/// Writes the body that `head` begins.
pub(super) fn write_body(
    codec: &Anthropic,
    call: &Encode<'_>,
    head: &Head<'_>,
    extra: &IndexMap<Text, Value>,
    degraded: &mut Degraded,
) -> Result<Vec<u8>, ModelError> {
    media::check(call, degraded)?;
    let parts = Parts::gather(codec, call)?;
    let marks = Marks::place(codec, call, &parts, degraded)?;
    let mut body = Body::begin(head, extra, parts.size())?;
    if !parts.tools.is_empty() {
        body.member("tools", |out| {
            out.push(b'[');
            write_marked(out, parts.tools, marks.tools);
            out.push(b']');
            Ok(())
        })?;
    }
    if !parts.system.is_empty() {
        body.member("system", |out| parts.write_system(&marks, out))?;
    }
    body.member("messages", |out| {
        parts.write_messages(&marks, out);
        Ok(())
    })?;
    Ok(body.end())
}

/// Adds the headers of the protocol.
pub(super) fn with_headers(codec: &Anthropic, mut wire: WireRequest) -> WireRequest {
    if let Endpoint::Messages(_) = codec.endpoint {
        wire = wire.with_header("anthropic-version", codec.version);
    }
    if !codec.betas.is_empty() && !codec.endpoint.is_bedrock() {
        wire = wire.with_header("anthropic-beta", codec.betas.join(","));
    }
    wire
}

fn path(codec: &Anthropic, call: &Encode<'_>) -> String {
    // ARNs have `/` and `:`; Vertex AI keeps its `@`.
    let model = percent::encode_bytes(call.model().as_bytes(), b"@");
    match (codec.endpoint, call.delivery) {
        (Endpoint::Messages(path), _) => path.to_owned(),
        (Endpoint::Vertex, Delivery::Streamed) => format!("/models/{model}:streamRawPredict"),
        (Endpoint::Vertex, Delivery::Whole) => format!("/models/{model}:rawPredict"),
        #[cfg(feature = "bedrock")]
        (Endpoint::BedrockInvoke, Delivery::Streamed) => {
            format!("/model/{model}/invoke-with-response-stream")
        }
        #[cfg(feature = "bedrock")]
        (Endpoint::BedrockInvoke, Delivery::Whole) => format!("/model/{model}/invoke"),
    }
}

/// The large members of a request, encoded but for brackets, roles and cache markers.
struct Parts<'a> {
    /// The tools with commas between them.
    tools: &'a [u8],
    system: Vec<SystemBlock<'a>>,
    pieces: Vec<Piece<'a>>,
}

/// An instruction; `place` is its number among the request's, where it is one of those.
struct SystemBlock<'a> {
    text: &'a str,
    place: Option<usize>,
}

/// The content of one message, with commas between its blocks.
struct Piece<'a> {
    role: &'static str,
    blocks: &'a [u8],
    /// The number of the message in the conversation.
    entry: usize,
    /// Whether the last block can carry a cache marker, as thinking and hosted items cannot.
    markable: bool,
}

impl<'a> Parts<'a> {
    fn gather(codec: &Anthropic, call: &Encode<'a>) -> Result<Self, ModelError> {
        let request = call.request;
        let mut parts = Parts {
            tools: if lacks(call, Ability::Tools) {
                &[]
            } else {
                let tools = &request.tools;
                tools.encoding(call.key, |out| write_tools(call, out))?
            },
            system: Vec::new(),
            pieces: Vec::new(),
        };
        for (place, block) in request.instructions.iter().enumerate() {
            parts.instruct(block, Some(place));
        }
        let ids = CallIds::of(&request.conversation);
        for (at, entry) in request.conversation.entries().iter().enumerate() {
            if let (Message::System(system), SystemPlace::Hoisted) = (entry.message(), codec.system)
            {
                parts.instruct(&system.text, None);
                continue;
            }
            let blocks = ids.encoding((at, entry), call.key, IDS, |ids, out| {
                content::write(call, entry.message(), ids, out)
            })?;
            if !blocks.is_empty() {
                parts.pieces.push(Piece {
                    role: role(entry.message()),
                    blocks,
                    entry: at,
                    markable: content::is_markable(entry.message()),
                });
            }
        }
        parts.check(codec)?;
        Ok(parts)
    }

    fn instruct(&mut self, text: &'a str, place: Option<usize>) {
        if !text.trim().is_empty() {
            self.system.push(SystemBlock { text, place });
        }
    }

    fn check(&self, codec: &Anthropic) -> Result<(), ModelError> {
        let fault = match self.pieces.first() {
            None => "there is no message with content to answer",
            Some(first) if codec.first == FirstMessage::User && first.role != "user" => {
                "the conversation does not begin with the user"
            }
            Some(_) => return Ok(()),
        };
        Err(ModelError::new(ErrorKind::InvalidRequest, fault)
            .with_hint("begin the conversation with a user message that says something"))
    }

    /// About how long the body will be.
    fn size(&self) -> usize {
        let system: usize = self.system.iter().map(|block| block.text.len() + 64).sum();
        let messages: usize = self
            .pieces
            .iter()
            .map(|piece| piece.blocks.len() + 64)
            .sum();
        1024 + self.tools.len() + system + messages
    }

    fn write_system(&self, marks: &Marks, out: &mut Vec<u8>) -> Result<(), ModelError> {
        let mut separated = Separated::new();
        out.push(b'[');
        for (at, block) in self.system.iter().enumerate() {
            separated.next(out);
            let mut bytes = Vec::with_capacity(block.text.len() + 64);
            write_json(&mut bytes, &content::Block::text(block.text))?;
            write_marked(out, &bytes, marks.system(at));
        }
        out.push(b']');
        Ok(())
    }

    /// Writes the messages; neighbours of the same role become one.
    fn write_messages(&self, marks: &Marks, out: &mut Vec<u8>) {
        let mut role = None;
        out.push(b'[');
        for piece in &self.pieces {
            if role == Some(piece.role) {
                out.push(b',');
            } else {
                out.extend_from_slice(if role.is_some() {
                    b"]},{\"role\":\""
                } else {
                    b"{\"role\":\""
                });
                out.extend_from_slice(piece.role.as_bytes());
                out.extend_from_slice(b"\",\"content\":[");
                role = Some(piece.role);
            }
            write_marked(out, piece.blocks, marks.message(piece.entry));
        }
        out.extend_from_slice(b"]}]");
    }
}

fn role(message: &Message) -> &'static str {
    match message {
        Message::System(_) => "system",
        Message::User(_) | Message::Outcomes(_) => "user",
        Message::Assistant(_) => "assistant",
    }
}

#[derive(Serialize)]
struct Tool<'a> {
    name: Cow<'a, str>,
    #[serde(skip_serializing_if = "str::is_empty")]
    description: &'a str,
    input_schema: Value,
}

fn write_tools(call: &Encode<'_>, out: &mut Vec<u8>) -> Result<(), ModelError> {
    let mut separated = Separated::new();
    for spec in call.request.tools.specs() {
        separated.next(out);
        let tool = Tool {
            name: NAMES.fit(&spec.name),
            description: &spec.description,
            input_schema: lower(&spec.parameters, SchemaRules::Any).schema,
        };
        write_json(out, &tool)?;
    }
    for hosted in call.request.tools.hosted() {
        separated.next(out);
        out.extend_from_slice(hosted.json.as_str().trim().as_bytes());
    }
    Ok(())
}
