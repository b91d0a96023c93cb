//! Messages, each an object of the list, or several for outcomes.

mod answer;

use windlass_core::{CacheTime, Message, ModelError, Outcome, OutcomePart, UserPart};

use super::marks;
use super::media::{self, Part};
use crate::body::{Separated, write_json};
use crate::codec::Encode;
use crate::wire::media::{named, refused};
use crate::wire::names::EntryIds;
use crate::wire::openai_chat::{CacheMarks, OpenAiChat};
use crate::wire::plain::{self, Pictures};

pub(super) type Written = Result<(), ModelError>;

pub(super) struct Writer<'a> {
    pub(super) dialect: &'a OpenAiChat,
    pub(super) call: &'a Encode<'a>,
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
                parts.marked(
                    &Part::Text {
                        text: text.as_str().into(),
                    },
                    marks::of(marked, at),
                )?;
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
        mut ids: EntryIds<'_>,
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
            Message::Assistant(answer) => self.assistant(answer, &mut ids, out)?,
            Message::Outcomes(outcomes) => {
                let mut separated = Separated::new();
                for (at, outcome) in outcomes.0.iter().enumerate() {
                    separated.next(out);
                    let id = ids.fit(&outcome.call);
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
        parts.marked(&Part::Text { text: text.into() }, mark)?;
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
                UserPart::Text(text) => list.text(text)?,
                part if media::refusal(self.dialect, self.call, part).is_some() => {
                    list.text(&named(part))?;
                }
                UserPart::Document(document) => {
                    if let Some(text) = document.context.as_deref().filter(|it| !it.is_empty()) {
                        list.text(text)?;
                    }
                    list.part(&media::document(self.dialect, document).map_err(refused)?)?;
                }
                part => list.part(&media::media(self.dialect, part).map_err(refused)?)?,
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
            let text = plain::outcome(outcome, Pictures::Named);
            self.text(&text, mark, out)?;
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
        if outcome.status.is_failure() {
            list.text("error:")?;
        }
        for part in &outcome.parts {
            match part {
                OutcomePart::Image(image) if media::image(self.dialect, image).is_ok() => {
                    list.part(&media::image(self.dialect, image).map_err(refused)?)?;
                }
                part => {
                    let text = plain::outcome_part(part);
                    if !text.is_empty() {
                        list.text(&text)?;
                    }
                }
            }
        }
        list.mark(mark);
        list.end();
        Ok(())
    }
}

/// A list of parts being written.
pub(super) struct Parts<'o> {
    out: &'o mut Vec<u8>,
    separated: Separated,
}

impl<'o> Parts<'o> {
    fn begin(out: &'o mut Vec<u8>) -> Self {
        out.push(b'[');
        let separated = Separated::new();
        Parts { out, separated }
    }

    fn text(&mut self, text: &str) -> Written {
        self.part(&Part::Text { text: text.into() })
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
