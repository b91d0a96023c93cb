//! What an event is: by the name on its own line, else by its `type`.

use serde_json::value::RawValue;

use super::output::{Piece, Source};
use crate::frame::Frame;
use crate::json::{JsonStr, wire_object};
use crate::wire::lenient::parse;

/// What to do with an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Begun,
    Delta(Piece),
    /// What deltas told of before.
    Done(Piece),
    PartDone,
    Annotation,
    ItemAdded,
    ItemDone,
    Completed,
    Incomplete,
    Failed,
    /// A response without an event around it: the body is the answer.
    Whole,
    /// Known, and says nothing that other events do not.
    Silent,
    Unknown,
    /// Unknown, and not even an event: it has no `type`.
    Untyped,
}

impl Kind {
    fn named(name: &str) -> Option<Self> {
        match name {
            "error" => return Some(Kind::Failed),
            "keepalive" => return Some(Kind::Silent),
            _ => {}
        }
        Some(match name.strip_prefix("response.")? {
            "output_text.delta" => Kind::Delta(Piece::Text),
            "function_call_arguments.delta" => Kind::Delta(Piece::Arguments),
            "reasoning_summary_text.delta" => Kind::Delta(Piece::Thinking(Source::Summary)),
            "reasoning_text.delta" => Kind::Delta(Piece::Thinking(Source::Content)),
            "refusal.delta" => Kind::Delta(Piece::Refusal),
            "created" | "in_progress" | "queued" => Kind::Begun,
            "output_item.added" => Kind::ItemAdded,
            "output_item.done" => Kind::ItemDone,
            "output_text.annotation.added" => Kind::Annotation,
            "output_text.done" => Kind::Done(Piece::Text),
            "refusal.done" => Kind::Done(Piece::Refusal),
            "reasoning_summary_text.done" => Kind::Done(Piece::Thinking(Source::Summary)),
            "reasoning_text.done" => Kind::Done(Piece::Thinking(Source::Content)),
            "function_call_arguments.done" => Kind::Done(Piece::Arguments),
            "content_part.done" => Kind::PartDone,
            "completed" => Kind::Completed,
            "incomplete" => Kind::Incomplete,
            "failed" => Kind::Failed,
            "content_part.added"
            | "reasoning_summary_part.added"
            | "reasoning_summary_part.done"
            | "reasoning_part.added"
            | "reasoning_part.done" => Kind::Silent,
            _ => return None,
        })
    }

    /// The kind of a frame, and its name; an empty one where that would have to be looked for again.
    pub(super) fn of<'f>(frame: &Frame<'f>) -> Result<(Self, &'f str), serde_json::Error> {
        if let Some(name) = frame.event
            && let Some(kind) = Kind::named(name)
        {
            return Ok((kind, name));
        }
        if let Some(name) = leading_type(frame.data) {
            return Ok((Kind::named(name).unwrap_or(Kind::Unknown), name));
        }
        Self::looked_for(frame.data).map(|kind| (kind, ""))
    }

    /// The kind of a frame whose `type` does not come first, or that has none.
    fn looked_for(data: &[u8]) -> Result<Self, serde_json::Error> {
        let peek: Peek<'_> = parse(data)?;
        Ok(match peek.kind {
            Some(kind) => Kind::named(kind.as_str()).unwrap_or(Kind::Unknown),
            None if peek.error.is_some() && peek.output.is_none() => Kind::Failed,
            None if peek.output.is_some() || peek.object.as_str() == "response" => Kind::Whole,
            None => Kind::Untyped,
        })
    }
}

wire_object! {
    struct Peek<'a> {
        "type" => kind: Option<JsonStr<'a>>,
        "object" => object: JsonStr<'a>,
        "error" => error: Option<&'a RawValue>,
        "output" => output: Option<&'a RawValue>,
    }
}

/// The `type` of an object that begins with it, which spares hosts without `event:` lines a second parse.
fn leading_type(data: &[u8]) -> Option<&str> {
    let rest = data.strip_prefix(b"{\"type\":")?;
    let rest = rest
        .strip_prefix(b" ")
        .unwrap_or(rest)
        .strip_prefix(b"\"")?;
    let end = memchr::memchr2(b'"', b'\\', rest)?;
    (rest[end] == b'"').then(|| std::str::from_utf8(&rest[..end]).ok())?
}

/// The name of an event of an unknown kind.
pub(super) fn unknown_name(data: &[u8]) -> Result<windlass_core::Text, serde_json::Error> {
    let peek: Peek<'_> = parse(data)?;
    Ok(peek
        .kind
        .map_or_else(|| peek.object.text(), |kind| kind.text()))
}
