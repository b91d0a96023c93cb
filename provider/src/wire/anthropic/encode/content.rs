//! The content of one message, encoded once and copied into every later request.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::value::RawValue;
use windlass_core::{
    Assistant, AssistantPart, Call, Citation, Document, Item, JsonText, Message, ModelError,
    Outcome, OutcomePart, Seal, TextPart, Thinking, UserPart,
};

use super::media::{Source, description, document, image, is_sent};
use crate::body::{Separated, write_json};
use crate::codec::Encode;
use crate::wire::anthropic::NAMES;
use crate::wire::names::EntryIds;
use crate::wire::plain::{Object, object};

/// A content block.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Block<'a> {
    Text {
        text: Cow<'a, str>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        citations: Vec<&'a RawValue>,
    },
    Thinking {
        thinking: &'a str,
        signature: &'a str,
    },
    RedactedThinking {
        data: &'a str,
    },
    Image {
        source: Source<'a>,
    },
    Document {
        source: Source<'a>,
        #[serde(skip_serializing_if = "Option::is_none")]
        title: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        context: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        citations: Option<Citations>,
    },
    ToolUse {
        id: Cow<'a, str>,
        name: Cow<'a, str>,
        input: Object<'a>,
        #[serde(skip_serializing_if = "Option::is_none")]
        caller: Option<&'a RawValue>,
    },
    ToolResult {
        tool_use_id: Cow<'a, str>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        content: Vec<Block<'a>>,
        #[serde(skip_serializing_if = "is_false")]
        is_error: bool,
    },
}

#[derive(Debug, Serialize)]
pub(super) struct Citations {
    enabled: bool,
}

impl<'a> Block<'a> {
    pub(super) fn text(text: impl Into<Cow<'a, str>>) -> Self {
        Block::Text {
            text: text.into(),
            citations: Vec::new(),
        }
    }

    /// A text, unless it is blank: the wire refuses those.
    fn words(text: &'a str) -> Option<Self> {
        (!text.trim().is_empty()).then(|| Block::text(text))
    }

    fn document(document: &'a Document, source: Source<'a>) -> Self {
        Block::Document {
            source,
            title: document.name.as_deref(),
            context: document.context.as_deref(),
            citations: document.citations.map(|enabled| Citations { enabled }),
        }
    }
}

fn is_false(value: &bool) -> bool {
    !value
}

/// Writes the blocks of a message with commas between them; nothing when it has no content.
pub(super) fn write(
    call: &Encode<'_>,
    message: &Message,
    ids: EntryIds<'_>,
    out: &mut Vec<u8>,
) -> Result<(), ModelError> {
    let mut writer = Writer {
        call,
        ids,
        out,
        separated: Separated::new(),
    };
    match message {
        Message::System(system) => writer.maybe(Block::words(&system.text)),
        Message::User(user) => user.parts.iter().try_for_each(|part| writer.user(part)),
        Message::Assistant(answer) => writer.answer(answer),
        Message::Outcomes(outcomes) => outcomes.0.iter().try_for_each(|outcome| {
            let id = writer.ids.fit(&outcome.call);
            writer.block(&result(outcome, id))
        }),
    }
}

/// Whether the last block of a message can carry a cache marker.
pub(super) fn is_markable(message: &Message) -> bool {
    match message {
        Message::Assistant(answer) => answer.parts.last().is_some_and(|part| match part {
            AssistantPart::Text(part) | AssistantPart::Refusal(part) => !is_blank(part),
            AssistantPart::Call(_) => true,
            _ => false,
        }),
        _ => true,
    }
}

/// What the seals of an answer keep beside signatures, the newest first.
pub(super) fn extras(answer: &Assistant) -> Vec<&JsonText> {
    let seals = answer.parts.iter().rev().filter_map(|part| match part {
        AssistantPart::Text(part) => part.seal.as_deref(),
        AssistantPart::Thinking(part) => part.seal.as_deref(),
        AssistantPart::Call(call) => call.seal.as_deref(),
        _ => None,
    });
    seals
        .filter_map(|seal: &Seal| seal.extra.as_ref())
        .collect()
}

struct Writer<'w, 'c> {
    call: &'w Encode<'c>,
    ids: EntryIds<'w>,
    out: &'w mut Vec<u8>,
    separated: Separated,
}

impl Writer<'_, '_> {
    fn block(&mut self, block: &Block<'_>) -> Result<(), ModelError> {
        self.separated.next(self.out);
        write_json(self.out, block)
    }

    fn maybe(&mut self, block: Option<Block<'_>>) -> Result<(), ModelError> {
        block.map_or(Ok(()), |block| self.block(&block))
    }

    fn raw(&mut self, json: &JsonText) {
        self.separated.next(self.out);
        self.out.extend_from_slice(json.as_str().trim().as_bytes());
    }

    fn user(&mut self, part: &UserPart) -> Result<(), ModelError> {
        let block = match part {
            UserPart::Text(text) => return self.maybe(Block::words(text)),
            part if !is_sent(self.call, part) => None,
            UserPart::Image(media) => image(media).map(|source| Block::Image { source }),
            UserPart::Document(file) => document(file).map(|source| Block::document(file, source)),
            _ => None,
        };
        self.block(&block.unwrap_or_else(|| Block::text(unseen(part))))
    }

