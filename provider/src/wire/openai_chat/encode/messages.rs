//! Messages, each an object of the list, or several for outcomes.

use serde::Serialize;
use windlass_core::{
    Assistant, AssistantPart, CacheTime, Call, Media, Message, ModelError, Outcome, OutcomePart,
    Text, UserPart,
};

use super::ids::wire_id;
use super::marks;
use super::media::{self, Part};
use crate::body::{Separated, unsupported, write_json};
use crate::codec::Encode;
use crate::wire::openai_chat::{CacheMarks, EmptyContent, OpenAiChat, ThinkingReplay};

type Written = Result<(), ModelError>;

pub(super) struct Writer<'a> {
    pub(super) dialect: &'a OpenAiChat,
    pub(super) call: &'a Encode<'a>,
}

#[derive(Serialize)]
struct ToolCall<'a> {
    id: &'a str,
    #[serde(rename = "type")]
    kind: &'static str,
    function: Function<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    extra_content: Option<&'a serde_json::value::RawValue>,
}

#[derive(Serialize)]
struct Function<'a> {
    name: &'a Text,
    arguments: &'a str,
}

impl Writer<'_> {
    /// One message of all blocks: as parts where they can be marked, as one text for all other hosts.
    pub(super) fn instructions(
        &self,
        marked: &[(usize, CacheTime)],
        separated: &mut Separated,
        out: &mut Vec<u8>,
    ) -> Written {
        let blocks = self.call.request.instructions.iter().enumerate();
        let blocks: Vec<_> = blocks.filter(|(_, block)| !block.is_empty()).collect();
        let Some((_, first)) = blocks.first() else {
            return Ok(());
        };
        separated.next(out);
        self.open(self.dialect.system_role, out)?;
        let takes_parts = self.dialect.cache != CacheMarks::Ignored;
        if takes_parts && (blocks.len() > 1 || !marked.is_empty()) {
            let mut parts = Parts::begin(out);
            for (at, text) in blocks {
                parts.marked(&Part::Text { text }, marks::of(marked, at))?;
            }
            parts.end();
        } else if blocks.len() == 1 {
            write_json(out, first)?;
        } else {
            let texts: Vec<&str> = blocks.iter().map(|(_, block)| block.as_str()).collect();
            write_json(out, &texts.join("\n\n"))?;
        }
        out.push(b'}');
        Ok(())
    }

    /// Writes a message; `mark` goes to its last part.
    pub(super) fn message(
        &self,
        message: &Message,
        mark: Option<CacheTime>,
        out: &mut Vec<u8>,
    ) -> Written {
        match message {
            Message::System(system) => {
                self.open(self.dialect.system_role, out)?;
                self.text(&system.text, mark, out)?;
                out.push(b'}');
            }
            Message::User(user) => {
                self.open("user", out)?;
                self.user(&user.parts, mark, out)?;
                out.push(b'}');
            }
            Message::Assistant(answer) => self.assistant(answer, out)?,
            Message::Outcomes(outcomes) => {
                let mut separated = Separated::new();
                for (at, outcome) in outcomes.0.iter().enumerate() {
                    separated.next(out);
                    let earlier = outcomes.0[..at].iter().map(|outcome| &outcome.call);
                    let id = wire_id(self.dialect.call_ids, &outcome.call, earlier);
                    let mark = mark.filter(|_| at + 1 == outcomes.0.len());
                    self.outcome(outcome, &id, mark, out)?;
                }
            }
        }
        Ok(())
    }

    /// Marks the message that was written last as the beginning of the answer, where the host knows such.
    pub(super) fn prefix(&self, out: &mut Vec<u8>) {
        if let Some(name) = self.dialect.prefix
            && out.last() == Some(&b'}')
        {
            out.pop();
            out.extend_from_slice(format!(",\"{name}\":true}}").as_bytes());
        }
    }

    fn open(&self, role: &str, out: &mut Vec<u8>) -> Written {
        out.extend_from_slice(b"{\"role\":");
        write_json(out, role)?;
        out.extend_from_slice(b",\"content\":");
        Ok(())
    }

    fn text(&self, text: &str, mark: Option<CacheTime>, out: &mut Vec<u8>) -> Written {
        if mark.is_none() || text.is_empty() {
            return write_json(out, text);
        }
        let mut parts = Parts::begin(out);
        parts.marked(&Part::Text { text }, mark)?;
        parts.end();
        Ok(())
    }

    fn user(&self, parts: &[UserPart], mark: Option<CacheTime>, out: &mut Vec<u8>) -> Written {
        let is_blank = |part: &UserPart| matches!(part, UserPart::Text(text) if text.is_empty());
        let mut rest = parts.iter().filter(|part| !is_blank(part));
        match (rest.next(), rest.next()) {
            (None, _) => return self.text("", None, out),
            (Some(UserPart::Text(text)), None) => return self.text(text, mark, out),
            _ => {}
        }
        let mut list = Parts::begin(out);
        for part in parts.iter().filter(|part| !is_blank(part)) {
            match part {
                UserPart::Text(text) => list.part(&Part::Text { text })?,
                UserPart::Image(image) => list.part(&media::image(self.dialect, image)?)?,
                UserPart::Audio(audio) => list.part(&media::audio(self.dialect, audio)?)?,
                UserPart::Video(video) => list.part(&media::video(self.dialect, video)?)?,
                UserPart::Document(document) => {
                    media::document(self.dialect, document, |part| list.part(part))?;
                }
                _ => return Err(unsupported("message", "this wire has no such part")),
            }
        }
        list.mark(mark);
        list.end();
        Ok(())
    }

    fn outcome(
        &self,
        outcome: &Outcome,
        id: &str,
        mark: Option<CacheTime>,
        out: &mut Vec<u8>,
    ) -> Written {
        out.extend_from_slice(b"{\"role\":\"tool\",\"tool_call_id\":");
        write_json(out, id)?;
        out.extend_from_slice(b",\"content\":");
        let is_image = |part: &OutcomePart| matches!(part, OutcomePart::Image(_));
        if self.dialect.outcome_images.it() && outcome.parts.iter().any(is_image) {
            self.outcome_parts(outcome, mark, out)?;
        } else {
            let texts = outcome.parts.iter().map(describe).collect::<Vec<_>>();
            self.text(&texts.join("\n"), mark, out)?;
        }
        out.push(b'}');
        Ok(())
    }

    fn outcome_parts(
        &self,
        outcome: &Outcome,
        mark: Option<CacheTime>,
        out: &mut Vec<u8>,
    ) -> Written {
        let mut list = Parts::begin(out);
        for part in &outcome.parts {
            match part {
                OutcomePart::Image(image) => list.part(&media::image(self.dialect, image)?)?,
                part => {
                    let text = describe(part);
                    if !text.is_empty() {
                        list.part(&Part::Text { text: &text })?;
                    }
                }
            }
        }
        list.mark(mark);
        list.end();
        Ok(())
    }

    fn assistant(&self, answer: &Assistant, out: &mut Vec<u8>) -> Written {
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
        self.calls(answer, sealed, out)?;
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

    fn calls(&self, answer: &Assistant, sealed: bool, out: &mut Vec<u8>) -> Written {
        let calls: Vec<&Call> = answer.calls().collect();
        if calls.is_empty() {
            return Ok(());
        }
        let mut separated = Separated::new();
        out.extend_from_slice(b",\"tool_calls\":[");
        for (at, call) in calls.iter().enumerate() {
            separated.next(out);
            let earlier = calls[..at].iter().map(|call| &call.id);
            let seal = call.seal.as_ref().filter(|_| sealed);
            let extra = seal.and_then(|seal| seal.extra.as_ref());
            write_json(
                out,
                &ToolCall {
                    id: &wire_id(self.dialect.call_ids, &call.id, earlier),
                    kind: "function",
                    function: Function {
                        name: &call.name,
                        arguments: call.arguments.or_empty_object(),
                    },
                    extra_content: extra.and_then(|json| serde_json::from_str(json.as_str()).ok()),
                },
            )?;
        }
        out.push(b']');
        Ok(())
    }
}

