use std::convert::Infallible;

use windlass_core::{EncodingKey, Entry, Media, ModelId, Tools};

use super::estimator::{Estimator, tools};
use super::rules::{OTHER, Rules};
use super::{media, script};

#[cfg(test)]
mod tests;

/// Counts tokens by what a text is written in and by what providers say of media; within some 20 % before a
/// [`Calibration`](crate::Calibration) and a few per cent with one.
///
/// Counts of entries and tool lists are kept beside them, so that an old message costs a look and not a count.
///
/// ```
/// use windlass_agent::{Approximate, Estimator};
/// use windlass_core::ModelId;
///
/// let estimator = Approximate::of(&ModelId::new("openai", "gpt-5"));
/// assert_eq!(estimator.text("Is it warmer in Oslo or in Rome?"), 10);
/// assert_eq!(estimator.text(r#"{"city":"Oslo","days":[1,2,3]}"#), 14);
/// ```
#[derive(Clone, Debug)]
pub struct Approximate {
    rules: &'static Rules,
    key: EncodingKey,
}

impl Approximate {
    /// What is known of the tokenizer of this model, by the names of it and its provider.
    pub fn of(model: &ModelId) -> Self {
        Approximate::by(Rules::of(model))
    }

    fn by(rules: &'static Rules) -> Self {
        Approximate {
            rules,
            key: EncodingKey::new(format!("tokens/1/{}", rules.name)),
        }
    }
}

impl Default for Approximate {
    /// For a model of which nothing is known.
    fn default() -> Self {
        Approximate::by(&OTHER)
    }
}

impl Estimator for Approximate {
    fn text(&self, text: &str) -> u64 {
        (script::hundredths(text) * self.rules.text_percent).div_ceil(10_000)
    }

    fn media(&self, media: &Media) -> u64 {
        media::tokens(media, self.rules)
    }

    /// Encoded data: five letters are about a token of the thinking in it.
    fn opaque(&self, payload: &str) -> u64 {
        (payload.len() as u64).div_ceil(5)
    }

    fn entry(&self, entry: &Entry) -> u64 {
        kept(entry.encoding(&self.key, write(|| self.message(entry.message()))))
    }

    fn tools(&self, list: &Tools) -> u64 {
        kept(list.encoding(&self.key, write(|| tools(self, list))))
    }
}

/// Keeps a count as an encoding is kept: it is a function of the content, too.
pub(super) fn write(
    count: impl FnOnce() -> u64,
) -> impl FnOnce(&mut Vec<u8>) -> Result<(), Infallible> {
    move |bytes| {
        *bytes = count().to_le_bytes().to_vec();
        Ok(())
    }
}

pub(super) fn kept(bytes: Result<&[u8], Infallible>) -> u64 {
    let Ok(bytes) = bytes;
    u64::from_le_bytes(bytes.try_into().expect("a count takes eight bytes"))
}
