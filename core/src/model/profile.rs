use serde::{Deserialize, Serialize};

use crate::{ModelId, Usage};

/// What is known of a model before it is asked: data, not code. What is not known is not guessed.
///
/// ```
/// use windlass_core::{Abilities, Ability, ModelId, Profile};
///
/// let profile = Profile::new(ModelId::new("ollama", "qwen3"))
///     .with_context_window(40_960)
///     .with_abilities(Abilities::unknown().with(Ability::Images, false));
/// assert_eq!(profile.abilities.has(Ability::Images), Some(false));
/// assert_eq!(profile.abilities.has(Ability::Thinking), None);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Profile {
    /// Which model it is.
    pub id: ModelId,
    /// How many tokens a request and its answer may have together.
    pub context_window: Option<u64>,
    /// How many tokens an answer may have.
    pub max_output: Option<u64>,
    /// What it can do.
    pub abilities: Abilities,
    /// What it costs.
    pub prices: Option<Prices>,
}

impl Profile {
    /// A model of which nothing is known.
    pub fn new(id: ModelId) -> Self {
        Profile {
            id,
            ..Profile::default()
        }
    }

    /// Sets how many tokens a request and its answer may have together.
    #[must_use]
    pub fn with_context_window(mut self, tokens: u64) -> Self {
        self.context_window = Some(tokens);
        self
    }

    /// Sets how many tokens an answer may have.
    #[must_use]
    pub fn with_max_output(mut self, tokens: u64) -> Self {
        self.max_output = Some(tokens);
        self
    }

    /// Sets what the model can do.
    #[must_use]
    pub fn with_abilities(mut self, abilities: Abilities) -> Self {
        self.abilities = abilities;
        self
    }

    /// Sets what the model costs.
    #[must_use]
    pub fn with_prices(mut self, prices: Prices) -> Self {
        self.prices = Some(prices);
        self
    }
}

/// Something that some models can do and others cannot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Ability {
    /// Seeing pictures.
    Images,
    /// Hearing recordings.
    Audio,
    /// Seeing films.
    Video,
    /// Reading files.
    Documents,
    /// Calling tools.
    Tools,
    /// Calling several tools at once.
    ParallelCalls,
    /// Answering in JSON of a given shape.
    Schema,
    /// Thinking before it answers.
    Thinking,
    /// Having its prompt cached at marked places.
    Caching,
    /// Taking temperature and its like.
    Sampling,
}

/// What a model can do, cannot do, and what is not known of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Abilities {
    known: u32,
    has: u32,
}

impl Abilities {
    /// Nothing is known.
    pub const fn unknown() -> Self {
        Abilities { known: 0, has: 0 }
    }

    /// Says whether the model can do this.
    #[must_use]
    pub const fn with(mut self, ability: Ability, can: bool) -> Self {
        let bit = 1 << ability as u32;
        self.known |= bit;
        self.has = if can { self.has | bit } else { self.has & !bit };
        self
    }

    /// Whether the model can do this, if that is known.
    pub const fn has(self, ability: Ability) -> Option<bool> {
        let bit = 1 << ability as u32;
        if self.known & bit == 0 {
            None
        } else {
            Some(self.has & bit != 0)
        }
    }

    /// What both can do: one that cannot is enough for no, and one that is unknown leaves it unknown.
    ///
    /// ```
    /// use windlass_core::{Abilities, Ability};
    ///
    /// let seeing = Abilities::unknown().with(Ability::Images, true).with(Ability::Tools, true);
    /// let blind = Abilities::unknown().with(Ability::Images, false);
    /// assert_eq!(seeing.and(blind).has(Ability::Images), Some(false));
    /// assert_eq!(seeing.and(blind).has(Ability::Tools), None);
    /// ```
    #[must_use]
    pub const fn and(self, other: Abilities) -> Self {
        let lacking = (self.known & !self.has) | (other.known & !other.has);
        Abilities {
            known: lacking | (self.known & other.known),
            has: self.has & other.has,
        }
    }

    /// What is known here, and what `others` know of the rest.
    #[must_use]
    pub const fn or(self, others: Abilities) -> Self {
        Abilities {
            known: self.known | others.known,
            has: self.has | (others.has & !self.known),
        }
    }
}

/// What a model costs, in micro-dollars for a million tokens: $3 is 3,000,000.
///
/// ```
/// use windlass_core::{Prices, Usage};
///
/// let prices = Prices::new(3_000_000, 15_000_000).with_cache_read(300_000);
/// let usage = Usage::UNKNOWN.with_input(1_000).with_cache_read(10_000).with_output(200);
/// assert_eq!(prices.cost(usage), 3_000 + 3_000 + 3_000);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Prices {
    /// Input that is not cached.
    pub input: u64,
    /// Output, thinking included.
    pub output: u64,
    /// Input read from the cache; the price of input where it is not set.
    pub cache_read: Option<u64>,
    /// Input written to the cache; the price of input where it is not set.
    pub cache_write: Option<u64>,
}

impl Prices {
    /// Prices of input and output.
    pub const fn new(input: u64, output: u64) -> Self {
        Prices {
            input,
            output,
            cache_read: None,
            cache_write: None,
        }
    }

    /// Sets the price of input read from the cache.
    #[must_use]
    pub const fn with_cache_read(mut self, price: u64) -> Self {
        self.cache_read = Some(price);
        self
    }

    /// Sets the price of input written to the cache.
    #[must_use]
    pub const fn with_cache_write(mut self, price: u64) -> Self {
        self.cache_write = Some(price);
        self
    }

    /// What `usage` costs, in micro-dollars, rounded up; what was not reported costs nothing.
    pub fn cost(&self, usage: Usage) -> u64 {
        let parts = [
            (usage.input(), self.input),
            (usage.cache_read(), self.cache_read.unwrap_or(self.input)),
            (usage.cache_write(), self.cache_write.unwrap_or(self.input)),
            (usage.output(), self.output),
        ];
        let sum: u128 = parts
            .iter()
            .map(|(tokens, price)| u128::from(tokens.unwrap_or(0)) * u128::from(*price))
            .sum();
        u64::try_from(sum.div_ceil(1_000_000)).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_first_holds() {
        let mine = Abilities::unknown()
            .with(Ability::Images, false)
            .with(Ability::Tools, true);
        let listed = Abilities::unknown()
            .with(Ability::Images, true)
            .with(Ability::Audio, true);
        let merged = mine.or(listed);
        assert_eq!(merged.has(Ability::Images), Some(false));
        assert_eq!(merged.has(Ability::Tools), Some(true));
        assert_eq!(merged.has(Ability::Audio), Some(true));
        assert_eq!(merged.has(Ability::Video), None);
    }

    #[test]
    fn a_cost_rounds_up_and_never_overflows() {
        assert_eq!(Prices::new(1, 1).cost(Usage::UNKNOWN.with_input(1)), 1);
        assert_eq!(Prices::new(1, 1).cost(Usage::UNKNOWN), 0);
        assert_eq!(
            Prices::new(u64::MAX, 0).cost(Usage::UNKNOWN.with_input(u64::MAX)),
            u64::MAX
        );
    }
}
