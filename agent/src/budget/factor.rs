use serde::{Deserialize, Serialize};
use windlass_core::{Entry, Media, Message, Tools};

use super::Estimator;

/// How far estimates are off, and how far they may still be off once that is taken into account.
///
/// ```
/// use windlass_agent::Factor;
///
/// let factor = Factor::default();
/// assert_eq!(factor.tokens(1_000), 1_000);
/// assert_eq!(factor.margin(1_000), 200, "nothing was reported yet");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Factor {
    /// How many tokens a provider counts for one that was estimated.
    pub ratio: f64,
    /// By which share of itself a corrected estimate may be too low.
    pub bound: f64,
}

impl Default for Factor {
    /// Estimates are taken as they are, and may be off by a fifth.
    fn default() -> Self {
        Factor {
            ratio: 1.0,
            bound: 0.2,
        }
    }
}

impl Factor {
    /// What a provider is thought to count where `estimated` tokens were estimated.
    pub fn tokens(&self, estimated: u64) -> u64 {
        scale(estimated, self.ratio)
    }

    /// What to leave free because `tokens`, corrected by this factor, may be too low.
    pub fn margin(&self, tokens: u64) -> u64 {
        scale(tokens, self.bound)
    }

    /// The same, rounded up to what is written and read back without a loss.
    pub(crate) fn rounded(self) -> Self {
        let up = |number: f64| (number * 1024.0).ceil() / 1024.0;
        Factor {
            ratio: up(self.ratio),
            bound: up(self.bound),
        }
    }

    /// How many tokens, corrected by this factor, fit in `room` with their margin.
    pub fn fitting(&self, room: u64) -> u64 {
        let mut tokens = scale(room, 1.0 / (1.0 + self.bound));
        while tokens > 0 && tokens.saturating_add(self.margin(tokens)) > room {
            tokens -= 1;
        }
        tokens
    }
}

/// Rounds up; tokens are far below 2^53, so a float holds them.
fn scale(tokens: u64, by: f64) -> u64 {
    (tokens as f64 * by).ceil() as u64
}

/// An estimator whose counts are corrected by a factor: the same for as long as it is used.
///
/// ```
/// use windlass_agent::{Approximate, Calibration, Estimator, Scaled};
/// use windlass_core::{ModelId, Usage};
///
/// let model = ModelId::new("openai", "gpt-5");
/// let calibration = Calibration::new();
/// calibration.learn(&model, 1_000, Usage::UNKNOWN.with_input(1_500));
/// let estimator = Approximate::of(&model);
/// let scaled = Scaled::new(&estimator, calibration.factor(&model));
/// assert_eq!((estimator.text("Rome."), scaled.text("Rome.")), (2, 3));
/// ```
#[derive(Clone, Copy)]
pub struct Scaled<'a> {
    estimator: &'a dyn Estimator,
    factor: Factor,
}

impl<'a> Scaled<'a> {
    /// Corrects what `estimator` counts by `factor`.
    pub fn new(estimator: &'a dyn Estimator, factor: Factor) -> Self {
        Scaled { estimator, factor }
    }

    /// The correction.
    pub fn factor(&self) -> Factor {
        self.factor
    }
}

impl Estimator for Scaled<'_> {
    fn text(&self, text: &str) -> u64 {
        self.factor.tokens(self.estimator.text(text))
    }

    fn media(&self, media: &Media) -> u64 {
        self.factor.tokens(self.estimator.media(media))
    }

    fn opaque(&self, payload: &str) -> u64 {
        self.factor.tokens(self.estimator.opaque(payload))
    }

    fn message(&self, message: &Message) -> u64 {
        self.factor.tokens(self.estimator.message(message))
    }

    fn entry(&self, entry: &Entry) -> u64 {
        self.factor.tokens(self.estimator.entry(entry))
    }

    fn tools(&self, list: &Tools) -> u64 {
        self.factor.tokens(self.estimator.tools(list))
    }
}

impl std::fmt::Debug for Scaled<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Scaled")
            .field(&self.factor)
            .finish_non_exhaustive()
    }
}
