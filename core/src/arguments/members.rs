use std::fmt;

use serde::Deserialize;
use serde::de::{self, Deserializer};
use serde_json::value::RawValue;

use super::{Arguments, ArgumentsError};
use crate::tool::function::Str;

/// The members of the outermost object, found but not yet read.
#[derive(Debug)]
pub struct Members<'a>(Vec<(Str<'a>, &'a RawValue)>);

impl<'a> Members<'a> {
    /// Finds the members of the arguments, each of which must be one of the `known`.
    ///
    /// # Errors
    ///
    /// When the text is not a JSON object, or has a member that is not known, or one twice.
    pub fn of(arguments: &'a Arguments, known: &[&str]) -> Result<Self, ArgumentsError> {
        // What fits needs no path; the slower reading says where something does not.
        let members: Members<'a> = match serde_json::from_str(arguments.or_empty_object()) {
            Ok(members) => members,
            Err(_) => arguments.parse()?,
        };
        for (at, (name, _)) in members.0.iter().enumerate() {
            if !known.contains(&&**name) {
                return Err(ArgumentsError::unknown(name, known));
            }
            if members.0[..at].iter().any(|(earlier, _)| earlier == name) {
                return Err(ArgumentsError::mismatch(name, "one value").with_found("two"));
            }
        }
        Ok(members)
    }

    /// The JSON text of a member, which is then no longer there.
    pub(crate) fn take(&mut self, name: &str) -> Option<&'a str> {
        let at = self.0.iter().position(|(member, _)| &**member == name)?;
        Some(self.0.swap_remove(at).1.get())
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor)
    }
}

struct MembersVisitor;

impl<'de> de::Visitor<'de> for MembersVisitor {
    type Value = Members<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<M: de::MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(Members(members))
    }
}
