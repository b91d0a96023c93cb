//! An earlier answer as the items it was given as.

use windlass_core::{Assistant, AssistantPart, Call, Citation, JsonText, Seal, TextPart, Thinking};

use super::super::decode::Members;
use super::super::{Feature, NAMES, OpenAiResponses};
use super::input::{write_list, write_message};
use super::object::Object;
use crate::body::Separated;
use crate::codec::Encode;
use crate::wire::names::EntryIds;
use crate::wire::plain;

/// What of an answer may be sent.
#[derive(Clone, Copy)]
struct Reader {
    /// The provider can read the seals and items.
    opaque: bool,
    /// Items go with their ids.
    ids: bool,
}

/// A text or a refusal of the answer.
#[derive(Clone, Copy)]
struct Said<'a> {
    part: &'a TextPart,
    refuses: bool,
}

/// Writes the items of an answer in their order. To a provider that did not give it, reasoning and the provider's own
/// items are left out, and texts and calls go as plain ones.
pub(super) fn write(
    codec: &OpenAiResponses,
    call: &Encode<'_>,
    (answer, mut ids): (&Assistant, EntryIds<'_>),
    out: &mut Vec<u8>,
) {
    let opaque = call.reads_opaque(answer.origin.as_ref());
    let reader = Reader {
        opaque,
        ids: opaque && codec.has(Feature::ItemIds),
    };
    let mut separated = Separated::new();
    let mut parts = answer.parts.iter().peekable();
    while let Some(part) = parts.next() {
        match part {
            AssistantPart::Thinking(thinking) if reader.reads(thinking) => {
                separated.next(out);
                reader.write_reasoning(thinking, out);
            }
            AssistantPart::Call(call) => {
                separated.next(out);
                reader.write_call(call, &ids.fit(&call.id), out);
            }
            AssistantPart::Item(item) if opaque => {
                separated.next(out);
                out.extend_from_slice(item.json.as_str().as_bytes());
            }
            AssistantPart::Media(part) => {
                separated.next(out);
                write_message("assistant", &plain::named("media", &part.media), out);
            }
            part => {
                let Some(first) = said(part) else { continue };
                let mut message = vec![first];
                while let Some(next) = parts.peek().and_then(|next| said(next))
                    && reader.share_a_message(first, next)
                {
                    message.push(next);
                    parts.next();
                }
                reader.write_text(message, &mut separated, out);
            }
        }
    }
}

fn said(part: &AssistantPart) -> Option<Said<'_>> {
    match part {
        AssistantPart::Text(part) => Some(Said {
            part,
            refuses: false,
        }),
        AssistantPart::Refusal(part) => Some(Said {
            part,
            refuses: true,
        }),
        _ => None,
    }
}

impl Reader {
    fn seal(self, seal: Option<&Seal>) -> Option<&Seal> {
        seal.filter(|_| self.opaque)
    }

    fn id(self, seal: Option<&Seal>) -> Option<&str> {
        seal.filter(|_| self.ids)?.id.as_deref()
    }

    /// Whether the provider can make something of the thinking: its payload, its id, or its open text.
    fn reads(self, thinking: &Thinking) -> bool {
        let Some(seal) = self.seal(thinking.seal.as_deref()) else {
            return false;
        };
        let is_open = || {
            let extra = members(Some(seal), &["content"]);
            extra
                .iter()
                .any(|(name, value)| name == "content" && value.get() != "[]")
        };
        seal.encrypted.is_some() || self.id(Some(seal)).is_some() || is_open()
    }

