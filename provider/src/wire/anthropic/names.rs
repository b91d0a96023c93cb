//! Ids, names and inputs in the forms that the wire takes.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::value::RawValue;

/// The longest name of a tool.
const MAX_NAME: usize = 128;

/// The id of a call as the wire takes it: letters, digits, `_` and `-`. Other ids get a form that is always the same.
pub(super) fn call_id(id: &str) -> Cow<'_, str> {
    if !id.is_empty() && id.bytes().all(is_plain) {
        return Cow::Borrowed(id);
    }
    let plain = plain(id);
    Cow::Owned(format!("{plain}_{:016x}", fnv(id.as_bytes())))
}

/// Whether the wire takes a tool of this name.
pub(super) fn is_tool_name(name: &str) -> bool {
    (1..=MAX_NAME).contains(&name.len()) && name.bytes().all(is_plain)
}

/// The name of a tool that a model once called, as the wire takes it.
pub(super) fn called_name(name: &str) -> Cow<'_, str> {
    if is_tool_name(name) {
        return Cow::Borrowed(name);
    }
    let mut plain = plain(name);
    plain.truncate(MAX_NAME);
    if plain.is_empty() {
        plain.push('_');
    }
    Cow::Owned(plain)
}

/// The input of a call as the wire takes it: an object. Other text is wrapped in one.
pub(super) fn object_or_wrapped(input: &str) -> Cow<'_, str> {
    #[derive(Serialize)]
    struct Wrapped<'a> {
        #[serde(rename = "INVALID_JSON")]
        text: &'a str,
    }

    let trimmed = input.trim();
    if trimmed.is_empty() {
        return Cow::Borrowed("{}");
    }
    if trimmed.starts_with('{') && serde_json::from_str::<&RawValue>(trimmed).is_ok() {
        return Cow::Borrowed(trimmed);
    }
    let wrapped = serde_json::to_string(&Wrapped { text: input });
    Cow::Owned(wrapped.expect("a text has a JSON form"))
}

fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

fn plain(text: &str) -> String {
    let plain = |character: char| match u8::try_from(character) {
        Ok(byte) if is_plain(byte) => character,
        _ => '_',
    };
    text.chars().map(plain).collect()
}

/// FNV-1a, so that ids which differ only in characters that are replaced stay apart.
fn fnv(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    // R-9, R-23
    #[test]
    fn ids_stay_as_they_are_where_the_wire_takes_them() {
        assert_eq!(call_id("toolu_01-A"), "toolu_01-A");
        assert_eq!(
            call_id("functions.read:0"),
            "functions_read_0_5b4c7fc9f36ea68e"
        );
        assert_ne!(call_id("a.b"), call_id("a:b"));
        assert_eq!(call_id(""), "_cbf29ce484222325");
    }

    #[test]
    fn names_that_a_model_made_up_become_names() {
        assert_eq!(called_name("read-file_2"), "read-file_2");
        assert_eq!(called_name("fs.read"), "fs_read");
        assert_eq!(called_name(""), "_");
        assert_eq!(called_name(&"ä".repeat(200)).len(), MAX_NAME);
    }

    // R-24
    #[test]
    fn inputs_that_are_no_object_are_wrapped() {
        for (input, sent) in [
            ("", "{}"),
            (" \n", "{}"),
            (r#" {"a" : 1.0} "#, r#"{"a" : 1.0}"#),
            (r#"{"a":"#, r#"{"INVALID_JSON":"{\"a\":"}"#),
            ("[1]", r#"{"INVALID_JSON":"[1]"}"#),
        ] {
            assert_eq!(object_or_wrapped(input), sent);
        }
    }
}