/// The words of the answer. What another host would not understand of it is said in words.
fn words(answer: &Assistant, sealed: bool) -> String {
    let texts = answer.parts.iter().filter_map(|part| match part {
        AssistantPart::Text(part) => Some(part.text.to_string()),
        AssistantPart::Refusal(part) if !sealed => Some(part.text.to_string()),
        AssistantPart::Media(media) => spoken_or(answer, media),
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
    (!has_text).then(|| media::describe("media", media))
}

fn refuses(answer: &Assistant) -> bool {
    let refuses = |part: &AssistantPart| matches!(part, AssistantPart::Refusal(_));
    answer.parts.iter().any(refuses)
}

/// The id of the speech that the answer was.
fn speech(answer: &Assistant) -> Option<&Text> {
    let is_media = |part: &AssistantPart| matches!(part, AssistantPart::Media(_));
    if !answer.parts.iter().any(is_media) {
        return None;
    }
    answer.parts.iter().find_map(|part| match part {
        AssistantPart::Text(text) => text.seal.as_ref()?.id.as_ref(),
        _ => None,
    })
}

fn content_parts(answer: &Assistant, out: &mut Vec<u8>) -> Written {
    let mut list = Parts::begin(out);
    for part in &answer.parts {
        match part {
            AssistantPart::Text(text) if !text.text.is_empty() => {
                list.part(&Part::Text { text: &text.text })?;
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

fn describe(part: &OutcomePart) -> String {
    match part {
        OutcomePart::Image(image) => media::describe("image", image),
        OutcomePart::Audio(audio) => media::describe("audio", audio),
        OutcomePart::Document(document) => media::describe("document", &document.media),
        part => part.as_text().unwrap_or_default().to_owned(),
    }
}

/// A list of parts being written.
struct Parts<'o> {
    out: &'o mut Vec<u8>,
    separated: Separated,
}

impl<'o> Parts<'o> {
    fn begin(out: &'o mut Vec<u8>) -> Self {
        out.push(b'[');
        let separated = Separated::new();
        Parts { out, separated }
    }

    fn part(&mut self, part: &Part<'_>) -> Written {
        self.separated.next(self.out);
        write_json(self.out, part)
    }

    fn marked(&mut self, part: &Part<'_>, mark: Option<CacheTime>) -> Written {
        self.part(part)?;
        self.mark(mark);
        Ok(())
    }

    /// Marks the part that was written last.
    fn mark(&mut self, mark: Option<CacheTime>) {
        if let Some(time) = mark
            && self.out.last() == Some(&b'}')
        {
            self.out.pop();
            marks::member(time, self.out);
            self.out.push(b'}');
        }
    }

    fn end(self) {
        self.out.push(b']');
    }
}
