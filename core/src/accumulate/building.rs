use super::words::Words;
use crate::message::{
    AssistantPart, Call, CallId, Citation, Item, Media, MediaPart, Seal, TextPart, Thinking,
};
use crate::{Event, Text};

/// A part that is still growing.
#[derive(Clone, Debug)]
pub(super) struct Building {
    content: Content,
    seal: Option<Box<Seal>>,
    ended: bool,
}

#[derive(Clone, Debug)]
enum Content {
    Text {
        text: Words,
        citations: Vec<Citation>,
    },
    Thinking {
        text: Words,
    },
    Refusal {
        text: Words,
    },
    Call {
        id: CallId,
        name: Text,
        arguments: Words,
    },
    Media(Box<Media>),
    Item(Box<Item>),
}

impl Building {
    /// The part that begins with `event`, if a part can begin with it.
    pub(super) fn open(event: &Event) -> Option<Self> {
        let content = match event {
            Event::Text { text, .. } => Content::Text {
                text: Words::One(text.clone()),
                citations: Vec::new(),
            },
            Event::Thinking { text, .. } => Content::Thinking {
                text: Words::One(text.clone()),
            },
            Event::Refusal { text, .. } => Content::Refusal {
                text: Words::One(text.clone()),
            },
            Event::Call { call, .. } => Content::Call {
                id: call.id.clone(),
                name: call.name.clone(),
                arguments: Words::One(Text::new()),
            },
            Event::Media { media, .. } => Content::Media(media.clone()),
            Event::Item { item, .. } => Content::Item(item.clone()),
            _ => return None,
        };
        Some(Building {
            content,
            seal: None,
            ended: false,
        })
    }

    /// Adds `event` to the part, or says why it cannot be.
    pub(super) fn extend(&mut self, event: &Event) -> Result<(), &'static str> {
        if let Event::Seal { seal: newer, .. } = event {
            return self.seal_with(newer);
        }
        match (event, &mut self.content) {
            (Event::Citation { citation, .. }, Content::Text { citations, .. }) => {
                citations.push((**citation).clone());
            }
            (Event::Item { item: newer, .. }, Content::Item(item)) => item.clone_from(newer),
            _ if self.ended => return Err("the part has ended"),
            (Event::Text { text: new, .. }, Content::Text { text, .. })
            | (Event::Thinking { text: new, .. }, Content::Thinking { text })
            | (Event::Refusal { text: new, .. }, Content::Refusal { text })
            | (
                Event::Arguments { text: new, .. },
                Content::Call {
                    arguments: text, ..
                },
            ) => text.push(new),
            (Event::PartEnd { .. }, _) => self.ended = true,
            (Event::Call { .. }, Content::Call { .. }) => {
                return Err("another call is there already");
            }
            _ => return Err(self.refuses()),
        }
        Ok(())
    }

    fn seal_with(&mut self, newer: &Seal) -> Result<(), &'static str> {
        if matches!(self.content, Content::Item(_)) {
            return Err(self.refuses());
        }
        self.seal.get_or_insert_default().update(newer);
        Ok(())
    }

    fn refuses(&self) -> &'static str {
        match self.content {
            Content::Text { .. } => "the part is a text",
            Content::Thinking { .. } => "the part is thinking",
            Content::Refusal { .. } => "the part is a refusal",
            Content::Call { .. } => "the part is a call",
            Content::Media(_) => "the part is media",
            Content::Item(_) => "the part is an item",
        }
    }

    pub(super) fn into_part(self) -> AssistantPart {
        let seal = self.seal;
        match self.content {
            Content::Text { text, citations } => AssistantPart::Text(TextPart {
                text: text.into_text(),
                citations,
                seal,
            }),
            Content::Thinking { text } => AssistantPart::Thinking(Thinking {
                text: text.into_text(),
                seal,
            }),
            Content::Refusal { text } => AssistantPart::Refusal(TextPart {
                text: text.into_text(),
                citations: Vec::new(),
                seal,
            }),
            Content::Call {
                id,
                name,
                arguments,
            } => AssistantPart::Call(Call {
                id,
                name,
                arguments: arguments.into_text().into(),
                seal,
            }),
            Content::Media(media) => AssistantPart::Media(MediaPart {
                media: *media,
                seal,
            }),
            Content::Item(item) => AssistantPart::Item(*item),
        }
    }
}
