//! The conversation: each entry's content is encoded once, roles and cache points are put around it.

use windlass_core::{
    Assistant, Document, ErrorKind, Media, Message, ModelError, Outcome, OutcomePart, User,
    UserPart,
};

use super::cache::Marks;
use super::media::{self, Kind};
use super::{BESIDE_A_DOCUMENT, assistant, write_text};
use crate::body::{Separated, unsupported, write_json};
use crate::codec::Encode;
use crate::wire::bedrock::{Converse, IDS, OWN_IDS};
use crate::wire::media::named;
use crate::wire::names::{CallIds, EntryIds, Form};
use crate::wire::plain::NO_OUTPUT;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    User,
    Assistant,
}

/// The entries that have content, in order.
#[derive(Debug)]
pub(super) struct Messages<'a> {
    entries: Vec<Encoded<'a>>,
    /// Outcomes of calls that still wait for theirs.
    interrupted: Vec<u8>,
}

#[derive(Debug)]
struct Encoded<'a> {
    /// The place in the conversation.
    at: usize,
    role: Role,
    /// Content blocks with commas between.
    content: &'a [u8],
}

impl<'a> Messages<'a> {
    pub(super) fn of(codec: &Converse, call: &Encode<'a>) -> Result<Self, ModelError> {
        let conversation = &call.request.conversation;
        let mut entries = Vec::with_capacity(conversation.len());
        let ids = CallIds::of(conversation);
        let mut form = IDS;
        for (at, entry) in conversation.entries().iter().enumerate() {
            let message = entry.message();
            if let Message::Assistant(answer) = message {
                form = form_of_ids(codec, call, answer);
            }
            if let Some(role) = role(message) {
                let content = ids.encoding((at, entry), call.key, form, |ids, out| {
                    write_content(codec, call, (message, ids), out)
                })?;
                if !content.is_empty() {
                    entries.push(Encoded { at, role, content });
                }
            }
        }
        check_first(&entries)?;
        let interrupted = interrupted(call, ids.at(conversation.len(), form))?;
        Ok(Messages {
            entries,
            interrupted,
        })
    }

    /// About how many bytes they take.
    pub(super) fn len(&self) -> usize {
        const AROUND: usize = 80;
        let contents = self
            .entries
            .iter()
            .map(|entry| entry.content.len() + AROUND);
        contents.sum::<usize>() + self.interrupted.len()
    }

    /// Appends the list. Neighbours of one role are one message.
    pub(super) fn write(&self, marks: &Marks, out: &mut Vec<u8>) {
        let mut last = None;
        out.push(b'[');
        for entry in &self.entries {
            append(out, &mut last, entry.role, entry.content);
            if let Some(mark) = marks.after_message(entry.at) {
                append(out, &mut last, entry.role, mark.as_bytes());
            }
        }
        if !self.interrupted.is_empty() {
            append(out, &mut last, Role::User, &self.interrupted);
        }
        out.extend_from_slice(b"]}]");
    }
}

fn append(out: &mut Vec<u8>, last: &mut Option<Role>, role: Role, content: &[u8]) {
    match last.replace(role) {
        Some(same) if same == role => out.push(b','),
        other => {
            if other.is_some() {
                out.extend_from_slice(b"]},");
            }
            out.extend_from_slice(match role {
                Role::User => br#"{"role":"user","content":["#,
                Role::Assistant => br#"{"role":"assistant","content":["#,
            });
        }
    }
    out.extend_from_slice(content);
}

fn role(message: &Message) -> Option<Role> {
    match message {
        Message::System(_) => None,
        Message::User(_) | Message::Outcomes(_) => Some(Role::User),
        Message::Assistant(_) => Some(Role::Assistant),
    }
}

