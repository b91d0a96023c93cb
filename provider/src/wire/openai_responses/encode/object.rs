//! A JSON object, written member by member.

use crate::body::write_json;

/// Writes the members of one object; [`Object::end`] closes it.
pub(super) struct Object<'o> {
    out: &'o mut Vec<u8>,
    first: bool,
}

impl<'o> Object<'o> {
    pub(super) fn begin(out: &'o mut Vec<u8>) -> Self {
        out.push(b'{');
        Object { out, first: true }
    }

    /// A member that is a string.
    pub(super) fn string(mut self, name: &str, value: &str) -> Self {
        self.name(name);
        push_string(value, self.out);
        self
    }

    /// A member that is a string, if it is there.
    pub(super) fn optional(self, name: &str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.string(name, value),
            None => self,
        }
    }

    /// A member that `write` writes.
    pub(super) fn member(mut self, name: &str, write: impl FnOnce(&mut Vec<u8>)) -> Self {
        self.name(name);
        write(self.out);
        self
    }

    pub(super) fn end(self) {
        self.out.push(b'}');
    }

    fn name(&mut self, name: &str) {
        if !std::mem::replace(&mut self.first, false) {
            self.out.push(b',');
        }
        push_string(name, self.out);
        self.out.push(b':');
    }
}

/// Appends a string.
pub(super) fn push_string(text: &str, out: &mut Vec<u8>) {
    write_json(out, text).expect("a string has a JSON form");
}
