//! Pictures, recordings and documents as content blocks.

use serde::Serialize;
use windlass_core::{Document, Media, ModelError, Source, UserPart};

use crate::body::{unsupported, write_json};
use crate::codec::Encode;
use crate::wire::media::{Refusal, beyond_model};

/// What a medium is, by the name of its content block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Image,
    Audio,
    Video,
    Document,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Kind::Image => "image",
            Kind::Audio => "audio",
            Kind::Video => "video",
            Kind::Document => "document",
        }
    }

    /// The wire's word for a media type; none for one that it does not take.
    fn format(self, mime: &str) -> Option<&str> {
        let mime = mime.split(';').next().unwrap_or_default().trim();
        let (class, subtype) = mime.split_once('/')?;
        match (self, class, subtype) {
            (Kind::Image, "image", "jpg") => Some("jpeg"),
            (Kind::Image, "image", "png" | "jpeg" | "gif" | "webp") => Some(subtype),
            (Kind::Video, "video", "quicktime") => Some("mov"),
            (Kind::Video, "video", "x-matroska" | "matroska") => Some("mkv"),
            (Kind::Video, "video", "x-flv") => Some("flv"),
            (Kind::Video, "video", "x-ms-wmv") => Some("wmv"),
            (Kind::Video, "video", "3gpp") => Some("three_gp"),
            (Kind::Video, "video", _) => known(VIDEO, subtype),
            (Kind::Audio, "audio", "mpeg") => Some("mp3"),
            (Kind::Audio, "audio", "x-wav" | "wave" | "vnd.wave") => Some("wav"),
            (Kind::Audio, "audio", "x-flac") => Some("flac"),
            (Kind::Audio, "audio", "x-m4a") => Some("m4a"),
            (Kind::Audio, "audio", "x-matroska" | "matroska") => Some("mka"),
            (Kind::Audio, "audio", _) => known(AUDIO, subtype),
            (Kind::Document, ..) => document_format(mime),
            _ => None,
        }
    }
}

const VIDEO: &[&str] = &[
    "mkv", "mov", "mp4", "webm", "flv", "mpeg", "mpg", "wmv", "three_gp",
];
const AUDIO: &[&str] = &[
    "mp3", "opus", "wav", "aac", "flac", "mp4", "ogg", "mkv", "mka", "x-aac", "m4a", "mpga", "pcm",
    "webm",
];

fn known<'a>(words: &[&str], subtype: &'a str) -> Option<&'a str> {
    words.contains(&subtype).then_some(subtype)
}

fn document_format(mime: &str) -> Option<&'static str> {
    const OFFICE: &str = "application/vnd.openxmlformats-officedocument";
    if let Some(rest) = mime.strip_prefix(OFFICE) {
        return match rest {
            ".wordprocessingml.document" => Some("docx"),
            ".spreadsheetml.sheet" => Some("xlsx"),
            _ => None,
        };
    }
    match mime {
        "application/pdf" => Some("pdf"),
        "application/msword" => Some("doc"),
        "application/vnd.ms-excel" => Some("xls"),
        "text/csv" => Some("csv"),
        "text/html" => Some("html"),
        "text/markdown" | "text/x-markdown" => Some("md"),
        text if text.starts_with("text/") => Some("txt"),
        "application/json" | "application/xml" | "application/yaml" => Some("txt"),
        _ => None,
    }
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
enum WireSource<'a> {
    Bytes(&'a str),
    Text(&'a str),
    S3Location { uri: &'a str },
}

#[derive(Debug, Serialize)]
struct WireMedia<'a> {
    format: &'a str,
    source: WireSource<'a>,
}

#[derive(Debug, Serialize)]
struct WireDocument<'a> {
    format: &'a str,
    name: &'a str,
    source: WireSource<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    context: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    citations: Option<Citations>,
}

#[derive(Debug, Serialize)]
struct Citations {
    enabled: bool,
}

/// The name of what the model or the wire does not take of this part.
pub(super) fn refusal(call: &Encode<'_>, part: &UserPart) -> Option<Refusal> {
    const WHY: &str =
        "Bedrock takes its own media types, as bytes or from an address that begins with `s3://`";
    let (option, sendable) = match part {
        UserPart::Text(_) => return None,
        UserPart::Image(media) => ("images", is_sendable(Kind::Image, media)),
        UserPart::Audio(media) => ("audio", is_sendable(Kind::Audio, media)),
        UserPart::Video(media) => ("video", is_sendable(Kind::Video, media)),
        UserPart::Document(document) => {
            let sendable = is_sendable(Kind::Document, &document.media);
            ("documents", sendable)
        }
        _ => ("conversation", false),
    };
    beyond_model(call, part).or((!sendable).then_some((option, WHY)))
}

