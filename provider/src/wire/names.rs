//! Ids of calls and names of tools in the forms that a wire takes, and the names mapped back in its answers.

use std::borrow::Cow;
use std::collections::VecDeque;

use windlass_core::{CallId, Conversation, EncodingKey, Entry, Event, ModelError, Request, Text};

use crate::codec::Decoder;
use crate::frame::Frame;

/// What a wire takes as an id or a name. Other text is replaced by some that is made from it alone, so that it is the same
/// wherever it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Form {
    characters: Characters,
    length: Length,
    /// Whether a digit or a sign but `_` may come first.
    any_first: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Characters {
    Any,
    /// Letters and digits of ASCII, and these.
    Plain(&'static str),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Length {
    UpTo(usize),
    Exactly(usize),
}

/// The longest text that is made where a wire sets no limit, or a higher one.
const LONGEST_MADE: usize = 64;

/// The length of the digest at the end of what is made, with the `_` before it.
const DIGEST: usize = 9;

impl Form {
    /// Any text that is not empty.
    pub(crate) const ANY: Self = Form {
        characters: Characters::Any,
        length: Length::UpTo(usize::MAX),
        any_first: true,
    };

    /// Letters and digits of ASCII, and the characters of `also`.
    pub(crate) const fn plain(also: &'static str) -> Self {
        Form {
            characters: Characters::Plain(also),
            ..Form::ANY
        }
    }

    /// Sets the most bytes that the text may have.
    pub(crate) const fn up_to(mut self, length: usize) -> Self {
        self.length = Length::UpTo(length);
        self
    }

    /// Sets how many bytes the text must have. What is made for other text is digits and small letters.
    pub(crate) const fn exactly(mut self, length: usize) -> Self {
        self.length = Length::Exactly(length);
        self
    }

    /// Says that a letter or `_` must come first.
    pub(crate) const fn with_letter_first(mut self) -> Self {
        self.any_first = false;
        self
    }

    /// The text as the wire takes it.
    pub(crate) fn fit(self, text: &str) -> Cow<'_, str> {
        self.fit_again(text, 0)
    }

    /// The text as the wire takes it, where equal text came this many times before and must be told apart.
    fn fit_again(self, text: &str, times: u32) -> Cow<'_, str> {
        if times == 0 && self.takes(text) {
            return Cow::Borrowed(text);
        }
        let digest = digest(text, times);
        Cow::Owned(match self.length {
            Length::Exactly(length) => in_base_36(digest, length),
            Length::UpTo(longest) => {
                let room = longest.min(LONGEST_MADE).saturating_sub(DIGEST);
                let short = (digest >> 32) ^ (digest & 0xffff_ffff);
                format!("{}_{short:08x}", self.legible(text, room))
            }
        })
    }

    fn takes(self, text: &str) -> bool {
        let fits = match self.length {
            Length::UpTo(longest) => (1..=longest).contains(&text.len()),
            Length::Exactly(length) => text.len() == length,
        };
        fits && self.may_begin(text) && text.chars().all(|character| self.has(character))
    }

    fn has(self, character: char) -> bool {
        match self.characters {
            Characters::Any => true,
            Characters::Plain(also) => {
                character.is_ascii_alphanumeric() || also.contains(character)
            }
        }
    }

    fn may_begin(self, text: &str) -> bool {
        self.any_first
            || text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
    }

    /// The beginning of the text, with `_` for what the wire does not take, in at most `room` bytes.
    fn legible(self, text: &str, room: usize) -> String {
        let mut legible = String::new();
        if !self.may_begin(text) {
            legible.push('_');
        }
        for character in text.chars() {
            let taken = if self.has(character) { character } else { '_' };
            if legible.len() + taken.len_utf8() > room {
                break;
            }
            legible.push(taken);
        }
        legible
    }
}

