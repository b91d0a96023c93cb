//! How much of a model's window a request takes, and what is left.
//!
//! An [`Estimator`] counts what is sent, a [`Calibration`] learns from reported usage how far it is off, and a
//! [`ContextBudget`] says what fits. Everything here is pure.

mod approximate;
mod calibration;
mod error;
mod estimator;
mod factor;
mod media;
mod room;
mod rules;
mod script;
mod sections;
#[cfg(feature = "tiktoken")]
mod tiktoken;

use serde::{Deserialize, Serialize};
use windlass_core::{Options, Profile};

pub use approximate::Approximate;
pub use calibration::Calibration;
pub use error::BudgetError;
pub use estimator::Estimator;
pub use factor::{Factor, Scaled};
pub use room::{ContextUse, Reported, Room, WindowSource};
pub use sections::Sections;
#[cfg(feature = "tiktoken")]
pub use tiktoken::Tiktoken;

#[cfg(test)]
mod tests;

/// The window of a model of which nothing is known.
const DEFAULT_WINDOW: u64 = 128_000;
/// The longest answer of a model of which nothing is known.
const DEFAULT_ANSWER: u64 = 4_096;

/// How much of a model's window requests may take. What is not set is taken from the models' profiles.
///
/// ```
/// use windlass_agent::ContextBudget;
/// use windlass_core::{ModelId, Options, Profile};
///
/// let large = Profile::new(ModelId::new("anthropic", "claude-sonnet-4-5")).with_context_window(200_000);
/// let small = Profile::new(ModelId::new("ollama", "qwen3")).with_context_window(40_960).with_max_output(8_192);
///
/// let room = ContextBudget::new().room([&large, &small], &Options::new())?;
/// assert_eq!((room.window, room.reserve, room.input()), (40_960, 8_192, 32_768));
///
/// let room = ContextBudget::new().with_window(100_000).room([&large, &small], &Options::new())?;
/// assert_eq!(room.window, 100_000, "the user's number beats all");
/// # Ok::<(), windlass_agent::BudgetError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ContextBudget {
    /// How many tokens a request and its answer may have together; the smallest window of the models where not set.
    pub window: Option<u64>,
    /// The window where nothing is set and no model says.
    pub default_window: u64,
    /// How many tokens are kept free for the answer; what the request allows it, or the model can give, where not set.
    pub reserve: Option<u64>,
    /// From how much of the room on a request is said to be near its limit, in per cent.
    pub warning_percent: u8,
    /// How much of the room a compacted conversation is to take, in per cent.
    pub aim_percent: u8,
    /// Whose windows count in a run.
    pub windows: Windows,
}

/// Whose windows count in a run, where the user has not set one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(clippy::exhaustive_enums, reason = "all or the one")]
pub enum Windows {
    /// The smallest of all models that may be asked, so that any of them can take over. If what must stay does not fit there,
    /// that of the model that is asked.
    #[default]
    Smallest,
    /// That of the model that is asked. Before a switch to one with a smaller window the conversation is made to fit there.
    Asked,
}

impl Default for ContextBudget {
    fn default() -> Self {
        ContextBudget {
            window: None,
            default_window: DEFAULT_WINDOW,
            reserve: None,
            warning_percent: 80,
            aim_percent: 60,
            windows: Windows::Smallest,
        }
    }
}

impl ContextBudget {
    /// A budget in which nothing is set.
    pub fn new() -> Self {
        ContextBudget::default()
    }

    /// Sets how many tokens a request and its answer may have together, whatever the models say.
    #[must_use]
    pub fn with_window(mut self, tokens: u64) -> Self {
        self.window = Some(tokens);
        self
    }

    /// Sets the window where nothing is set and no model says; 128,000 tokens by default.
    #[must_use]
    pub fn with_default_window(mut self, tokens: u64) -> Self {
        self.default_window = tokens;
        self
    }

    /// Sets how many tokens are kept free for the answer.
    #[must_use]
    pub fn with_reserve(mut self, tokens: u64) -> Self {
        self.reserve = Some(tokens);
        self
    }

    /// Sets from how much of the room on a request is said to be near its limit; 80 % by default.
    #[must_use]
    pub fn with_warning_percent(mut self, percent: u8) -> Self {
        self.warning_percent = percent.min(100);
        self
    }

    /// Sets how much of the room a compacted conversation is to take; 60 % by default. The smaller, the rarer the next
    /// compaction, and the more is lost.
    #[must_use]
    pub fn with_aim_percent(mut self, percent: u8) -> Self {
        self.aim_percent = percent.min(100);
        self
    }

    /// Sets whose windows count in a run: the smallest of all models that may be asked, by default.
    #[must_use]
    pub fn with_windows(mut self, windows: Windows) -> Self {
        self.windows = windows;
        self
    }

    /// What requests with these options may take, so that each model of the chain can answer them.
    ///
    /// # Errors
    ///
    /// When the answer is to have the whole window.
    pub fn room<'p>(
        &self,
        chain: impl IntoIterator<Item = &'p Profile>,
        options: &Options,
    ) -> Result<Room, BudgetError> {
        self.room_for(chain, options.sampling.max_output_tokens)
    }

    /// What requests may take that allow an answer so many tokens.
    pub(crate) fn room_for<'p>(
        &self,
        chain: impl IntoIterator<Item = &'p Profile>,
        answer: Option<u64>,
    ) -> Result<Room, BudgetError> {
        let chain: Vec<_> = chain.into_iter().collect();
        let known = chain
            .iter()
            .filter_map(|profile| Some((profile.context_window?, &profile.id)));
        let (window, source) = match (self.window, known.min_by_key(|(window, _)| *window)) {
            (Some(window), _) => (window, WindowSource::User),
            (None, Some((window, model))) => (window, WindowSource::Model(model.clone())),
            (None, None) => (self.default_window, WindowSource::Default),
        };
        let reserve = self.reserve.or(answer).unwrap_or_else(|| {
            let longest = chain.iter().filter_map(|profile| profile.max_output).max();
            longest.unwrap_or(DEFAULT_ANSWER).min(window / 4)
        });
        if reserve >= window {
            return Err(BudgetError::new(window, reserve));
        }
        Ok(Room {
            window,
            source,
            reserve,
            warning_percent: self.warning_percent,
            aim_percent: self.aim_percent,
        })
    }
}