/// Whether the wire has a form for the medium.
pub(super) fn is_sendable(kind: Kind, media: &Media) -> bool {
    let address = match &media.source {
        Source::Base64(_) => true,
        Source::Text(_) => kind == Kind::Document,
        Source::Url(url) => url.starts_with("s3://"),
        _ => false,
    };
    address && kind.format(&media.mime).is_some()
}

fn refused(kind: Kind, media: &Media) -> ModelError {
    unsupported(
        kind.name(),
        &format!(
            "Bedrock takes its own media types, as bytes or from an address that begins with `s3://`; this is `{}`",
            media.mime
        ),
    )
}

/// Appends a picture or recording.
pub(super) fn write(kind: Kind, media: &Media, out: &mut Vec<u8>) -> Result<(), ModelError> {
    let format = kind.format(&media.mime);
    let (Some(format), true) = (format, is_sendable(kind, media)) else {
        return Err(refused(kind, media));
    };
    let source = match &media.source {
        Source::Base64(bytes) => WireSource::Bytes(bytes),
        Source::Url(uri) => WireSource::S3Location { uri },
        _ => return Err(refused(kind, media)),
    };
    let media = WireMedia { format, source };
    write_block(out, kind.name(), &media)
}

/// Appends a document; `number` counts the documents of the message from one and names those without a name.
pub(super) fn write_document(
    document: &Document,
    number: usize,
    out: &mut Vec<u8>,
) -> Result<(), ModelError> {
    let media = &document.media;
    let kind = Kind::Document;
    let format = kind.format(&media.mime);
    let (Some(format), true) = (format, is_sendable(kind, media)) else {
        return Err(refused(kind, media));
    };
    let cited = document.citations == Some(true);
    let encoded;
    let source = match &media.source {
        Source::Base64(bytes) => WireSource::Bytes(bytes),
        Source::Url(uri) => WireSource::S3Location { uri },
        Source::Text(text) if cited => WireSource::Text(text),
        Source::Text(text) => {
            // Only models that cite take a document as text.
            encoded = Media::from_bytes("", text.as_bytes()).source;
            let Source::Base64(bytes) = &encoded else {
                return Err(refused(kind, media));
            };
            WireSource::Bytes(bytes)
        }
        _ => return Err(refused(kind, media)),
    };
    let name = name(document.name.as_deref().unwrap_or_default(), number);
    let document = WireDocument {
        format,
        name: &name,
        source,
        context: document.context.as_deref(),
        citations: document.citations.map(|enabled| Citations { enabled }),
    };
    write_block(out, kind.name(), &document)
}

fn write_block<T: Serialize>(out: &mut Vec<u8>, name: &str, value: &T) -> Result<(), ModelError> {
    out.extend_from_slice(b"{\"");
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"\":");
    write_json(out, value)?;
    out.push(b'}');
    Ok(())
}

/// A name of letters, digits, single spaces, `-`, `_` and brackets, as the wire wants it.
fn name(given: &str, number: usize) -> String {
    const MOST: usize = 200;
    let spaced = given.split_whitespace().collect::<Vec<_>>().join(" ");
    let legal = spaced.chars().take(MOST).map(|character| match character {
        ' ' | '-' | '_' | '(' | ')' | '[' | ']' => character,
        letter if letter.is_ascii_alphanumeric() => letter,
        _ => '-',
    });
    let legal: String = legal.collect();
    if legal.trim().is_empty() {
        return format!("Document {number}");
    }
    legal.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_documents_are_made_legal() {
        for (given, legal) in [
            ("report (1) [a]-b_c", "report (1) [a]-b_c"),
            ("a.pdf", "a-pdf"),
            ("  two   spaces\t", "two spaces"),
            ("été", "-t-"),
            ("", "Document 2"),
        ] {
            assert_eq!(name(given, 2), legal);
        }
        assert_eq!(name(&"x".repeat(300), 1).len(), 200);
    }

    #[test]
    fn media_types_become_formats() {
        for (kind, mime, format) in [
            (Kind::Image, "image/jpg", Some("jpeg")),
            (Kind::Image, "image/tiff", None),
            (Kind::Video, "video/quicktime", Some("mov")),
            (Kind::Audio, "audio/mpeg", Some("mp3")),
            (Kind::Audio, "audio/wav; rate=8000", Some("wav")),
            (Kind::Document, "text/plain; charset=utf-8", Some("txt")),
            (Kind::Document, "application/zip", None),
            (Kind::Image, "", None),
        ] {
            assert_eq!(kind.format(mime), format, "{mime}");
        }
    }
}
