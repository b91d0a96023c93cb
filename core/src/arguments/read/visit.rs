use std::borrow::Cow;
use std::fmt;

use serde::Deserializer;
use serde::de::{self, DeserializeSeed, MapAccess, SeqAccess, Visitor};

use super::fault::{Fault, Step, Trail};
use super::key::KeySeed;
use super::value::{Seed, Tracked};

/// A visitor that keeps the faults of the one inside on the trail.
pub(super) struct Watch<'t, V> {
    visitor: V,
    trail: &'t Trail,
}

impl<'t, V> Watch<'t, V> {
    pub(super) fn new(visitor: V, trail: &'t Trail) -> Self {
        Watch { visitor, trail }
    }
}

macro_rules! scalars {
    ($($method:ident($type:ty)),+ $(,)?) => {$(
        fn $method<E: de::Error>(self, value: $type) -> Result<V::Value, E> {
            self.visitor.$method(value).map_err(|fault: Fault| self.trail.put(fault))
        }
    )+};
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Watch<'_, V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.visitor.expecting(f)
    }

    scalars! {
        visit_bool(bool),
        visit_i64(i64),
        visit_i128(i128),
        visit_u64(u64),
        visit_u128(u128),
        visit_f64(f64),
        visit_str(&str),
        visit_borrowed_str(&'de str),
        visit_string(String),
        visit_bytes(&[u8]),
        visit_borrowed_bytes(&'de [u8]),
        visit_byte_buf(Vec<u8>),
    }

    fn visit_none<E: de::Error>(self) -> Result<V::Value, E> {
        let visited = self.visitor.visit_none();
        visited.map_err(|fault: Fault| self.trail.put(fault))
    }

    fn visit_unit<E: de::Error>(self) -> Result<V::Value, E> {
        let visited = self.visitor.visit_unit();
        visited.map_err(|fault: Fault| self.trail.put(fault))
    }

    fn visit_some<D: Deserializer<'de>>(self, value: D) -> Result<V::Value, D::Error> {
        let visited = self.visitor.visit_some(Tracked::new(value, self.trail));
        visited.map_err(|fault| self.trail.put(fault))
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, value: D) -> Result<V::Value, D::Error> {
        let tracked = Tracked::new(value, self.trail);
        let visited = self.visitor.visit_newtype_struct(tracked);
        visited.map_err(|fault| self.trail.put(fault))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, inner: A) -> Result<V::Value, A::Error> {
        let visited = self.visitor.visit_seq(Elements {
            inner,
            trail: self.trail,
            next: 0,
        });
        visited.map_err(|fault| self.trail.put(fault))
    }

    fn visit_map<A: MapAccess<'de>>(self, inner: A) -> Result<V::Value, A::Error> {
        let visited = self.visitor.visit_map(Members {
            inner,
            trail: self.trail,
            name: Cow::Borrowed(""),
        });
        visited.map_err(|fault| self.trail.put(fault))
    }
}

struct Elements<'t, A> {
    inner: A,
    trail: &'t Trail,
    next: usize,
}

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for Elements<'_, A> {
    type Error = Fault;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Fault> {
        let (trail, at) = (self.trail, self.next);
        self.next += 1;
        let read = self.inner.next_element_seed(Seed { seed, trail });
        read.map_err(|error| trail.take(error).within(Step::Element(at)))
    }

    fn size_hint(&self) -> Option<usize> {
        self.inner.size_hint()
    }
}

struct Members<'t, 'de, A> {
    inner: A,
    trail: &'t Trail,
    /// Of the member whose value comes next.
    name: Cow<'de, str>,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Members<'_, 'de, A> {
    type Error = Fault;

    fn next_key_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Fault> {
        let (trail, name) = (self.trail, &mut self.name);
        let read = self.inner.next_key_seed(KeySeed { seed, trail, name });
        read.map_err(|error| trail.take(error))
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Fault> {
        let trail = self.trail;
        let read = self.inner.next_value_seed(Seed { seed, trail });
        read.map_err(|error| trail.take(error).within(Step::member(&self.name)))
    }

    fn size_hint(&self) -> Option<usize> {
        self.inner.size_hint()
    }
}
