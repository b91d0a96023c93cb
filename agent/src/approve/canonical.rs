//! One spelling for arguments that mean the same.
//!
//! Everything is tagged and carries its length, so that no two values share a spelling. Where a reading is not certain
//! (text that is no JSON, halves of surrogate pairs, nesting that no tool can read) the text counts as it is written.

mod read;

use std::borrow::Cow;
use std::fmt;

use serde::Serialize;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

use read::{Borrowed, Node};

/// Writes a text with its length.
pub(super) fn write_text(text: &str, out: &mut Vec<u8>) {
    write_tagged(b's', text, out);
}

/// Writes arguments by what they mean, or as they are written if that is not certain.
pub(super) fn write_arguments(json: &str, out: &mut Vec<u8>) {
    let start = out.len();
    let written = Node::read(json).and_then(|node| node.write(out));
    if written.is_none() {
        out.truncate(start);
        write_tagged(b'?', json, out);
    }
}

/// A member of the arguments that is there once.
pub(super) fn member(json: &str, name: &str) -> Option<Value> {
    let Members(members) = serde_json::from_str(json).ok()?;
    let mut named = members.iter().filter(|(other, _)| other == name);
    let (_, value) = named.next()?;
    if named.next().is_some() {
        return None;
    }
    serde_json::from_str(value.get()).ok()
}

fn write_tagged(tag: u8, text: &str, out: &mut Vec<u8>) {
    write_count(tag, text.len(), out);
    out.extend_from_slice(text.as_bytes());
}

fn write_count(tag: u8, count: usize, out: &mut Vec<u8>) {
    out.push(tag);
    write_decimal(count, out);
    out.push(b':');
}

impl Node<'_> {
    fn write(self, out: &mut Vec<u8>) -> Option<()> {
        match self {
            Node::Text(text) => write_text(&text, out),
            Node::Literal(literal) => write_tagged(b'l', literal, out),
            Node::Number(number) => write_number(number, out)?,
            Node::List(items) => {
                write_count(b'a', items.len(), out);
                items.into_iter().try_for_each(|item| item.write(out))?;
            }
            Node::Object(members) => write_object(members, out)?,
        }
        Some(())
    }
}

/// Members are sorted by name; those of equal name keep their order, because which of them counts is the reader's.
fn write_object(mut members: Vec<(Cow<'_, str>, Node<'_>)>, out: &mut Vec<u8>) -> Option<()> {
    members.sort_by(|(one, _), (two, _)| one.cmp(two));
    write_count(b'o', members.len(), out);
    members.into_iter().try_for_each(|(name, value)| {
        write_text(&name, out);
        value.write(out)
    })
}

/// Writes a number as its digits without zeros at the ends and the power of ten of the last, whatever its size.
fn write_number(json: &str, out: &mut Vec<u8>) -> Option<()> {
    let (sign, number) = match json.strip_prefix('-') {
        Some(number) => ("-", number),
        None => ("", json),
    };
    let (number, power) = number.split_once(['e', 'E']).unwrap_or((number, "0"));
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let digits = match fraction {
        "" => Cow::Borrowed(whole),
        _ => Cow::Owned([whole, fraction].concat()),
    };
    let kept = digits.trim_end_matches('0');
    let dropped = i64::try_from(digits.len() - kept.len()).ok()?;
    let after_point = i64::try_from(fraction.len()).ok()?;
    let significant = kept.trim_start_matches('0');
    let power = match significant {
        "" => 0,
        _ => power
            .parse::<i64>()
            .ok()?
            .checked_sub(after_point)?
            .checked_add(dropped)?,
    };
    write_count(
        b'n',
        sign.len() + significant.len() + 1 + length(power),
        out,
    );
    [sign, significant, "e"]
        .iter()
        .for_each(|text| out.extend_from_slice(text.as_bytes()));
    write_decimal(power, out);
    Some(())
}

/// Writes a number as JSON does, without the detour of a format string.
fn write_decimal(number: impl Serialize, out: &mut Vec<u8>) {
    serde_json::to_writer(out, &number).expect("a vector takes all bytes");
}

/// How many bytes a number is written with.
fn length(number: i64) -> usize {
    let more_digits = number.unsigned_abs().checked_ilog10().unwrap_or(0);
    usize::from(number < 0) + 1 + more_digits as usize
}

/// The members of an object in the order they are written, those of equal name included.
struct Members<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
        let mut members = Vec::new();
        while let Some((name, value)) = map.next_entry::<Borrowed<'de>, &'de RawValue>()? {
            members.push((name.0, value));
        }
        Ok(Members(members))
    }
}
