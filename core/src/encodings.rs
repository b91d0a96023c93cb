//! What a message or a tool list looks like on a wire, kept beside it once it was made.

use std::fmt;
use std::sync::{Arc, OnceLock};

use crate::Text;

/// Under what an encoding is kept: everything that decides how the bytes come out.
///
/// A codec makes it once, from its wire, its dialect and the model whose opaque parts it may send.
///
/// ```
/// use windlass_core::EncodingKey;
///
/// let key = EncodingKey::new("anthropic/1/claude-sonnet-4-5");
/// assert_eq!(key, EncodingKey::new("anthropic/1/claude-sonnet-4-5"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct EncodingKey(Arc<KeyText>);

/// Clones are told to be equal by where they are; a key that is made for one message shares the long text of its base.
#[derive(Debug, PartialEq, Eq, Hash)]
struct KeyText {
    base: Option<EncodingKey>,
    text: Text,
}

impl EncodingKey {
    /// A key with this text. Equal text must mean equal bytes for the same content.
    pub fn new(text: impl Into<Text>) -> Self {
        EncodingKey(Arc::new(KeyText {
            base: None,
            text: text.into(),
        }))
    }

    /// A key for bytes that also depend on `circumstances`.
    ///
    /// ```
    /// use windlass_core::EncodingKey;
    ///
    /// let key = EncodingKey::new("anthropic/1/claude-sonnet-4-5");
    /// assert_ne!(key.with("second of its id"), key);
    /// ```
    #[must_use]
    pub fn with(&self, circumstances: &str) -> Self {
        EncodingKey(Arc::new(KeyText {
            base: Some(self.clone()),
            text: circumstances.into(),
        }))
    }
}

/// Room that most encodings need no more than, in bytes; what is left of it is given back.
const MOST: usize = 512;

/// The encodings made so far: a list that only grows, read without a lock.
#[derive(Default)]
pub(crate) struct Encodings(OnceLock<Box<Encoding>>);

struct Encoding {
    key: EncodingKey,
    bytes: Box<[u8]>,
    next: Encodings,
}

impl Encodings {
    /// The bytes kept under `key`; where there are none, those that `encode` writes are kept from now on.
    #[inline]
    pub(crate) fn get_or_encode<E>(
        &self,
        key: &EncodingKey,
        encode: impl FnOnce(&mut Vec<u8>) -> Result<(), E>,
    ) -> Result<&[u8], E> {
        match self.get(key) {
            Some(bytes) => Ok(bytes),
            None => self.encode(key, encode),
        }
    }

    #[inline]
    fn get(&self, key: &EncodingKey) -> Option<&[u8]> {
        let mut place = self.0.get();
        while let Some(encoding) = place {
            if encoding.key == *key {
                return Some(&encoding.bytes);
            }
            place = encoding.next.0.get();
        }
        None
    }

    #[cold]
    fn encode<E>(
        &self,
        key: &EncodingKey,
        encode: impl FnOnce(&mut Vec<u8>) -> Result<(), E>,
    ) -> Result<&[u8], E> {
        let mut bytes = Vec::with_capacity(MOST);
        encode(&mut bytes)?;
        let encoding = Encoding {
            key: key.clone(),
            bytes: bytes.into_boxed_slice(),
            next: Encodings::default(),
        };
        Ok(self.keep(Box::new(encoding)))
    }

    /// Hangs the encoding on the end of the list. Two threads may both have made it; each reads the first of a key.
    fn keep(&self, encoding: Box<Encoding>) -> &[u8] {
        let mut place = &self.0;
        let mut encoding = Some(encoding);
        loop {
            let there = place.get_or_init(|| encoding.take().expect("hung in once"));
            match &encoding {
                None => return &there.bytes,
                Some(mine) if mine.key == there.key => return &there.bytes,
                Some(_) => place = &there.next.0,
            }
        }
    }
}

impl fmt::Debug for Encodings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut list = f.debug_list();
        let mut place = self.0.get();
        while let Some(encoding) = place {
            list.entry(&format_args!(
                "{}: {} bytes",
                encoding.key.0.text,
                encoding.bytes.len()
            ));
            place = encoding.next.0.get();
        }
        list.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(encodings: &Encodings, key: &str, makes: &str, expected: &str) {
        let write = |bytes: &mut Vec<u8>| {
            bytes.extend_from_slice(makes.as_bytes());
            Ok::<(), ()>(())
        };
        assert_eq!(
            encodings.get_or_encode(&EncodingKey::new(key), write),
            Ok(expected.as_bytes())
        );
    }

    #[test]
    fn each_key_is_encoded_once() {
        let encodings = Encodings::default();
        check(&encodings, "a", "one", "one");
        check(&encodings, "b", "two", "two");
        check(&encodings, "a", "other", "one");
        check(&encodings, "b", "other", "two");
        assert_eq!(format!("{encodings:?}"), "[a: 3 bytes, b: 3 bytes]");
    }

    // R-25
    #[test]
    fn circumstances_tell_keys_apart() {
        let (one, same) = (EncodingKey::new("a"), EncodingKey::new("a"));
        assert_eq!(one, same);
        assert_eq!(one.with("b"), same.with("b"));
        let others = [
            one.clone(),
            one.with(""),
            one.with("b"),
            one.with("c"),
            one.with("b").with("c"),
            one.with("bc"),
            EncodingKey::new("b").with("b"),
        ];
        for (at, key) in others.iter().enumerate() {
            let equal = others.iter().position(|other| other == key);
            assert_eq!(equal, Some(at), "{key:?}");
        }
    }

    #[test]
    fn a_failed_encoding_is_not_kept() {
        let encodings = Encodings::default();
        let key = EncodingKey::new("a");
        assert_eq!(
            encodings.get_or_encode(&key, |_| Err("no audio")),
            Err("no audio")
        );
        check(&encodings, "a", "one", "one");
    }

    #[test]
    fn threads_that_race_see_the_same_bytes() {
        let encodings = Encodings::default();
        let key = EncodingKey::new("a");
        let encode = |value: u8| {
            let write = move |bytes: &mut Vec<u8>| {
                bytes.push(value);
                Ok::<(), ()>(())
            };
            encodings
                .get_or_encode(&key, write)
                .map(<[u8]>::as_ptr)
                .map(|at| at as usize)
        };
        let places = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8)
                .map(|value| scope.spawn(move || encode(value)))
                .collect();
            threads
                .into_iter()
                .map(|thread| thread.join().unwrap().unwrap())
                .collect::<Vec<_>>()
        });
        assert!(places.iter().all(|place| *place == places[0]));
    }
}
