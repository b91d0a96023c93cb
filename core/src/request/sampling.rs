use serde::{Deserialize, Serialize};

use crate::Text;

/// How the model picks its words. What is not set is left to the model's defaults, then to the provider's.
///
/// ```
/// use windlass_core::Sampling;
///
/// let mine = Sampling::new().with_temperature(0.0);
/// let defaults = Sampling::new().with_temperature(1.0).with_max_output_tokens(4096);
/// let merged = mine.or(&defaults);
/// assert_eq!((merged.temperature, merged.max_output_tokens), (Some(0.0), Some(4096)));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Sampling {
    /// How freely it picks: 0 is as fixed as it can be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub temperature: Option<f64>,
    /// It picks among the likeliest words whose chances add up to this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub top_p: Option<f64>,
    /// It picks among this many of the likeliest words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub top_k: Option<u32>,
    /// How much words lose for each time they were used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frequency_penalty: Option<f64>,
    /// How much words lose for having been used at all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub presence_penalty: Option<f64>,
    /// The same seed gives the same answer, where the provider can.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seed: Option<i64>,
    /// Texts that end the answer when they come up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stop: Option<Vec<Text>>,
    /// The answer is cut after this many tokens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_output_tokens: Option<u64>,
}

impl Sampling {
    /// Nothing set.
    pub fn new() -> Self {
        Sampling::default()
    }

    /// Sets how freely the model picks.
    #[must_use]
    pub fn with_temperature(mut self, temperature: f64) -> Self {
        self.temperature = Some(temperature);
        self
    }

    /// Sets the share of likeliest words.
    #[must_use]
    pub fn with_top_p(mut self, share: f64) -> Self {
        self.top_p = Some(share);
        self
    }

    /// Sets the number of likeliest words.
    #[must_use]
    pub fn with_top_k(mut self, count: u32) -> Self {
        self.top_k = Some(count);
        self
    }

    /// Sets how much words lose for each time they were used.
    #[must_use]
    pub fn with_frequency_penalty(mut self, penalty: f64) -> Self {
        self.frequency_penalty = Some(penalty);
        self
    }

    /// Sets how much words lose for having been used at all.
    #[must_use]
    pub fn with_presence_penalty(mut self, penalty: f64) -> Self {
        self.presence_penalty = Some(penalty);
        self
    }

    /// Sets the seed.
    #[must_use]
    pub fn with_seed(mut self, seed: i64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// Sets the texts that end the answer.
    #[must_use]
    pub fn with_stop<T: Into<Text>>(mut self, texts: impl IntoIterator<Item = T>) -> Self {
        self.stop = Some(texts.into_iter().map(Into::into).collect());
        self
    }

    /// Sets after how many tokens the answer is cut.
    #[must_use]
    pub fn with_max_output_tokens(mut self, tokens: u64) -> Self {
        self.max_output_tokens = Some(tokens);
        self
    }

    /// These settings, and those of `defaults` where nothing is set. What is set always wins.
    #[must_use]
    pub fn or(self, defaults: &Sampling) -> Sampling {
        Sampling {
            temperature: self.temperature.or(defaults.temperature),
            top_p: self.top_p.or(defaults.top_p),
            top_k: self.top_k.or(defaults.top_k),
            frequency_penalty: self.frequency_penalty.or(defaults.frequency_penalty),
            presence_penalty: self.presence_penalty.or(defaults.presence_penalty),
            seed: self.seed.or(defaults.seed),
            stop: self.stop.or_else(|| defaults.stop.clone()),
            max_output_tokens: self.max_output_tokens.or(defaults.max_output_tokens),
        }
    }
}
