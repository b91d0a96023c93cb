//! Answers, as they go back to the host that gave them, and to others.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::value::RawValue;
use windlass_core::{Assistant, AssistantPart, Media, Text};

use super::{Parts, Writer, Written};
use crate::body::{Separated, write_json};
use crate::wire::names::EntryIds;
use crate::wire::openai_chat::encode::media::{self, Part};
use crate::wire::openai_chat::{EmptyContent, NAMES, ThinkingReplay};
use crate::wire::plain;

#[derive(Serialize)]
struct ToolCall<'a> {
    id: Cow<'a, str>,
    #[serde(rename = "type")]
    kind: &'static str,
    function: Function<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    extra_content: Option<&'a RawValue>,
}

#[derive(Serialize)]
struct Function<'a> {
    name: Cow<'a, str>,
    arguments: &'a str,
}

impl Writer<'_> {
    /// Whether the answer says nothing that this wire has a place for: one that was cut while the model was thinking.
    pub(in crate::wire::openai_chat::encode) fn is_silent(&self, answer: &Assistant) -> bool {
        let sealed = || self.call.reads_opaque(answer.origin.as_ref());
        answer.parts.iter().all(|part| match part {
            AssistantPart::Text(part) | AssistantPart::Refusal(part) => part.text.is_empty(),
            AssistantPart::Thinking(_) => {
                self.dialect.thinking != ThinkingReplay::Parts || !sealed()
            }
            AssistantPart::Item(_) => !sealed(),
            _ => false,
        })
    }

    pub(super) fn assistant(
        &self,
        answer: &Assistant,
        ids: &mut EntryIds<'_>,
        out: &mut Vec<u8>,
    ) -> Written {
        let sealed = self.call.reads_opaque(answer.origin.as_ref());
        out.extend_from_slice(b"{\"role\":\"assistant\"");
        let speech = sealed.then(|| speech(answer)).flatten();
        match speech {
            Some(id) => {
                out.extend_from_slice(b",\"audio\":{\"id\":");
                write_json(out, id)?;
                out.push(b'}');
            }
            None => self.content(answer, sealed, out)?,
        }
        if sealed {
            self.thinking(answer, out)?;
            self.refusal(answer, out)?;
            items(answer, out);
        }
        write_calls(answer, sealed, ids, out)?;
        out.push(b'}');
        Ok(())
    }

    fn content(&self, answer: &Assistant, sealed: bool, out: &mut Vec<u8>) -> Written {
        let thinks = |part: &AssistantPart| matches!(part, AssistantPart::Thinking(_));
        if sealed
            && self.dialect.thinking == ThinkingReplay::Parts
            && answer.parts.iter().any(thinks)
        {
            out.extend_from_slice(b",\"content\":");
            return content_parts(answer, out);
        }
        let text = words(answer, sealed);
        let alone = answer.calls().next().is_none() && !(sealed && refuses(answer));
        if !text.is_empty() || alone {
            out.extend_from_slice(b",\"content\":");
            return write_json(out, &text);
        }
        out.extend_from_slice(match self.dialect.empty_content {
            EmptyContent::Omitted => b"",
            EmptyContent::Null => b",\"content\":null",
            EmptyContent::Blank => b",\"content\":\"\"",
        });
        Ok(())
    }

    fn thinking(&self, answer: &Assistant, out: &mut Vec<u8>) -> Written {
        let thoughts = || {
            answer.parts.iter().filter_map(|part| match part {
                AssistantPart::Thinking(thinking) => Some(thinking),
                _ => None,
            })
        };
        let (field, details) = match self.dialect.thinking {
            ThinkingReplay::Dropped | ThinkingReplay::Parts => return Ok(()),
            ThinkingReplay::Field(name) => (name, None),
            ThinkingReplay::Details => {
                let seals = thoughts().filter_map(|thinking| thinking.seal.as_ref());
                let details = seals.filter_map(|seal| seal.extra.as_ref());
                ("reasoning", details.clone().next().map(|_| details))
            }
        };
        if let Some(details) = details {
            out.extend_from_slice(b",\"reasoning_details\":[");
            let mut separated = Separated::new();
            let lists = details.map(|json| json.as_str().trim());
            let inner = lists.filter_map(|list| list.strip_prefix('[')?.strip_suffix(']'));
            for entries in inner.filter(|entries| !entries.trim().is_empty()) {
                separated.next(out);
                out.extend_from_slice(entries.as_bytes());
            }
            out.push(b']');
            return Ok(());
        }
        let text: String = thoughts().map(|thinking| thinking.text.as_str()).collect();
        if !text.is_empty() {
            member(field, &text, out)?;
        }
        match thoughts().find_map(|thinking| thinking.encrypted()) {
            Some(opaque) => member("reasoning_opaque", opaque, out),
            None => Ok(()),
        }
    }

    fn refusal(&self, answer: &Assistant, out: &mut Vec<u8>) -> Written {
        let refusals = answer.parts.iter().filter_map(|part| match part {
            AssistantPart::Refusal(refusal) => Some(refusal.text.as_str()),
            _ => None,
        });
        let text: String = refusals.collect();
        if text.is_empty() {
            return Ok(());
        }
        member("refusal", &text, out)
    }
}