    fn answer(&mut self, answer: &Assistant) -> Result<(), ModelError> {
        let own = self.call.reads_opaque(answer.origin.as_ref());
        for (at, part) in answer.parts.iter().enumerate() {
            match part {
                AssistantPart::Text(part) | AssistantPart::Refusal(part) => {
                    let between = own && answer.parts.len() > 1;
                    self.maybe(words_of(part, own).filter(|_| between || !is_blank(part)))?;
                }
                AssistantPart::Thinking(thinking) if own => self.maybe(thought(thinking))?,
                AssistantPart::Call(call) => self.tool_use(call, own)?,
                AssistantPart::Item(item) if own && !is_dangling(answer, at, item) => {
                    self.raw(&item.json);
                }
                AssistantPart::Media(part) => {
                    self.block(&Block::text(description("media", &part.media.mime)))?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn tool_use(&mut self, call: &Call, own: bool) -> Result<(), ModelError> {
        #[derive(serde::Deserialize)]
        struct Extra<'a> {
            #[serde(borrow)]
            caller: Option<&'a RawValue>,
        }

        let id = self.ids.fit(&call.id);
        let extra = call.seal.as_ref().and_then(|seal| seal.extra.as_ref());
        let caller = extra
            .filter(|_| own)
            .and_then(|extra| serde_json::from_str::<Extra<'_>>(extra.as_str()).ok())
            .and_then(|extra| extra.caller);
        self.block(&Block::ToolUse {
            id,
            name: NAMES.fit(&call.name),
            input: object(call.arguments.as_str()),
            caller,
        })
    }
}

/// A hosted call at the end of an answer that was cut has no result, and would be refused.
fn is_dangling(answer: &Assistant, at: usize, item: &Item) -> bool {
    let later = answer.parts.get(at + 1..).unwrap_or_default();
    !answer.completion.is_whole()
        && item.kind.ends_with("tool_use")
        && !later
            .iter()
            .any(|part| matches!(part, AssistantPart::Item(_)))
}

/// Anthropic itself separates cited texts by a space, and takes it back there, but no message of nothing else.
fn is_blank(part: &TextPart) -> bool {
    part.text.trim().is_empty()
}

fn words_of(part: &TextPart, own: bool) -> Option<Block<'_>> {
    (!part.text.is_empty()).then(|| Block::Text {
        text: Cow::Borrowed(&part.text),
        citations: match own {
            true => part.citations.iter().filter_map(as_received).collect(),
            false => Vec::new(),
        },
    })
}

fn as_received(citation: &Citation) -> Option<&RawValue> {
    let json = citation.json.as_ref()?;
    serde_json::from_str(json.as_str()).ok()
}

/// Thinking as it is sent back: signed or redacted, never bare, which the wire refuses.
fn thought(thinking: &Thinking) -> Option<Block<'_>> {
    match (thinking.signature(), thinking.encrypted()) {
        (Some(signature), _) => Some(Block::Thinking {
            thinking: &thinking.text,
            signature,
        }),
        (None, Some(data)) => Some(Block::RedactedThinking { data }),
        (None, None) => None,
    }
}

/// An outcome. A failed one holds nothing but text, and some of it; the wire refuses others.
fn result<'a>(outcome: &'a Outcome, tool_use_id: Cow<'a, str>) -> Block<'a> {
    let is_error = outcome.status.is_failure();
    let mut content: Vec<_> = outcome
        .parts
        .iter()
        .filter_map(|part| shown(part, is_error))
        .collect();
    if is_error && content.is_empty() {
        content.push(Block::text("the call failed"));
    }
    Block::ToolResult {
        tool_use_id,
        content,
        is_error,
    }
}

fn shown(part: &OutcomePart, text_only: bool) -> Option<Block<'_>> {
    let (block, what, mime) = match part {
        OutcomePart::Text(_) | OutcomePart::Json(_) => {
            return part.as_text().and_then(Block::words);
        }
        OutcomePart::Image(media) => (
            image(media).map(|source| Block::Image { source }),
            "a picture",
            &media.mime,
        ),
        OutcomePart::Document(file) => {
            let block = document(file).map(|source| Block::document(file, source));
            (block, "a document", &file.media.mime)
        }
        OutcomePart::Audio(media) => (None, "a recording", &media.mime),
        _ => return Some(Block::text(description("something", ""))),
    };
    let block = block.filter(|_| !text_only);
    Some(block.unwrap_or_else(|| Block::text(description(what, mime))))
}

fn unseen(part: &UserPart) -> String {
    match part {
        UserPart::Image(media) => description("a picture", &media.mime),
        UserPart::Audio(media) => description("a recording", &media.mime),
        UserPart::Video(media) => description("a film", &media.mime),
        UserPart::Document(document) => description("a document", &document.media.mime),
        _ => description("something", ""),
    }
}
