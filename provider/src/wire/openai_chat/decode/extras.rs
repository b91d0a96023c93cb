//! What few hosts send: citations, sources, audio, pictures, and the call of a time before calls had ids.

use serde_json::value::RawValue;
use windlass_core::{
    Citation, Event, Item, JsonText, Media, PartIndex, Request, Seal, Source, Text,
};

use super::chunk::{Delta, Function};
use super::odd::unknown;
use super::words::Words;
use super::{Events, MEDIA, sealed};
use crate::json::{JsonStr, wire_object};

wire_object! {
    struct Annotation<'a> {
        "type" => kind: JsonStr<'a>,
        "url_citation" => url_citation: Cited<'a>,
    }
}

wire_object! {
    struct Cited<'a> {
        "url" => url: JsonStr<'a>,
        "title" => title: JsonStr<'a>,
        "content" | "snippet" => quote: JsonStr<'a>,
    }
}

wire_object! {
    struct Audio<'a> {
        "id" => id: JsonStr<'a>,
        "data" => data: JsonStr<'a>,
        "transcript" => transcript: JsonStr<'a>,
    }
}

wire_object! {
    struct Image<'a> {
        "image_url" => image_url: ImageUrl<'a>,
    }
}

wire_object! {
    struct ImageUrl<'a> {
        "url" => url: JsonStr<'a>,
    }
}

#[derive(Debug, Default)]
pub(super) struct Extras {
    /// The sources of the newest chunk that had any, because each chunk repeats them all.
    sources: String,
    audio_mime: Text,
    audio: String,
    /// By what the speech goes back to the model.
    audio_id: Text,
    media: u32,
    function_call: Option<(String, String)>,
}

impl Extras {
    pub(super) fn of(request: &Request) -> Self {
        let audio = request.options.extra.get("audio");
        let format = audio.and_then(|audio| audio.get("format")?.as_str());
        Extras {
            audio_mime: format.map_or_else(Text::new, |format| format!("audio/{format}").into()),
            ..Extras::default()
        }
    }

    pub(super) fn has_call(&self) -> bool {
        self.function_call.is_some()
    }

