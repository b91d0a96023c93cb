//! What an answer looks like: written by the parent into the path, read by the server and by whoever checks the text.

use std::fmt;
use std::str::FromStr;

use crate::Failure;

/// An answer of the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// How many pieces it has.
    pub deltas: usize,
    /// The bytes of each piece.
    pub size: usize,
    /// What the pieces are of.
    pub shape: Shape,
    /// Where the body is cut into HTTP chunks.
    pub split: Split,
    /// After how many pieces the server waits until it is told to go on.
    pub hold: Option<usize>,
}

/// What an answer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Words.
    Text,
    /// A call with long arguments.
    Call,
}

/// Where a body is cut into HTTP chunks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Split {
    /// After so many events.
    Events(usize),
    /// After so many bytes, wherever that is.
    Bytes(usize),
}

/// A protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wire {
    /// OpenAI Chat Completions.
    Chat,
    /// OpenAI Responses.
    Responses,
    /// Anthropic Messages.
    Anthropic,
    /// Gemini generateContent.
    Gemini,
}

impl Plan {
    /// An answer of five-byte words, one event per chunk.
    pub const fn words(deltas: usize) -> Self {
        Plan {
            deltas,
            size: 5,
            shape: Shape::Text,
            split: Split::Events(1),
            hold: None,
        }
    }

    /// Sets the bytes of each piece.
    #[must_use]
    pub const fn size(mut self, bytes: usize) -> Self {
        self.size = bytes;
        self
    }

    /// Sets where the body is cut.
    #[must_use]
    pub const fn split(mut self, split: Split) -> Self {
        self.split = split;
        self
    }

    /// Makes it a call.
    #[must_use]
    pub const fn call(mut self) -> Self {
        self.shape = Shape::Call;
        self
    }

    /// Has the server wait after so many pieces.
    #[must_use]
    pub const fn hold(mut self, deltas: usize) -> Self {
        self.hold = Some(deltas);
        self
    }

    /// The pieces in order.
    pub fn pieces(self) -> impl Iterator<Item = String> {
        (0..self.deltas).map(move |at| self.piece(at))
    }

    /// All pieces in one.
    pub fn whole(self) -> String {
        self.pieces().collect()
    }

    /// Text has a line break or a letter beyond ASCII now and then, so that escapes and cut characters occur.
    fn piece(self, at: usize) -> String {
        let (before, after) = match (self.shape, at % 50) {
            (Shape::Text, 24) => ("é", ""),
            (Shape::Text, 49) => ("\n", ""),
            (Shape::Text, _) => (" ", ""),
            (Shape::Call, _) if at == 0 => ("{\"a\":\"", ""),
            (Shape::Call, _) if at + 1 == self.deltas => ("", "\"}"),
            (Shape::Call, _) => ("", ""),
        };
        let room = self.size.saturating_sub(before.len() + after.len());
        let filling = at.to_string();
        let filling: String = filling.chars().cycle().take(room).collect();
        format!("{before}{filling}{after}")
    }
}

/// A path such as `/deltas=200/size=5/shape=text/per=1`.
impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shape = match self.shape {
            Shape::Text => "text",
            Shape::Call => "call",
        };
        write!(
            f,
            "/deltas={}/size={}/shape={shape}",
            self.deltas, self.size
        )?;
        match self.split {
            Split::Events(events) => write!(f, "/per={events}")?,
            Split::Bytes(bytes) => write!(f, "/cut={bytes}")?,
        }
        self.hold.map_or(Ok(()), |hold| write!(f, "/hold={hold}"))
    }
}

/// Reads a whole address, and leaves alone what is no part of a plan.
impl FromStr for Plan {
    type Err = Failure;

    fn from_str(path: &str) -> Result<Self, Failure> {
        let mut plan = Plan::words(1);
        let path = path.split('?').next().unwrap_or_default();
        for part in path.split('/') {
            let Some((name, value)) = part.split_once('=') else {
                continue;
            };
            match (name, value) {
                ("deltas", n) => plan.deltas = n.parse()?,
                ("size", n) => plan.size = n.parse()?,
                ("shape", "call") => plan.shape = Shape::Call,
                ("shape", _) => plan.shape = Shape::Text,
                ("per", n) => plan.split = Split::Events(n.parse()?),
                ("cut", n) => plan.split = Split::Bytes(n.parse()?),
                ("hold", n) => plan.hold = Some(n.parse()?),
                _ => return Err(format!("a plan has no `{name}`").into()),
            }
        }
        Ok(plan)
    }
}

impl Wire {
    /// By what the command line names it.
    pub const fn name(self) -> &'static str {
        match self {
            Wire::Chat => "chat",
            Wire::Responses => "responses",
            Wire::Anthropic => "anthropic",
            Wire::Gemini => "gemini",
        }
    }

    /// The protocol that a path belongs to.
    pub fn of_path(path: &str) -> Option<Self> {
        let ends = |end| {
            path.split('?')
                .next()
                .is_some_and(|path| path.ends_with(end))
        };
        Some(match () {
            () if ends("/chat/completions") => Wire::Chat,
            () if ends("/responses") => Wire::Responses,
            () if ends("/messages") => Wire::Anthropic,
            () if ends(":streamGenerateContent") => Wire::Gemini,
            () => return None,
        })
    }
}

impl FromStr for Wire {
    type Err = Failure;

    fn from_str(name: &str) -> Result<Self, Failure> {
        [Wire::Chat, Wire::Responses, Wire::Anthropic, Wire::Gemini]
            .into_iter()
            .find(|wire| wire.name() == name)
            .ok_or_else(|| format!("no wire is called `{name}`").into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_is_read_as_it_was_written() {
        for plan in [
            Plan::words(7).size(40).hold(3),
            Plan::words(9).split(Split::Bytes(97)).call(),
        ] {
            let url = format!("http://127.0.0.1:1{plan}/v1/chat/completions");
            assert_eq!(url.parse::<Plan>().unwrap(), plan);
        }
    }

    #[test]
    fn every_piece_has_its_size() {
        let plan = Plan::words(120);
        assert!(plan.pieces().all(|piece| piece.len() == 5));
        assert_eq!(plan.whole().len(), 600);
        let call = Plan::words(120).size(8).call().whole();
        assert!(
            call.starts_with("{\"a\":\"00") && call.ends_with("\"}"),
            "{call}"
        );
    }
}
