//! Pictures, recordings and files as parts of an input item.

use std::borrow::Cow;

use windlass_core::{Document, Media, Source, Text};

use super::object::Object;
use crate::wire::plain::{framed, named};

/// The name of a file that has none: OpenAI wants one beside its content.
const UNNAMED: &str = "document";

pub(super) fn write_text(text: &str, out: &mut Vec<u8>) {
    Object::begin(out)
        .string("type", "input_text")
        .string("text", text)
        .end();
}

pub(super) fn write_image(image: &Media, out: &mut Vec<u8>) {
    let part = Object::begin(out).string("type", "input_image");
    let part = match &image.source {
        Source::File(id) => part.string("file_id", id),
        source => part.string("image_url", &address(&image.mime, source)),
    };
    part.optional("detail", image.detail.as_deref()).end();
}

pub(super) fn write_audio(audio: &Media, out: &mut Vec<u8>) {
    let data = match &audio.source {
        Source::Base64(data) => data,
        _ => return write_text(&named("audio", audio), out),
    };
    let format = match &*audio.mime {
        "audio/mpeg" => "mp3",
        "audio/x-wav" | "audio/wave" => "wav",
        mime => mime.strip_prefix("audio/").unwrap_or(mime),
    };
    let write = |out: &mut Vec<u8>| {
        Object::begin(out)
            .string("data", data)
            .string("format", format)
            .end();
    };
    Object::begin(out)
        .string("type", "input_audio")
        .member("input_audio", write)
        .end();
}

/// Writes a file. Plain text goes as text within a frame that names the document, which every model can read.
pub(super) fn write_document(document: &Document, out: &mut Vec<u8>) {
    if let Some(framed) = framed(document) {
        return write_text(&framed, out);
    }
    if let Some(context) = document
        .context
        .as_deref()
        .filter(|context| !context.is_empty())
    {
        write_text(context, out);
        out.push(b',');
    }
    let part = Object::begin(out).string("type", "input_file");
    let part = match &document.media.source {
        Source::Url(url) => part.string("file_url", url),
        Source::File(id) => part.string("file_id", id),
        source => part
            .string("filename", document.name.as_deref().unwrap_or(UNNAMED))
            .string("file_data", &address(&document.media.mime, source)),
    };
    part.end();
}

/// Where the content is; content that is here becomes an address of its own.
fn address<'s>(mime: &Text, source: &'s Source) -> Cow<'s, str> {
    let here = |data: &str| {
        let mime = if mime.is_empty() {
            "application/octet-stream"
        } else {
            mime
        };
        Cow::Owned(format!("data:{mime};base64,{data}"))
    };
    match source {
        Source::Base64(data) => here(data),
        Source::Url(url) | Source::File(url) | Source::Text(url) => Cow::Borrowed(url),
        _ => Cow::Borrowed(""),
    }
}
