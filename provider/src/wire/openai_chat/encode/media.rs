//! Pictures, recordings, films and files, as the host takes them.

use serde::Serialize;
use windlass_core::{Document, Media, ModelError, Source, Text};

use crate::body::unsupported;
use crate::wire::openai_chat::{Documents, OpenAiChat, Recordings};

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Part<'a> {
    Text {
        text: &'a str,
    },
    ImageUrl {
        image_url: Url<'a>,
    },
    VideoUrl {
        video_url: Url<'a>,
    },
    InputAudio {
        input_audio: Audio<'a>,
    },
    File {
        file: File<'a>,
    },
    DocumentUrl {
        document_url: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        document_name: Option<&'a Text>,
    },
    FileUrl {
        file_url: Url<'a>,
    },
    Thinking {
        thinking: [Thought<'a>; 1],
    },
}

#[derive(Serialize)]
pub(super) struct Thought<'a> {
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    pub(super) text: &'a str,
}

#[derive(Serialize)]
pub(super) struct Url<'a> {
    url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'a Text>,
}

#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Audio<'a> {
    WithFormat { data: &'a Text, format: &'a str },
    Plain(&'a Text),
}

#[derive(Default, Serialize)]
pub(super) struct File<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    filename: Option<&'a Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    file_data: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    file_id: Option<&'a Text>,
}

pub(super) fn image<'a>(dialect: &OpenAiChat, media: &'a Media) -> Result<Part<'a>, ModelError> {
    if !dialect.images.it() {
        return Err(unsupported("images", "the host takes no pictures"));
    }
    let image_url = Url {
        url: address(media, "images")?,
        detail: media.detail.as_ref(),
    };
    Ok(Part::ImageUrl { image_url })
}

pub(super) fn video<'a>(dialect: &OpenAiChat, media: &'a Media) -> Result<Part<'a>, ModelError> {
    if !dialect.video.it() {
        return Err(unsupported("video", "the host takes no films"));
    }
    let video_url = Url {
        url: address(media, "video")?,
        detail: None,
    };
    Ok(Part::VideoUrl { video_url })
}

pub(super) fn audio<'a>(dialect: &OpenAiChat, media: &'a Media) -> Result<Part<'a>, ModelError> {
    let input_audio = match (dialect.audio, &media.source) {
        (Recordings::Plain, Source::Base64(plain) | Source::Url(plain)) => Audio::Plain(plain),
        (Recordings::WithFormat, Source::Base64(data)) => Audio::WithFormat {
            data,
            format: audio_format(&media.mime),
        },
        (Recordings::Refused, _) => {
            return Err(unsupported("audio", "the host takes no recordings"));
        }
        _ => {
            let why = "the host does not take a recording from there";
            return Err(unsupported("audio", why));
        }
    };
    Ok(Part::InputAudio { input_audio })
}

/// The wire's name for the format of a recording.
fn audio_format(mime: &str) -> &str {
    match mime.rsplit('/').next().unwrap_or_default() {
        "mpeg" | "mp3" => "mp3",
        "x-wav" | "wave" | "vnd.wave" => "wav",
        other => other,
    }
}

/// Writes the parts of a document: what is to be said about it, and the document.
pub(super) fn document(
    dialect: &OpenAiChat,
    document: &Document,
    mut part: impl FnMut(&Part<'_>) -> Result<(), ModelError>,
) -> Result<(), ModelError> {
    if let Some(text) = document.context.as_deref().filter(|text| !text.is_empty()) {
        part(&Part::Text { text })?;
    }
    let media = &document.media;
    let name = document.name.as_ref();
    match (dialect.documents, &media.source) {
        (_, Source::Text(text)) => {
            let framed = name.map(|name| format!("{name}:\n{text}"));
            let text = framed.as_deref().unwrap_or(text);
            part(&Part::Text { text })
        }
        (Documents::File | Documents::FileOrUrl, Source::File(id)) => {
            let file_id = Some(id);
            let file = File {
                file_id,
                ..File::default()
            };
            part(&Part::File { file })
        }
        (Documents::File, Source::Base64(_))
        | (Documents::FileOrUrl, Source::Base64(_) | Source::Url(_)) => {
            let file = File {
                filename: name,
                file_data: Some(address(media, "documents")?),
                file_id: None,
            };
            part(&Part::File { file })
        }
        (Documents::DocumentUrl, Source::Base64(_) | Source::Url(_)) => part(&Part::DocumentUrl {
            document_url: address(media, "documents")?,
            document_name: name,
        }),
        (Documents::FileUrl, Source::Base64(_) | Source::Url(_)) => {
            let file_url = Url {
                url: match &media.source {
                    // This host takes the content itself where an address would stand.
                    Source::Base64(data) => data.to_string(),
                    _ => address(media, "documents")?,
                },
                detail: None,
            };
            part(&Part::FileUrl { file_url })
        }
        _ => Err(unsupported(
            "documents",
            "the host does not take a document from there",
        )),
    }
}

/// Where the content is; content that is here becomes an address that holds it.
fn address(media: &Media, option: &'static str) -> Result<String, ModelError> {
    match &media.source {
        Source::Base64(data) => Ok(format!("data:{};base64,{data}", media.mime)),
        Source::Url(url) => Ok(url.to_string()),
        _ => Err(unsupported(
            option,
            "the host takes it inline or from an address",
        )),
    }
}
