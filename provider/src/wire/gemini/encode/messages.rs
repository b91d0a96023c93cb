//! The parts of a message, with commas between them: what is kept for later turns.

mod outcomes;

use std::borrow::Cow;

use serde::Serialize;
use windlass_core::{
    Assistant, AssistantPart, Call, Document, Media, Message, ModelError, Seal, Source, User,
    UserPart,
};

use super::super::{CallIds, Gemini, NAMES};
use crate::body::{Separated, unsupported, write_json};
use crate::codec::Encode;
use crate::wire::media::{Refusal, beyond_model, named};
use crate::wire::names::EntryIds;
use crate::wire::plain::{Object, object};

/// Writes the parts of a message, none for one that has nothing to say.
pub(super) fn write(
    out: &mut Vec<u8>,
    dialect: &Gemini,
    call: &Encode<'_>,
    (message, mut ids): (&Message, EntryIds<'_>),
) -> Result<(), ModelError> {
    match message {
        Message::System(_) => Ok(()),
        Message::User(user) => write_user(out, call, user),
        Message::Assistant(answer) => {
            let own = call.reads_opaque(answer.origin.as_ref());
            write_answer(out, dialect, (answer, own), &mut ids)
        }
        Message::Outcomes(outcomes) => outcomes::write(out, dialect, &outcomes.0, &mut ids),
    }
}

/// A part of a content, in the form that the wire takes.
#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Part<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    function_call: Option<FunctionCall<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    inline_data: Option<Blob<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    file_data: Option<FileData<'a>>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    thought: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    thought_signature: Option<&'a str>,
}

#[derive(Serialize)]
struct FunctionCall<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<Cow<'a, str>>,
    name: Cow<'a, str>,
    args: Object<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Blob<'a> {
    mime_type: &'a str,
    data: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FileData<'a> {
    #[serde(skip_serializing_if = "str::is_empty")]
    mime_type: &'a str,
    file_uri: &'a str,
}

/// Writes a part of text.
pub(super) fn write_text(out: &mut Vec<u8>, text: &str) -> Result<(), ModelError> {
    let part = Part {
        text: Some(text),
        ..Part::default()
    };
    write_json(out, &part)
}

/// The name of what the model or the wire does not take of this part.
pub(super) fn refusal(call: &Encode<'_>, part: &UserPart) -> Option<Refusal> {
    beyond_model(call, part).or(match part {
        UserPart::Text(_)
        | UserPart::Image(_)
        | UserPart::Audio(_)
        | UserPart::Video(_)
        | UserPart::Document(_) => None,
        _ => Some(("conversation", "the wire has no such part")),
    })
}

fn write_user(out: &mut Vec<u8>, call: &Encode<'_>, user: &User) -> Result<(), ModelError> {
    let mut parts = Separated::new();
    for part in &user.parts {
        match part {
            UserPart::Text(text) if text.is_empty() => {}
            UserPart::Text(text) => {
                parts.next(out);
                write_text(out, text)?;
            }
            part if refusal(call, part).is_some() => {
                parts.next(out);
                write_text(out, &named(part))?;
            }
            UserPart::Image(media) | UserPart::Audio(media) | UserPart::Video(media) => {
                parts.next(out);
                write_json(out, &media_part(media)?)?;
            }
            UserPart::Document(document) => write_document(out, document, &mut parts)?,
            _ => return Err(unsupported("conversation", "the wire has no such part")),
        }
    }
    Ok(())
}

/// Writes what the model is told about a document, then its content.
fn write_document(
    out: &mut Vec<u8>,
    document: &Document,
    parts: &mut Separated,
) -> Result<(), ModelError> {
    let about = [&document.name, &document.context];
    for text in about.into_iter().flatten().filter(|text| !text.is_empty()) {
        parts.next(out);
        write_text(out, text)?;
    }
    parts.next(out);
    write_json(out, &media_part(&document.media)?)
}

/// The part that media is. How closely a picture is to be looked at has no place on this wire.
fn media_part(media: &Media) -> Result<Part<'_>, ModelError> {
    let mut part = Part::default();
    match &media.source {
        Source::Base64(data) => {
            part.inline_data = Some(Blob {
                mime_type: &media.mime,
                data,
            });
        }
        Source::Url(uri) | Source::File(uri) => {
            part.file_data = Some(FileData {
                mime_type: &media.mime,
                file_uri: uri,
            });
        }
        Source::Text(text) => part.text = Some(text),
        _ => {
            return Err(unsupported(
                "conversation",
                "the wire has no such source of media",
            ));
        }
    }
    Ok(part)
}

/// Writes an answer; `own` says that this provider gave it, so that it gets back what only it can read.
fn write_answer(
    out: &mut Vec<u8>,
    dialect: &Gemini,
    (answer, own): (&Assistant, bool),
    ids: &mut EntryIds<'_>,
) -> Result<(), ModelError> {
    let mut written = Separated::new();
    // The first call of another provider's answer takes this in place of a signature.
    let mut foreign = Some(dialect.foreign_signature).filter(|text| !own && !text.is_empty());
    for part in &answer.parts {
        match part {
            AssistantPart::Item(item) if own => {
                written.next(out);
                out.extend_from_slice(item.json.as_str().as_bytes());
            }
            AssistantPart::Item(_) => {}
            AssistantPart::Call(call) => {
                written.next(out);
                let id = ids.fit_given(&call.id);
                let id = id.filter(|_| dialect.call_ids == CallIds::Sent);
                write_call(
                    out,
                    call,
                    id,
                    signature(call.seal.as_deref(), own).or(foreign.take()),
                )?;
            }
            AssistantPart::Media(part) => {
                written.next(out);
                let mut sent = media_part(&part.media)?;
                sent.thought_signature = signature(part.seal.as_deref(), own);
                write_json(out, &sent)?;
            }
            AssistantPart::Thinking(_) if !own => {}
            AssistantPart::Thinking(part) => {
                write_words(out, &part.text, part.seal.as_deref(), true, &mut written)?;
            }
            AssistantPart::Text(part) | AssistantPart::Refusal(part) => {
                let seal = part.seal.as_deref().filter(|_| own);
                write_words(out, &part.text, seal, false, &mut written)?;
            }
            _ => return Err(unsupported("conversation", "the wire has no such part")),
        }
    }
    Ok(())
}

/// Writes text or thinking; empty words are only sent with their signature.
fn write_words(
    out: &mut Vec<u8>,
    text: &str,
    seal: Option<&Seal>,
    thought: bool,
    written: &mut Separated,
) -> Result<(), ModelError> {
    let thought_signature = seal.and_then(|seal| seal.signature.as_deref());
    if text.is_empty() && thought_signature.is_none() {
        return Ok(());
    }
    written.next(out);
    let part = Part {
        text: Some(text),
        thought,
        thought_signature,
        ..Part::default()
    };
    write_json(out, &part)
}

/// Writes a call.
fn write_call(
    out: &mut Vec<u8>,
    call: &Call,
    id: Option<Cow<'_, str>>,
    thought_signature: Option<&str>,
) -> Result<(), ModelError> {
    let part = Part {
        function_call: Some(FunctionCall {
            id,
            name: NAMES.fit(&call.name),
            args: object(call.arguments.as_str()),
        }),
        thought_signature,
        ..Part::default()
    };
    write_json(out, &part)
}

/// The signature in a seal, if it goes back to whom it came from.
fn signature(seal: Option<&Seal>, own: bool) -> Option<&str> {
    seal.filter(|_| own)?.signature.as_deref()
}
