//! Streamed arguments: values with a path each, put together to one JSON text as they come.

use std::collections::HashSet;

use crate::wire::gemini::shape::PartialArg;

#[cfg(test)]
mod tests;

/// Writes the arguments of one call, piece after piece. Strings are copied as they are escaped on the wire, so halves of a
/// surrogate pair join by themselves.
///
/// The text only grows, so values must come in the order of the document; one that comes back to a list or an object that
/// was left is refused.
#[derive(Debug, Default)]
pub(super) struct ArgumentsWriter {
    /// Where the last value is; empty before the first.
    path: Vec<Segment>,
    /// The object or list that holds each segment of the path.
    levels: Vec<Level>,
    in_string: bool,
}

#[derive(Debug, PartialEq, Eq)]
enum Segment {
    Key(String),
    Index(u64),
}

#[derive(Debug)]
enum Level {
    /// An object and the keys it has.
    Object(HashSet<String>),
    /// A list and the index of its last item.
    List(Option<u64>),
}

/// A piece that has no place in the text written so far.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Misplaced;

impl ArgumentsWriter {
    /// Whether nothing was written yet.
    pub(super) fn is_empty(&self) -> bool {
        self.path.is_empty()
    }

    /// The text that `piece` adds.
    pub(super) fn piece(&mut self, piece: &PartialArg<'_>) -> Result<String, Misplaced> {
        let path = parse_path(piece.path.as_str()).ok_or(Misplaced)?;
        match (piece.string, piece.value) {
            (Some(string), _) => self.string(path, string.get()),
            (None, Some(value)) => self.value(path, value.get()),
            // A value that is not continued and has no content can only be null, which the parser takes for absent.
            (None, None) if !piece.will_continue => self.value(path, "null"),
            (None, None) => Ok(String::new()),
        }
    }

    /// The text that completes the arguments.
    pub(super) fn end(&mut self) -> String {
        let mut out = String::new();
        self.end_string(&mut out);
        while let Some(level) = self.levels.pop() {
            out.push(level.close());
        }
        out
    }

    fn string(&mut self, path: Vec<Segment>, quoted: &str) -> Result<String, Misplaced> {
        let inner = quoted
            .strip_prefix('"')
            .and_then(|rest| rest.strip_suffix('"'))
            .ok_or(Misplaced)?;
        if self.in_string && path == self.path {
            return Ok(inner.to_owned());
        }
        let mut out = self.go_to(path)?;
        out.push('"');
        out.push_str(inner);
        self.in_string = true;
        Ok(out)
    }

    fn value(&mut self, path: Vec<Segment>, json: &str) -> Result<String, Misplaced> {
        let mut out = self.go_to(path)?;
        out.push_str(json);
        Ok(out)
    }

    /// Leaves the last value and opens what leads to `path`.
    fn go_to(&mut self, path: Vec<Segment>) -> Result<String, Misplaced> {
        let mut out = String::new();
        self.end_string(&mut out);
        let both = self.path.iter().zip(&path);
        let shared = both.take_while(|(old, new)| old == new).count();
        // A value stands where the path ended, so the new one can neither be the same nor lie within or above it.
        if shared == path.len() || (shared > 0 && shared == self.path.len()) {
            return Err(Misplaced);
        }
        let kept = self.levels.len().min(shared + 1);
        for level in self.levels.drain(kept..).rev() {
            out.push(level.close());
        }
        if kept > 0 {
            out.push(',');
        }
        for (depth, segment) in path.iter().enumerate().skip(shared) {
            if depth >= self.levels.len() {
                self.levels.push(Level::holding(segment, &mut out));
            }
            let level = self.levels.get_mut(depth).ok_or(Misplaced)?;
            level.enter(segment, &mut out)?;
        }
        self.path = path;
        Ok(out)
    }

    fn end_string(&mut self, out: &mut String) {
        if std::mem::take(&mut self.in_string) {
            out.push('"');
        }
    }
}

impl Level {
    fn holding(segment: &Segment, out: &mut String) -> Self {
        match segment {
            Segment::Key(_) => {
                out.push('{');
                Level::Object(HashSet::new())
            }
            Segment::Index(_) => {
                out.push('[');
                Level::List(None)
            }
        }
    }

    fn enter(&mut self, segment: &Segment, out: &mut String) -> Result<(), Misplaced> {
        match (self, segment) {
            (Level::Object(keys), Segment::Key(key)) => {
                if !keys.insert(key.clone()) {
                    return Err(Misplaced);
                }
                out.push_str(&serde_json::Value::from(key.as_str()).to_string());
                out.push(':');
            }
            (Level::List(last), Segment::Index(index)) if last.is_none_or(|last| last < *index) => {
                *last = Some(*index);
            }
            _ => return Err(Misplaced),
        }
        Ok(())
    }

    fn close(&self) -> char {
        match self {
            Level::Object(_) => '}',
            Level::List(_) => ']',
        }
    }
}

/// The segments of a path of names and indexes: `$.a[0]['b c']`.
fn parse_path(path: &str) -> Option<Vec<Segment>> {
    let mut rest = path.strip_prefix('$').unwrap_or(path);
    let mut segments = Vec::new();
    while !rest.is_empty() {
        let (segment, after) = match rest.strip_prefix('[') {
            Some(bracket) => in_brackets(bracket)?,
            None => named(rest.strip_prefix('.').unwrap_or(rest))?,
        };
        segments.push(segment);
        rest = after;
    }
    (!segments.is_empty()).then_some(segments)
}

fn named(rest: &str) -> Option<(Segment, &str)> {
    let end = rest.find(['.', '[']).unwrap_or(rest.len());
    let (name, after) = rest.split_at(end);
    (!name.is_empty()).then(|| (Segment::Key(name.to_owned()), after))
}

fn in_brackets(rest: &str) -> Option<(Segment, &str)> {
    let quote = rest.chars().next()?;
    if !matches!(quote, '\'' | '"') {
        let (index, after) = rest.split_once(']')?;
        return Some((Segment::Index(index.trim().parse().ok()?), after));
    }
    let mut key = String::new();
    let mut chars = rest.chars();
    chars.next();
    while let Some(char) = chars.next() {
        match char {
            '\\' => key.push(chars.next()?),
            _ if char == quote => {
                let after = chars.as_str().strip_prefix(']')?;
                return Some((Segment::Key(key), after));
            }
            _ => key.push(char),
        }
    }
    None
}
