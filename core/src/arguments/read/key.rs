use std::borrow::Cow;
use std::fmt;

use serde::Deserializer;
use serde::de::{self, DeserializeSeed, Visitor};

use super::fault::{Fault, Trail};
use super::value::Choice;

/// Reads the name of a member and notes it.
///
/// Hints count here: it is by them that serde_json reads the name `"7"` as a number.
pub(super) struct KeySeed<'t, 'n, 'de, S> {
    pub(super) seed: S,
    pub(super) trail: &'t Trail,
    pub(super) name: &'n mut Cow<'de, str>,
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for KeySeed<'_, '_, 'de, S> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, inner: D) -> Result<S::Value, D::Error> {
        let (trail, name) = (self.trail, self.name);
        let read = self.seed.deserialize(Key { inner, trail, name });
        read.map_err(|fault| trail.put(fault))
    }
}

struct Key<'t, 'n, 'de, D> {
    inner: D,
    trail: &'t Trail,
    name: &'n mut Cow<'de, str>,
}

macro_rules! noted {
    ($($method:ident($($hint:ident: $type:ty),*)),+ $(,)?) => {$(
        fn $method<V: Visitor<'de>>(self, $($hint: $type,)* visitor: V) -> Result<V::Value, Fault> {
            let (trail, name) = (self.trail, self.name);
            let note = Note { visitor, trail, name };
            self.inner.$method($($hint,)* note).map_err(|error| trail.take(error))
        }
    )+};
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Key<'_, '_, 'de, D> {
    type Error = Fault;

    noted! {
        deserialize_any(),
        deserialize_bool(),
        deserialize_i8(), deserialize_i16(), deserialize_i32(), deserialize_i64(), deserialize_i128(),
        deserialize_u8(), deserialize_u16(), deserialize_u32(), deserialize_u64(), deserialize_u128(),
        deserialize_f32(), deserialize_f64(),
        deserialize_char(), deserialize_str(), deserialize_string(),
        deserialize_bytes(), deserialize_byte_buf(),
        deserialize_option(),
        deserialize_unit(), deserialize_unit_struct(name: &'static str),
        deserialize_newtype_struct(name: &'static str),
        deserialize_seq(), deserialize_tuple(len: usize),
        deserialize_tuple_struct(name: &'static str, len: usize),
        deserialize_map(), deserialize_struct(name: &'static str, fields: &'static [&'static str]),
        deserialize_identifier(),
        deserialize_ignored_any(),
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.deserialize_str(Choice { visitor, variants })
    }
}

struct Note<'t, 'n, 'de, V> {
    visitor: V,
    trail: &'t Trail,
    name: &'n mut Cow<'de, str>,
}

macro_rules! numbers {
    ($($method:ident($type:ty)),+ $(,)?) => {$(
        fn $method<E: de::Error>(self, value: $type) -> Result<V::Value, E> {
            *self.name = Cow::Owned(value.to_string());
            self.visitor.$method(value).map_err(|fault: Fault| self.trail.put(fault))
        }
    )+};
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Note<'_, '_, 'de, V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.visitor.expecting(f)
    }

    numbers! {
        visit_bool(bool),
        visit_i64(i64),
        visit_i128(i128),
        visit_u64(u64),
        visit_u128(u128),
        visit_f64(f64),
    }

    fn visit_str<E: de::Error>(self, name: &str) -> Result<V::Value, E> {
        *self.name = Cow::Owned(name.to_owned());
        let visited = self.visitor.visit_str(name);
        visited.map_err(|fault: Fault| self.trail.put(fault))
    }

    fn visit_borrowed_str<E: de::Error>(self, name: &'de str) -> Result<V::Value, E> {
        *self.name = Cow::Borrowed(name);
        let visited = self.visitor.visit_borrowed_str(name);
        visited.map_err(|fault: Fault| self.trail.put(fault))
    }

    fn visit_bytes<E: de::Error>(self, name: &[u8]) -> Result<V::Value, E> {
        let visited = self.visitor.visit_bytes(name);
        visited.map_err(|fault: Fault| self.trail.put(fault))
    }

    fn visit_borrowed_bytes<E: de::Error>(self, name: &'de [u8]) -> Result<V::Value, E> {
        let visited = self.visitor.visit_borrowed_bytes(name);
        visited.map_err(|fault: Fault| self.trail.put(fault))
    }

    fn visit_unit<E: de::Error>(self) -> Result<V::Value, E> {
        let visited = self.visitor.visit_unit();
        visited.map_err(|fault: Fault| self.trail.put(fault))
    }

    fn visit_some<D: Deserializer<'de>>(self, inner: D) -> Result<V::Value, D::Error> {
        let (trail, name) = (self.trail, self.name);
        let visited = self.visitor.visit_some(Key { inner, trail, name });
        visited.map_err(|fault| trail.put(fault))
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, inner: D) -> Result<V::Value, D::Error> {
        let (trail, name) = (self.trail, self.name);
        let key = Key { inner, trail, name };
        let visited = self.visitor.visit_newtype_struct(key);
        visited.map_err(|fault| trail.put(fault))
    }
}