fn check_first(entries: &[Encoded<'_>]) -> Result<(), ModelError> {
    match entries.first().map(|entry| entry.role) {
        Some(Role::User) => Ok(()),
        Some(Role::Assistant) => Err(ModelError::new(
            ErrorKind::InvalidRequest,
            "the conversation begins with an answer",
        )
        .with_hint("Bedrock wants the user to speak first: put a user message before the answer")),
        None => Err(
            ModelError::new(ErrorKind::InvalidRequest, "the conversation says nothing")
                .with_hint("add a user message with words in it"),
        ),
    }
}

/// Appends the content blocks of a message.
fn write_content(
    codec: &Converse,
    call: &Encode<'_>,
    (message, ids): (&Message, EntryIds<'_>),
    out: &mut Vec<u8>,
) -> Result<(), ModelError> {
    match message {
        Message::System(_) => Ok(()),
        Message::User(user) => write_user(call, user, out),
        Message::Assistant(answer) => assistant::write(codec, call, (answer, ids), out),
        Message::Outcomes(outcomes) => write_outcomes(&outcomes.0, ids, out),
    }
}

/// Which ids the calls of an answer may keep.
fn form_of_ids(codec: &Converse, call: &Encode<'_>, answer: &Assistant) -> Form {
    if codec.reads_opaque(call, answer.origin.as_ref()) {
        OWN_IDS
    } else {
        IDS
    }
}

/// What the model is told of calls that have no outcome yet: Bedrock wants one for each.
fn interrupted(call: &Encode<'_>, ids: EntryIds<'_>) -> Result<Vec<u8>, ModelError> {
    let open = call.request.conversation.open_calls();
    let outcomes: Vec<_> = open.map(Outcome::interrupted).collect();
    let mut out = Vec::new();
    write_outcomes(&outcomes, ids, &mut out)?;
    Ok(out)
}

fn write_user(call: &Encode<'_>, user: &User, out: &mut Vec<u8>) -> Result<(), ModelError> {
    let mut separated = Separated::new();
    let (mut documents, mut words) = (0, false);
    for part in &user.parts {
        match part {
            UserPart::Text(text) if text.trim().is_empty() => continue,
            _ => separated.next(out),
        }
        match part {
            UserPart::Text(text) => {
                words = true;
                write_text(out, text)?;
            }
            part if media::refusal(call, part).is_some() => write_text(out, &named(part))?,
            UserPart::Image(media) => media::write(Kind::Image, media, out)?,
            UserPart::Audio(media) => media::write(Kind::Audio, media, out)?,
            UserPart::Video(media) => media::write(Kind::Video, media, out)?,
            UserPart::Document(document) => {
                documents += 1;
                media::write_document(document, documents, out)?;
            }
            _ => return Err(unsupported("user part", "Bedrock has no such content")),
        }
    }
    if documents > 0 && !words {
        separated.next(out);
        write_text(out, BESIDE_A_DOCUMENT)?;
    }
    Ok(())
}

/// Appends the outcomes of an answer's calls.
fn write_outcomes(
    outcomes: &[Outcome],
    mut ids: EntryIds<'_>,
    out: &mut Vec<u8>,
) -> Result<(), ModelError> {
    let mut separated = Separated::new();
    for outcome in outcomes {
        separated.next(out);
        out.extend_from_slice(br#"{"toolResult":{"toolUseId":"#);
        write_json(out, &ids.fit(&outcome.call))?;
        out.extend_from_slice(br#","content":["#);
        write_outcome(&outcome.parts, out)?;
        out.push(b']');
        if outcome.status.is_failure() {
            out.extend_from_slice(br#","status":"error""#);
        }
        out.extend_from_slice(b"}}");
    }
    Ok(())
}

fn write_outcome(parts: &[OutcomePart], out: &mut Vec<u8>) -> Result<(), ModelError> {
    let mut separated = Separated::new();
    let (mut documents, mut something) = (0, false);
    for part in parts {
        if matches!(part, OutcomePart::Text(text) if text.trim().is_empty()) {
            continue;
        }
        something = true;
        separated.next(out);
        match part {
            OutcomePart::Text(text) => write_text(out, text)?,
            OutcomePart::Json(json) if json.as_str().trim_start().starts_with('{') => {
                out.extend_from_slice(b"{\"json\":");
                out.extend_from_slice(json.as_str().as_bytes());
                out.push(b'}');
            }
            // Bedrock takes only objects as JSON.
            OutcomePart::Json(json) => write_text(out, json.as_str())?,
            OutcomePart::Image(media) if media::is_sendable(Kind::Image, media) => {
                media::write(Kind::Image, media, out)?;
            }
            OutcomePart::Document(document)
                if media::is_sendable(Kind::Document, &document.media) =>
            {
                documents += 1;
                media::write_document(document, documents, out)?;
            }
            OutcomePart::Image(media) => write_text(out, &framed("image", media))?,
            OutcomePart::Audio(media) => write_text(out, &framed("audio", media))?,
            OutcomePart::Document(document) => write_text(out, &framed_document(document))?,
            _ => return Err(unsupported("outcome part", "Bedrock has no such content")),
        }
    }
    if !something {
        write_text(out, NO_OUTPUT)?;
    }
    Ok(())
}

/// Words in place of a medium that the wire does not take.
pub(super) fn framed(what: &str, media: &Media) -> String {
    use windlass_core::Source;
    match &media.source {
        Source::Text(text) => format!("[{what}, {}]\n{text}", media.mime),
        Source::Url(url) => format!("[{what}, {}: {url}]", media.mime),
        Source::File(id) => format!("[{what}, {}: file `{id}`]", media.mime),
        _ => format!("[{what}, {}: not shown]", media.mime),
    }
}

fn framed_document(document: &Document) -> String {
    let name = document.name.as_deref().unwrap_or("document");
    framed(name, &document.media)
}
