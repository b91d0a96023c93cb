//! A content block that is still open.

use std::collections::VecDeque;

use serde_json::value::RawValue;
use windlass_core::{
    CallId, CallKey, CallSlots, CallStart, Citation, Event, JsonText, PartIndex, Seal, Slot, Text,
};

use super::item::OpenItem;
use super::shapes::{CitationBody, Delta, Head, TextBlock, ThinkingBlock, ToolUse};
use crate::json::{Deltas, JsonStr};

/// A content block, from its start to its stop.
#[derive(Debug)]
pub(super) struct Block {
    index: u64,
    part: PartIndex,
    kind: Kind,
    /// Whether an event has opened the part. A text or thinking without words and seal never becomes one.
    opened: bool,
    /// What the first delta of this block began with, up to the text that was new; empty where no delta can be told by
    /// its beginning.
    prefix: Option<String>,
}

#[derive(Debug)]
enum Kind {
    Text,
    Thinking,
    Call {
        /// The input that the block began with; it counts when nothing is streamed.
        input: Option<JsonText>,
        caller: Option<JsonText>,
        streamed: bool,
    },
    Item(Box<OpenItem>),
}

/// What a block needs to open.
pub(super) struct Opening<'d> {
    pub(super) index: u64,
    pub(super) part: PartIndex,
    pub(super) calls: &'d mut CallSlots,
    pub(super) deltas: &'d mut Deltas,
}

impl Block {
    /// Opens a block, with what it brings at once.
    pub(super) fn open(
        opening: Opening<'_>,
        raw: &RawValue,
        events: &mut VecDeque<Event>,
    ) -> Result<Self, serde_json::Error> {
        let json = raw.get();
        let head: Head<'_> = serde_json::from_str(json)?;
        let (index, part) = (opening.index, opening.part);
        match head.kind.as_str() {
            "text" => {
                let text: TextBlock<'_> = serde_json::from_str(json)?;
                let mut block = Block::new(index, part, Kind::Text);
                block.piece(&text.text, opening.deltas, events);
                for citation in text.citations {
                    block.cite(citation, events);
                }
                Ok(block)
            }
            "thinking" | "redacted_thinking" => {
                let thinking: ThinkingBlock<'_> = serde_json::from_str(json)?;
                let mut block = Block::new(index, part, Kind::Thinking);
                block.piece(&thinking.thinking, opening.deltas, events);
                block.sign(&thinking.signature, events);
                block.encrypt(&thinking.data, events);
                Ok(block)
            }
            "tool_use" => {
                let call: ToolUse<'_> = serde_json::from_str(json)?;
                Ok(Block::call(opening, &call, events))
            }
            kind => Ok(Block::new(
                index,
                part,
                Kind::Item(Box::new(OpenItem::new(kind, raw))),
            )),
        }
    }

    /// A block whose first delta, of this type, came without a start.
    pub(super) fn unannounced(index: u64, part: PartIndex, delta: &str) -> Option<Self> {
        match delta {
            "text_delta" => Some(Block::new(index, part, Kind::Text)),
            "thinking_delta" => Some(Block::new(index, part, Kind::Thinking)),
            _ => None,
        }
    }

    fn new(index: u64, part: PartIndex, kind: Kind) -> Self {
        Block {
            index,
            part,
            kind,
            opened: false,
            prefix: None,
        }
    }

