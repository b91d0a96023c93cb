//! Parts that are told as a whole, when all their pieces have come.

use serde_json::value::RawValue;
use windlass_core::{Event, JsonText, Media, PartIndex, Source, Text};

use super::super::{blob, item};
use super::{Content, Parts};
use crate::json::Count;
use crate::wire::bedrock::shapes::Image;

/// What has come of such a part.
#[derive(Debug)]
pub(super) enum Gathered {
    /// A hosted tool's call: its beginning, and the text of its input.
    Call { start: String, input: String },
    /// A hosted tool's result: its beginning, and its content.
    Result { start: String, content: String },
    /// A picture.
    Image {
        mime: Text,
        base64: String,
        error: Option<JsonText>,
    },
}

impl Gathered {
    pub(super) fn call(start: &RawValue) -> Self {
        Gathered::Call {
            start: start.get().to_owned(),
            input: String::new(),
        }
    }

    fn result(start: &str) -> Self {
        Gathered::Result {
            start: start.to_owned(),
            content: String::new(),
        }
    }

    fn image() -> Self {
        Gathered::Image {
            mime: Text::new(),
            base64: String::new(),
            error: None,
        }
    }

    pub(super) fn into_event(self, part: PartIndex) -> Event {
        let item = match self {
            Gathered::Call { start, input } => item::hosted_call(&start, &input),
            Gathered::Result { start, content } => item::hosted_result(&start, &content),
            Gathered::Image {
                error: Some(error), ..
            } => item::failed_image(&error),
            Gathered::Image { mime, base64, .. } => {
                let media = Box::new(Media::new(mime, Source::Base64(base64.into())));
                return Event::Media { part, media };
            }
        };
        let item = Box::new(item);
        Event::Item { part, item }
    }
}

impl Parts {
    /// The beginning of a hosted tool's result.
    pub(in super::super) fn begin_result(&mut self, index: Count, start: &RawValue) {
        self.add(index, Gathered::result(start.get()).into());
    }

    /// Pieces of a hosted tool's result.
    pub(in super::super) fn result(&mut self, index: Count, pieces: &[&RawValue]) {
        let fits = |gathered: &Gathered| matches!(gathered, Gathered::Result { .. });
        let gathered = self.gathered(index, fits, || Gathered::result("{}"));
        if let Some(Gathered::Result { content, .. }) = gathered {
            for piece in pieces {
                if !content.is_empty() {
                    content.push(',');
                }
                content.push_str(piece.get());
            }
        }
    }

    /// The beginning of a picture, a piece, or the whole of it.
    pub(in super::super) fn image(&mut self, index: Count, image: &Image<'_>) {
        let fits = |gathered: &Gathered| matches!(gathered, Gathered::Image { .. });
        let gathered = self.gathered(index, fits, Gathered::image);
        if let Some(Gathered::Image {
            mime,
            base64,
            error,
        }) = gathered
        {
            if let Some(format) = &image.format {
                *mime = format!("image/{}", format.as_str()).into();
            }
            if let Some(piece) = &image.source.bytes {
                blob::join(base64, &piece.text());
            }
            *error = image.error.map(JsonText::from).or(error.take());
        }
    }

    /// The open part of this block that fits, or a new one.
    fn gathered(
        &mut self,
        index: Count,
        fits: impl Fn(&Gathered) -> bool,
        new: impl FnOnce() -> Gathered,
    ) -> Option<&mut Gathered> {
        let fits =
            |content: &Content| matches!(content, Content::Gathered(gathered) if fits(gathered));
        let at = self.place(index, fits, || new().into());
        match &mut self.open[at].content {
            Content::Gathered(gathered) => Some(gathered),
            _ => None,
        }
    }
}

impl From<Gathered> for Content {
    fn from(gathered: Gathered) -> Self {
        Content::Gathered(Box::new(gathered))
    }
}