    pub(super) fn take(
        &mut self,
        delta: &Delta<'_>,
        words: &mut Words,
        events: &mut Events,
    ) -> Result<(), serde_json::Error> {
        for raw in list(delta.annotations) {
            annotation(raw, words, events);
        }
        if let Some(audio) = delta.audio {
            self.audio(audio, words, events);
        }
        for raw in list(delta.images) {
            match serde_json::from_str::<Image<'_>>(raw.get()) {
                Ok(image) if !image.image_url.url.is_empty() => {
                    let media = picture(image.image_url.url.text());
                    self.media(media, events);
                }
                _ => events.push_back(unknown("image", raw)),
            }
        }
        if let Some(tools) = delta.executed_tools {
            events.push_back(unknown("executed_tools", tools));
        }
        if let Some(raw) = delta.function_call {
            self.function_call(&serde_json::from_str(raw.get())?);
        }
        Ok(())
    }

    /// Keeps the sources of the answer, the richer form where there are two.
    pub(super) fn sources(&mut self, results: Option<&RawValue>, urls: Option<&RawValue>) {
        if let Some(sources) = results.or(urls) {
            self.sources.clear();
            self.sources.push_str(sources.get());
        }
    }

    pub(super) fn finish(&mut self, words: &mut Words, events: &mut Events) {
        self.end_audio(events);
        let sources = std::mem::take(&mut self.sources);
        let sources: Vec<&RawValue> = serde_json::from_str(&sources).unwrap_or_default();
        for raw in sources {
            let part = words.cited(events);
            let citation = Box::new(source(raw));
            events.push_back(Event::Citation { part, citation });
        }
        if let Some((name, arguments)) = self.function_call.clone() {
            let call = serde_json::json!({"name": name, "arguments": arguments});
            if let Ok(json) = JsonText::of(&call) {
                let item = Box::new(Item::new("function_call", json));
                let part = self.next_media();
                events.push_back(Event::Item { part, item });
            }
        }
    }

    /// Speech comes with its words.
    fn audio(&mut self, raw: &RawValue, words: &mut Words, events: &mut Events) {
        let Ok(audio) = serde_json::from_str::<Audio<'_>>(raw.get()) else {
            return events.push_back(unknown("audio", raw));
        };
        words.content(super::PieceKind::Text, &audio.transcript, events);
        if !audio.id.is_empty() {
            self.audio_id = audio.id.text();
        }
        if self.audio.ends_with('=') && !audio.data.is_empty() {
            self.end_audio(events);
        }
        self.audio.push_str(audio.data.as_str());
    }

    /// Base64 with padding cannot go on: what follows it is a recording of its own.
    fn end_audio(&mut self, events: &mut Events) {
        if !self.audio.is_empty() {
            let data = std::mem::take(&mut self.audio).into();
            let media = Media::new(self.audio_mime.clone(), Source::Base64(data));
            let part = self.media(media, events);
            if !self.audio_id.is_empty() {
                events.push_back(sealed(part, Seal::new().with_id(self.audio_id.clone())));
            }
        }
    }

    fn media(&mut self, media: Media, events: &mut Events) -> PartIndex {
        let part = self.next_media();
        let media = Box::new(media);
        events.push_back(Event::Media { part, media });
        part
    }

    fn next_media(&mut self) -> PartIndex {
        let part = PartIndex(MEDIA + self.media);
        self.media = (self.media + 1).min(MEDIA - 1);
        part
    }

    fn function_call(&mut self, function: &Function<'_>) {
        let arguments = function.arguments.map_or("", |raw| raw.get());
        let arguments = serde_json::from_str::<JsonStr<'_>>(arguments)
            .map_or_else(|_| arguments.into(), |words| words.text());
        match &mut self.function_call {
            Some((_, known)) => known.push_str(&arguments),
            None if function.name.is_empty() => {}
            None => {
                let name = function.name.text().to_string();
                self.function_call = Some((name, arguments.to_string()));
            }
        }
    }
}

/// The items of a list; a value that is no list has none.
fn list(raw: Option<&RawValue>) -> Vec<&RawValue> {
    raw.and_then(|raw| serde_json::from_str(raw.get()).ok())
        .unwrap_or_default()
}

fn annotation(raw: &RawValue, words: &mut Words, events: &mut Events) {
    match serde_json::from_str::<Annotation<'_>>(raw.get()) {
        Ok(annotation) if annotation.kind.as_str() == "url_citation" => {
            let part = words.cited(events);
            let citation = Box::new(cited(raw, &annotation.url_citation));
            events.push_back(Event::Citation { part, citation });
        }
        Ok(annotation) => events.push_back(unknown(annotation.kind.as_str(), raw)),
        Err(_) => events.push_back(unknown("annotation", raw)),
    }
}

/// A source: an object, or nothing but its address.
fn source(raw: &RawValue) -> Citation {
    match serde_json::from_str::<Cited<'_>>(raw.get()) {
        Ok(source) => cited(raw, &source),
        Err(_) => {
            let citation = Citation::new(raw.into());
            match serde_json::from_str::<JsonStr<'_>>(raw.get()) {
                Ok(url) => citation.with_url(url.text()),
                Err(_) => citation,
            }
        }
    }
}

fn cited(raw: &RawValue, source: &Cited<'_>) -> Citation {
    let some = |words: &JsonStr<'_>| (!words.is_empty()).then(|| words.text());
    let mut citation = Citation::new(raw.into());
    citation.url = some(&source.url);
    citation.title = some(&source.title);
    citation.quote = some(&source.quote);
    citation
}

/// A picture at an address, or in it.
fn picture(url: Text) -> Media {
    let inline = url
        .strip_prefix("data:")
        .and_then(|rest| rest.split_once(";base64,"));
    match inline {
        Some((mime, data)) => Media::new(mime, Source::Base64(data.into())),
        None => Media::new("image/*", Source::Url(url)),
    }
}