fn write_calls(
    answer: &Assistant,
    sealed: bool,
    ids: &mut EntryIds<'_>,
    out: &mut Vec<u8>,
) -> Written {
    let mut calls = answer.calls().peekable();
    if calls.peek().is_none() {
        return Ok(());
    }
    let mut separated = Separated::new();
    out.extend_from_slice(b",\"tool_calls\":[");
    for call in calls {
        separated.next(out);
        let seal = call.seal.as_ref().filter(|_| sealed);
        let extra = seal.and_then(|seal| seal.extra.as_ref());
        write_json(
            out,
            &ToolCall {
                id: ids.fit(&call.id),
                kind: "function",
                function: Function {
                    name: NAMES.fit(&call.name),
                    arguments: call.arguments.or_empty_object(),
                },
                extra_content: extra.and_then(|json| serde_json::from_str(json.as_str()).ok()),
            },
        )?;
    }
    out.push(b']');
    Ok(())
}

/// The words of the answer. What another host would not understand of it is said in words.
fn words(answer: &Assistant, sealed: bool) -> String {
    let texts = answer.parts.iter().filter_map(|part| match part {
        AssistantPart::Text(part) => Some(part.text.to_string()),
        AssistantPart::Refusal(part) if !sealed => Some(part.text.to_string()),
        AssistantPart::Media(part) => spoken_or(answer, &part.media),
        _ => None,
    });
    texts.collect()
}

/// Media has no place in an answer on this wire. Speech is there in words; of the rest the model is told.
fn spoken_or(answer: &Assistant, media: &Media) -> Option<String> {
    let has_text = answer
        .parts
        .iter()
        .any(|part| matches!(part, AssistantPart::Text(_)));
    (!has_text).then(|| plain::named("media", media))
}

fn refuses(answer: &Assistant) -> bool {
    let refuses = |part: &AssistantPart| matches!(part, AssistantPart::Refusal(_));
    answer.parts.iter().any(refuses)
}

/// The id of the speech that the answer was.
fn speech(answer: &Assistant) -> Option<&Text> {
    answer.parts.iter().find_map(|part| match part {
        AssistantPart::Media(part) => part.seal.as_ref()?.id.as_ref(),
        _ => None,
    })
}

fn content_parts(answer: &Assistant, out: &mut Vec<u8>) -> Written {
    let mut list = Parts::begin(out);
    for part in &answer.parts {
        match part {
            AssistantPart::Text(text) if !text.text.is_empty() => {
                list.text(&text.text)?;
            }
            AssistantPart::Thinking(thinking) if !thinking.text.is_empty() => {
                let text = &thinking.text;
                list.part(&Part::Thinking {
                    thinking: [media::Thought { kind: "text", text }],
                })?;
            }
            _ => {}
        }
    }
    list.end();
    Ok(())
}

/// Items of this wire, which the provider gets back as it sent them.
fn items(answer: &Assistant, out: &mut Vec<u8>) {
    for part in &answer.parts {
        if let AssistantPart::Item(item) = part
            && item.kind == "function_call"
        {
            out.extend_from_slice(b",\"function_call\":");
            out.extend_from_slice(item.json.as_str().as_bytes());
        }
    }
}

fn member(name: &str, text: &str, out: &mut Vec<u8>) -> Written {
    out.push(b',');
    write_json(out, name)?;
    out.push(b':');
    write_json(out, text)
}
