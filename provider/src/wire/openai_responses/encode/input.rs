//! The conversation as input items.

use windlass_core::{
    Ability, Entry, Media, Message, ModelError, Outcome, OutcomePart, Source, User, UserPart,
};

use super::super::{Feature, IDS, OpenAiResponses};
use super::object::{self, Object};
use super::{assistant, media};
use crate::body::{Degraded, Separated};
use crate::codec::Encode;
use crate::wire::lacking::lacks as model_lacks;
use crate::wire::media::{Hint, check as check_media};
use crate::wire::names::{CallIds, EntryIds};
use crate::wire::plain::{self, Pictures};

/// What stands in for a part of a kind that came later than this wire.
const UNKNOWN_PART: &str = "[something that cannot be shown here]";

/// Refuses what the model or the wire cannot take, or warns that it is described instead.
pub(super) fn check(
    codec: &OpenAiResponses,
    call: &Encode<'_>,
    entries: super::Entries<'_>,
    degraded: &mut Degraded,
) -> Result<(), ModelError> {
    let messages = entries.iter().map(|entry| entry.message());
    check_media(messages, &[Hint::Detail], degraded, |part| {
        lacks(codec, call, part).map(|option| (option, "the model or its host does not take them"))
    })
}

/// The name of what `part` needs and the model or the wire lacks.
fn lacks(codec: &OpenAiResponses, call: &Encode<'_>, part: &UserPart) -> Option<&'static str> {
    let cannot = |ability| model_lacks(call, ability);
    match part {
        UserPart::Image(_) if cannot(Ability::Images) => Some("images"),
        UserPart::Image(image) => matches!(image.source, Source::Text(_)).then_some("images"),
        UserPart::Audio(_) if !codec.has(Feature::Audio) || cannot(Ability::Audio) => Some("audio"),
        UserPart::Audio(audio) => (!matches!(audio.source, Source::Base64(_))).then_some("audio"),
        UserPart::Video(_) => Some("video"),
        UserPart::Document(_) if cannot(Ability::Documents) => Some("documents"),
        _ => None,
    }
}

/// The items of an entry, with commas between them; an entry that says nothing has none.
pub(super) fn entry<'a>(
    codec: &OpenAiResponses,
    call: &Encode<'_>,
    ids: CallIds<'_>,
    (at, entry): (usize, &'a Entry),
) -> Result<&'a [u8], ModelError> {
    ids.encoding((at, entry), call.key, IDS, |ids, out| {
        match entry.message() {
            Message::System(system) if system.text.trim().is_empty() => {}
            Message::System(system) => write_message(codec.system_role, &system.text, out),
            Message::User(user) => write_user(codec, call, user, out),
            Message::Assistant(answer) => assistant::write(codec, call, (answer, ids), out),
            Message::Outcomes(outcomes) => write_outcomes(codec, call, (&outcomes.0, ids), out),
        }
        Ok(())
    })
}

/// Outcomes for the calls at the end that have none: the wire takes no call without.
pub(super) fn interrupted(
    codec: &OpenAiResponses,
    call: &Encode<'_>,
    ids: EntryIds<'_>,
) -> Vec<u8> {
    let open = call.request.conversation.open_calls();
    let outcomes: Vec<_> = open.map(Outcome::interrupted).collect();
    let mut out = Vec::new();
    write_outcomes(codec, call, (&outcomes, ids), &mut out);
    out
}

/// A message of one text.
pub(super) fn write_message(role: &str, text: &str, out: &mut Vec<u8>) {
    Object::begin(out)
        .string("role", role)
        .string("content", text)
        .end();
}

fn write_user(codec: &OpenAiResponses, call: &Encode<'_>, user: &User, out: &mut Vec<u8>) {
    let is_said = |part: &&UserPart| !matches!(part, UserPart::Text(text) if text.is_empty());
    let parts: Vec<&UserPart> = user.parts.iter().filter(is_said).collect();
    match parts[..] {
        [] => {}
        [UserPart::Text(text)] => write_message("user", text, out),
        _ => Object::begin(out)
            .string("role", "user")
            .member("content", |out| {
                write_list(&parts, out, |part, out| {
                    write_user_part(codec, call, part, out);
                });
            })
            .end(),
    }
}

fn write_user_part(codec: &OpenAiResponses, call: &Encode<'_>, part: &UserPart, out: &mut Vec<u8>) {
    let is_lacking = lacks(codec, call, part).is_some();
    match part {
        UserPart::Text(text) => media::write_text(text, out),
        UserPart::Image(image) if is_lacking => describe("image", image, out),
        UserPart::Image(image) => media::write_image(image, out),
        UserPart::Audio(audio) if is_lacking => describe("audio", audio, out),
        UserPart::Audio(audio) => media::write_audio(audio, out),
        UserPart::Document(document) if is_lacking => {
            describe("document", &document.media, out);
        }
        UserPart::Document(document) => media::write_document(document, out),
        UserPart::Video(video) => describe("video", video, out),
        _ => media::write_text(UNKNOWN_PART, out),
    }
}

fn describe(kind: &str, media: &Media, out: &mut Vec<u8>) {
    media::write_text(&plain::named(kind, media), out);
}

fn write_outcomes(
    codec: &OpenAiResponses,
    call: &Encode<'_>,
    (outcomes, mut ids): (&[Outcome], EntryIds<'_>),
    out: &mut Vec<u8>,
) {
    let mut separated = Separated::new();
    for outcome in outcomes {
        separated.next(out);
        Object::begin(out)
            .string("type", "function_call_output")
            .string("call_id", &ids.fit(&outcome.call))
            .member("output", |out| write_output(codec, call, outcome, out))
            .end();
    }
}

/// Text as a string, which every host takes; with pictures or files a list, where the host takes one. The wire has no
/// flag for a call that failed.
fn write_output(codec: &OpenAiResponses, call: &Encode<'_>, outcome: &Outcome, out: &mut Vec<u8>) {
    let is_plain = outcome.parts.iter().all(|part| part.as_text().is_some());
    if is_plain || !codec.has(Feature::OutcomeMedia) {
        let text = plain::outcome(outcome, Pictures::Named);
        return object::push_string(&text, out);
    }
    let mut separated = Separated::new();
    out.push(b'[');
    if outcome.status.is_failure() {
        separated.next(out);
        media::write_text("error:", out);
    }
    let is_said = |part: &&OutcomePart| part.as_text() != Some("");
    for part in outcome.parts.iter().filter(is_said) {
        separated.next(out);
        write_outcome_part(call, part, out);
    }
    out.push(b']');
}

fn write_outcome_part(call: &Encode<'_>, part: &OutcomePart, out: &mut Vec<u8>) {
    let can = |ability| !model_lacks(call, ability);
    match part {
        OutcomePart::Image(image) if can(Ability::Images) => media::write_image(image, out),
        OutcomePart::Document(document) if can(Ability::Documents) => {
            media::write_document(document, out);
        }
        part => media::write_text(&plain::outcome_part(part), out),
    }
}

/// Writes a list of what `write` makes of each.
pub(super) fn write_list<T>(all: &[T], out: &mut Vec<u8>, write: impl Fn(&T, &mut Vec<u8>)) {
    let mut separated = Separated::new();
    out.push(b'[');
    for one in all {
        separated.next(out);
        write(one, out);
    }
    out.push(b']');
}
