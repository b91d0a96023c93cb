//! Pictures and documents, as far as the wire takes them.

use std::borrow::Cow;

use serde::Serialize;
use windlass_core::{Ability, Document, Media, ModelError, UserPart, decode_base64};

use crate::body::Degraded;
use crate::codec::Encode;
use crate::wire::{self, media::Hint};

/// Where the content of a block is.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Source<'a> {
    Base64 {
        media_type: &'a str,
        data: &'a str,
    },
    Text {
        media_type: &'static str,
        data: Cow<'a, str>,
    },
    Url {
        url: &'a str,
    },
    File {
        file_id: &'a str,
    },
}

/// Refuses what the user sends and the wire or the model does not take; where the caller allows it, the model is told
/// what it cannot see.
pub(super) fn check(call: &Encode<'_>, degraded: &mut Degraded) -> Result<(), ModelError> {
    let messages = call.request.conversation.messages();
    wire::media::check(messages, &[Hint::Citations], degraded, |part| {
        refusal(call, part)
    })
}

fn refusal(call: &Encode<'_>, part: &UserPart) -> Option<(&'static str, &'static str)> {
    let cannot = |ability| call.profile.abilities.has(ability) == Some(false);
    match part {
        UserPart::Text(_) => None,
        UserPart::Image(_) if cannot(Ability::Images) => Some(("images", "the model sees none")),
        UserPart::Image(media) => {
            let fits = image(media).is_some();
            (!fits).then_some(("images", "a picture needs a media type, a URL or a file id"))
        }
        UserPart::Document(_) if cannot(Ability::Documents) => {
            Some(("documents", "the model reads none"))
        }
        UserPart::Document(document) => {
            let fits = is_document(&document.media);
            (!fits).then_some(("documents", "the wire takes PDF and plain text"))
        }
        UserPart::Video(_) => Some(("video", "the wire takes none")),
        _ => Some(("audio", "the wire takes none")),
    }
}

/// Whether a part of the user's goes out as it is.
pub(super) fn is_sent(call: &Encode<'_>, part: &UserPart) -> bool {
    refusal(call, part).is_none()
}

/// A picture as the wire takes it.
pub(super) fn image(media: &Media) -> Option<Source<'_>> {
    use windlass_core::Source as From;
    match &media.source {
        From::Base64(data) if media.mime.starts_with("image/") => Some(Source::Base64 {
            media_type: &media.mime,
            data,
        }),
        From::Url(url) => Some(Source::Url { url }),
        From::File(file_id) => Some(Source::File { file_id }),
        _ => None,
    }
}

/// A document as the wire takes it: text goes out as text.
pub(super) fn document(document: &Document) -> Option<Source<'_>> {
    use windlass_core::Source as From;
    let text = |data| Source::Text {
        media_type: "text/plain",
        data,
    };
    let media = &document.media;
    match &media.source {
        From::Text(data) => Some(text(Cow::Borrowed(data.as_str()))),
        From::Base64(data) if is_pdf(media) => Some(Source::Base64 {
            media_type: "application/pdf",
            data,
        }),
        From::Base64(data) if is_text(&media.mime) => {
            let plain = decode_base64(data.trim())?;
            Some(text(Cow::Owned(
                String::from_utf8_lossy(&plain).into_owned(),
            )))
        }
        From::Url(url) => Some(Source::Url { url }),
        From::File(file_id) => Some(Source::File { file_id }),
        _ => None,
    }
}

fn is_document(media: &Media) -> bool {
    match &media.source {
        windlass_core::Source::Base64(_) => is_pdf(media) || is_text(&media.mime),
        _ => true,
    }
}

fn is_pdf(media: &Media) -> bool {
    matches!(media.mime.as_str(), "" | "application/pdf")
}

fn is_text(mime: &str) -> bool {
    mime.starts_with("text/")
        || ["json", "xml", "yaml", "toml", "javascript"]
            .iter()
            .any(|kind| mime.ends_with(kind))
}

/// What stands in place of something that the model is not shown.
pub(super) fn description(what: &str, mime: &str) -> String {
    if mime.is_empty() {
        format!("[{what}, which cannot be shown here]")
    } else {
        format!("[{what} ({mime}), which cannot be shown here]")
    }
}
