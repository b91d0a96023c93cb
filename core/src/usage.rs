//! How many tokens were spent.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign};

use serde::{Deserialize, Serialize};

/// The tokens that one request or many have cost, in one definition for all providers.
///
/// | count | what it holds |
/// |---|---|
/// | `input` | input that was neither read from a cache nor written to one |
/// | `cache_read` | input that the provider had kept from an earlier request |
/// | `cache_write` | input that the provider keeps for later requests |
/// | `output` | all output, reasoning and tool calls included |
/// | `reasoning` | the part of `output` that was spent on reasoning |
///
/// A count that nobody reported is `None`, which is not zero. Sums are over what is known: an unknown count adds
/// nothing, and only the sum of unknown counts is unknown. Counts stop at 2⁴⁸ − 2, some 281 trillion tokens.
/// Counts are kept as reported: some hosts do report more reasoning than output.
///
/// # Example: what a run has cost
///
/// ```
/// use windlass_core::Usage;
///
/// let first = Usage::UNKNOWN.with_input(900).with_cache_write(4_000).with_output(50);
/// let second = Usage::UNKNOWN.with_input(120).with_cache_read(4_000).with_output(80);
///
/// let run: Usage = [first, second].into_iter().sum();
/// assert_eq!(run.total_input(), Some(9_020));
/// assert_eq!(run.output(), Some(130));
/// assert_eq!(run.reasoning(), None);
/// ```
///
/// # Example: a provider that reports as it goes
///
/// ```
/// use windlass_core::Usage;
///
/// let mut usage = Usage::UNKNOWN.with_input(900).with_output(1);
/// usage.update(Usage::UNKNOWN.with_output(50));
/// assert_eq!(usage, Usage::UNKNOWN.with_input(900).with_output(50));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "Fields", into = "Fields")]
pub struct Usage {
    input: Count,
    cache_read: Count,
    cache_write: Count,
    output: Count,
    reasoning: Count,
}

impl Usage {
    /// The usage of which nothing is known; adding it changes nothing.
    pub const UNKNOWN: Self = Self {
        input: Count::UNKNOWN,
        cache_read: Count::UNKNOWN,
        cache_write: Count::UNKNOWN,
        output: Count::UNKNOWN,
        reasoning: Count::UNKNOWN,
    };

    /// Sets the input that no cache was involved in.
    #[must_use]
    pub const fn with_input(mut self, tokens: u64) -> Self {
        self.input = Count::known(tokens);
        self
    }

    /// Sets the input that was read from a cache.
    #[must_use]
    pub const fn with_cache_read(mut self, tokens: u64) -> Self {
        self.cache_read = Count::known(tokens);
        self
    }

    /// Sets the input that was written to a cache.
    #[must_use]
    pub const fn with_cache_write(mut self, tokens: u64) -> Self {
        self.cache_write = Count::known(tokens);
        self
    }

    /// Sets the whole output, reasoning included.
    #[must_use]
    pub const fn with_output(mut self, tokens: u64) -> Self {
        self.output = Count::known(tokens);
        self
    }

    /// Sets the part of the output that was reasoning; the output itself stays as it is.
    #[must_use]
    pub const fn with_reasoning(mut self, tokens: u64) -> Self {
        self.reasoning = Count::known(tokens);
        self
    }

    /// Gives the input that no cache was involved in.
    #[must_use]
    pub const fn input(self) -> Option<u64> {
        self.input.get()
    }

    /// Gives the input that was read from a cache.
    #[must_use]
    pub const fn cache_read(self) -> Option<u64> {
        self.cache_read.get()
    }

    /// Gives the input that was written to a cache.
    #[must_use]
    pub const fn cache_write(self) -> Option<u64> {
        self.cache_write.get()
    }

    /// Gives the whole output, reasoning included.
    #[must_use]
    pub const fn output(self) -> Option<u64> {
        self.output.get()
    }

    /// Gives the part of the output that was reasoning.
    #[must_use]
    pub const fn reasoning(self) -> Option<u64> {
        self.reasoning.get()
    }

    /// Gives the known ones of the three input counts, summed; `None` when none of them is known.
    ///
    /// ```
    /// use windlass_core::Usage;
    ///
    /// let usage = Usage::UNKNOWN.with_input(20).with_cache_read(500);
    /// assert_eq!(usage.total_input(), Some(520));
    /// assert_eq!(Usage::UNKNOWN.total_input(), None);
    /// ```
    #[must_use]
    pub fn total_input(self) -> Option<u64> {
        sum_of_known([self.input, self.cache_read, self.cache_write])
    }

    /// Gives the known ones of the input counts and the output, summed; `None` when none of them is known.
    ///
    /// Reasoning does not count again, because the output contains it.
    #[must_use]
    pub fn total(self) -> Option<u64> {
        sum_of_known([self.input, self.cache_read, self.cache_write, self.output])
    }

    /// Tells whether no count at all is known.
    #[must_use]
    pub fn is_unknown(self) -> bool {
        self == Self::UNKNOWN
    }

    /// Takes over a later report about the same request: what it knows replaces, what it leaves out stays.
    ///
    /// Providers report the usage of one request so far, again and again; adding such reports would count twice.
    pub fn update(&mut self, later: Self) {
        *self = self.zip(later, Count::updated);
    }

