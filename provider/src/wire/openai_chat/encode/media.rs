//! Pictures, recordings, films and files, as the host takes them.

use std::borrow::Cow;

use serde::{Serialize, Serializer};
use windlass_core::{Document, Media, Source, Text, UserPart};

use crate::codec::Encode;
use crate::wire::media::{Refusal, beyond_model};
use crate::wire::openai_chat::{Documents, OpenAiChat, Recordings};

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Part<'a> {
    Text {
        text: Cow<'a, str>,
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
        document_url: Address<'a>,
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
    url: Address<'a>,
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
    file_data: Option<Address<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    file_id: Option<&'a Text>,
}

/// Where content is; what is here becomes an address that holds it.
pub(super) enum Address<'a> {
    Of(&'a str),
    Here { mime: &'a str, data: &'a str },
}

impl Serialize for Address<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Address::Of(address) => serializer.serialize_str(address),
            Address::Here { mime, data } => {
                serializer.collect_str(&format_args!("data:{mime};base64,{data}"))
            }
        }
    }
}

/// The name of what the model or the host does not take of this part.
pub(super) fn refusal(dialect: &OpenAiChat, call: &Encode<'_>, part: &UserPart) -> Option<Refusal> {
    beyond_model(call, part).or_else(|| match part {
        UserPart::Text(_) => None,
        UserPart::Document(document) => self::document(dialect, document).err(),
        part => media(dialect, part).err(),
    })
}

/// A part of the user's that is neither text nor a document.
pub(super) fn media<'a>(dialect: &OpenAiChat, part: &'a UserPart) -> Result<Part<'a>, Refusal> {
    match part {
        UserPart::Image(media) => image(dialect, media),
        UserPart::Audio(media) => audio(dialect, media),
        UserPart::Video(media) => video(dialect, media),
        _ => Err(("conversation", "this wire has no such part")),
    }
}

pub(super) fn image<'a>(dialect: &OpenAiChat, media: &'a Media) -> Result<Part<'a>, Refusal> {
    if !dialect.images.it() {
        return Err(("images", "the host takes no pictures"));
    }
    let image_url = Url {
        url: address(media, "images")?,
        detail: media.detail.as_ref(),
    };
    Ok(Part::ImageUrl { image_url })
}

fn video<'a>(dialect: &OpenAiChat, media: &'a Media) -> Result<Part<'a>, Refusal> {
    if !dialect.video.it() {
        return Err(("video", "the host takes no films"));
    }
    let video_url = Url {
        url: address(media, "video")?,
        detail: None,
    };
    Ok(Part::VideoUrl { video_url })
}

fn audio<'a>(dialect: &OpenAiChat, media: &'a Media) -> Result<Part<'a>, Refusal> {
    let input_audio = match (dialect.audio, &media.source) {
        (Recordings::Plain, Source::Base64(plain) | Source::Url(plain)) => Audio::Plain(plain),
        (Recordings::WithFormat, Source::Base64(data)) => Audio::WithFormat {
            data,
            format: audio_format(&media.mime),
        },
        (Recordings::Refused, _) => return Err(("audio", "the host takes no recordings")),
        _ => return Err(("audio", "the host does not take a recording from there")),
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

/// A document, without what is to be said about it.
pub(super) fn document<'a>(
    dialect: &OpenAiChat,
    document: &'a Document,
) -> Result<Part<'a>, Refusal> {
    let media = &document.media;
    let name = document.name.as_ref();
    Ok(match (dialect.documents, &media.source) {
        (_, Source::Text(text)) => Part::Text {
            text: match name {
                Some(name) => format!("{name}:\n{text}").into(),
                None => text.as_str().into(),
            },
        },
        (Documents::File | Documents::FileOrUrl, Source::File(id)) => Part::File {
            file: File {
                file_id: Some(id),
                ..File::default()
            },
        },
        (Documents::File, Source::Base64(_))
        | (Documents::FileOrUrl, Source::Base64(_) | Source::Url(_)) => Part::File {
            file: File {
                filename: name,
                file_data: Some(address(media, "documents")?),
                file_id: None,
            },
        },
        (Documents::DocumentUrl, Source::Base64(_) | Source::Url(_)) => Part::DocumentUrl {
            document_url: address(media, "documents")?,
            document_name: name,
        },
        (Documents::FileUrl, Source::Base64(data) | Source::Url(data)) => Part::FileUrl {
            // This host takes the content itself where an address would stand.
            file_url: Url {
                url: Address::Of(data),
                detail: None,
            },
        },
        _ => {
            let why = "the host does not take a document from there";
            return Err(("documents", why));
        }
    })
}

fn address<'a>(media: &'a Media, option: &'static str) -> Result<Address<'a>, Refusal> {
    match &media.source {
        Source::Base64(data) => Ok(Address::Here {
            mime: &media.mime,
            data,
        }),
        Source::Url(url) => Ok(Address::Of(url)),
        _ => Err((option, "the host takes it inline or from an address")),
    }
}
