//! An answer, sent back.

use serde::Serialize;
use windlass_core::{Assistant, AssistantPart, Call, MediaPart, ModelError, TextPart, Thinking};

use super::media::{self, Kind};
use super::messages::framed;
use super::write_text;
use crate::body::{Separated, unsupported, write_json};
use crate::codec::Encode;
use crate::wire::bedrock::{Converse, NAMES, ThinkingReplay};
use crate::wire::names::EntryIds;
use crate::wire::plain::object;

/// Appends the content blocks. What only its maker's models read is left out for others.
pub(super) fn write(
    codec: &Converse,
    call: &Encode<'_>,
    (answer, mut ids): (&Assistant, EntryIds<'_>),
    out: &mut Vec<u8>,
) -> Result<(), ModelError> {
    let mut writer = Writer {
        out,
        separated: Separated::new(),
        opaque: codec.reads_opaque(call, answer.origin.as_ref()),
        thinking: codec.family(call.model()).thinking,
    };
    for part in &answer.parts {
        match part {
            AssistantPart::Call(call) => writer.call(call, &ids.fit(&call.id))?,
            part => writer.part(part)?,
        }
    }
    Ok(())
}

struct Writer<'o> {
    out: &'o mut Vec<u8>,
    separated: Separated,
    opaque: bool,
    thinking: ThinkingReplay,
}

impl Writer<'_> {
    fn part(&mut self, part: &AssistantPart) -> Result<(), ModelError> {
        match part {
            AssistantPart::Text(text) if self.opaque && !text.citations.is_empty() => {
                self.cited(text)
            }
            AssistantPart::Text(text) | AssistantPart::Refusal(text) => self.text(&text.text),
            AssistantPart::Thinking(thinking) if self.opaque => self.thinking(thinking),
            AssistantPart::Media(MediaPart { media, .. })
                if self.opaque && media::is_sendable(Kind::Image, media) =>
            {
                self.separated.next(self.out);
                media::write(Kind::Image, media, self.out)
            }
            AssistantPart::Media(part) => self.text(&framed("media", &part.media)),
            AssistantPart::Item(item) if self.opaque => {
                self.separated.next(self.out);
                self.out.extend_from_slice(item.json.as_str().as_bytes());
                Ok(())
            }
            AssistantPart::Thinking(_) | AssistantPart::Item(_) | AssistantPart::Call(_) => Ok(()),
            _ => Err(unsupported("answer part", "Bedrock has no such content")),
        }
    }

    fn text(&mut self, text: &str) -> Result<(), ModelError> {
        if text.trim().is_empty() {
            return Ok(());
        }
        self.separated.next(self.out);
        write_text(self.out, text)
    }

    /// Words with what they rest on. A search can rest on pages without saying words of its own.
    fn cited(&mut self, part: &TextPart) -> Result<(), ModelError> {
        let citations = part.citations.iter().map(|citation| citation.json.as_ref());
        let Some(citations) = citations.collect::<Option<Vec<_>>>() else {
            return self.text(&part.text);
        };
        self.separated.next(self.out);
        self.out.extend_from_slice(br#"{"citationsContent":{"#);
        if !part.text.is_empty() {
            self.out.extend_from_slice(br#""content":["#);
            write_text(self.out, &part.text)?;
            self.out.extend_from_slice(b"],");
        }
        self.out.extend_from_slice(br#""citations":["#);
        let mut separated = Separated::new();
        for citation in citations {
            separated.next(self.out);
            self.out.extend_from_slice(citation.as_str().as_bytes());
        }
        self.out.extend_from_slice(b"]}}");
        Ok(())
    }

    fn thinking(&mut self, thinking: &Thinking) -> Result<(), ModelError> {
        if self.thinking == ThinkingReplay::Nothing {
            return Ok(());
        }
        let signature = thinking.signature();
        let said = !thinking.text.is_empty() || signature.is_some();
        if said && (signature.is_some() || self.thinking == ThinkingReplay::All) {
            let text = Reasoning::ReasoningText {
                text: &thinking.text,
                signature,
            };
            self.reasoning(&text)?;
        }
        match thinking.encrypted() {
            Some(payload) => self.reasoning(&Reasoning::RedactedContent(payload)),
            None => Ok(()),
        }
    }

    fn reasoning(&mut self, reasoning: &Reasoning<'_>) -> Result<(), ModelError> {
        self.separated.next(self.out);
        self.out.extend_from_slice(br#"{"reasoningContent":"#);
        write_json(self.out, reasoning)?;
        self.out.push(b'}');
        Ok(())
    }

    fn call(&mut self, call: &Call, id: &str) -> Result<(), ModelError> {
        self.separated.next(self.out);
        self.out.extend_from_slice(br#"{"toolUse":{"toolUseId":"#);
        write_json(self.out, id)?;
        self.out.extend_from_slice(br#","name":"#);
        write_json(self.out, &NAMES.fit(&call.name))?;
        self.out.extend_from_slice(br#","input":"#);
        write_json(self.out, &object(call.arguments.as_str()))?;
        self.out.extend_from_slice(b"}}");
        Ok(())
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
enum Reasoning<'a> {
    ReasoningText {
        text: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        signature: Option<&'a str>,
    },
    RedactedContent(&'a str),
}
