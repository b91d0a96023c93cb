//! JSON as it is written: numbers of any size and members of equal name are kept.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

/// As deep as `serde_json` reads; no tool sees more.
const DEPTH: usize = 128;

/// A JSON value.
pub(super) enum Node<'a> {
    Literal(&'a str),
    /// As it is written.
    Number(&'a str),
    Text(Cow<'a, str>),
    List(Vec<Node<'a>>),
    Object(Vec<(Cow<'a, str>, Node<'a>)>),
}

/// A string, borrowed where it has no escapes.
#[derive(Deserialize)]
#[serde(transparent)]
pub(super) struct Borrowed<'a>(#[serde(borrow)] pub(super) Cow<'a, str>);

impl<'a> Node<'a> {
    /// Reads a value that `serde_json` takes for one; nothing of one that is too deep, or has a text that is no text.
    pub(super) fn read(json: &'a str) -> Option<Self> {
        let checked = serde_json::from_str::<&RawValue>(json).ok()?;
        Reader {
            rest: checked.get(),
        }
        .value(DEPTH)
    }
}

/// Takes apart what is known to be JSON.
struct Reader<'a> {
    rest: &'a str,
}

impl<'a> Reader<'a> {
    fn value(&mut self, depth: usize) -> Option<Node<'a>> {
        let depth = depth.checked_sub(1)?;
        self.skip_space();
        match self.rest.as_bytes().first()? {
            b'{' => self.object(depth).map(Node::Object),
            b'[' => self.list(depth).map(Node::List),
            b'"' => self.text().map(Node::Text),
            b'-' | b'0'..=b'9' => self.scalar().map(Node::Number),
            _ => self.scalar().map(Node::Literal),
        }
    }

    fn object(&mut self, depth: usize) -> Option<Vec<(Cow<'a, str>, Node<'a>)>> {
        let mut members = Vec::new();
        self.take('{')?;
        while self.take('}').is_none() {
            let name = self.text()?;
            self.take(':')?;
            members.push((name, self.value(depth)?));
            self.take(',');
        }
        Some(members)
    }

    fn list(&mut self, depth: usize) -> Option<Vec<Node<'a>>> {
        let mut items = Vec::new();
        self.take('[')?;
        while self.take(']').is_none() {
            items.push(self.value(depth)?);
            self.take(',');
        }
        Some(items)
    }

    fn text(&mut self) -> Option<Cow<'a, str>> {
        self.skip_space();
        let (mut escaped, mut has_escapes) = (false, false);
        let end = self.rest.bytes().skip(1).position(|byte| {
            let ends = byte == b'"' && !escaped;
            escaped = byte == b'\\' && !escaped;
            has_escapes |= escaped;
            ends
        })?;
        let quoted = self.split(end + 2)?;
        if !has_escapes {
            return Some(Cow::Borrowed(&quoted[1..=end]));
        }
        let text: Borrowed<'a> = serde_json::from_str(quoted).ok()?;
        Some(text.0)
    }

    fn scalar(&mut self) -> Option<&'a str> {
        let ends = |byte: u8| byte.is_ascii_whitespace() || b",]}".contains(&byte);
        let end = self.rest.bytes().position(ends);
        self.split(end.unwrap_or(self.rest.len()))
    }

    /// Takes a sign and the space before it, if it is there.
    fn take(&mut self, sign: char) -> Option<()> {
        self.skip_space();
        self.rest = self.rest.strip_prefix(sign)?;
        Some(())
    }

    fn skip_space(&mut self) {
        self.rest = self.rest.trim_ascii_start();
    }

    fn split(&mut self, end: usize) -> Option<&'a str> {
        let (taken, rest) = self.rest.split_at_checked(end)?;
        self.rest = rest;
        Some(taken)
    }
}
