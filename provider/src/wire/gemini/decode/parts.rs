//! The parts of an answer, but for calls.

use std::cell::OnceCell;
use std::collections::VecDeque;

use serde_json::value::RawValue;
use windlass_core::{Event, Item, JsonText, Media, ModelError, PartIndex, Seal, Source, Text};

use super::GeminiDecoder;
use crate::json::{JsonStr, Key, wire_object};
use crate::wire::gemini::shape::Part;

/// What a piece of text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Thinking,
}

impl Kind {
    /// The kind of a part that is a piece of text.
    pub(super) fn of(part: &Part<'_>) -> Self {
        if part.thought {
            Kind::Thinking
        } else {
            Kind::Text
        }
    }

    fn event(self, part: PartIndex, text: Text) -> Event {
        match self {
            Kind::Text => Event::Text { part, text },
            Kind::Thinking => Event::Thinking { part, text },
        }
    }
}

impl GeminiDecoder {
    /// Takes a part; `at` finds it again in its raw form.
    pub(super) fn part(
        &mut self,
        part: &Part<'_>,
        at: (&RawParts<'_>, usize),
        events: &mut VecDeque<Event>,
    ) -> Result<(), ModelError> {
        if let Some(call) = &part.call {
            return self.call(call, &part.signature, events);
        }
        if let Some(text) = &part.text {
            let kind = Kind::of(part);
            if part.signature.is_empty() {
                self.text(kind, text, events);
            } else {
                self.signed_text(kind, text, &part.signature, events);
            }
            return Ok(());
        }
        match media(part) {
            Some(media) => self.media(media, &part.signature, events),
            None => self.item(at, events),
        }
        Ok(())
    }

    /// A piece of text: it continues the part before it if that is of its kind.
    pub(super) fn text(&mut self, kind: Kind, text: &JsonStr<'_>, events: &mut VecDeque<Event>) {
        if text.is_empty() {
            return;
        }
        let part = match self.open {
            Some((part, open)) if open == kind => part,
            _ => self.open_text(kind, events),
        };
        let text = self.deltas.piece(part, text);
        events.extend(text.map(|text| kind.event(part, text)));
        if kind == Kind::Text {
            self.attach_early(part, events);
        }
    }

    /// A text with a signature, which is a part of its own: the signature must go back on exactly this text (82, 83).
    fn signed_text(
        &mut self,
        kind: Kind,
        text: &JsonStr<'_>,
        signature: &JsonStr<'_>,
        events: &mut VecDeque<Event>,
    ) {
        self.close(events);
        let is_citable = kind == Kind::Text && !text.is_empty();
        let part = if is_citable {
            self.open_text(kind, events)
        } else {
            self.new_part()
        };
        self.open = None;
        events.push_back(kind.event(part, text.text()));
        let seal = Box::new(Seal::new().with_signature(signature.text()));
        events.push_back(Event::Seal { part, seal });
        if is_citable {
            self.attach_early(part, events);
        } else {
            events.push_back(Event::PartEnd { part });
        }
    }

    /// A new part of text. Only now the text before it is complete: until here it could have been cited.
    fn open_text(&mut self, kind: Kind, events: &mut VecDeque<Event>) -> PartIndex {
        self.close(events);
        let part = self.new_part();
        self.open = Some((part, kind));
        if kind == Kind::Text {
            let before = self.cited.replace(part);
            events.extend(before.map(|part| Event::PartEnd { part }));
        }
        part
    }

    /// Puts the citations that came before any text on this one, the first.
    fn attach_early(&mut self, part: PartIndex, events: &mut VecDeque<Event>) {
        for mut event in self.early.drain(..) {
            if let Event::Citation { part: cited, .. } = &mut event {
                *cited = part;
            }
            events.push_back(event);
        }
    }

    /// Nothing continues the part that is open, whatever follows.
    pub(super) fn close(&mut self, events: &mut VecDeque<Event>) {
        let Some((part, kind)) = self.open.take() else {
            return;
        };
        events.extend(self.deltas.end(part).map(|text| kind.event(part, text)));
        if kind == Kind::Thinking {
            events.push_back(Event::PartEnd { part });
        }
    }

    /// A picture or recording.
    fn media(&mut self, media: Media, signature: &JsonStr<'_>, events: &mut VecDeque<Event>) {
        self.close(events);
        let part = self.new_part();
        let media = Box::new(media);
        events.push_back(Event::Media { part, media });
        if !signature.is_empty() {
            let seal = Box::new(Seal::new().with_signature(signature.text()));
            events.push_back(Event::Seal { part, seal });
        }
        events.push_back(Event::PartEnd { part });
    }

    /// A part of any other kind, as it came: code and its result, a hosted tool's call and response.
    fn item(&mut self, (raw, place): (&RawParts<'_>, usize), events: &mut VecDeque<Event>) {
        let Some((kind, json)) = raw.get(place) else {
            return;
        };
        self.close(events);
        self.push_item(kind, json, events);
    }

    fn push_item(&mut self, kind: Text, json: JsonText, events: &mut VecDeque<Event>) {
        let part = self.new_part();
        let item = Box::new(Item::new(kind, json));
        events.push_back(Event::Item { part, item });
        events.push_back(Event::PartEnd { part });
    }
}

/// The media of a part. Media that belongs to the thoughts is no part of the answer; it stays an item.
fn media(part: &Part<'_>) -> Option<Media> {
    if part.thought {
        return None;
    }
    let inline = part.inline.as_ref();
    let inline = inline.map(|blob| Media::new(blob.mime.text(), Source::Base64(blob.data.text())));
    inline.or_else(|| {
        let file = part.file.as_ref()?;
        Some(Media::from_url(file.mime.text(), file.uri.text()))
    })
}

/// The parts of a candidate in their raw form, looked up only when one is of a kind that is passed on as it came.
pub(super) struct RawParts<'a> {
    chunk: &'a [u8],
    candidate: usize,
    parts: OnceCell<Vec<Option<&'a RawValue>>>,
}

wire_object! {
    struct Chunk<'a> {
        "candidates" => candidates: Vec<Option<Candidate<'a>>>,
    }
}

