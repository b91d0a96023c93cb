use crate::Text;

/// The text of a part that grows: one piece is kept as it is, and only a second one begins a string.
#[derive(Clone, Debug)]
pub(super) enum Words {
    One(Text),
    Many(String),
}

impl Words {
    pub(super) fn push(&mut self, piece: &Text) {
        match self {
            Words::One(first) if first.is_empty() => *first = piece.clone(),
            Words::One(first) => *self = Words::Many([first.as_str(), piece.as_str()].concat()),
            Words::Many(text) => text.push_str(piece),
        }
    }

    pub(super) fn into_text(self) -> Text {
        match self {
            Words::One(text) => text,
            Words::Many(text) => text.into(),
        }
    }
}