    fn share_a_message(self, one: Said<'_>, other: Said<'_>) -> bool {
        let id = |said: Said<'_>| {
            let seal = self.seal(said.part.seal.as_deref());
            seal.map(|seal| seal.id.clone())
        };
        match (id(one), id(other)) {
            (None, None) => true,
            (Some(Some(one)), Some(Some(other))) => one == other,
            _ => false,
        }
    }

    fn write_reasoning(self, thinking: &Thinking, out: &mut Vec<u8>) {
        let seal = self.seal(thinking.seal.as_deref());
        let extra = members(seal, &["summary", "content"]);
        let mut item = Object::begin(out)
            .string("type", "reasoning")
            .optional("id", self.id(seal));
        if extra.get("summary").is_none() {
            item = item.member("summary", |out| write_summary(&thinking.text, out));
        }
        let encrypted = seal.and_then(|seal| seal.encrypted.as_deref());
        with_members(item.optional("encrypted_content", encrypted), &extra).end();
    }

    fn write_call(self, call: &Call, id: &str, out: &mut Vec<u8>) {
        let seal = self.seal(call.seal.as_deref());
        let item = Object::begin(out)
            .string("type", "function_call")
            .optional("id", self.id(seal))
            .string("call_id", id)
            .string("name", &NAMES.fit(&call.name))
            .string("arguments", call.arguments.or_empty_object());
        with_members(item, &members(seal, &["status", "namespace", "caller"])).end();
    }

    /// Writes texts and refusals that are one message.
    fn write_text(self, mut said: Vec<Said<'_>>, separated: &mut Separated, out: &mut Vec<u8>) {
        let seal = said
            .first()
            .and_then(|said| self.seal(said.part.seal.as_deref()));
        let extra = members(seal, &["status", "phase"]);
        let id = self.id(seal);
        if id.is_none() {
            said.retain(|said| !said.part.text.is_empty());
        }
        if said.is_empty() {
            return;
        }
        separated.next(out);
        if let (
            [
                Said {
                    part,
                    refuses: false,
                },
            ],
            None,
            true,
        ) = (&said[..], id, extra.is_empty())
        {
            return write_message("assistant", &part.text, out);
        }
        let mut item = Object::begin(out)
            .string("type", "message")
            .optional("id", id)
            .string("role", "assistant");
        if id.is_some() && extra.get("status").is_none() {
            item = item.string("status", "completed");
        }
        with_members(item, &extra)
            .member("content", |out| {
                write_list(&said, out, |said, out| said.write(self.opaque, out));
            })
            .end();
    }
}

impl Said<'_> {
    fn write(&self, opaque: bool, out: &mut Vec<u8>) {
        let part = Object::begin(out);
        if self.refuses {
            return part
                .string("type", "refusal")
                .string("refusal", &self.part.text)
                .end();
        }
        let part = part
            .string("type", "output_text")
            .string("text", &self.part.text);
        let citations = self.part.citations.iter().filter(|_| opaque);
        let annotations: Vec<&JsonText> = citations.filter_map(raw).collect();
        part.member("annotations", |out| {
            write_list(&annotations, out, |raw, out| {
                out.extend_from_slice(raw.as_str().as_bytes());
            });
        })
        .end();
    }
}

fn raw(citation: &Citation) -> Option<&JsonText> {
    citation.json.as_ref()
}

fn write_summary(text: &str, out: &mut Vec<u8>) {
    let texts: &[&str] = if text.is_empty() { &[] } else { &[text] };
    write_list(texts, out, |text, out| {
        Object::begin(out)
            .string("type", "summary_text")
            .string("text", text)
            .end();
    });
}

/// The members that the seal keeps, if they are of this wire: another wire of the same provider keeps others.
fn members<'a>(seal: Option<&'a Seal>, marks: &[&str]) -> Members<'a> {
    let extra = seal.and_then(|seal| seal.extra.as_ref());
    let members: Option<Members<'_>> =
        extra.and_then(|extra| serde_json::from_str(extra.as_str()).ok());
    let is_ours = |members: &Members<'_>| marks.iter().any(|mark| members.get(mark).is_some());
    members.filter(is_ours).unwrap_or_default()
}

fn with_members<'o>(item: Object<'o>, members: &Members<'_>) -> Object<'o> {
    members.iter().fold(item, |item, (name, value)| {
        item.member(name, |out| out.extend_from_slice(value.get().as_bytes()))
    })
}
