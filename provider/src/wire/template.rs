//! Hosts write every event of a stream alike, but for a few words and numbers. When all bytes around those are the same
//! as last time, they mean the same, and only what differs needs to be read.

use memchr::memmem;
use serde::de::IgnoredAny;

use crate::json::JsonStr;

#[cfg(test)]
mod tests;

/// After how many events that were learned in vain the template pauses, and for how many events.
const PATIENCE: u32 = 4;
const PAUSE: u32 = 16;

/// The last event with holes where the next one may differ.
#[derive(Debug)]
pub(crate) struct Template<P> {
    holes: &'static [Hole],
    known: Option<P>,
    /// How many events were learned since one was recalled.
    in_vain: u32,
    /// What stands between the holes, one after the other.
    literals: Vec<u8>,
    marks: Vec<Mark>,
}

/// A member whose value differs from event to event.
#[derive(Debug)]
pub(crate) struct Hole {
    /// The member's name in its quotes, and the colon.
    pub(crate) key: &'static str,
    pub(crate) value: Value,
}

/// What fills a hole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    /// The string that the event is about.
    Words,
    /// A string that no decoder reads.
    Padding,
    /// A whole number that no decoder reads.
    Number,
    /// A whole number that the decoder reads; only one hole of a template may be one.
    Count,
}

/// A hole after the literal that ends at `literal`.
#[derive(Clone, Copy, Debug)]
struct Mark {
    literal: usize,
    value: Value,
}

/// What an event says that is the last one but for this.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Recalled<'a, P> {
    pub(crate) about: P,
    pub(crate) words: JsonStr<'a>,
    pub(crate) count: Option<u64>,
}

/// A part of an event that is a hole.
type Span = (usize, usize, Value);

impl<P: Copy> Template<P> {
    pub(crate) fn new(holes: &'static [Hole]) -> Self {
        Template {
            holes,
            known: None,
            in_vain: 0,
            literals: Vec::new(),
            marks: Vec::new(),
        }
    }

    /// What is new in an event that is alike the last one.
    pub(crate) fn recall<'a>(&mut self, event: &'a [u8]) -> Option<Recalled<'a, P>> {
        let about = self.known?;
        let (mut rest, mut from) = (event, 0);
        let (mut words, mut count) = (JsonStr::default(), None);
        for mark in &self.marks {
            rest = rest.strip_prefix(&self.literals[from..mark.literal])?;
            from = mark.literal;
            match mark.value {
                Value::Words => (words, rest) = string(rest)?,
                Value::Padding => rest = skip_string(rest)?,
                Value::Number => rest = number(rest)?.1,
                Value::Count => {
                    let (found, after) = number(rest)?;
                    (count, rest) = (Some(found), after);
                }
            }
        }
        if rest != &self.literals[from..] {
            return None;
        }
        self.in_vain = 0;
        Some(Recalled {
            about,
            words,
            count,
        })
    }

    /// Remembers an event that said nothing but `words`, a string of it without escapes, and `count`. A host whose events
    /// are never alike is looked at only now and then.
    pub(crate) fn learn(&mut self, event: &[u8], words: &str, count: Option<u64>, about: P) {
        self.known = None;
        self.in_vain = (self.in_vain + 1) % (PATIENCE + PAUSE);
        if self.in_vain > PATIENCE {
            return;
        }
        let Some(spans) = self.spans(event, words, count) else {
            return;
        };
        self.literals.clear();
        self.marks.clear();
        let mut from = 0;
        for (start, end, value) in spans {
            self.literals.extend_from_slice(&event[from..start]);
            let literal = self.literals.len();
            self.marks.push(Mark { literal, value });
            from = end;
        }
        self.literals.extend_from_slice(&event[from..]);
        self.known = Some(about);
    }

    pub(crate) fn forget(&mut self) {
        self.known = None;
    }

    /// Where the holes of an event are, in order; `None` where it cannot be told for sure.
    fn spans(&self, event: &[u8], words: &str, count: Option<u64>) -> Option<Vec<Span>> {
        let start = (words.as_ptr() as usize).wrapping_sub(event.as_ptr() as usize);
        let end = start.checked_add(words.len())?;
        // Outside of the event there are only strings that were unescaped, and a slice of it is between quotes.
        let (before, after) = (event.get(..start)?, event.get(end..)?);
        if !before.ends_with(b"\"") || !after.starts_with(b"\"") {
            return None;
        }
        let mut spans = vec![(start - 1, end + 1, Value::Words)];
        for hole in self.holes {
            spans.extend(hole.find(event));
        }
        spans.sort_unstable_by_key(|(start, _, _)| *start);
        let apart = spans.windows(2).all(|pair| pair[0].1 <= pair[1].0);
        (apart && self.agrees(event, &spans, count)).then_some(spans)
    }

    /// Whether the count that was read of the event is the one in the hole.
    fn agrees(&self, event: &[u8], spans: &[Span], count: Option<u64>) -> bool {
        let Some(hole) = self.holes.iter().find(|hole| hole.value == Value::Count) else {
            return true;
        };
        let mut counts = spans.iter().filter(|(_, _, value)| *value == Value::Count);
        let found = counts
            .next()
            .and_then(|(start, _, _)| number(&event[*start..]));
        found.map(|(found, _)| found) == count
            && memmem::find_iter(event, hole.key).count() == usize::from(count.is_some())
    }
}

impl Hole {
    /// Where the first member of this name has its value.
    fn find(&self, event: &[u8]) -> Option<Span> {
        let colon = memmem::find(event, self.key.as_bytes())? + self.key.len();
        let spaces = event[colon..].iter().take_while(|byte| **byte == b' ');
        let start = colon + spaces.count();
        let rest = match self.value {
            Value::Words | Value::Padding => skip_string(&event[start..])?,
            Value::Number | Value::Count => number(&event[start..])?.1,
        };
        Some((start, event.len() - rest.len(), self.value))
    }
}

/// The JSON string that `bytes` begin with, and what follows it.
fn string(bytes: &[u8]) -> Option<(JsonStr<'_>, &[u8])> {
    let mut values = serde_json::Deserializer::from_slice(bytes).into_iter::<JsonStr<'_>>();
    let string = values.next()?.ok()?;
    let rest = bytes.get(values.byte_offset()..)?;
    bytes.starts_with(b"\"").then_some((string, rest))
}

/// What follows the JSON string that `bytes` begin with, which is checked as a member is that nobody reads.
fn skip_string(bytes: &[u8]) -> Option<&[u8]> {
    let mut values = serde_json::Deserializer::from_slice(bytes).into_iter::<IgnoredAny>();
    values.next()?.ok()?;
    let rest = bytes.get(values.byte_offset()..)?;
    bytes.starts_with(b"\"").then_some(rest)
}

/// The whole number that `bytes` begin with, written as JSON wants it, and what follows it.
fn number(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let digits = bytes
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    let (digits, rest) = bytes.split_at(digits);
    let is_plain = matches!(digits, [b'0'] | [b'1'..=b'9', ..]);
    let ends = matches!(rest.first(), Some(b',' | b'}' | b' '));
    // More digits than these may not fit.
    if !is_plain || !ends || digits.len() > 19 {
        return None;
    }
    let value = |sum: u64, digit: &u8| sum * 10 + u64::from(digit - b'0');
    Some((digits.iter().fold(0, value), rest))
}
