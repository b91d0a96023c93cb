use std::fmt::Write as _;

use windlass_core::{Ability, Document, Media, Source, Text};

/// A kind of media.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Picture,
    Recording,
    Film,
    Document,
}

impl Kind {
    /// Each at its own place.
    pub(super) const ALL: [Kind; 4] = [Kind::Picture, Kind::Recording, Kind::Film, Kind::Document];

    /// The kind by the media type.
    pub(super) fn of(media: &Media) -> Self {
        match media.mime.split('/').next() {
            Some("image") => Kind::Picture,
            Some("audio") => Kind::Recording,
            Some("video") => Kind::Film,
            _ => Kind::Document,
        }
    }

    /// What a model needs to take it.
    pub(super) fn ability(self) -> Ability {
        match self {
            Kind::Picture => Ability::Images,
            Kind::Recording => Ability::Audio,
            Kind::Film => Ability::Video,
            Kind::Document => Ability::Documents,
        }
    }

    /// By what name a wire refuses it.
    pub(super) fn option(self) -> &'static str {
        match self {
            Kind::Picture => "images",
            Kind::Recording => "audio",
            Kind::Film => "video",
            Kind::Document => "documents",
        }
    }

    fn noun(self) -> &'static str {
        match self {
            Kind::Picture => "picture",
            Kind::Recording => "recording",
            Kind::Film => "film",
            Kind::Document => "document",
        }
    }
}

/// Something that is shown to models that take its kind.
pub(super) struct Shown<'a> {
    pub(super) kind: Kind,
    media: &'a Media,
    document: Option<&'a Document>,
}

impl<'a> Shown<'a> {
    pub(super) fn new(kind: Kind, media: &'a Media) -> Self {
        Shown {
            kind,
            media,
            document: None,
        }
    }

    pub(super) fn document(document: &'a Document) -> Self {
        Shown {
            kind: Kind::Document,
            media: &document.media,
            document: Some(document),
        }
    }

    /// What it is, in a frame, and its content where that is text.
    pub(super) fn words(&self) -> Text {
        let noun = self.kind.noun();
        let head = self.head();
        match &self.media.source {
            Source::Text(text) => format!("[{head}]\n{text}\n[end of the {noun}]").into(),
            _ => format!("[{head}, not shown]").into(),
        }
    }

    fn head(&self) -> String {
        let mut head = String::from(self.kind.noun());
        if let Some(name) = self.document.and_then(|document| document.name.as_ref()) {
            let _ = write!(head, " `{name}`");
        }
        if !self.media.mime.is_empty() {
            let _ = write!(head, " ({})", self.media.mime);
        }
        // A `data:` address is the content itself.
        if let Source::Url(url) = &self.media.source
            && !url.starts_with("data:")
        {
            let _ = write!(head, " at {url}");
        }
        if let Some(context) = self.document.and_then(|document| document.context.as_ref()) {
            let _ = write!(head, ": {context}");
        }
        head
    }
}