/// FNV-1a: the same on every machine and in every version.
fn digest(text: &str, times: u32) -> u64 {
    let times = times.to_le_bytes().into_iter().take_while(|_| times > 0);
    text.bytes()
        .chain(times)
        .fold(0xcbf2_9ce4_8422_2325, |digest, byte| {
            (digest ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        })
}

fn in_base_36(mut digest: u64, length: usize) -> String {
    let digits = (0..length).map(|_| {
        let digit = u32::try_from(digest % 36).expect("a remainder of 36");
        digest /= 36;
        char::from_digit(digit, 36).expect("a digit of base 36")
    });
    digits.collect()
}

/// The ids of the calls of a conversation: one that another call had before, in the same answer or an earlier one, is made
/// another.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CallIds<'c>(&'c Conversation);

impl<'c> CallIds<'c> {
    pub(crate) fn of(conversation: &'c Conversation) -> Self {
        CallIds(conversation)
    }

    /// The ids of the calls, or of the outcomes, of the entry at this place.
    pub(crate) fn at(self, place: usize, form: Form) -> EntryIds<'c> {
        let again = self.0.ids_used_before(place);
        EntryIds { form, again }
    }

    /// The bytes of an entry, made by `write` with the ids of its calls or outcomes, and kept.
    pub(crate) fn encoding<'e>(
        self,
        (place, entry): (usize, &'e Entry),
        key: &EncodingKey,
        form: Form,
        write: impl FnOnce(EntryIds<'_>, &mut Vec<u8>) -> Result<(), ModelError>,
    ) -> Result<&'e [u8], ModelError> {
        let ids = self.at(place, form);
        // The bytes depend on what came before, which is not the same in every conversation that has the entry.
        let repeated = (!ids.again.is_empty()).then(|| key.with(&format!("{:?}", ids.again)));
        entry.encoding(repeated.as_ref().unwrap_or(key), |out| write(ids, out))
    }
}

/// The ids of an entry, in the order of its calls or outcomes.
#[derive(Clone, Debug)]
pub(crate) struct EntryIds<'i> {
    form: Form,
    again: &'i [u32],
}

impl EntryIds<'_> {
    /// The next id, as the wire takes it.
    pub(crate) fn fit<'a>(&mut self, id: &'a CallId) -> Cow<'a, str> {
        let times = match self.again {
            [times, rest @ ..] => {
                self.again = rest;
                *times
            }
            [] => 0,
        };
        self.form.fit_again(id.as_str(), times)
    }

    /// The next id, unless the provider gave none.
    pub(crate) fn fit_given<'a>(&mut self, id: &'a CallId) -> Option<Cow<'a, str>> {
        let fitted = self.fit(id);
        (!id.is_synthesised()).then_some(fitted)
    }
}

/// Makes the calls of an answer name the tools of the request as the program does, where the wire takes other names.
pub(crate) fn restore(
    decoder: Box<dyn Decoder>,
    request: &Request,
    form: Form,
) -> Box<dyn Decoder> {
    let names = request.tools.specs().iter().map(|spec| &spec.name);
    let own: Vec<(String, Text)> = names
        .filter(|name| !form.takes(name))
        .map(|name| (form.fit(name).into_owned(), name.clone()))
        .collect();
    if own.is_empty() {
        decoder
    } else {
        Box::new(Restoring { decoder, own })
    }
}

struct Restoring {
    decoder: Box<dyn Decoder>,
    /// The names that the wire has, and the program's.
    own: Vec<(String, Text)>,
}

impl Restoring {
    fn rename(&self, events: &mut VecDeque<Event>, from: usize) {
        for event in events.iter_mut().skip(from) {
            let Event::Call { call, .. } = event else {
                continue;
            };
            if let Some((_, own)) = self.own.iter().find(|(wire, _)| call.name == wire.as_str()) {
                call.name = own.clone();
            }
        }
    }
}

impl Decoder for Restoring {
    fn frame(&mut self, frame: &Frame<'_>, events: &mut VecDeque<Event>) -> Result<(), ModelError> {
        let from = events.len();
        let taken = self.decoder.frame(frame, events);
        self.rename(events, from);
        taken
    }

    fn finish(&mut self, events: &mut VecDeque<Event>) -> Result<(), ModelError> {
        let from = events.len();
        let ended = self.decoder.finish(events);
        self.rename(events, from);
        ended
    }

    fn is_complete(&self) -> bool {
        self.decoder.is_complete()
    }
}

#[cfg(test)]
mod tests;