    /// Gives what was spent after `earlier`, a former state of the same running total.
    ///
    /// A count that was unknown before is new as a whole, and one that shrank gives zero.
    ///
    /// ```
    /// use windlass_core::Usage;
    ///
    /// let before = Usage::UNKNOWN.with_output(50);
    /// let after = Usage::UNKNOWN.with_input(7).with_output(80);
    /// assert_eq!(after.since(before), Usage::UNKNOWN.with_input(7).with_output(30));
    /// ```
    #[must_use]
    pub fn since(self, earlier: Self) -> Self {
        self.zip(earlier, Count::since)
    }

    fn zip(self, other: Self, combine: impl Fn(Count, Count) -> Count) -> Self {
        Self {
            input: combine(self.input, other.input),
            cache_read: combine(self.cache_read, other.cache_read),
            cache_write: combine(self.cache_write, other.cache_write),
            output: combine(self.output, other.output),
            reasoning: combine(self.reasoning, other.reasoning),
        }
    }

    fn known(self) -> impl Iterator<Item = (&'static str, u64)> {
        [
            ("input", self.input),
            ("cache_read", self.cache_read),
            ("cache_write", self.cache_write),
            ("output", self.output),
            ("reasoning", self.reasoning),
        ]
        .into_iter()
        .filter_map(|(name, count)| Some((name, count.get()?)))
    }
}

fn sum_of_known<const N: usize>(counts: [Count; N]) -> Option<u64> {
    counts
        .into_iter()
        .filter_map(Count::get)
        .reduce(|sum, tokens| sum + tokens)
}

impl Default for Usage {
    fn default() -> Self {
        Self::UNKNOWN
    }
}

impl Add for Usage {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        self.zip(other, Count::plus)
    }
}

impl AddAssign for Usage {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sum for Usage {
    fn sum<I: Iterator<Item = Self>>(usages: I) -> Self {
        usages.fold(Self::UNKNOWN, Self::add)
    }
}

impl<'a> Sum<&'a Self> for Usage {
    fn sum<I: Iterator<Item = &'a Self>>(usages: I) -> Self {
        usages.copied().sum()
    }
}

impl fmt::Debug for Usage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut counts = f.debug_struct("Usage");
        for (name, tokens) in self.known() {
            counts.field(name, &tokens);
        }
        counts.finish()
    }
}

impl fmt::Display for Usage {
    /// Writes the known counts, as in `input: 12, output: 3`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_unknown() {
            return f.write_str("unknown");
        }
        for (position, (name, tokens)) in self.known().enumerate() {
            let separator = if position == 0 { "" } else { ", " };
            write!(f, "{separator}{name}: {tokens}")?;
        }
        Ok(())
    }
}

/// A number of tokens, or that it is unknown, in 48 bits.
///
/// Some hosts send usage with every chunk, so it has to fit in an event without an allocation and without making
/// all other events larger. Five `Option<u64>` take 80 bytes and five `Option<u32>` 40; five of these take 30.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Count([u8; 6]);

impl Count {
    const UNKNOWN: Self = Self([u8::MAX; 6]);
    const MAX: u64 = (1 << 48) - 2;

    const fn known(tokens: u64) -> Self {
        let tokens = if tokens > Self::MAX {
            Self::MAX
        } else {
            tokens
        };
        let [a, b, c, d, e, f, _, _] = tokens.to_le_bytes();
        Self([a, b, c, d, e, f])
    }

    const fn get(self) -> Option<u64> {
        let [a, b, c, d, e, f] = self.0;
        let tokens = u64::from_le_bytes([a, b, c, d, e, f, 0, 0]);
        if tokens > Self::MAX {
            None
        } else {
            Some(tokens)
        }
    }

    fn plus(self, other: Self) -> Self {
        match (self.get(), other.get()) {
            (Some(one), Some(two)) => Self::known(one + two),
            (Some(_), None) => self,
            (None, _) => other,
        }
    }

    fn updated(self, later: Self) -> Self {
        if later == Self::UNKNOWN { self } else { later }
    }

    fn since(self, earlier: Self) -> Self {
        match (self.get(), earlier.get()) {
            (Some(now), Some(then)) => Self::known(now.saturating_sub(then)),
            _ => self,
        }
    }
}

impl From<Option<u64>> for Count {
    fn from(tokens: Option<u64>) -> Self {
        tokens.map_or(Self::UNKNOWN, Self::known)
    }
}

/// How a [`Usage`] is written: in this order, and without what is unknown.
#[derive(Serialize, Deserialize)]
#[serde(rename = "Usage")]
struct Fields {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    input: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cache_read: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cache_write: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    output: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reasoning: Option<u64>,
}

impl From<Usage> for Fields {
    fn from(usage: Usage) -> Self {
        Self {
            input: usage.input(),
            cache_read: usage.cache_read(),
            cache_write: usage.cache_write(),
            output: usage.output(),
            reasoning: usage.reasoning(),
        }
    }
}

impl From<Fields> for Usage {
    fn from(fields: Fields) -> Self {
        Self {
            input: fields.input.into(),
            cache_read: fields.cache_read.into(),
            cache_write: fields.cache_write.into(),
            output: fields.output.into(),
            reasoning: fields.reasoning.into(),
        }
    }
}

#[cfg(test)]
mod tests;
