//! Reading the JSON that hosts really send: typed, borrowed, parsed once, and forgiving where hosts are careless.
//!
//! `serde_derive` refuses a key that comes twice, `null` for a list, `10.0` for a count, and half of a surrogate pair;
//! all of them occur. [`wire_object!`](crate::json::wire_object) makes a struct that takes them: the last value of a key
//! that is not `null` holds, and keys it does not know are skipped.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, Visitor};
use windlass_core::{Event, PartIndex, Text};

#[cfg(test)]
mod tests;

/// A JSON string, borrowed unless it has escapes. It may hold halves of surrogate pairs, which [`Deltas`] joins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct JsonStr<'a>(Cow<'a, [u8]>);

impl JsonStr<'_> {
    /// The string, with U+FFFD for what is no character.
    pub(crate) fn text(&self) -> Text {
        match std::str::from_utf8(&self.0) {
            Ok(text) => Text::from(text),
            Err(_) => Text::from(Surrogate::join(None, &self.0).0),
        }
    }

    /// The string if it is one, for comparisons with known words.
    pub(crate) fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for JsonStr<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Bytes;

        impl<'de> Visitor<'de> for Bytes {
            type Value = JsonStr<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_borrowed_bytes<E: Error>(self, bytes: &'de [u8]) -> Result<Self::Value, E> {
                Ok(JsonStr(Cow::Borrowed(bytes)))
            }

            fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Self::Value, E> {
                Ok(JsonStr(Cow::Owned(bytes.to_vec())))
            }

            fn visit_byte_buf<E: Error>(self, bytes: Vec<u8>) -> Result<Self::Value, E> {
                Ok(JsonStr(Cow::Owned(bytes)))
            }

            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
                self.visit_borrowed_bytes(text.as_bytes())
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
                self.visit_bytes(text.as_bytes())
            }
        }

        deserializer.deserialize_bytes(Bytes)
    }
}

/// A count as hosts write it: `10`, `10.0`, `"10"`; anything else that is no count is unknown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Count(pub(crate) Option<u64>);

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Number;

        impl<'de> Visitor<'de> for Number {
            type Value = Count;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a count")
            }

            fn visit_u64<E: Error>(self, count: u64) -> Result<Count, E> {
                Ok(Count(Some(count)))
            }

            fn visit_i64<E: Error>(self, count: i64) -> Result<Count, E> {
                Ok(Count(u64::try_from(count).ok()))
            }

            fn visit_f64<E: Error>(self, count: f64) -> Result<Count, E> {
                // A float casts to the nearest count there is.
                Ok(Count((count >= 0.0).then_some(count as u64)))
            }

            fn visit_str<E: Error>(self, count: &str) -> Result<Count, E> {
                Ok(Count(count.trim().parse().ok()))
            }

            fn visit_unit<E: Error>(self) -> Result<Count, E> {
                Ok(Count(None))
            }
        }

        deserializer.deserialize_any(Number)
    }
}

/// Turns pieces of text into events, joining halves of surrogate pairs that a host cut apart.
///
/// A high half at the end of a piece is held back until the next piece of the same part, or the part's end.
#[derive(Clone, Debug, Default)]
pub(crate) struct Deltas {
    held: Vec<(PartIndex, Surrogate)>,
}

/// A high half that waits for its low half.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Surrogate(u16);

impl Deltas {
    /// The words that `piece` adds to `part`; `None` when it adds none yet.
    pub(crate) fn piece(&mut self, part: PartIndex, piece: &JsonStr<'_>) -> Option<Text> {
        if self.held.is_empty()
            && let Ok(text) = std::str::from_utf8(&piece.0)
        {
            return (!text.is_empty()).then(|| Text::from(text));
        }
        let before = self.take(part);
        let (text, after) = Surrogate::join(before, &piece.0);
        self.held.extend(after.map(|half| (part, half)));
        (!text.is_empty()).then(|| Text::from(text))
    }

    /// Ends `part`: a half that was held back becomes U+FFFD.
    pub(crate) fn end(&mut self, part: PartIndex) -> Option<Text> {
        self.take(part)
            .map(|_| Text::from(char::REPLACEMENT_CHARACTER))
    }

    /// Ends all parts, in their order; `event` makes the event of a half that was held back.
    pub(crate) fn finish(&mut self, event: impl Fn(PartIndex, Text) -> Event) -> Vec<Event> {
        let lone = |(part, _)| event(part, Text::from(char::REPLACEMENT_CHARACTER));
        self.held.sort_by_key(|(part, _)| *part);
        self.held.drain(..).map(lone).collect()
    }

    fn take(&mut self, part: PartIndex) -> Option<Surrogate> {
        let at = self.held.iter().position(|(held, _)| *held == part)?;
        Some(self.held.swap_remove(at).1)
    }
}

