use serde::Deserializer;
use serde::de::value::{BorrowedStrDeserializer, MapAccessDeserializer, StrDeserializer};
use serde::de::{self, DeserializeSeed, MapAccess, Visitor};
use serde::forward_to_deserialize_any;
use std::fmt;

use super::fault::{Fault, Trail};
use super::visit::Watch;
use crate::arguments::words;

/// A deserializer whose errors know where they are.
///
/// JSON says itself what it holds, so most hints are passed over: then it is the visitor that finds a value of the
/// wrong type, in this crate's error type, and not serde_json in its own.
pub(super) struct Tracked<'t, D> {
    inner: D,
    trail: &'t Trail,
}

impl<'t, D> Tracked<'t, D> {
    pub(super) fn new(inner: D, trail: &'t Trail) -> Self {
        Tracked { inner, trail }
    }
}

/// Calls the method of the same name, with the visitor watched.
macro_rules! watched {
    ($($method:ident($($hint:ident: $type:ty),*)),+ $(,)?) => {$(
        fn $method<V: Visitor<'de>>(self, $($hint: $type,)* visitor: V) -> Result<V::Value, Fault> {
            let watch = Watch::new(visitor, self.trail);
            self.inner.$method($($hint,)* watch).map_err(|error| self.trail.take(error))
        }
    )+};
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Tracked<'_, D> {
    type Error = Fault;

    watched! {
        deserialize_any(),
        deserialize_option(),
        deserialize_newtype_struct(name: &'static str),
        deserialize_i128(),
        deserialize_u128(),
        deserialize_bytes(),
        deserialize_byte_buf(),
        deserialize_ignored_any(),
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.deserialize_any(Choice { visitor, variants })
    }

    /// Serde would also read an array as the members in order, which no schema says.
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.deserialize_any(Object(visitor))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string unit unit_struct seq tuple tuple_struct map identifier
    }
}

/// Hands on the trail to what a collection holds.
pub(super) struct Seed<'t, S> {
    pub(super) seed: S,
    pub(super) trail: &'t Trail,
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Seed<'_, S> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, value: D) -> Result<S::Value, D::Error> {
        let tracked = Tracked::new(value, self.trail);
        let read = self.seed.deserialize(tracked);
        read.map_err(|fault| self.trail.put(fault))
    }
}

/// Reads an enum: a name, or an object of one member whose name is the variant's.
pub(super) struct Choice<V> {
    pub(super) visitor: V,
    pub(super) variants: &'static [&'static str],
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Choice<V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&words::one_of(self.variants))
    }

    fn visit_str<E: de::Error>(self, name: &str) -> Result<V::Value, E> {
        self.visitor.visit_enum(StrDeserializer::new(name))
    }

    fn visit_borrowed_str<E: de::Error>(self, name: &'de str) -> Result<V::Value, E> {
        self.visitor.visit_enum(BorrowedStrDeserializer::new(name))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<V::Value, A::Error> {
        self.visitor.visit_enum(MapAccessDeserializer::new(map))
    }
}

struct Object<V>(V);

impl<'de, V: Visitor<'de>> Visitor<'de> for Object<V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<V::Value, A::Error> {
        self.0.visit_map(map)
    }
}