wire_object! {
    struct Candidate<'a> {
        "content" => content: Content<'a>,
    }
}

wire_object! {
    struct Content<'a> {
        "parts" => parts: Vec<Option<&'a RawValue>>,
    }
}

impl<'a> RawParts<'a> {
    pub(super) fn new(chunk: &'a [u8], candidate: usize) -> Self {
        RawParts {
            chunk,
            candidate,
            parts: OnceCell::new(),
        }
    }

    /// The kind and the text of a part; `None` for one without members.
    fn get(&self, place: usize) -> Option<(Text, JsonText)> {
        let parts = self.parts.get_or_init(|| {
            let chunk: Chunk<'a> = serde_json::from_slice(self.chunk).unwrap_or_default();
            let candidate = chunk.candidates.into_iter().flatten().nth(self.candidate);
            candidate.unwrap_or_default().content.parts
        });
        let raw = parts.iter().flatten().nth(place)?;
        Some((kind(raw)?, JsonText::from(*raw)))
    }
}

/// The member that says what a part is: the first that is not about the part.
fn kind(part: &RawValue) -> Option<Text> {
    let members: Members<'_> = serde_json::from_str(part.get()).ok()?;
    let mut names = members.0.iter().map(|key| &*key.0);
    let content = names.clone().find(|name| !ABOUT.contains(name));
    content.or_else(|| names.next()).map(Text::from)
}

/// Members that say something about a part and are not its content.
const ABOUT: &[&str] = &[
    "thoughtSignature",
    "thought",
    "partMetadata",
    "videoMetadata",
];

/// The names of an object's members.
struct Members<'a>(Vec<Key<'a>>);

impl<'de: 'a, 'a> serde::Deserialize<'de> for Members<'a> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Names;

        impl<'de> serde::de::Visitor<'de> for Names {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: serde::de::MapAccess<'de>>(
                self,
                mut map: A,
            ) -> Result<Self::Value, A::Error> {
                let mut names = Vec::new();
                while let Some(name) = map.next_key()? {
                    names.push(name);
                    map.next_value::<serde::de::IgnoredAny>()?;
                }
                Ok(Members(names))
            }
        }

        deserializer.deserialize_map(Names)
    }
}