    fn call(opening: Opening<'_>, call: &ToolUse<'_>, events: &mut VecDeque<Event>) -> Self {
        let part = opening.part;
        let id = call.id.as_ref().map(JsonStr::text);
        // The part's number is new with each block, so a used index opens a call of its own.
        let key = CallKey {
            index: Some(u64::from(part.0)),
            id: id.as_deref(),
            begins: true,
        };
        let id = match opening.calls.slot(key, &mut || part) {
            Slot::Opened { id, .. } => id,
            Slot::Continued(_) => CallId::from(id.unwrap_or_default()),
        };
        let start = Box::new(CallStart::new(id, call.name.text()));
        events.push_back(Event::Call { part, call: start });
        let caller: Option<JsonText> = call.caller.map(JsonText::from);
        if let Some(caller) = &caller
            && let Ok(extra) = JsonText::parse(format!(r#"{{"caller":{caller}}}"#))
        {
            let seal = Box::new(Seal::new().with_extra(extra));
            events.push_back(Event::Seal { part, seal });
        }
        let kind = Kind::Call {
            input: call.input.map(JsonText::from),
            caller,
            streamed: false,
        };
        let mut block = Block::new(opening.index, part, kind);
        block.opened = true;
        block
    }

    pub(super) fn index(&self) -> u64 {
        self.index
    }

    pub(super) fn is_call(&self) -> bool {
        matches!(self.kind, Kind::Call { .. })
    }

    /// Takes an event that begins like the first delta of this block; `false` when it may be anything else.
    ///
    /// Equal bytes mean equal things, so only the text that is new is parsed.
    pub(super) fn continues(
        &mut self,
        json: &str,
        deltas: &mut Deltas,
        events: &mut VecDeque<Event>,
    ) -> bool {
        let prefix = self.prefix.as_deref().unwrap_or_default();
        let Some(rest) = json.strip_prefix(prefix).filter(|_| !prefix.is_empty()) else {
            return false;
        };
        match last_string(rest) {
            Some(piece) => self.piece(&piece, deltas, events),
            None => return false,
        }
        true
    }

    /// Learns what the deltas of this block begin with, from the first that has any words.
    fn learn(&mut self, json: &str, key: &str, piece: &JsonStr<'_>) {
        if self.prefix.is_some() || piece.is_empty() {
            return;
        }
        // A quote inside a string has a backslash, so this is the key, and the only one with that name if its value ends
        // the event.
        let value = json.match_indices(key).find_map(|(at, _)| {
            let value = json[at + key.len()..].trim_start().strip_prefix(':')?;
            Some(value.trim_start())
        });
        let value = value.filter(|value| last_string(value).as_ref() == Some(piece));
        let prefix = value.and_then(|value| json.strip_suffix(value));
        self.prefix = Some(prefix.unwrap_or_default().to_owned());
    }

    /// Takes a delta of a type that belongs to this kind of block; `false` when it does not.
    pub(super) fn extend(
        &mut self,
        delta: &Delta<'_>,
        json: &str,
        deltas: &mut Deltas,
        events: &mut VecDeque<Event>,
    ) -> bool {
        let (key, piece) = match (delta.kind.as_str(), &self.kind) {
            ("text_delta", Kind::Text) => (r#""text""#, &delta.text),
            ("thinking_delta", Kind::Thinking) => (r#""thinking""#, &delta.thinking),
            ("input_json_delta", Kind::Call { .. } | Kind::Item(_)) => {
                (r#""partial_json""#, &delta.partial_json)
            }
            _ => return self.seal_or_cite(delta, events),
        };
        self.piece(piece, deltas, events);
        self.learn(json, key, piece);
        true
    }

    fn seal_or_cite(&mut self, delta: &Delta<'_>, events: &mut VecDeque<Event>) -> bool {
        match (delta.kind.as_str(), &self.kind) {
            ("signature_delta", Kind::Thinking) => self.sign(&delta.signature, events),
            ("citations_delta", Kind::Text) => match delta.citation {
                Some(citation) => self.cite(citation, events),
                None => return false,
            },
            _ => return false,
        }
        true
    }

    /// Takes a delta of any other type into a block that is kept whole; `false` for other blocks.
    pub(super) fn merge(&mut self, delta: Option<&RawValue>) -> bool {
        match (&mut self.kind, delta) {
            (Kind::Item(item), Some(delta)) => item.merge(delta),
            _ => false,
        }
    }

    /// Ends the block, with what was held back.
    pub(super) fn close(&mut self, deltas: &mut Deltas, events: &mut VecDeque<Event>) {
        let part = self.part;
        if let Some(lone) = deltas.end(part) {
            self.words(lone, events);
        }
        match &mut self.kind {
            Kind::Call {
                input: Some(input),
                streamed: false,
                ..
            } => {
                let text = input.text().clone();
                events.push_back(Event::Arguments { part, text });
            }
            Kind::Item(item) => {
                let item = Box::new(item.whole());
                events.push_back(Event::Item { part, item });
                self.opened = true;
            }
            _ => {}
        }
        if self.opened {
            events.push_back(Event::PartEnd { part });
        }
    }

    /// The part, if it can carry a seal, and what its seal has already.
    pub(super) fn into_sealable(self) -> Option<(PartIndex, Option<JsonText>)> {
        match self.kind {
            _ if !self.opened => None,
            Kind::Text | Kind::Thinking => Some((self.part, None)),
            Kind::Call { caller, .. } => Some((self.part, caller)),
            Kind::Item(_) => None,
        }
    }

    fn piece(&mut self, piece: &JsonStr<'_>, deltas: &mut Deltas, events: &mut VecDeque<Event>) {
        if let Some(text) = deltas.piece(self.part, piece) {
            self.words(text, events);
        }
    }

    fn words(&mut self, text: Text, events: &mut VecDeque<Event>) {
        let part = self.part;
        self.opened = true;
        match &mut self.kind {
            Kind::Text => events.push_back(Event::Text { part, text }),
            Kind::Thinking => events.push_back(Event::Thinking { part, text }),
            Kind::Call { streamed, .. } => {
                *streamed = true;
                events.push_back(Event::Arguments { part, text });
            }
            Kind::Item(item) => item.push_input(&text),
        }
    }

    fn sign(&mut self, signature: &JsonStr<'_>, events: &mut VecDeque<Event>) {
        if !signature.is_empty() {
            self.seal(Seal::new().with_signature(signature.text()), events);
        }
    }

    fn encrypt(&mut self, data: &JsonStr<'_>, events: &mut VecDeque<Event>) {
        if !data.is_empty() {
            self.seal(Seal::new().with_encrypted(data.text()), events);
        }
    }

    fn seal(&mut self, seal: Seal, events: &mut VecDeque<Event>) {
        self.open_part(events);
        events.push_back(Event::Seal {
            part: self.part,
            seal: Box::new(seal),
        });
    }

    fn cite(&mut self, raw: &RawValue, events: &mut VecDeque<Event>) {
        self.open_part(events);
        let mut citation = Citation::new(raw.into());
        if let Ok(body) = serde_json::from_str::<CitationBody<'_>>(raw.get()) {
            let text = |value: Option<JsonStr<'_>>| value.map(|value| value.text());
            let source = text(body.source).filter(|source| source.starts_with("http"));
            citation.url = text(body.url).or(source);
            citation.title = text(body.title).or(text(body.document_title));
            citation.quote = text(body.cited_text);
        }
        events.push_back(Event::Citation {
            part: self.part,
            citation: Box::new(citation),
        });
    }

    /// Opens a part that has no words yet.
    fn open_part(&mut self, events: &mut VecDeque<Event>) {
        if !self.opened {
            self.words(Text::new(), events);
        }
    }
}

/// The string that `rest` begins with, if nothing but the ends of the delta and of the event follows; hosts pad those
/// with spaces.
fn last_string(rest: &str) -> Option<JsonStr<'_>> {
    let mut values = serde_json::Deserializer::from_str(rest).into_iter::<JsonStr<'_>>();
    let piece = values.next()?.ok()?;
    let end = rest.get(values.byte_offset()..)?;
    let is_space = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n');
    let closes = end.bytes().filter(|byte| !is_space(byte)).eq(*b"}}");
    closes.then_some(piece)
}