impl Surrogate {
    /// The characters of `bytes`, which may hold surrogates in their three-byte form, after a held high half; and the
    /// high half that stands at the end.
    fn join(mut held: Option<Surrogate>, mut bytes: &[u8]) -> (String, Option<Surrogate>) {
        let mut text = String::with_capacity(bytes.len());
        while !bytes.is_empty() {
            if let Some((half, rest)) = Self::split_first(bytes) {
                held = Self::after(held, half, &mut text);
                bytes = rest;
                continue;
            }
            if held.take().is_some() {
                text.push(char::REPLACEMENT_CHARACTER);
            }
            bytes = Self::push_valid(bytes, &mut text);
        }
        (text, held)
    }

    /// Takes in a half: a low one completes the held high one, a high one is held from now on.
    fn after(held: Option<Surrogate>, half: u16, text: &mut String) -> Option<Surrogate> {
        match (held, half) {
            (Some(Surrogate(high)), 0xdc00..) => {
                let joined = char::decode_utf16([high, half]).next();
                text.push(
                    joined
                        .and_then(Result::ok)
                        .unwrap_or(char::REPLACEMENT_CHARACTER),
                );
                None
            }
            (Some(_), _) => {
                text.push(char::REPLACEMENT_CHARACTER);
                Some(Surrogate(half))
            }
            (None, 0xdc00..) => {
                text.push(char::REPLACEMENT_CHARACTER);
                None
            }
            (None, _) => Some(Surrogate(half)),
        }
    }

    /// The surrogate that `bytes` begin with.
    fn split_first(bytes: &[u8]) -> Option<(u16, &[u8])> {
        match bytes {
            [0xed, second @ 0xa0..=0xbf, third @ 0x80..=0xbf, rest @ ..] => {
                let half = 0xd000 | u16::from(second & 0x3f) << 6 | u16::from(third & 0x3f);
                Some((half, rest))
            }
            _ => None,
        }
    }

    /// Adds what is valid up to the next surrogate or broken byte; a broken byte becomes U+FFFD.
    fn push_valid<'b>(bytes: &'b [u8], text: &mut String) -> &'b [u8] {
        let valid = match std::str::from_utf8(bytes) {
            Ok(all) => all.len(),
            Err(error) => error.valid_up_to(),
        };
        let (good, rest) = bytes.split_at(valid);
        text.push_str(std::str::from_utf8(good).unwrap_or_default());
        if rest.is_empty() || Self::split_first(rest).is_some() {
            return rest;
        }
        text.push(char::REPLACEMENT_CHARACTER);
        &rest[1..]
    }
}

/// A key of an object.
pub(crate) struct Key<'a>(pub(crate) Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Key<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Name;

        impl<'de> Visitor<'de> for Name {
            type Value = Key<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a key")
            }

            fn visit_borrowed_str<E: Error>(self, key: &'de str) -> Result<Key<'de>, E> {
                Ok(Key(Cow::Borrowed(key)))
            }

            fn visit_str<E: Error>(self, key: &str) -> Result<Key<'de>, E> {
                Ok(Key(Cow::Owned(key.to_owned())))
            }
        }

        deserializer.deserialize_str(Name)
    }
}

/// Declares a struct with the keys a host uses for each field; several keys for one field are alternatives.
///
/// Every field type has a default, which stands where the key is missing or `null`.
macro_rules! wire_object {
    (
        $(#[$meta:meta])*
        $vis:vis struct $name:ident $(<$life:lifetime>)? {
            $( $(#[$field_meta:meta])* $($key:literal)|+ => $field:ident: $type:ty ),* $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Default)]
        $vis struct $name $(<$life>)? {
            $( $(#[$field_meta])* $vis $field: $type, )*
        }

        impl<'de $(: $life, $life)?> serde::de::Deserialize<'de> for $name $(<$life>)? {
            fn deserialize<D: serde::de::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Object<T>(std::marker::PhantomData<T>);

                impl<'de $(: $life, $life)?> serde::de::Visitor<'de> for Object<$name $(<$life>)?> {
                    type Value = $name $(<$life>)?;

                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str("an object")
                    }

                    fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                        let mut object = Self::Value::default();
                        while let Some(key) = map.next_key::<$crate::json::Key<'de>>()? {
                            match &*key.0 {
                                $( $($key)|+ => {
                                    if let Some(value) = map.next_value::<Option<$type>>()? {
                                        object.$field = value;
                                    }
                                } )*
                                _ => {
                                    map.next_value::<serde::de::IgnoredAny>()?;
                                }
                            }
                        }
                        Ok(object)
                    }
                }

                deserializer.deserialize_map(Object(std::marker::PhantomData))
            }
        }
    };
}

pub(crate) use wire_object;
