use std::fmt;

use tiktoken_rs::{CoreBPE, bpe_for_tokenizer, tokenizer::get_tokenizer};
use windlass_core::{EncodingKey, Entry, Media, ModelId, Tools};

use super::Approximate;
use super::approximate::{kept, write};
use super::estimator::{Estimator, tools};

#[cfg(test)]
mod tests;

/// From how many bytes on a text is counted in pieces: a tokenizer takes long over a long text without a border.
const PIECE: usize = 64 * 1024;

/// Counts text as OpenAI's models do, to the token; media as [`Approximate`] does.
///
/// It is some thirty times slower than that, and holds a vocabulary of some megabytes from the first use on.
/// What frames a message is still a guess, so that a [`Calibration`](crate::Calibration) helps here too.
///
/// ```
/// use windlass_agent::{Estimator, Tiktoken};
/// use windlass_core::ModelId;
///
/// let estimator = Tiktoken::of(&ModelId::new("openai", "gpt-5")).expect("its tokenizer is known");
/// assert_eq!(estimator.text("Is it warmer in Oslo or in Rome?"), 9);
/// assert!(Tiktoken::of(&ModelId::new("anthropic", "claude-sonnet-4-5")).is_none());
/// ```
#[derive(Clone)]
pub struct Tiktoken {
    vocabulary: &'static CoreBPE,
    rest: Approximate,
    key: EncodingKey,
}

impl Tiktoken {
    /// The tokenizer of a model of OpenAI's; none where it is not known.
    pub fn of(model: &ModelId) -> Option<Self> {
        let tokenizer = get_tokenizer(&model.model)?;
        Some(Tiktoken {
            vocabulary: bpe_for_tokenizer(tokenizer)
                .expect("the vocabulary is part of the library"),
            rest: Approximate::of(model),
            key: EncodingKey::new(format!("tokens/1/{tokenizer:?}")),
        })
    }
}

impl Estimator for Tiktoken {
    fn text(&self, text: &str) -> u64 {
        let count = |piece: &str| self.vocabulary.encode_ordinary(piece).len() as u64;
        pieces(text).map(count).sum()
    }

    fn media(&self, media: &Media) -> u64 {
        self.rest.media(media)
    }

    fn opaque(&self, payload: &str) -> u64 {
        self.rest.opaque(payload)
    }

    fn entry(&self, entry: &Entry) -> u64 {
        kept(entry.encoding(&self.key, write(|| self.message(entry.message()))))
    }

    fn tools(&self, list: &Tools) -> u64 {
        kept(list.encoding(&self.key, write(|| tools(self, list))))
    }
}

impl fmt::Debug for Tiktoken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tiktoken")
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}

/// The text in pieces of a bearable size, at borders between characters.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let end = (PIECE.min(rest.len())..=rest.len()).find(|at| rest.is_char_boundary(*at))?;
        let (piece, after) = rest.split_at(end);
        rest = after;
        (!piece.is_empty()).then_some(piece)
    })
}
